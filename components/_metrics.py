"""Every CloudWatch metric that alarms and the dashboard use, as AWS publishes it.

Sources: the CloudWatch pages of the user guides of ECS, Container Insights, Elastic Load Balancing, RDS, ElastiCache, Lambda and
Route 53.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import pulumi_aws as aws
from pulumi import Input


class MissingData(StrEnum):
    """What an alarm makes of minutes without data."""

    BAD = "breaching"
    GOOD = "notBreaching"
    UNKNOWN = "missing"
    """The alarm says that it has no data, and tells nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A metric of an AWS service."""

    namespace: str
    """Who publishes it."""
    name: str
    """What it is called there."""
    dimensions: Sequence[str]
    """The names by which its series are told apart, all of which one must give."""
    statistic: str = "Average"
    """What is usually made of a minute's values."""
    missing: MissingData = MissingData.UNKNOWN
    """What an alarm makes of minutes without data."""

    def at(self, *values: Input[str]) -> Mapping[str, Input[str]]:
        """Return the dimensions of one series, from its values in the order of `dimensions`."""
        return dict(zip(self.dimensions, values, strict=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Formula:
    """A number computed from several metrics of the same thing, by CloudWatch's metric math."""

    series: Mapping[str, Metric]
    """The metrics, by their names in the formula. All have the same dimensions."""
    text: str
    """The formula."""
    missing: MissingData = MissingData.UNKNOWN
    """What an alarm makes of minutes without data."""

    @property
    def dimensions(self) -> Sequence[str]:
        """The dimensions of its metrics."""
        return next(iter(self.series.values())).dimensions


def query(id_: str, metric: Metric, at: Sequence[Input[str]], period: int) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    """Return one series of an alarm's formula.

    Args:
        id_: its name in the formula.
        metric: the metric.
        at: the values of its dimensions, in their order.
        period: seconds whose values are taken together.
    """
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=id_,
        metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=metric.at(*at),
            period=period,
            stat=metric.statistic,
        ),
    )


_SERVICE: Final = ("ClusterName", "ServiceName")
_TARGET_GROUP: Final = ("TargetGroup", "LoadBalancer")

# A service without running tasks sends nothing, for which there is an alarm of its own.
SERVICE_CPU: Final = Metric(namespace="AWS/ECS", name="CPUUtilization", dimensions=_SERVICE)
SERVICE_MEMORY: Final = Metric(namespace="AWS/ECS", name="MemoryUtilization", dimensions=_SERVICE)
# Each running task sends a sample a minute; no sample is no task.
SERVICE_SAMPLES: Final = Metric(
    namespace="AWS/ECS", name="CPUUtilization", dimensions=_SERVICE, statistic="SampleCount", missing=MissingData.BAD
)

# Container Insights sends these each minute for every service that there is.
RUNNING_TASKS: Final = Metric(namespace="ECS/ContainerInsights", name="RunningTaskCount", dimensions=_SERVICE)
DESIRED_TASKS: Final = Metric(namespace="ECS/ContainerInsights", name="DesiredTaskCount", dimensions=_SERVICE)
DEPLOYMENTS: Final = Metric(namespace="ECS/ContainerInsights", name="DeploymentCount", dimensions=_SERVICE)

# The load balancer sends counts and times only for minutes in which there was something to count.
REQUESTS: Final = Metric(
    namespace="AWS/ApplicationELB",
    name="RequestCount",
    dimensions=("LoadBalancer",),
    statistic="Sum",
    missing=MissingData.GOOD,
)
BALANCER_5XX: Final = Metric(
    namespace="AWS/ApplicationELB",
    name="HTTPCode_ELB_5XX_Count",
    dimensions=("LoadBalancer",),
    statistic="Sum",
    missing=MissingData.GOOD,
)
TARGET_5XX: Final = Metric(
    namespace="AWS/ApplicationELB",
    name="HTTPCode_Target_5XX_Count",
    dimensions=("LoadBalancer",),
    statistic="Sum",
    missing=MissingData.GOOD,
)
TARGET_4XX: Final = Metric(
    namespace="AWS/ApplicationELB",
    name="HTTPCode_Target_4XX_Count",
    dimensions=("LoadBalancer",),
    statistic="Sum",
    missing=MissingData.GOOD,
)
RESPONSE_TIME: Final = Metric(
    namespace="AWS/ApplicationELB",
    name="TargetResponseTime",
    dimensions=_TARGET_GROUP,
    statistic="p99",
    missing=MissingData.GOOD,
)
# A target group without targets sends nothing, for which the service has an alarm of its own.
UNHEALTHY_TARGETS: Final = Metric(
    namespace="AWS/ApplicationELB",
    name="UnHealthyHostCount",
    dimensions=_TARGET_GROUP,
    statistic="Maximum",
    missing=MissingData.GOOD,
)
HEALTHY_TARGETS: Final = Metric(
    namespace="AWS/ApplicationELB", name="HealthyHostCount", dimensions=_TARGET_GROUP, statistic="Minimum"
)

