import itertools
from typing import Any, Final

import pytest

from components import _metrics as metrics
from components._alarm_rules import Thresholds, node_number
from components._alarm_targets import (
    AlarmTargets,
    ApplicationMetric,
    DatabaseAlarmTarget,
    DeadLettersAlarmTarget,
    FunctionAlarmTarget,
    JobAlarmTarget,
    LogPattern,
    QueueAlarmTarget,
    ServiceAlarmTarget,
)
from components.alarms import Alarms, AlarmsArgs, MutedWindowArgs
from components.notifications import AlertChannel, AlertRoute
from preview.graph import Graph, Resource
from tests.components.conftest import build, check_contract

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
BALANCER = "app/storefront/50dc6c495c0c9188"
TARGET = "targetgroup/api/73e2d6bc24d8a067"
PAGE, DATABASE, TEAM = (f"arn:aws:sns:us-east-1:123456789012:{name}" for name in ("page", "database", "team"))
TOPICS = {AlertChannel.PAGE: PAGE, AlertChannel.DATABASE: DATABASE, AlertChannel.TEAM: TEAM}

# As AWS documents them: the metric, and its dimensions in the documented order.
DOCUMENTED = {
    ("AWS/ECS", "CPUUtilization"): ("ClusterName", "ServiceName"),
    ("AWS/ECS", "MemoryUtilization"): ("ClusterName", "ServiceName"),
    ("ECS/ContainerInsights", "RunningTaskCount"): ("ClusterName", "ServiceName"),
    ("ECS/ContainerInsights", "DesiredTaskCount"): ("ClusterName", "ServiceName"),
    ("ECS/ContainerInsights", "DeploymentCount"): ("ClusterName", "ServiceName"),
    ("AWS/ApplicationELB", "RequestCount"): ("LoadBalancer",),
    ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"): ("LoadBalancer",),
    ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"): ("LoadBalancer",),
    ("AWS/ApplicationELB", "HTTPCode_Target_4XX_Count"): ("LoadBalancer",),
    ("AWS/ApplicationELB", "TargetResponseTime"): ("TargetGroup", "LoadBalancer"),
    ("AWS/ApplicationELB", "HealthyHostCount"): ("TargetGroup", "LoadBalancer"),
    ("AWS/ApplicationELB", "UnHealthyHostCount"): ("TargetGroup", "LoadBalancer"),
    ("AWS/RDS", "CPUUtilization"): ("DBInstanceIdentifier",),
    ("AWS/RDS", "DatabaseConnections"): ("DBInstanceIdentifier",),
    ("AWS/RDS", "FreeStorageSpace"): ("DBInstanceIdentifier",),
    ("AWS/RDS", "FreeableMemory"): ("DBInstanceIdentifier",),
    ("AWS/RDS", "ReplicaLag"): ("DBInstanceIdentifier",),
    # Aurora user guide, "Amazon CloudWatch metrics for Amazon Aurora" and its dimensions.
    ("AWS/RDS", "ACUUtilization"): ("DBClusterIdentifier", "Role"),
    ("AWS/RDS", "ServerlessDatabaseCapacity"): ("DBClusterIdentifier", "Role"),
    ("AWS/RDS", "FreeLocalStorage"): ("DBClusterIdentifier", "Role"),
    ("AWS/RDS", "AuroraReplicaLag"): ("DBClusterIdentifier", "Role"),
    ("AWS/RDS", "VolumeBytesUsed"): ("DBClusterIdentifier",),
    ("AWS/ElastiCache", "EngineCPUUtilization"): ("CacheClusterId",),
    ("AWS/ElastiCache", "CPUUtilization"): ("CacheClusterId",),
    ("AWS/ElastiCache", "DatabaseMemoryUsagePercentage"): ("CacheClusterId",),
    ("AWS/ElastiCache", "Evictions"): ("CacheClusterId",),
    ("AWS/ElastiCache", "NetworkBytesIn"): ("CacheClusterId",),
    ("AWS/ElastiCache", "NetworkBytesOut"): ("CacheClusterId",),
    ("AWS/Lambda", "Errors"): ("FunctionName",),
    ("AWS/Route53", "HealthCheckStatus"): ("HealthCheckId",),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): ("QueueName",),
    ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible"): ("QueueName",),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ("QueueName",),
    ("AWS/ECS", "RequestCount"): ("ClusterName", "DiscoveryName", "ServiceName"),
    ("AWS/ECS", "HTTPCode_Target_5XX_Count"): ("ClusterName", "ServiceName", "TargetDiscoveryName"),
    ("AWS/ECS", "TargetResponseTime"): ("ClusterName", "ServiceName", "TargetDiscoveryName"),
    ("AWS/EFS", "ClientConnections"): ("FileSystemId",),
    ("AWS/EFS", "TotalIOBytes"): ("FileSystemId",),
    ("AWS/EFS", "PercentIOLimit"): ("FileSystemId",),
    # The function that runs jobs sends them.
    ("Slipway", "Failed"): ("Stack", "Job"),
    ("Slipway", "Succeeded"): ("Stack", "Job"),
}


