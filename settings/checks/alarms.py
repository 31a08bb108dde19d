"""Alarms: each that is asked for has a part to watch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import limits
from settings.model import Settings
from settings.problems import Place, Problem, at

_ALARM_NAMES: Final = re.compile(r"database|cache-(?:[0-9]{4}-)?[0-9]{3}|application-.+")
"""What alarms of other parts than services are called."""


def problems(settings: Settings) -> Iterator[Problem]:
    """Check that each alarm that is asked for has a part to watch, and that no service is called like another part's alarms."""
    alarms = settings.alarms
    if alarms is None:
        return
    routed = any(service.route for service in settings.services.values())
    parts: Mapping[str, tuple[object, str, Place]] = {
        "p99": (routed, "no service of this stack has a route", ["services", "*"]),
        "errors": (settings.load_balancer, "this stack has no load balancer", ["loadBalancer"]),
        "service": (settings.services, "this stack has no service", ["services", "*"]),
        "database": (settings.database, "this stack has no database", ["database"]),
        "replica": (
            settings.database and settings.database.read_replica,
            "this stack has no read replica",
            ["database", "readReplica"],
        ),
        "cache": (settings.cache, "this stack has no cache", ["cache"]),
    }
    for field in sorted(alarms.model_fields_set):
        deployed, why, judged_by = parts.get(field.partition("_")[0], (True, "", []))
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
    for key in settings.services:
        if _ALARM_NAMES.fullmatch(key):
            yield at(["services", key], f"alarms of another part are called {key!r}: choose another name", ["alarms"])
