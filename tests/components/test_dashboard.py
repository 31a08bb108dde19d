import itertools
import json
from typing import Any

import pytest

from components import _metrics as metrics
from components._alarm_rules import Thresholds
from components._alarm_targets import (
    AlarmTargets,
    ApplicationMetric,
    CalledTarget,
    DatabaseAlarmTarget,
    DeadLettersAlarmTarget,
    JobAlarmTarget,
    QueueAlarmTarget,
    ServiceAlarmTarget,
)
from components.dashboard import COLUMNS, Dashboard, DashboardArgs
from preview.graph import Graph
from tests.components.conftest import build, check_contract

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
BALANCER = "app/rupaya/50dc6c495c0c9188"
TARGET = "targetgroup/api/73e2d6bc24d8a067"


def targets(**changes: Any) -> AlarmTargets:
    given: dict[str, Any] = {
        "cluster_name": "rupaya",
        "services": {
            "api": ServiceAlarmTarget(service_name="rupaya-api", target_arn_suffix=TARGET),
            "worker": ServiceAlarmTarget(service_name="rupaya-worker"),
        },
        "load_balancer_arn_suffix": BALANCER,
        "database": DatabaseAlarmTarget(
            identifier="rupaya-db",
            engine="postgres",
            instance_class="db.r6g.xlarge",
            storage_gib=500,
            replicas={"reports": "rupaya-db-reports"},
        ),
        "cache_nodes": [f"rupaya-0001-00{number}" for number in (1, 2, 3)],
        "called": {
            "pricing": CalledTarget(name="prices", service_name="rupaya-pricing", callers={"api": "rupaya-api"})
        },
        "queues": {
            "queue-mail": QueueAlarmTarget(queue_name="rupaya-mail", age_minutes=15),
            "queue-orders": QueueAlarmTarget(queue_name="rupaya-orders"),
        },
        "dead_letters": {
            "jobs": DeadLettersAlarmTarget(queue_name="rupaya-jobs-failed", failing="x"),
            "queue-mail": DeadLettersAlarmTarget(queue_name="rupaya-mail-failed", failing="x"),
        },
        "jobs": {"report": JobAlarmTarget(stack="rupaya", late_minutes=None)},
        "volumes": {"uploads": "fs-1"},
        "application": {
            "failed": ApplicationMetric(namespace="Rupaya", metric="JobFailed", above=0, dimensions={"Job": "x"})
        },
    }
    return AlarmTargets(**{**given, **changes})


def args(**changes: Any) -> DashboardArgs:
    return DashboardArgs(
        **{"name_prefix": "rupaya-production", "region": "eu-north-1", "targets": targets(), **changes}
    )


def recorded(**changes: Any) -> Graph:
    return build(lambda: Dashboard("dashboard", args(**changes)))


def text(graph: Graph) -> str:
    return str(graph.one(DASHBOARD).inputs["dashboardBody"])


def widgets(graph: Graph, kind: str = "metric") -> dict[str, Any]:
    return {
        widget["properties"].get("title", widget["properties"].get("markdown")): widget
        for widget in json.loads(text(graph))["widgets"]
        if widget["type"] == kind
    }


def under(graph: Graph, heading: str) -> dict[str, Any]:
    """The graphs between a heading and the next."""
    found = json.loads(text(graph))["widgets"]
    titles = [widget["properties"].get("markdown") for widget in found]
    rest = found[titles.index(f"## {heading}") + 1 :]
    return {
        each["properties"]["title"]: each for each in itertools.takewhile(lambda each: each["type"] == "metric", rest)
    }


def lines(widget: Any) -> list[tuple[Any, ...]]:
    """What a graph draws: metric, dimensions, statistic; a formula's text; what only feeds a formula is left out."""
    drawn: list[tuple[Any, ...]] = []
    for *metric, options in widget["properties"]["metrics"]:
        if options.get("visible") is False:
            continue
        drawn.append((options["expression"],) if "expression" in options else (*metric, options["stat"]))
    return drawn


