"""Let cfn-lint lint resources."""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

LINTERS: Final = "LINTERS"
"""The environment variable that names the linters' Python."""

TYPES: Final = Path(__file__).with_name("cloudformation.json")
"""By type CloudFormation's type, and the inputs that have other names there, or none."""
NOT_LINTED: Final[Mapping[str, str]] = {
    "aws:acm/certificateValidation:CertificateValidation": "it waits",
    "aws:appautoscaling/scheduledAction:ScheduledAction": "a part of the target",
    "aws:cloudwatch/eventTarget:EventTarget": "a part of the rule",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "AWS made it; its rules are taken away",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "a part of the repository",
    "aws:efs/fileSystemPolicy:FileSystemPolicy": "a part of the file system",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "a part of the role",
    "aws:lambda/invocation:Invocation": "the input is the function's own",
    "aws:rds/proxyTarget:ProxyTarget": "a part of the target group",
    "aws:s3/bucket:Bucket": "one type there and eight here",
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": "a part of the bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "a part of the bucket",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "a part of the bucket",
    "aws:s3/bucketPolicy:BucketPolicy": "its document is linted as IAM's",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "a part of the bucket",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "a part of the bucket",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "a part of the bucket",
    "aws:s3/bucketVersioning:BucketVersioning": "a part of the bucket",
    "aws:secretsmanager/secretVersion:SecretVersion": "a part of the secret",
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": "a part of the queue",
}
"""Types that cfn-lint is not asked about, and why."""


def lint(resources: Iterable[str]) -> list[list[str]]:
    """Return what cfn-lint has against each resource.

    Args:
        resources: JSON, `[type, inputs, region]` each.

    Raises:
        RuntimeError: it ends without a verdict.
    """
    command = [os.environ[LINTERS], "-m", "crosscheck.cfn_lint"]
    done = subprocess.run(command, input=f"[{','.join(resources)}]", capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise RuntimeError(f"cfn-lint gives no verdict: {done.stderr.strip()[-500:]}")
    found: list[list[str]] = json.loads(done.stdout)
    return found
