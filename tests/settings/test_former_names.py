"""Settings by their former names: read, told of where they stand, refused beside today's, and known to editors."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import jsonschema
import pulumi
import pytest

import settings
from compat import core
from settings import former_names, schema, schema_lookup
from settings.described import sections
from tests.settings.files import GONE, ROOT, as_engine, changed, mistakes

DEPLOYMENT = "slipway:services.api.deployment"
OUTSIDE = {"slipway:uptimeCheck": GONE}

RENAMED = [
    (model, name, renamed)
    for model in sections()
    for name, info in schema_lookup.fields(model)
    if (renamed := schema_lookup.former(info))
]


def warned(values: Mapping[str, object], monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """Return what a run with a configuration warns of, as the engine hands it over."""
    told: list[str] = []
    monkeypatch.setattr(core, "configuration", lambda: as_engine(values))
    monkeypatch.setattr(pulumi, "get_stack", lambda: "prod")
    monkeypatch.setattr(pulumi, "warn", told.append)
    settings.load()
    return [line for line in told if "since version" in line]


def test_a_former_name_means_the_same_and_is_told_with_place_and_value(monkeypatch: pytest.MonkeyPatch) -> None:
    values = changed(
        {
            **OUTSIDE,
            "slipway:healthCheck": {"path": "/up", "failures": 5},
            f"{DEPLOYMENT}.waitForSteadyState": False,
        }
    )
    today = changed({"slipway:uptimeCheck": {"path": "/up", "failures": 5}, f"{DEPLOYMENT}.verify": False})
    assert settings.parse(values, "prod") == settings.parse(as_engine(values), "prod") == settings.parse(today, "prod")
    assert sorted(warned(values, monkeypatch)) == [
        "slipway:healthCheck: is called slipway:uptimeCheck since version 0.2.0: rename it (a mapping is given)",
        f"{DEPLOYMENT}.waitForSteadyState: is called {DEPLOYMENT}.verify since version 0.2.0: rename it (false is given)",
    ]
    assert warned(today, monkeypatch) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"slipway:healthCheck": {"path": "/up"}},
            ["slipway:healthCheck: is the former name of slipway:uptimeCheck, which is given too"],
        ),
        (
            {f"{DEPLOYMENT}": {"verify": True, "waitForSteadyState": True}},
            [f"{DEPLOYMENT}.waitForSteadyState: is the former name of {DEPLOYMENT}.verify, which is given too"],
        ),
        (
            {**OUTSIDE, "slipway:healthCheck": {"path": "up", "pat": 1}},
            [
                "slipway:healthCheck.path: 'up' is not a path: a slash, then at most 254 characters without spaces",
                "slipway:healthCheck.pat: unknown setting; did you mean path?; allowed: path, intervalSeconds or failures",
            ],
        ),
        (
            {**OUTSIDE, "slipway:healthCheck": None, "slipway:domain.host": "*.shop.example.com"},
            ["slipway:healthCheck: *.shop.example.com is many hosts; give the domain one to ask"],
        ),
        ({**OUTSIDE, "slipway:healthCheck": {"enabled": False}}, []),
        ({"slipway:uptimeCheck": {"enabled": False}, "slipway:healthCheck": {}}, []),
    ],
)
def test_what_is_told_names_the_place_in_the_file(changes: dict[str, Any], expected: list[str]) -> None:
    assert mistakes(changed(changes)) == mistakes(as_engine(changed(changes))) == expected


def test_a_mistake_stands_in_the_order_of_the_file_whatever_the_setting_is_called() -> None:
    values = changed({**OUTSIDE, "slipway:healthCheck": 5, "slipway:app": "X", "slipway:protection.protect": 5})
    assert [line.partition(":")[2].split(": ")[0] for line in mistakes(values)] == [
        "app",
        "healthCheck",
        "protection.protect",
    ]


@pytest.mark.parametrize(("model", "name", "renamed"), RENAMED, ids=lambda part: getattr(part, "former", None))
def test_every_former_name_is_free_and_dated(model: Any, name: str, renamed: Any) -> None:
    assert renamed.former not in dict(schema_lookup.fields(model))
    assert schema_lookup.todays(model, renamed.former) == name
    version = tuple(map(int, renamed.since.split(".")))
    now = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    released = re.findall(r"^## ([0-9.]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert version > tuple(map(int, now.split("."))) or renamed.since in released


def test_editors_know_former_names_as_deprecated() -> None:
    validator = jsonschema.Draft202012Validator(schema.schema())
    values = changed({**OUTSIDE, "slipway:healthCheck": {"path": "/up"}, f"{DEPLOYMENT}.waitForSteadyState": True})
    assert validator.is_valid({"config": values})
    assert not validator.is_valid({"config": changed({**OUTSIDE, "slipway:healthCheck": {"path": 5}})})
    found: Any = schema.schema()
    assert found["properties"]["config"]["properties"]["slipway:healthCheck"]["deprecated"] is True
    assert found["$defs"]["Deployment"]["properties"]["waitForSteadyState"]["deprecated"] is True


def test_places_are_translated_both_ways() -> None:
    names = former_names.resolve({"services": {"api": {"deployment": {"waitForSteadyState": True}}}})
    file, today = [(*("services", "api", "deployment"), last) for last in ("waitForSteadyState", "verify")]
    assert names.today(file) == today
    assert names.as_in_file(settings.problems.Problem(place=today, message="x")).place == file
    assert names.data == {"services": {"api": {"deployment": {"verify": True}}}}
