"""What a pipeline may do in AWS: statements for the parts a stack has, packed into documents of the size IAM takes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar, get_args

from components import _documents as documents
from components._bucket_names import stem

Part = Literal[
    "network", "load-balancer", "certificate", "dns", "cdn", "waf", "ecs", "ecr", "database", "cache", "bucket", "key",
    "secret", "log", "alarm", "topic", "event", "schedule", "function", "backup", "budget", "slack",
]  # fmt: skip
"""What a stack may be made of."""
PARTS: Final[Sequence[Part]] = get_args(Part)

Kind = Literal[
    "cluster", "family", "repository", "database", "cache", "bucket", "secret", "written-secret", "log-group"
]
"""What is granted by name. `written-secret`: secrets whose values the program itself writes, and so reads."""
KINDS: Final[Sequence[Kind]] = get_args(Kind)

ACCOUNT: Final = "<account-id>"
"""Stands for the account's id, and is as long."""
DOCUMENT_SIZE: Final = 6144
"""Characters of a managed policy, white space aside (IAM quotas)."""
TRUST_SIZE: Final = 2048
"""Characters of a role's trust policy (IAM quotas)."""

Statement = Mapping[str, object]
_Entry = TypeVar("_Entry")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What the permissions are limited to."""

    label: str
    """The stack's name in AWS: roles under the path of this name, and what is named after it."""
    regions: Sequence[str]
    """The stack's region first, then others that it has resources in."""
    tags: Mapping[str, str]
    """Tags that everything of the stack carries."""
    parts: Sequence[Part]
    """What the stack may be made of."""
    names: Mapping[Kind, Sequence[str]] = field(default_factory=dict)
    """Names besides those that begin with the label; `*` and `?` are wildcards."""
    hosts: Sequence[str] = ()
    """Host names whose DNS records the stack writes."""
    state_bucket: str | None = None
    """The bucket of Pulumi's state."""
    state_key_arn: str | None = None
    """The key that encrypts the state and the secrets in it."""
    boundary_arn: str | None = None
    """The permissions boundary that every role of the stack must have."""
    empty_buckets: bool = False
    """Whether the stack may delete what its buckets hold, to delete them."""
    own_roles: Sequence[str] = ()
    """Names of the pipeline's own roles, which it must not change."""

    @property
    def partition(self) -> str:
        """The AWS partition."""
        return documents.partition(self.regions[0])


def deploy_statements(scope: Scope) -> Sequence[Statement]:
    """Return what `pulumi up` needs, and what it is refused whatever else is attached to the role."""
    return [
        *_reads(scope),
        *_writes(scope),
        *_roles(scope),
        *_state(scope, write=True),
        *_guards(scope),
    ]


def preview_statements(scope: Scope) -> Sequence[Statement]:
    """Return what `pulumi preview` needs: to read what the stack is made of and its state, not what it holds."""
    return [*_reads(scope), *_state(scope, write=False)]


def pack(statements: Sequence[Statement]) -> Sequence[str]:
    """Write statements as few documents, in their order, none larger than IAM takes."""
    packed: list[list[Statement]] = []
    for statement in itertools.chain.from_iterable(map(_sized, statements)):
        if packed and len(_document([*packed[-1], statement])) <= DOCUMENT_SIZE:
            packed[-1].append(statement)
        else:
            packed.append([statement])
    return [_document(part) for part in packed]


def _sized(statement: Statement) -> Iterator[Statement]:
    """Yield a statement, or several that say the same about fewer resources each."""
    resources = statement["Resource"]
    if len(_document([statement])) <= DOCUMENT_SIZE or not isinstance(resources, list) or len(resources) == 1:
        yield statement
        return
    middle = len(resources) // 2
    for number, half in enumerate((resources[:middle], resources[middle:]), start=1):
        sid = {"Sid": f"{statement['Sid']}{number}"} if "Sid" in statement else {}
        yield from _sized({**statement, **sid, "Resource": half})


