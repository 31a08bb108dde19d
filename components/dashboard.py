"""One CloudWatch dashboard for a whole stack, outside in."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _metrics as metrics
from components._alarm_rules import Thresholds, node_number
from components._alarm_targets import AlarmTargets, DatabaseAlarmTarget, QueueAlarmTarget, ServiceAlarmTarget
from components._checked import Checked
from components._metrics import Formula, Metric
from limits import capacity

COLUMNS: Final = 24
"""The width of a dashboard."""

_ROW_HEIGHT: Final = 6
_IN_A_ROW: Final = 4
_ALARMS_IN_A_WIDGET: Final = 100
_ALARMS_IN_A_LINE: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class DashboardArgs(Checked):
    """What a dashboard shows. It costs $3 a month from the fourth in an account on."""

    name_prefix: str
    """Its name, such as storefront-production. A change replaces it."""
    region: str
    """The AWS region of what it shows."""
    targets: AlarmTargets
    """What there is."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    """From which values on there are alarms, drawn as lines."""
    alarm_arns: Sequence[Input[str]] = ()
    """The alarms whose state it shows on top."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", self.name_prefix):
            form = "at most 255 letters, digits, hyphens and underscores"
            yield "name_prefix", f"{self.name_prefix!r} is not a dashboard's name: {form}"


