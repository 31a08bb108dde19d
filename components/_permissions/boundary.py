"""The most that any role of a stack can be given: what its tasks, functions and the services that work for it need.

A component that gives a role something new adds it here, or the role's policy has no effect (`tests/iam/test_boundary.py`). Where only
the stack's own resources are meant, patterns of actions keep the document within the size that IAM takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from components import _documents as documents
from components._malware_scan import RULE
from components._permissions import packing
from components._permissions.scope import ACCOUNT, Scope, Statement
from components._permissions.statements import master_secret, of_own_database
from components._pull_through import FILL, may_be_cached

_PULL: Final = "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer"
_SECRETS: Final = (
    "secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:ListSecretVersionIds"
    " secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage"
)
_KEYS: Final = "kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey* kms:ReEncrypt*"
_OBJECTS: Final = (
    "s3:AbortMultipartUpload s3:DeleteObject s3:GetObject* s3:ListMultipartUploadParts s3:PutObject* s3:Replicate*"
)
_MESSAGES: Final = "sqs:*Message sqs:ChangeMessageVisibility sqs:GetQueue*"
_INTERFACES: Final = "ec2:*PrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface"
_SWITCHING: Final = (
    "elasticloadbalancing:DeregisterTargets elasticloadbalancing:ModifyListener elasticloadbalancing:ModifyRule"
    " elasticloadbalancing:RegisterTargets"
)
_SAVING: Final = (
    "rds:*TenantDatabase rds:AddTagsToResource rds:CopyDBSnapshot rds:CreateDBInstance rds:CreateDBSnapshot"
    " rds:DeleteDBInstance rds:DeleteDBSnapshot rds:Describe* rds:ListTagsForResource rds:ModifyDBInstance"
    " rds:RestoreDBInstance*"
)
_SAVING_CLUSTERS: Final = (
    "rds:AddTagsToResource rds:CopyDBClusterSnapshot rds:CreateDBClusterSnapshot rds:DeleteDBCluster"
    " rds:DeleteDBClusterSnapshot rds:Describe* rds:ListTagsForResource rds:ModifyDBCluster rds:RestoreDBCluster*"
)
_SAVING_BUCKETS: Final = (
    "s3:CreateBucket s3:Get* s3:List* s3:PutBucketNotification s3:PutBucketOwnershipControls s3:PutBucketVersioning"
    " s3:PutInventoryConfiguration"
)
_COORDINATING: Final = "backup:DescribeRestoreJob backup:ListRestoreJobs kms:DescribeKey tag:GetResources"
_NEVER: Final = ("account:*", "iam:*", "organizations:*")
"""What no role of a stack may do, whatever the stack file says: it would lead beyond the boundary."""


def boundary_statements(
    scope: Scope,
    *,
    given: Sequence[Statement] = (),
    repository_arns: Sequence[str] = (),
    database_users: Sequence[str] = (),
    exec_enabled: bool = False,
    by_tag: bool = False,
    most_log_groups: int | None = None,
) -> Sequence[Statement]:
    """Return the statements of the boundary.

    Args:
        scope: whose it is.
        given: what the stack file lets its services do.
        repository_arns: repositories that the stack pulls from and another made.
        database_users: who services log in to the database as, with tokens of IAM's.
        exec_enabled: whether people may open a shell in a task.
        by_tag: tell the stack's repositories and secrets by its tags, where their names would be too many.
        most_log_groups: tell log groups by no more patterns than these, where their names would be too many; None: by their names.
    """
    # Those that another stack makes carry its tags.
    named = scope.shared.registry or not by_tag
    repositories = [*(scope.arns("ecr", ["repository/{repository}"]) if named else []), *repository_arns]
    pulling = "ecr" in scope.parts or repository_arns
    cached = may_be_cached(repository_arns)
    return [
        *_anywhere(scope, pulling=bool(pulling), exec_enabled=exec_enabled),
        *_logs(scope, most_log_groups),
        *([documents.allow(_PULL.split(), repositories)] if repositories else []),
        *([documents.allow(FILL, cached)] if cached else []),
        *_secrets(scope, by_tag=by_tag),
        *_tagged(scope, by_tag=by_tag),
        *_using(scope, database_users),
        *_files(scope),
        *_jobs(scope),
        *_queues(scope),
        *_saving(scope),
        *given,
        *_never(scope),
    ]


def _never(scope: Scope) -> Iterator[Statement]:
    if "job" not in scope.parts:
        yield documents.deny(_NEVER, ["*"])
        return
    yield documents.deny([action for action in _NEVER if action != "iam:*"], ["*"])
    # Only the call that hands a role to a service has the key.
    yield documents.deny(["iam:*"], ["*"], {"Null": {"iam:PassedToService": "true"}})


def _anywhere(scope: Scope, *, pulling: bool, exec_enabled: bool) -> Iterator[Statement]:
    """Allow what knows no resource, and what shows names only."""
    actions = ["logs:DescribeLog*", "sts:GetCallerIdentity"]
    if pulling:
        actions.append("ecr:GetAuthorizationToken")
    if exec_enabled:
        actions.append("ssmmessages:*Channel")
    if "function" in scope.parts:
        actions += ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    if "load-balancer" in scope.parts:
        actions.append("elasticloadbalancing:Describe*")
    if "slack" in scope.parts:
        actions += ["cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*"]
    if "backup" in scope.parts:
        actions += _COORDINATING.split()
    if "backup" in scope.parts and "bucket" in scope.parts:
        actions += ["cloudwatch:GetMetricData", "events:ListRules", "s3:ListAllMyBuckets"]
    yield documents.allow(list(dict.fromkeys(actions)), ["*"])


def _logs(scope: Scope, most: int | None) -> Iterator[Statement]:
    names = scope.named("log-group")
    groups = [f"log-group:{name}:*" for name in (names if most is None else packing.grouped(tuple(names), most))]
    if "database" in scope.parts:
        groups.append("log-group:RDSOSMetrics:*")
    yield documents.allow(["logs:CreateLogStream", "logs:PutLogEvents"], scope.arns("logs", groups))


def _secrets(scope: Scope, *, by_tag: bool) -> Iterator[Statement]:
    if "secret" in scope.parts and not by_tag:
        yield documents.allow(_SECRETS.split(), scope.arns("secretsmanager", ["secret:{secret}"]))
    if "database" in scope.parts:
        passwords = scope.arns("secretsmanager", [master_secret(scope)])
        yield documents.allow(["secretsmanager:GetSecretValue"], passwords, of_own_database(scope))


def _tagged(scope: Scope, *, by_tag: bool) -> Iterator[Statement]:
    """Allow the stack's own keys, and what AWS names."""
    actions = _KEYS.split()
    if by_tag:
        actions += [*_SECRETS.split(), *_PULL.split()]
    if "load-balancer" in scope.parts:
        actions += _SWITCHING.split()
    yield documents.allow(actions, ["*"], scope.owned)
    if "backup" in scope.parts:
        for_aws = {"kms:GrantIsForAWSResource": "true"}
        yield documents.allow(["kms:CreateGrant"], ["*"], {**scope.owned, "Bool": for_aws})