def trust_document(provider_arn: str, issuer: str, subjects: Sequence[str]) -> str:
    """Return the trust policy that lets an identity provider's tokens with these subjects in."""
    condition = {
        "StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{issuer}:sub": list(subjects)},
    }
    return _document(
        [
            {
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": condition,
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn},
            }
        ]
    )


def _document(statements: Sequence[Statement]) -> str:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class _Grant:
    """Actions of one service, without its prefix, on resources of the stack's regions and account."""

    service: str
    actions: str
    resources: Sequence[str] = ()
    """The last parts of the ARNs; `{kind}` stands for each name of that kind. None: every resource of the regions."""


# What reading the stack's resources takes. Never what they hold: objects, secrets' values, logs.
_READS: Final[Mapping[Part, str]] = {
    "network": "ec2:Describe* ec2:GetManagedPrefixListEntries ec2:GetSecurityGroupsForVpc",
    "load-balancer": "elasticloadbalancing:Describe*",
    "certificate": "acm:DescribeCertificate acm:ListCertificates acm:ListTagsForCertificate",
    "dns": "route53:Get* route53:List*",
    "cdn": "cloudfront:Describe* cloudfront:Get* cloudfront:List* logs:GetDelivery* logs:ListTags*",
    "waf": "wafv2:Describe* wafv2:Get* wafv2:List*",
    "ecs": "ecs:Describe* ecs:List* application-autoscaling:Describe* application-autoscaling:ListTagsForResource",
    "ecr": "ecr:Describe* ecr:GetAuthorizationToken ecr:GetLifecyclePolicy ecr:GetRepositoryPolicy ecr:ListTagsForResource",
    "database": "rds:Describe* rds:ListTagsForResource",
    "cache": "elasticache:Describe* elasticache:List*",
    "bucket": "s3:GetAccelerateConfiguration s3:GetBucket* s3:GetEncryptionConfiguration s3:GetLifecycleConfiguration"
    " s3:GetReplicationConfiguration s3:ListAllMyBuckets s3:ListTagsForResource",
    "key": "kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListAliases kms:ListKeyPolicies kms:ListResourceTags",
    "secret": "secretsmanager:DescribeSecret secretsmanager:GetResourcePolicy secretsmanager:ListSecret*",
    "log": "logs:Describe* logs:GetLogDelivery logs:ListLogDeliveries logs:ListTags*",
    "alarm": "cloudwatch:Describe* cloudwatch:GetDashboard cloudwatch:ListTagsForResource",
    "topic": "sns:Get* sns:List*",
    "event": "events:Describe* events:List*",
    "schedule": "scheduler:Get* scheduler:List*",
    "function": "lambda:GetFunction* lambda:GetPolicy lambda:ListTags lambda:ListVersionsByFunction",
    "backup": "backup:Describe* backup:Get* backup:List*",
    "budget": "budgets:Describe* budgets:ListTagsForResource budgets:ViewBudget",
    "slack": "chatbot:Describe* chatbot:List*",
}
_ROLE_READS: Final = (
    "iam:GetOpenIDConnectProvider iam:GetPolicy iam:GetPolicyVersion iam:GetRole* iam:List* sts:GetCallerIdentity"
)

