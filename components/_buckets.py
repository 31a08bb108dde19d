"""What every bucket has: closed to the public, TLS only, encrypted, and with an end of what is old.

S3 refuses two changes to one bucket at a time (OperationAborted): each step waits for the one before.
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _documents as documents


def close(
    parent: pulumi.Resource, name: str, bucket: aws.s3.Bucket, region: str | None = None
) -> aws.s3.BucketPublicAccessBlock:
    """Switch access lists off, and refuse every policy that would make the bucket public.

    Args:
        parent: the component it belongs to.
        name: what the names of its resources begin with.
        bucket: the bucket.
        region: where it is; None: the provider's region. The same below.
    """
    ownership = aws.s3.BucketOwnershipControls(
        f"{name}-ownership",
        bucket=bucket.id,
        region=region,
        rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
        opts=ResourceOptions(parent=parent),
    )
    return aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access",
        bucket=bucket.id,
        region=region,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=ResourceOptions(parent=parent, depends_on=[ownership]),
    )


def tls_only(bucket: aws.s3.Bucket) -> documents.Statement:
    """Return the statement that refuses every request without TLS."""
    return documents.deny(
        ["s3:*"],
        [bucket.arn, Output.concat(bucket.arn, "/*")],
        {"Bool": {"aws:SecureTransport": "false"}},
        principal="*",
        sid="TlsOnly",
    )


def allow(
    parent: pulumi.Resource,
    name: str,
    bucket: aws.s3.Bucket,
    statements: Sequence[documents.Statement],
    after: pulumi.Resource,
    region: str | None = None,
) -> aws.s3.BucketPolicy:
    """Give the bucket its policy: `tls_only`, and who else may do what."""
    return aws.s3.BucketPolicy(
        f"{name}-policy",
        bucket=bucket.id,
        region=region,
        policy=documents.policy(*statements),
        opts=ResourceOptions(parent=parent, depends_on=[after]),
    )


def encrypt(
    parent: pulumi.Resource,
    name: str,
    bucket: aws.s3.Bucket,
    after: pulumi.Resource,
    key_arn: Input[str] | None = None,
    region: str | None = None,
) -> aws.s3.BucketServerSideEncryptionConfiguration:
    """Encrypt what is written, with a key of one's own or, with None, with S3's."""
    default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
        sse_algorithm="aws:kms" if key_arn is not None else "AES256", kms_master_key_id=key_arn
    )
    return aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption",
        bucket=bucket.id,
        region=region,
        rules=[
            aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                apply_server_side_encryption_by_default=default,
                bucket_key_enabled=True if key_arn is not None else None,
            )
        ],
        opts=ResourceOptions(parent=parent, depends_on=[after]),
    )


def version(
    parent: pulumi.Resource,
    name: str,
    bucket: aws.s3.Bucket,
    after: pulumi.Resource,
    *,
    enabled: bool = True,
    region: str | None = None,
) -> aws.s3.BucketVersioning:
    """Keep what is overwritten or deleted, or stop doing so."""
    status = "Enabled" if enabled else "Suspended"
    return aws.s3.BucketVersioning(
        f"{name}-versioning",
        bucket=bucket.id,
        region=region,
        versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status=status),
        opts=ResourceOptions(parent=parent, depends_on=[after]),
    )


def expire(
    parent: pulumi.Resource,
    name: str,
    bucket: aws.s3.Bucket,
    rule: aws.s3.BucketLifecycleConfigurationRuleArgs,
    after: pulumi.Resource,
    region: str | None = None,
) -> None:
    """Let what is old end, or grow cheaper."""
    aws.s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=bucket.id,
        region=region,
        rules=[rule],
        opts=ResourceOptions(parent=parent, depends_on=[after]),
    )
