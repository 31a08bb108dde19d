"""Which alarms a stack has: what each looks at, from which value on, and which way it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final

from pulumi import Input

from components import _metrics as metrics
from components._alarm_targets import (
    SUSTAINED_MINUTES,
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
from components._checked import Checked
from components._metrics import Formula, Metric, MissingData
from components.notifications import AlertRoute
from limits import capacity


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds(Checked):
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
    database_capacity_percent: float | None = 90
    """Capacity in use of a serverless database, percent of the most it may have."""
    replica_lag_seconds: float | None = 30
    """Seconds a read replica is behind."""
    cache_cpu_percent: float | None = 90
    """CPU of the cache's engine thread."""
    cache_memory_percent: float | None = 80
    """Memory in use on a cache node, percent of what the engine has."""
    cache_evictions: int | None = 100
    """Keys a cache node threw out in five minutes for want of memory."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        for name in (each.name for each in fields(self)):
            value = getattr(self, name)
            most = 100 if name.endswith("_percent") else None
            if value is not None and (value < 0 or (most is not None and not 0 < value < most)):
                allowed = f"more than 0 and less than {most}" if most else "0 or more"
                yield name, f"{value:g} is not allowed; {allowed} is"


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
    part: str | None = None
    """What of `AlarmTargets` it is on, where it may be muted: a field, and after a dot the name in it, such as `services.api`.
    None: it never is, as nobody would hear of it any more, or too late."""
    above: float | None = None
    """The value it must not be above."""
    below: float | None = None
    """The value it must not be below; either this or the other is given."""
    minutes: int = SUSTAINED_MINUTES
    """How long."""
    window: bool = False
    """Whether the minutes are looked at as a whole, not each by itself; above a day hour by hour, as CloudWatch takes no longer period."""


def alarms_of(targets: AlarmTargets, thresholds: Thresholds) -> Iterator[Alarm]:
    """Yield every alarm there is."""
    for name, service in targets.services.items():
        yield from _service_alarms(thresholds, targets, name, service)
    if targets.load_balancer_arn_suffix is not None and not targets.load_balancer_shared:
        yield from _load_balancer_alarms(thresholds, targets.load_balancer_arn_suffix)
    if targets.internal_balancer_arn_suffix is not None:
        inside = targets.internal_balancer_arn_suffix
        yield from _load_balancer_alarms(thresholds, inside, before="internal-", of=" of the internal load balancer")
    if targets.database is not None:
        yield from _database_alarms(thresholds, targets.database)
    for node in targets.cache_nodes:
        yield from _cache_alarms(thresholds, node)
    for name, function in targets.functions.items():
        yield _function_alarm(name, function)
    for name, job in targets.jobs.items():
        yield from _job_alarms(name, job)
    yield from _message_alarms(targets)
    yield from _alarms_asked_for(targets)


def _message_alarms(targets: AlarmTargets) -> Iterator[Alarm]:
    """Yield the alarms on messages that wait, and on those that could not be worked on."""
    for name, queue in targets.queues.items():
        if queue.age_minutes is not None:
            yield _queue_alarm(name, queue, queue.age_minutes)
    for name, letters in targets.dead_letters.items():
        yield _dead_letters_alarm(name, letters)


def _alarms_asked_for(targets: AlarmTargets) -> Iterator[Alarm]:
    """Yield the alarms on what the application says of itself."""
    for name, metric in targets.application.items():
        yield _application_alarm(name, metric)
    for name, lines in sorted(targets.logs.items()):
        yield _log_alarm(name, lines)


def see(runbook: str) -> str:
    """Return what an alarm ends with that has a page of its own in `docs/runbooks`."""
    return f" (docs/runbooks/{runbook}.md)"


def node_number(node: str) -> str:
    """Return what tells a cache node from the others of its cache: `001`, or `0001-001` in cluster mode."""
    number = re.search(r"(?:\d{4}-)?\d{3}$", node)
    return number[0] if number else node


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
            part=f"services.{name}",
            above=percent,
        )
    if (percent := thresholds.service_memory_percent) is not None:
        yield Alarm(
            key=f"{name}-memory",
            says=f"the tasks of {name} use more than {percent:g} % of their memory; at 100 % they are killed",
            route=AlertRoute.WARNING,
            of=metrics.SERVICE_MEMORY,
            at=at,
            part=f"services.{name}",
            above=percent,
        )
    yield Alarm(
        key=f"{name}-no-tasks",
        says=f"{name} has no running task",
        route=AlertRoute.CRITICAL,
        of=metrics.NO_TASKS if targets.container_insights else metrics.SERVICE_SAMPLES,
        at=at,
        part=f"services.{name}",
        above=0 if targets.container_insights else None,
        below=None if targets.container_insights else 1,
    )
    if (balancer := targets.balancer_of(service)) is not None:
        for called, suffix in service.target_groups(name).items():
            yield from _target_alarms(thresholds, name, called, (suffix, balancer))
            if targets.load_balancer_shared and not service.internal:
                yield from _answers_of_targets(thresholds, name, called, (suffix, balancer))


def _target_alarms(
    thresholds: Thresholds, service: str, name: str, target: tuple[Input[str], Input[str]]
) -> Iterator[Alarm]:
    yield Alarm(
        key=f"{name}-unhealthy",
        says=f"tasks of {name} fail the load balancer's health check",
        route=AlertRoute.CRITICAL,
        of=metrics.UNHEALTHY_TARGETS,
        at=target,
        part=f"services.{service}",
        above=0,
    )
    if (seconds := thresholds.p99_seconds) is not None:
        yield Alarm(
            key=f"{name}-p99",
            says=f"one request in a hundred to {name} takes longer than {seconds:g} s",
            route=AlertRoute.WARNING,
            of=metrics.RESPONSE_TIME,
            at=target,
            part=f"services.{service}",
            above=seconds,
            window=True,
        )


def _answers_of_targets(
    thresholds: Thresholds, service: str, name: str, target: tuple[Input[str], Input[str]]
) -> Iterator[Alarm]:
    """Yield what is looked at where the load balancer answers for other stacks as well: what the service's own tasks answer."""
    for code, percent, of, does, route in (
        ("5xx", thresholds.errors_5xx_percent, metrics.target_errors_5xx, "fail", AlertRoute.CRITICAL),
        ("4xx", thresholds.errors_4xx_percent, metrics.target_errors_4xx, "are refused", AlertRoute.WARNING),
    ):
        if percent is not None:
            yield Alarm(
                key=f"{name}-errors-{code}",
                says=f"more than {percent:g} % of the requests to {name} {does} with {code}",
                route=route,
                of=of(thresholds.minimum_requests),
                at=target,
                part=f"services.{service}",
                above=percent,
                window=True,
            )