_WRITES: Final[Mapping[Part, Sequence[_Grant]]] = {
    "network": [
        _Grant(
            "ec2",
            "AllocateAddress AssociateRouteTable AttachInternetGateway AuthorizeSecurityGroup* CreateFlowLogs"
            " CreateInternetGateway CreateNatGateway CreateNetworkAcl* CreateRoute* CreateSecurityGroup CreateSubnet"
            " CreateTags CreateVpc CreateVpcEndpoint DeleteFlowLogs DeleteInternetGateway DeleteNatGateway"
            " DeleteNetworkAcl* DeleteNetworkInterface DeleteRoute* DeleteSecurityGroup DeleteSubnet DeleteTags DeleteVpc"
            " DeleteVpcEndpoints DetachInternetGateway DetachNetworkInterface DisassociateAddress DisassociateRouteTable"
            " ModifySecurityGroupRules ModifySubnetAttribute ModifyVpcAttribute ModifyVpcEndpoint ReleaseAddress"
            " ReplaceNetworkAcl* ReplaceRoute* RevokeSecurityGroup* UpdateSecurityGroupRuleDescriptions*",
        ),
        _Grant("route53", "AssociateVPCWithHostedZone"),
    ],
    "load-balancer": [
        _Grant(
            "elasticloadbalancing",
            "AddListenerCertificates AddTags Create* Delete* Modify* RemoveListenerCertificates RemoveTags Set*",
        )
    ],
    "certificate": [
        _Grant(
            "acm",
            "AddTagsToCertificate DeleteCertificate RemoveTagsFromCertificate RequestCertificate UpdateCertificateOptions",
        )
    ],
    "cdn": [
        _Grant(
            "logs",
            "CreateDelivery DeleteDelivery* PutDeliveryDestination PutDeliverySource TagResource UntagResource"
            " UpdateDeliveryConfiguration",
            # Deliveries, their sources and their destinations.
            ["delivery*"],
        )
    ],
    "waf": [
        _Grant(
            "wafv2",
            "AssociateWebACL CreateWebACL DeleteLoggingConfiguration DeleteWebACL DisassociateWebACL PutLoggingConfiguration"
            " TagResource UntagResource UpdateWebACL",
        )
    ],
    "ecs": [
        _Grant(
            "ecs",
            "CreateCluster CreateService DeleteCluster DeleteService PutClusterCapacityProviders RunTask StopTask TagResource"
            " UntagResource UpdateCluster* UpdateService*",
            ["cluster/{cluster}", "service/{cluster}/*", "task/{cluster}/*", "task-definition/{family}:*"],
        ),
        _Grant("ecs", "DeregisterTaskDefinition RegisterTaskDefinition"),
        _Grant(
            "application-autoscaling",
            "DeleteScalingPolicy DeleteScheduledAction DeregisterScalableTarget PutScalingPolicy PutScheduledAction"
            " RegisterScalableTarget TagResource UntagResource",
        ),
    ],
    "ecr": [
        _Grant(
            "ecr",
            "BatchCheckLayerAvailability BatchGetImage CompleteLayerUpload CreateRepository DeleteLifecyclePolicy"
            " DeleteRepository DeleteRepositoryPolicy GetDownloadUrlForLayer InitiateLayerUpload PutImage*"
            " PutLifecyclePolicy SetRepositoryPolicy TagResource UntagResource UploadLayerPart",
            ["repository/{repository}"],
        )
    ],
    "database": [
        _Grant(
            "rds",
            "AddTagsToResource CreateDBInstance CreateDBInstanceReadReplica CreateDBParameterGroup CreateDBProxy"
            " CreateDBSnapshot CreateDBSubnetGroup DeleteDBInstance DeleteDBParameterGroup DeleteDBProxy"
            " DeleteDBSubnetGroup DeregisterDBProxyTargets ModifyDBInstance ModifyDBParameterGroup ModifyDBProxy*"
            " ModifyDBSubnetGroup RebootDBInstance RegisterDBProxyTargets RemoveTagsFromResource ResetDBParameterGroup"
            " StartDBInstance StopDBInstance",
            [
                "db:{database}",
                "snapshot:{database}",
                "db-proxy:*",
                "og:*",
                "pg:*",
                "secgrp:*",
                "subgrp:*",
                "target-group:*",
            ],
        ),
        # The master password that RDS keeps: made on the caller's behalf, never read.
        _Grant(
            "secretsmanager",
            "CancelRotateSecret CreateSecret RotateSecret TagResource UntagResource",
            ["secret:rds!*"],
        ),
    ],
    "cache": [
        _Grant(
            "elasticache",
            "AddTagsToResource CreateCacheParameterGroup CreateCacheSubnetGroup CreateReplicationGroup CreateSnapshot"
            " DecreaseReplicaCount DeleteCacheParameterGroup DeleteCacheSubnetGroup DeleteReplicationGroup"
            " IncreaseReplicaCount ModifyCacheParameterGroup ModifyCacheSubnetGroup ModifyReplicationGroup*"
            " RemoveTagsFromResource ResetCacheParameterGroup",
            [
                "replicationgroup:{cache}",
                "cluster:{cache}",
                "snapshot:{cache}",
                "parametergroup:*",
                "securitygroup:*",
                "subnetgroup:*",
                "user:*",
                "usergroup:*",
            ],
        )
    ],
    "secret": [
        _Grant(
            "secretsmanager",
            "CancelRotateSecret CreateSecret DeleteResourcePolicy DeleteSecret PutResourcePolicy PutSecretValue"
            " RestoreSecret RotateSecret TagResource UntagResource UpdateSecret ValidateResourcePolicy",
            ["secret:{secret}", "secret:{written-secret}"],
        ),
        _Grant("secretsmanager", "GetSecretValue", ["secret:{written-secret}"]),
    ],
    "log": [
        _Grant(
            "logs",
            "AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteMetricFilter DeleteRetentionPolicy DisassociateKmsKey"
            " FilterLogEvents GetLogEvents PutMetricFilter PutRetentionPolicy TagResource UntagResource",
            ["log-group:{log-group}", "log-group:{log-group}:*"],
        ),
        # Firewalls, flow logs and caches deliver through these, which name no resource.
        _Grant("logs", "CreateLogDelivery DeleteLogDelivery PutResourcePolicy UpdateLogDelivery"),
    ],
    "alarm": [
        _Grant(
            "cloudwatch",
            "DeleteAlarms DisableAlarmActions EnableAlarmActions PutCompositeAlarm PutMetricAlarm TagResource UntagResource",
            ["alarm:*"],
        )
    ],
    "topic": [
        _Grant(
            "sns",
            "CreateTopic DeleteTopic SetSubscriptionAttributes SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource",
        )
    ],
    "event": [
        _Grant(
            "events",
            "DeleteRule DisableRule EnableRule PutRule PutTargets RemoveTargets TagResource UntagResource",
            ["rule/*"],
        )
    ],
    "schedule": [
        _Grant(
            "scheduler",
            "CreateSchedule CreateScheduleGroup DeleteSchedule DeleteScheduleGroup TagResource UntagResource UpdateSchedule",
            ["schedule/*/*", "schedule-group/*"],
        )
    ],
    "function": [
        _Grant(
            "lambda",
            "AddPermission CreateFunction DeleteFunction* InvokeFunction PublishVersion PutFunction* RemovePermission"
            " TagResource UntagResource UpdateFunction*",
            ["function:*"],
        )
    ],
    "backup": [
        _Grant(
            "backup",
            "CreateBackupPlan CreateBackupSelection CreateBackupVault DeleteBackupPlan DeleteBackupSelection"
            " DeleteBackupVault TagResource UntagResource UpdateBackupPlan",
        ),
        _Grant("backup-storage", "MountCapsule"),
    ],
    "slack": [
        _Grant(
            "chatbot",
            "CreateSlackChannelConfiguration DeleteSlackChannelConfiguration TagResource UntagResource"
            " UpdateSlackChannelConfiguration",
        )
    ],
}