@pytest.fixture(scope="module")
def everything() -> Graph:
    return recorded(alarm_arns=[f"arn:aws:cloudwatch:eu-north-1:123456789012:alarm:{n}" for n in range(9)])


def test_contract() -> None:
    check_contract(lambda: Dashboard("dashboard", args()))


def test_body_is_canonical_json(everything: Graph) -> None:
    body = text(everything)
    assert body == json.dumps(json.loads(body), sort_keys=True)
    assert everything.one(DASHBOARD).inputs["dashboardName"] == "rupaya-production"


def test_widgets_fill_rows_without_overlap(everything: Graph) -> None:
    taken: set[tuple[int, int]] = set()
    rows: dict[int, int] = {}
    for widget in json.loads(text(everything))["widgets"]:
        x, y, width, height = (widget[key] for key in ("x", "y", "width", "height"))
        assert 0 <= x < x + width <= COLUMNS
        cells = set(itertools.product(range(x, x + width), range(y, y + height)))
        assert not cells & taken, widget
        taken |= cells
        rows[y] = rows.get(y, 0) + width
    assert set(rows.values()) == {COLUMNS}, "every row is full"
    bottom = max(y for _, y in taken)
    assert len(taken) == COLUMNS * (bottom + 1), "no gaps"


def test_every_metric_is_in_the_table(everything: Graph) -> None:
    known = {(metric.namespace, metric.name): set(metric.dimensions) for metric in metrics.ALL}
    count = 0
    for widget in widgets(everything).values():
        for namespace, name, *dimensions in (
            metric[:-1] for metric in widget["properties"]["metrics"] if "expression" not in metric[-1]
        ):
            if namespace != "Rupaya":
                assert set(dimensions[::2]) == known[namespace, name]
                assert all(dimensions[1::2])
                count += 1
    assert count > 30


def test_formulas_find_their_series(everything: Graph) -> None:
    for title, widget in widgets(everything).items():
        entries = widget["properties"]["metrics"]
        ids = [entry[-1]["id"] for entry in entries if "id" in entry[-1]]
        assert len(set(ids)) == len(ids), title
        assert all(name[0].islower() for name in ids)
        for entry in entries:
            if entry[-1].get("visible") is False:
                used = [e[-1]["expression"] for e in entries if entry[-1]["id"] in e[-1].get("expression", "")]
                assert used, f"{title}: {entry[-1]['id']} feeds nothing"


def service(name: str) -> tuple[str, ...]:
    return ("ClusterName", "rupaya", "ServiceName", name)


@pytest.mark.parametrize("name", ["api", "worker"])
def test_services(everything: Graph, name: str) -> None:
    graphs, at = under(everything, f"Service {name}"), service(f"rupaya-{name}")
    assert [lines(graph) for graph in graphs.values()] == [
        [("AWS/ECS", "CPUUtilization", *at, "Average"), ("AWS/ECS", "CPUUtilization", *at, "Maximum")],
        [("AWS/ECS", "MemoryUtilization", *at, "Average"), ("AWS/ECS", "MemoryUtilization", *at, "Maximum")],
        [
            ("ECS/ContainerInsights", "RunningTaskCount", *at, "Average"),
            ("ECS/ContainerInsights", "DesiredTaskCount", *at, "Average"),
        ],
        [("ECS/ContainerInsights", "DeploymentCount", *at, "Maximum")],
    ]


def test_services_without_container_insights() -> None:
    graphs = under(recorded(targets=targets(container_insights=False)), "Service api")
    assert lines(graphs["Tasks"]) == [("AWS/ECS", "CPUUtilization", *service("rupaya-api"), "SampleCount")]
    assert len(graphs) == 3


