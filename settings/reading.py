"""From the configuration of a stack to `Settings`, or to a list of everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

import limits
from settings import checks, shape
from settings.model import OPTIONAL_SECTIONS, Settings
from settings.problems import Problem, report, shown
from settings.repair import read

_OTHER_NAMESPACES: Final = ("awsx", "docker", "docker-build", "pulumi", "random")
_DEEPEST: Final = 32


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
        config: Values by full key, such as `slipway:app`, as the engine hands them over (text, objects as JSON) or as the file has them.
        stack: The stack's name, for the report.

    Raises:
        InvalidSettings: with every mistake, in the order of the file's sections.
    """
    data, problems = _decode(config)
    reading = read(data, [problem.place for problem in problems])
    problems += reading.problems
    for problem in checks.problems(reading.settings) if reading.settings else ():
        if judged := reading.unreadable.judged(problem):
            problems.append(judged)
    if problems or reading.settings is None:
        order = {name: index for index, (name, _) in enumerate(shape.fields(Settings))}
        raise InvalidSettings(stack, sorted(problems, key=lambda p: order.get(str(p.place[0]), -1) if p.place else -1))
    return reading.settings


def _decode(config: Mapping[str, object]) -> tuple[dict[str, object], list[Problem]]:
    """Sort the keys by namespace, decode objects, which the engine hands over as JSON, and leave out sections that are switched off."""
    data: dict[str, object] = {}
    provider: dict[str, object] = {}
    problems = []
    for key, given in config.items():
        namespace, _, name = str(key).partition(":")
        if namespace in ("slipway", "aws") and (namespace, name) != ("slipway", "aws"):
            place = ("aws", name) if namespace == "aws" else (name,)
            try:
                value = _decoded(given, shape.annotation_at(place))
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


def _unknown(namespace: str) -> str:
    if namespace == "slipway":
        return "unknown setting; the provider's settings are aws:region and its like"
    known = ["slipway", "aws", *_OTHER_NAMESPACES]
    return f"unknown namespace{limits.meant(namespace, known)}; allowed: {limits.listed(known)}"


def _left_out(name: str, value: object, problems: list[Problem]) -> bool:
    """Tell whether an optional setting is switched off: `enabled: false` in a section, or empty text.

    Pulumi.yaml declares those as defaults: the engine asks for every declared key that has none.
    """
    if name in OPTIONAL_SECTIONS and isinstance(value, dict) and "enabled" in value:
        enabled = value.pop("enabled")
        if not isinstance(enabled, bool):
            problems.append(Problem(place=(name, "enabled"), message=f"{shown(enabled)} must be true or false"))
        return enabled is False
    annotation = shape.annotation_at((name,))
    return value == "" and shape.is_text(annotation) and shape.is_optional(annotation)


class _TooDeepError(Exception):
    pass


def _decoded(value: object, annotation: object) -> object:
    """Return a top-level value, whether it is as the engine or as the file has it."""
    if value is None or isinstance(value, str | int | float):
        text = value if isinstance(value, str) else "" if value is None else json.dumps(_plain(value, None, _DEEPEST))
        if shape.is_text(annotation):
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
        if shape.section(annotation) or shape.is_mapping(annotation):
            return {}
        return [] if shape.is_list(annotation) and not shape.is_optional(annotation) else None
    if isinstance(value, Mapping):
        return {_key(k): _plain(v, shape.step(annotation, _key(k)), levels - 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, shape.step(annotation, 0), levels - 1) for part in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 10**18 else float("inf") if value > 0 else float("-inf")
    return value if isinstance(value, str | float | bool) else str(value)


def _key(key: object) -> str:
    return key if isinstance(key, str) else json.dumps(key) if key is None or isinstance(key, bool) else str(key)
