"""CloudWatch alarms on everything a stack has: who is told what, and from which value on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _metrics as metrics
from components._metrics import Formula, Metric, MissingData
from components.notifications import AlertChannel, AlertRoute, channel_for
from limits import capacity

SUSTAINED_MINUTES: Final = 5
"""How long a value must be bad before it is an alarm, unless it says otherwise."""

_MINUTE: Final = 60
_DAY_MINUTES: Final = 24 * 60
_LONGEST_NAME: Final = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """From which values on there is an alarm; None: there is no such alarm. A change is made in place."""

    service_cpu_percent: float | None = 80
    """Average CPU of a service's tasks, percent of what they have."""
    service_memory_percent: float | None = 80
    """Average memory of a service's tasks, percent of what they have."""
    errors_5xx_percent: float | None = 1
    """Requests answered 5xx, by the application or by the load balancer for it, percent of five minutes' requests."""
    errors_4xx_percent: float | None = 10
    """Requests the application answered 4xx, percent of five minutes' requests."""
    minimum_requests: int = 20
    """Requests in five minutes below which neither of the two says anything."""
    p99_seconds: float | None = 2
    """Seconds within which 99 % of a service's requests are answered."""
    database_cpu_percent: float | None = 90
    """CPU of the database."""
    database_connections_percent: float | None = 80
    """Open connections, percent of what the database takes."""
    database_exhausted_percent: float | None = 95
    """Open connections, percent of what the database takes, from which on one minute is critical."""
    database_storage_percent: float | None = 80
    """Storage in use, percent of what is allocated at first: with autoscaling there is more by the time it tells."""
    database_free_memory_percent: float | None = 5
    """Memory left, percent of what the instance class has."""
    replica_lag_seconds: float | None = 30
    """Seconds a read replica is behind."""
    cache_cpu_percent: float | None = 90
    """CPU of the cache's engine thread."""
    cache_memory_percent: float | None = 80
    """Memory in use on a cache node, percent of what the engine has."""
    cache_evictions: int | None = 100
    """Keys a cache node threw out in five minutes for want of memory."""

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: with every problem, a line each.
        """
        problems = []
        for name in (each.name for each in fields(self)):
            value = getattr(self, name)
            most = 100 if name.endswith("_percent") else None
            if value is not None and (value < 0 or (most is not None and not 0 < value < most)):
                allowed = f"more than 0 and less than {most}" if most else "0 or more"
                problems.append(f"Thresholds.{name}: {value:g} is not allowed; {allowed} is")
        if problems:
            raise ValueError("\n".join(problems))


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceAlarmTarget:
    """A service to watch."""

    service_name: Input[str]
    """Its name in ECS."""
    target_arn_suffix: Input[str] | None = None
    """The last part of its target group's ARN, `targetgroup/...`; None: the load balancer does not know it."""
    green_arn_suffix: Input[str] | None = None
    """The same of its second target group, where deployments are blue/green."""

    def target_groups(self, name: str) -> Mapping[str, Input[str]]:
        """Return its target groups by what they are called, the first like the service."""
        both = {name: self.target_arn_suffix, f"{name}-alternate": self.green_arn_suffix}
        return {called: suffix for called, suffix in both.items() if suffix is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseAlarmTarget:
    """A database to watch."""

    identifier: Input[str]
    """Its name in RDS."""
    engine: Literal["postgres", "mysql"]
    """Its engine, which decides how many connections it takes."""
    instance_class: str
    """Its instance class, whose memory decides the same."""
    storage_gib: int
    """Its allocated storage, in GiB."""
    max_connections: str | None = None
    """The parameter `max_connections`, where the stack sets one; None: the engine's default."""
    replicas: Mapping[str, Input[str]] = field(default_factory=dict)
    """Its read replicas: names in RDS, by the names the alarms get."""

    def __post_init__(self) -> None:
        """Check what thresholds are computed from.

        Raises:
            ValueError: with every problem, a line each.
        """
        problems = []
        try:
            capacity.instance_memory(self.instance_class)
        except ValueError as error:
            problems.append(f"instance_class: {error}")
        else:
            if self.max_connections is not None and not self.connections:
                problems.append(
                    f"max_connections: {self.max_connections!r} is neither a number nor a formula such as "
                    "LEAST({DBInstanceClassMemory/9531392},5000)"
                )
        if self.storage_gib < 1:
            problems.append(f"storage_gib: {self.storage_gib} is not a size; 1 or more is")
        if problems:
            raise ValueError("\n".join(f"DatabaseAlarmTarget.{problem}" for problem in problems))

    @property
    def memory(self) -> int:
        """Its memory, in bytes."""
        return capacity.instance_memory(self.instance_class)

    @property
    def connections(self) -> int:
        """How many connections it takes, by the parameter or by the engine's default; 0 where the parameter says nothing clear."""
        available = capacity.engine_memory(self.memory)
        if self.max_connections is None:
            return capacity.max_connections(self.engine, available)
        return capacity.connections_given(self.max_connections, available) or 0


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionAlarmTarget:
    """A Lambda function of the stack's own that runs by itself, where nobody sees it fail."""

    function_name: Input[str]
    """Its name in Lambda."""
    failing: str
    """What is wrong when it fails, for whoever is told."""
    route: AlertRoute = AlertRoute.WARNING
    """Who is told of that."""
    errors: int = 0
    """Failed runs that say nothing yet; Lambda tries a run three times."""
    minutes: int = 60
    """The minutes in which they are counted, 1 to 1440."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationMetric:
    """A metric that the application sends."""

    namespace: str
    """The namespace it is sent to."""
    metric: str
    """Its name."""
    above: float
    """The value it must not be above."""
    route: AlertRoute = AlertRoute.WARNING
    """Who is told when it is."""
    dimensions: Mapping[str, Input[str]] = field(default_factory=dict)
    """Its dimensions, all of them: a series with others is another metric."""
    statistic: Literal["Average", "Maximum", "Minimum", "SampleCount", "Sum"] = "Sum"
    """What is made of the values of one window."""
    minutes: int = SUSTAINED_MINUTES
    """The length of a window, 1 to 1440."""

    def __post_init__(self) -> None:
        """Check CloudWatch's limits.

        Raises:
            ValueError: with every problem, a line each.
        """
        problems = []
        if not re.fullmatch(r"[A-Za-z0-9._/#: -]{1,255}", self.namespace) or self.namespace.startswith((":", "AWS/")):
            problems.append(
                f"namespace: {self.namespace!r} is not an application's namespace: at most 255 letters, digits and . - _ / # :, "
                "not beginning with AWS/ or a colon"
            )
        if not 1 <= len(self.metric) <= _LONGEST_NAME:
            problems.append(f"metric: {len(self.metric)} characters are outside 1 to {_LONGEST_NAME}")
        if not 1 <= self.minutes <= _DAY_MINUTES:
            problems.append(f"minutes: {self.minutes} is outside 1 to {_DAY_MINUTES}")
        most = 30
        if len(self.dimensions) > most:
            problems.append(f"dimensions: {len(self.dimensions)} are more than the {most} that a metric has")
        if problems:
            raise ValueError("\n".join(f"ApplicationMetric.{problem}" for problem in problems))


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmTargets:
    """The parts of a stack that have alarms and stand on its dashboard."""

    cluster_name: Input[str]
    """The ECS cluster of the services."""
    container_insights: bool = True
    """Whether the cluster has Container Insights, by which a service without tasks is told from one that shall have none."""
    services: Mapping[str, ServiceAlarmTarget] = field(default_factory=dict)
    """The services, by the names the alarms get: lower-case letters, digits and hyphens."""
    load_balancer_arn_suffix: Input[str] | None = None
    """The last part of the load balancer's ARN, `app/...`; None: there is none."""
    database: DatabaseAlarmTarget | None = None
    """The database; None: there is none."""
    cache_nodes: Sequence[str] = ()
    """The names of the cache's nodes."""
    functions: Mapping[str, FunctionAlarmTarget] = field(default_factory=dict)
    """The functions, by the names the alarms get: lower-case letters, digits and hyphens."""
    application: Mapping[str, ApplicationMetric] = field(default_factory=dict)
    """Metrics of the application, by the names the alarms get: lower-case letters, digits and hyphens."""

    def __post_init__(self) -> None:
        """Check names, and that what needs a load balancer has one.

        Raises:
            ValueError: with every problem, a line each.
        """
        problems = [f"AlarmTargets.{problem}" for problem in self._problems()]
        if problems:
            raise ValueError("\n".join(problems))

    def _problems(self) -> Iterator[str]:
        named = {
            "services": self.services,
            "database.replicas": self.database.replicas if self.database else {},
            "functions": self.functions,
            "application": self.application,
        }
        for setting, things in named.items():
            for name in things:
                if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
                    yield f"{setting}: {name!r} is not a name: lower-case letters, digits and hyphens, no hyphen first"
        for name, service in self.services.items():
            if service.target_arn_suffix is not None and self.load_balancer_arn_suffix is None:
                yield f"services: {name} has a target group, but load_balancer_arn_suffix is not given"


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmsArgs:
    """What is watched, and who is told.

    A part that a stack does not have has no alarms. An alarm costs $0.10 a month for each metric it looks at.
    """

    label: str
    """What the alarms' names start with, such as storefront-production. A change replaces the alarms."""
    targets: AlarmTargets
    """What there is."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    """From which values on."""
    topics: Mapping[AlertChannel, Input[str]] = field(default_factory=dict)
    """The topics' ARNs; without any, alarms are only seen in the console."""

    def __post_init__(self) -> None:
        """Check the alarms' names.

        Raises:
            ValueError: with every problem, a line each.
        """
        keys = [alarm.key for alarm in self.alarms()]
        problems = [
            f"AlarmsArgs.targets: two alarms would be called {key!r}; rename a service, a replica or a metric"
            for key in sorted({key for key in keys if keys.count(key) > 1})
        ]
        longest = max(map(len, keys), default=0)
        if len(self.label) + 1 + longest > _LONGEST_NAME:
            problems.append(
                f"AlarmsArgs.label: {len(self.label)} characters; at most {_LONGEST_NAME - 1 - longest} are allowed"
            )
        if problems:
            raise ValueError("\n".join(problems))

    def alarms(self) -> Iterator[Alarm]:
        """Yield every alarm there is."""
        targets, thresholds = self.targets, self.thresholds
        for name, service in targets.services.items():
            yield from _service_alarms(thresholds, targets, name, service)
        if targets.load_balancer_arn_suffix is not None:
            yield from _load_balancer_alarms(thresholds, targets.load_balancer_arn_suffix)
        if targets.database is not None:
            yield from _database_alarms(thresholds, targets.database)
        for node in targets.cache_nodes:
            yield from _cache_alarms(thresholds, node)
        for name, function in targets.functions.items():
            yield _function_alarm(name, function)
        for name, metric in targets.application.items():
            yield _application_alarm(name, metric)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """One alarm."""

    key: str
    """What its name ends with."""
    says: str
    """What is wrong when it fires, for whoever is woken by it."""
    route: AlertRoute
    """Who is told."""
    of: Metric | Formula
    """What it looks at."""
    at: Sequence[Input[str]]
    """The values of its dimensions."""
    above: float | None = None
    """The value it must not be above."""
    below: float | None = None
    """The value it must not be below; either this or the other is given."""
    minutes: int = SUSTAINED_MINUTES
    """How long."""
    window: bool = False
    """Whether the minutes are looked at as a whole, not each by itself."""


class Alarms(pulumi.ComponentResource):
    """The alarms of one stack. An alarm and its end go to the same people."""

    arns: Mapping[str, Output[str]]
    """The alarms' ARNs by what their names end with."""

    def __init__(self, name: str, args: AlarmsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Alarms", name, None, opts)
        self.arns = {alarm.key: self._alarm(f"{name}-{alarm.key}", args, alarm).arn for alarm in args.alarms()}
        self.register_outputs({"arns": self.arns})

    def _alarm(self, logical_name: str, args: AlarmsArgs, alarm: Alarm) -> aws.cloudwatch.MetricAlarm:
        channel = channel_for(alarm.route, args.topics)
        tell = [args.topics[channel]] if channel else []
        period = _MINUTE * (alarm.minutes if alarm.window else 1)
        evaluations = 1 if alarm.window else alarm.minutes
        metric = alarm.of if isinstance(alarm.of, Metric) else None
        percentile = metric is not None and metric.statistic.startswith("p")
        return aws.cloudwatch.MetricAlarm(
            logical_name,
            name=f"{args.label}-{alarm.key}",
            alarm_description=f"{alarm.route.capitalize()}: {alarm.says}",
            namespace=metric.namespace if metric else None,
            metric_name=metric.name if metric else None,
            dimensions=metric.at(*alarm.at) if metric else None,
            statistic=metric.statistic if metric and not percentile else None,
            extended_statistic=metric.statistic if metric and percentile else None,
            # A percentile of few requests is the slowest of them, which says nothing.
            evaluate_low_sample_count_percentiles="ignore" if percentile else None,
            period=period if metric else None,
            metric_queries=None if isinstance(alarm.of, Metric) else _queries(alarm.of, alarm.at, period),
            comparison_operator="LessThanThreshold" if alarm.above is None else "GreaterThanThreshold",
            threshold=alarm.below if alarm.above is None else alarm.above,
            evaluation_periods=evaluations,
            datapoints_to_alarm=evaluations,
            treat_missing_data=alarm.of.missing,
            alarm_actions=tell,
            ok_actions=tell,
            opts=ResourceOptions(parent=self),
        )


def node_number(node: str) -> str:
    """Return what tells a cache node from the others of its cache: `001`, or `0001-001` in cluster mode."""
    number = re.search(r"(?:\d{4}-)?\d{3}$", node)
    return number[0] if number else node


def _queries(
    formula: Formula, at: Sequence[Input[str]], period: int
) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgs]:
    series = [
        aws.cloudwatch.MetricAlarmMetricQueryArgs(
            id=name,
            metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=metric.at(*at),
                period=period,
                stat=metric.statistic,
            ),
        )
        for name, metric in sorted(formula.series.items())
    ]
    result = aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id="result", expression=formula.text, label="result", return_data=True
    )
    return [result, *series]