def _using(scope: Scope, database_users: Sequence[str]) -> Iterator[Statement]:
    """Allow what services, functions and schedules do with the stack's own parts."""
    if "bucket" in scope.parts:
        # Restored buckets are named after the stack; AWS Backup may read all that is set on a bucket.
        saved = "backup" in scope.parts
        yield documents.allow(_OBJECTS.split(), scope.arns("s3", ["::{bucket}/*", *(["::{name}/*"] if saved else [])]))
        reading = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        yield documents.allow(_SAVING_BUCKETS.split() if saved else reading, scope.arns("s3", ["::{bucket}"]))
    if "malware-scan" in scope.parts:
        yield documents.allow(
            ["s3:GetBucketNotification", "s3:PutBucketNotification"], scope.arns("s3", ["::{bucket}"])
        )
        yield documents.allow(["events:*Rule", "events:*Targets*"], scope.arns("events", [f"rule/{RULE}"]))
    if database_users:
        # The database's own id is not known before it is made; only this network's are within reach.
        yield documents.allow(["rds-db:connect"], scope.arns("rds-db", [f"dbuser:*/{user}" for user in database_users]))
    if "cache-users" in scope.parts:
        connecting = scope.arns("elasticache", ["replicationgroup:{cache}", "user:{name}"])
        yield documents.allow(["elasticache:Connect"], connecting)
    if "topic" in scope.parts:
        yield documents.allow(["sns:Publish"], scope.arns("sns", ["{name}"]))
    if "function" in scope.parts:
        yield documents.allow(["lambda:InvokeFunction"], scope.arns("lambda", ["function:{name}"]))
        # Lambda places functions in the network; which interfaces these are cannot be told before they are made.
        placing = scope.arns("ec2", ["network-interface/*", "security-group/*", "subnet/*"])
        yield documents.allow(_INTERFACES.split(), placing)
        restarting = ["ecs:DescribeServices", "ecs:UpdateService"]
        yield documents.allow(restarting, scope.arns("ecs", ["service/{cluster}/*"]))
    clustered = "database-cluster" in scope.parts
    if "schedule" in scope.parts and "database" in scope.parts:
        kind, own = ("Cluster", "cluster:{database-cluster}") if clustered else ("Instance", "db:{database}")
        yield documents.allow([f"rds:StartDB{kind}", f"rds:StopDB{kind}"], scope.arns("rds", [own]))


