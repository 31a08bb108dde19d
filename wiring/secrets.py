"""The secrets that people fill."""

from __future__ import annotations

from components.secrets import SecretArgs, SecretsArgs
from wiring.context import StackContext


def args(context: StackContext) -> SecretsArgs | None:
    """Return the arguments of the secrets that people fill, or None where the stack has none."""
    settings = context.settings
    if not settings.own_secrets:
        return None
    return SecretsArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        region=context.region,
        secrets={
            name: SecretArgs(
                name=settings.secret_name(name),
                description=secret.description,
                keys=secret.keys,
                rotate_days=secret.rotate_days,
            )
            for name, secret in settings.own_secrets.items()
        },
        recovery_days=settings.protection.secret_recovery_days,
        protect=settings.protection.protect,
        key_deletion_days=settings.protection.key_deletion_days,
        data_key_arn=context.data_key_arn("secrets"),
    )