def _service_alarms(
    thresholds: Thresholds, targets: AlarmTargets, name: str, service: ServiceAlarmTarget
) -> Iterator[Alarm]:
    at = (targets.cluster_name, service.service_name)
    if (percent := thresholds.service_cpu_percent) is not None:
        yield Alarm(
            key=f"{name}-cpu",
            says=f"the tasks of {name} use more than {percent:g} % of their CPU",
            route=AlertRoute.WARNING,
            of=metrics.SERVICE_CPU,
            at=at,
            above=percent,
        )
    if (percent := thresholds.service_memory_percent) is not None:
        yield Alarm(
            key=f"{name}-memory",
            says=f"the tasks of {name} use more than {percent:g} % of their memory; at 100 % they are killed",
            route=AlertRoute.WARNING,
            of=metrics.SERVICE_MEMORY,
            at=at,
            above=percent,
        )
    yield Alarm(
        key=f"{name}-no-tasks",
        says=f"{name} has no running task",
        route=AlertRoute.CRITICAL,
        of=metrics.NO_TASKS if targets.container_insights else metrics.SERVICE_SAMPLES,
        at=at,
        above=0 if targets.container_insights else None,
        below=None if targets.container_insights else 1,
    )
    if targets.load_balancer_arn_suffix is not None:
        for called, suffix in service.target_groups(name).items():
            yield from _target_alarms(thresholds, called, (suffix, targets.load_balancer_arn_suffix))