class Dashboard(pulumi.ComponentResource):
    """A dashboard: alarms, load balancer, services, database, cache, what is between services, application."""

    name: Output[str]
    """Its name in CloudWatch."""

    def __init__(self, name: str, args: DashboardArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Dashboard", name, None, opts)
        body = {"periodOverride": "inherit", "widgets": _widgets(args)}
        dashboard = aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=args.name_prefix,
            dashboard_body=Output.json_dumps(body, sort_keys=True),
            opts=ResourceOptions(parent=self),
        )
        self.name = dashboard.dashboard_name
        self.register_outputs({"name": self.name})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """A line of a graph."""

    label: str
    of: Metric | Formula
    at: Sequence[Input[str]]
    statistic: str | None = None
    """None: the metric's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Graph:
    """Lines over time."""

    title: str
    lines: Sequence[_Line]
    limit: float | None = None
    """Where an alarm begins."""
    period: int = 60
    """Seconds that become one point."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    """Graphs that belong together."""

    title: str
    graphs: Sequence[_Graph]


def _widgets(args: DashboardArgs) -> list[Mapping[str, object]]:
    """Lay everything out from top to bottom."""
    widgets: list[Mapping[str, object]] = []
    top = 0
    for start in range(0, len(args.alarm_arns), _ALARMS_IN_A_WIDGET):
        batch = list(args.alarm_arns[start : start + _ALARMS_IN_A_WIDGET])
        height = 2 + -(-len(batch) // _ALARMS_IN_A_LINE)
        widgets.append(_widget("alarm", 0, top, COLUMNS, height, {"alarms": batch, "title": "Alarms"}))
        top += height
    for section in _sections(args):
        widgets.append(_widget("text", 0, top, COLUMNS, 1, {"markdown": f"## {section.title}"}))
        top += 1
        for row in _rows(section.graphs):
            width = COLUMNS // len(row)
            widgets += (
                _widget("metric", column * width, top, width, _ROW_HEIGHT, _properties(graph, args.region))
                for column, graph in enumerate(row)
            )
            top += _ROW_HEIGHT
    return widgets


def _rows(graphs: Sequence[_Graph]) -> Iterator[Sequence[_Graph]]:
    """Cut graphs into rows of nearly the same length, none longer than a row may be."""
    count = -(-len(graphs) // _IN_A_ROW)
    for row in range(count):
        yield graphs[row * len(graphs) // count : (row + 1) * len(graphs) // count]


def _widget(kind: str, x: int, y: int, width: int, height: int, properties: object) -> Mapping[str, object]:
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}


def _properties(graph: _Graph, region: str) -> Mapping[str, object]:
    return {
        "metrics": [*_entries(graph.lines)],
        "period": graph.period,
        "region": region,
        "stacked": False,
        "title": graph.title,
        "view": "timeSeries",
        "yAxis": {"left": {"min": 0, "showUnits": False}},
        **(
            {"annotations": {"horizontal": [{"label": "alarm", "value": graph.limit}]}}
            if graph.limit is not None
            else {}
        ),
    }


def _entries(lines: Sequence[_Line]) -> Iterator[Sequence[object]]:
    """Yield the lines as CloudWatch takes them; what formulas are made of comes along, once and unseen."""
    hidden: dict[str, Sequence[object]] = {}
    for number, line in enumerate(lines):
        if isinstance(line.of, Metric):
            yield _entry(line.of, line.at, label=line.label, stat=line.statistic or line.of.statistic)
        else:
            yield [{"expression": line.of.text, "id": f"line{number}", "label": line.label}]
            hidden |= {
                name: _entry(metric, line.at, id=name, stat=metric.statistic, visible=False)
                for name, metric in line.of.series.items()
            }
    yield from hidden.values()


def _entry(metric: Metric, at: Sequence[Input[str]], **options: object) -> Sequence[object]:
    dimensions: Iterable[object] = itertools.chain.from_iterable(metric.at(*at).items())
    return [metric.namespace, metric.name, *dimensions, options]


def _sections(args: DashboardArgs) -> Iterator[_Section]:
    targets, thresholds = args.targets, args.thresholds
    if targets.load_balancer_arn_suffix is not None and not targets.load_balancer_shared:
        yield _load_balancer(thresholds, targets, targets.load_balancer_arn_suffix)
    if targets.internal_balancer_arn_suffix is not None:
        yield _load_balancer(thresholds, targets, targets.internal_balancer_arn_suffix, internal=True)
    for name, service in targets.services.items():
        yield _service(thresholds, targets, name, service)
    if targets.database is not None:
        yield _database(thresholds, targets.database)
    if targets.cache_nodes:
        yield _cache(thresholds, targets.cache_nodes)
    yield from _between(targets)
    if targets.application:
        yield _Section(
            title="Application",
            graphs=[
                _Graph(
                    title=f"{metric.metric} ({metric.statistic.lower()})",
                    lines=[
                        _Line(
                            label=name,
                            of=Metric(
                                namespace=metric.namespace,
                                name=metric.metric,
                                dimensions=tuple(metric.dimensions),
                                statistic=metric.statistic,
                            ),
                            at=tuple(metric.dimensions.values()),
                        )
                    ],
                    limit=metric.above,
                    period=60 * metric.minutes,
                )
                for name, metric in targets.application.items()
            ],
        )


def _between(targets: AlarmTargets) -> Iterator[_Section]:
    """Yield what there is beside services and their data: calls between them, queues, jobs, file systems."""
    if targets.called:
        yield _Section(title="Calls between services", graphs=[*_calls(targets)])
    if targets.queues:
        graphs = [graph for name, queue in targets.queues.items() for graph in _queue(targets, name, queue)]
        yield _Section(title="Queues", graphs=graphs)
    if targets.jobs:
        yield _Section(title="Jobs", graphs=[*_jobs(targets)])
    if targets.volumes:
        yield _Section(title="Volumes", graphs=_volumes(targets.volumes))


def _calls(targets: AlarmTargets) -> Iterator[_Graph]:
    cluster = targets.cluster_name
    incoming = [
        _Line(label=key, of=metrics.CALLS, at=(cluster, called.name, called.service_name))
        for key, called in targets.called.items()
    ]
    yield _Graph(title="Calls a minute", lines=incoming)
    pairs = {
        f"{caller} to {key}": (cluster, service_name, called.name)
        for key, called in targets.called.items()
        for caller, service_name in called.callers.items()
    }
    if pairs:
        failed = [_Line(label=label, of=metrics.CALLS_5XX, at=at) for label, at in pairs.items()]
        yield _Graph(title="Calls answered 5xx a minute", lines=failed)
        slow = [_Line(label=label, of=metrics.CALLS_TIME, at=at, statistic="p99") for label, at in pairs.items()]
        yield _Graph(title="Response time of calls, ms (p99)", lines=slow)


def _queue(targets: AlarmTargets, name: str, queue: QueueAlarmTarget) -> Iterator[_Graph]:
    at, letters = (queue.queue_name,), targets.dead_letters.get(name)
    lines = [
        _Line(label="waiting", of=metrics.QUEUE_WAITING, at=at),
        _Line(label="worked on", of=metrics.QUEUE_WORKED_ON, at=at),
    ]
    if letters:
        lines.append(_Line(label="dead letters", of=metrics.QUEUE_WAITING, at=(letters.queue_name,)))
    yield _Graph(title=f"Messages of {name}", lines=lines)
    yield _Graph(
        title=f"Age of the oldest message of {name}, s",
        lines=[_Line(label="oldest", of=metrics.QUEUE_AGE, at=at)],
        limit=None if queue.age_minutes is None else queue.age_minutes * 60,
    )


def _jobs(targets: AlarmTargets) -> Iterator[_Graph]:
    for name, job in targets.jobs.items():
        at = (job.stack, name)
        yield _Graph(
            title=f"Runs of {name} in an hour",
            lines=[
                _Line(label="succeeded", of=metrics.JOB_SUCCEEDED, at=at),
                _Line(label="failed", of=metrics.JOB_FAILED, at=at),
            ],
            period=3600,
        )
    if letters := targets.dead_letters.get("jobs"):
        lines = [_Line(label="dead letters", of=metrics.QUEUE_WAITING, at=(letters.queue_name,))]
        yield _Graph(title="Jobs that could not be started", lines=lines)


def _volumes(volumes: Mapping[str, Input[str]]) -> Sequence[_Graph]:
    def graph(title: str, metric: Metric) -> _Graph:
        return _Graph(title=title, lines=[_Line(label=name, of=metric, at=(id_,)) for name, id_ in volumes.items()])

    return [
        graph("Tasks that have it mounted", metrics.VOLUME_CLIENTS),
        graph("Bytes read and written, a minute", metrics.VOLUME_BYTES),
        graph("Of what it can do, %", metrics.VOLUME_LIMIT),
    ]


def _load_balancer(
    thresholds: Thresholds, targets: AlarmTargets, suffix: Input[str], *, internal: bool = False
) -> _Section:
    at = (suffix,)
    groups = {
        called: (target, suffix)
        for name, service in targets.services.items()
        if service.internal == internal
        for called, target in service.target_groups(name).items()
    }
    graphs = [
        _Graph(title="Requests a minute", lines=[_Line(label="requests", of=metrics.REQUESTS, at=at)]),
        _Graph(
            title="Errors, % of requests",
            lines=[
                _Line(label="5xx", of=metrics.errors_5xx(), at=at),
                _Line(label="4xx", of=metrics.errors_4xx(), at=at),
            ],
            limit=thresholds.errors_5xx_percent,
            period=300,
        ),
    ]
    if groups:
        unhealthy = [
            _Line(label=f"{name} {state}", of=metric, at=target)
            for name, target in groups.items()
            for state, metric in (("healthy", metrics.HEALTHY_TARGETS), ("unhealthy", metrics.UNHEALTHY_TARGETS))
        ]
        graphs.append(_Graph(title="Targets", lines=unhealthy))
    graphs += (
        _Graph(
            title=f"Response time of {name}, s",
            lines=[
                _Line(label=percentile, of=metrics.RESPONSE_TIME, at=target, statistic=percentile)
                for percentile in ("p50", "p95", "p99")
            ],
            limit=thresholds.p99_seconds,
        )
        for name, target in groups.items()
    )
    return _Section(title="Internal load balancer" if internal else "Load balancer", graphs=graphs)


def _service(thresholds: Thresholds, targets: AlarmTargets, name: str, service: ServiceAlarmTarget) -> _Section:
    at = (targets.cluster_name, service.service_name)
    tasks = (
        [
            _Line(label="running", of=metrics.RUNNING_TASKS, at=at),
            _Line(label="desired", of=metrics.DESIRED_TASKS, at=at),
        ]
        if targets.container_insights
        else [_Line(label="running", of=metrics.SERVICE_SAMPLES, at=at)]
    )
    graphs = [
        _usage("CPU, %", metrics.SERVICE_CPU, at, thresholds.service_cpu_percent),
        _usage("Memory, %", metrics.SERVICE_MEMORY, at, thresholds.service_memory_percent),
        _Graph(title="Tasks", lines=tasks),
    ]
    if targets.container_insights:
        deployments = _Line(label="deployments", of=metrics.DEPLOYMENTS, at=at, statistic="Maximum")
        graphs.append(_Graph(title="Deployments under way (1 is the finished one)", lines=[deployments]))
    return _Section(title=f"Service {name}", graphs=graphs)


def _usage(title: str, metric: Metric, at: Sequence[Input[str]], limit: float | None) -> _Graph:
    lines = [
        _Line(label=statistic.lower(), of=metric, at=at, statistic=statistic) for statistic in ("Average", "Maximum")
    ]
    return _Graph(title=title, lines=lines, limit=limit)


def _database(thresholds: Thresholds, database: DatabaseAlarmTarget) -> _Section:
    cpu, at = database.series(metrics.DATABASE_CPU)
    connections = thresholds.database_connections_percent
    return _Section(
        title="Database",
        graphs=[
            _usage("CPU, %", cpu, at, thresholds.database_cpu_percent),
            _Graph(
                title=f"Connections of about {database.connections}",
                lines=[_Line(label="connections", of=database.series(metrics.DATABASE_CONNECTIONS)[0], at=at)],
                limit=capacity.share(database.connections, connections) if connections is not None else None,
            ),
            *_database_storage(thresholds, database),
            _Graph(
                title="Free memory, bytes",
                lines=[_Line(label="free", of=database.series(metrics.DATABASE_FREE_MEMORY)[0], at=at)],
            ),
            _database_lag(thresholds, database),
        ],
    )


def _database_storage(thresholds: Thresholds, database: DatabaseAlarmTarget) -> Iterator[_Graph]:
    percent = thresholds.database_storage_percent
    if database.storage_gib is not None:
        used = Formula(
            series={"free": metrics.DATABASE_FREE_STORAGE}, text=f"{database.storage_gib}-free/{capacity.GIB}"
        )
        yield _Graph(
            title=f"Storage used, GiB of {database.storage_gib}",
            lines=[_Line(label="used", of=used, at=(database.identifier,))],
            limit=database.storage_gib * percent / 100 if percent is not None else None,
        )
        return
    at = (database.identifier, metrics.WRITER)
    yield _Graph(
        title="Storage used, bytes",
        lines=[_Line(label="used", of=metrics.CLUSTER_VOLUME, at=(database.identifier,))],
        period=3600,
    )
    if database.acus is not None:
        share = thresholds.database_capacity_percent
        yield _Graph(
            title=f"Capacity, ACUs of {database.acus[1]:g}",
            lines=[_Line(label="capacity", of=metrics.CLUSTER_ACUS, at=at)],
            limit=database.acus[1] * share / 100 if share is not None else None,
        )


def _database_lag(thresholds: Thresholds, database: DatabaseAlarmTarget) -> _Graph:
    seconds = thresholds.replica_lag_seconds
    if database.is_cluster:
        return _Graph(
            title="Readers' lag, ms",
            lines=[_Line(label="readers", of=metrics.CLUSTER_LAG, at=(database.identifier, metrics.READER))],
            limit=seconds * 1000 if seconds is not None else None,
        )
    replicas = {"database": database.identifier, **database.replicas}
    return _Graph(
        title="Replication lag, s",
        lines=[_Line(label=name, of=metrics.REPLICA_LAG, at=(each,)) for name, each in replicas.items()],
        limit=seconds,
    )


def _cache(thresholds: Thresholds, nodes: Sequence[str]) -> _Section:
    def graph(title: str, metric: Metric, limit: float | None = None, period: int = 60) -> _Graph:
        lines = [_Line(label=node_number(node), of=metric, at=(node,)) for node in nodes]
        return _Graph(title=title, lines=lines, limit=limit, period=period)

    return _Section(
        title="Cache",
        graphs=[
            graph("Engine CPU, %", metrics.CACHE_CPU, thresholds.cache_cpu_percent),
            graph("CPU, %", metrics.CACHE_HOST_CPU),
            graph("Memory, %", metrics.CACHE_MEMORY, thresholds.cache_memory_percent),
            graph("Evictions in five minutes", metrics.CACHE_EVICTIONS, thresholds.cache_evictions, 300),
            graph("Network bytes in, a minute", metrics.CACHE_BYTES_IN),
            graph("Network bytes out, a minute", metrics.CACHE_BYTES_OUT),
        ],
    )
