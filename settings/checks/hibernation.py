"""The off-hours schedule: when it is, and that nothing works then."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.model import Database, Hibernation, Settings
from settings.problems import Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    hibernation, database = settings.hibernation, settings.database
    if hibernation is None:
        return
    if settings.environment == "production" and not hibernation.allow_in_production:
        yield at(
            ["hibernation"],
            "production would be away at night; leave it out, or say allowInProduction: true",
            ["environment"],
            ["hibernation", "allowInProduction"],
        )
    if not settings.services and database is None:
        yield at(["hibernation"], "there is nothing to put to rest: add slipway:services", ["services"], ["database"])
    for key, service in settings.services.items():
        if service.scaling and service.scaling.schedule:
            yield at(
                ["services", key, "scaling", "schedule"],
                "would wake what slipway:hibernation puts to rest: take one of the two out",
                ["hibernation"],
            )
    yield from _night(hibernation, database)


def _night(hibernation: Hibernation, database: Database | None) -> Iterator[Problem]:
    """Check when the night is, and that the database's own work is by day."""
    wake, sleep = hibernation.wake, hibernation.sleep
    for name, clock, first, last in (("sleep", sleep, "00:00", "23:44"), ("wake", wake, "00:30", "23:59")):
        if not first <= clock <= last:
            yield at(
                ["hibernation", name], f"{clock} is outside {first} to {last}: the database stops later, starts earlier"
            )
    if sleep == wake:
        yield at(["hibernation", "wake"], f"{wake} is also sleep", ["hibernation", "sleep"])
    elif database:
        zone, weekends = hibernation.time_zone, hibernation.weekends
        for name, window in (
            ("backupWindow", database.backup_window),
            ("maintenanceWindow", database.maintenance_window),
        ):
            asleep = limits.awake(window, wake, sleep, zone, weekends=weekends)
            yield from found(["database", name], asleep, ["hibernation", "*"])


def warnings(settings: Settings) -> Iterator[Problem]:
    """Warn where a stack that sleeps at night pages then."""
    if settings.hibernation is None:
        return
    if settings.uptime_check:
        yield at(["uptimeCheck"], "pages every night, when nothing answers: leave it or slipway:hibernation out")
    if settings.alarms and settings.cluster.container_insights == "disabled":
        yield at(
            ["cluster", "containerInsights"],
            "disabled, it cannot tell alarms that services sleep, not fail: choose enabled, or leave slipway:alarms out",
        )