def _target_alarms(thresholds: Thresholds, name: str, target: tuple[Input[str], Input[str]]) -> Iterator[Alarm]:
    yield Alarm(
        key=f"{name}-unhealthy",
        says=f"tasks of {name} fail the load balancer's health check",
        route=AlertRoute.CRITICAL,
        of=metrics.UNHEALTHY_TARGETS,
        at=target,
        above=0,
    )
    if (seconds := thresholds.p99_seconds) is not None:
        yield Alarm(
            key=f"{name}-p99",
            says=f"one request in a hundred to {name} takes longer than {seconds:g} s",
            route=AlertRoute.WARNING,
            of=metrics.RESPONSE_TIME,
            at=target,
            above=seconds,
            window=True,
        )


def _load_balancer_alarms(thresholds: Thresholds, suffix: Input[str]) -> Iterator[Alarm]:
    if (percent := thresholds.errors_5xx_percent) is not None:
        yield Alarm(
            key="errors-5xx",
            says=f"more than {percent:g} % of all requests fail with 5xx",
            route=AlertRoute.CRITICAL,
            of=metrics.errors_5xx(thresholds.minimum_requests),
            at=(suffix,),
            above=percent,
            window=True,
        )
    if (percent := thresholds.errors_4xx_percent) is not None:
        yield Alarm(
            key="errors-4xx",
            says=f"more than {percent:g} % of all requests are refused with 4xx",
            route=AlertRoute.WARNING,
            of=metrics.errors_4xx(thresholds.minimum_requests),
            at=(suffix,),
            above=percent,
            window=True,
        )


