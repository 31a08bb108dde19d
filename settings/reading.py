"""From the configuration of a stack to `Settings`, or to a list of everything that is wrong with it."""

from __future__ import annotations

import difflib
import json
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import annotated_types
import pulumi
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

import limits
from settings import checks
from settings.model import OPTIONAL_SECTIONS, Settings
from settings.problems import Problem, path, report, shown

_TEXT_KEYS = frozenset({"app", "environment", "ownerId", "region", "profile", "accessKey", "secretKey"})
_OTHER_NAMESPACES = frozenset({"pulumi", "awsx", "random", "docker", "docker-build"})
_STAND_INS: Mapping[str, object] = {
    "app": "app",
    "environment": "production",
    "network": {"zones": ["us-east-1a", "us-east-1b"]},
    "aws": {"region": "us-east-1"},
}


class InvalidSettings(pulumi.RunError):
    """The stack file has mistakes; the text lists all of them. Pulumi prints it without a stack trace."""

    def __init__(self, stack: str, problems: Sequence[Problem]) -> None:
        super().__init__(report(stack, problems))
        self.problems = problems


def load() -> Settings:
    """Return the settings of the running stack, after warning of what is legal but unwise.

    Raises:
        InvalidSettings: with every mistake of the stack file.
    """
    settings = parse({**get_config_env(), **CONFIG.get()}, pulumi.get_stack())
    for warning in checks.warnings(settings):
        pulumi.warn(str(warning))
    return settings


def parse(config: Mapping[str, object], stack: str) -> Settings:
    """Return the settings in a stack's configuration.

    Args:
        config: Values by full key, such as `slipway:app`, as the engine hands them over (objects as JSON) or as the file has them.
        stack: The stack's name, for the report.

    Raises:
        InvalidSettings: with every mistake.
    """
    data, problems = _decode(config)
    try:
        settings = _validate(data)
    except ValidationError as error:
        details = _ordered(error.errors(include_url=False))
        problems += [_problem(detail) for detail in details]
        settings, unreadable = _readable_part(data, details)
        problems += [problem for problem in checks.problems(settings) if not problem.touches(unreadable)]
    else:
        problems += checks.problems(settings)
    if problems:
        raise InvalidSettings(stack, problems)
    return settings


def _decode(config: Mapping[str, object]) -> tuple[dict[str, object], list[Problem]]:
    """Sort the keys by namespace and decode objects, which the engine hands over as JSON."""
    data: dict[str, object] = {}
    provider: dict[str, object] = {}
    problems = []
    for key, value in config.items():
        namespace, _, name = key.partition(":")
        if namespace == "slipway":
            decoded = _decoded(name, value)
            if not _switched_off(name, decoded):
                data[name] = decoded
        elif namespace == "aws":
            provider[name] = _decoded(name, value)
        elif namespace not in _OTHER_NAMESPACES:
            known = ["slipway", "aws", *sorted(_OTHER_NAMESPACES)]
            hint = _did_you_mean(namespace, known)
            problems.append(
                Problem(path=key, message=f"unknown namespace {namespace!r}{hint}; allowed: {limits.listed(known)}")
            )
    data["aws"] = provider
    return data, problems


def _switched_off(name: str, value: object) -> bool:
    """Tell whether an optional section says `enabled: false`, and take a needless `enabled: true` away.

    Pulumi.yaml declares that as their default: the engine asks for every declared key that has none.
    """
    if name in OPTIONAL_SECTIONS and isinstance(value, dict) and isinstance(value.get("enabled"), bool):
        return not value.pop("enabled")
    return name == "ownerId" and value == ""


def _decoded(name: str, value: object) -> object:
    if not isinstance(value, str) or name in _TEXT_KEYS:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _validate(data: Mapping[str, object]) -> Settings:
    # JSON mode: strict about types, yet lists may become tuples.
    return Settings.model_validate_json(json.dumps(data, default=str))


