"""Settings that the file calls by a former name: read as today's, told of, and refused beside today's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from settings import schema_lookup
from settings.model import Settings
from settings.problems import Place, Problem, path, shown


@dataclass(kw_only=True, slots=True)
class ResolvedNames:
    """Decoded configuration by today's names, and what the file has instead."""

    data: dict[str, object] = field(default_factory=dict)
    """Values by section, each setting by today's name."""
    problems: list[Problem] = field(default_factory=list)
    """Settings that the file gives by both names, at the former one."""
    warnings: list[Problem] = field(default_factory=list)
    """Settings that the file gives by the former name."""
    _former: dict[tuple[str | int, ...], str] = field(default_factory=dict)
    _today: dict[tuple[str | int, ...], str] = field(default_factory=dict)

    def as_in_file(self, problem: Problem) -> Problem:
        """Return a problem at the place that the file has."""
        return replace(problem, place=_translated(problem.place, self._former))

    def today(self, place: Place) -> Place:
        """Return a place of the file by today's names."""
        return _translated(place, self._today)

    def add(self, value: object, annotation: object, here: Place, there: Place) -> object:
        """Return a value by today's names, and note what was renamed.

        Args:
            value: as the file has it.
            annotation: the type that is expected there.
            here: its place by today's names.
            there: its place in the file.
        """
        if isinstance(value, list):
            inner = schema_lookup.step(annotation, 0)
            return [self.add(part, inner, (*here, at), (*there, at)) for at, part in enumerate(value)]
        if not isinstance(value, dict):
            return value
        section, found = schema_lookup.section(annotation), {}
        for name, part in value.items():
            today = schema_lookup.todays(section, name) if section else name
            if today != name and not self._renamed(part, (*here, today), (*there, name), both=today in value):
                continue
            found[today] = self.add(part, schema_lookup.step(annotation, today), (*here, today), (*there, name))
        return found

    def _renamed(self, value: object, here: Place, there: Place, *, both: bool) -> bool:
        """Note a setting's former name; tell whether it counts."""
        info = schema_lookup.field_at(here)
        former = schema_lookup.former(info) if info else None
        if former is None:
            return True
        if both:
            self.problems.append(
                Problem(place=there, message=f"is the former name of {path(here)}, which is given too")
            )
            return False
        self._former[tuple(here)] = former.former
        self._today[tuple(there)] = str(here[-1])
        self.warnings.append(
            Problem(
                place=there,
                message=f"is called {path(here)} since version {former.since}: rename it ({shown(value)} is given)",
            )
        )
        return True


def resolve(data: Mapping[str, object]) -> ResolvedNames:
    """Return decoded configuration by today's names."""
    names = ResolvedNames()
    found = names.add(dict(data), Settings, (), ())
    names.data = found if isinstance(found, dict) else {}
    return names


def _translated(place: Place, names: Mapping[tuple[str | int, ...], str]) -> Place:
    return tuple(names.get(tuple(place[: at + 1]), part) for at, part in enumerate(place))