_DISTRIBUTION: Final = (
    "cloudfront:AllowVendedLogDeliveryForResource cloudfront:Create* cloudfront:DeleteDistribution"
    " cloudfront:DeleteOriginAccessControl cloudfront:DeleteResponseHeadersPolicy cloudfront:TagResource"
    " cloudfront:UntagResource cloudfront:UpdateDistribution cloudfront:UpdateOriginAccessControl cloudfront:UpdateResponseHeadersPolicy"
)
_BUCKET: Final = (
    "s3:CreateBucket s3:DeleteBucket s3:DeleteBucketPolicy s3:PutBucket* s3:PutEncryptionConfiguration"
    " s3:PutLifecycleConfiguration s3:PutReplicationConfiguration"
    " s3:TagResource s3:UntagResource"
)
_KEY: Final = (
    "kms:CancelKeyDeletion kms:CreateGrant kms:Decrypt kms:DisableKey kms:EnableKey kms:EnableKeyRotation"
    " kms:GenerateDataKey* kms:PutKeyPolicy kms:RetireGrant kms:RevokeGrant kms:ScheduleKeyDeletion kms:TagResource"
    " kms:UntagResource kms:UpdateKeyDescription"
)

_ROLE: Final = (
    "iam:DeleteRole iam:DeleteRolePolicy iam:DetachRolePolicy iam:TagRole iam:UntagRole iam:UpdateAssumeRolePolicy"
    " iam:UpdateRole iam:UpdateRoleDescription"
)

