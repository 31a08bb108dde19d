"""The parts of a stack that alarms and dashboard look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from pulumi import Input

from components import _metrics as metrics
from components._checked import Checked
from components._metrics import Metric
from components.notifications import AlertRoute
from limits import capacity, rds_class, rds_is_aurora
from limits.logs import log_pattern

SUSTAINED_MINUTES: Final = 5
"""How long a value must be bad before it is an alarm, unless it says otherwise."""
LONGEST_NAME: Final = 255
"""Characters of an alarm's name, and of a metric's."""

_DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceAlarmTarget:
    """A service to watch."""

    service_name: Input[str]
    """Its name in ECS."""
    target_arn_suffix: Input[str] | None = None
    """The last part of its target group's ARN, `targetgroup/...`; None: the load balancer does not know it."""
    green_arn_suffix: Input[str] | None = None
    """The same of its second target group, where deployments are blue/green."""
    internal: bool = False
    """Whether they are of the internal load balancer, beside another."""

    def target_groups(self, name: str) -> Mapping[str, Input[str]]:
        """Return its target groups by what they are called, the first like the service."""
        both = {name: self.target_arn_suffix, f"{name}-alternate": self.green_arn_suffix}
        return {called: suffix for called, suffix in both.items() if suffix is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseAlarmTarget(Checked):
    """A database to watch."""

    identifier: Input[str]
    """Its name in RDS: an instance's, or with an engine of Aurora's a cluster's."""
    engine: Literal["postgres", "mysql", "aurora-postgresql", "aurora-mysql"]
    """Its engine, which decides how many connections it takes."""
    instance_class: str | None = None
    """Its instance class, whose memory decides the same; None: it is serverless."""
    acus: tuple[float, float] | None = None
    """The least and the most capacity units of a serverless one, each about 2 GiB of memory; None: it has an instance class."""
    storage_gib: int | None = None
    """Its allocated storage, in GiB; None: it grows by itself, as a cluster's does."""
    max_connections: str | None = None
    """The parameter `max_connections`, where the stack sets one; None: the engine's default."""
    replicas: Mapping[str, Input[str]] = field(default_factory=dict)
    """What answers queries only: its read replicas by their names in RDS, or the cluster again for its readers; by the names the alarms get."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if (self.instance_class is None) == (self.acus is None):
            yield "instance_class", "it needs one, or acus of a serverless database"
        elif self.instance_class is not None and (problem := rds_class(self.instance_class)):
            yield "instance_class", problem
        elif self.max_connections is not None and not self.connections:
            yield (
                "max_connections",
                f"{self.max_connections!r} is neither a number nor a formula such as LEAST({{DBInstanceClassMemory/9531392}},5000)",
            )
        if self.storage_gib is not None and self.storage_gib < 1:
            yield "storage_gib", f"{self.storage_gib} is not a size; 1 or more is"

    @property
    def is_cluster(self) -> bool:
        """Whether it is a cluster of Aurora."""
        return rds_is_aurora(self.engine)

    def series(self, metric: Metric) -> tuple[Metric, Sequence[Input[str]]]:
        """Return a metric of the instance, or of the cluster's instance that writes, and what tells its series from others."""
        if self.is_cluster:
            return metrics.of_cluster(metric), (self.identifier, metrics.WRITER)
        return metric, (self.identifier,)

    @property
    def memory(self) -> int:
        """Its memory, in bytes; of a serverless one what it has at its largest, by which RDS measures what is free."""
        if self.acus is not None:
            return capacity.serverless_memory(self.acus[1])
        return capacity.instance_memory(self.instance_class or "")

    @property
    def connections(self) -> int:
        """How many connections it takes, by the parameter or by the engine's default; 0 where the parameter says nothing clear."""
        available = capacity.engine_memory(self.memory)
        if self.max_connections is not None:
            return capacity.connections_given(self.max_connections, available) or 0
        most = capacity.max_connections(self.engine, available)
        return most if self.acus is None else capacity.serverless_connections(self.engine, self.acus[0], most)


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
class JobAlarmTarget:
    """A job that runs at times."""

    stack: str
    """The stack that its metrics are told apart by."""
    late_minutes: int | None
    """Minutes without a success after which a run was missed, at most a week; None: that is no alarm."""
    route: AlertRoute = AlertRoute.WARNING
    """Who is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueAlarmTarget:
    """A queue between services."""

    queue_name: Input[str]
    """Its name in SQS."""
    age_minutes: int | None = None
    """Minutes that its oldest message may wait; None: that is no alarm."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLettersAlarmTarget:
    """A queue that is empty while all goes well."""

    queue_name: Input[str]
    """Its name in SQS."""
    failing: str
    """What is wrong when something is in it, for whoever is told."""
    route: AlertRoute = AlertRoute.WARNING
    """Who is told of that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalledTarget:
    """A service that others call by Service Connect."""

    name: str
    """What they call it by."""
    service_name: Input[str]
    """Its name in ECS."""
    callers: Mapping[str, Input[str]]
    """Who calls it: names in ECS, by the names that are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationMetric(Checked):
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

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not re.fullmatch(r"[A-Za-z0-9._/#: -]{1,255}", self.namespace) or self.namespace.startswith((":", "AWS/")):
            form = "at most 255 letters, digits and . - _ / # :, not beginning with AWS/ or a colon"
            yield "namespace", f"{self.namespace!r} is not an application's namespace: {form}"
        if not 1 <= len(self.metric) <= LONGEST_NAME:
            yield "metric", f"{len(self.metric)} characters are outside 1 to {LONGEST_NAME}"
        if not 1 <= self.minutes <= _DAY_MINUTES:
            yield "minutes", f"{self.minutes} is outside 1 to {_DAY_MINUTES}"
        most = 30
        if len(self.dimensions) > most:
            yield "dimensions", f"{len(self.dimensions)} are more than the {most} that a metric has"


@dataclass(frozen=True, kw_only=True, slots=True)
class LogPattern(Checked):
    """Lines in a log group that are counted."""

    log_group_name: Input[str]
    """The log group."""
    pattern: str
    """Which lines, as a filter pattern of CloudWatch Logs."""
    metric: str
    """The name of the metric that counts them."""
    namespace: str
    """The metric's namespace."""
    above: int = 0
    """The number within `minutes` that there must not be more than."""
    minutes: int = SUSTAINED_MINUTES
    """The length of a window, 1 to 1440."""
    route: AlertRoute = AlertRoute.WARNING
    """Who is told."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "pattern", log_pattern(self.pattern)
        if not 1 <= self.minutes <= _DAY_MINUTES:
            yield "minutes", f"{self.minutes} is outside 1 to {_DAY_MINUTES}"


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmTargets(Checked):
    """The parts of a stack that have alarms and stand on its dashboard."""

    cluster_name: Input[str]
    """The ECS cluster of the services."""
    container_insights: bool = True
    """Whether the cluster has Container Insights, by which a service without tasks is told from one that shall have none."""
    services: Mapping[str, ServiceAlarmTarget] = field(default_factory=dict)
    """The services, by the names the alarms get: lower-case letters, digits and hyphens."""
    load_balancer_arn_suffix: Input[str] | None = None
    """The last part of the load balancer's ARN, `app/...`; None: there is none."""
    load_balancer_shared: bool = False
    """Whether it is another stack's, whose figures as a whole are not this one's: only those of target groups are looked at."""
    internal_balancer_arn_suffix: Input[str] | None = None
    """The same of the internal one, beside another."""
    database: DatabaseAlarmTarget | None = None
    """The database; None: there is none."""
    cache_nodes: Sequence[str] = ()
    """The names of the cache's nodes."""
    functions: Mapping[str, FunctionAlarmTarget] = field(default_factory=dict)
    """The functions, by the names the alarms get: lower-case letters, digits and hyphens."""
    jobs: Mapping[str, JobAlarmTarget] = field(default_factory=dict)
    """The jobs, by their names."""
    queues: Mapping[str, QueueAlarmTarget] = field(default_factory=dict)
    """The queues between services, by the names the alarms get."""
    dead_letters: Mapping[str, DeadLettersAlarmTarget] = field(default_factory=dict)
    """Queues of what could not be worked on, by the names the alarms get."""
    volumes: Mapping[str, Input[str]] = field(default_factory=dict)
    """The ids of the file systems, by their names: they have no alarms."""
    called: Mapping[str, CalledTarget] = field(default_factory=dict)
    """The services that others call, by their names: they have no alarms beside the services' own."""
    application: Mapping[str, ApplicationMetric] = field(default_factory=dict)
    """Metrics of the application, by the names the alarms get: lower-case letters, digits and hyphens."""
    logs: Mapping[str, LogPattern] = field(default_factory=dict)
    """Lines that are logged, by the names the alarms get: lower-case letters, digits and hyphens."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        named = {
            "services": self.services,
            "database.replicas": self.database.replicas if self.database else {},
            "functions": self.functions,
            "jobs": self.jobs,
            "queues": self.queues,
            "dead_letters": self.dead_letters,
            "application": self.application,
            "logs": self.logs,
        }
        for setting, things in named.items():
            for name in things:
                if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
                    yield setting, f"{name!r} is not a name: lower-case letters, digits and hyphens, no hyphen first"
        for name, service in self.services.items():
            if service.target_arn_suffix is not None and self.balancer_of(service) is None:
                missing = "internal_balancer_arn_suffix" if service.internal else "load_balancer_arn_suffix"
                yield "services", f"{name} has a target group, but {missing} is not given"

    def balancer_of(self, service: ServiceAlarmTarget) -> Input[str] | None:
        """Return the last part of the ARN of the load balancer that a service's target groups are of."""
        return self.internal_balancer_arn_suffix if service.internal else self.load_balancer_arn_suffix
