"""CloudWatch alarms on everything a stack has: who is told what, and from which value on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components._alarm_rules import Alarm, Thresholds, alarms_of
from components._alarm_targets import LONGEST_NAME, AlarmTargets, LogPattern
from components._checked import Checked
from components._metrics import Formula, Metric, query
from components.notifications import AlertChannel, channel_for


@dataclass(frozen=True, kw_only=True, slots=True)
class MutedWindowArgs(Checked):
    """Hours of a week in which alarms tell nobody."""

    of: Sequence[str]
    """Whose alarms: fields of `AlarmTargets` for all of one, or with a name in it after a dot, such as `database` or `services.api`."""
    start: str
    """When it begins, `hh:mm`."""
    minutes: int
    """How long it lasts, 1 to 720."""
    days: Sequence[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    """The days on which it begins, one at least."""
    time_zone: str = "UTC"
    """The time zone of both, by its name in the tz database."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not 1 <= self.minutes <= _LONGEST_MUTE:
            yield "minutes", f"{self.minutes} is outside 1 to {_LONGEST_MUTE}"
        if not self.days:
            yield "days", "none given"

    def mutes(self, alarm: Alarm) -> bool:
        """Tell whether an alarm tells nobody in it."""
        part = alarm.part
        return part is not None and any(part == given or part.startswith(f"{given}.") for given in self.of)

    @property
    def expression(self) -> str:
        """When it begins, as CloudWatch takes it: five fields of cron."""
        hour, _, minute = self.start.partition(":")
        days = "*" if len(set(self.days)) == len(_WEEK) else ",".join(day.upper() for day in _WEEK if day in self.days)
        return f"cron({int(minute)} {int(hour)} * * {days})"

    @property
    def duration(self) -> str:
        """How long it lasts, in ISO 8601's shortest form, which is how it is read back."""
        hours, minutes = divmod(self.minutes, 60)
        return f"PT{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes else ''}"


