"""How much of a month a stack that sleeps at night is awake, by its own schedules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from preview.graph import Graph, Resource

_ACTION: Final = "aws:appautoscaling/scheduledAction:ScheduledAction"
_DATABASE: Final = "aws:rds/instance:Instance"
_SCHEDULE: Final = "aws:scheduler/schedule:Schedule"
_SERVICE: Final = "aws:ecs/service:Service"
_TARGET: Final = "aws:appautoscaling/target:Target"
_CRON: Final = re.compile(r"cron\((\d+) (\d+) \? \* ([A-Z*,-]+) \*\)")
_DAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_A_DAY: Final = 24 * 60
_A_WEEK: Final = 7 * _A_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class OffHours:
    """When something sleeps."""

    sleep: str
    """When it goes to sleep, such as `20:00`."""
    wake: str
    """When it wakes."""
    days: str
    """On which days it wakes, as the schedule says it: `MON-FRI`, `*`."""
    zone: str
    """The time zone of both."""
    awake: Fraction
    """The share of a week that it is awake."""


def sleeping(graph: Graph) -> Mapping[str, OffHours]:
    """Return what sleeps, by URN: services without tasks and databases that are stopped, each evening until a morning."""
    events: dict[str, dict[str, tuple[str, str]]] = {}
    for urn, what, schedule, zone in (*_services(graph), *_databases(graph)):
        events.setdefault(urn, {})[what] = (schedule, zone)
    found = {urn: _hours(**both) for urn, both in events.items() if both.keys() == {"sleep", "wake"}}
    return {urn: hours for urn, hours in found.items() if hours}


def _services(graph: Graph) -> Iterator[tuple[str, str, str, str]]:
    targets = {target.urn: target for target in graph.of(_TARGET)}
    services = {service.urn for service in graph.of(_SERVICE)}
    for action in graph.of(_ACTION):
        bounds = action.inputs.get("scalableTargetAction")
        most = bounds.get("maxCapacity") if isinstance(bounds, Mapping) else None
        for target in (targets[urn] for urn in action.dependencies if urn in targets):
            for urn in services.intersection(target.dependencies):
                yield urn, "sleep" if most == 0 else "wake", *_when(action, "schedule", "timezone")


def _databases(graph: Graph) -> Iterator[tuple[str, str, str, str]]:
    """Yield what stops and starts: an instance, or all instances of a cluster."""
    databases = {database.inputs.get("identifier"): [database.urn] for database in graph.of(_DATABASE)}
    clusters: dict[object, list[str]] = {}
    for instance in graph.of("aws:rds/clusterInstance:ClusterInstance"):
        clusters.setdefault(instance.inputs.get("clusterIdentifier"), []).append(instance.urn)
    for schedule in graph.of(_SCHEDULE):
        target = schedule.inputs.get("target")
        arn, text = (target.get("arn"), target.get("input")) if isinstance(target, Mapping) else (None, None)
        verb, _, kind = str(arn).rpartition(":")[2].partition("DB")
        what = {"stop": "sleep", "start": "wake"}.get(verb)
        known = {"Instance": databases, "Cluster": clusters}.get(kind, {})
        for urn in known.get(_identifier(text, kind), ()) if what else ():
            yield urn, str(what), *_when(schedule, "scheduleExpression", "scheduleExpressionTimezone")


def _identifier(text: object, kind: str) -> object:
    try:
        return json.loads(text)[f"Db{kind}Identifier"] if isinstance(text, str) else None
    except (ValueError, KeyError, TypeError):
        return None


def _when(resource: Resource, schedule: str, zone: str) -> tuple[str, str]:
    return str(resource.inputs.get(schedule)), str(resource.inputs.get(zone, "UTC"))


def _hours(sleep: tuple[str, str], wake: tuple[str, str]) -> OffHours | None:
    """Measure from each waking to the next going to sleep, which is every day."""
    evening, morning = (_CRON.fullmatch(schedule) for schedule, _ in (sleep, wake))
    days = _woken(morning[3]) if morning else 0
    if not evening or not morning or evening[3] != "*" or not days:
        return None
    sets, rises = (int(match[2]) * 60 + int(match[1]) for match in (evening, morning))
    awake = Fraction(days * ((sets - rises) % _A_DAY), _A_WEEK)
    return OffHours(sleep=_clock(sets), wake=_clock(rises), days=morning[3], zone=wake[1], awake=awake)


def _woken(days: str) -> int:
    """Return on how many days of a week a schedule comes; 0 where it cannot be told."""
    if days == "*":
        return len(_DAYS)
    found: set[int] = set()
    for part in days.split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last and last not in _DAYS):
            return 0
        begin = _DAYS.index(first)
        length = (_DAYS.index(last or first) - begin) % len(_DAYS)
        found.update((begin + day) % len(_DAYS) for day in range(length + 1))
    return len(found)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
