"""What the models expect at a place of the stack file."""

from __future__ import annotations

import typing
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from types import UnionType
from typing import Annotated, Literal, Union

from pydantic.fields import FieldInfo

from settings.model import Section, Settings
from settings.model.section import Renamed
from settings.problems import Place


def fields(model: type[Section]) -> Iterator[tuple[str, FieldInfo]]:
    """Return a section's settings by the name they have in the file."""
    yield from _by_name(model).items()


@cache
def _by_name(model: type[Section]) -> Mapping[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def former(info: FieldInfo) -> Renamed | None:
    """Return the name that a setting had, if it was renamed."""
    return next((each for each in info.metadata if isinstance(each, Renamed)), None)


def todays(model: type[Section], name: str) -> str:
    """Return today's name of a setting that the file may call by its former name."""
    known = _by_name(model)
    return name if name in known else next((n for n, i in known.items() if (f := former(i)) and f.former == name), name)


def annotation_at(place: Place) -> object:
    """Return the type that is expected at a place, or None where nothing is."""
    annotation: object = Settings
    for part in place:
        annotation = step(annotation, part)
    return annotation


def field_at(place: Place) -> FieldInfo | None:
    """Return the setting at a place, or None where the place is a key of a mapping or an element of a list."""
    if not place:
        return None
    model = section(annotation_at(place[:-1]))
    return _by_name(model).get(str(place[-1])) if model else None


def step(annotation: object, part: str | int) -> object:
    """Return the type of a setting, a mapping's value or a list's element."""
    return _step(annotation, part)


@lru_cache(maxsize=1024)
def _step(annotation: Hashable, part: str | int) -> object:
    if model := section(annotation):
        info = _by_name(model).get(todays(model, str(part)))
        return info.annotation if info else None
    arguments = typing.get_args(plain(annotation))
    return arguments[-1] if arguments and (is_mapping(annotation) or is_list(annotation)) else None


def section(annotation: object) -> type[Section] | None:
    """Return the section that a type stands for, if it does."""
    inner = plain(annotation)
    return inner if isinstance(inner, type) and issubclass(inner, Section) else None


def is_mapping(annotation: object) -> bool:
    """Tell whether a type is a mapping with keys of one's own choice."""
    return typing.get_origin(plain(annotation)) is Mapping


def is_list(annotation: object) -> bool:
    """Tell whether a type is a list."""
    return typing.get_origin(plain(annotation)) is Sequence


def is_text(annotation: object) -> bool:
    """Tell whether a type is text, free or one of several words."""
    inner = plain(annotation)
    return inner is str or typing.get_origin(inner) is Literal


def is_optional(annotation: object) -> bool:
    """Tell whether nothing at all is a value of the type."""
    if typing.get_origin(annotation) is Annotated:
        return is_optional(typing.get_args(annotation)[0])
    return type(None) in typing.get_args(annotation)


def choices(annotation: object) -> Sequence[object]:
    """Return the values of a type that has few: true and false, or fixed words or numbers; none of another type."""
    inner = plain(annotation)
    if typing.get_origin(inner) is Literal:
        return typing.get_args(inner)
    return (True, False) if inner is bool else ()


def example(info: FieldInfo) -> object | None:
    """Return a value that the setting may have: the model's example, else the first of its `choices` that is not the default; None without either."""
    if info.examples:
        return typing.cast(object, info.examples[0])
    return next((choice for choice in choices(info.annotation) if choice != info.default), None)


@cache
def plain(annotation: Hashable) -> object:
    """Take off Annotated and `| None`."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return plain(arguments[0])
    some = [part for part in arguments if part is not type(None)]
    if origin in (Union, UnionType) and len(some) == 1:
        return plain(some[0])
    return annotation


def metadata(annotation: object) -> Sequence[object]:
    """Return the rules that stand in an Annotated, also inside `| None`."""
    found: list[object] = []
    if typing.get_origin(annotation) is Annotated:
        for rule in typing.get_args(annotation)[1:]:
            found += rule.metadata if isinstance(rule, FieldInfo) else [rule]
    if typing.get_origin(annotation) in (Annotated, Union, UnionType):
        for part in typing.get_args(annotation)[: 1 if typing.get_origin(annotation) is Annotated else None]:
            found += metadata(part)
    return found
