"""What no single setting can tell: the rules between settings, and AWS's limits on what follows from several.

One module for each part of the stack. Each yields what is wrong with its part, judged by the whole of the settings.
"""

from __future__ import annotations

from settings.checks import (
    alarms,
    aurora,
    backup,
    budget,
    cache,
    cache_users,
    cdn,
    container,
    database,
    database_users,
    delivery,
    domain,
    encryption,
    hibernation,
    internal,
    internal_balancer,
    jobs,
    load_balancer,
    media_bucket,
    migration,
    network,
    network_acls,
    notifications,
    observability,
    permissions,
    queues,
    registry,
    rollout,
    route,
    sample,
    secrets,
    service,
    shared,
    sizes,
    tags,
    telemetry,
    uptime_check,
    volumes,
)
from settings.model import Settings
from settings.problems import Problem

_MISTAKES = (
    tags,
    shared,
    network,
    observability,
    domain,
    encryption,
    load_balancer,
    internal_balancer,
    cdn,
    aurora,
    database,
    database_users,
    cache,
    cache_users,
    media_bucket,
    secrets,
    registry,
    service,
    queues,
    internal,
    permissions,
    sizes,
    migration,
    route,
    rollout,
    notifications,
    alarms,
    uptime_check,
    network_acls,
    delivery,
    backup,
    budget,
    hibernation,
    jobs,
    volumes,
    telemetry,
)
_UNWISE = (
    network,
    aurora,
    shared,
    database,
    tags,
    domain,
    container,
    permissions,
    route,
    hibernation,
    load_balancer,
    internal_balancer,
    service,
    media_bucket,
    delivery,
    jobs,
    queues,
    volumes,
    internal,
    rollout,
    sample,
)


def problems(settings: Settings) -> list[Problem]:
    """Return every mistake between the settings."""
    return [problem for part in _MISTAKES for problem in part.problems(settings)]


def warnings(settings: Settings) -> list[Problem]:
    """Return what is legal but unwise."""
    return [warning for part in _UNWISE for warning in part.warnings(settings)]
