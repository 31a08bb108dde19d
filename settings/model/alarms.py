"""`slipway:alarms`: what they are told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, get_args

from pydantic import Field

from limits.logs import LOG_PATTERN, LOG_PATTERN_WORDS, log_pattern
from settings.model.section import Clock, PartName, Section, TimeZone
from settings.rules import checked, form

_DimensionName = Annotated[
    str,
    form("[!-9;-~][ -~]{0,254}", "a dimension's name: at most 255 printable characters of ASCII, a colon not first"),
]
_DimensionValue = Annotated[
    str, form("[!-~][ -~]{0,1023}", "a dimension's value: at most 1024 printable characters of ASCII")
]


class AlarmMetric(Section):
    """An alarm on a metric that the application sends to CloudWatch."""

    namespace: Annotated[
        str,
        form(
            "(?!AWS/|:)[A-Za-z0-9._/#: -]{1,255}",
            "an application's namespace: at most 255 letters, digits, spaces and . _ / # : -, beginning neither with AWS/ nor :",
        ),
    ] = Field(examples=["Storefront"])
    """The metric's namespace, such as Shop/Orders: the one that the application writes to."""
    metric: Annotated[str, form(r"[!-~][ -~]{0,254}", "a metric's name: at most 255 characters")] = Field(
        examples=["OrdersFailed"]
    )
    """The metric's name, such as FailedPayments."""
    above: Annotated[float, Field(ge=-1e15, le=1e15)] = Field(examples=[0])
    """The value above which there is an alarm, in the metric's own unit: `0` for the first failed order."""
    severity: Literal["critical", "database", "warning"] = "warning"
    """How bad that is: critical pages, database tells whoever looks after it, warning the team."""
    dimensions: Annotated[Mapping[_DimensionName, _DimensionValue], Field(max_length=30)] = Field(default_factory=dict)
    """The metric's dimensions, all of them and no others, such as `{Environment: production}`: CloudWatch keeps each combination as a metric of
    its own."""
    statistic: Literal["Sum", "Average", "Maximum", "Minimum", "SampleCount"] = "Sum"
    """What is made of the values within `minutes`: `Sum` for events, `Average` or `Maximum` for levels such as the length of a queue."""
    minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    """Minutes whose values are looked at together, such as 5. Minutes without a value are no alarm."""


class AlarmLog(Section):
    """An alarm on lines that a service logs."""

    service: PartName = Field(examples=["api"])
    """The service, by its key."""
    pattern: Annotated[str, checked(log_pattern, LOG_PATTERN, LOG_PATTERN_WORDS)] = Field(
        examples=['{ $.level = "ERROR" }']
    )
    """Which lines count, as CloudWatch's filter patterns say it: `"out of memory"` for words, `{ $.level = "ERROR" }` for a field of JSON lines,
    `?ERROR ?FATAL` for one of several."""
    above: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    """Lines within `minutes` above which there is an alarm, such as 0 for the first."""
    minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    """Minutes whose lines are counted together, such as 5."""
    severity: Literal["critical", "database", "warning"] = "warning"
    """How bad that is: critical pages, database tells whoever looks after it, warning the team."""


Share = Annotated[float, Field(ge=0.1, le=99.9)]


MetricName = Annotated[
    str,
    form("(?=.{1,64}$)[a-z0-9]+(?:-[a-z0-9]+)*", "an alarm's name: at most 64 lower-case letters, digits and hyphens"),
]


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class MutedWindow(Section):
    """Hours in which alarms change their state and tell nobody, by a mute rule of CloudWatch's.

    One that is still bad when they end is told then; one that went and came back within them is not. Where that would lose something, alarms
    are never muted: on jobs, dead letters, the database's storage, the stack's own functions, and `uptimeCheck`.
    """

    of: Annotated[
        Sequence[
            Annotated[
                str,
                form(
                    r"loadBalancer|internalBalancer|database|cache|(?:services|queues)(?:\.[a-z][a-z0-9-]{0,23})?|(?:metrics|logs)\.[a-z0-9-]{1,64}",
                    "whose alarms can be muted: loadBalancer, internalBalancer, services, services.<name>, database, cache, queues, queues.<name>, "
                    "metrics.<name> or logs.<name>",
                ),
            ]
        ],
        Field(min_length=1),
    ] = Field(examples=[["database"]])
    """Whose alarms, such as `[services.api, loadBalancer]`: `services` are all of them, `loadBalancer` is the internal one as well, `metrics.<name>` and
    `logs.<name>` are single alarms of this section."""
    start: Clock = Field(examples=["03:00"])
    """When it begins, such as 03:00."""
    minutes: Annotated[int, Field(ge=1, le=720)] = Field(examples=[60])
    """How long it lasts, such as 90. All windows together last at most half of a week, so that no alarm is off for good."""
    days: Annotated[Sequence[Weekday], Field(min_length=1)] = get_args(Weekday)
    """The days on which it begins, such as `[sat, sun]`; default every day."""
    time_zone: TimeZone = "UTC"
    """The time zone of `start` and `days`, such as Europe/Berlin; daylight saving is followed."""