def targets(**changes: Any) -> AlarmTargets:
    given: dict[str, Any] = {
        "cluster_name": "storefront",
        "services": {
            "api": ServiceAlarmTarget(service_name="storefront-api", target_arn_suffix=TARGET),
            "worker": ServiceAlarmTarget(service_name="storefront-worker"),
        },
        "load_balancer_arn_suffix": BALANCER,
        "database": DatabaseAlarmTarget(
            identifier="storefront-db",
            engine="postgres",
            instance_class="db.t4g.medium",
            storage_gib=100,
            replicas={"reports": "storefront-db-reports"},
        ),
        "cache_nodes": ["storefront-001", "storefront-002"],
        "functions": {
            "secret-urls": FunctionAlarmTarget(
                function_name="storefront-secret-urls",
                failing="connection URLs are stale",
                route=AlertRoute.DATABASE,
                errors=2,
                minutes=15,
            )
        },
        "application": {
            "accrual-failed": ApplicationMetric(
                namespace="Storefront", metric="AccrualJobFailed", above=0, route=AlertRoute.CRITICAL
            )
        },
    }
    return AlarmTargets(**{**given, **changes})


def args(**changes: Any) -> AlarmsArgs:
    return AlarmsArgs(**{"name_prefix": "storefront-production", "targets": targets(), "topics": TOPICS, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Alarms("alarms", args(**changes)))


def alarms(graph: Graph) -> dict[str, Resource]:
    return {str(alarm.inputs["name"]).removeprefix("storefront-production-"): alarm for alarm in graph.of(ALARM)}


@pytest.fixture(scope="module")
def everything() -> dict[str, Resource]:
    return alarms(recorded())


def series(alarm: Resource) -> list[dict[str, Any]]:
    """The series an alarm looks at: one, or those of its formula."""
    queries: Any = alarm.inputs.get("metricQueries")
    if not queries:
        return [alarm.inputs]  # type: ignore[list-item] # inputs are a mapping of what the provider takes
    return [query["metric"] for query in queries if "metric" in query]


def test_contract() -> None:
    check_contract(lambda: Alarms("alarms", args()))


def test_the_table_is_what_aws_documents() -> None:
    assert {(metric.namespace, metric.name): tuple(metric.dimensions) for metric in metrics.ALL} == DOCUMENTED


def test_every_alarm_looks_at_a_documented_series(everything: dict[str, Resource]) -> None:
    for key, alarm in everything.items():
        for each in series(alarm):
            if each["namespace"] == "Storefront":
                continue
            dimensions = each["dimensions"]
            assert set(dimensions) == set(DOCUMENTED[each["namespace"], each["metricName"]]), key
            assert all(dimensions.values()), key


@pytest.mark.parametrize(
    ("key", "namespace", "metric", "dimensions"),
    [
        ("api-cpu", "AWS/ECS", "CPUUtilization", {"ClusterName": "storefront", "ServiceName": "storefront-api"}),
        ("api-memory", "AWS/ECS", "MemoryUtilization", {"ClusterName": "storefront", "ServiceName": "storefront-api"}),
        ("api-p99", "AWS/ApplicationELB", "TargetResponseTime", {"LoadBalancer": BALANCER, "TargetGroup": TARGET}),
        (
            "api-unhealthy",
            "AWS/ApplicationELB",
            "UnHealthyHostCount",
            {"LoadBalancer": BALANCER, "TargetGroup": TARGET},
        ),
        ("database-cpu", "AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "storefront-db"}),
        ("database-connections", "AWS/RDS", "DatabaseConnections", {"DBInstanceIdentifier": "storefront-db"}),
        ("database-exhausted", "AWS/RDS", "DatabaseConnections", {"DBInstanceIdentifier": "storefront-db"}),
        ("database-storage", "AWS/RDS", "FreeStorageSpace", {"DBInstanceIdentifier": "storefront-db"}),
        ("database-memory", "AWS/RDS", "FreeableMemory", {"DBInstanceIdentifier": "storefront-db"}),
        ("database-reports-lag", "AWS/RDS", "ReplicaLag", {"DBInstanceIdentifier": "storefront-db-reports"}),
        ("cache-001-cpu", "AWS/ElastiCache", "EngineCPUUtilization", {"CacheClusterId": "storefront-001"}),
        ("cache-002-memory", "AWS/ElastiCache", "DatabaseMemoryUsagePercentage", {"CacheClusterId": "storefront-002"}),
        ("cache-002-evictions", "AWS/ElastiCache", "Evictions", {"CacheClusterId": "storefront-002"}),
    ],
)
def test_what_an_alarm_looks_at(
    everything: dict[str, Resource], key: str, namespace: str, metric: str, dimensions: dict[str, str]
) -> None:
    inputs = everything[key].inputs
    assert (inputs["namespace"], inputs["metricName"], inputs["dimensions"]) == (namespace, metric, dimensions)


ABOVE, BELOW = "GreaterThanThreshold", "LessThanThreshold"


@pytest.mark.parametrize(
    ("key", "comparison", "threshold", "period", "evaluations"),
    [
        ("api-cpu", ABOVE, 80, 60, 5),
        ("api-memory", ABOVE, 80, 60, 5),
        ("worker-no-tasks", ABOVE, 0, None, 5),
        ("api-unhealthy", ABOVE, 0, 60, 5),
        ("api-p99", ABOVE, 2, 300, 1),
        ("errors-5xx", ABOVE, 1, None, 1),
        ("errors-4xx", ABOVE, 10, None, 1),
        ("database-cpu", ABOVE, 90, 60, 5),
        ("database-connections", ABOVE, 316, 60, 5),
        ("database-exhausted", ABOVE, 375, 60, 1),
        ("database-storage", BELOW, 20 * 2**30, 60, 5),
        ("database-memory", BELOW, int(4 * 2**30 * 0.05), 60, 5),
        ("database-reports-lag", ABOVE, 30, 60, 5),
        ("cache-001-cpu", ABOVE, 90, 60, 5),
        ("cache-001-memory", ABOVE, 80, 60, 5),
        ("cache-001-evictions", ABOVE, 100, 300, 1),
        ("application-accrual-failed", ABOVE, 0, 300, 1),
        ("secret-urls-errors", ABOVE, 2, 900, 1),
    ],
)
def test_from_when_on(
    everything: dict[str, Resource], key: str, comparison: str, threshold: float, period: int | None, evaluations: int
) -> None:
    inputs = everything[key].inputs
    assert inputs["comparisonOperator"] == comparison
    assert inputs["threshold"] == threshold
    assert inputs.get("period") == period
    assert inputs["evaluationPeriods"] == inputs["datapointsToAlarm"] == evaluations


def test_sustained_means_five_minutes(everything: dict[str, Resource]) -> None:
    for key, alarm in everything.items():
        period = series(alarm)[0]["period"]
        minutes = {"database-exhausted": 1, "secret-urls-errors": 15}.get(key, 5)
        assert period * int(str(alarm.inputs["evaluationPeriods"])) == 60 * minutes, key


@pytest.mark.parametrize(
    ("key", "topic"),
    [
        ("api-no-tasks", PAGE),
        ("api-unhealthy", PAGE),
        ("errors-5xx", PAGE),
        ("database-exhausted", PAGE),
        ("application-accrual-failed", PAGE),
        ("secret-urls-errors", DATABASE),
        ("database-cpu", DATABASE),
        ("database-connections", TEAM),
        ("database-storage", TEAM),
        ("api-memory", TEAM),
        ("errors-4xx", TEAM),
        ("cache-001-evictions", TEAM),
    ],
)
def test_who_is_told_that_it_begins_and_ends(everything: dict[str, Resource], key: str, topic: str) -> None:
    inputs = everything[key].inputs
    assert inputs["alarmActions"] == inputs["okActions"] == [topic]
    word = {PAGE: "Critical: ", DATABASE: "Database: ", TEAM: "Warning: "}[topic]
    assert str(inputs["alarmDescription"]).startswith(word)


@pytest.mark.parametrize("only", list(AlertChannel))
def test_with_one_topic_everything_goes_there(only: AlertChannel) -> None:
    for alarm in recorded(topics={only: TOPICS[only]}).of(ALARM):
        assert alarm.inputs["alarmActions"] == [TOPICS[only]]


def test_without_topics_alarms_are_only_seen() -> None:
    assert {tuple(alarm.inputs["alarmActions"]) for alarm in recorded(topics={}).of(ALARM)} == {()}  # type: ignore[arg-type] # a list


@pytest.mark.parametrize(
    ("key", "missing"),
    [
        ("api-cpu", "missing"),
        ("api-no-tasks", "missing"),
        ("api-unhealthy", "notBreaching"),
        ("api-p99", "notBreaching"),
        ("errors-5xx", "notBreaching"),
        ("errors-4xx", "notBreaching"),
        ("database-cpu", "missing"),
        ("database-storage", "missing"),
        ("cache-001-memory", "missing"),
        ("application-accrual-failed", "notBreaching"),
        ("secret-urls-errors", "notBreaching"),
    ],
)
def test_what_silence_means(everything: dict[str, Resource], key: str, missing: str) -> None:
    assert everything[key].inputs["treatMissingData"] == missing


def formula(alarm: Resource) -> tuple[str, dict[str, tuple[str, str]]]:
    queries: Any = alarm.inputs["metricQueries"]
    results = [query for query in queries if query.get("returnData")]
    assert len(results) == 1, "an alarm watches exactly one result"
    names = {q["id"]: (q["metric"]["metricName"], q["metric"]["stat"]) for q in queries if "metric" in q}
    assert not {"namespace", "metricName", "period", "statistic", "dimensions"} & alarm.inputs.keys()
    return results[0]["expression"], names


class Number(float):
    """A number whose division by nothing gives no number: CloudWatch works out both branches of an IF and takes one."""

    def __add__(self, other: float) -> "Number":
        return Number(float(self) + other)

    def __rmul__(self, other: float) -> "Number":
        return Number(other * float(self))

    def __truediv__(self, other: float) -> "Number":
        return Number(float(self) / other) if other else Number("nan")


def calculate(expression: str, **values: float | None) -> float:
    """Work a formula out for one point in time; None is a series without a value there."""
    known: dict[str, object] = {
        "FILL": lambda value, other: Number(other) if value is None else value,
        "IF": lambda when, then, otherwise: then if when else otherwise,
        **{name: None if value is None else Number(value) for name, value in values.items()},
    }
    return float(eval(expression.replace(" AND ", " and "), {"__builtins__": {}}, known))  # noqa: S307 - our own formula


@pytest.mark.parametrize(
    ("requests", "failed", "balancer", "percent"),
    [
        (1000, 11, None, 1.1),
        (1000, None, 20, 2.0),
        (1000, 5, 5, 1.0),
        (1000, None, None, 0),
        (19, 19, None, 0),
        (20, 1, None, 5.0),
        (None, None, 300, 100.0),  # no healthy target: nothing but the load balancer's own 503
        (None, None, None, 0),
        (10, None, 30, 100.0),
    ],
)
def test_rate_of_5xx(
    everything: dict[str, Resource], requests: Any, failed: Any, balancer: Any, percent: float
) -> None:
    expression, names = formula(everything["errors-5xx"])
    assert names == {
        "requests": ("RequestCount", "Sum"),
        "failed": ("HTTPCode_Target_5XX_Count", "Sum"),
        "balancer": ("HTTPCode_ELB_5XX_Count", "Sum"),
    }
    assert calculate(expression, requests=requests, failed=failed, balancer=balancer) == pytest.approx(percent)


@pytest.mark.parametrize(
    ("requests", "refused", "percent"), [(100, 10, 10.0), (100, 11, 11.0), (100, None, 0), (19, 19, 0), (None, None, 0)]
)
def test_rate_of_4xx(everything: dict[str, Resource], requests: Any, refused: Any, percent: float) -> None:
    expression, names = formula(everything["errors-4xx"])
    assert names == {"requests": ("RequestCount", "Sum"), "refused": ("HTTPCode_Target_4XX_Count", "Sum")}
    assert calculate(expression, requests=requests, refused=refused) == pytest.approx(percent)


@pytest.mark.parametrize(("desired", "running", "result"), [(2, 2, 0), (2, 1, 0), (2, 0, 1), (2, None, 1), (0, 0, 0)])
def test_a_service_without_tasks(everything: dict[str, Resource], desired: Any, running: Any, result: int) -> None:
    expression, names = formula(everything["worker-no-tasks"])
    assert names == {"desired": ("DesiredTaskCount", "Average"), "running": ("RunningTaskCount", "Average")}
    assert calculate(expression, desired=desired, running=running) == result


def test_a_service_without_tasks_is_seen_without_container_insights() -> None:
    alarm = alarms(recorded(targets=targets(container_insights=False)))["api-no-tasks"].inputs
    assert (alarm["namespace"], alarm["metricName"], alarm["statistic"]) == ("AWS/ECS", "CPUUtilization", "SampleCount")
    assert (alarm["comparisonOperator"], alarm["threshold"], alarm["treatMissingData"]) == (BELOW, 1, "breaching")


def test_percentiles_of_few_requests_say_nothing(everything: dict[str, Resource]) -> None:
    inputs = everything["api-p99"].inputs
    assert inputs["extendedStatistic"] == "p99"
    assert "statistic" not in inputs
    assert inputs["evaluateLowSampleCountPercentiles"] == "ignore"


def test_application_metrics() -> None:
    metric = ApplicationMetric(
        namespace="Storefront/Jobs",
        metric="Queued",
        above=50.5,
        dimensions={"Queue": "mail"},
        statistic="Maximum",
        minutes=10,
    )
    alarm = alarms(recorded(targets=targets(application={"queue": metric})))["application-queue"].inputs
    assert (alarm["namespace"], alarm["metricName"], alarm["dimensions"]) == (
        "Storefront/Jobs",
        "Queued",
        {"Queue": "mail"},
    )
    assert (alarm["statistic"], alarm["threshold"], alarm["period"]) == ("Maximum", 50.5, 600)
    assert alarm["alarmActions"] == [TEAM]


@pytest.mark.parametrize(
    ("without", "prefix"),
    [
        ({"database": None}, "database-"),
        ({"cache_nodes": ()}, "cache-"),
        ({"functions": {}}, "secret-urls-"),
        ({"application": {}}, "application-"),
    ],
)
def test_no_part_no_alarms(everything: dict[str, Resource], without: dict[str, Any], prefix: str) -> None:
    rest = alarms(recorded(targets=targets(**without)))
    assert rest.keys() == {key for key in everything if not key.startswith(prefix)}


def test_both_target_groups_of_a_service_are_watched() -> None:
    api = ServiceAlarmTarget(service_name="api", target_arn_suffix=TARGET, green_arn_suffix=f"{TARGET}-2")
    found = alarms(recorded(targets=targets(services={"api": api})))
    for key, group in (("api", TARGET), ("api-alternate", f"{TARGET}-2")):
        for kind in ("unhealthy", "p99"):
            assert {tuple(s["dimensions"].items()) for s in series(found[f"{key}-{kind}"])} == {
                (("LoadBalancer", BALANCER), ("TargetGroup", group))
            }
    assert [key for key in found if key.startswith("api") and key.endswith("-cpu")] == ["api-cpu"]


def test_without_a_load_balancer() -> None:
    services = {"worker": ServiceAlarmTarget(service_name="storefront-worker")}
    found = alarms(
        recorded(
            targets=AlarmTargets(cluster_name="storefront", services=services),
        )
    )
    assert found.keys() == {"worker-cpu", "worker-memory", "worker-no-tasks"}


def test_an_alarm_can_be_left_out(everything: dict[str, Resource]) -> None:
    none = {
        "service_cpu_percent": {"api-cpu", "worker-cpu"},
        "service_memory_percent": {"api-memory", "worker-memory"},
        "errors_5xx_percent": {"errors-5xx"},
        "errors_4xx_percent": {"errors-4xx"},
        "p99_seconds": {"api-p99"},
        "database_cpu_percent": {"database-cpu"},
        "database_connections_percent": {"database-connections"},
        "database_exhausted_percent": {"database-exhausted"},
        "database_storage_percent": {"database-storage"},
        "database_free_memory_percent": {"database-memory"},
        "replica_lag_seconds": {"database-reports-lag"},
        "cache_cpu_percent": {"cache-001-cpu", "cache-002-cpu"},
        "cache_memory_percent": {"cache-001-memory", "cache-002-memory"},
        "cache_evictions": {"cache-001-evictions", "cache-002-evictions"},
    }
    for threshold, gone in none.items():
        left = {alarm.key for alarm in args(thresholds=Thresholds(**{threshold: None})).alarms()}  # type: ignore[arg-type] # by name
        assert everything.keys() - left == gone, threshold
    assert everything.keys() - set(itertools.chain.from_iterable(none.values())) == {
        "api-no-tasks",
        "worker-no-tasks",
        "api-unhealthy",
        "application-accrual-failed",
        "secret-urls-errors",
    }


def test_thresholds_follow_what_is_deployed() -> None:
    def threshold(key: str, **changes: Any) -> object:
        given: dict[str, Any] = {
            "identifier": "db",
            "engine": "postgres",
            "instance_class": "db.t4g.medium",
            "storage_gib": 100,
        }
        found = [
            a
            for a in args(targets=targets(database=DatabaseAlarmTarget(**{**given, **changes}))).alarms()
            if a.key == key
        ]
        assert len(found) == 1
        return found[0].below if found[0].above is None else found[0].above

    assert threshold("database-connections", engine="mysql") == int(299 * 0.8)
    assert threshold("database-connections", instance_class="db.r6g.xlarge") == int(3391 * 0.8)
    assert threshold("database-connections", max_connections="500") == 400
    assert threshold("database-exhausted", max_connections="500") == 475
    assert threshold("database-storage", storage_gib=500) == 100 * 2**30
    assert threshold("database-memory", instance_class="db.r6g.xlarge") == int(32 * 2**30 * 0.05)


@pytest.mark.parametrize(
    ("node", "number"),
    [("storefront-001", "001"), ("storefront-0002-001", "0002-001"), ("storefront", "storefront")],
)
def test_number_of_a_cache_node(node: str, number: str) -> None:
    assert node_number(node) == number


def test_outputs() -> None:
    graph = recorded()
    outputs: Any = graph.registered_outputs[graph.one("slipway:index:Alarms").urn]
    assert outputs["arns"] == {key: alarm.outputs["arn"] for key, alarm in alarms(graph).items()}


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (
            lambda: Thresholds(service_cpu_percent=0),
            "Thresholds.service_cpu_percent: 0 is not allowed; more than 0 and less",
        ),
        (lambda: Thresholds(errors_5xx_percent=100), "Thresholds.errors_5xx_percent: 100 is not allowed"),
        (lambda: Thresholds(p99_seconds=-1), "Thresholds.p99_seconds: -1 is not allowed; 0 or more is"),
        (
            lambda: targets(services={"Api": ServiceAlarmTarget(service_name="a")}),
            "AlarmTargets.services: 'Api' is not a name",
        ),
        (lambda: targets(load_balancer_arn_suffix=None), "AlarmTargets.services: api has a target group, but"),
        (
            lambda: args(targets=targets(cache_nodes=["a-001", "b-001"])),
            "AlarmsArgs.targets: two alarms would be called 'cache-001-cpu'",
        ),
        (lambda: args(name_prefix="x" * 250), "AlarmsArgs.name_prefix: 250 characters; at most 228 are allowed"),
        (
            lambda: DatabaseAlarmTarget(identifier="db", engine="mysql", instance_class="db.m4.large", storage_gib=20),
            "DatabaseAlarmTarget.instance_class: 'db.m4.large' is not a current RDS instance class",
        ),
        (
            lambda: DatabaseAlarmTarget(
                identifier="db", engine="mysql", instance_class="db.m5.large", storage_gib=20, max_connections="many"
            ),
            "DatabaseAlarmTarget.max_connections: 'many' is neither a number nor a formula",
        ),
        (
            lambda: DatabaseAlarmTarget(identifier="db", engine="mysql", instance_class="db.m5.large", storage_gib=0),
            "DatabaseAlarmTarget.storage_gib: 0 is not a size",
        ),
        (
            lambda: ApplicationMetric(namespace="AWS/Mine", metric="Failed", above=0),
            "ApplicationMetric.namespace: 'AWS/Mine' is not an application's namespace",
        ),
        (lambda: ApplicationMetric(namespace="Mine", metric="", above=0), "ApplicationMetric.metric: 0 characters"),
        (
            lambda: ApplicationMetric(namespace="Mine", metric="Failed", above=0, minutes=1441),
            "ApplicationMetric.minutes: 1441 is outside 1 to 1440",
        ),
        (
            lambda: ApplicationMetric(
                namespace="Mine", metric="Failed", above=0, dimensions={str(n): "x" for n in range(31)}
            ),
            "ApplicationMetric.dimensions: 31 are more than the 30",
        ),
    ],
)
def test_refuses(make: Any, problem: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is compared below
        make()
    assert problem in str(error.value)


def test_all_problems_at_once() -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is compared below
        Thresholds(service_cpu_percent=0, cache_memory_percent=101)
    assert len(str(error.value).splitlines()) == 2


LINES = LogPattern(
    log_group_name="/ecs/api",
    pattern='{ $.level = "ERROR" }',
    metric="errors",
    namespace="Slipway/storefront",
    above=2,
    minutes=10,
)


def test_lines_that_match_are_counted_and_watched() -> None:
    graph = recorded(targets=targets(logs={"errors": LINES}))
    (counted,) = graph.of("aws:cloudwatch/logMetricFilter:LogMetricFilter")
    assert counted.inputs["logGroupName"] == "/ecs/api"
    assert counted.inputs["pattern"] == '{ $.level = "ERROR" }'
    assert counted.inputs["metricTransformation"] == {
        "name": "errors", "namespace": "Slipway/storefront", "unit": "Count", "value": "1"
    }  # fmt: skip
    alarm = alarms(graph)["log-errors"].inputs
    assert (alarm["namespace"], alarm["metricName"], alarm["statistic"]) == ("Slipway/storefront", "errors", "Sum")
    assert (alarm["threshold"], alarm["period"], alarm["evaluationPeriods"]) == (2, 600, 1)
    assert alarm["treatMissingData"] == "notBreaching"


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"LogPattern.pattern: .*a quotation mark is not closed"):
        LogPattern(log_group_name="/ecs/api", pattern='"x', metric="x", namespace="x")


