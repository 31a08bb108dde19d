import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import _deploy_policy as permissions
from preview import stackfile
from preview.graph import Graph, Resource
from preview.record import record
from tests import stacks
from tests.components.conftest import ACCOUNT
from tests.components.iam import allows
from tests.settings.files import as_engine, config

LABEL = "storefront-production"
REGION = "eu-central-1"
TAGS = {"app": "storefront", "environment": "production"}


@pytest.mark.parametrize("part", ["cache", "cdn", "backup", "slack", "database"])
def test_a_part_that_the_stack_does_not_have_grants_nothing(part: str) -> None:
    prefix = {"cache": "elasticache", "cdn": "cloudfront", "backup": "backup", "slack": "chatbot", "database": "rds"}[
        part
    ]
    parts = [other for other in permissions.PARTS if other != part]
    statements = permissions.deploy_statements(scope(parts=parts))
    actions = granted_actions(statements)
    assert actions
    assert not [action for action in actions if action.startswith(f"{prefix}:")]


def granted_actions(statements: Sequence[Mapping[str, Any]]) -> list[str]:
    return [action for statement in statements if statement["Effect"] == "Allow" for action in statement["Action"]]


def scope(**changes: Any) -> permissions.Scope:
    given_: dict[str, Any] = {"label": LABEL, "regions": [REGION], "tags": TAGS, "parts": permissions.PARTS}
    return permissions.Scope(**{**given_, **changes})


NAMES = st.lists(st.text(alphabet="abcdefghij-/", min_size=3, max_size=40), max_size=12)


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.sampled_from(permissions.KINDS), NAMES), st.sets(st.sampled_from(permissions.PARTS)))
def test_packing_keeps_every_statement_within_the_size(
    names: Mapping[permissions.Kind, Sequence[str]], parts: set[permissions.Part]
) -> None:
    statements = permissions.deploy_statements(scope(names=names, parts=sorted(parts)))
    texts = permissions.pack(statements)
    assert all(len(text) <= permissions.DOCUMENT_SIZE for text in texts)
    packed = [s for text in texts for s in json.loads(text)["Statement"]]
    assert granted(packed) == granted(json.loads(json.dumps(statements)))


def granted(statements: Sequence[Mapping[str, Any]]) -> set[str]:
    return {
        json.dumps([s["Effect"], s["Action"], resource, s.get("Condition")], sort_keys=True)
        for s in statements
        for resource in s["Resource"]
    }


def test_a_statement_too_large_for_a_policy_is_cut_by_its_resources() -> None:
    resources = [f"arn:aws:s3:::{n:040}" for n in range(300)]
    large = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": resources, "Sid": "Many"}
    texts = permissions.pack([large])
    assert len(texts) > 1
    assert all(len(text) <= permissions.DOCUMENT_SIZE for text in texts)
    statements = [s for text in texts for s in json.loads(text)["Statement"]]
    assert [resource for s in statements for resource in s["Resource"]] == resources
    assert len({s["Sid"] for s in statements}) == len(statements)


def test_sids_are_unique_in_a_document() -> None:
    for text in permissions.pack(permissions.deploy_statements(scope())):
        sids = [s["Sid"] for s in json.loads(text)["Statement"] if "Sid" in s]
        assert len(sids) == len(set(sids))
        assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)


