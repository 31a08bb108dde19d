"""A KMS key of one's own, and which AWS services may use it besides what IAM allows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _documents as documents
from components._checked import Checked

KeyUser = Literal["logs", "cloudfront", "publishers"]
"""logs: CloudWatch Logs; cloudfront: distributions that read an encrypted bucket; publishers: what sends to an encrypted SNS topic."""

# A service's own principal, and whether it says on whose behalf it calls: EventBridge does not.
_PUBLISHERS: Final[Mapping[str, bool]] = {
    "backup.amazonaws.com": True,
    "budgets.amazonaws.com": True,
    "cloudwatch.amazonaws.com": True,
    "events.amazonaws.com": False,
}
_USERS: Final[Sequence[str]] = ("logs", "cloudfront", "publishers")


@dataclass(frozen=True, kw_only=True, slots=True)
class EncryptionKeyArgs(Checked):
    """What a key is for."""

    name_prefix: str
    """The stack's name in AWS, such as storefront-production; the key's Name tag begins with it."""
    description: str
    """What the key encrypts, shown in the console; at most 8192 characters."""
    account_id: Input[str]
    """The AWS account, whose administrators keep control of the key."""
    region: str
    """The region the key lives in: where what it encrypts is, such as us-east-1 for CloudFront's firewall log. A change replaces it."""
    alias: str
    """Its name, without `alias/`. A change makes a new alias for the same key."""
    services: Sequence[KeyUser] = ()
    """AWS services that use the key in their own name. Others, such as RDS, use it through what IAM allows the caller."""
    protect: bool = True
    """Whether Pulumi refuses to delete the key: what it encrypts, backups included, is lost with it."""
    deletion_days: int = 30
    """Days between the key's deletion and its end, 7 to 30, in which it can be brought back."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not re.fullmatch(r"(?!aws/)[A-Za-z0-9/_-]{1,250}", self.alias):
            shown = repr(self.alias[:48])
            yield "alias", f"{shown} is not an alias: at most 250 letters, digits and / _ -, not beginning with aws/"
        least, most = 7, 30
        if not least <= self.deletion_days <= most:
            yield "deletion_days", f"{self.deletion_days} is outside {least} to {most}"
        for unknown in sorted(set(self.services) - set(_USERS)):
            yield "services", f"{unknown!r} is not one that a key serves; allowed: {', '.join(_USERS)}"


class Keyed(Protocol):
    """The arguments of a component that has a key of its own."""

    @property
    def name_prefix(self) -> str:
        """What generated names start with."""

    @property
    def account_id(self) -> Input[str]:
        """The AWS account."""

    @property
    def region(self) -> str:
        """The AWS region."""

    @property
    def protect(self) -> bool:
        """Whether Pulumi refuses to delete the key."""

    @property
    def key_deletion_days(self) -> int:
        """Days the deleted key can be brought back, 7 to 30."""


class DataKey(Protocol):
    """A key that encrypts what a component holds."""

    @property
    def arn(self) -> Output[str]:
        """The key's ARN."""


@dataclass(frozen=True, slots=True)
class GivenKey:
    """A key that is there already, which the program neither makes, changes nor deletes."""

    arn: Output[str]
    """The key's ARN."""


def data_key(
    parent: pulumi.Resource,
    name: str,
    args: Keyed,
    encrypts: str,
    given: Input[str] | None,
    *,
    services: Sequence[KeyUser] = (),
) -> DataKey:
    """Return the key that is given, or make one of the component's own as `own_key` does."""
    if given is not None:
        return GivenKey(Output.from_input(given))
    return own_key(parent, name, args, encrypts, services=services)


def own_key(
    parent: pulumi.Resource,
    name: str,
    args: Keyed,
    encrypts: str,
    *,
    region: str | None = None,
    services: Sequence[KeyUser] = (),
) -> EncryptionKey:
    """Make the key of a component.

    Args:
        parent: the component it belongs to.
        name: the component's name, which the key's alias ends with too.
        args: the component's arguments.
        encrypts: what the key is for, shown in the console.
        region: where it is; None: in the component's region.
        services: AWS services that use it in their own name.
    """
    return EncryptionKey(
        f"{name}-key",
        EncryptionKeyArgs(
            name_prefix=args.name_prefix,
            description=encrypts,
            account_id=args.account_id,
            region=region or args.region,
            alias=f"{args.name_prefix}-{name}",
            services=services,
            protect=args.protect,
            deletion_days=args.key_deletion_days,
        ),
        ResourceOptions(parent=parent),
    )


class EncryptionKey(pulumi.ComponentResource):
    """A symmetric key that AWS renews every year."""

    arn: Output[str]
    """The key's ARN."""
    key_id: Output[str]
    """The key's id."""

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:EncryptionKey", name, None, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description=args.description,
            policy=documents.policy(*_statements(args)),
            enable_key_rotation=True,
            deletion_window_in_days=args.deletion_days,
            region=args.region,
            tags={"Name": f"{args.name_prefix}-{name}"},
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{args.alias}",
            target_key_id=key.key_id,
            region=args.region,
            opts=ResourceOptions(parent=self),
        )
        self.arn = key.arn
        self.key_id = key.key_id
        self.register_outputs({"arn": self.arn, "key_id": self.key_id})


def _statements(args: EncryptionKeyArgs) -> Iterator[documents.Statement]:
    """Yield the key policy's statements; without the first, nobody but the services could use or manage the key."""
    partition = documents.partition(args.region)
    yield documents.allow(
        ["kms:*"],
        ["*"],
        principal={"AWS": Output.format("arn:{0}:iam::{1}:root", partition, args.account_id)},
        sid="Account",
    )
    if "logs" in args.services:
        groups = Output.format("arn:{0}:logs:{1}:{2}:*", partition, args.region, args.account_id)
        yield documents.allow(
            ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            ["*"],
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            principal={"Service": f"logs.{args.region}.amazonaws.com"},
            sid="Logs",
        )
    if "cloudfront" in args.services:
        distributions = Output.format("arn:{0}:cloudfront::{1}:distribution/*", partition, args.account_id)
        yield documents.allow(
            ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"],
            ["*"],
            {
                "StringEquals": {"aws:SourceAccount": args.account_id},
                "StringLike": {"aws:SourceArn": distributions},
            },
            principal={"Service": "cloudfront.amazonaws.com"},
            sid="CloudFront",
        )
    if "publishers" in args.services:
        for service, says_for_whom in _PUBLISHERS.items():
            yield documents.allow(
                ["kms:Decrypt", "kms:GenerateDataKey*"],
                ["*"],
                {"StringEquals": {"aws:SourceAccount": args.account_id}} if says_for_whom else None,
                principal={"Service": service},
                sid=service.partition(".")[0].capitalize(),
            )
