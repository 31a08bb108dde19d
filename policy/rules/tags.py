"""Tags: whose it is and what it belongs to."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Resource
from policy.rule import Config, Parameter, resource_rule
from policy.values import UNKNOWN, Value

TAGGABLE: Final = (
    "aws:acm/certificate:Certificate",
    "aws:cloudfront/distribution:Distribution",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:ec2/internetGateway:InternetGateway",
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
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:iam/role:Role",
    "aws:kms/key:Key",
    "aws:lambda/function:Function",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
    "aws:sns/topic:Topic",
    "aws:wafv2/webAcl:WebAcl",
)


@resource_rule(
    "required-tags",
    *TAGGABLE,
    tags=Parameter({"type": "array", "items": {"type": "string"}}, ["app", "environment", "owner"]),
    values=Parameter({"type": "object", "additionalProperties": {"type": "string"}}, {}),
)
def required_tags(resource: Resource, config: Config) -> Iterator[Finding]:
    """On the resource, or among the provider's default tags. `values` are what a remediation adds where they are missing."""
    sources = [_default_tags(resource), resource.get("tagsAll"), resource.get("tags")]
    given = {key: value for source in sources if isinstance(source, dict) for key, value in source.items()}
    missing = [tag for tag in config.words("tags") if given.get(tag) in (None, "")]
    if not missing:
        return
    if UNKNOWN in sources:
        yield resource.undecided("its tags are not known yet")
    else:
        plural = "s" if len(missing) > 1 else ""
        fix = 'aws.Provider(default_tags={"tags": {...}}), or tags={...} on the resource'
        yield resource.fails(f"tag{plural} {', '.join(missing)} missing", fix=fix)


def _default_tags(resource: Resource) -> Value:
    """The provider's default tags; its inputs reach a policy as JSON text."""
    declared = values.document(values.at(values.plain(resource.provider), "defaultTags"))
    return values.at(values.document(declared), "tags")
