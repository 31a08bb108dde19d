"""Alarms: each that is asked for has a part to watch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import limits
from settings import derived
from settings.model import Alarms, Settings
from settings.problems import Place, Problem, at

_ALARM_NAMES: Final = re.compile(r"database|cache-(?:[0-9]{4}-)?[0-9]{3}|application-.+")
"""What alarms of other parts than services are called."""


def problems(settings: Settings) -> Iterator[Problem]:
    """Check that each alarm that is asked for has a part to watch, and that no service is called like another part's alarms."""
    alarms = settings.alarms
    if alarms is None:
        return
    parts = _watched(settings)
    for field in sorted(alarms.model_fields_set):
        deployed, why, judged_by = parts.get(
            field.removesuffix("_percent"), parts.get(field.partition("_")[0], (True, "", []))
        )
        if not deployed and getattr(alarms, field) is not None:
            name = type(alarms).model_fields[field].alias or field
            yield at(["alarms", name], f"{why}: leave it out, or say null", judged_by)
    for name, lines in alarms.logs.items():
        if lines.service not in settings.services:
            known = limits.listed(list(settings.services)) if settings.services else "there is none"
            yield at(
                ["alarms", "logs", name, "service"],
                f"there is no service {lines.service}; slipway:services: {known}",
                ["services"],
            )
    yield from _muted(settings, alarms)
    for key in settings.services:
        if _ALARM_NAMES.fullmatch(key):
            yield at(["services", key], f"alarms of another part are called {key!r}: choose another name", ["alarms"])


def _watched(settings: Settings) -> Mapping[str, tuple[object, str, Place]]:
    """Return by the beginning of a threshold's name what it is about, what to say where the stack has none, and where."""
    routed = any(service.route for service in settings.services.values())
    return {
        "p99": (routed, "no service of this stack has a route", ["services", "*"]),
        "errors": (settings.load_balancer, "this stack has no load balancer", ["loadBalancer"]),
        "service": (settings.services, "this stack has no service", ["services", "*"]),
        "database_capacity": (
            settings.database and settings.database.serverless,
            "this stack has no serverless database",
            ["database", "serverless"],
        ),
        "database": (settings.database, "this stack has no database", ["database"]),
        "replica": (
            settings.database and settings.database.answers_queries,
            "this stack has no read replica",
            ["database", "readers" if settings.database and settings.database.is_cluster else "readReplica"],
        ),
        "cache": (settings.cache, "this stack has no cache", ["cache"]),
    }


_HALF_A_WEEK: Final = 7 * 24 * 60 // 2


def _muted(settings: Settings, alarms: Alarms) -> Iterator[Problem]:
    """Check that each muted window has alarms to mute, and that nobody goes without alarms for good."""
    place: Place = ["alarms", "mutedDuring"]
    for name, window in alarms.muted_during.items():
        for number, part in enumerate(window.of):
            kind, _, key = part.partition(".")
            if problem := _not_mutable(settings, alarms, kind, key):
                about: list[Place] = [["alarms", kind, "*"], ["alarms", kind], [kind, "*"], [kind]]
                yield at([*place, name, "of", number], f"{part}: {problem}", *about)
        for field, values in (("of", window.of), ("days", window.days)):
            if twice := sorted({value for value in values if values.count(value) > 1}):
                yield at([*place, name, field], f"{limits.listed(twice)} stands there twice")
    total = sum(window.minutes * len(set(window.days)) for window in alarms.muted_during.values())
    if total > _HALF_A_WEEK:
        yield at(
            place,
            f"all windows together last {total} minutes a week; at most {_HALF_A_WEEK}, half of it, are allowed, so that no alarm is off for good",
            [*place, "*"],
        )


_MAY_BE_MUTED: Final[Mapping[str, tuple[str, ...]]] = {
    "loadBalancer": ("errors_5xx_percent", "errors_4xx_percent"),
    "internalBalancer": ("errors_5xx_percent", "errors_4xx_percent"),
    "database": (
        "database_cpu_percent",
        "database_connections_percent",
        "database_exhausted_percent",
        "database_free_memory_percent",
    ),
    "cache": ("cache_cpu_percent", "cache_memory_percent", "cache_evictions"),
}
"""The thresholds of a part's alarms that may be muted: null switches one off."""


def _not_mutable(settings: Settings, alarms: Alarms, kind: str, key: str) -> str:
    """Return why a part has no alarms to mute; empty: it has."""
    there: Mapping[str, Mapping[str, object] | None] = {
        "loadBalancer": {} if settings.load_balancer and not derived.shares(settings, "loadBalancer") else None,
        "internalBalancer": {} if settings.internal_balancer else None,
        "database": {} if settings.database else None,
        "cache": {} if settings.cache else None,
        "services": settings.services or None,
        "queues": settings.queues or None,
        "metrics": alarms.metrics or None,
        "logs": alarms.logs or None,
    }
    known = there[kind]
    if known is None:
        return f"this stack has no alarms of {kind}"
    if key and key not in known:
        return f"there is {limits.listed(list(known))}"
    return "" if _can_be_muted(settings, alarms, kind, key) else "it has no alarm that may be muted"


def _can_be_muted(settings: Settings, alarms: Alarms, kind: str, key: str) -> bool:
    if kind == "queues":
        queues = [settings.queues[key]] if key else settings.queues.values()
        return any(queue.alarm_minutes is not None for queue in queues)
    fields = _MAY_BE_MUTED.get(kind)
    return fields is None or any(getattr(alarms, field) is not None for field in fields)
