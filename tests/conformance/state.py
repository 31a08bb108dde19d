"""The state backend that `operations.bootstrap` makes, looked at against a simulated AWS."""

from __future__ import annotations

import os
from functools import cache
from typing import Any
from unittest import mock

from operations.bootstrap.state_backend import StateBackend, StateBackendArgs, ensure
from tests.conformance.evidence import Evidence, fact


@cache
def made(bucket: str, region: str) -> tuple[StateBackend, dict[str, Any]]:
    """Make a backend, and return it with what the bucket then is like."""
    import boto3  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import, ships no types
    from moto import mock_aws  # noqa: PLC0415 - slow to import

    given = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with mock.patch.dict(os.environ, {**kept, **given}, clear=True), mock_aws():
        session = boto3.Session()
        backend = ensure(
            StateBackendArgs(bucket=bucket, region=region, principals=["arn:aws:iam::123456789012:role/deploy"]),
            session,
        )
        s3 = session.client("s3", region_name=region)
        encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
        seen = {
            "region": s3.get_bucket_location(Bucket=bucket)["LocationConstraint"],
            "versioning": s3.get_bucket_versioning(Bucket=bucket)["Status"],
            "encryption": encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
            "policy": s3.get_bucket_policy(Bucket=bucket)["Policy"],
        }
    return backend, seen


def backend(bucket: str, region: str) -> Evidence:
    """Show the bucket that keeps the state: versioned, encrypted, and locked by Pulumi in the bucket itself."""
    _, seen = made(bucket, region)
    found = fact(f"operations.bootstrap --bucket {bucket}", f"bucket in {region}", holds=seen["region"] == region)
    found += fact("", f"versioning {seen['versioning']}", holds=seen["versioning"] == "Enabled")
    return found + fact("", f"encryption {seen['encryption']}", holds=seen["encryption"] == "aws:kms")


def restricted(bucket: str, region: str) -> Evidence:
    """Show who may use the state and that old versions stay."""
    policy = made(bucket, region)[1]["policy"]
    return fact("bucket policy", "denies everybody but the named roles", holds="OnlyThese" in policy) + fact(
        "", "denies deleting versions", holds="KeepHistory" in policy
    )


def login(bucket: str, region: str) -> Evidence:
    """Show the command that points Pulumi at the state."""
    command = made(bucket, region)[0].commands[0]
    return fact("operations.bootstrap", command, holds=f"s3://{bucket}?region={region}" in command)