def _load_balancer_alarms(
    thresholds: Thresholds, suffix: Input[str], *, before: str = "", of: str = ""
) -> Iterator[Alarm]:
    if (percent := thresholds.errors_5xx_percent) is not None:
        yield Alarm(
            key=f"{before}errors-5xx",
            says=f"more than {percent:g} % of all requests{of} fail with 5xx",
            route=AlertRoute.CRITICAL,
            of=metrics.errors_5xx(thresholds.minimum_requests),
            at=(suffix,),
            part="internal_balancer" if before else "load_balancer",
            above=percent,
            window=True,
        )
    if (percent := thresholds.errors_4xx_percent) is not None:
        yield Alarm(
            key=f"{before}errors-4xx",
            says=f"more than {percent:g} % of all requests{of} are refused with 4xx",
            route=AlertRoute.WARNING,
            of=metrics.errors_4xx(thresholds.minimum_requests),
            at=(suffix,),
            part="internal_balancer" if before else "load_balancer",
            above=percent,
            window=True,
        )


def _database_alarms(thresholds: Thresholds, database: DatabaseAlarmTarget) -> Iterator[Alarm]:
    cpu, at = database.series(metrics.DATABASE_CPU)
    if (percent := thresholds.database_cpu_percent) is not None:
        yield Alarm(
            key="database-cpu",
            says=f"the database uses more than {percent:g} % of its CPU",
            route=AlertRoute.DATABASE,
            of=cpu,
            at=at,
            part="database",
            above=percent,
        )
    yield from _connection_alarms(thresholds, database)
    yield from _storage_alarms(thresholds, database)
    memory, at = database.series(metrics.DATABASE_FREE_MEMORY)
    if (percent := thresholds.database_free_memory_percent) is not None:
        yield Alarm(
            key="database-memory",
            says=f"the database has less than {percent:g} % of its {database.memory // capacity.GIB} GiB of memory left",
            route=AlertRoute.WARNING,
            of=memory,
            at=at,
            part="database",
            below=capacity.share(database.memory, percent),
        )
    if (percent := thresholds.database_capacity_percent) is not None and database.acus is not None:
        yield Alarm(
            key="database-capacity",
            says=f"the database uses more than {percent:g} % of the {database.acus[1]:g} ACUs that it may have",
            route=AlertRoute.DATABASE,
            of=metrics.CLUSTER_CAPACITY,
            at=(database.identifier, metrics.WRITER),
            part="database",
            above=percent,
        )
    if (seconds := thresholds.replica_lag_seconds) is not None:
        yield from _lag_alarms(seconds, database)


def _storage_alarms(thresholds: Thresholds, database: DatabaseAlarmTarget) -> Iterator[Alarm]:
    """Watch the storage that can fill up: of a cluster that is its instances' own disk alone."""
    percent = thresholds.database_storage_percent
    if percent is None:
        return
    if database.storage_gib is None:
        yield Alarm(
            key="database-storage",
            says="the database has less than 1 GiB of local storage left, for temporary tables, sorting and logs",
            route=AlertRoute.WARNING,
            of=metrics.CLUSTER_LOCAL_STORAGE,
            at=(database.identifier, metrics.WRITER),
            part=None,
            below=capacity.GIB,
        )
        return
    yield Alarm(
        key="database-storage",
        says=f"the database has less than {100 - percent:g} % of its {database.storage_gib} GiB left",
        route=AlertRoute.WARNING,
        of=metrics.DATABASE_FREE_STORAGE,
        at=(database.identifier,),
        # Full storage stops the database, and fills while nobody looks.
        part=None,
        below=capacity.free_storage(database.storage_gib, percent),
    )