def _database_alarms(thresholds: Thresholds, database: DatabaseAlarmTarget) -> Iterator[Alarm]:
    at = (database.identifier,)
    if (percent := thresholds.database_cpu_percent) is not None:
        yield Alarm(
            key="database-cpu",
            says=f"the database uses more than {percent:g} % of its CPU",
            route=AlertRoute.DATABASE,
            of=metrics.DATABASE_CPU,
            at=at,
            above=percent,
        )
    yield from _connection_alarms(thresholds, database)
    if (percent := thresholds.database_storage_percent) is not None:
        free = capacity.free_storage(database.storage_gib, percent)
        yield Alarm(
            key="database-storage",
            says=f"the database has less than {100 - percent:g} % of its {database.storage_gib} GiB left",
            route=AlertRoute.WARNING,
            of=metrics.DATABASE_FREE_STORAGE,
            at=at,
            below=free,
        )
    if (percent := thresholds.database_free_memory_percent) is not None:
        yield Alarm(
            key="database-memory",
            says=f"the database has less than {percent:g} % of its {database.memory // capacity.GIB} GiB of memory left",
            route=AlertRoute.WARNING,
            of=metrics.DATABASE_FREE_MEMORY,
            at=at,
            below=capacity.share(database.memory, percent),
        )
    if (seconds := thresholds.replica_lag_seconds) is not None:
        for name, identifier in database.replicas.items():
            yield Alarm(
                key=f"database-{name}-lag",
                says=f"the read replica {name} is more than {seconds:g} s behind",
                route=AlertRoute.WARNING,
                of=metrics.REPLICA_LAG,
                at=(identifier,),
                above=seconds,
            )


