"""What is told of a value that does not fit its setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import annotated_types
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

import limits
from policy.common import credentials
from settings import schema_lookup
from settings.described import describe
from settings.problems import HIDDEN, Problem, shown

_CREDENTIALS: Final = ("accessKey", "secretKey", "https")
_KINDS: Final = {
    "string_type": "text",
    "string_unicode": "text of valid characters",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "model_type": "a mapping of settings",
    "model_attributes_type": "a mapping of settings",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "list_type": "a list",
    "is_instance_of": "a list",
    "sequence_str": "a list",
}
"""What a value must be, by pydantic's name of the error."""


def problem(detail: ErrorDetails) -> Problem:
    """Return an error of pydantic's as a mistake in the stack file."""
    place = place_of(detail)
    return Problem(place=place, message=_message(detail, place))


def place_of(detail: ErrorDetails) -> Sequence[str | int]:
    """Return where an error is. Pydantic marks an error in a mapping's key by a last part `[key]`, which may be a key itself."""
    loc = detail["loc"]
    about_key = loc[-1:] == ("[key]",) and detail["type"] not in ("extra_forbidden", "missing")
    return loc[:-1] if about_key and detail["input"] == loc[-2] else loc


def suggestion(place: Sequence[str | int]) -> str | None:
    """Return the name of the setting that an unknown one was probably meant to be."""
    hint = limits.meant(str(place[-1]), names(place[:-1]))
    return hint.removeprefix("; did you mean ").removesuffix("?") or None


def names(place: Sequence[str | int]) -> Sequence[str]:
    """Return the settings of the section at a place."""
    model = schema_lookup.section(schema_lookup.annotation_at(place))
    return [name for name, _ in schema_lookup.fields(model) if place or name != "aws"] if model else ()


def _message(detail: ErrorDetails, place: Sequence[str | int]) -> str:  # noqa: PLR0911 - one branch a kind of error
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    describe()
    field = schema_lookup.field_at(place)
    what = f" ({' '.join(field.description.split()).split('. ')[0].rstrip('.')})" if field and field.description else ""
    text = HIDDEN if _hidden(place, value, field) else shown(value)
    if kind in _KINDS:
        return f"{text} must be {_KINDS[kind]}{_quotes(kind, value)}{what}"
    match kind:
        case "missing":
            return f"missing{what}"
        case "extra_forbidden":
            return _unknown(place)
        case "literal_error":
            allowed = str(context["expected"]).replace("'", "")
            hint = _meant(value, allowed.replace(" or ", ", ").split(", ")) if isinstance(value, str) else ""
            return f"{text} is not allowed{hint}; allowed: {allowed}"
        case "limit":
            told = str(context["problem"])
            return told.replace(repr(value), HIDDEN).replace(str(value), HIDDEN) if text == HIDDEN else told
        case "greater_than_equal" | "less_than_equal":
            return f"{text} is outside {_bounds(field)}{what}"
        case "string_too_short":
            return f"{text} is too short; at least {context['min_length']} characters are needed{what}"
        case "too_long" | "too_short":
            bound = f"at most {context['max_length']}" if kind == "too_long" else f"at least {context['min_length']}"
            return f"{len(value)} given; {bound} allowed{what}"
    return f"{text} is not allowed: {detail['msg']}{what}"


_CALLED: Final = {
    **dict.fromkeys(("db", "rds", "postgres", "postgresql", "mysql", "sql"), "database"),
    **dict.fromkeys(("redis", "valkey", "elasticache", "memcached"), "cache"),
    **dict.fromkeys(("s3", "bucket", "storage", "uploads"), "media"),
}
"""What people call parts of a stack elsewhere."""


_SERVICES_ALONE: Final = ("deployment", "health", "healthCheck", "port", "route", "scaling", "smoke", "tasks")
"""What only makes sense for what keeps running."""


def _meant(word: str, known: Sequence[str]) -> str:
    called = _CALLED.get(word.lower())
    return f"; did you mean {called}?" if called in known else limits.meant(word, known)


def _unknown(place: Sequence[str | int]) -> str:
    if tuple(place) == ("aws", "defaultTags"):
        return "not used: the program sets the provider's default tags; use slipway:tags"
    if place[0] == "jobs" and place[-1] in names(["services", "*"]):
        if place[-1] in ("calls", "internal"):
            return "ECS connects services alone: a job reaches another one by its address at a load balancer, or sends it messages by a queue; take it out"
        if place[-1] in _SERVICES_ALONE:
            return "goes with services alone: a job answers no requests, and ends by itself; take it out"
        return "a job has that of the service it names: set it there, or give the job a service of its own with tasks: {count: 0}"
    known = names(place[:-1])
    return f"unknown setting{limits.meant(str(place[-1]), known)}; allowed: {limits.listed(known)}"


def _hidden(place: Sequence[str | int], value: object, field: FieldInfo | None) -> bool:
    """Tell whether a value could be a secret by where it stands."""
    if value is None or isinstance(value, dict | list | bool):
        return False
    name = place[-1] if place else ""
    if place[:1] == ("secrets",) and isinstance(value, str):
        return True
    if field is None:
        return (
            isinstance(name, str)
            and name != value
            and (
                "secrets" in place or credentials.names_secret(name) or bool(credentials.looks_secret(name, str(value)))
            )
        )
    return name in _CREDENTIALS


def _quotes(kind: str, value: object) -> str:
    if kind == "string_type" and isinstance(value, int | float):
        return "; put it in quotes"
    if kind == "int_type" and isinstance(value, str) and value.strip().isdecimal():
        return " without quotes"
    if kind == "bool_type" and isinstance(value, str) and value.lower() in ("true", "false", "yes", "no", "on", "off"):
        return " without quotes"
    return ""


def bounds(field: FieldInfo) -> tuple[object, object]:
    """Return the least and the greatest number that a setting takes, None where there is no bound."""
    low: object = None
    high: object = None
    for rule in [*field.metadata, *schema_lookup.metadata(field.annotation)]:
        low = rule.ge if isinstance(rule, annotated_types.Ge) else low
        high = rule.le if isinstance(rule, annotated_types.Le) else high
    return low, high


def _bounds(field: FieldInfo | None) -> str:
    low, high = bounds(field) if field is not None else (None, None)
    return f"what is allowed, at least {low}" if high is None else f"{low} to {high}"
