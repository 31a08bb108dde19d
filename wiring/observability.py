"""Notifications, alarms, dashboard and the check from outside."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Input

from components.jobs import Jobs
from components.notifications import AlertChannel
from components.observability import Observability, ObservabilityArgs
from components.rotation_reminders import RotationReminderArgs
from components.secrets import Secrets
from components.service import Service
from components.uptime_check import UptimeCheckArgs
from settings import Settings
from wiring import alarms, notifications
from wiring.context import Components, StackContext


def args(
    context: StackContext, components: Components, services: Mapping[str, Service], jobs: Jobs | None
) -> ObservabilityArgs | None:
    """Return the arguments of notifications, alarms, dashboard and health check; None where the stack has none of them."""
    settings, dashboard, secrets = context.settings, context.settings.dashboard, components.secrets
    if not (settings.notify or settings.alarms or dashboard or settings.uptime_check):
        return None
    return ObservabilityArgs(
        name_prefix=context.name_prefix,
        region=context.region,
        targets=alarms.targets(context, components, services, jobs),
        notifications=notifications.args(context, components),
        thresholds=alarms.thresholds(settings.alarms),
        muted_during=alarms.muted_during(settings.alarms),
        dashboard_name=dashboard.name or context.name_prefix if dashboard else None,
        uptime_check=_uptime_check(settings),
        rotation_reminders=_rotation_reminders(settings, secrets) if settings.notify and secrets else {},
        secrets_key_arn=secrets.key_arn if secrets else None,
    )


def topic(observability: Observability | None, channel: str) -> Input[str] | None:
    """Return the topic of an channel, or of another where that has nobody; None where nobody is told of anything."""
    topics = observability.topics if observability else {}
    return topics.get(AlertChannel(channel)) or next(iter(topics.values()), None)


def _rotation_reminders(settings: Settings, secrets: Secrets) -> Mapping[str, RotationReminderArgs]:
    """Return the secrets that have a period, and whose values people change."""
    aging: dict[str, RotationReminderArgs] = {}
    for name, secret in settings.own_secrets.items():
        days = {key: secret.key_rotate_days.get(key, secret.rotate_days) for key in secret.keys}
        keys = {key: period for key, period in days.items() if period is not None}
        if keys or (secret.rotate_days is not None and not secret.keys):
            whole = None if keys else secret.rotate_days
            aging[settings.secret_name(name)] = RotationReminderArgs(arn=secrets.arns[name], days=whole, keys=keys)
    return aging


def _uptime_check(settings: Settings) -> UptimeCheckArgs | None:
    check, domain = settings.uptime_check, settings.domain
    if check is None or domain is None:
        return None
    return UptimeCheckArgs(
        name_prefix=settings.name_prefix,
        host=domain.host,
        path=check.path,
        interval_seconds=check.interval_seconds,
        failures=check.failures,
    )