_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_MUTE: Final = 12 * 60
"""Minutes that alarms are muted for at most: somebody has to hear of what lasts longer."""
_ALARMS_OF_A_RULE: Final = 100
"""Alarms that one of CloudWatch's mute rules names at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmsArgs(Checked):
    """What is watched, and who is told.

    A part that a stack does not have has no alarms. An alarm costs $0.10 a month for each metric it looks at.
    """

    name_prefix: str
    """What the alarms' names start with, such as storefront-production. A change replaces the alarms."""
    targets: AlarmTargets
    """What there is."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    """From which values on."""
    topics: Mapping[AlertChannel, Input[str]] = field(default_factory=dict)
    """The topics' ARNs; without any, alarms are only seen in the console."""
    muted_during: Mapping[str, MutedWindowArgs] = field(default_factory=dict)
    """Windows in which alarms tell nobody, by name. What is still bad when one ends is told then."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        keys = [alarm.key for alarm in self.alarms()]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield "targets", f"two alarms would be called {key!r}; rename a service, a replica or a metric"
        longest = max(map(len, keys), default=0)
        if len(self.name_prefix) + 1 + longest > LONGEST_NAME:
            most = LONGEST_NAME - 1 - longest
            yield "name_prefix", f"{len(self.name_prefix)} characters; at most {most} are allowed"
        for name, window in self.muted_during.items():
            if not any(window.mutes(alarm) for alarm in self.alarms()):
                yield "muted_during", f"{name}: there is no alarm of {', '.join(window.of)} that may be muted"

    def alarms(self) -> Iterator[Alarm]:
        """Yield every alarm there is."""
        yield from alarms_of(self.targets, self.thresholds)


class Alarms(pulumi.ComponentResource):
    """The alarms of one stack. An alarm and its end go to the same people."""

    arns: Mapping[str, Output[str]]
    """The alarms' ARNs by what their names end with."""

    def __init__(self, name: str, args: AlarmsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Alarms", name, None, opts)
        alarms = [(alarm, self._alarm(f"{name}-{alarm.key}", args, alarm)) for alarm in args.alarms()]
        self.arns = {alarm.key: made.arn for alarm, made in alarms}
        for called, window in sorted(args.muted_during.items()):
            muted = [(alarm.key, made.name) for alarm, made in alarms if window.mutes(alarm)]
            self._mute(f"{name}-muted-{called}", f"{args.name_prefix}-{called}", window, muted)
        for key, lines in sorted(args.targets.logs.items()):
            self._count(f"{name}-log-{key}", lines)
        self.register_outputs({"arns": self.arns})

    def _count(self, logical_name: str, lines: LogPattern) -> None:
        aws.cloudwatch.LogMetricFilter(
            logical_name,
            name=lines.metric,
            log_group_name=lines.log_group_name,
            pattern=lines.pattern,
            metric_transformation=aws.cloudwatch.LogMetricFilterMetricTransformationArgs(
                namespace=lines.namespace, name=lines.metric, value="1", unit="Count"
            ),
            opts=ResourceOptions(parent=self),
        )

    def _mute(
        self, logical_name: str, called: str, window: MutedWindowArgs, alarms: Sequence[tuple[str, Output[str]]]
    ) -> None:
        """Make a window's rules. CloudWatch ends each mute by itself, and an update of an alarm leaves it muted."""
        names = [name for _, name in sorted(alarms, key=lambda alarm: alarm[0])]
        for start in range(0, len(names), _ALARMS_OF_A_RULE):
            ending = f"-{start // _ALARMS_OF_A_RULE + 1}" if start else ""
            aws.cloudwatch.AlarmMuteRule(
                f"{logical_name}{ending}",
                name=f"{called}{ending}",
                description=f"Alarms of {', '.join(window.of)} tell nobody for {window.minutes} minutes",
                rule=aws.cloudwatch.AlarmMuteRuleRuleArgs(
                    schedule=aws.cloudwatch.AlarmMuteRuleRuleScheduleArgs(
                        expression=window.expression, duration=window.duration, timezone=window.time_zone
                    )
                ),
                mute_targets=aws.cloudwatch.AlarmMuteRuleMuteTargetsArgs(
                    alarm_names=names[start : start + _ALARMS_OF_A_RULE]
                ),
                opts=ResourceOptions(parent=self),
            )

    def _alarm(self, logical_name: str, args: AlarmsArgs, alarm: Alarm) -> aws.cloudwatch.MetricAlarm:
        channel = channel_for(alarm.route, args.topics)
        tell = [args.topics[channel]] if channel else []
        minutes, evaluations = _periods(alarm)
        period = 60 * minutes
        metric = alarm.of if isinstance(alarm.of, Metric) else None
        percentile = metric is not None and metric.statistic.startswith("p")
        operator, threshold = _compared(alarm)
        return aws.cloudwatch.MetricAlarm(
            logical_name,
            name=f"{args.name_prefix}-{alarm.key}",
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
            comparison_operator=operator,
            threshold=threshold,
            evaluation_periods=evaluations,
            datapoints_to_alarm=evaluations,
            treat_missing_data=alarm.of.missing,
            alarm_actions=tell,
            ok_actions=tell,
            opts=ResourceOptions(parent=self),
        )


def _compared(alarm: Alarm) -> tuple[str, float | None]:
    """Return how a metric is compared, and with what."""
    if alarm.above is None:
        return "LessThanThreshold", alarm.below
    return "GreaterThanThreshold", alarm.above


def _periods(alarm: Alarm) -> tuple[int, int]:
    """Return the minutes of a period, and how many periods have to be bad."""
    if not alarm.window:
        return 1, alarm.minutes
    return (alarm.minutes, 1) if alarm.minutes <= _LONGEST_PERIOD else (60, math.ceil(alarm.minutes / 60))


_LONGEST_PERIOD: Final = 24 * 60
"""Minutes of the longest period that an alarm takes; hours it takes for a week."""


def _queries(
    formula: Formula, at: Sequence[Input[str]], period: int
) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgs]:
    series = [query(name, metric, at, period) for name, metric in sorted(formula.series.items())]
    result = aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id="result", expression=formula.text, label="result", return_data=True
    )
    return [result, *series]