# Who the stack's roles are for.
_PASSED_TO: Final = (
    "backup", "chatbot", "ecs", "ecs-tasks", "events", "lambda", "monitoring.rds", "rds", "s3", "scheduler", "vpc-flow-logs",
)  # fmt: skip
_LINKED: Final = (
    "backup", "ecs", "ecs.application-autoscaling", "elasticache", "elasticloadbalancing", "management.chatbot", "rds",
    "wafv2",
)  # fmt: skip
# AWS's ready-made policies that the components attach.
_ATTACHED: Final = (
    "AmazonECSInfrastructureRolePolicyForLoadBalancers", "AWSBackupServiceRolePolicyForS3Backup",
    "AWSBackupServiceRolePolicyForS3Restore", "CloudWatchAgentServerPolicy", "CloudWatchReadOnlyAccess",
    "service-role/AWSBackupServiceRolePolicyForBackup", "service-role/AWSBackupServiceRolePolicyForRestores",
    "service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaVPCAccessExecutionRole",
    "service-role/AmazonRDSEnhancedMonitoringRole",
)  # fmt: skip

_ESCALATION: Final = (
    "iam:AddClientIDToOpenIDConnectProvider iam:Create*Alias iam:CreateOpenIDConnectProvider iam:CreatePolicy*"
    " iam:CreateSAMLProvider iam:DeleteAccount* iam:DeleteOpenIDConnectProvider iam:DeletePolicy* iam:SetDefaultPolicyVersion"
    " iam:UpdateAccount* iam:UpdateOpenIDConnectProviderThumbprint iam:UpdateSAMLProvider iam:*AccessKey* iam:*Group*"
    " iam:*LoginProfile* iam:*MFADevice* iam:*User*"
)
_OWN_ROLE: Final = (
    "iam:AttachRolePolicy iam:DeleteRole* iam:DetachRolePolicy iam:PassRole iam:PutRole* iam:TagRole iam:UntagRole"
    " iam:UpdateAssumeRolePolicy iam:UpdateRole*"
)
_ACCOUNT: Final = (
    "account:* billing:* cloudtrail:DeleteTrail cloudtrail:StopLogging cloudtrail:UpdateTrail config:DeleteConfigurationRecorder"
    " config:StopConfigurationRecorder ec2:DisableEbsEncryptionByDefault ecr:DeleteRegistryPolicy ecr:PutRegistry*"
    " ecs:PutAccountSetting* guardduty:DeleteDetector guardduty:UpdateDetector organizations:*"
    " s3:PutAccountPublicAccessBlock securityhub:DisableSecurityHub"
)
_BACKUPS: Final = (
    "backup:DeleteRecoveryPoint backup:PutBackupVaultAccessPolicy backup:UpdateRecoveryPointLifecycle"
    " elasticache:DeleteSnapshot rds:DeleteDBInstanceAutomatedBackup rds:DeleteDBSnapshot"
)
# Actions whose resource always is one that the program made, and so tagged.
_CHANGES_OF_TAGGED: Final[Mapping[Part, str]] = {
    "network": "ec2:DeleteFlowLogs ec2:DeleteInternetGateway ec2:DeleteNatGateway ec2:DeleteNetworkAcl"
    " ec2:DeleteSecurityGroup ec2:DeleteSubnet ec2:DeleteVpc ec2:DeleteVpcEndpoints ec2:ReleaseAddress",
    "load-balancer": "elasticloadbalancing:Delete*",
    "certificate": "acm:DeleteCertificate",
    "cdn": "cloudfront:DeleteDistribution cloudfront:UpdateDistribution",
    "waf": "wafv2:DeleteWebACL",
    "topic": "sns:DeleteTopic sns:SetTopicAttributes",
    "event": "events:DeleteRule",
    "function": "lambda:DeleteFunction lambda:InvokeFunction lambda:UpdateFunction*",
    "backup": "backup:DeleteBackupPlan backup:DeleteBackupVault backup:UpdateBackupPlan",
}
_TAGGING: Final[Mapping[Part, str]] = {
    "network": "ec2:CreateTags ec2:DeleteTags",
    "load-balancer": "elasticloadbalancing:AddTags elasticloadbalancing:RemoveTags",
    "certificate": "acm:AddTagsToCertificate acm:RemoveTagsFromCertificate",
    "cdn": "cloudfront:TagResource cloudfront:UntagResource",
    "waf": "wafv2:TagResource wafv2:UntagResource",
    "key": "kms:TagResource kms:UntagResource",
    "topic": "sns:TagResource sns:UntagResource",
    "event": "events:TagResource events:UntagResource",
    "function": "lambda:TagResource lambda:UntagResource",
    "backup": "backup:TagResource backup:UntagResource",
}