MUTE = "aws:cloudwatch/alarmMuteRule:AlarmMuteRule"


def window(*of: str, **changes: Any) -> MutedWindowArgs:
    given: dict[str, Any] = {"of": of, "start": "03:00", "minutes": 60, "days": ["mon", "sat"], **changes}
    return MutedWindowArgs(**given)


def muted(graph: Graph) -> set[str]:
    """Return what the alarms' names end with that a graph's only rule mutes."""
    (rule,) = graph.of(MUTE)
    targets: Any = rule.inputs["muteTargets"]
    return {name.removeprefix("storefront-production-") for name in targets["alarmNames"]}


@pytest.mark.parametrize(
    ("given", "expression", "duration"),
    [
        ({}, "cron(0 3 * * MON,SAT)", "PT1H"),
        ({"days": ["sun", "mon"], "start": "23:05", "minutes": 90}, "cron(5 23 * * MON,SUN)", "PT1H30M"),
        ({"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "minutes": 45}, "cron(0 3 * * *)", "PT45M"),
    ],
)
def test_a_window_as_cloudwatch_takes_it(given: Any, expression: str, duration: str) -> None:
    (rule,) = recorded(muted_during={"backup": window("database", time_zone="Europe/Berlin", **given)}).of(MUTE)
    schedule = {"expression": expression, "duration": duration, "timezone": "Europe/Berlin"}
    assert (rule.inputs["name"], rule.inputs["rule"]) == ("storefront-production-backup", {"schedule": schedule})


def test_a_window_mutes_a_part_and_never_what_would_be_lost() -> None:
    assert muted(recorded(muted_during={"w": window("database")})) == {
        "database-connections", "database-cpu", "database-exhausted", "database-memory", "database-reports-lag"
    }  # fmt: skip
    assert muted(recorded(muted_during={"w": window("services.worker", "load_balancer")})) == {
        "worker-cpu", "worker-memory", "worker-no-tasks", "errors-4xx", "errors-5xx"
    }  # fmt: skip


def test_every_alarm_says_whether_it_may_be_muted() -> None:
    watched = targets(
        logs={"errors": LINES},
        jobs={"report": JobAlarmTarget(stack="storefront", late_minutes=60)},
        queues={"queue-mail": QueueAlarmTarget(queue_name="mail", age_minutes=5)},
        dead_letters={"queue-mail": DeadLettersAlarmTarget(queue_name="mail-failed", failing="lost")},
    )
    never = {alarm.key for alarm in AlarmsArgs(name_prefix="storefront", targets=watched).alarms() if not alarm.part}
    assert never == {
        "database-storage", "job-report-failed", "job-report-late", "queue-mail-dead-letters", "secret-urls-errors"
    }  # fmt: skip


def test_more_alarms_than_a_rule_names_have_several_rules() -> None:
    many = {f"s{number:02}": ServiceAlarmTarget(service_name=f"s{number}") for number in range(34)}
    rules = recorded(targets=targets(services=many), muted_during={"w": window("services")}).of(MUTE)
    assert [rule.inputs["name"] for rule in rules] == ["storefront-production-w", "storefront-production-w-2"]
    named: list[Any] = [rule.inputs["muteTargets"] for rule in rules]
    assert [len(each["alarmNames"]) for each in named] == [100, 2]


def test_a_window_without_alarms_is_refused() -> None:
    with pytest.raises(ValueError, match=r"muted_during: w: there is no alarm of queues that may be muted"):
        AlarmsArgs(name_prefix="storefront", targets=targets(), muted_during={"w": window("queues")})
    with pytest.raises(ValueError, match="minutes: 721 is outside 1 to 720"):
        window("database", minutes=721)
    with pytest.raises(ValueError, match="days: none given"):
        window("database", days=[])


CLUSTER: Final[dict[str, Any]] = {
    "identifier": "storefront-db",
    "engine": "aurora-postgresql",
    "acus": (0.5, 16),
    "replicas": {"readers": "storefront-db"},
}


@pytest.mark.parametrize(
    ("key", "metric", "role", "bound"),
    [
        ("database-cpu", "CPUUtilization", "WRITER", {"threshold": 90}),
        ("database-connections", "DatabaseConnections", "WRITER", {"threshold": 1600}),
        ("database-exhausted", "DatabaseConnections", "WRITER", {"threshold": 1900}),
        ("database-storage", "FreeLocalStorage", "WRITER", {"threshold": 2**30}),
        ("database-memory", "FreeableMemory", "WRITER", {"threshold": int(32 * 2**30 * 0.05)}),
        ("database-capacity", "ACUUtilization", "WRITER", {"threshold": 90}),
        ("database-readers-lag", "AuroraReplicaLag", "READER", {"threshold": 30_000}),
    ],
)
def test_a_cluster_is_watched_by_the_roles_of_its_instances(
    key: str, metric: str, role: str, bound: dict[str, Any]
) -> None:
    graph = build(lambda: Alarms("alarms", args(targets=targets(database=DatabaseAlarmTarget(**CLUSTER)))))
    assert graph.one(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        f"alarms-{key}",
        metricName=metric,
        dimensions={"DBClusterIdentifier": "storefront-db", "Role": role},
        **bound,
    )


def test_a_cluster_of_a_class_has_no_capacity_to_run_out_of() -> None:
    changes: dict[str, Any] = {"acus": None, "instance_class": "db.r7g.large", "replicas": {}}
    found = args(targets=targets(database=DatabaseAlarmTarget(**{**CLUSTER, **changes}))).alarms()
    keys = {alarm.key for alarm in found}
    assert "database-capacity" not in keys
    assert "database-readers-lag" not in keys
    assert "database-memory" in keys


def test_a_database_has_a_class_or_capacity() -> None:
    wrong: list[dict[str, Any]] = [{"acus": None}, {"instance_class": "db.r7g.large"}]
    for changes in wrong:
        with pytest.raises(ValueError, match=r"DatabaseAlarmTarget\.instance_class: it needs one, or acus"):
            DatabaseAlarmTarget(**{**CLUSTER, **changes})


def test_alarms_on_jobs_and_queues_lead_to_their_pages() -> None:
    watched = targets(
        jobs={"report": JobAlarmTarget(stack="storefront", late_minutes=60)},
        queues={
            "queue-mail": QueueAlarmTarget(queue_name="mail", age_minutes=5),
            "queue-orders": QueueAlarmTarget(queue_name="orders"),
        },
    )
    found = {alarm.key: alarm.says for alarm in AlarmsArgs(name_prefix="storefront", targets=watched).alarms()}
    assert {key: says.rpartition(" ")[2] for key, says in found.items() if key.startswith(("job-", "queue-"))} == {
        "job-report-failed": "(docs/runbooks/jobs.md)",
        "job-report-late": "(docs/runbooks/jobs.md)",
        "queue-mail-age": "(docs/runbooks/queues.md)",
    }
