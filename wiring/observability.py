"""Notifications, alarms, dashboard and the check from outside."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Input

from components.health_check import HealthCheckArgs
from components.notifications import Audience
from components.observability import Observability, ObservabilityArgs
from components.secret_ages import AgingSecretArgs
from components.secrets import Secrets
from components.service import Service
from settings import Settings
from wiring import alarms, notifications
from wiring.context import Components, Context


def args(context: Context, components: Components, services: Mapping[str, Service]) -> ObservabilityArgs | None:
    """Return the arguments of notifications, alarms, dashboard and health check; None where the stack has none of them."""
    settings, dashboard, secrets = context.settings, context.settings.dashboard, components.secrets
    if not (settings.notify or settings.alarms or dashboard or settings.health_check):
        return None
    return ObservabilityArgs(
        label=context.label,
        region=context.region,
        watched=alarms.watched(context, components, services),
        notifications=notifications.args(context, components),
        thresholds=alarms.thresholds(settings.alarms),
        dashboard_name=dashboard.name or context.label if dashboard else None,
        health_check=_health_check(settings),
        aging_secrets=_aging_secrets(settings, secrets) if settings.notify and secrets else {},
        secrets_key_arn=secrets.key_arn if secrets else None,
    )


def topic(observability: Observability | None, audience: str) -> Input[str] | None:
    """Return the topic of an audience, or of another where that has nobody; None where nobody is told of anything."""
    topics = observability.topics if observability else {}
    return topics.get(Audience(audience)) or next(iter(topics.values()), None)


def _aging_secrets(settings: Settings, secrets: Secrets) -> Mapping[str, AgingSecretArgs]:
    """Return the secrets that have a period, and whose values people change."""
    aging: dict[str, AgingSecretArgs] = {}
    for name, secret in settings.secrets.items():
        days = {key: secret.key_rotate_days.get(key, secret.rotate_days) for key in secret.keys}
        keys = {key: period for key, period in days.items() if period is not None}
        if keys or (secret.rotate_days is not None and not secret.keys):
            whole = None if keys else secret.rotate_days
            aging[settings.secret_name(name)] = AgingSecretArgs(arn=secrets.arns[name], days=whole, keys=keys)
    return aging


def _health_check(settings: Settings) -> HealthCheckArgs | None:
    check, domain = settings.health_check, settings.domain
    if check is None or domain is None:
        return None
    return HealthCheckArgs(
        label=settings.label,
        host=domain.host,
        path=check.path,
        interval_seconds=check.interval_seconds,
        failures=check.failures,
    )
