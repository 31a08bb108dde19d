"""A bucket's copy in another region, kept up to date by S3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _bucket_names
from components import _buckets as buckets
from components import _documents as documents
from components._checked import Checked
from components._role import service_role
from components.encryption_key import EncryptionKey, own_key


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketReplicationArgs(Checked):
    """Which bucket is copied, where to, and how."""

    name_prefix: str
    """The stack's name in AWS, such as storefront-production: what generated names start with."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The stack's region, where the bucket is."""
    bucket: Input[str]
    """The bucket's name, usable once it is versioned: S3 replicates no other. What it holds already is not copied."""
    bucket_arn: Input[str]
    """Its ARN."""
    key_arn: Input[str]
    """The key that encrypts it."""
    to_region: str
    """The region of the copy. A change makes a new, empty copy."""
    copy_name: str | None = None
    """The copy's bucket name; None: generated. A change makes a new, empty copy."""
    storage_class: Literal["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"] = "STANDARD_IA"
    """What the copy costs: less to keep and more to read than STANDARD, except that itself."""
    within_fifteen_minutes: bool = False
    """Whether S3 promises every copy within fifteen minutes and measures it (Replication Time Control). Billed by volume."""
    replicate_deletions: bool = False
    """Whether a deletion is copied too; otherwise what is deleted by mistake is still in the copy."""
    expire_noncurrent_days: int = 90
    """Days overwritten versions are kept in the copy."""
    empty_on_destroy: bool = False
    """Whether the copy is deleted together with what it holds; otherwise AWS refuses while it holds anything."""
    protect: bool = True
    """Whether Pulumi refuses to delete the copy and its key."""
    key_deletion_days: int = 30
    """Days the deleted key can be brought back, 7 to 30."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "to_region", limits.region(self.to_region)
        if self.to_region == self.region:
            yield "to_region", f"{self.to_region} is the stack's own region; name another"
        if self.copy_name is not None:
            yield "copy_name", limits.bucket_name(self.copy_name)
        if self.expire_noncurrent_days < 1:
            yield "expire_noncurrent_days", f"{self.expire_noncurrent_days} is below 1"


class BucketReplication(pulumi.ComponentResource):
    """A private, versioned bucket under its own key in another region, and the rule that fills it."""

    bucket: Output[str]
    """The copy's name."""
    arn: Output[str]
    """Its ARN."""
    key_arn: Output[str]
    """The key that encrypts it."""

    def __init__(self, name: str, args: BucketReplicationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:BucketReplication", name, None, opts)
        key = own_key(self, name, args, f"Copies of uploaded files of {args.name_prefix}", region=args.to_region)
        copy = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.copy_name,
            bucket_prefix=None if args.copy_name else _bucket_names.prefix(args.name_prefix, "copy"),
            region=args.to_region,
            force_destroy=args.empty_on_destroy,
            opts=ResourceOptions(
                parent=self,
                protect=args.protect,
                ignore_changes=None if args.copy_name else list(_bucket_names.kept(args.name_prefix)),
            ),
        )
        versioning = self._settings(name, args, copy, key)
        role, policy = self._role(name, args, copy, key)
        aws.s3.BucketReplicationConfig(
            f"{name}-rule",
            bucket=args.bucket,
            role=role.arn,
            rules=[_rule(args, copy, key)],
            opts=ResourceOptions(parent=self, depends_on=[versioning, policy]),
        )

        self.bucket = copy.bucket
        self.arn = copy.arn
        self.key_arn = key.arn
        self.register_outputs({"bucket": self.bucket, "arn": self.arn, "key_arn": self.key_arn})

    def _settings(
        self, name: str, args: BucketReplicationArgs, copy: aws.s3.Bucket, key: EncryptionKey
    ) -> aws.s3.BucketVersioning:
        """Close, encrypt and version the copy."""
        region = args.to_region
        block = buckets.close(self, name, copy, region)
        policy = buckets.allow(self, name, copy, [buckets.tls_only(copy)], block, region)
        encryption = buckets.encrypt(self, name, copy, policy, key.arn, region)
        versioning = buckets.version(self, name, copy, encryption, region=region)
        rule = aws.s3.BucketLifecycleConfigurationRuleArgs(
            id="old-versions",
            status="Enabled",
            filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=args.expire_noncurrent_days
            ),
            abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=_ABORT_UPLOAD_DAYS
            ),
        )
        buckets.expire(self, name, copy, rule, versioning, region)
        return versioning

    def _role(
        self, name: str, args: BucketReplicationArgs, copy: aws.s3.Bucket, key: EncryptionKey
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        """Make the role S3 copies with: it reads the one bucket and writes the other, through their keys."""
        role = service_role(
            self,
            f"{name}-role",
            service="s3.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"Copies uploaded files of {args.name_prefix} to {args.to_region}",
            account_id=args.account_id,
            boundary_arn=args.boundary_arn,
        )
        versions = ("GetObjectVersionAcl", "GetObjectVersionForReplication", "GetObjectVersionTagging")
        deleting = ["s3:ReplicateDelete"] if args.replicate_deletions else []
        writing = ["s3:ReplicateObject", "s3:ReplicateTags", *deleting]
        policy = aws.iam.RolePolicy(
            f"{name}-role",
            role=role.name,
            policy=documents.policy(
                documents.allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], [args.bucket_arn]),
                documents.allow([f"s3:{action}" for action in versions], [Output.concat(args.bucket_arn, "/*")]),
                documents.allow(writing, [Output.concat(copy.arn, "/*")]),
                documents.allow(["kms:Decrypt"], [args.key_arn], _through(args.region)),
                documents.allow(["kms:Encrypt", "kms:GenerateDataKey"], [key.arn], _through(args.to_region)),
            ),
            opts=ResourceOptions(parent=self),
        )
        return role, policy


_ABORT_UPLOAD_DAYS: Final = 7
_PROMISED_MINUTES: Final = 15
"""The only time that Replication Time Control offers."""


def _rule(
    args: BucketReplicationArgs, copy: aws.s3.Bucket, key: EncryptionKey
) -> aws.s3.BucketReplicationConfigRuleArgs:
    promised = args.within_fifteen_minutes
    return aws.s3.BucketReplicationConfigRuleArgs(
        id="everything",
        status="Enabled",
        # A filter makes it a rule of the second version, which then must say both of these.
        filter=aws.s3.BucketReplicationConfigRuleFilterArgs(prefix=""),
        priority=1,
        delete_marker_replication=aws.s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(
            status="Enabled" if args.replicate_deletions else "Disabled"
        ),
        source_selection_criteria=aws.s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(
            sse_kms_encrypted_objects=aws.s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
                status="Enabled"
            )
        ),
        destination=aws.s3.BucketReplicationConfigRuleDestinationArgs(
            bucket=copy.arn,
            storage_class=args.storage_class,
            encryption_configuration=aws.s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(
                replica_kms_key_id=key.arn
            ),
            replication_time=aws.s3.BucketReplicationConfigRuleDestinationReplicationTimeArgs(
                status="Enabled",
                time=aws.s3.BucketReplicationConfigRuleDestinationReplicationTimeTimeArgs(minutes=_PROMISED_MINUTES),
            )
            if promised
            else None,
            metrics=aws.s3.BucketReplicationConfigRuleDestinationMetricsArgs(
                status="Enabled",
                event_threshold=aws.s3.BucketReplicationConfigRuleDestinationMetricsEventThresholdArgs(
                    minutes=_PROMISED_MINUTES
                ),
            )
            if promised
            else None,
        ),
    )


def _through(region: str) -> dict[str, dict[str, str]]:
    return {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}
