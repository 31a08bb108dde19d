"""Jobs: the services whose tasks they are, sizes, names, and nights in which nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import limits
from policy.common import credentials
from settings.derived import family, job_family, migration_family
from settings.model import Hibernation, Job, Settings
from settings.problems import Place, Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    for key, job in settings.jobs.items():
        place: Place = ["jobs", key]
        service = settings.services.get(job.service)
        if service is None:
            known = list(settings.services)
            yield at(
                [*place, "service"],
                f"{job.service!r} is no service of this stack{limits.meant(job.service, known)}; its services: {limits.listed(known) if known else 'none'}",
                ["services", "*"],
                ["services"],
            )
        elif key in (job.service, *service.sidecars):
            yield at(place, f"{key!r} is also a container of services.{job.service}: choose another name")
        if key in settings.services:
            yield at(place, f"services.{key} has this name: choose another", ["services", key])
        # What the service has is told there.
        if service and (job.cpu, job.memory_mib) != (None, None):
            cpu, memory = job.cpu or service.cpu, job.memory_mib or service.memory_mib
            about: list[Place] = [
                [*place, "cpu"],
                ["services", job.service, "cpu"],
                ["services", job.service, "memoryMib"],
            ]
            yield from found([*place, "memoryMib"], limits.fargate_size(cpu, memory), *about)
        accepted = service.not_secret if service else {}
        if reason := credentials.in_command(job.command, accepted):
            yield at(
                [*place, "command"],
                f"it {reason}: declare it in slipway:secrets, and let the command read a variable from there; "
                "if it is none, say why in the service's notSecret",
                [*place, "command", "*"],
                ["services", job.service, "notSecret", "*"],
            )
    yield from _families(settings)


def _families(settings: Settings) -> Iterator[Problem]:
    """Check that no job shares its family with a service, a migration or another job: a job is known by it."""
    owners = {family(settings, key, service): f"services.{key}" for key, service in settings.services.items()}
    owners |= {
        migration_family(settings, key, settings.services[key]): f"services.{key}.migrate"
        for key in settings.services_with_migration
    }
    for key, job in settings.jobs.items():
        own = job_family(settings, key, job)
        owner = owners.setdefault(own, f"jobs.{key}")
        named_alike = job.family is None and key in settings.services
        if owner != f"jobs.{key}" and not named_alike:
            yield at(
                ["jobs", key, "family"],
                f"{own!r} is also that of {owner}; each needs its own",
                owner.split("."),
            )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise: a moment that is over, and runs while the database is stopped."""
    for key, job in settings.jobs.items():
        place: Place = ["jobs", key, "schedule"]
        if limits.past(job.schedule):
            yield at(place, f"{job.schedule} is over: it runs no more, and may be taken out")
        night = settings.hibernation
        needs = settings.database and "database" in getattr(settings.services.get(job.service), "uses", ())
        if night and needs and job.enabled and _runs_asleep(job, night):
            yield at(
                place,
                f"runs while slipway:hibernation has the database stopped, {night.sleep} to {night.wake} {night.time_zone}: choose another time",
                ["hibernation"],
            )


_SEASONS: Final = (datetime(2027, 1, 4), datetime(2027, 7, 5))  # noqa: DTZ001 - Mondays, in whatever zone the schedule says
_SATURDAY: Final = 5


def _runs_asleep(job: Job, night: Hibernation) -> bool:
    """Tell whether a job may be due while everything sleeps."""
    if job.schedule.startswith("rate("):
        return True
    times = [
        (monday + timedelta(days=day, minutes=minute)).replace(tzinfo=ZoneInfo(job.time_zone))
        for monday in _SEASONS
        for day, minute in limits.firing_times(job.schedule)
    ]
    return any(_asleep(moment.astimezone(ZoneInfo(night.time_zone)), night) for moment in times)


def _asleep(moment: datetime, night: Hibernation) -> bool:
    clock = f"{moment:%H:%M}"
    by_day = night.wake <= clock < night.sleep if night.wake < night.sleep else not night.sleep <= clock < night.wake
    return not by_day or (moment.weekday() >= _SATURDAY and not night.weekends)
