"""Which calls of AWS each resource of a graph is made, read, changed and removed with, and what each call is about.

Most are what AWS itself says in the schemas of CloudFormation's resource types (`handlers.json`); what the provider does otherwise is
said here, and why what it never calls is left out.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, Literal, get_args

from policy.common import iam_actions
from preview.graph import Graph, Resource
from tests.components.conftest import ACCOUNT
from tests.iam.evaluator import Request

Verb = Literal["create", "read", "update", "delete"]
VERBS: Final[Sequence[Verb]] = get_args(Verb)

HANDLERS: Final[Mapping[str, Mapping[Verb, Sequence[str]]]] = {
    type_: row
    for type_, row in json.loads((Path(__file__).parent / "handlers.json").read_text(encoding="utf-8")).items()
    if type_ != "source"
}

"""What AWS says each type's handlers call."""

NOT_CALLED: Final[Mapping[str, str]] = {
    r"(amplify|apigateway|apprunner|appsync|cognito-idp|firehose|codewhisperer|workmail|vpc-lattice|vpce|s3tables):.*": "another service's",
    r"route53-recovery-control-config:.*": "no routing controls",
    r"lambda:.*(CodeSigning|ProvisionedConcurrency|RuntimeManagement|LayerVersion|PutFunctionRecursion).*": "a function has none of them",
    r"lambda:GetFunctionCodeSigningConfig": "read, though there is none",
    r"backup:.*BackupVault(AccessPolicy|LockConfiguration|Notifications)": "vaults have none",
    r"chatbot:.*(Associat|associate).*": "no custom actions",
    r"cloudfront:.*(ConnectionGroup|StagingConfig)": "no tenants, no staging distributions",
    r"cloudwatch:GetMetricData": "only predictive scaling reads metrics",
    r"ec2:.*(VerifiedAccess|VpnGateway|Ipam|Tenancy|AddressTransfer|SubnetCidrBlock|NatGatewayAddress|AccountAttributes).*": "none of them",
    r"ec2:(AssociateAddress|DescribeInstances)": "addresses are the NAT gateways', and there are no instances",
    r"ecr:(Set|Delete)RepositoryPolicy": "no component makes one",
    r"ecs:(PutAccountSetting.*|DescribeCapacityProviders)": "the account's own",
    r"elasticache:DescribeEngineDefaultParameters|rds:DescribeEngineDefaultParameters": "the provider asks for the group's own",
    r"elasticloadbalancing:(De)?[Rr]egisterTargets": "ECS does, by its own role",
    r"elasticloadbalancing:Modify(CapacityReservation|IpPools)": "none of them",
    r"iam:(ListRoles|PutRolePolicy)": "PutRolePolicy is a resource of its own",
    r"kms:(DisableKeyRotation|Encrypt|CreateGrant|RetireGrant|Decrypt|GenerateDataKey)": "asked apart, with the key",
    r"logs:.*(DataProtection|IndexPolic|DestinationPolicy).*": "no log has them",
    r"rds:(Describe(DBCluster|Events|DBInstanceAutomated).*|Promote.*|Restore.*|.*Role(To|From)DB.*|.*AutomatedBackupsReplication)": "instances only",
    r"s3:.*(Accelerate|Analytics|IntelligentTiering|Inventory|Metrics|Website|ObjectLock|MetadataTable|ObjectAcl).*": "buckets have none of them",
    r"s3:(DeleteObject|GetObject|GetObjectVersion)": "what buckets hold is not touched; a function's code is sent along",
    r"s3:(Get|Put)BucketPolicy": "a resource of its own",
    r"secretsmanager:(GetRandomPassword|GetSecretValue|.*Region.*|.*RotateSecret)": "asked apart",
    r"sns:.*DataProtectionPolicy": "topics have none",
    r"wafv2:.*PermissionPolicy": "nothing is shared with other accounts",
    r"iam:CreateServiceLinkedRole|iam:PassRole|iam:GetRole|iam:TagRole|iam:UntagRole|iam:.*RolePolic.*|iam:.*Boundary": "asked apart",
    r"logs:PutResourcePolicy": "the firewall's log alone needs it: `_ADDED`",
    r"lambda:InvokeFunction": "no function rotates a secret",
    r"elasticfilesystem:DescribeMountTargets": "no function has a file system; mount targets themselves are asked for by `_ADDED`",
    r"cloudwatch:DescribeAlarms": "a health check watches no alarm; alarms themselves are asked for by `_ADDED`",
}  # fmt: skip
"""Actions that AWS names for a type and the program never calls, and why."""