def _ordered(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    sections = [field.alias or name for name, field in Settings.model_fields.items()]
    return sorted(
        details, key=lambda d: sections.index(str(d["loc"][0])) if d["loc"] and d["loc"][0] in sections else -1
    )


def _readable_part(
    data: Mapping[str, object], details: Sequence[ErrorDetails]
) -> tuple[Settings, list[Sequence[str | int]]]:
    """Return settings without the parts in error, and the places that were taken out."""
    rest: dict[str, object] = json.loads(json.dumps(data, default=str))
    unreadable: list[Sequence[str | int]] = []
    while True:
        for detail in details:
            place = _place(detail["loc"])
            if detail["type"] == "missing":
                place = place[:-1] or place
            if detail["type"] != "extra_forbidden":
                unreadable.append(place)
            _remove(rest, place)
        for section, stand_in in _STAND_INS.items():
            if not rest.get(section):
                rest[section] = stand_in
                unreadable.append([section])
        try:
            return _validate(rest), unreadable
        except ValidationError as error:
            details = error.errors(include_url=False)


def _remove(data: object, place: Sequence[str | int]) -> None:
    for part in place[:-1]:
        data = data[part]  # type: ignore[index] # `_place` walked the same way
    last = place[-1]
    if isinstance(data, dict):
        data.pop(last, None)
    elif isinstance(data, list) and isinstance(last, int) and last < len(data):
        # Positions of later errors stay valid: the element becomes null, which a later round removes with its list.
        if data[last] is None:
            data.clear()
        else:
            data[last] = None


def _place(loc: Sequence[str | int]) -> list[str | int]:
    """Return the place in the file of an error's location: pydantic marks the keys of mappings."""
    return [part for part in loc if part != "[key]"]


def _problem(detail: ErrorDetails) -> Problem:
    place = _place(detail["loc"])
    return Problem(path=path(place), message=_message(detail, place))


def _message(detail: ErrorDetails, place: Sequence[str | int]) -> str:  # noqa: C901, PLR0911, PLR0912 - one branch a kind of error
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    field = _field(place)
    what = f" ({field.description.splitlines()[0].rstrip('.')})" if field is not None and field.description else ""
    text = shown(place, value)
    match kind:
        case "missing":
            return f"missing{what}"
        case "extra_forbidden":
            known = _keys(place[:-1])
            if place[-1] == "defaultTags":
                return "not used: the program sets the provider's default tags; use slipway:tags"
            return f"unknown setting{_did_you_mean(str(place[-1]), known)}; allowed: {limits.listed(known)}"
        case "literal_error":
            allowed = str(context["expected"]).replace("'", "")
            hint = _did_you_mean(str(value), allowed.replace(" or ", ", ").split(", "))
            return f"{text} is not allowed{hint}; allowed: {allowed}"
        case "limit" | "value_error":
            problem = str(context.get("problem", context.get("error", detail["msg"])))
            return problem if "not shown" not in text else f"{text} is not a name that is allowed here"
        case "string_type":
            return f"{text} must be text" + ("; put it in quotes" if isinstance(value, (int, float)) else "")
        case "int_type" | "int_from_float":
            return (
                f"{text} must be a whole number"
                + (" without quotes" if isinstance(value, str) and value.strip().isdigit() else "")
                + what
            )
        case "bool_type":
            return f"{text} must be true or false"
        case "model_type" | "dict_type" | "mapping_type" | "model_attributes_type":
            return f"{text} must be a mapping of settings{what}"
        case "list_type" | "tuple_type" | "sequence_type" | "sequence_str" | "is_instance_of":
            return f"{text} must be a list{what}"
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            return f"{text} is outside {_bounds(field)}{what}"
        case "string_too_long" | "string_too_short":
            most = context.get("max_length")
            return f"{text} has {len(str(value))} characters; {f'at most {most}' if most else 'at least ' + str(context['min_length'])} are allowed"
        case "too_long" | "too_short":
            bound = f"at most {context['max_length']}" if kind == "too_long" else f"at least {context['min_length']}"
            return f"{context['actual_length']} given; {bound} allowed"
        case "string_pattern_mismatch":
            return f"{text} has not the form {context['pattern']}{what}"
    return f"{text}: {detail['msg']}{what}"


def _bounds(field: FieldInfo | None) -> str:
    low: object = None
    high: object = None
    for rule in field.metadata if field is not None else ():
        low = rule.ge if isinstance(rule, annotated_types.Ge) else low
        high = rule.le if isinstance(rule, annotated_types.Le) else high
    if low is None and field is not None:
        for part in typing.get_args(field.annotation):
            for rule in getattr(part, "__metadata__", ()):
                for inner in getattr(rule, "metadata", ()):
                    low = inner.ge if isinstance(inner, annotated_types.Ge) else low
                    high = inner.le if isinstance(inner, annotated_types.Le) else high
    if high is None:
        return f"what is allowed, at least {low}"
    return f"{low} to {high}"


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word.lower(), [name.lower() for name in known], n=1, cutoff=0.6)
    return f"; did you mean {next(name for name in known if name.lower() == close[0])}?" if close else ""


def _keys(place: Sequence[str | int]) -> Sequence[str]:
    """Return the names that a section allows."""
    if place == ["aws"]:
        return [field.alias or name for name, field in _model(place).model_fields.items()]
    return [field.alias or name for name, field in _model(place).model_fields.items() if name != "aws" or place]


def _model(place: Sequence[str | int]) -> type[BaseModel]:
    """Return the model at a place that is known to hold one."""
    annotation: object = Settings
    for part in place:
        annotation = _step(annotation, part)
    models = list(_models(annotation))
    return models[0] if models else Settings


def _field(place: Sequence[str | int]) -> FieldInfo | None:
    """Return the field at a place, or None inside lists and maps of names."""
    annotation: object = Settings
    found: FieldInfo | None = None
    for part in place:
        found = next(
            (f for m in _models(annotation) for n, f in m.model_fields.items() if (f.alias or n) == part), None
        )
        annotation = _step(annotation, part)
    return found


def _step(annotation: object, part: str | int) -> object:
    for model in _models(annotation):
        for name, field in model.model_fields.items():
            if (field.alias or name) == part:
                return field.annotation
    inner = _unwrapped(annotation)
    arguments = typing.get_args(inner)
    return arguments[-1] if arguments else None


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    inner = _unwrapped(annotation)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        yield inner


def _unwrapped(annotation: object) -> object:
    """Take off Annotated and `| None`."""
    if typing.get_origin(annotation) is Annotated:
        return _unwrapped(typing.get_args(annotation)[0])
    some = [part for part in typing.get_args(annotation) if part is not type(None)]
    if type(None) in typing.get_args(annotation) and len(some) == 1:
        return _unwrapped(some[0])
    return annotation
