"""The most that any role of a stack can be given: what its tasks, functions and the services that work for it need.

A component that gives a role something new adds it here, or the role's policy has no effect (`tests/iam/test_boundary.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from components import _documents as documents
from components._permissions.scope import Scope, Statement

_LOGS: Final = "logs:CreateLogStream logs:DescribeLogStreams logs:PutLogEvents"
_PULL: Final = "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer"
_SECRETS: Final = (
    "secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:ListSecretVersionIds"
    " secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage"
)
_KEYS: Final = "kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncrypt*"
_OBJECTS: Final = (
    "s3:AbortMultipartUpload s3:DeleteObject s3:GetObject* s3:ListMultipartUploadParts s3:PutObject s3:PutObjectAcl"
    " s3:PutObjectTagging s3:PutObjectVersionAcl s3:ReplicateDelete s3:ReplicateObject s3:ReplicateTags"
)
_BUCKETS: Final = "s3:GetReplicationConfiguration s3:ListBucket"
_INTERFACES: Final = (
    "ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces"
    " ec2:DescribeSubnets ec2:UnassignPrivateIpAddresses"
)
_CHANNELS: Final = (
    "ssmmessages:CreateControlChannel ssmmessages:CreateDataChannel ssmmessages:OpenControlChannel"
    " ssmmessages:OpenDataChannel"
)
_SWITCHING: Final = (
    "elasticloadbalancing:DeregisterTargets elasticloadbalancing:ModifyListener elasticloadbalancing:ModifyRule"
    " elasticloadbalancing:RegisterTargets"
)
_BALANCERS: Final = (
    "elasticloadbalancing:DescribeListeners elasticloadbalancing:DescribeRules elasticloadbalancing:DescribeTargetGroups"
    " elasticloadbalancing:DescribeTargetHealth"
)
_SAVING: Final = (
    "rds:AddTagsToResource rds:CopyDBSnapshot rds:CreateDBInstance rds:CreateDBSnapshot rds:CreateTenantDatabase"
    " rds:DeleteDBInstance rds:DeleteDBSnapshot rds:DeleteTenantDatabase rds:DescribeDBInstances rds:DescribeDBSnapshots"
    " rds:ListTagsForResource rds:ModifyDBInstance rds:RestoreDBInstanceFromDBSnapshot rds:RestoreDBInstanceToPointInTime"
)
_SAVING_BUCKETS: Final = (
    "s3:GetBucketAcl s3:GetBucketLocation s3:GetBucketNotification s3:GetBucketOwnershipControls s3:GetBucketTagging"
    " s3:GetBucketVersioning s3:GetInventoryConfiguration s3:ListBucket s3:ListBucketVersions s3:ListTagsForResource"
    " s3:PutBucketNotification s3:PutBucketOwnershipControls s3:PutBucketVersioning s3:PutInventoryConfiguration"
    " s3:CreateBucket"
)
_NOTICING: Final = (
    "events:DeleteRule events:DescribeRule events:DisableRule events:EnableRule events:ListTargetsByRule events:PutRule"
    " events:PutTargets events:RemoveTargets"
)
_COORDINATING: Final = (
    "backup:CopyFromBackupVault backup:DescribeRestoreJob backup:ListRestoreJobs backup:StartRestoreJob kms:DescribeKey"
    " tag:GetResources"
)
_NEVER: Final = ("account:*", "iam:*", "organizations:*")
"""What no role of a stack may do, whatever the stack file says: it would lead beyond the boundary."""


def boundary_statements(
    scope: Scope,
    *,
    given: Sequence[Statement] = (),
    secret_arns: Sequence[str] = (),
    key_arns: Sequence[str] = (),
    repository_arns: Sequence[str] = (),
    database_user: str | None = None,
    exec_enabled: bool = False,
) -> Sequence[Statement]:
    """Return the statements of the boundary.

    Args:
        scope: whose it is.
        given: what the stack file lets its services do.
        secret_arns: secrets that the stack reads and another made.
        key_arns: keys that encrypt those.
        repository_arns: repositories that the stack pulls from and another made.
        database_user: who services log in to the database as, with a token of IAM's; None: they do not.
        exec_enabled: whether people may open a shell in a task.
    """
    return [
        *_running(scope, repository_arns, exec_enabled=exec_enabled),
        *_secrets(scope, secret_arns, key_arns),
        *_using(scope, database_user),
        *_working(scope),
        *_saving(scope),
        *given,
        documents.deny(_NEVER, ["*"], sid="Never"),
    ]


def _running(scope: Scope, repository_arns: Sequence[str], *, exec_enabled: bool) -> Iterator[Statement]:
    """What starting tasks and functions, and writing logs, takes."""
    groups = scope.arns("logs", ["log-group:{log-group}", "log-group:{log-group}:*"])
    if "database" in scope.parts:
        groups += scope.arns("logs", ["log-group:RDSOSMetrics:*"])
    yield documents.allow(_LOGS.split(), groups, sid="Logs")
    anywhere = ["ecr:GetAuthorizationToken", "logs:DescribeLogGroups", "sts:GetCallerIdentity"]
    if exec_enabled:
        anywhere += _CHANNELS.split()
    if "function" in scope.parts:
        # Lambda places functions in the network with them; what they are about cannot be told before it is made.
        anywhere += _INTERFACES.split()
    yield documents.allow(anywhere, ["*"], sid="Running")
    repositories = [*scope.arns("ecr", ["repository/{repository}"]), *repository_arns]
    if repositories:
        yield documents.allow(_PULL.split(), repositories, sid="Images")


def _secrets(scope: Scope, secret_arns: Sequence[str], key_arns: Sequence[str]) -> Iterator[Statement]:
    secrets = [*scope.arns("secretsmanager", ["secret:{secret}"]), *secret_arns]
    yield documents.allow(_SECRETS.split(), secrets, sid="Secrets")
    if "database" in scope.parts:
        own = {"ArnLike": {"aws:ResourceTag/aws:rds:primaryDBInstanceArn": scope.arns("rds", ["db:{database}"])}}
        passwords = scope.arns("secretsmanager", ["secret:rds!db-*"])
        yield documents.allow(["secretsmanager:GetSecretValue"], passwords, own, sid="MasterPassword")
    yield documents.allow(_KEYS.split(), ["*"], {"StringEquals": scope.tagged}, sid="Keys")
    # The account's own key of Secrets Manager, which everybody in the account may use through it.
    aws_key = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": ["alias/aws/secretsmanager"]}}
    yield documents.allow(["kms:Decrypt"], ["*"], aws_key, sid="AwsKey")
    if key_arns:
        yield documents.allow(["kms:Decrypt"], key_arns, sid="GivenKeys")


def _using(scope: Scope, database_user: str | None) -> Iterator[Statement]:
    """What services do with the stack's own parts."""
    if "bucket" in scope.parts:
        yield documents.allow(_OBJECTS.split(), scope.arns("s3", ["::{bucket}/*"]), sid="Objects")
        yield documents.allow(_BUCKETS.split(), scope.arns("s3", ["::{bucket}"]), sid="Buckets")
    if database_user is not None:
        # The database's own id is not known before it is made; only this network's are within reach.
        users = scope.arns("rds-db", [f"dbuser:*/{database_user}"])
        yield documents.allow(["rds-db:connect"], users, sid="Login")


