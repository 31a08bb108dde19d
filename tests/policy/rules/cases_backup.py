from tests.policy.harness import UNKNOWN, Case, Ref, res

VAULT, LOCK = "backup/vault:Vault", "backup/vaultLockConfiguration:VaultLockConfiguration"


CASES: list[Case] = [
    Case("backup-vault-under-own-key", "pass", [res(VAULT, "v", kmsKeyArn=UNKNOWN)]),
    Case("backup-vault-under-own-key", "fail", [res(VAULT, "v")], "kmsKeyArn is not set"),
    Case(
        "backup-vault-locked",
        "pass",
        [res(VAULT, "v"), res(LOCK, "l", backupVaultName=Ref("v", "name"), minRetentionDays=7)],
    ),
    Case("backup-vault-locked", "fail", [res(VAULT, "v")], "no VaultLockConfiguration keeps its recovery points"),
    Case(
        "backup-vault-locked",
        "fail",
        [res(VAULT, "v"), res(LOCK, "l", backupVaultName=Ref("v", "name"))],
        "no VaultLockConfiguration keeps its recovery points",
    ),
    Case(
        "backup-vault-locked",
        "unknown",
        [res(VAULT, "v"), res(LOCK, "l", backupVaultName=UNKNOWN, minRetentionDays=7)],
    ),
]