# A database and a cache send these each minute while they run; one that is stopped on purpose is no alarm.
DATABASE_CPU: Final = Metric(namespace="AWS/RDS", name="CPUUtilization", dimensions=("DBInstanceIdentifier",))
DATABASE_CONNECTIONS: Final = Metric(
    namespace="AWS/RDS", name="DatabaseConnections", dimensions=("DBInstanceIdentifier",), statistic="Maximum"
)
DATABASE_FREE_STORAGE: Final = Metric(
    namespace="AWS/RDS", name="FreeStorageSpace", dimensions=("DBInstanceIdentifier",), statistic="Minimum"
)
DATABASE_FREE_MEMORY: Final = Metric(
    namespace="AWS/RDS", name="FreeableMemory", dimensions=("DBInstanceIdentifier",), statistic="Minimum"
)
# Read replicas send it; a standby in another zone has no lag.
REPLICA_LAG: Final = Metric(
    namespace="AWS/RDS", name="ReplicaLag", dimensions=("DBInstanceIdentifier",), statistic="Maximum"
)

_CLUSTER: Final = ("DBClusterIdentifier", "Role")
WRITER, READER = "WRITER", "READER"
"""Roles of a cluster's instances: a series of one goes on with the next instance when it takes over."""


def of_cluster(metric: Metric) -> Metric:
    """Return a metric of instances as Aurora sends it for those of a cluster that have the same role."""
    return replace(metric, dimensions=_CLUSTER)


# In percent of the greatest capacity that a serverless instance may have.
CLUSTER_CAPACITY: Final = Metric(namespace="AWS/RDS", name="ACUUtilization", dimensions=_CLUSTER)
CLUSTER_ACUS: Final = Metric(namespace="AWS/RDS", name="ServerlessDatabaseCapacity", dimensions=_CLUSTER)
# Temporary tables, sorting and logs are on an instance's own disk, not on the cluster's storage.
CLUSTER_LOCAL_STORAGE: Final = Metric(
    namespace="AWS/RDS", name="FreeLocalStorage", dimensions=_CLUSTER, statistic="Minimum"
)
# Milliseconds.
CLUSTER_LAG: Final = Metric(namespace="AWS/RDS", name="AuroraReplicaLag", dimensions=_CLUSTER, statistic="Maximum")
CLUSTER_VOLUME: Final = Metric(
    namespace="AWS/RDS", name="VolumeBytesUsed", dimensions=("DBClusterIdentifier",), statistic="Maximum"
)

CACHE_CPU: Final = Metric(namespace="AWS/ElastiCache", name="EngineCPUUtilization", dimensions=("CacheClusterId",))
CACHE_HOST_CPU: Final = Metric(namespace="AWS/ElastiCache", name="CPUUtilization", dimensions=("CacheClusterId",))
CACHE_MEMORY: Final = Metric(
    namespace="AWS/ElastiCache", name="DatabaseMemoryUsagePercentage", dimensions=("CacheClusterId",)
)
CACHE_EVICTIONS: Final = Metric(
    namespace="AWS/ElastiCache", name="Evictions", dimensions=("CacheClusterId",), statistic="Sum"
)
CACHE_BYTES_IN: Final = Metric(
    namespace="AWS/ElastiCache", name="NetworkBytesIn", dimensions=("CacheClusterId",), statistic="Sum"
)
CACHE_BYTES_OUT: Final = Metric(
    namespace="AWS/ElastiCache", name="NetworkBytesOut", dimensions=("CacheClusterId",), statistic="Sum"
)

# Lambda sends it for minutes in which the function ran; retries count again.
FUNCTION_ERRORS: Final = Metric(
    namespace="AWS/Lambda", name="Errors", dimensions=("FunctionName",), statistic="Sum", missing=MissingData.GOOD
)

# The function that runs jobs sends one when a job's run ends.
JOB_FAILED: Final = Metric(
    namespace="Slipway", name="Failed", dimensions=("Stack", "Job"), statistic="Sum", missing=MissingData.GOOD
)
JOB_SUCCEEDED: Final = Metric(
    namespace="Slipway", name="Succeeded", dimensions=("Stack", "Job"), statistic="Sum", missing=MissingData.BAD
)

# SQS sends them each minute while a queue is in use, and for some hours afterwards.
QUEUE_WAITING: Final = Metric(
    namespace="AWS/SQS",
    name="ApproximateNumberOfMessagesVisible",
    dimensions=("QueueName",),
    statistic="Maximum",
    missing=MissingData.GOOD,
)

QUEUE_WORKED_ON: Final = Metric(
    namespace="AWS/SQS",
    name="ApproximateNumberOfMessagesNotVisible",
    dimensions=("QueueName",),
    statistic="Maximum",
    missing=MissingData.GOOD,
)
QUEUE_AGE: Final = Metric(
    namespace="AWS/SQS",
    name="ApproximateAgeOfOldestMessage",
    dimensions=("QueueName",),
    statistic="Maximum",
    missing=MissingData.GOOD,
)

