"""How strict the pack is, and which policy configurations it takes."""

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
import pytest
from pulumi.runtime.proto import analyzer_pb2

from policy import levels, pack
from policy.control import Control, Environment, Level, Severity
from policy.rules import BY_NAME, CONTROLS
from tests.policy.harness import made_of

NUMBERS = {
    "disabled": analyzer_pb2.DISABLED,
    "advisory": analyzer_pb2.ADVISORY,
    "mandatory": analyzer_pb2.MANDATORY,
    "remediate": analyzer_pb2.REMEDIATE,
}


@pytest.fixture
def configured() -> Iterator[None]:
    yield
    pulumi.runtime.set_all_config({})


@pytest.mark.parametrize(
    ("config", "stack_name", "expected"),
    [
        ({"policy:environment": "development", "slipway:environment": "production"}, "prod", Environment.DEVELOPMENT),
        ({"slipway:environment": "staging"}, "prod", Environment.STAGING),
        ({}, "acme/shop/staging-2", Environment.STAGING),
        ({}, "dev", Environment.DEVELOPMENT),
        ({}, "production", Environment.PRODUCTION),
        ({}, "blue", Environment.PRODUCTION),
    ],
)
def test_environment_of_the_stack_s_own_words(
    config: dict[str, str],
    stack_name: str,
    expected: Environment,
    monkeypatch: pytest.MonkeyPatch,
    configured: None,  # noqa: ARG001 - cleans up
) -> None:
    pulumi.runtime.set_all_config(config)
    monkeypatch.setattr(pulumi, "get_stack", lambda: stack_name)
    assert levels.environment() is expected


def test_the_organisation_s_word_comes_before_the_stack_s(configured: None) -> None:  # noqa: ARG001 - cleans up
    pulumi.runtime.set_all_config({"policy:environment": "development"})
    tags = {"environment": "staging"}
    assert levels.environment({"environment": "production"}, tags) is Environment.PRODUCTION
    assert levels.environment({}, tags) is Environment.STAGING
    assert levels.environment({}, {"team": "web"}) is Environment.DEVELOPMENT


@pytest.mark.parametrize(
    ("settings", "tags", "config", "place"),
    [
        ({"environment": "prodcution"}, {}, {}, "pack-settings.environment"),
        ({}, {"environment": "prodcution"}, {}, "the stack's tag environment"),
        ({}, {}, {"policy:environment": "prodcution"}, "policy:environment"),
        ({}, {}, {"slipway:environment": "prodcution"}, "slipway:environment"),
    ],
)
def test_a_misspelt_environment_is_refused(
    settings: dict[str, str],
    tags: dict[str, str],
    config: dict[str, str],
    place: str,
    configured: None,  # noqa: ARG001 - cleans up
) -> None:
    pulumi.runtime.set_all_config(config)
    with pytest.raises(ValueError, match=f"{place}: prodcution is none of production, staging, development"):
        levels.environment(settings, tags)


@pytest.mark.parametrize("where", Environment)
def test_levels_are_the_catalogue_s(where: Environment) -> None:
    assert levels.levels(where) == {control.name: control.levels[where] for control in CONTROLS}


def _is_off(control: Control) -> bool:
    return control.levels[Environment.DEVELOPMENT] is Level.DISABLED


def test_a_threshold_decides_by_severity_alone_but_wakes_nothing() -> None:
    chosen = levels.levels(Environment.DEVELOPMENT, "high")
    for control in CONTROLS:
        strict = control.severity in (Severity.HIGH, Severity.CRITICAL)
        expected = Level.MANDATORY if strict else Level.ADVISORY
        assert chosen[control.name] is (Level.DISABLED if _is_off(control) else expected), control.name
    assert Level.MANDATORY not in levels.levels(Environment.PRODUCTION, "nothing").values()
    with pytest.raises(ValueError, match=r"pack-settings\.mandatoryFrom: hihg is none of nothing, low, medium, high"):
        levels.levels(Environment.PRODUCTION, "hihg")


def configure(config: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the levels that hold after the engine has sent a configuration as it does: every policy with a level."""
    server = made_of(pack.policies(Environment.PRODUCTION))
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for announced in server.GetAnalyzerInfo(None, None).policies:
        request.policyConfig[announced.name].enforcementLevel = announced.enforcementLevel
    for name, given in config.items():
        level = given if isinstance(given, str) else given.get("enforcementLevel")
        if level:
            request.policyConfig[name].enforcementLevel = NUMBERS[level]
        if not isinstance(given, str):
            rest = {key: value for key, value in given.items() if key != "enforcementLevel"}
            request.policyConfig[name].properties.update(rest)
    server.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(stack="blue", tags=tags or {}), None)
    server.Configure(request, None)
    policies = server._PolicyAnalyzerServicer__policies  # noqa: SLF001 - the SDK tells nobody which level holds
    return {policy.name: server._get_enforcement_level(policy).value for policy in policies}  # noqa: SLF001 - as above


def test_without_a_configuration_the_catalogue_s_levels_hold() -> None:
    held = configure({})
    assert {name: held[name] for name in BY_NAME} == {
        control.name: control.levels[Environment.PRODUCTION] for control in CONTROLS
    }


def test_environment_threshold_and_single_levels_hold_together() -> None:
    held = configure({"pack-settings": {"environment": "staging"}, "bucket-versioned": "disabled"})
    assert held["database-multi-az"] == "advisory"
    assert held["database-storage-encrypted"] == "mandatory"
    assert held["bucket-versioned"] == "disabled"
    held = configure({"pack-settings": {"mandatoryFrom": "critical"}, "database-multi-az": "disabled"})
    assert held["database-storage-encrypted"] == "advisory"
    assert held["database-not-public"] == "mandatory"
    assert held["database-multi-az"] == "disabled"


def test_the_stack_s_tag_gives_the_environment_where_the_organisation_does_not() -> None:
    assert configure({}, {"environment": "staging"})["database-multi-az"] == "advisory"
    strict = configure({"pack-settings": {"environment": "production"}}, {"environment": "staging"})
    assert strict["database-multi-az"] == "mandatory"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            {"database-multi-ax": "advisory"},
            "database-multi-ax: there is no such policy; did you mean database-multi-az?",
        ),
        ({"zzz": "advisory"}, "zzz: there is no such policy"),
        (
            {"database-backups-kept": {"minDay": 3}},
            "database-backups-kept.minDay: there is no such parameter; database-backups-kept has minDays",
        ),
        (
            {"database-multi-az": {"days": 3}},
            "database-multi-az.days: there is no such parameter; database-multi-az has no",
        ),
        ({"database-multi-az": "remediate"}, "database-multi-az: nothing can be remediated"),
        ({"pack-settings": {"environment": "prd"}}, "pack-settings.environment: prd is none of production"),
        ({"pack-settings": {"mandatoryFrom": "hi"}}, "pack-settings.mandatoryFrom: hi is none of nothing, low"),
        ({"pack-settings": {"from": "high"}}, "pack-settings.from: there is no such parameter"),
    ],
)
def test_a_senseless_configuration_is_refused_by_name(config: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        configure(config)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ValueError, match=r"one: there is no such policy; two: there is no such policy"):
        configure({"one": "advisory", "two": "advisory"})


def test_remediate_for_all_is_taken_as_the_engine_spreads_it() -> None:
    held = configure(dict.fromkeys((control.name for control in CONTROLS), "remediate"))
    assert {held[name] for name in BY_NAME} == {"remediate"}
