"""What each type of resource costs: by its part's meter, by the month or hour, by use, or nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from preview.graph import Graph, Resource
from preview.pricing import (
    alarms,
    cache,
    database,
    database_cluster,
    load_balancer,
    network,
    service,
    uptime_check,
    web_acl,
)
from preview.pricing.meter import Meter, each, hourly

_JOBS: Final = "slipway:index:Jobs"

METERS: Final[Mapping[str, Meter]] = {
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": each("composite alarm", "cloudwatch.alarm.composite_month"),
    "aws:cloudwatch/dashboard:Dashboard": each("dashboard", "cloudwatch.dashboard_month"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarms.metric_alarm,
    "aws:ec2/eip:Eip": hourly("public IPv4 address", "public_ipv4.hour"),
    "aws:ec2/natGateway:NatGateway": network.nat_gateway,
    "aws:ec2/vpcEndpoint:VpcEndpoint": network.endpoint,
    service.SERVICE: service.service,
    "aws:elasticache/replicationGroup:ReplicationGroup": cache.replication_group,
    "aws:kms/key:Key": each("encryption key", "kms.key_month"),
    "aws:kms/replicaKey:ReplicaKey": each("encryption key", "kms.key_month"),
    load_balancer.LOAD_BALANCER: load_balancer.load_balancer,
    database.INSTANCE: database.instance,
    database_cluster.CLUSTER: database_cluster.cluster,
    database_cluster.INSTANCE: database_cluster.instance,
    "aws:rds/proxy:Proxy": database_cluster.proxy,
    "aws:route53/healthCheck:HealthCheck": uptime_check.health_check,
    "aws:route53/zone:Zone": each("hosted zone", "route53.hosted_zone_month"),
    "aws:secretsmanager/secret:Secret": each("secret", "secretsmanager.secret_month"),
    "aws:wafv2/webAcl:WebAcl": web_acl.web_acl,
}

_BY_USE: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "aws:cloudfront/distribution:Distribution": (
        ("CloudFront transfer", "cloudfront.transfer_out.us_mx_ca.first_10tb_gb"),
        ("CloudFront requests", "cloudfront.https_requests.us_mx_ca.per_10k"),
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        ("log ingestion", "cloudwatch.logs.ingest_gb"),
        ("log storage", "cloudwatch.logs.storage_gb_month"),
    ),
    "aws:ec2/natGateway:NatGateway": (("NAT traffic", "nat_gateway.gb"),),
    "aws:ec2/vpc:Vpc": (("transfer out", "data_transfer.internet_out.first_10tb_gb"),),
    "aws:ecr/repository:Repository": (("image storage", "ecr.private.gb_month"),),
    "aws:ecs/cluster:Cluster": (("Container Insights", "cloudwatch.container_insights.ecs_enhanced.metric_month"),),
    "aws:efs/fileSystem:FileSystem": (("file storage", "efs.standard.gb_month"),),
    "aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan": (
        ("malware scan", "guardduty.malware_s3.gb"),
        ("malware scan of files", "guardduty.malware_s3.per_1k_objects"),
    ),
    "aws:lambda/function:Function": (("Lambda time", "lambda.arm64.gb_second"),),
    database.INSTANCE: (("database backups", "rds.backup.extra_gb_month"),),
    "aws:s3/bucket:Bucket": (("S3 storage", "s3.standard.gb_month"), ("S3 writes", "s3.requests.put.per_1k")),
    "aws:scheduler/schedule:Schedule": (("schedules", "eventbridge.scheduler.invocations.per_million"),),
    "aws:sns/topic:Topic": (("notifications", "sns.standard.requests.per_million"),),
    "aws:sqs/queue:Queue": (("queues", "sqs.standard.requests.per_million"),),
    "aws:wafv2/webAcl:WebAcl": (("WAF requests", "wafv2.requests.per_million"),),
}

_FREE_PREFIXES: Final = (
    "aws:acm/",
    "aws:appautoscaling/",
    "aws:backup/plan",
    "aws:backup/selection",
    "aws:backup/vault",
    "aws:budgets/",
    "aws:chatbot/",
    "aws:cloudfront/",
    "aws:cloudwatch/alarmMuteRule",
    "aws:cloudwatch/eventRule",
    "aws:cloudwatch/eventTarget",
    "aws:cloudwatch/log",
    "aws:ec2/default",
    "aws:ec2/flowLog",
    "aws:ec2/internetGateway",
    "aws:ec2/mainRouteTable",
    "aws:ec2/networkAcl",
    "aws:ec2/route",
    "aws:ec2/securityGroup",
    "aws:ec2/subnet",
    "aws:ec2/vpc:",
    "aws:ecr/",
    "aws:ecs/",
    "aws:efs/",
    "aws:elasticache/parameterGroup",
    "aws:elasticache/subnetGroup",
    "aws:elasticache/user",
    "aws:iam/",
    "aws:kms/",
    "aws:lambda/",
    "aws:lb/",
    "aws:rds/clusterParameterGroup",
    "aws:rds/optionGroup",
    "aws:rds/parameterGroup",
    "aws:rds/proxy",
    "aws:rds/subnetGroup",
    "aws:route53/record",
    "aws:s3/",
    "aws:scheduler/",
    "aws:servicediscovery/httpNamespace",
    "aws:secretsmanager/",
    "aws:sns/",
    "aws:sqs/",
    "aws:ssm/parameter",
    "aws:vpc/",
    "aws:wafv2/webAcl",
    "docker-build:",
    "pulumi-python:dynamic/slipway:MigrationRun",
    "pulumi-python:dynamic/slipway:RolloutCheck",
    "pulumi-python:dynamic/slipway:SmokeRun",
    "pulumi:",
    "random:",
)
"""Types without a price of their own: AWS bills what they belong to, or nothing."""


_COLLECTED: Final[Mapping[str, tuple[str, str]]] = {
    "awsxray": ("traces", "xray.traces_recorded.per_million"),
    "awsemf": ("application metrics", "cloudwatch.custom_metric_month"),
}
"""What a collector of OpenTelemetry sends to AWS, by the names of its exporters."""


def is_known(type_: str) -> bool:
    """Tell whether a type is metered, billed by use, or costs nothing by itself."""
    return type_ in METERS or type_ in _BY_USE or type_.startswith(_FREE_PREFIXES)


def uses(graph: Graph, resource: Resource) -> Sequence[tuple[str, str]]:
    """Return what a resource costs by use: a name, and the key of the unit price."""
    if resource.type == "aws:sqs/queue:Queue" and resource.inputs.get("fifoQueue") is True:
        return (("FIFO queues", "sqs.fifo.requests.per_million"),)
    if resource.type == service.TASK_DEFINITION:
        holder = graph.urn(resource.parent) if resource.parent else None
        if holder and holder.type == _JOBS:
            family = service.fargate(resource)
            return (("jobs' CPU", f"{family}.vcpu_hour"), ("jobs' memory", f"{family}.gb_hour"))
        return [use for marker, use in _COLLECTED.items() if marker in str(resource.inputs.get("containerDefinitions"))]
    if resource.type == database_cluster.CLUSTER:
        return tuple(database_cluster.uses(resource))
    return _BY_USE.get(resource.type, ())
