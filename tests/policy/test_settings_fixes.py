"""Findings about the program's own resources name the setting to change, and nobody else's do."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # has no types of its own

from policy import settings_fixes
from policy.rules import BY_NAME
from tests.policy.harness import Case, evaluate, only
from tests.policy.rules import CASES

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "slipway.schema.json").read_text())


def _is_in(schema: Any, steps: list[str]) -> bool:
    """Whether the schema has a place; a placeholder stands for any key."""
    if not isinstance(schema, dict):
        return False
    if "$ref" in schema:
        return _is_in(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], steps)
    if any(_is_in(choice, steps) for kind in ("anyOf", "oneOf", "allOf") for choice in schema.get(kind, ())):
        return True
    if not steps:
        return True
    if steps[0].startswith("<"):
        open_ended = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
        return any(isinstance(item, dict) and _is_in(item, steps[1:]) for item in open_ended)
    return steps[0] in schema.get("properties", {}) and _is_in(schema["properties"][steps[0]], steps[1:])


@pytest.mark.parametrize("control", settings_fixes.SETTINGS)
def test_the_setting_is_one_of_the_stack_file_s(control: str) -> None:
    assert control in BY_NAME
    place, value = settings_fixes.SETTINGS[control]
    section, *steps = place.split(".")
    keys = re.findall(r"[{,] ?([a-zA-Z0-9]+):", value.partition("}")[0].partition(": {")[0])
    config = SCHEMA["properties"].get("config", SCHEMA)
    assert _is_in(config, [section, *steps])
    for key in keys:
        assert _is_in(config, [section, *steps, key]), key


def test_what_containers_have_is_named_for_sidecars_too() -> None:
    """A task's container is the service's own, or a sidecar with a section of its own."""
    config = SCHEMA["properties"]["config"]
    for control, key in (
        ("container-not-root", "user"),
        ("container-root-filesystem-read-only", "readOnlyRoot"),
        ("container-secrets-not-in-environment", "secrets"),
    ):
        place, value = settings_fixes.SETTINGS[control]
        assert "sidecars.<name>" in value
        assert _is_in(config, [*place.split("."), "sidecars", "<name>", key])


def _choices(schema: Any, steps: list[str]) -> list[Any]:
    """What a place in the schema takes, where that is a list of values."""
    if not isinstance(schema, dict):
        return []
    if "$ref" in schema:
        return _choices(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], steps)
    inner = [choice for kind in ("anyOf", "oneOf", "allOf") for choice in schema.get(kind, ())]
    if not steps:
        return [*schema.get("enum", ()), *(found for choice in inner for found in _choices(choice, steps))]
    if steps[0].startswith("<"):
        inner += [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
        return [found for choice in inner for found in _choices(choice, steps[1:])]
    inner_found = [found for choice in inner for found in _choices(choice, steps)]
    return inner_found + _choices(schema.get("properties", {}).get(steps[0]), steps[1:])


@pytest.mark.parametrize("control", settings_fixes.SETTINGS)
def test_the_setting_takes_the_value(control: str) -> None:
    place, value = settings_fixes.SETTINGS[control]
    written, end, _ = value.partition("}")
    if "..." in written or "{" in written[1:]:
        return
    for key, found in yaml.safe_load(written + end).items():
        choices = _choices(SCHEMA["properties"].get("config", SCHEMA), [*place.split("."), key])
        assert not choices or found in choices, f"{place}.{key}: {found} is none of {choices}"


def _own(case: Case) -> Case:
    """The case as resources of one of the program's own components."""
    return replace(case, resources=[replace(sample, component="slipway:index:Thing") for sample in case.resources])


@pytest.mark.parametrize("control", settings_fixes.SETTINGS)
def test_a_finding_names_the_setting_in_the_own_program_alone(control: str) -> None:
    case = next(case for case in CASES if case.control == control and case.verdict == "fail")
    said = {
        own: evaluate(
            (_own(case) if own else case).resources,
            config={control: case.config},
            provider=case.provider,
            server=only(control),
        ).of(control)
        for own in (True, False)
    }
    place, value = settings_fixes.SETTINGS[control]
    assert said[True]
    assert all(message.endswith(f"Fix: {place}: {value}") for message in said[True]), said[True]
    assert not any("slipway:" in message.partition("Fix: ")[2] for message in said[False]), said[False]