class Alarms(Section):
    """CloudWatch alarms on whatever the stack has, besides services without a healthy task. null switches one off."""

    p99_seconds: Annotated[float, Field(ge=0.001, le=4000)] | None = 2
    """Seconds within which 99 % of a service's requests are answered, such as 1.5, over five minutes. A warning."""
    errors_5xx_percent: Share | None = Field(default=1, alias="errors5xxPercent")
    """Requests answered 5xx, percent of five minutes' requests, such as 0.5. Critical."""
    errors_4xx_percent: Share | None = Field(default=10, alias="errors4xxPercent")
    """Requests the application answered 4xx, percent of five minutes' requests, such as 20 where bots ask for what is not there."""
    minimum_requests: Annotated[int, Field(ge=0, le=1_000_000)] = 20
    """Requests in five minutes below which the two shares above say nothing, so that one failed request at night wakes nobody; such as 50."""
    service_cpu_percent: Share | None = 80
    """CPU of a service's tasks for five minutes, percent, such as 85: above what scaling aims at, so that it tells when scaling does not help."""
    service_memory_percent: Share | None = 80
    """Memory of a service's tasks for five minutes, percent, such as 90: at 100 tasks are killed."""
    database_cpu_percent: Share | None = 90
    """CPU of the database for five minutes, percent, such as 80; tells whoever looks after it."""
    database_connections_percent: Share | None = 80
    """Open connections for five minutes, of what the instance class's memory allows, percent, such as 70."""
    database_exhausted_percent: Share | None = 95
    """The same for one minute, such as 98. Critical: soon connections are refused."""
    database_storage_percent: Share | None = 80
    """Storage in use, of what is allocated, percent, such as 85: full storage stops the database."""
    database_free_memory_percent: Share | None = 5
    """Memory below which too little is left, of what the instance class has, percent, such as 10."""
    database_capacity_percent: Share | None = 90
    """Capacity that a serverless database uses for five minutes, of the most it may have, percent, such as 80; tells whoever looks after it."""
    replica_lag_seconds: Annotated[int, Field(ge=1, le=86_400)] | None = 30
    """Seconds that the read replica is behind, for five minutes, such as 60."""
    cache_cpu_percent: Share | None = 90
    """CPU of a cache node's engine, percent of its one core, for five minutes, such as 80."""
    cache_memory_percent: Share | None = 80
    """Memory in use on a cache node, percent, for five minutes, such as 75: soon keys are thrown out."""
    cache_evictions: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = 100
    """Keys that a cache node threw out in five minutes for want of memory, such as 0 where none may go."""
    metrics: Mapping[MetricName, AlarmMetric] = Field(default_factory=dict)
    """Alarms on the application's own metrics, by name."""
    logs: Mapping[MetricName, AlarmLog] = Field(default_factory=dict)
    """Alarms on lines in the services' log groups, by name, such as `{out-of-memory: {service: api, pattern: '"out of memory"'}}`. Lines that a
    `logRouter` sends to other groups are not seen. Each counts as a metric, 0.30 USD a month, and an alarm."""
    muted_during: Mapping[MetricName, MutedWindow] = Field(default_factory=dict)
    """Windows in which alarms tell nobody, by name, such as `{backup: {of: [database], start: "03:00", minutes: 60}}`."""
