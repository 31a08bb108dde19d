"""How long an update takes: each resource's usual duration, the edges between them, and the chain that decides.

Creations, updates and replacements run side by side as soon as what they depend on is there; what is not wanted any more goes at the end,
what depends on another before that other. Durations are usual ones from a dated table, `data/durations.json`, which says where each comes from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from preview.compare.change import Change, Comparison
    from preview.graph import Graph, Resource

_TABLE: Final = Path(__file__).parents[2] / "data" / "durations.json"
_OTHER: Final = {"create": 3.0, "update": 3.0, "delete": 2.0}
"""What is not in the table is done in a few calls."""
_DATABASE: Final = "aws:rds/instance:Instance"

Act = Literal["create", "update", "delete"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineStep:
    """One thing that the update does."""

    resource: Resource
    act: str
    """create, update, replace or delete."""
    begin: float
    """Seconds after the update's begin."""
    seconds: float
    waits_for: TimelineStep | None = None
    """What it waited for to the last."""

    @property
    def end(self) -> float:
        """Seconds after the update's begin."""
        return self.begin + self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLine:
    """An update in time."""

    steps: tuple[TimelineStep, ...]
    """In the order in which they begin."""
    necessary: float
    """Seconds of the longest chain of what is given to another: without edges that only order things."""

    @property
    def seconds(self) -> float:
        """How long the update takes."""
        return max((step.end for step in self.steps), default=0.0)

    @property
    def critical(self) -> tuple[TimelineStep, ...]:
        """The chain that decides how long it takes, from its begin."""
        chain = []
        step = max(self.steps, key=lambda item: item.end, default=None)
        while step:
            chain.append(step)
            step = step.waits_for
        return tuple(reversed(chain))


def of_update(comparison: Comparison) -> TimeLine:
    """Lay an update out in time."""
    wanted = {change.after.urn: change for change in comparison.changed if change.after and change.after.custom}
    steps = _made(comparison.after, wanted, ordering=True)
    begin = max((step.end for step in steps.values()), default=0.0)
    last = max(steps.values(), key=lambda item: item.end, default=None)
    gone = [
        change
        for change in comparison.changed
        if change.before and change.before.custom and change.gone and not change.deleted_first
    ]
    removed = _removed(gone, begin, last)
    only = _made(comparison.after, wanted, ordering=False)
    necessary = max((step.end for step in only.values()), default=0.0)
    deletion = max((step.end for step in removed), default=begin) - begin
    ordered = sorted((*steps.values(), *removed), key=lambda step: step.begin)
    return TimeLine(steps=tuple(ordered), necessary=necessary + deletion)


def seconds(resource: Resource, act: Act) -> float:
    """Return how long it usually takes to create, update or delete a resource."""
    entry = _table().get(resource.type, _OTHER)
    if act == "create" and resource.type == _DATABASE and resource.inputs.get("multiAz") is True:
        return entry["createMultiAz"]
    return entry[act]


@cache
def _table() -> Mapping[str, Mapping[str, float]]:
    types = json.loads(_TABLE.read_text(encoding="utf-8"))["types"]
    return {
        type_: {act: float(value) for act, value in entry.items() if act != "source"} for type_, entry in types.items()
    }


def _made(graph: Graph, wanted: Mapping[str, Change], *, ordering: bool) -> dict[str, TimelineStep]:
    """Lay out what is created, updated and replaced; `ordering` counts edges that hand nothing over as well."""
    steps: dict[str, TimelineStep] = {}
    ready: dict[str, TimelineStep | None] = {}
    """By URN, also of what stays and of components: the last thing that has to be done until it is there."""
    for resource in graph.resources:
        given = [urn for urns in resource.property_dependencies.values() for urn in urns]
        # Where two take equally long the first is named, whatever order a set would have.
        last = _last(ready.get(urn) for urn in (*(resource.dependencies if ordering else ()), *given))
        change = wanted.get(resource.urn)
        if change is None:
            ready[resource.urn] = last
            continue
        act, takes = _takes(change, resource)
        step = TimelineStep(resource=resource, act=act, begin=last.end if last else 0.0, seconds=takes, waits_for=last)
        steps[resource.urn] = ready[resource.urn] = step
    return steps


def _takes(change: Change, resource: Resource) -> tuple[str, float]:
    if change.kind in {"updated", "renamed"}:
        return "update", seconds(resource, "update") if change.kind == "updated" else 0.0
    if change.kind == "created" or change.before is None:
        return "create", seconds(resource, "create")
    first = seconds(change.before, "delete") if change.deleted_first else 0.0
    return "replace", first + seconds(resource, "create")


def _removed(changes: list[Change], begin: float, last: TimelineStep | None) -> list[TimelineStep]:
    """Lay out what goes at the end: what depends on another before that other."""
    resources = {change.before.urn: change.before for change in changes if change.before}
    users: dict[str, list[str]] = {urn: [] for urn in resources}
    for resource in resources.values():
        for urn in {*resource.dependencies, *(urn for urns in resource.property_dependencies.values() for urn in urns)}:
            if urn in users:
                users[urn].append(resource.urn)
    done: dict[str, TimelineStep] = {}
    for urn, resource in reversed(resources.items()):
        after = _last(done.get(user) for user in users[urn]) or last
        start = after.end if after and after is not last else begin
        done[urn] = TimelineStep(
            resource=resource, act="delete", begin=start, seconds=seconds(resource, "delete"), waits_for=after
        )
    return list(done.values())


def _last(steps: Iterable[TimelineStep | None]) -> TimelineStep | None:
    return max((step for step in steps if step), key=lambda step: step.end, default=None)