_ADDED: Final[Mapping[str, Mapping[Verb, str]]] = {
    "aws:acm/certificate:Certificate": {
        "create": "acm:RequestCertificate acm:AddTagsToCertificate",
        "read": "acm:DescribeCertificate acm:ListTagsForCertificate",
        "update": "acm:UpdateCertificateOptions acm:AddTagsToCertificate acm:RemoveTagsFromCertificate",
        "delete": "acm:DeleteCertificate",
    },
    "aws:acm/certificateValidation:CertificateValidation": {"create": "acm:DescribeCertificate"},
    "aws:appautoscaling/policy:Policy": {
        "create": "application-autoscaling:PutScalingPolicy",
        "read": "application-autoscaling:DescribeScalingPolicies",
        "delete": "application-autoscaling:DeleteScalingPolicy",
    },
    "aws:appautoscaling/scheduledAction:ScheduledAction": {
        "create": "application-autoscaling:PutScheduledAction",
        "read": "application-autoscaling:DescribeScheduledActions",
        "delete": "application-autoscaling:DeleteScheduledAction",
    },
    "aws:appautoscaling/target:Target": {"create": "application-autoscaling:TagResource"},
    "aws:budgets/budget:Budget": {
        "create": "budgets:ModifyBudget budgets:TagResource",
        "read": "budgets:ViewBudget billing:GetBillingViewData budgets:ListTagsForResource",
        "update": "budgets:ModifyBudget budgets:UntagResource",
        "delete": "budgets:ModifyBudget",
    },
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": {
        "create": "cloudwatch:PutAlarmMuteRule cloudwatch:TagResource cloudwatch:GetAlarmMuteRule",
        "read": "cloudwatch:GetAlarmMuteRule cloudwatch:ListTagsForResource",
        "update": "cloudwatch:PutAlarmMuteRule cloudwatch:UntagResource",
        "delete": "cloudwatch:DeleteAlarmMuteRule",
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"read": "cloudwatch:DescribeAlarms"},
    "aws:cloudwatch/eventTarget:EventTarget": {
        "create": "events:PutTargets",
        "read": "events:ListTargetsByRule",
        "delete": "events:RemoveTargets",
    },
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
        "update": "ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress ec2:CreateTags ec2:DeleteTags",
        "read": "ec2:DescribeSecurityGroups",
    },
    "aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan": {
        "create": "guardduty:CreateMalwareProtectionPlan guardduty:TagResource",
        "read": "guardduty:GetMalwareProtectionPlan guardduty:ListTagsForResource",
        "update": "guardduty:UpdateMalwareProtectionPlan guardduty:UntagResource",
        "delete": "guardduty:DeleteMalwareProtectionPlan",
    },
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
        "create": "ecr:PutLifecyclePolicy",
        "read": "ecr:GetLifecyclePolicy",
        "delete": "ecr:DeleteLifecyclePolicy",
    },
    "aws:efs/accessPoint:AccessPoint": {
        "create": "elasticfilesystem:CreateAccessPoint elasticfilesystem:TagResource",
        "read": "elasticfilesystem:DescribeAccessPoints elasticfilesystem:ListTagsForResource",
        "update": "elasticfilesystem:TagResource elasticfilesystem:UntagResource",
        "delete": "elasticfilesystem:DeleteAccessPoint",
    },
    "aws:efs/fileSystem:FileSystem": {
        # Its lifecycle is set once it is there, as by an update.
        "create": "elasticfilesystem:CreateFileSystem elasticfilesystem:TagResource",
        "read": "elasticfilesystem:DescribeFileSystems elasticfilesystem:DescribeLifecycleConfiguration",
        "update": "elasticfilesystem:UpdateFileSystem elasticfilesystem:PutLifecycleConfiguration elasticfilesystem:UntagResource",
        "delete": "elasticfilesystem:DeleteFileSystem elasticfilesystem:DescribeFileSystems",
    },
    "aws:efs/fileSystemPolicy:FileSystemPolicy": {
        "create": "elasticfilesystem:PutFileSystemPolicy",
        "read": "elasticfilesystem:DescribeFileSystemPolicy",
        "delete": "elasticfilesystem:DeleteFileSystemPolicy",
    },
    "aws:efs/mountTarget:MountTarget": {
        "create": "elasticfilesystem:CreateMountTarget ec2:CreateNetworkInterface ec2:DescribeSubnets ec2:DescribeNetworkInterfaces",
        "read": "elasticfilesystem:DescribeMountTargets elasticfilesystem:DescribeMountTargetSecurityGroups",
        "update": "elasticfilesystem:ModifyMountTargetSecurityGroups",
        "delete": "elasticfilesystem:DeleteMountTarget",
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "create": "elasticache:CreateReplicationGroup elasticache:AddTagsToResource",
        "read": "elasticache:DescribeReplicationGroups elasticache:ListTagsForResource",
        "update": "elasticache:ModifyReplicationGroup elasticache:IncreaseReplicaCount elasticache:DecreaseReplicaCount",
        "delete": "elasticache:DeleteReplicationGroup",
    },
    "aws:elasticache/user:User": {
        "create": "elasticache:CreateUser elasticache:AddTagsToResource",
        "read": "elasticache:DescribeUsers elasticache:ListTagsForResource",
        "update": "elasticache:ModifyUser elasticache:AddTagsToResource elasticache:RemoveTagsFromResource",
        "delete": "elasticache:DeleteUser",
    },
    "aws:elasticache/userGroup:UserGroup": {
        "create": "elasticache:CreateUserGroup elasticache:AddTagsToResource",
        "read": "elasticache:DescribeUserGroups elasticache:ListTagsForResource",
        "update": "elasticache:ModifyUserGroup elasticache:AddTagsToResource elasticache:RemoveTagsFromResource",
        "delete": "elasticache:DeleteUserGroup",
    },
    "aws:iam/role:Role": {"delete": "iam:DeleteRole", "update": "iam:UpdateAssumeRolePolicy iam:UpdateRole"},
    "aws:lambda/invocation:Invocation": {"create": "lambda:InvokeFunction"},
    "aws:lb/listenerCertificate:ListenerCertificate": {
        "create": "elasticloadbalancing:AddListenerCertificates",
        "read": "elasticloadbalancing:DescribeListenerCertificates",
        "delete": "elasticloadbalancing:RemoveListenerCertificates",
    },
    "aws:rds/cluster:Cluster": {
        "create": "rds:CreateDBCluster rds:AddTagsToResource rds:DescribeDBClusters rds:ModifyDBCluster"
        " secretsmanager:CreateSecret secretsmanager:TagResource",
        # Whether it is a part of a global one is asked of all of those.
        "read": "rds:DescribeDBClusters rds:DescribeGlobalClusters rds:ListTagsForResource",
        "update": "rds:ModifyDBCluster rds:AddTagsToResource rds:RemoveTagsFromResource",
        "delete": "rds:DeleteDBCluster rds:CreateDBClusterSnapshot rds:DescribeDBClusters",
    },
    "aws:rds/clusterInstance:ClusterInstance": {
        "create": "rds:CreateDBInstance rds:AddTagsToResource rds:DescribeDBInstances rds:ModifyDBInstance rds:RebootDBInstance",
        "read": "rds:DescribeDBInstances rds:DescribeDBClusters rds:ListTagsForResource",
        "update": "rds:ModifyDBInstance rds:AddTagsToResource rds:RemoveTagsFromResource",
        "delete": "rds:DeleteDBInstance rds:DescribeDBInstances",
    },
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": {
        "create": "rds:CreateDBClusterParameterGroup rds:ModifyDBClusterParameterGroup rds:AddTagsToResource",
        "read": "rds:DescribeDBClusterParameterGroups rds:DescribeDBClusterParameters rds:ListTagsForResource",
        "update": "rds:ModifyDBClusterParameterGroup rds:ResetDBClusterParameterGroup rds:RemoveTagsFromResource",
        "delete": "rds:DeleteDBClusterParameterGroup",
    },
    "aws:rds/proxyTarget:ProxyTarget": {
        "create": "rds:RegisterDBProxyTargets",
        "read": "rds:DescribeDBProxyTargets",
        "delete": "rds:DeregisterDBProxyTargets",
    },
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": {
        "create": "s3:PutBucketCORS",
        "read": "s3:GetBucketCORS",
    },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        "create": "s3:PutLifecycleConfiguration",
        "read": "s3:GetLifecycleConfiguration",
    },
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
        "create": "s3:PutBucketOwnershipControls",
        "read": "s3:GetBucketOwnershipControls",
    },
    "aws:s3/bucketPolicy:BucketPolicy": {
        "create": "s3:PutBucketPolicy",
        "read": "s3:GetBucketPolicy",
        "delete": "s3:DeleteBucketPolicy",
    },
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
        "create": "s3:PutBucketPublicAccessBlock",
        "read": "s3:GetBucketPublicAccessBlock",
    },
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": {
        "create": "s3:PutReplicationConfiguration",
        "read": "s3:GetReplicationConfiguration",
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
        "create": "s3:PutEncryptionConfiguration",
        "read": "s3:GetEncryptionConfiguration",
    },
    "aws:s3/bucketVersioning:BucketVersioning": {"create": "s3:PutBucketVersioning", "read": "s3:GetBucketVersioning"},
    "aws:secretsmanager/secret:Secret": {"create": "secretsmanager:CreateSecret secretsmanager:TagResource"},
    "aws:secretsmanager/secretVersion:SecretVersion": {
        "create": "secretsmanager:PutSecretValue",
        "read": "secretsmanager:GetSecretValue",
    },
    "aws:servicediscovery/httpNamespace:HttpNamespace": {
        "create": "servicediscovery:CreateHttpNamespace servicediscovery:TagResource",
        "read": "servicediscovery:GetNamespace servicediscovery:ListTagsForResource servicediscovery:GetOperation",
        "update": "servicediscovery:TagResource servicediscovery:UntagResource",
        "delete": "servicediscovery:DeleteNamespace",
    },
    "aws:sqs/queue:Queue": {
        "create": "sqs:CreateQueue sqs:TagQueue",
        "read": "sqs:GetQueueAttributes sqs:ListQueueTags sqs:GetQueueUrl",
        "update": "sqs:SetQueueAttributes sqs:TagQueue sqs:UntagQueue",
        "delete": "sqs:DeleteQueue",
    },
    "aws:sqs/queuePolicy:QueuePolicy": {
        "create": "sqs:SetQueueAttributes",
        "read": "sqs:GetQueueAttributes",
        "delete": "sqs:SetQueueAttributes",
    },
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": {
        "create": "sqs:SetQueueAttributes",
        "read": "sqs:GetQueueAttributes",
        "delete": "sqs:SetQueueAttributes",
    },
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": {"create": "logs:PutResourcePolicy"},
    "aws:wafv2/webAclAssociation:WebAclAssociation": {
        "create": "elasticloadbalancing:SetWebAcl elasticloadbalancing:CreateWebACLAssociation",
        "read": "elasticloadbalancing:GetLoadBalancerWebACL",
        "delete": "elasticloadbalancing:DeleteWebACLAssociation elasticloadbalancing:SetWebAcl",
    },
}
"""What the provider calls where AWS's schemas say nothing, or something else."""