def _reads(scope: Scope) -> Iterator[Statement]:
    yield documents.allow([*" ".join(_of(scope, _READS)).split(), *_ROLE_READS.split()], ["*"], sid="Read")
    if "bucket" in scope.parts:
        yield documents.allow(["s3:ListBucket"], _s3(scope, "{bucket}"), sid="FindBuckets")


def _writes(scope: Scope) -> Iterator[Statement]:
    regions = {"StringEquals": {"aws:RequestedRegion": list(scope.regions)}}
    everywhere: list[str] = []
    for grant in itertools.chain.from_iterable(_of(scope, _WRITES)):
        actions = [f"{grant.service}:{action}" for action in grant.actions.split()]
        if grant.resources:
            yield documents.allow(actions, _arns(scope, grant.service, grant.resources), regions)
        elif grant.service == "route53":
            yield documents.allow(actions, ["*"])
        else:
            everywhere += actions
    if everywhere:
        yield documents.allow(everywhere, ["*"], regions, sid="Regions")
    if "cdn" in scope.parts:
        yield documents.allow(_DISTRIBUTION.split(), [f"arn:{scope.partition}:cloudfront::{ACCOUNT}:*"], sid="Cdn")
    if "bucket" in scope.parts:
        yield documents.allow(_BUCKET.split(), _s3(scope, "{bucket}"), sid="Buckets")
    if "bucket" in scope.parts and scope.empty_buckets:
        emptying = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"]
        yield documents.allow(emptying, _s3(scope, "{bucket}", "{bucket}/*"), sid="EmptyBuckets")
    if "budget" in scope.parts:
        budgets = f"arn:{scope.partition}:budgets::{ACCOUNT}:budget/{scope.label}*"
        yield documents.allow(["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"], [budgets])
    if "alarm" in scope.parts:
        dashboards = f"arn:{scope.partition}:cloudwatch::{ACCOUNT}:dashboard/{scope.label}*"
        yield documents.allow(["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"], [dashboards])
    yield from _records(scope)
    yield from _keys(scope)


