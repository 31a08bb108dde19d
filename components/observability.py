"""Seeing that a stack is well, and hearing when it is not: topics, alarms, a dashboard, a look from outside, reminders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pulumi
from pulumi import Input, Output, ResourceOptions

from components._alarm_rules import Thresholds
from components._alarm_targets import AlarmTargets, FunctionAlarmTarget
from components._checked import Checked
from components.alarms import Alarms, AlarmsArgs, MutedWindowArgs
from components.dashboard import Dashboard, DashboardArgs
from components.notifications import AlertChannel, AlertRoute, Notifications, NotificationsArgs, channel_for
from components.rotation_reminders import RotationReminderArgs, RotationReminders, RotationRemindersArgs
from components.uptime_check import UptimeCheck, UptimeCheckArgs


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservabilityArgs(Checked):
    """What there is to see, and which of the means are wanted."""

    name_prefix: str
    """What names start with, such as storefront-production."""
    region: str
    """The AWS region of what is watched."""
    targets: AlarmTargets
    """What there is."""
    notifications: NotificationsArgs | None = None
    """Who is told; None: nobody."""
    thresholds: Thresholds | None = None
    """From which values on there are alarms; None: there are no alarms."""
    muted_during: Mapping[str, MutedWindowArgs] = field(default_factory=dict)
    """Windows in which alarms tell nobody, by name."""
    dashboard_name: str | None = None
    """The dashboard's name; None: there is no dashboard."""
    uptime_check: UptimeCheckArgs | None = None
    """What Route 53 asks from outside; None: nothing. Its topic is that of the notifications."""

    rotation_reminders: Mapping[str, RotationReminderArgs] = field(default_factory=dict)
    """The secrets whose owners are reminded to change them, by name. Whoever hears of warnings is told."""
    secrets_key_arn: Input[str] | None = None
    """The key that encrypts them."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if self.notifications is None and (self.thresholds or self.uptime_check or self.rotation_reminders):
            yield "notifications", "none given; alarms, health checks and reminders tell somebody"
        if self.rotation_reminders and self.secrets_key_arn is None:
            yield "secrets_key_arn", "none given; rotation_reminders are read with it"


class Observability(pulumi.ComponentResource):
    """Notifications, and what makes them: alarms and the health check; and the dashboard with all of it."""

    topics: Mapping[AlertChannel, Output[str]]
    """The topics' ARNs; empty where nobody is told."""
    dashboard_name: Output[str] | None
    """The dashboard's name; None: there is none."""

    def __init__(self, name: str, args: ObservabilityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Observability", name, None, opts)
        child = ResourceOptions(parent=self)
        told = Notifications(f"{name}-notifications", args.notifications, child) if args.notifications else None
        self.topics = told.topics if told else {}
        functions = dict(args.targets.functions)
        if args.notifications and told:
            functions |= _notifiers(args.notifications, told.notifiers)
            functions |= self._rotation_reminders(f"{name}-secret-ages", args, args.notifications, told)
        alarms: list[Output[str]] = []
        if args.thresholds:
            targets = replace(args.targets, functions=functions)
            wanted = AlarmsArgs(
                name_prefix=args.name_prefix,
                targets=targets,
                thresholds=args.thresholds,
                topics=self.topics,
                muted_during=args.muted_during,
            )
            alarms += Alarms(f"{name}-alarms", wanted, child).arns.values()
        if args.uptime_check:
            topics = [told.health_topic] if told and told.health_topic else []
            UptimeCheck(f"{name}-health-check", replace(args.uptime_check, topic_arns=topics), child)
        self.dashboard_name = None
        if args.dashboard_name is not None:
            shown = DashboardArgs(
                name_prefix=args.dashboard_name,
                region=args.region,
                targets=args.targets,
                thresholds=args.thresholds or Thresholds(),
                alarm_arns=alarms,
            )
            self.dashboard_name = Dashboard(f"{name}-dashboard", shown, child).name
        self.register_outputs({"topics": self.topics, "dashboard_name": self.dashboard_name})

    def _rotation_reminders(
        self, name: str, args: ObservabilityArgs, notifications: NotificationsArgs, told: Notifications
    ) -> Mapping[str, FunctionAlarmTarget]:
        """Make the reminders of old secrets, and return the function behind them."""
        channel = channel_for(AlertRoute.WARNING, told.topics)
        if not args.rotation_reminders or args.secrets_key_arn is None or channel is None:
            return {}
        wanted = RotationRemindersArgs(
            name_prefix=args.name_prefix,
            account_id=notifications.account_id,
            region=args.region,
            secrets=args.rotation_reminders,
            secrets_key_arn=args.secrets_key_arn,
            topic_arn=told.topics[channel],
            topic_key_arn=told.key_arn,
            log_days=notifications.log_days,
            log_key_arn=notifications.log_key_arn,
            boundary_arn=notifications.boundary_arn,
        )
        ages = RotationReminders(name, wanted, ResourceOptions(parent=self))
        return {
            "secret-ages": FunctionAlarmTarget(
                function_name=ages.function_name,
                failing="nobody is reminded of secrets that are older than agreed",
                route=AlertRoute.WARNING,
                minutes=1440,
            )
        }


def _notifiers(args: NotificationsArgs, functions: Mapping[str, Output[str]]) -> Mapping[str, FunctionAlarmTarget]:
    """Return the functions that call Slack, where whoever is told of their failure hears of it in another way as well."""
    channel = channel_for(AlertRoute.WARNING, args.channels)
    if channel is None:
        return {}
    told = args.channels[channel]
    others = bool(told.emails or told.https or told.slack_channels)
    return {
        f"slack-{re.sub('[^a-z0-9]+', '-', secret.lower()).strip('-')}": FunctionAlarmTarget(
            function_name=function,
            failing=f"messages for the Slack webhook in {secret} are lost",
            route=AlertRoute.WARNING,
        )
        for secret, function in functions.items()
        if others or any(webhook.secret != secret for webhook in told.slack_webhooks)
    }
