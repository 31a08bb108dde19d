"""AWS Backup: vaults that are safe from their owners, too."""

from collections.abc import Iterator
from typing import Final

from policy.control import EVERYWHERE, HUB, OPT_IN, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule

VAULT: Final = "aws:backup/vault:Vault"


LOCK: Final = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"


@resource_rule(
    Control(
        name="backup-vault-under-own-key",
        title="Backup vaults are encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="With the default key a backup cannot be copied to another account safely.",
        remediation="aws.backup.Vault(..., kms_key_arn=key.arn)",
        url=HUB + "backup-controls.html#backup-1",
        fsbp=("Backup.1",),
        nist=("CP-9", "SC-28"),
        checkov=("CKV_AWS_166",),
        prowler=("backup_vaults_encrypted",),
    ),
    VAULT,
)
def vault_under_own_key(vault: Resource, _config: Config) -> Iterator[Finding]:
    """AWS Backup's own key is none of one's own."""
    yield from vault.must_have_own_key("kmsKeyArn", fix="kms_key_arn=key.arn (replaces the vault)")


@stack_rule(
    Control(
        name="backup-vault-locked",
        title="Backup vaults are locked",
        category="Backups",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="Whoever takes over the account deletes the backups first; a lock in compliance mode can never be undone.",
        remediation="aws.backup.VaultLockConfiguration(backup_vault_name=vault.name, min_retention_days=7)",
        url="https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
        nist=("CP-9",),
    ),
    VAULT,
)
def vault_locked(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A lock that keeps recovery points for a minimum of days."""
    for vault in graph.of(VAULT):
        locks, more = graph.companions(vault, "backupVaultName", LOCK)
        if not locks and more:
            yield vault.unknown("whether a lock is about it")
        elif not any(lock.has("minRetentionDays") for lock in locks):
            fix = "aws.backup.VaultLockConfiguration(backup_vault_name=vault.name, min_retention_days=7)"
            yield vault.fails("no VaultLockConfiguration keeps its recovery points", fix=fix)
