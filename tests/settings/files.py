"""Stack files for tests: the shipped ones as the loader reads them, and small changes of one that is valid."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import settings
from preview import project, stackfile, yaml

ROOT = Path(__file__).parents[2]
SHIPPED = sorted([*ROOT.glob("Pulumi.*.yaml"), *ROOT.glob("examples/*/Pulumi.*.yaml")])
GONE = object()


def config(path: Path = ROOT / "Pulumi.prod.yaml") -> dict[str, Any]:
    """Return a stack file's configuration, parsed."""
    return copy.deepcopy(dict(_read(path).config))


@cache
def _read(path: Path) -> stackfile.StackFile:
    return stackfile.read(path)


def as_engine(values: Mapping[str, object]) -> dict[str, str]:
    """Return configuration as the engine hands it over, with the defaults of Pulumi.yaml."""
    return _project().values(values)


@cache
def _project() -> project.Project:
    return project.read(ROOT)


def changed(changes: Mapping[str, object]) -> dict[str, Any]:
    """Return the reference application's configuration with changes by place, such as `slipway:services.api.cpu`."""
    values = config()
    for place, value in changes.items():
        holder: Any = values
        *around, last = place.split(".") if "|" not in place else place.split("|")
        for part in around:
            holder = holder[int(part)] if isinstance(holder, list) else holder.setdefault(part, {})
        if value is GONE:
            del holder[last]
        elif isinstance(holder, list):
            holder[int(last)] = value
        else:
            holder[last] = copy.deepcopy(value)
    return values


def mistakes(values: Mapping[str, object]) -> list[str]:
    """Return what is wrong with a configuration, a line a mistake; none where it is valid."""
    try:
        settings.parse(values, "test")
    except settings.InvalidSettings as error:
        first, *lines = str(error).splitlines()
        assert first == f"The stack file of test has {len(lines)} error{'s' * (len(lines) != 1)}:"
        assert all(line.startswith("  - ") for line in lines)
        return [line.removeprefix("  - ") for line in lines]
    return []


def places(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Return the places of all values inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield (*place, key)
        yield from places(part, (*place, key))


def replaced(values: Mapping[str, object], place: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """Return a configuration with another value at a place."""
    result: Any = copy.deepcopy(dict(values))
    holder = result
    for part in place[:-1]:
        holder = holder[part]
    holder[place[-1]] = value
    return dict(result)


def document(path: Path) -> Any:
    """Return a YAML file's content."""
    return yaml.load(path.read_text(encoding="utf-8"))
