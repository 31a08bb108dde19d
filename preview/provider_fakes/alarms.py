"""What CloudWatch answers."""

from __future__ import annotations

from preview.provider_fakes.asked import Answer, AskedResource


def metric_alarm(asked: AskedResource) -> Answer:
    """Answer an alarm on metrics."""
    name = asked.physical()
    return Answer(name, {"name": name, "arn": asked.arn("cloudwatch", f"alarm:{name}")})


def mute_rule(asked: AskedResource) -> Answer:
    """Answer a window in which alarms are muted."""
    name = asked.physical()
    return Answer(name, {"name": name, "arn": asked.arn("cloudwatch", f"alarm-mute-rule:{name}")})


def composite_alarm(asked: AskedResource) -> Answer:
    """Answer an alarm on alarms."""
    name = asked.physical("alarmName")
    return Answer(name, {"alarmName": name, "arn": asked.arn("cloudwatch", f"alarm:{name}")})


def dashboard(asked: AskedResource) -> Answer:
    """Answer a dashboard."""
    name = asked.physical("dashboardName")
    return Answer(
        name, {"dashboardName": name, "dashboardArn": asked.arn("cloudwatch", f"dashboard/{name}", region="")}
    )
