"""Makes the state backend, or brings an existing one to what it should be; running it again changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError  # type: ignore[import-untyped] # ships no types

import limits

if TYPE_CHECKING:
    import boto3  # type: ignore[import-untyped] # ships no types


class BootstrapError(Exception):
    """AWS does not let the backend be what it should be; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StateBackendArgs:
    """What the backend is made of."""

    bucket: str
    """The bucket's name, unique among all of AWS."""
    region: str
    """The region of bucket and key."""
    key_alias: str = ""
    """The key's name, without `alias/`; empty: the bucket's."""
    principals: Sequence[str] = ()
    """ARNs of the roles and users that may read and write the state, `*` and `?` are wildcards; none: whoever IAM lets."""
    history_days: int = 365
    """Days that overwritten and deleted versions of the state are kept."""
    stack: str = "PROJECT/STACK"
    """The stack that the printed commands are for: its name is the encryption context of its secrets, which other stacks' roles lack."""

    def __post_init__(self) -> None:
        """Check AWS's limits.

        Raises:
            ValueError: with every problem, a line each.
        """
        checks = [("bucket", limits.bucket_name(self.bucket)), ("region", limits.region(self.region))]
        if not re.fullmatch(r"(?!aws/)[A-Za-z0-9/_-]{1,250}", self.alias):
            allowed = "at most 250 letters, digits and / _ -, not beginning with aws/"
            checks.append(("key_alias", f"{self.alias!r} is not a key's name: {allowed}"))
        checks += [
            ("principals", f"{arn!r} is not a role or user, such as arn:aws:iam::123456789012:role/deploy")
            for arn in self.principals
            if not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/\S+", arn)
        ]
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}", self.stack):
            checks.append(("stack", f"{self.stack!r} is not a project and a stack, such as storefront/prod"))
        if self.history_days < 1:
            checks.append(("history_days", f"{self.history_days} is below 1"))
        problems = [f"StateBackendArgs.{name}: {problem}" for name, problem in checks if problem]
        if problems:
            raise ValueError("\n".join(problems))

    @property
    def alias(self) -> str:
        """The key's name."""
        return self.key_alias or self.bucket.replace(".", "-")


@dataclass(frozen=True, kw_only=True, slots=True)
class StateBackend:
    """A backend that is ready."""

    url: str
    """What `pulumi login` takes."""
    secrets_provider: str
    """What `pulumi stack init --secrets-provider` takes."""
    key_arn: str
    """The key, for the deploying role's permissions."""
    commands: Sequence[str]
    """What to run next."""


def ensure(args: StateBackendArgs, session: boto3.Session) -> StateBackend:
    """Make the key and the bucket, or complete those that exist.

    Raises:
        BootstrapError: the name is taken, the bucket is elsewhere, or the key is being deleted.
        botocore.exceptions.ClientError: AWS refuses something else, such as a missing permission.
    """
    key_arn = _key(args, session.client("kms", region_name=args.region))
    _bucket(args, key_arn, session.client("s3", region_name=args.region))
    url = f"s3://{args.bucket}?region={args.region}&awssdk=v2"
    # One key and value only: with several, Pulumi gives all of them the first value (pulumi/pulumi#21068).
    provider = f"awskms://alias/{args.alias}?region={args.region}&context_stack={args.stack}"
    name = args.stack.partition("/")[2]
    commands = [f"pulumi login '{url}'", f"pulumi stack init {name} --secrets-provider '{provider}'"]
    return StateBackend(url=url, secrets_provider=provider, key_arn=key_arn, commands=commands)


def _key(args: StateBackendArgs, kms: Any) -> str:  # noqa: ANN401 - boto3 has no types
    name = f"alias/{args.alias}"
    try:
        found: Mapping[str, str] = kms.describe_key(KeyId=name)["KeyMetadata"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        description = f"Pulumi's state in s3://{args.bucket}, and the secrets in it"
        found = kms.create_key(Description=description, Tags=_tags("TagKey", "TagValue"))["KeyMetadata"]
        kms.create_alias(AliasName=name, TargetKeyId=found["KeyId"])
    if found["KeyState"] != "Enabled":
        raise BootstrapError(
            f"The key {name} is {found['KeyState']}. Bring it back (aws kms cancel-key-deletion, enable-key) or name another."
        )
    kms.enable_key_rotation(KeyId=found["KeyId"])
    return found["Arn"]


def _bucket(args: StateBackendArgs, key_arn: str, s3: Any) -> None:  # noqa: ANN401 - boto3 has no types
    bucket = {"Bucket": args.bucket}
    _exists(args, s3)
    s3.put_public_access_block(
        **bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_ownership_controls(
        **bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    s3.put_bucket_encryption(
        **bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn},
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )
    s3.put_bucket_versioning(**bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration={"Rules": [_history(args)]})
    s3.put_bucket_policy(**bucket, Policy=json.dumps(_policy(args), sort_keys=True))
    s3.put_bucket_tagging(**bucket, Tagging={"TagSet": _tags("Key", "Value")})


def _exists(args: StateBackendArgs, s3: Any) -> None:  # noqa: ANN401 - boto3 has no types
    """Make the bucket, unless it exists in this account and region."""
    try:
        s3.head_bucket(Bucket=args.bucket)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == _FORBIDDEN:
            raise BootstrapError(
                f"The bucket name {args.bucket} is taken by another account, or these credentials may not see it. Choose another name."
            ) from error
        if status != _NOT_FOUND:
            raise
        # The oldest region takes no constraint, not even its own.
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": args.region}}
        s3.create_bucket(Bucket=args.bucket, **({} if args.region == _OLDEST_REGION else elsewhere))
        return
    region = s3.get_bucket_location(Bucket=args.bucket)["LocationConstraint"] or _OLDEST_REGION
    if region != args.region:
        raise BootstrapError(
            f"The bucket {args.bucket} is in {region}, not in {args.region}. Give that region or another name."
        )


_FORBIDDEN = 403
_NOT_FOUND = 404
_OLDEST_REGION = "us-east-1"


def _history(args: StateBackendArgs) -> Mapping[str, object]:
    return {
        "ID": "history",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": args.history_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }


def _policy(args: StateBackendArgs) -> Mapping[str, object]:
    """Return the bucket's policy. It takes nobody the right to change it, so that nobody can be locked out for good."""
    partition = "aws-cn" if args.region.startswith("cn-") else "aws"
    partition = "aws-us-gov" if args.region.startswith("us-gov-") else partition
    bucket = f"arn:{partition}:s3:::{args.bucket}"
    objects = f"{bucket}/*"
    statements: list[Mapping[str, object]] = [
        _deny("TlsOnly", ["s3:*"], [bucket, objects], {"Bool": {"aws:SecureTransport": "false"}}),
        _deny("KeepHistory", ["s3:DeleteBucket", "s3:DeleteObjectVersion"], [bucket, objects], {}),
    ]
    if args.principals:
        others = {"ArnNotLike": {"aws:PrincipalArn": sorted(args.principals)}}
        actions = ["s3:DeleteObject*", "s3:GetObject*", "s3:PutObject*", "s3:RestoreObject"]
        statements.append(_deny("OnlyThese", actions, [objects], others))
    return {"Version": "2012-10-17", "Statement": statements}


def _deny(
    sid: str, actions: Sequence[str], resources: Sequence[str], condition: Mapping[str, object]
) -> Mapping[str, object]:
    statement = {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def _tags(key: str, value: str) -> list[dict[str, str]]:
    return [{key: "purpose", value: "pulumi-state"}, {key: "managed-by", value: "operations/bootstrap"}]