def test_load_balancer(everything: Graph) -> None:
    graphs = under(everything, "Load balancer")
    assert lines(graphs["Requests a minute"]) == [
        ("AWS/ApplicationELB", "RequestCount", "LoadBalancer", BALANCER, "Sum")
    ]
    assert lines(graphs["Errors, % of requests"]) == [(metrics.errors_5xx().text,), (metrics.errors_4xx().text,)]
    at = ("TargetGroup", TARGET, "LoadBalancer", BALANCER)
    assert lines(graphs["Response time of api, s"]) == [
        ("AWS/ApplicationELB", "TargetResponseTime", *at, percentile) for percentile in ("p50", "p95", "p99")
    ]
    assert lines(graphs["Targets"]) == [
        ("AWS/ApplicationELB", "HealthyHostCount", *at, "Minimum"),
        ("AWS/ApplicationELB", "UnHealthyHostCount", *at, "Maximum"),
    ]


def test_database(everything: Graph) -> None:
    graphs = under(everything, "Database")
    at = ("DBInstanceIdentifier", "rupaya-db")
    assert [lines(graph)[0] for graph in graphs.values()] == [
        ("AWS/RDS", "CPUUtilization", *at, "Average"),
        ("AWS/RDS", "DatabaseConnections", *at, "Maximum"),
        ("500-free/1073741824",),
        ("AWS/RDS", "FreeableMemory", *at, "Minimum"),
        ("AWS/RDS", "ReplicaLag", *at, "Maximum"),
    ]
    assert lines(graphs["Replication lag, s"])[1:] == [
        ("AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", "rupaya-db-reports", "Maximum")
    ]
    free = graphs["Storage used, GiB of 500"]["properties"]["metrics"][1]
    assert free[:-1] == ["AWS/RDS", "FreeStorageSpace", *at]


def test_cache(everything: Graph) -> None:
    graphs = under(everything, "Cache")
    assert {title: lines(graph)[2] for title, graph in graphs.items()} == {
        title: ("AWS/ElastiCache", metric, "CacheClusterId", "rupaya-0001-003", statistic)
        for title, metric, statistic in (
            ("Engine CPU, %", "EngineCPUUtilization", "Average"),
            ("CPU, %", "CPUUtilization", "Average"),
            ("Memory, %", "DatabaseMemoryUsagePercentage", "Average"),
            ("Evictions in five minutes", "Evictions", "Sum"),
            ("Network bytes in, a minute", "NetworkBytesIn", "Sum"),
            ("Network bytes out, a minute", "NetworkBytesOut", "Sum"),
        )
    }
    assert all(len(lines(graph)) == 3 for graph in graphs.values())


def test_application(everything: Graph) -> None:
    (graph,) = under(everything, "Application").values()
    assert lines(graph) == [("Rupaya", "JobFailed", "Job", "x", "Sum")]
    assert graph["properties"]["period"] == 300


def limit(graph: Any) -> object:
    drawn = graph["properties"].get("annotations", {}).get("horizontal", [])
    return drawn[0]["value"] if drawn else None


def test_alarm_limits_are_drawn(everything: Graph) -> None:
    database = under(everything, "Database")
    assert limit(database["CPU, %"]) == 90
    assert limit(database["Connections of about 3391"]) == 2712
    assert limit(database["Storage used, GiB of 500"]) == 400
    assert limit(database["Free memory, bytes"]) is None
    assert limit(under(everything, "Service api")["Memory, %"]) == 80
    none = recorded(thresholds=Thresholds(database_cpu_percent=None, service_memory_percent=70))
    assert limit(under(none, "Database")["CPU, %"]) is None
    assert limit(under(none, "Service api")["Memory, %"]) == 70


def test_alarms_stand_on_top(everything: Graph) -> None:
    first = json.loads(text(everything))["widgets"][0]
    assert (first["type"], first["x"], first["y"], first["width"]) == ("alarm", 0, 0, COLUMNS)
    assert len(first["properties"]["alarms"]) == 9


