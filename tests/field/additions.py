"""Settings that a stack file does not have yet, with values that each of them takes by itself."""

from __future__ import annotations

import copy
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from pydantic.fields import FieldInfo

from preview import yaml
from settings import messages, schema_lookup
from settings.described import describe, sections
from settings.model import Provider, Settings
from settings.model.section import Section
from settings.rules import Rule, Shown
from tests.settings.files import SHIPPED, config

Setting = tuple[type[Section], str]
"""A section, and the name of one of its settings in the file."""
_SUCH_AS: Final = re.compile(r"such as (?:`(?P<quoted>[^`]+)`|(?P<bare>\S+))", re.IGNORECASE)
_DEEPEST: Final = 3
_ALSO: Final = 0.3
"""How probably a new section has a setting that it may do without."""


def every() -> set[Setting]:
    """Return all settings that there are."""
    return {(model, name) for model in sections() for name, _ in schema_lookup.fields(model) if name != "aws"}


def present(values: Mapping[str, Any]) -> set[Setting]:
    """Return the settings that a file has."""
    return {
        (model, name) for model, _, held in _found(values) for name, _ in schema_lookup.fields(model) if name in held
    }


def add(values: dict[str, Any], chance: random.Random) -> str:
    """Add a setting that the file lacks, each with the same probability; return its place, or nothing where the sections it has lack none."""
    lacking: dict[tuple[str, str], list[tuple[type[Section], Any]]] = defaultdict(list)
    for model, place, _ in _found(values):
        for name, _ in schema_lookup.fields(model):
            holder, key = (values, _top(model, name)) if not place else (_at(values, place), name)
            if name != "aws" and key not in holder:
                lacking[model.__name__, name].append((model, place))
    if not lacking:
        return ""
    (_, name), places = chance.choice(sorted(lacking.items(), key=lambda item: item[0]))
    model, place = chance.choice(places)
    holder, key = (values, _top(model, name)) if not place else (_at(values, place), name)
    holder[key] = _value(model, name, chance, 0)
    return ".".join(map(str, (*place, key)))


def _top(model: type[Section], name: str) -> str:
    return f"{'aws' if model is Provider else 'slipway'}:{name}"


def _at(values: Any, place: Sequence[str | int]) -> Any:
    for part in place:
        values = values[part]
    return values


def _found(values: Mapping[str, Any]) -> Iterator[tuple[type[Section], tuple[str | int, ...], Mapping[str, Any]]]:
    """Yield each section that a file has, its place (none at the top), and what it holds by the settings' names."""
    for model in (Settings, Provider):
        prefix = _top(model, "")
        held = {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}
        yield model, (), held
        for name, value in held.items():
            yield from _inside(schema_lookup.step(model, name), value, (f"{prefix}{name}",))


def _inside(
    annotation: object, value: object, place: tuple[str | int, ...]
) -> Iterator[tuple[type[Section], tuple[str | int, ...], Mapping[str, Any]]]:
    model = schema_lookup.section(annotation)
    if isinstance(value, dict):
        if model:
            yield model, place, value
        for key, item in value.items():
            yield from _inside(schema_lookup.step(annotation, key) if annotation else None, item, (*place, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _inside(schema_lookup.step(annotation, number) if annotation else None, item, (*place, number))


def _value(model: type[Section], name: str, chance: random.Random, depth: int) -> object:
    info = dict(schema_lookup.fields(model))[name]
    known = _known()[model, name]
    made = _made(info.annotation, chance, depth)
    options = [*known, *([made] if made is not None else ())]
    return copy.deepcopy(chance.choice(options)) if options else "x"


def _made(annotation: object, chance: random.Random, depth: int) -> object:
    """Return a value of sections; None where there is none in it."""
    if model := schema_lookup.section(annotation):
        return {
            name: _value(model, name, chance, depth + 1)
            for name, info in schema_lookup.fields(model)
            if info.is_required() or (depth < _DEEPEST and chance.random() < _ALSO)
        }
    if schema_lookup.is_mapping(annotation) or schema_lookup.is_list(annotation):
        inner = _made(schema_lookup.step(annotation, 0), chance, depth)
        if inner is not None:
            return {"more": inner} if schema_lookup.is_mapping(annotation) else [inner]
    return None


@cache
def _known() -> Mapping[Setting, Sequence[object]]:
    """Return what shipped files have for each setting, its example, its bounds and its choices."""
    describe()
    found: dict[Setting, list[object]] = defaultdict(list)
    for path in SHIPPED:
        for model, _, held in _found(config(path)):
            for name, value in held.items():
                found[model, name].append(value)
    for model, name in every():
        found[model, name] += _said(dict(schema_lookup.fields(model))[name])
    return {setting: _different(found[setting]) for setting in every()}


def _different(values: Sequence[object]) -> Sequence[object]:
    # Nothing would keep what is inside from being added.
    return list({repr(value): value for value in values if value not in ({}, [])}.values())


def _said(info: FieldInfo) -> Iterator[object]:
    """Yield what the reference says of a setting's values."""
    yield from info.examples or ()
    yield from schema_lookup.choices(info.annotation)
    yield from (bound for bound in messages.bounds(info) if bound is not None)
    rules = [
        rule for rule in (*info.metadata, *schema_lookup.metadata(info.annotation)) if isinstance(rule, Rule | Shown)
    ]
    for rule in rules:
        listed = rule.schema.get("enum")
        yield from listed if isinstance(listed, list) else ()
    texts = (info.description or "", *(rule.words for rule in rules if isinstance(rule, Rule)))
    for found in _SUCH_AS.finditer(" ".join(texts)):
        text = (found["quoted"] or found["bare"].rstrip(".,:;)")).replace("\n", " ")
        if schema_lookup.is_text(info.annotation):
            yield text
        elif found["quoted"] and not schema_lookup.section(info.annotation):
            yield yaml.load(text)
