"""Seeing that a stack is well, and hearing when it is not: topics, alarms, a dashboard, a look from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi
from pulumi import Output, ResourceOptions

from components.alarms import Alarms, AlarmsArgs, Thresholds, Watched
from components.dashboard import Dashboard, DashboardArgs
from components.health_check import HealthCheck, HealthCheckArgs
from components.notifications import Audience, Notifications, NotificationsArgs


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservabilityArgs:
    """What there is to see, and which of the means are wanted."""

    label: str
    """What names start with, such as storefront-production."""
    region: str
    """The AWS region of what is watched."""
    watched: Watched
    """What there is."""
    notifications: NotificationsArgs | None = None
    """Who is told; None: nobody."""
    thresholds: Thresholds | None = None
    """From which values on there are alarms; None: there are no alarms."""
    dashboard_name: str | None = None
    """The dashboard's name; None: there is no dashboard."""
    health_check: HealthCheckArgs | None = None
    """What Route 53 asks from outside; None: nothing. Its topic is that of the notifications."""

    def __post_init__(self) -> None:
        """Check that what alarms has somebody to tell.

        Raises:
            ValueError: there is an alarm or a health check, and nobody to tell.
        """
        if self.notifications is None and (self.thresholds is not None or self.health_check is not None):
            raise ValueError("ObservabilityArgs.notifications: none given; alarms and health checks tell somebody")


class Observability(pulumi.ComponentResource):
    """Notifications, and what makes them: alarms and the health check; and the dashboard with all of it."""

    topics: Mapping[Audience, Output[str]]
    """The topics' ARNs; empty where nobody is told."""

    def __init__(self, name: str, args: ObservabilityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Observability", name, None, opts)
        child = ResourceOptions(parent=self)
        told = Notifications(f"{name}-notifications", args.notifications, child) if args.notifications else None
        self.topics = told.topics if told else {}
        alarms: list[Output[str]] = []
        if args.thresholds:
            wanted = AlarmsArgs(label=args.label, watched=args.watched, thresholds=args.thresholds, topics=self.topics)
            alarms += Alarms(f"{name}-alarms", wanted, child).arns.values()
        if args.health_check:
            topics = [told.health_topic] if told and told.health_topic else []
            HealthCheck(f"{name}-health-check", replace(args.health_check, topic_arns=topics), child)
        if args.dashboard_name is not None:
            shown = DashboardArgs(
                label=args.dashboard_name,
                region=args.region,
                watched=args.watched,
                thresholds=args.thresholds or Thresholds(),
                alarm_arns=alarms,
            )
            Dashboard(f"{name}-dashboard", shown, child)
        self.register_outputs({"topics": self.topics})
