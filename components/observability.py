"""Seeing that a stack is well, and hearing when it is not: topics, alarms, a dashboard, a look from outside, reminders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pulumi
from pulumi import Input, Output, ResourceOptions

from components.alarms import Alarms, AlarmsArgs, Thresholds, Watched, WatchedFunction
from components.dashboard import Dashboard, DashboardArgs
from components.health_check import HealthCheck, HealthCheckArgs
from components.notifications import Audience, Notifications, NotificationsArgs, Severity, audience_for
from components.secret_ages import AgingSecretArgs, SecretAges, SecretAgesArgs


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

    aging_secrets: Mapping[str, AgingSecretArgs] = field(default_factory=dict)
    """The secrets whose owners are reminded to change them, by name. Whoever hears of warnings is told."""
    secrets_key_arn: Input[str] | None = None
    """The key that encrypts them."""

    def __post_init__(self) -> None:
        """Check that what alarms has somebody to tell.

        Raises:
            ValueError: there is an alarm, a health check or a reminder, and nobody to tell; or no key of the secrets.
        """
        if self.notifications is None and (self.thresholds or self.health_check or self.aging_secrets):
            raise ValueError(
                "ObservabilityArgs.notifications: none given; alarms, health checks and reminders tell somebody"
            )
        if self.aging_secrets and self.secrets_key_arn is None:
            raise ValueError("ObservabilityArgs.secrets_key_arn: none given; aging_secrets are read with it")


class Observability(pulumi.ComponentResource):
    """Notifications, and what makes them: alarms and the health check; and the dashboard with all of it."""

    topics: Mapping[Audience, Output[str]]
    """The topics' ARNs; empty where nobody is told."""
    dashboard_name: Output[str] | None
    """The dashboard's name; None: there is none."""

    def __init__(self, name: str, args: ObservabilityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Observability", name, None, opts)
        child = ResourceOptions(parent=self)
        told = Notifications(f"{name}-notifications", args.notifications, child) if args.notifications else None
        self.topics = told.topics if told else {}
        functions = dict(args.watched.functions)
        if args.notifications and told:
            functions |= _notifiers(args.notifications, told.notifiers)
            functions |= self._secret_ages(f"{name}-secret-ages", args, args.notifications, told)
        alarms: list[Output[str]] = []
        if args.thresholds:
            watched = replace(args.watched, functions=functions)
            wanted = AlarmsArgs(label=args.label, watched=watched, thresholds=args.thresholds, topics=self.topics)
            alarms += Alarms(f"{name}-alarms", wanted, child).arns.values()
        if args.health_check:
            topics = [told.health_topic] if told and told.health_topic else []
            HealthCheck(f"{name}-health-check", replace(args.health_check, topic_arns=topics), child)
        self.dashboard_name = None
        if args.dashboard_name is not None:
            shown = DashboardArgs(
                label=args.dashboard_name,
                region=args.region,
                watched=args.watched,
                thresholds=args.thresholds or Thresholds(),
                alarm_arns=alarms,
            )
            self.dashboard_name = Dashboard(f"{name}-dashboard", shown, child).name
        self.register_outputs({"topics": self.topics, "dashboard_name": self.dashboard_name})

    def _secret_ages(
        self, name: str, args: ObservabilityArgs, notifications: NotificationsArgs, told: Notifications
    ) -> Mapping[str, WatchedFunction]:
        """Make the reminders of old secrets, and return the function behind them."""
        audience = audience_for(Severity.WARNING, told.topics)
        if not args.aging_secrets or args.secrets_key_arn is None or audience is None:
            return {}
        wanted = SecretAgesArgs(
            label=args.label,
            account_id=notifications.account_id,
            region=args.region,
            secrets=args.aging_secrets,
            secrets_key_arn=args.secrets_key_arn,
            topic_arn=told.topics[audience],
            topic_key_arn=told.key_arn,
            log_days=notifications.log_days,
            log_key_arn=notifications.log_key_arn,
            boundary_arn=notifications.boundary_arn,
        )
        ages = SecretAges(name, wanted, ResourceOptions(parent=self))
        return {
            "secret-ages": WatchedFunction(
                function_name=ages.function_name,
                failing="nobody is reminded of secrets that are older than agreed",
                severity=Severity.WARNING,
                minutes=1440,
            )
        }


def _notifiers(args: NotificationsArgs, functions: Mapping[str, Output[str]]) -> Mapping[str, WatchedFunction]:
    """Return the functions that call Slack, where whoever is told of their failure hears of it in another way as well."""
    audience = audience_for(Severity.WARNING, args.audiences)
    if audience is None:
        return {}
    told = args.audiences[audience]
    others = bool(told.emails or told.https or told.slack_channels)
    return {
        f"slack-{re.sub('[^a-z0-9]+', '-', secret.lower()).strip('-')}": WatchedFunction(
            function_name=function,
            failing=f"messages for the Slack webhook in {secret} are lost",
            severity=Severity.WARNING,
        )
        for secret, function in functions.items()
        if others or any(webhook.secret != secret for webhook in told.slack_webhooks)
    }
