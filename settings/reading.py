"""From the configuration of a stack to `Settings`, or to a list of everything that is wrong with it."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import pulumi

import limits
from compat import core
from settings import checks, former_names, schema_lookup
from settings.error_recovery import read
from settings.model import OPTIONAL_SECTIONS, Settings
from settings.problems import Problem, report, shown

_OTHER_NAMESPACES: Final = ("awsx", "docker", "docker-build", "pulumi", "random")
_DEEPEST: Final = 32
_QUOTES: Final = "put it in quotes"
_OCTAL: Final = 8
"""Numbers below are the same with a leading zero."""
_DATE: Final = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}) [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)? [-+][0-9]{4} (?:[A-Z]+|[-+][0-9]{2,4})"
)
"""A date as the engine hands it to a program: YAML reads one without quotes as a date, and Go writes it out."""

Place = tuple[str | int, ...]


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
    settings, renamed = _read(core.configuration(), pulumi.get_stack())
    if not core.is_secret("slipway:notify") and (open_keys := list(checks.notifications.open_keys(settings))):
        raise InvalidSettings(pulumi.get_stack(), open_keys)
    for warning in [*renamed, *checks.warnings(settings)]:
        pulumi.warn(str(warning))
    return settings


def parse(config: Mapping[str, object], stack: str) -> Settings:
    """Return the settings in a stack's configuration.

    Args:
        config: Values by full key, such as `slipway:app`, as the engine hands them over (text, objects as JSON) or as the file has them.
        stack: The stack's name, for the report.

    Raises:
        InvalidSettings: with every mistake, in the order of the file's sections.
    """
    settings, _ = _read(config, stack)
    return settings


def _read(config: Mapping[str, object], stack: str) -> tuple[Settings, Sequence[Problem]]:
    """Return the settings, and which of them the file calls by a former name."""
    data, problems = _decode(config)
    spelled = _spelled(config)
    problems += _dates(data, (), spelled or {})
    told = {tuple(problem.place) for problem in problems}
    _stand_in(data)
    names = former_names.resolve(data)
    problems += names.problems
    reading = read(names.data, [names.today(place) for place in told])
    problems += [problem for problem in map(names.as_in_file, reading.problems) if tuple(problem.place) not in told]
    for problem in checks.problems(reading.settings) if reading.settings else ():
        if evaluated := reading.unreadable.evaluated(problem):
            problems.append(names.as_in_file(evaluated))
    problems = [_as_written(problem, data, spelled) for problem in problems]
    if problems or reading.settings is None:
        order = {name: index for index, (name, _) in enumerate(schema_lookup.fields(Settings))}
        places = {id(problem): names.today(problem.place) for problem in problems}
        raise InvalidSettings(
            stack, sorted(problems, key=lambda p: order.get(str(places[id(p)][0]), -1) if p.place else -1)
        )
    return reading.settings, names.warnings


def _decode(config: Mapping[str, object]) -> tuple[dict[str, object], list[Problem]]:
    """Sort the keys by namespace, decode objects, which the engine hands over as JSON, and leave out sections that are switched off."""
    data: dict[str, object] = {}
    provider: dict[str, object] = {}
    problems = []
    for key, given in config.items():
        namespace, _, name = str(key).partition(":")
        if namespace in ("slipway", "aws") and (namespace, name) != ("slipway", "aws"):
            place = _place(namespace, name)
            if problem := _respelled(place, given):
                problems.append(problem)
            try:
                value = _decoded(given, schema_lookup.annotation_at(place))
            except _TooDeepError:
                problems.append(
                    Problem(place=place, message=f"nested too deeply; at most {_DEEPEST} levels are allowed")
                )
                continue
            if namespace == "aws":
                provider[name] = value
            elif not _left_out(name, value, problems):
                data[name] = value
        elif namespace not in _OTHER_NAMESPACES:
            problems.append(Problem(place=(str(key),), message=_unknown(namespace)))
    return {**data, "aws": provider}, problems


def _stand_in(data: dict[str, object]) -> None:
    """Let a part that another stack makes stand for the section that asks for one of this stack's own."""
    shared = data.get("shared")
    parts = shared.get("parts") if isinstance(shared, dict) else None
    for name in ("loadBalancer", "registry"):
        if isinstance(parts, list) and name in parts:
            data.setdefault(name, {})


def _place(namespace: str, name: str) -> Place:
    return ("aws", name) if namespace == "aws" else (name,)


def _spelled(config: Mapping[str, object]) -> dict[Place, str] | None:
    """Return what the file has where the engine changed a spelling, by place; None where nobody knows, as under the engine."""
    known = {key: spelling for key, given in config.items() if (spelling := _spelling(given)) is not None}
    if not known:
        return None
    found: dict[Place, str] = {}
    for key, spelled in known.items():
        namespace, _, name = key.partition(":")
        found |= {(*_place(namespace, name), *inner): text for inner, text in spelled.items()}
    return found


def _spelling(given: object) -> Mapping[Place, str] | None:
    """Return what the file has where the engine changes the spelling of a scalar, by its place in the value.

    The offline preview hands over values that know it; the engine's do not.
    """
    return getattr(given, "spelled", None)


