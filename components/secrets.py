"""Secrets that people or other systems fill: the program makes them, and never sees their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components._checked import Checked
from components.encryption_key import data_key


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretArgs:
    """One secret."""

    name: str | None = None
    """Its name in Secrets Manager; None: its key."""
    description: str | None = None
    """What it is for."""
    keys: Sequence[str] = ()
    """The keys of the JSON document its value is; none: the value is the secret itself. Documents, nothing more."""
    rotate_days: int | None = None
    """Days after which its owner changes the value, kept as the tag `rotate-days`; None: no period is agreed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretsArgs(Checked):
    """Which secrets there are."""

    name_prefix: str
    """What generated names start with, such as storefront-production."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region."""
    secrets: Mapping[str, SecretArgs]
    """The secrets by their names in Secrets Manager, or by what the program calls them. A new name is a new, empty secret."""
    recovery_days: int = 30
    """Days a deleted secret can be brought back, 7 to 30; 0 deletes at once and frees its name."""
    protect: bool = True
    """Whether Pulumi refuses to delete the secrets and their key."""
    key_deletion_days: int = 30
    """Days their deleted key can be brought back, 7 to 30."""
    data_key_arn: Input[str] | None = None
    """The key that encrypts the secrets, where it is there already; None: one of its own is made. Another one is taken for new values."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if self.recovery_days not in (0, *range(7, 31)):
            yield "recovery_days", f"{self.recovery_days} is not allowed; 0 or 7 to 30 are"
        least, most = 7, 30
        if not least <= self.key_deletion_days <= most:
            yield "key_deletion_days", f"{self.key_deletion_days} is outside {least} to {most}"
        for name, secret in self.secrets.items():
            yield "secrets", limits.secret_name(secret.name or name)
            if problem := limits.secret_description_length(secret.description, secret.keys):
                yield "secrets", f"{name}: {problem}"
            if secret.rotate_days is not None and secret.rotate_days < 1:
                yield "secrets", f"rotate_days {secret.rotate_days} of {name} is below 1"
        for _, problem in limits.apart(self.secrets):
            yield "secrets", problem


class Secrets(pulumi.ComponentResource):
    """Empty secrets under a key of their own. ECS starts no task that reads one until somebody has filled it."""

    arns: Mapping[str, Output[str]]
    """Their ARNs by the keys of `secrets`."""
    key_arn: Output[str]
    """The key that encrypts them."""

    def __init__(self, name: str, args: SecretsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Secrets", name, None, opts)
        key = data_key(self, name, args, f"Secrets of {args.name_prefix}", args.data_key_arn)
        self.arns = {
            secret_name: aws.secretsmanager.Secret(
                f"{name}-{limits.slug(secret_name)}",
                name=secret.name or secret_name,
                description=limits.secret_description(secret.description, secret.keys),
                kms_key_id=key.arn,
                recovery_window_in_days=args.recovery_days,
                tags={"rotate-days": str(secret.rotate_days)} if secret.rotate_days is not None else None,
                opts=ResourceOptions(parent=self, protect=args.protect),
            ).arn
            for secret_name, secret in args.secrets.items()
        }
        self.key_arn = key.arn
        self.register_outputs({"arns": self.arns, "key_arn": self.key_arn})