DYNAMIC: Final = "pulumi-python:dynamic/slipway:"
_WATCHED: Final[Mapping[str, Mapping[str, str]]] = {
    f"{DYNAMIC}MigrationRun": {
        "ecs:ListTasks": "*",
        "ecs:DescribeTasks": "task/{cluster}/0123456789abcdef0123456789abcdef",
        "ecs:RunTask": "{task_definition}",
        # Its tags are those of its definition.
        "ecs:TagResource": "task/{cluster}/0123456789abcdef0123456789abcdef",
    },
    f"{DYNAMIC}RolloutCheck": {
        "cloudwatch:DescribeAlarms": "alarm:{name_prefix}-{service}-errors",
        "ecs:DescribeServiceRevisions": "service-revision/{cluster}/{service}/1234567890123456789",
        "ecs:DescribeServices": "service/{cluster}/{service}",
        "ecs:DescribeTasks": "task/{cluster}/0123456789abcdef0123456789abcdef",
        "ecs:ListServiceDeployments": "service/{cluster}/{service}",
        "ecs:ListTasks": "*",
        "elasticloadbalancing:DescribeTargetHealth": "*",
        "logs:GetLogEvents": "log-group:{log_group}:log-stream:{service}/{service}/0123456789abcdef",
    },
}
"""What the dynamic resources call with the deployer's rights, and on what: their inputs fill it in."""