def _respelled(place: Place, given: object) -> Problem | None:
    """Tell of a number or date at the top level where text is meant: the program gets text, but not what the file has."""
    written = (_spelling(given) or {}).get(())
    if (
        written is None
        or not given
        or not schema_lookup.is_text(schema_lookup.annotation_at(place))
        or _DATE.fullmatch(str(given))
    ):
        return None
    return Problem(place=place, message=f"{written} must be text; put it in quotes, without which it becomes {given}")


def _dates(value: object, place: Place, spelled: Mapping[Place, str]) -> Iterator[Problem]:
    """Tell of dates, which the engine turns into text that nobody wrote."""
    if isinstance(value, str) and (found := _DATE.fullmatch(value)):
        date = spelled.get(place, found["date"])
        yield Problem(place=place, message=f"{date} must be text; {_QUOTES}, without which it becomes '{value}'")
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for part, inner in items:
        yield from _dates(inner, (*place, part), spelled)


def _as_written(problem: Problem, data: object, spelled: Mapping[Place, str] | None) -> Problem:
    """Return a problem that shows what the file has, not what the engine made of it; where nobody knows that, it says so."""
    place = tuple(problem.place)
    try:
        value = functools.reduce(lambda held, part: held[part], place, data)  # type: ignore[index] # or it raises
    except (KeyError, IndexError, TypeError):
        return problem
    if not isinstance(value, int | float) or not problem.message.startswith(shown(value)):
        return problem
    message = problem.message
    wants_text = message.startswith(f"{shown(value)} must be text") and not isinstance(value, bool)
    if wants_text and place[-1] == "tag":
        message += "; pulumi config set keeps it text with --type string"
    written = spelled.get(place) if spelled is not None else None
    if written is not None:
        if wants_text and shown(value) != written:
            message = message.replace(_QUOTES, f"{_QUOTES}, without which it becomes {shown(value)}", 1)
        message = written + message.removeprefix(shown(value))
    elif spelled is None and wants_text and abs(value) >= _OCTAL:
        message = message.replace(_QUOTES, f"{_QUOTES} as it stands in the file, where it may have more zeros", 1)
    return replace(problem, message=message)


def _unknown(namespace: str) -> str:
    if namespace == "slipway":
        return "unknown setting; the provider's settings are aws:region and its like"
    known = ["slipway", "aws", *_OTHER_NAMESPACES]
    return f"unknown namespace{limits.meant(namespace, known)}; allowed: {limits.listed(known)}"


def _left_out(name: str, value: object, problems: list[Problem]) -> bool:
    """Tell whether an optional setting is switched off: `enabled: false` in a section, or empty text.

    Pulumi.yaml declares those as defaults: the engine asks for every declared key that has none.
    """
    if schema_lookup.todays(Settings, name) in OPTIONAL_SECTIONS and isinstance(value, dict) and "enabled" in value:
        enabled = value.pop("enabled")
        if not isinstance(enabled, bool):
            problems.append(Problem(place=(name, "enabled"), message=f"{shown(enabled)} must be true or false"))
        return enabled is False
    annotation = schema_lookup.annotation_at((name,))
    return value == "" and schema_lookup.is_text(annotation) and schema_lookup.is_optional(annotation)


class _TooDeepError(Exception):
    pass


def _decoded(value: object, annotation: object) -> object:
    """Return a top-level value, whether it is as the engine or as the file has it."""
    if value is None or isinstance(value, str | int | float):
        text = (
            str(value) if isinstance(value, str) else "" if value is None else json.dumps(_plain(value, None, _DEEPEST))
        )
        if schema_lookup.is_text(annotation):
            return text
        try:
            value = json.loads(text, parse_int=_whole) if text else None
        except RecursionError:
            raise _TooDeepError from None
        except ValueError:
            return text
    return _plain(value, annotation, _DEEPEST)


def _whole(digits: str) -> int | float:
    most = 18
    return int(digits) if len(digits) <= most else float(digits)


def _plain(value: object, annotation: object, levels: int) -> object:
    """Return a value as plain text, numbers, lists and mappings; `name:` with nothing after it is an empty section, mapping or list."""
    if levels == 0:
        raise _TooDeepError
    if value is None:
        return _nothing(annotation)
    if isinstance(value, Mapping):
        return {_key(k): _plain(v, schema_lookup.step(annotation, _key(k)), levels - 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, schema_lookup.step(annotation, 0), levels - 1) for part in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 10**18 else float("inf") if value > 0 else float("-inf")
    return value if isinstance(value, str | float | bool) else str(value)


def _nothing(annotation: object) -> object:
    if schema_lookup.section(annotation) or schema_lookup.is_mapping(annotation):
        return {}
    return [] if schema_lookup.is_list(annotation) and not schema_lookup.is_optional(annotation) else None


def _key(key: object) -> str:
    return key if isinstance(key, str) else json.dumps(key) if key is None or isinstance(key, bool) else str(key)
