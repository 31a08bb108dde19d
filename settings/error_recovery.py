"""Settings in spite of errors: what cannot be read is left out or stood in for, so that all the rest is checked in the same run."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from settings import messages, schema_lookup
from settings.model import Settings
from settings.problems import Problem

_ROUNDS = 20
_MOST_TOLD = 200


class Unreadable:
    """The places that could not be read, by the positions that lists have in the file."""

    def __init__(self, places: Iterable[Sequence[str | int]] = ()) -> None:
        self._places: set[tuple[str | int, ...]] = set()
        self._around: set[tuple[str | int, ...]] = set()
        self._taken: dict[tuple[str | int, ...], set[int]] = defaultdict(set)
        for place in places:
            self.add(place)

    def add(self, place: Sequence[str | int]) -> None:
        """Add a place."""
        self._places.add(tuple(place))
        self._around.update(tuple(place[:length]) for length in range(len(place)))

    def take(self, place: Sequence[str | int]) -> None:
        """Add an element that is taken out of its list, so that those behind it move up."""
        self.add(place)
        *around, last = place
        if isinstance(last, int):
            self._taken[tuple(around)].add(last)

    def in_file(self, place: Sequence[str | int]) -> tuple[str | int, ...]:
        """Return where a place was before elements were taken out."""
        found: tuple[str | int, ...] = ()
        for part in place:
            here = part
            if isinstance(here, int):
                for gone in sorted(self._taken[found]) if found in self._taken else ():
                    here += gone <= here
            found = (*found, here)
        return found

    def covers(self, place: Sequence[str | int]) -> bool:
        """Tell whether a place, or what it is in, could not be read; for one that ends in `*` also whether something in it could not."""
        whole = place[-1:] == ("*",)
        here = tuple(place[:-1]) if whole else tuple(place)
        return (whole and here in self._around) or any(here[:length] in self._places for length in range(len(here) + 1))

    def evaluated(self, problem: Problem) -> Problem | None:
        """Return a problem between the settings as it was in the file, or None where it was judged by what could not be read."""
        place, about = self.in_file(problem.place), [self.in_file(other) for other in problem.about]
        if any(self.covers(other) for other in (place, *about)):
            return None
        return replace(problem, place=place, about=about)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What could be read."""

    settings: Settings | None
    """The settings, with defaults and examples in the unreadable places; None where there is no way to make any."""
    problems: Sequence[Problem]
    """What is wrong with single settings."""
    unreadable: Unreadable


def read(data: Mapping[str, object], lost: Iterable[Sequence[str | int]] = ()) -> Reading:
    """Read decoded configuration.

    Args:
        data: Values by section; the `aws:` keys are one of them.
        lost: Places that were left out already because they could not be decoded.
    """
    unreadable = Unreadable(lost)
    try:
        return Reading(settings=Settings.model_validate(data), problems=(), unreadable=unreadable)
    except ValidationError as error:
        details = _relevant(data, error.errors(include_url=False), unreadable)
    problems = [messages.problem(detail) for detail in details[:_MOST_TOLD]]
    if more := len(details) - len(problems):
        problems.append(Problem(place=(), message=f"{more} more settings are wrong; correct these first"))
    return Reading(settings=_repaired(data, details, unreadable), problems=problems, unreadable=unreadable)


def _relevant(data: object, details: Sequence[ErrorDetails], unreadable: Unreadable) -> list[ErrorDetails]:
    """Leave out settings that are missing only because they were misspelt or could not be decoded."""
    for detail in details[:_MOST_TOLD]:
        if detail["type"] == "extra_forbidden":
            place = messages.place_of(detail)
            meant, beside = messages.suggestion(place), _at(data, place[:-1])
            if meant and isinstance(beside, dict) and meant not in beside:
                unreadable.add((*place[:-1], meant))
    return [d for d in details if not (d["type"] == "missing" and unreadable.covers(messages.place_of(d)))]


def _repaired(data: Mapping[str, object], details: Sequence[ErrorDetails], unreadable: Unreadable) -> Settings | None:
    rest = copy.deepcopy(dict(data))
    for _ in range(_ROUNDS):
        elements: list[Sequence[str | int]] = []
        for detail in details:
            place = messages.place_of(detail)
            if detail["type"] != "extra_forbidden":
                unreadable.add(unreadable.in_file(place))
            holder = _at(rest, place[:-1])
            if isinstance(holder, list):
                elements.append(place)
            elif isinstance(holder, dict):
                holder.pop(place[-1], None)
                if detail["type"] == "missing":
                    holder[place[-1]] = _stand_in(place)
        _take_out(rest, elements, unreadable)
        try:
            return Settings.model_validate(rest)
        except ValidationError as error:
            details = error.errors(include_url=False)
    return None


def _take_out(rest: object, elements: Sequence[Sequence[str | int]], unreadable: Unreadable) -> None:
    """Take elements out of their lists, the inner lists and the last elements first: the places of the others stay right."""
    for place in sorted({tuple(place) for place in elements}, key=lambda p: (len(p), p[-1]), reverse=True):
        holder, last = _at(rest, place[:-1]), place[-1]
        if isinstance(holder, list) and isinstance(last, int) and last < len(holder):
            unreadable.take(unreadable.in_file(place))
            del holder[last]


def _at(data: object, place: Sequence[str | int]) -> object:
    for part in place:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int):
            data = data[part] if part < len(data) else None
        else:
            return None
    return data


def _stand_in(place: Sequence[str | int]) -> object:
    field = schema_lookup.field_at(place)
    return copy.deepcopy(field.examples[0]) if field is not None and field.examples else {}