def test_a_widget_takes_a_hundred_alarms() -> None:
    graph = recorded(alarm_arns=[str(number) for number in range(101)])
    found = [widget for widget in json.loads(text(graph))["widgets"] if widget["type"] == "alarm"]
    assert [len(widget["properties"]["alarms"]) for widget in found] == [100, 1]
    assert found[0]["height"] <= found[1]["y"]


def test_everything_is_shown_from_the_stacks_region(everything: Graph) -> None:
    assert {widget["properties"]["region"] for widget in widgets(everything).values()} == {"eu-north-1"}


def test_only_what_there_is() -> None:
    small = AlarmTargets(cluster_name="rupaya", services={"worker": ServiceAlarmTarget(service_name="rupaya-worker")})
    assert list(widgets(recorded(targets=small), "text")) == ["## Service worker"]
    assert list(widgets(recorded(), "text")) == [
        "## Load balancer",
        "## Service api",
        "## Service worker",
        "## Database",
        "## Cache",
        "## Calls between services",
        "## Queues",
        "## Jobs",
        "## Volumes",
        "## Application",
    ]


def test_outputs() -> None:
    graph = recorded()
    assert graph.registered_outputs[graph.one("slipway:index:Dashboard").urn] == {"name": "rupaya-production"}


@pytest.mark.parametrize("name_prefix", ["rupaya.production", "", "x" * 256])
def test_refuses_a_name_that_cloudwatch_refuses(name_prefix: str) -> None:
    with pytest.raises(ValueError, match=r"^DashboardArgs\.name_prefix: .* is not a dashboard's name: at most 255"):
        args(name_prefix=name_prefix)


def test_queues(everything: Graph) -> None:
    graphs = under(everything, "Queues")
    mail, letters = ("QueueName", "rupaya-mail"), ("QueueName", "rupaya-mail-failed")
    assert lines(graphs["Messages of queue-mail"]) == [
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", *mail, "Maximum"),
        ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", *mail, "Maximum"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", *letters, "Maximum"),
    ]
    age = graphs["Age of the oldest message of queue-mail, s"]
    assert age["properties"]["annotations"]["horizontal"] == [{"label": "alarm", "value": 900}]
    assert "annotations" not in graphs["Age of the oldest message of queue-orders, s"]["properties"]
    assert len(lines(graphs["Messages of queue-orders"])) == 2


def test_jobs(everything: Graph) -> None:
    graphs = under(everything, "Jobs")
    at = ("Stack", "rupaya", "Job", "report")
    runs = graphs["Runs of report in an hour"]
    assert lines(runs) == [("Slipway", "Succeeded", *at, "Sum"), ("Slipway", "Failed", *at, "Sum")]
    assert runs["properties"]["period"] == 3600
    assert lines(graphs["Jobs that could not be started"]) == [
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "rupaya-jobs-failed", "Maximum")
    ]


def test_calls_between_services(everything: Graph) -> None:
    graphs = under(everything, "Calls between services")
    caller = ("ClusterName", "rupaya", "ServiceName", "rupaya-api", "TargetDiscoveryName", "prices")
    assert [lines(graph) for graph in graphs.values()] == [
        [
            ("AWS/ECS", "RequestCount", "ClusterName", "rupaya", "DiscoveryName", "prices", "ServiceName",
             "rupaya-pricing", "Sum")
        ],
        [("AWS/ECS", "HTTPCode_Target_5XX_Count", *caller, "Sum")],
        [("AWS/ECS", "TargetResponseTime", *caller, "p99")],
    ]  # fmt: skip


def test_volumes(everything: Graph) -> None:
    graphs = under(everything, "Volumes")
    assert [lines(graph)[0][1] for graph in graphs.values()] == ["ClientConnections", "TotalIOBytes", "PercentIOLimit"]
    assert {lines(graph)[0][2:4] for graph in graphs.values()} == {("FileSystemId", "fs-1")}