def _files(scope: Scope) -> Iterator[Statement]:
    """Allow what tasks and AWS Backup do with the stack's file systems."""
    if "volume" not in scope.parts:
        return
    # AWS names file systems; the stack's tags tell its own.
    using = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    if "backup" in scope.parts:
        # Files are restored into a folder of the file system that they were in.
        using += [f"elasticfilesystem:{action}" for action in ("Backup", "DescribeTags", "Restore")]
        using.append("elasticfilesystem:DescribeFileSystems")
    yield documents.allow(using, scope.arns("elasticfilesystem", ["file-system/*"]), scope.owned)


def _jobs(scope: Scope) -> Iterator[Statement]:
    """Allow the function that runs jobs to run tasks in the stack's cluster, as the roles of its services."""
    if "job" not in scope.parts:
        return
    inside = {"ArnEquals": {"ecs:cluster": scope.arns("ecs", ["cluster/{cluster}"])}}
    yield documents.allow(["ecs:ListTasks", "ecs:RunTask"], ["*"], inside)
    tasks = scope.arns("ecs", ["task/{cluster}/*"])
    yield documents.allow(["ecs:DescribeTasks", "ecs:StopTask", "ecs:TagResource"], tasks)
    roles = [f"arn:{scope.partition}:iam::{ACCOUNT}:role/{scope.name_prefix}/*"]
    to_tasks = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    yield documents.allow(["iam:PassRole"], roles, to_tasks)
    yield documents.allow(["scheduler:GetSchedule"], scope.arns("scheduler", ["schedule/{name}/*"]))


def _queues(scope: Scope) -> Iterator[Statement]:
    if "queue" in scope.parts:
        yield documents.allow(_MESSAGES.split(), scope.arns("sqs", ["{name}"]))


def _saving(scope: Scope) -> Iterator[Statement]:
    """Allow what AWS Backup saves and restores the stack's data with: restored databases and buckets are named after it."""
    if "backup" not in scope.parts:
        return
    actions = ["backup:Copy*BackupVault", "backup:DescribeBackupVault", "backup:ListRecoveryPointsByBackupVault"]
    actions += ["backup:StartRestoreJob", "backup:TagResource"]
    clustered = "database-cluster" in scope.parts
    snapshots = scope.arns("rds", ["cluster-snapshot:awsbackup:*" if clustered else "snapshot:awsbackup:*"])
    yield documents.allow(
        actions, [*scope.arns("backup", ["backup-vault:{name_prefix}", "recovery-point:*"]), *snapshots]
    )
    if clustered:
        patterns = [
            "cluster:{database-cluster}",
            "cluster:{name}",
            "cluster-snapshot:awsbackup:*",
            "cluster-auto-backup:*",
        ]
        patterns += ["cluster-pg:{cluster-parameters}", "db:{cluster-instance}", "subgrp:{name}", "og:default:*"]
        yield documents.allow(_SAVING_CLUSTERS.split(), scope.arns("rds", patterns))
    elif "database" in scope.parts:
        patterns = ["db:{database}", "db:{name}", "snapshot:awsbackup:*", "auto-backup:*", "subgrp:{name}", "pg:{name}"]
        yield documents.allow(_SAVING.split(), scope.arns("rds", [*patterns, "og:default:*", "pg:default.*"]))
    if "bucket" in scope.parts:
        yield documents.allow(_SAVING_BUCKETS.split(), scope.arns("s3", ["::{name}"]))
        rules = scope.arns("events", ["rule/AwsBackupManagedRule*"])
        yield documents.allow(["events:*Rule", "events:*Targets*"], rules)
