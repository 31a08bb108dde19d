"""AWS Backup: vaults that are safe from their owners, too."""

from collections.abc import Iterator
from typing import Final

from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule

VAULT: Final = "aws:backup/vault:Vault"
LOCK: Final = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"


@resource_rule("backup-vault-under-own-key", VAULT)
def vault_under_own_key(vault: Resource, _config: Config) -> Iterator[Finding]:
    """Only the presence of a key counts."""
    yield from vault.must_be_set("kmsKeyArn", fix="kms_key_arn=key.arn (replaces the vault)")


@stack_rule("backup-vault-locked", VAULT)
def vault_locked(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A lock that keeps recovery points for a minimum of days."""
    for vault in graph.of(VAULT):
        locks, more = graph.companions(vault, "backupVaultName", LOCK)
        if not locks and more:
            yield vault.undecided("whether a lock is about it")
        elif not any(lock.has("minRetentionDays") for lock in locks):
            fix = "aws.backup.VaultLockConfiguration(backup_vault_name=vault.name, min_retention_days=7)"
            yield vault.fails("no VaultLockConfiguration keeps its recovery points", fix=fix)
