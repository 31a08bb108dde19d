"""Rules for one value: what a person is told, and what of it an editor can check."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

import limits

T = TypeVar("T", str, int)


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """A check of a value, for use in `Annotated`."""

    problem: Callable[[T], str | None]
    """Returns what is wrong with a value, and what is allowed, or None."""
    schema: Mapping[str, object] = field(default_factory=dict, hash=False)
    """The same as far as JSON Schema can say it."""
    words: str = ""
    """What is allowed, in words for the reference, where a list of values does not say it."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check after the value's type."""

        def validate(value: T) -> T:
            if problem := self.problem(value):
                raise PydanticCustomError("limit", "{problem}", {"problem": problem})
            return value

        return core_schema.no_info_after_validator_function(validate, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add what editors can check."""
        return {**handler(core), **self.schema}


@dataclass(frozen=True, slots=True)
class Shown:
    """What an editor can check of a value that is judged together with others, for use in `Annotated`."""

    schema: Mapping[str, object] = field(hash=False)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add it."""
        return {**handler(core), **self.schema}


def form(pattern: str, words: str) -> Rule[str]:
    """Text of a form: `pattern` for the whole of it, `words` to follow "is not"."""
    expression = re.compile(pattern)
    return checked(
        lambda value: None if expression.fullmatch(value) else f"{limits.short(value)} is not {words}", pattern, words
    )


def checked(problem: Callable[[str], str | None], pattern: str, words: str) -> Rule[str]:
    """Text that a check of its own judges: `pattern` is as much of it as editors see, `words` what is allowed."""
    return Rule(problem, {"pattern": f"^(?:{pattern})$"}, words)


def one_of(allowed: Sequence[int], words: str) -> Rule[int]:
    """One of several numbers; `words` follow "is not"."""
    return Rule(
        lambda value: None if value in allowed else f"{value} is not {words}; allowed: {limits.listed(allowed)}",
        {"enum": list(allowed)},
    )
