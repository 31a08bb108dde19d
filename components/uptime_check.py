"""A look at the application from outside: Route 53 asks it over HTTPS from several continents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _metrics as metrics
from components._checked import Checked

_LONGEST_PATH: Final = 255
_PORT: Final = 443
_FEWEST_FAILURES, _MOST_FAILURES = 1, 10
_MOST_ACTIONS: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class UptimeCheckArgs(Checked):
    """What is asked, and who is told.

    About $2.75 a month: an HTTPS check of something on AWS; asking every 10 seconds and latency measurement cost more.
    """

    name_prefix: str
    """What names start with, such as storefront-production."""
    host: str
    """The public host name, asked on port 443. A change replaces the check."""
    path: str = "/health"
    """The path, which must answer 200 to 399 within two seconds of being connected."""
    interval_seconds: Literal[10, 30] = 30
    """Seconds between the questions of each location, 10 or 30. A change replaces the check."""
    failures: int = 3
    """Failures in a row, 1 to 10, after which a location counts it as down."""
    measure_latency: bool = False
    """Whether connection times are recorded too, at a price. A change replaces the check."""
    topic_arns: Sequence[Input[str]] = ()
    """Topics in us-east-1 that are told when it goes down and when it comes back; at most five."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "host", limits.host(self.host)
        if self.host.startswith("*.") and limits.host(self.host) is None:
            yield "host", f"{self.host!r} stands for many; name one"
        if not self.path.startswith("/") or len(self.path) > _LONGEST_PATH:
            yield "path", f"{self.path[:48]!r} is not a path: / and at most {_LONGEST_PATH - 1} characters more"
        if self.interval_seconds not in (10, 30):
            yield "interval_seconds", f"{self.interval_seconds} is not allowed; 10 or 30 is"
        if not _FEWEST_FAILURES <= self.failures <= _MOST_FAILURES:
            yield "failures", f"{self.failures} is outside {_FEWEST_FAILURES} to {_MOST_FAILURES}"
        if len(self.topic_arns) > _MOST_ACTIONS:
            yield "topic_arns", f"{len(self.topic_arns)} are more than the {_MOST_ACTIONS} that an alarm tells"


class UptimeCheck(pulumi.ComponentResource):
    """A Route 53 health check and its alarm."""

    health_check_id: Output[str]
    """The check's id, which DNS records can fail over by."""
    alarm_arn: Output[str]
    """The alarm, in us-east-1."""

    def __init__(self, name: str, args: UptimeCheckArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:HealthCheck", name, None, opts)
        check = aws.route53.HealthCheck(
            f"{name}-check",
            type="HTTPS",
            fqdn=args.host,
            port=_PORT,
            resource_path=args.path,
            enable_sni=True,
            request_interval=args.interval_seconds,
            failure_threshold=args.failures,
            measure_latency=args.measure_latency,
            tags={"Name": f"{args.name_prefix}-{name}"},
            opts=ResourceOptions(parent=self),
        )
        metric = metrics.HEALTH_CHECK
        topics = list(args.topic_arns)
        alarm = aws.cloudwatch.MetricAlarm(
            f"{name}-alarm",
            name=f"{args.name_prefix}-{name}",
            alarm_description=f"Critical: https://{args.host}{args.path} does not answer from outside",
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=metric.at(check.id),
            statistic=metric.statistic,
            period=60,
            evaluation_periods=1,
            datapoints_to_alarm=1,
            threshold=1,
            comparison_operator="LessThanThreshold",
            treat_missing_data=metric.missing,
            alarm_actions=topics,
            ok_actions=topics,
            region=metrics.HEALTH_REGION,
            opts=ResourceOptions(parent=self),
        )
        self.health_check_id = check.id
        self.alarm_arn = alarm.arn
        self.register_outputs({"health_check_id": self.health_check_id, "alarm_arn": self.alarm_arn})