def _working(scope: Scope) -> Iterator[Statement]:
    """What functions, schedules and AWS's services do for the stack."""
    if "topic" in scope.parts:
        yield documents.allow(["sns:Publish"], scope.arns("sns", ["{name}"]), sid="Topics")
    if "function" in scope.parts:
        yield documents.allow(["lambda:InvokeFunction"], scope.arns("lambda", ["function:{name}"]), sid="Functions")
        services = scope.arns("ecs", ["service/{cluster}/*"])
        yield documents.allow(["ecs:DescribeServices", "ecs:UpdateService"], services, sid="Restarts")
    if "schedule" in scope.parts and "database" in scope.parts:
        sleeping = ["rds:StartDBInstance", "rds:StopDBInstance"]
        yield documents.allow(sleeping, scope.arns("rds", ["db:{database}"]), sid="Sleep")
    if "load-balancer" in scope.parts:
        yield documents.allow(_BALANCERS.split(), ["*"], sid="Balancers")
        yield documents.allow(_SWITCHING.split(), ["*"], {"StringEquals": scope.tagged}, sid="Switching")
    if "slack" in scope.parts:
        yield documents.allow(["cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*"], ["*"], sid="Graphs")


def _saving(scope: Scope) -> Iterator[Statement]:
    """What AWS Backup saves and restores the stack's data with: restored databases and buckets are named after it."""
    if "backup" not in scope.parts:
        return
    yield documents.allow(_COORDINATING.split(), ["*"], sid="Backup")
    vaults = ("CopyIntoBackupVault", "DescribeBackupVault", "ListRecoveryPointsByBackupVault", "TagResource")
    arns = scope.arns("backup", ["backup-vault:{label}", "recovery-point:*"])
    yield documents.allow([f"backup:{action}" for action in vaults], arns, sid="Vaults")
    granting = {"StringEquals": scope.tagged, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    yield documents.allow(["kms:CreateGrant"], ["*"], granting, sid="Grants")
    if "database" in scope.parts:
        patterns = ["db:{database}", "db:{name}", "snapshot:awsbackup:*", "auto-backup:*", "subgrp:{name}", "pg:{name}"]
        patterns += ["og:default:*", "pg:default.*"]
        yield documents.allow(_SAVING.split(), scope.arns("rds", patterns), sid="SaveDatabases")
    if "bucket" in scope.parts:
        buckets = scope.arns("s3", ["::{bucket}", "::{name}"])
        yield documents.allow(_SAVING_BUCKETS.split(), buckets, sid="SaveBuckets")
        yield documents.allow(_OBJECTS.split(), scope.arns("s3", ["::{name}/*"]), sid="RestoredObjects")
        rules = scope.arns("events", ["rule/AwsBackupManagedRule*"])
        yield documents.allow(_NOTICING.split(), rules, sid="NoticeChanges")
        anywhere = ["cloudwatch:GetMetricData", "events:ListRules", "s3:ListAllMyBuckets"]
        yield documents.allow(anywhere, ["*"], sid="SavingAnywhere")
