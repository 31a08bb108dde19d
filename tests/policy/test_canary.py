"""No message ever repeats a string of the program, whatever property holds it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from policy.rules import RULES
from tests.policy.harness import UNKNOWN, Case, Outcome, evaluate, only
from tests.policy.rules import CASES

CANARIES = ("hunter2-canary", "AKIACANARYCANARY1234", "postgres://shop:hunter2-canary@db/shop")
IDENTIFIERS = ("name", "Name")


def planted(value: Any, canary: str, skip: tuple[str, ...] = ()) -> Iterator[Any]:
    """Copies of a value, each with one string replaced. Names inside container definitions are identifiers: kept."""
    if isinstance(value, Mapping):
        for key in value.keys() - set(skip):
            yield from ({**value, key: changed} for changed in planted(value[key], canary, skip))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            before, after = value[:index], value[index + 1 :]
            yield from ([*before, changed, *after] for changed in planted(item, canary, skip))
    elif isinstance(value, str) and value != UNKNOWN:
        yield canary
        if value.startswith(("{", "[")):
            yield from (json.dumps(changed) for changed in planted(json.loads(value), canary, IDENTIFIERS))


def outcomes(case: Case, canary: str) -> Iterator[Outcome]:
    for index, sample in enumerate(case.resources):
        for props in planted(sample.props, canary):
            resources = [*case.resources[:index], replace(sample, props=props), *case.resources[index + 1 :]]
            yield evaluate(resources, provider=case.provider, server=only(case.control))


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("control", [rule.name for rule in RULES])
def test_no_canary_in_any_message(control: str, canary: str) -> None:
    for case in CASES:
        if case.control == control and case.verdict == "fail":
            for outcome in outcomes(case, canary):
                said = " ".join(item.message for item in outcome.diagnostics)
                assert "canary" not in said.lower(), said


def test_the_canary_reaches_the_rules() -> None:
    """The planting itself works: a credential planted in an environment variable is found."""
    case = next(
        case for case in CASES if case.control == "container-secrets-not-in-environment" and case.verdict != "fail"
    )
    found = [outcome.of(case.control) for outcome in outcomes(case, CANARIES[2])]
    assert any("looks like a credential" in message for messages in found for message in messages)