def _lag_alarms(seconds: float, database: DatabaseAlarmTarget) -> Iterator[Alarm]:
    for name, identifier in database.replicas.items():
        if database.is_cluster:
            yield Alarm(
                key=f"database-{name}-lag",
                says=f"a reader of the database is more than {seconds:g} s behind",
                route=AlertRoute.WARNING,
                of=metrics.CLUSTER_LAG,
                at=(identifier, metrics.READER),
                part="database",
                above=seconds * 1000,
            )
        else:
            yield Alarm(
                key=f"database-{name}-lag",
                says=f"the read replica {name} is more than {seconds:g} s behind",
                route=AlertRoute.WARNING,
                of=metrics.REPLICA_LAG,
                at=(identifier,),
                part="database",
                above=seconds,
            )


def _connection_alarms(thresholds: Thresholds, database: DatabaseAlarmTarget) -> Iterator[Alarm]:
    most = database.connections
    connections, at = database.series(metrics.DATABASE_CONNECTIONS)
    if (percent := thresholds.database_connections_percent) is not None:
        yield Alarm(
            key="database-connections",
            says=f"more than {percent:g} % of about {most} possible database connections are open",
            route=AlertRoute.WARNING,
            of=connections,
            at=at,
            part="database",
            above=capacity.share(most, percent),
        )
    if (percent := thresholds.database_exhausted_percent) is not None:
        yield Alarm(
            key="database-exhausted",
            says=f"more than {percent:g} % of about {most} possible database connections are open: new ones will be refused",
            route=AlertRoute.CRITICAL,
            of=connections,
            at=at,
            part="database",
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
            part="cache_nodes",
            above=percent,
        )
    if (percent := thresholds.cache_memory_percent) is not None:
        yield Alarm(
            key=f"{key}-memory",
            says=f"cache node {node} uses more than {percent:g} % of its memory",
            route=AlertRoute.WARNING,
            of=metrics.CACHE_MEMORY,
            at=(node,),
            part="cache_nodes",
            above=percent,
        )
    if (keys := thresholds.cache_evictions) is not None:
        yield Alarm(
            key=f"{key}-evictions",
            says=f"cache node {node} threw out more than {keys} keys for want of memory",
            route=AlertRoute.WARNING,
            of=metrics.CACHE_EVICTIONS,
            at=(node,),
            part="cache_nodes",
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


def _job_alarms(name: str, job: JobAlarmTarget) -> Iterator[Alarm]:
    yield Alarm(
        key=f"job-{name}-failed",
        says=f"job {name} has failed; its log and the events of its task say why{see('jobs')}",
        route=job.route,
        of=metrics.JOB_FAILED,
        at=(job.stack, name),
        above=0,
        minutes=60,
        window=True,
    )
    if job.late_minutes is not None:
        hours, minutes = divmod(job.late_minutes, 60)
        yield Alarm(
            key=f"job-{name}-late",
            says=f"job {name} has not succeeded for {hours} h {minutes} min, as a new one until its first run{see('jobs')}",
            route=job.route,
            of=metrics.JOB_RUNS,
            at=(job.stack, name),
            below=1,
            minutes=job.late_minutes,
            window=True,
        )


def _queue_alarm(name: str, queue: QueueAlarmTarget, minutes: int) -> Alarm:
    return Alarm(
        key=f"{name}-age",
        says=f"a message of {name} has waited for more than {minutes} minutes: workers do not keep up, or do not run{see('queues')}",
        route=AlertRoute.WARNING,
        of=metrics.QUEUE_AGE,
        at=(queue.queue_name,),
        part=f"queues.{name}",
        above=minutes * 60,
        minutes=5,
    )


def _dead_letters_alarm(name: str, letters: DeadLettersAlarmTarget) -> Alarm:
    return Alarm(
        key=f"{name}-dead-letters",
        says=letters.failing,
        route=letters.route,
        of=metrics.QUEUE_WAITING,
        at=(letters.queue_name,),
        above=0,
        minutes=5,
        window=True,
    )


def _log_alarm(name: str, args: LogPattern) -> Alarm:
    return Alarm(
        key=f"log-{name}",
        says=f"more than {args.above} lines match {args.pattern[:_SHOWN]}",
        route=args.route,
        of=Metric(namespace=args.namespace, name=args.metric, dimensions=(), statistic="Sum", missing=MissingData.GOOD),
        at=(),
        part=f"logs.{name}",
        above=args.above,
        minutes=args.minutes,
        window=True,
    )


_SHOWN: Final = 200
"""Characters of a pattern in an alarm's description."""


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
        part=f"application.{name}",
        above=args.above,
        minutes=args.minutes,
        window=True,
    )