# A called task's proxy of Service Connect counts what reaches it, and a caller's tells of each service that it calls: `ServiceName` is the
# one that sends.
CALLS: Final = Metric(
    namespace="AWS/ECS",
    name="RequestCount",
    dimensions=("ClusterName", "DiscoveryName", "ServiceName"),
    statistic="Sum",
    missing=MissingData.GOOD,
)
_CALLED: Final = ("ClusterName", "ServiceName", "TargetDiscoveryName")
CALLS_5XX: Final = Metric(
    namespace="AWS/ECS",
    name="HTTPCode_Target_5XX_Count",
    dimensions=_CALLED,
    statistic="Sum",
    missing=MissingData.GOOD,
)
# Milliseconds.
CALLS_TIME: Final = Metric(
    namespace="AWS/ECS",
    name="TargetResponseTime",
    dimensions=_CALLED,
    statistic="Average",
    missing=MissingData.GOOD,
)

VOLUME_CLIENTS: Final = Metric(
    namespace="AWS/EFS", name="ClientConnections", dimensions=("FileSystemId",), statistic="Sum"
)
VOLUME_BYTES: Final = Metric(
    namespace="AWS/EFS",
    name="TotalIOBytes",
    dimensions=("FileSystemId",),
    statistic="Sum",
    missing=MissingData.GOOD,
)
VOLUME_LIMIT: Final = Metric(
    namespace="AWS/EFS", name="PercentIOLimit", dimensions=("FileSystemId",), statistic="Maximum"
)

# Route 53 sends it each minute from several continents: silence means that nobody is looking.
HEALTH_CHECK: Final = Metric(
    namespace="AWS/Route53",
    name="HealthCheckStatus",
    dimensions=("HealthCheckId",),
    statistic="Minimum",
    missing=MissingData.BAD,
)
HEALTH_REGION: Final = "us-east-1"
"""The only region that has it, whatever the stack's own: an alarm on it lives there, and so does the topic it tells."""

ALL: Final[Sequence[Metric]] = tuple(value for value in globals().values() if isinstance(value, Metric))
"""The whole table."""

NO_TASKS: Final = Formula(
    series={"desired": DESIRED_TASKS, "running": RUNNING_TASKS}, text="IF(desired>0 AND FILL(running,0)<1,1,0)"
)
"""1 while a service that should have tasks has none, otherwise 0: a service that sleeps at night is not down."""


JOB_RUNS: Final = Formula(series={"succeeded": JOB_SUCCEEDED}, text="FILL(succeeded,0)", missing=MissingData.BAD)
"""How often a job succeeded, also 0: an alarm that looks back over many periods would skip those without a value."""


def errors_5xx(at_least: int = 1) -> Formula:
    """Return the percentage of requests that fail on our side, 0 where there are fewer than `at_least` requests.

    Answers of the load balancer itself count: it gives them without a healthy target, or when one breaks the connection off.
    """
    return _percent_of_requests({"balancer": BALANCER_5XX, "failed": TARGET_5XX}, at_least)


def errors_4xx(at_least: int = 1) -> Formula:
    """Return the percentage of requests that the application refuses, 0 where there are fewer than `at_least` requests.

    Answers of the load balancer itself do not count: it gives them to scanners, for what the application does not have.
    """
    return _percent_of_requests({"refused": TARGET_4XX}, at_least)


def _of_target_group(formula: Formula) -> Formula:
    """Return the same of one target group alone, without what the load balancer answers by itself, which it does not tell by target group."""
    series = {name: replace(metric, dimensions=_TARGET_GROUP) for name, metric in formula.series.items()}
    return replace(formula, series=series)


def target_errors_5xx(at_least: int = 1) -> Formula:
    """Return the percentage of requests to a target group that its tasks fail, 0 where there are fewer than `at_least` requests."""
    return _of_target_group(_percent_of_requests({"failed": TARGET_5XX}, at_least))


def target_errors_4xx(at_least: int = 1) -> Formula:
    """Return the percentage of requests to a target group that the application refuses, 0 where there are fewer than `at_least` requests."""
    return _of_target_group(errors_4xx(at_least))


def _percent_of_requests(errors: Mapping[str, Metric], at_least: int) -> Formula:
    # A request counts only once it has a target, so that without a healthy one there are errors and no requests: the greater
    # of the two is the whole.
    total = "+".join(f"FILL({name},0)" for name in errors)
    whole = f"IF(FILL(requests,0)>({total}),FILL(requests,0),{total})"
    return Formula(
        series={**errors, "requests": REQUESTS},
        text=f"IF(({whole})>={at_least},100*({total})/({whole}),0)",
        missing=MissingData.GOOD,
    )
