"""Tags: whose it is and what it belongs to."""

from collections.abc import Iterator, Sequence
from typing import Final

from policy import values
from policy.control import NOWHERE, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, Parameter, resource_rule
from policy.values import UNKNOWN, Unknown, Value

TAGGABLE: Final = (
    "aws:acm/certificate:Certificate",
    "aws:apigateway/restApi:RestApi",
    "aws:apigatewayv2/api:Api",
    "aws:backup/plan:Plan",
    "aws:backup/vault:Vault",
    "aws:cloudfront/distribution:Distribution",
    "aws:cloudtrail/trail:Trail",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:codebuild/project:Project",
    "aws:dynamodb/table:Table",
    "aws:ebs/volume:Volume",
    "aws:ec2/eip:Eip",
    "aws:ec2/instance:Instance",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "aws:ecr/repository:Repository",
    "aws:ecs/cluster:Cluster",
    "aws:ecs/service:Service",
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:efs/fileSystem:FileSystem",
    "aws:elasticache/cluster:Cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/serverlessCache:ServerlessCache",
    "aws:elasticache/subnetGroup:SubnetGroup",
    "aws:elasticache/user:User",
    "aws:iam/policy:Policy",
    "aws:iam/role:Role",
    "aws:iam/user:User",
    "aws:kinesis/stream:Stream",
    "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:lambda/function:Function",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:opensearch/domain:Domain",
    "aws:rds/cluster:Cluster",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    "aws:rds/instance:Instance",
    "aws:rds/parameterGroup:ParameterGroup",
    "aws:rds/proxy:Proxy",
    "aws:rds/subnetGroup:SubnetGroup",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
    "aws:sfn/stateMachine:StateMachine",
    "aws:sns/topic:Topic",
    "aws:sqs/queue:Queue",
    "aws:ssm/parameter:Parameter",
    "aws:wafv2/webAcl:WebAcl",
)


@resource_rule(
    Control(
        name="required-tags",
        title="Resources say whose they are",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Without an owner nobody pays, mends or removes it. Parameters: tags, allowed.",
        remediation='aws.Provider(default_tags={"tags": {"app": ..., "environment": ..., "owner": ...}})',
        url="https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
        nist=("CM-8",),
    ),
    *TAGGABLE,
    tags=Parameter({"type": "array", "items": {"type": "string"}}, ["app", "environment", "owner"]),
    values=Parameter({"type": "object", "additionalProperties": {"type": "string"}}, {}),
    allowed=Parameter(
        {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        {},
    ),
)
def required_tags(resource: Resource, config: Config) -> Iterator[Finding]:
    """On the resource, or among the provider's default tags. `values` are what a remediation adds where they are missing.

    `allowed` names the values that a tag may have. Letter case of keys does not matter. What is missing alike from many
    resources is one finding, about the first of them.
    """
    sources = _sources(resource)
    given = {key.lower(): value for key, value in _merged(sources).items()}
    missing = [tag for tag in config.words("tags") if given.get(tag.lower()) in (None, "")]
    allowed = config.choices("allowed")
    wrong = [tag for tag, choices in allowed.items() if given.get(tag.lower(), UNKNOWN) not in (UNKNOWN, *choices)]
    for tag in wrong:
        choices = ", ".join(allowed[tag])
        yield resource.fails(f"tag {tag} has another value than {choices}", fix=f'"{tag}": "{allowed[tag][0]}" in tags')
    if any(given.get(tag.lower()) is UNKNOWN for tag in allowed) or (missing and UNKNOWN in sources):
        yield resource.unknown("its tags are not known yet")
    if missing and UNKNOWN not in sources:
        plural = "s" if len(missing) > 1 else ""
        fix = 'aws.Provider(default_tags={"tags": {...}}), or tags={...} on the resource'
        listed = ", ".join(missing)
        what = f"tag{plural} {listed} missing, here and from every resource that lacks the same"
        yield resource.fails(what, fix=fix, once=listed)


def given_tags(resource: Resource) -> dict[str, Value] | Unknown:
    """The tags of a resource with the provider's default ones; unknown when some of them are."""
    sources = _sources(resource)
    return UNKNOWN if UNKNOWN in sources else _merged(sources)


def _sources(resource: Resource) -> list[Value]:
    return [_default_tags(resource), resource.get("tagsAll"), resource.get("tags")]


def _merged(sources: Sequence[Value]) -> dict[str, Value]:
    return {key: value for source in sources if isinstance(source, dict) for key, value in source.items()}


def _default_tags(resource: Resource) -> Value:
    """The provider's default tags; its inputs reach a policy as JSON text."""
    declared = values.document(values.at(values.plain(resource.provider), "defaultTags"))
    return values.at(values.document(declared), "tags")