def watching(type_: str) -> Sequence[str]:
    """The actions that a dynamic resource takes."""
    return list(_WATCHED[type_])


def watching_requests(stack: "Stack", resource: Resource) -> Iterator[Request]:
    """The requests that making or updating a dynamic resource is."""
    cluster = str(resource.inputs["cluster"])
    filled = {**resource.inputs, "cluster": cluster.rpartition("/")[2], "name_prefix": stack.name_prefix}
    for action, form in _WATCHED[resource.type].items():
        last = form.format(**filled)
        service = action.partition(":")[0]
        on = last if last == "*" or last.startswith("arn:") else f"arn:aws:{service}:{stack.region}:{ACCOUNT}:{last}"
        yield Request(
            action=action,
            resource=on,
            context={**stack.context(tagged=on != "*", requested=False), "ecs:cluster": cluster},
        )


def told_by(graph: Graph) -> dict[str, Any]:
    """The tag of AWS's by which the secret with the password of a stack's database is told from others, and its value."""
    for cluster in graph.of("aws:rds/cluster:Cluster"):
        return {"aws:ResourceTag/aws:rds:primaryDBClusterArn": cluster.outputs["arn"]}
    for database in graph.of("aws:rds/instance:Instance"):
        if "replicateSourceDb" not in database.inputs:
            return {"aws:ResourceTag/aws:rds:primaryDBInstanceArn": database.outputs["arn"]}
    return {}