# What making each type takes: the action, and the attribute that holds the ARN it needs it on ("*": any).
CREATING: Final[Mapping[str, tuple[str, str]]] = {
    "aws:acm/certificate:Certificate": ("acm:RequestCertificate", "*"),
    "aws:acm/certificateValidation:CertificateValidation": ("acm:DescribeCertificate", "*"),
    "aws:appautoscaling/policy:Policy": ("application-autoscaling:PutScalingPolicy", "*"),
    "aws:appautoscaling/scheduledAction:ScheduledAction": ("application-autoscaling:PutScheduledAction", "*"),
    "aws:appautoscaling/target:Target": ("application-autoscaling:RegisterScalableTarget", "*"),
    "aws:backup/plan:Plan": ("backup:CreateBackupPlan", "*"),
    "aws:backup/selection:Selection": ("backup:CreateBackupSelection", "*"),
    "aws:backup/vault:Vault": ("backup:CreateBackupVault", "*"),
    "aws:budgets/budget:Budget": ("budgets:ModifyBudget", "arn"),
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": ("chatbot:CreateSlackChannelConfiguration", "*"),
    "aws:cloudfront/distribution:Distribution": ("cloudfront:CreateDistribution", "arn"),
    "aws:cloudfront/originAccessControl:OriginAccessControl": ("cloudfront:CreateOriginAccessControl", "arn"),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": ("cloudfront:CreateResponseHeadersPolicy", "arn"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": ("cloudwatch:PutCompositeAlarm", "arn"),
    "aws:cloudwatch/dashboard:Dashboard": ("cloudwatch:PutDashboard", "dashboardArn"),
    "aws:cloudwatch/eventRule:EventRule": ("events:PutRule", "arn"),
    "aws:cloudwatch/eventTarget:EventTarget": ("events:PutTargets", "events:rule/any"),
    "aws:cloudwatch/logDelivery:LogDelivery": ("logs:CreateDelivery", "arn"),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": ("logs:PutDeliveryDestination", "arn"),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": ("logs:PutDeliverySource", "arn"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs:CreateLogGroup", "arn"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": ("logs:PutMetricFilter", "logs:log-group:{label}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch:PutMetricAlarm", "arn"),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ("ec2:RevokeSecurityGroupIngress", "*"),
    "aws:ec2/eip:Eip": ("ec2:AllocateAddress", "*"),
    "aws:ec2/flowLog:FlowLog": ("ec2:CreateFlowLogs", "*"),
    "aws:ec2/internetGateway:InternetGateway": ("ec2:AttachInternetGateway", "*"),
    "aws:ec2/natGateway:NatGateway": ("ec2:CreateNatGateway", "*"),
    "aws:ec2/networkAcl:NetworkAcl": ("ec2:CreateNetworkAcl", "*"),
    "aws:ec2/networkAclAssociation:NetworkAclAssociation": ("ec2:ReplaceNetworkAclAssociation", "*"),
    "aws:ec2/networkAclRule:NetworkAclRule": ("ec2:CreateNetworkAclEntry", "*"),
    "aws:ec2/route:Route": ("ec2:CreateRoute", "*"),
    "aws:ec2/routeTable:RouteTable": ("ec2:CreateRouteTable", "*"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("ec2:AssociateRouteTable", "*"),
    "aws:ec2/securityGroup:SecurityGroup": ("ec2:CreateSecurityGroup", "*"),
    "aws:ec2/subnet:Subnet": ("ec2:CreateSubnet", "*"),
    "aws:ec2/vpc:Vpc": ("ec2:CreateVpc", "*"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("ec2:CreateVpcEndpoint", "*"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": ("ecr:PutLifecyclePolicy", "ecr:repository/{repository}"),
    "aws:ecr/repository:Repository": ("ecr:CreateRepository", "arn"),
    "aws:ecs/cluster:Cluster": ("ecs:CreateCluster", "arn"),
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": (
        "ecs:PutClusterCapacityProviders",
        "ecs:cluster/{clusterName}",
    ),
    "aws:ecs/service:Service": ("ecs:CreateService", "arn"),
    "aws:ecs/taskDefinition:TaskDefinition": ("ecs:RegisterTaskDefinition", "*"),
    "aws:elasticache/parameterGroup:ParameterGroup": ("elasticache:CreateCacheParameterGroup", "arn"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("elasticache:CreateReplicationGroup", "arn"),
    "aws:elasticache/subnetGroup:SubnetGroup": ("elasticache:CreateCacheSubnetGroup", "arn"),
    "aws:iam/role:Role": ("iam:CreateRole", "arn"),
    "aws:iam/rolePolicy:RolePolicy": ("iam:PutRolePolicy", "iam::role/{label}/any"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("iam:AttachRolePolicy", "iam::role/{label}/any"),
    "aws:kms/alias:Alias": ("kms:CreateAlias", "arn"),
    "aws:kms/key:Key": ("kms:CreateKey", "*"),
    "aws:lambda/function:Function": ("lambda:CreateFunction", "arn"),
    "aws:lambda/invocation:Invocation": ("lambda:InvokeFunction", "lambda:function:any"),
    "aws:lambda/permission:Permission": ("lambda:AddPermission", "lambda:function:any"),
    "aws:lb/listener:Listener": ("elasticloadbalancing:CreateListener", "*"),
    "aws:lb/listenerRule:ListenerRule": ("elasticloadbalancing:CreateRule", "*"),
    "aws:lb/loadBalancer:LoadBalancer": ("elasticloadbalancing:CreateLoadBalancer", "*"),
    "aws:lb/targetGroup:TargetGroup": ("elasticloadbalancing:CreateTargetGroup", "*"),
    "aws:rds/instance:Instance": ("rds:CreateDBInstance", "arn"),
    "aws:rds/parameterGroup:ParameterGroup": ("rds:CreateDBParameterGroup", "arn"),
    "aws:rds/proxy:Proxy": ("rds:CreateDBProxy", "arn"),
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": ("rds:ModifyDBProxyTargetGroup", "arn"),
    "aws:rds/proxyTarget:ProxyTarget": ("rds:RegisterDBProxyTargets", "rds:target-group:any"),
    "aws:rds/subnetGroup:SubnetGroup": ("rds:CreateDBSubnetGroup", "arn"),
    "aws:route53/healthCheck:HealthCheck": ("route53:CreateHealthCheck", "*"),
    "aws:route53/record:Record": ("route53:ChangeResourceRecordSets", "route53:::hostedzone/Z1"),
    "aws:s3/bucket:Bucket": ("s3:CreateBucket", "arn"),
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": ("s3:PutBucketCORS", "s3:::{bucket}"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        "s3:PutLifecycleConfiguration",
        "s3:::{bucket}",
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ("s3:PutBucketOwnershipControls", "s3:::{bucket}"),
    "aws:s3/bucketPolicy:BucketPolicy": ("s3:PutBucketPolicy", "s3:::{bucket}"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ("s3:PutBucketPublicAccessBlock", "s3:::{bucket}"),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ("s3:PutReplicationConfiguration", "s3:::{bucket}"),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "s3:PutEncryptionConfiguration",
        "s3:::{bucket}",
    ),
    "aws:s3/bucketVersioning:BucketVersioning": ("s3:PutBucketVersioning", "s3:::{bucket}"),
    "aws:scheduler/schedule:Schedule": ("scheduler:CreateSchedule", "arn"),
    "aws:scheduler/scheduleGroup:ScheduleGroup": ("scheduler:CreateScheduleGroup", "arn"),
    "aws:secretsmanager/secret:Secret": ("secretsmanager:CreateSecret", "arn"),
    "aws:secretsmanager/secretRotation:SecretRotation": (
        "secretsmanager:RotateSecret",
        "secretsmanager:secret:rds!db-1",
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": ("secretsmanager:PutSecretValue", "arn"),
    "aws:sns/topic:Topic": ("sns:CreateTopic", "*"),
    "aws:sns/topicPolicy:TopicPolicy": ("sns:SetTopicAttributes", "*"),
    "aws:sns/topicSubscription:TopicSubscription": ("sns:Subscribe", "*"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ("ec2:AuthorizeSecurityGroupEgress", "*"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ("ec2:AuthorizeSecurityGroupIngress", "*"),
    "aws:wafv2/webAcl:WebAcl": ("wafv2:CreateWebACL", "*"),
    "aws:wafv2/webAclAssociation:WebAclAssociation": ("wafv2:AssociateWebACL", "*"),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ("wafv2:PutLoggingConfiguration", "*"),
}
# Made by an administrator's update; a pipeline may not.
ADMINISTRATORS: Final = (
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "aws:iam/policy:Policy",
)


def physical_names(stack: Graph) -> Mapping[permissions.Kind, Sequence[str]]:
    """The names that a stack's own settings give, as its wiring passes them on."""
    where: Mapping[permissions.Kind, tuple[str, str]] = {
        "cluster": ("aws:ecs/cluster:Cluster", "name"),
        "family": ("aws:ecs/taskDefinition:TaskDefinition", "family"),
        "repository": ("aws:ecr/repository:Repository", "name"),
        "database": ("aws:rds/instance:Instance", "identifier"),
        "cache": ("aws:elasticache/replicationGroup:ReplicationGroup", "replicationGroupId"),
        "bucket": ("aws:s3/bucket:Bucket", "bucket"),
        "secret": ("aws:secretsmanager/secret:Secret", "name"),
        "log-group": ("aws:cloudwatch/logGroup:LogGroup", "name"),
    }
    return {
        kind: sorted({str(r.inputs[key]) for r in stack.of(type_) if key in r.inputs})
        for kind, (type_, key) in where.items()
    }


def needed(resource: Resource, label: str, tags: Mapping[str, str], region: str) -> tuple[str, str, dict[str, object]]:
    """The action, the ARN and the context of making a resource."""
    action, on = CREATING[resource.type]
    context: dict[str, object] = {
        "aws:RequestedRegion": resource.inputs.get("region", region),
        "iam:PolicyARN": resource.inputs.get("policyArn"),
    }
    for tag, value in tags.items():
        context |= {f"aws:RequestTag/{tag}": value, f"aws:ResourceTag/{tag}": value}
    if resource.type == "aws:route53/record:Record":
        name = str(resource.inputs["name"]).rstrip(".").replace("*", "\\052")
        context["route53:ChangeResourceRecordSetsNormalizedRecordNames"] = [name]
    if on == "*":
        return action, on, context
    if ":" not in on:
        return action, str(resource.outputs[on]), context
    service, _, rest = on.format_map({**resource.inputs, "label": label}).partition(":")
    if rest.startswith("::"):
        return action, f"arn:aws:{service}:{rest}", context
    where = "" if rest.startswith(":") else region
    return action, f"arn:aws:{service}:{where}:{ACCOUNT}:{rest.lstrip(':')}", context


def facts(stack: Graph) -> tuple[str, Mapping[str, str], str]:
    """A stack's label, own tags and region."""
    provider = stack.one("pulumi:providers:aws").inputs
    all_tags = json.loads(str(provider["defaultTags"]))["tags"]
    name_tag: Any = stack.one("aws:ec2/vpc:Vpc").inputs["tags"]
    return str(name_tag["Name"]), {key: all_tags[key] for key in ("app", "environment")}, str(provider["region"])


def statements_for(stack: Graph) -> Sequence[Mapping[str, Any]]:
    """What a role for a shipped stack is granted, whether it has one or not."""
    label, tags, region = facts(stack)
    aliases = {str(r.inputs["name"]) for r in stack.of("aws:route53/record:Record") if r.inputs["type"] != "CNAME"}
    certified = {str(r.inputs["domainName"]) for r in stack.of("aws:acm/certificate:Certificate")}
    scope_ = scope(
        label=label,
        regions=list(
            dict.fromkeys(
                [region, "us-east-1", *(str(r.inputs["region"]) for r in stack.resources if r.inputs.get("region"))]
            )
        ),
        tags=tags,
        names=physical_names(stack),
        hosts=sorted(aliases | certified),
    )
    texts = (
        text.replace(permissions.ACCOUNT, ACCOUNT) for text in permissions.pack(permissions.deploy_statements(scope_))
    )
    return [statement for text in texts for statement in json.loads(text)["Statement"]]


def refused(stack: Graph, statements: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What a role with these permissions could not make of a shipped stack."""
    label, tags, region = facts(stack)
    for resource in stack.resources:
        own = resource.name.startswith("delivery-")
        if resource.type.startswith("aws:") and resource.type not in ADMINISTRATORS and not own:
            action, arn, context = needed(resource, label, tags, region)
            if not allows(statements, action, arn, context):
                yield f"{resource.name}: {action} on {arn}"


ROLE: Final = "aws:iam/role:Role"


@pytest.mark.parametrize("name", stacks.NAMES)
def test_a_deployment_may_make_all_that_a_shipped_stack_has(name: str) -> None:
    stack = stacks.recorded(name)
    assert stack.of(ROLE)
    assert list(refused(stack, statements_for(stack))) == []


WITH_PIPELINE: Final = [
    name for name in stacks.NAMES if any(key == "slipway:delivery" for key in stackfile.read(stacks.ROOT / name).config)
]


@pytest.mark.parametrize("name", WITH_PIPELINE)
def test_a_shipped_stacks_own_role_may_make_all_of_it(name: str) -> None:
    stack = stacks.recorded(name)
    assert list(refused(stack, own_statements(stack))) == []


def own_statements(stack: Graph) -> Sequence[Mapping[str, Any]]:
    """What a stack's own pipeline is granted."""
    policies = [r for r in stack.of("aws:iam/policy:Policy") if re.fullmatch(r"delivery-deploy-policy-\d+", r.name)]
    statements = [s for policy in policies for s in json.loads(str(policy.inputs["policy"]))["Statement"]]
    assert statements
    return statements


def test_a_pipeline_may_log_a_distribution_without_a_domain_from_another_region() -> None:
    values = config(stacks.ROOT / "examples/expense-app/Pulumi.prod.yaml")
    del values["slipway:domain"]
    certificate = f"arn:aws:acm:eu-north-1:{ACCOUNT}:certificate/1"
    values["slipway:loadBalancer"] = {"certificateArn": certificate}
    stack = record(stacks.ROOT, "prod", as_engine(values))
    assert stack.of("aws:cloudwatch/logDeliverySource:LogDeliverySource")
    assert list(refused(stack, own_statements(stack))) == []


def test_a_deployment_may_log_its_distributions_only_where_there_are_some() -> None:
    on = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
    wanted = "cloudfront:AllowVendedLogDeliveryForResource"
    context = {f"aws:ResourceTag/{tag}": value for tag, value in TAGS.items()}
    assert allows(
        permissions.deploy_statements(scope(parts=["cdn"])), wanted, on.replace(ACCOUNT, permissions.ACCOUNT), context
    )
    others = [part for part in permissions.PARTS if part != "cdn"]
    assert not [
        action
        for action in granted_actions(permissions.deploy_statements(scope(parts=others)))
        if "Delivery" in action and "LogDelivery" not in action
    ]


def test_some_shipped_stacks_have_a_pipeline() -> None:
    assert "Pulumi.prod.yaml" in WITH_PIPELINE


@pytest.mark.parametrize("name", stacks.NAMES)
def test_every_role_of_a_shipped_stack_stands_under_its_path(name: str) -> None:
    own = ("delivery-deploy-role", "delivery-preview-role")
    roles = [role for role in stacks.recorded(name).of(ROLE) if role.name not in own]
    assert [role.name for role in roles if "path" not in role.inputs] == []
