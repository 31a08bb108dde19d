"""CloudWatch alarms on everything a stack has: who is told what, and from which value on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components._alarm_rules import Alarm, Thresholds, alarms_of
from components._alarm_targets import LONGEST_NAME, AlarmTargets, LogPattern
from components._metrics import Formula, Metric, query
from components.notifications import AlertChannel, channel_for


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmsArgs:
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
        if len(self.name_prefix) + 1 + longest > LONGEST_NAME:
            problems.append(
                f"AlarmsArgs.name_prefix: {len(self.name_prefix)} characters; at most {LONGEST_NAME - 1 - longest} are allowed"
            )
        if problems:
            raise ValueError("\n".join(problems))

    def alarms(self) -> Iterator[Alarm]:
        """Yield every alarm there is."""
        yield from alarms_of(self.targets, self.thresholds)


class Alarms(pulumi.ComponentResource):
    """The alarms of one stack. An alarm and its end go to the same people."""

    arns: Mapping[str, Output[str]]
    """The alarms' ARNs by what their names end with."""

    def __init__(self, name: str, args: AlarmsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Alarms", name, None, opts)
        self.arns = {alarm.key: self._alarm(f"{name}-{alarm.key}", args, alarm).arn for alarm in args.alarms()}
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

    def _alarm(self, logical_name: str, args: AlarmsArgs, alarm: Alarm) -> aws.cloudwatch.MetricAlarm:
        channel = channel_for(alarm.route, args.topics)
        tell = [args.topics[channel]] if channel else []
        minutes, evaluations = _periods(alarm)
        period = 60 * minutes
        metric = alarm.of if isinstance(alarm.of, Metric) else None
        percentile = metric is not None and metric.statistic.startswith("p")
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
            comparison_operator="LessThanThreshold" if alarm.above is None else "GreaterThanThreshold",
            threshold=alarm.below if alarm.above is None else alarm.above,
            evaluation_periods=evaluations,
            datapoints_to_alarm=evaluations,
            treat_missing_data=alarm.of.missing,
            alarm_actions=tell,
            ok_actions=tell,
            opts=ResourceOptions(parent=self),
        )


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