def _records(scope: Scope) -> Iterator[Statement]:
    """Let the stack write the records of its hosts and of their certificates' validation, in whichever zone."""
    if "dns" not in scope.parts:
        return
    if scope.hosts:
        names = dict.fromkeys(
            name for host in scope.hosts for name in (host.replace("*", "\\052"), f"_*.{host.removeprefix('*.')}")
        )
        key = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
        yield documents.allow(
            ["route53:ChangeResourceRecordSets"],
            [f"arn:{scope.partition}:route53:::hostedzone/*"],
            {"ForAllValues:StringLike": {key: list(names)}, "Null": {key: "false"}},
            sid="Records",
        )
    checks = ("ChangeTagsForResource", "DeleteHealthCheck", "UpdateHealthCheck")
    yield documents.allow(["route53:CreateHealthCheck"], ["*"], sid="NewHealthChecks")
    yield documents.allow(
        [f"route53:{action}" for action in checks],
        [f"arn:{scope.partition}:route53:::healthcheck/*"],
        sid="HealthChecks",
    )


def _keys(scope: Scope) -> Iterator[Statement]:
    """Let the stack make keys with its tags and manage and use those that have them, under names of its own."""
    if "key" not in scope.parts:
        return
    requested = {f"aws:RequestTag/{tag}": value for tag, value in scope.tags.items()}
    tagged = {f"aws:ResourceTag/{tag}": value for tag, value in scope.tags.items()}
    yield documents.allow(["kms:CreateKey", "kms:TagResource"], ["*"], {"StringEquals": requested}, sid="NewKeys")
    keys = _arns(scope, "kms", ["key/*"])
    yield documents.allow(_KEY.split(), keys, {"StringEquals": tagged}, sid="Keys")
    alias = ("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias")
    yield documents.allow(alias, _arns(scope, "kms", [f"alias/{scope.label}*"]), sid="KeyNames")
    yield documents.allow(alias, keys, {"StringEquals": tagged}, sid="NamedKeys")


def _roles(scope: Scope) -> Iterator[Statement]:
    """Let the stack make roles under its own path and pass them to the services they are for, no other."""
    roles = [f"arn:{scope.partition}:iam::{ACCOUNT}:role/{scope.label}/*"]
    bounded = {"StringEquals": {"iam:PermissionsBoundary": scope.boundary_arn}} if scope.boundary_arn else None
    ready = [f"arn:{scope.partition}:iam::aws:policy/{name}" for name in _ATTACHED]
    yield documents.allow(
        _ROLE.split(),
        roles,
        sid="Roles",
    )
    yield documents.allow(["iam:CreateRole", "iam:PutRolePolicy"], roles, bounded, sid="BoundedRoles")
    yield documents.allow(
        ["iam:AttachRolePolicy"],
        roles,
        {"ArnEquals": {"iam:PolicyARN": ready}, **(bounded or {})},
        sid="ReadyPolicies",
    )
    if scope.boundary_arn:
        yield documents.allow(["iam:PutRolePermissionsBoundary"], roles, bounded, sid="Boundary")
    passed = {"StringEquals": {"iam:PassedToService": [f"{service}.amazonaws.com" for service in _PASSED_TO]}}
    yield documents.allow(["iam:PassRole"], roles, passed, sid="PassRoles")
    linked = {"StringEquals": {"iam:AWSServiceName": [f"{service}.amazonaws.com" for service in _LINKED]}}
    service_roles = [f"arn:{scope.partition}:iam::{ACCOUNT}:role/aws-service-role/*"]
    yield documents.allow(["iam:CreateServiceLinkedRole"], service_roles, linked, sid="ServiceRoles")