ADMINISTRATORS: Final = ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "aws:iam/policy:Policy")
"""What an administrator's update makes: a pipeline may not."""

APART: Final = ("aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                "aws:route53/record:Record", "aws:kms/key:Key", "aws:secretsmanager/secretRotation:SecretRotation")  # fmt: skip
"""What `test_needs` asks for by itself, as conditions of its own decide it."""


@cache
def actions(type_: str, verb: Verb) -> Sequence[str]:
    """The actions that a type needs, those that are asked apart aside."""
    said = [a for a in HANDLERS.get(type_, {}).get(verb, ()) if not any(re.fullmatch(p, a) for p in NOT_CALLED)]
    if verb == "read":
        said = [a for a in said if (found := iam_actions.find(a)) and found.access_level in ("List", "Read")]
    return tuple(dict.fromkeys([*said, *_ADDED.get(type_, {}).get(verb, "").split()]))


@dataclass(frozen=True)
class Stack:
    """A recorded stack, and what tells its own from others'."""

    graph: Graph

    @cached_property
    def region(self) -> str:
        return str(self.graph.one("pulumi:providers:aws").inputs["region"])

    @cached_property
    def tags(self) -> Mapping[str, str]:
        everything = json.loads(str(self.graph.one("pulumi:providers:aws").inputs["defaultTags"]))["tags"]
        return {key: value for key, value in everything.items() if key in ("app", "environment", "owner-id")}

    @cached_property
    def name_prefix(self) -> str:
        parts = (self.tags.get(tag) for tag in ("app", "environment", "owner-id"))
        return "-".join(part for part in parts if part)

    def context(self, resource: Resource | None = None, *, tagged: bool, requested: bool) -> dict[str, Any]:
        """What IAM knows of a call of this stack."""
        region = resource.inputs.get("region", self.region) if resource else self.region
        found: dict[str, Any] = {"aws:RequestedRegion": region}
        for tag, value in self.tags.items():
            found |= {f"aws:ResourceTag/{tag}": value} if tagged else {}
            found |= {f"aws:RequestTag/{tag}": value} if requested else {}
        return found


def arn(resource: Resource) -> str:
    """A resource's ARN, as AWS writes it where the recorder does not."""
    if resource.type == "aws:scheduler/schedule:Schedule":
        name = str(resource.outputs["arn"]).rpartition("/")[2]
        start = str(resource.outputs["arn"]).partition(":schedule/")[0]
        return f"{start}:schedule/{resource.inputs['groupName']}/{name}"
    if resource.type == "aws:appautoscaling/target:Target":
        return f"arn:aws:application-autoscaling:us-east-1:{ACCOUNT}:scalable-target/0ec51{resource.name}"
    if resource.type == "aws:rds/proxy:Proxy":
        return f"arn:aws:rds:us-east-1:{ACCOUNT}:db-proxy:prx-{resource.name}"
    if resource.type in ("aws:sns/topicSubscription:TopicSubscription", "aws:cloudwatch/eventTarget:EventTarget"):
        return ""
    found = resource.outputs.get("dashboardArn") or resource.outputs.get("arn")
    return str(found) if found else ""


_MADE_BY: Final = re.compile(r":(Create|Allocate|Request|Register|Run|Put(?!ScheduledAction|ScalingPolicy))")


def requests(stack: Stack, resource: Resource, verb: Verb) -> Iterator[Request]:
    """The requests that a verb of a resource is, those that are asked apart aside."""
    own = arn(resource)
    others = [found for other in stack.graph.direct(resource) if (found := arn(other))]
    others += [str(resource.inputs["listenerArn"])] if "listenerArn" in resource.inputs else []
    for action in actions(resource.type, verb):
        kinds = iam_actions.resources(action)
        # Tags are given in making, or later to what is there.
        tagging = any(word in action for word in (":Tag", ":AddTags", ":CreateTags"))
        making = verb == "create" and (tagging or _MADE_BY.search(action) is not None)
        about = [found for found in dict.fromkeys([own, *others]) if any(_is(kind.arn, found) for kind in kinds)]
        if not kinds or not about:
            yield Request(
                action=action,
                resource="*" if not kinds else _of_type(stack, resource, kinds[0].arn),
                context=stack.context(resource, tagged=not making, requested=making),
            )
        for found in about:
            new = making and found == own
            context = stack.context(resource, tagged=not new, requested=making)
            if tagging and making:
                context |= {
                    "ec2:CreateAction": _creation(resource),
                    "elasticfilesystem:CreateAction": _creation(resource),
                    "elasticloadbalancing:CreateAction": _creation(resource),
                }
                # What AWS names has no name yet.
                yield (
                    Request(action=action, resource=_unnamed(found), context=context)
                    if new
                    else Request(
                        action=action, resource=found, context=stack.context(resource, tagged=True, requested=True)
                    )
                )
            else:
                yield Request(action=action, resource=found, context=context)


def _is(form: str, found: str) -> bool:
    """Whether an ARN has a form."""
    return found.split(":")[2:3] == form.split(":")[2:3] and iam_actions.can_be(form, found)


_UNNAMED: Final = re.compile(
    r"(:acm:.*:certificate/|:scalable-target/|:backup-plan:|:distribution/|:vpcorigin/|:db-proxy:|:kms:.*:key/|:delivery:|:malware-protection-plan/).*"
)


def _unnamed(found: str) -> str:
    """A new thing's ARN where AWS names it."""
    return _UNNAMED.sub(r"\1*", found)


def _creation(resource: Resource) -> str:
    made = next(
        (a for a in actions(resource.type, "create") if re.search(r":(Create|Allocate|Authorize)(?!Tags)", a)), ""
    )
    return made.partition(":")[2]


def _of_type(stack: Stack, resource: Resource, form: str) -> str:
    """An ARN of a type that the graph shows no resource of: one of the stack's, as far as its form has names."""
    if ":alarm:" in form:
        return f"arn:aws:cloudwatch:{stack.region}:{ACCOUNT}:alarm:TargetTracking-{resource.inputs['resourceId']}-AlarmHigh"
    if ":secret:" in form:
        # RDS makes it in the caller's name.
        kind = "cluster" if resource.type == "aws:rds/cluster:Cluster" else "db"
        return f"arn:aws:secretsmanager:{stack.region}:{ACCOUNT}:secret:rds!{kind}-{ACCOUNT}-a1B2c3"
    filled = form.replace("${Partition}", "aws").replace("${Account}", ACCOUNT).replace("${Region}", stack.region)
    return re.sub(r"\$\{\w+\}", str(resource.inputs.get("name") or resource.inputs.get("bucket") or "x"), filled)