def _connection_alarms(thresholds: Thresholds, database: DatabaseAlarmTarget) -> Iterator[Alarm]:
    most = database.connections
    if (percent := thresholds.database_connections_percent) is not None:
        yield Alarm(
            key="database-connections",
            says=f"more than {percent:g} % of about {most} possible database connections are open",
            route=AlertRoute.WARNING,
            of=metrics.DATABASE_CONNECTIONS,
            at=(database.identifier,),
            above=capacity.share(most, percent),
        )
    if (percent := thresholds.database_exhausted_percent) is not None:
        yield Alarm(
            key="database-exhausted",
            says=f"more than {percent:g} % of about {most} possible database connections are open: new ones will be refused",
            route=AlertRoute.CRITICAL,
            of=metrics.DATABASE_CONNECTIONS,
            at=(database.identifier,),
            above=capacity.share(most, percent),
            minutes=1,
        )


def _cache_alarms(thresholds: Thresholds, node: str) -> Iterator[Alarm]:
    key = f"cache-{node_number(node)}"
    if (percent := thresholds.cache_cpu_percent) is not None:
        yield Alarm(
            key=f"{key}-cpu",
            says=f"the engine of cache node {node} uses more than {percent:g} % of its CPU",
            route=AlertRoute.WARNING,
            of=metrics.CACHE_CPU,
            at=(node,),
            above=percent,
        )
    if (percent := thresholds.cache_memory_percent) is not None:
        yield Alarm(
            key=f"{key}-memory",
            says=f"cache node {node} uses more than {percent:g} % of its memory",
            route=AlertRoute.WARNING,
            of=metrics.CACHE_MEMORY,
            at=(node,),
            above=percent,
        )
    if (keys := thresholds.cache_evictions) is not None:
        yield Alarm(
            key=f"{key}-evictions",
            says=f"cache node {node} threw out more than {keys} keys for want of memory",
            route=AlertRoute.WARNING,
            of=metrics.CACHE_EVICTIONS,
            at=(node,),
            above=keys,
            window=True,
        )


def _function_alarm(name: str, function: FunctionAlarmTarget) -> Alarm:
    return Alarm(
        key=f"{name}-errors",
        says=function.failing,
        route=function.route,
        of=metrics.FUNCTION_ERRORS,
        at=(function.function_name,),
        above=function.errors,
        minutes=function.minutes,
        window=True,
    )


def _application_alarm(name: str, args: ApplicationMetric) -> Alarm:
    return Alarm(
        key=f"application-{name}",
        says=f"{args.namespace} {args.metric} is above {args.above:g}",
        route=args.route,
        of=Metric(
            namespace=args.namespace,
            name=args.metric,
            dimensions=tuple(args.dimensions),
            statistic=args.statistic,
            # Applications send such counts when something happens: silence is good.
            missing=MissingData.GOOD,
        ),
        at=tuple(args.dimensions.values()),
        above=args.above,
        minutes=args.minutes,
        window=True,
    )