def _state(scope: Scope, *, write: bool) -> Iterator[Statement]:
    if scope.state_bucket:
        bucket = f"arn:{scope.partition}:s3:::{scope.state_bucket}"
        actions = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"] if write else ["s3:GetObject"]
        yield documents.allow(["s3:ListBucket"], [bucket], sid="StateBucket")
        yield documents.allow(actions, [f"{bucket}/.pulumi/*"], sid="State")
    if scope.state_key_arn:
        actions = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"] if write else ["kms:Decrypt"]
        yield documents.allow(actions, [scope.state_key_arn], sid="StateKey")


def _guards(scope: Scope) -> Iterator[Statement]:
    """Refuse what would widen the pipeline's own power, change the account, end backups or touch other stacks."""
    yield documents.deny(_ESCALATION.split(), ["*"], sid="NoEscalation")
    if scope.own_roles:
        own = [f"arn:{scope.partition}:iam::{ACCOUNT}:role/{name}" for name in scope.own_roles]
        yield documents.deny(_OWN_ROLE.split(), own, sid="NotItself")
    if scope.boundary_arn:
        yield documents.deny(["iam:DeleteRolePermissionsBoundary"], ["*"], sid="NoLessBounds")
    yield documents.deny(_ACCOUNT.split(), ["*"], sid="NoAccountSettings")
    yield documents.deny(_BACKUPS.split(), ["*"], sid="NoLossOfBackups")
    bypass = {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}}
    yield documents.deny(["kms:CreateKey", "kms:PutKeyPolicy"], ["*"], bypass, sid="NoLockout")
    changes = " ".join(_of(scope, _CHANGES_OF_TAGGED)).split()
    tagging = " ".join(_of(scope, _TAGGING)).split()
    for number, (tag, value) in enumerate(sorted(scope.tags.items()), start=1):
        foreign = {"StringNotEquals": {f"aws:ResourceTag/{tag}": value}}
        if changes:
            yield documents.deny(changes, ["*"], foreign, sid=f"NothingForeign{number}")
        if tagging:
            taken = {**foreign, "Null": {f"aws:ResourceTag/{tag}": "false"}}
            yield documents.deny(tagging, ["*"], taken, sid=f"NoTakeover{number}")


def _of(scope: Scope, table: Mapping[Part, _Entry]) -> Iterator[_Entry]:
    """Yield the entries of the parts that the stack may have, in the table's order."""
    return (entry for part, entry in table.items() if part in scope.parts)


def _arns(scope: Scope, service: str, patterns: Sequence[str]) -> list[str]:
    region = scope.regions[0] if len(scope.regions) == 1 else "*"
    start = f"arn:{scope.partition}:{service}:{region}:{ACCOUNT}:"
    return [f"{start}{resource}" for resource in _expanded(scope, patterns)]


def _s3(scope: Scope, *patterns: str) -> list[str]:
    return [f"arn:{scope.partition}:s3:::{resource}" for resource in _expanded(scope, patterns)]


def _expanded(scope: Scope, patterns: Sequence[str]) -> Iterator[str]:
    """Write each pattern once for each of the names its `{kind}` stands for."""
    for pattern in patterns:
        kind = next((kind for kind in KINDS if f"{{{kind}}}" in pattern), None)
        if kind is None:
            yield pattern
        else:
            for name in _names(scope, kind):
                yield pattern.replace(f"{{{kind}}}", name)


def _names(scope: Scope, kind: Kind) -> Sequence[str]:
    given = scope.names.get(kind, ())
    if kind == "log-group":
        # AWS and the components put the name of what logs into the group's.
        logging = [name for of in ("cluster", "family", "database", "cache") for name in scope.names.get(of, ())]
        return list(dict.fromkeys([*(f"*{name}*" for name in (scope.label, *logging)), *given]))
    # Secrets Manager adds a hyphen and six characters; members and snapshots are named after the instance.
    suffix = {"secret": "-??????", "written-secret": "-??????", "cache": "*", "database": "*"}.get(kind, "")
    own = stem(scope.label) if kind == "bucket" else scope.label
    return list(dict.fromkeys([f"{own}*", *(f"{name}{suffix}" for name in given)]))
