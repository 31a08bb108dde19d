# ruff: noqa: E501 - a case reads best on one line
"""Whole stack files: what is read, and that whatever is wrong is told, once, without a secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import settings
from settings import model, problems
from settings.error_recovery import read
from tests.settings.files import ROOT, SHIPPED, as_engine, changed, config, mistakes, places, replaced

CANARIES = [
    "postgres://app:hunter2canary@db.example.com/app",
    "AKIAIOSFODNN7CANARY0",
    "ghp_canary" + "a" * 30,
    "-----BEGIN RSA PRIVATE KEY-----\nMIIcanary\nabcdef\n-----END RSA PRIVATE KEY-----",
    "x" * 90 + "sk_live_canary123",
]
SHIPPED_IDS = [str(path.relative_to(ROOT)) for path in SHIPPED]


@pytest.mark.parametrize("path", SHIPPED, ids=SHIPPED_IDS)
def test_shipped_stack_files_are_valid_as_parsed_and_as_the_engine_gives_them(path: Any) -> None:
    parsed = settings.parse(config(path), "test")
    assert parsed.app
    assert settings.parse(as_engine(config(path)), "test") == parsed


def test_there_are_stack_files() -> None:
    assert len(SHIPPED) >= 6


def test_every_mistake_of_every_section_is_told_at_once_in_the_order_of_the_file() -> None:
    found = mistakes(
        changed(
            {
                "aws:region": "eu-west-1",
                "slipway:servces": {},
                "slipway:database.engine": "postgress",
                "slipway:database.storageGib": "50",
                "slipway:database.iops": 3000,
                "slipway:services.api.memoryMib": 3000,
                "slipway:services.api.prot": 80,
                "slipway:services.worker.image": 5,
                "slipway:services.frontend.route": {"paths": ["/x"], "priority": 100},
                "slipway:logs.retentionDays": 91,
            }
        )
    )
    assert [line.split(": ")[0] for line in found] == [
        "slipway:servces",
        "slipway:network.zones[0]",
        "slipway:network.zones[1]",
        "slipway:database.engine",
        "slipway:database.storageGib",
        "slipway:services.api.prot",
        "slipway:services.worker.image",
        "slipway:services.api.memoryMib",
        "slipway:services.frontend.route.priority",
        "slipway:logs.retentionDays",
    ]
    assert found[0].startswith("slipway:servces: unknown setting; did you mean services?; allowed: app, environment,")
    assert (
        found[3]
        == "slipway:database.engine: 'postgress' is not allowed; did you mean postgres?; allowed: postgres, mysql, aurora-postgresql or aurora-mysql"
    )
    assert (
        found[4]
        == "slipway:database.storageGib: '50' must be a whole number without quotes (Storage allocated, GiB, such as 50)"
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"slipway:app": ""},
            "slipway:app: '' is not an application's name: 2 to 24 lower-case letters, digits and single inner hyphens, a letter first",
        ),
        (
            {"slipway:app": "a" * 300},
            (
                "slipway:app: a text of 300 characters is not an application's name: 2 to 24 lower-case "
                "letters, digits and single inner hyphens, a letter first"
            ),
        ),
        (
            {"slipway:domain.zoneId": "z1"},
            "slipway:domain.zoneId: 'z1' is not a hosted zone's id: Z and 5 to 31 capital letters and digits",
        ),
        (
            {"slipway:network": 5},
            "slipway:network: 5 must be a mapping of settings (The VPC with its public, private and isolated subnets: its range, its availability zones, the way out (NAT) and endpoints of AWS's services)",
        ),
        (
            {"slipway:network": "x"},
            "slipway:network: 'x' must be a mapping of settings (The VPC with its public, private and isolated subnets: its range, its availability zones, the way out (NAT) and endpoints of AWS's services)",
        ),
        (
            {"slipway:network.zones": "us-east-1a"},
            "slipway:network.zones: 'us-east-1a' must be a list (Two to six availability zones, such as `[eu-central-1a, eu-central-1b]`)",
        ),
        ({"slipway:network.zones": [1]}, "slipway:network.zones[0]: 1 must be text; put it in quotes"),
        (
            {"slipway:database.multiAz": "yes"},
            "slipway:database.multiAz: 'yes' must be true or false without quotes (Whether a standby in a second zone takes over when the first fails, within a minute or two)",
        ),
        (
            {"slipway:services.api.port": 70000},
            "slipway:services.api.port: 70000 is outside 1 to 65535 (The port it listens on, such as 8000; none for a worker)",
        ),
        (
            {"slipway:services.api.environment.DEBUG": True},
            "slipway:services.api.environment.DEBUG: true must be text; put it in quotes",
        ),
        (
            {"slipway:services.api.environment.1X": "a"},
            "slipway:services.api.environment.1X: '1X' is not a variable's name: at most 255 letters, digits and underscores, no digit first",
        ),
        (
            {"slipway:services.api.healthCheck": "pyton"},
            "slipway:services.api.healthCheck: 'pyton' is not a ready health check; allowed: python or curl, or a mapping with a command",
        ),
        (
            {"slipway:services.api.healthCheck": {"command": []}},
            (
                "slipway:services.api.healthCheck.command: 0 given; at least 1 allowed (`CMD` or `CMD-SHELL` and what to run, which the image must contain; or "
                "`python` or `curl` alone for a ready one)"
            ),
        ),
        (
            {"slipway:services.api.command": {"a": 1}},
            "slipway:services.api.command: a mapping must be a list (What the container runs instead of the image's command, an argument each, such as `[celery, worker]`)",
        ),
        (
            {"slipway:database.version": ""},
            "slipway:database.version: '' is too short; at least 1 characters are needed (A major version, such as `\"17\"` (AWS picks and keeps up the minor one), or a full one, in quotes)",
        ),
        (
            {"slipway:tags": {f"k{n}": "v" for n in range(41)}},
            "slipway:tags: 41 given; at most 40 allowed (Tags on everything, such as `{owner: shop-team}`, besides app, environment and managed-by)",
        ),
        ({"slipway:cache.enabled": "no"}, "slipway:cache.enabled: 'no' must be true or false"),
        ({"slipway:aws": {}}, "slipway:aws: unknown setting; the provider's settings are aws:region and its like"),
        (
            {"slipwy:app": "x"},
            "slipwy:app: unknown namespace; did you mean slipway?; allowed: slipway, aws, awsx, docker, docker-build, pulumi or random",
        ),
        (
            {"aws:defaultTags": {}},
            "aws:defaultTags: not used: the program sets the provider's default tags; use slipway:tags",
        ),
        ({"aws:allowedAccountIds": ["1"]}, "aws:allowedAccountIds[0]: '1' is not an account: 12 digits"),
        (
            {"aws:maxRetries": 2.5},
            "aws:maxRetries: 2.5 must be a whole number (How often a call that AWS throttles or fails is tried, such as 10; the provider's default is 25)",
        ),
        (
            {"slipway:media": [[[[[]]]]]},
            "slipway:media: a list must be a mapping of settings (The S3 bucket for files that people upload, private and versioned; `{}` is enough)",
        ),
        (
            {
                "slipway:database": {
                    "engine": "postgres",
                    "version": "17",
                    "storageGib": 50,
                    "urlSecret": "storefront/database-url",
                }
            },
            "slipway:database.instanceClass: missing: postgres needs one, such as db.t4g.medium",
        ),
        (
            {"slipway:protection": {"secretRecoveryDays": "x"}},
            "slipway:protection.secretRecoveryDays: 'x' must be a whole number (Days a deleted secret can be brought back, such as 14 (7 to 30); 0 deletes at once and frees its name)",
        ),
    ],
)
def test_one_mistake_is_told_once(changes: dict[str, object], expected: str) -> None:
    values = changed(changes)
    assert mistakes(values) == [expected]
    assert mistakes(as_engine(values)) == [expected]


def test_nothing_after_a_name_is_an_empty_section() -> None:
    for nothing in (None, ""):
        parsed = settings.parse(changed({"slipway:registry": nothing, "slipway:media": nothing}), "test")
        assert parsed.registry == model.Registry()
        assert parsed.media == model.Media()
    balancer = settings.parse(changed({"slipway:loadBalancer.waf": None}), "test").load_balancer
    assert balancer is not None
    assert balancer.waf == model.Waf()
    secrets = {f"slipway:services.{key}.secrets": {"PASSWORD": "database:password"} for key in ("api", "worker")}
    assert mistakes(changed({"slipway:database": None, **secrets})) == [
        "slipway:database.engine: missing (The engine)",
        'slipway:database.version: missing (A major version, such as `"17"` (AWS picks and keeps up the minor one), or a full one, in quotes)',
    ]


def test_null_switches_off_what_can_be_switched_off() -> None:
    parsed = settings.parse(
        changed({"slipway:network.flowLogDays": None, "slipway:database.insightsDays": None}), "test"
    )
    assert parsed.network.flow_log_days is None
    assert parsed.database is not None
    assert parsed.database.insights_days is None


def test_enabled_false_is_as_good_as_left_out() -> None:
    values = changed({"slipway:media": {"enabled": False, "anything": 1}})
    assert any(
        line.startswith("slipway:services.api.uses[2]: 'media' is not in this stack") for line in mistakes(values)
    )
    assert settings.parse(changed({"slipway:cluster": {}, "slipway:media.enabled": True}), "test").media is not None


def test_a_misspelt_setting_brings_no_second_error() -> None:
    values = config()
    values["slipway:databse"] = values.pop("slipway:database")
    found = mistakes(values)
    assert len(found) == 1
    assert found[0].startswith("slipway:databse: unknown setting; did you mean database?")


BROKEN: Any = {"nonsense": [1]}


@pytest.mark.parametrize("path", SHIPPED, ids=SHIPPED_IDS)
def test_a_broken_value_brings_no_error_elsewhere(path: Any) -> None:
    values = config(path)
    assert len(list(places(values))) > 20
    for place in places(values):
        held: Any = values
        for part in place:
            held = held[part]
        broken = 17 if isinstance(held, dict | list) else BROKEN
        found = mistakes(replaced(values, place, broken))
        assert found, place
        told = {line.split(": ")[0] for line in found}
        mine = (
            problems.path([str(place[0]).removeprefix("slipway:"), *place[1:]])
            if not str(place[0]).startswith("aws")
            else str(place[0])
        )
        assert all(one.startswith(mine) for one in told), (place, found)


@pytest.mark.parametrize("canary", CANARIES)
def test_a_secret_in_any_position_is_never_told(canary: str) -> None:
    values = config()
    for place in places(values):
        for value in (canary, [canary], {canary: canary})[: 3 if canary == CANARIES[0] else 1]:
            report = mistakes(replaced(values, place, value))
            assert "canary" not in "\n".join(report).lower(), place


def test_a_value_under_a_secret_s_name_is_never_told() -> None:
    found = mistakes(
        changed(
            {
                "slipway:services.api.environment.DB_PASSWORD": 8812345678,
                "slipway:services.worker.environment.API_TOKEN": "hunter2hunter2",
                "slipway:secrets|storefront/session-key": "hunter2",
                "slipway:services.api.secrets.SESSION_KEY": "hunter2!",
                "aws:secretKey": "hunter2",
                "slipway:services.frontend.environment": "PASSWORD=hunter2",
            }
        )
    )
    report = "\n".join(found)
    assert len(found) == 5
    assert "hunter2" not in report.replace("'PASSWORD=hunter2'", "")
    assert "8812345678" not in report


KEYS = st.text(max_size=8) | st.sampled_from(["enabled", "image", "[key]", "*", "\ud800"])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.just("\ud800")
    | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
PLACES = [*places(config())]


@seed(20261121)
@hypothesis_settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=3))
def test_any_value_anywhere_is_accepted_or_refused_in_words(changes: list[tuple[Any, Any]]) -> None:
    values = config()
    for place, value in changes:
        try:
            values = replaced(values, place, value)
        except (KeyError, IndexError, TypeError):
            continue
    found = mistakes(values)
    "\n".join(found).encode()
    assert not any(" is not allowed: " in line for line in found), found


@given(value=JSON)
@hypothesis_settings(max_examples=100, deadline=None)
def test_every_kind_of_error_has_words(value: Any) -> None:
    assert not any(
        " is not allowed: " in line for line in mistakes({"slipway:services": value, "aws:assumeRoles": value})
    )


def test_deep_nesting_is_refused() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    expected = "slipway:media: nested too deeply; at most 32 levels are allowed"
    assert [line for line in mistakes(changed({"slipway:media": deep})) if "media:" in line] == [expected]
    text = "[" * 100_000 + "]" * 100_000
    assert [line for line in mistakes({**as_engine(config()), "slipway:media": text}) if "media:" in line] == [expected]


def test_large_files_are_read_whole() -> None:
    """A search that grows with the square of a text would take minutes here, and be noticed."""
    long = "a" * 200_000
    assert mistakes(
        changed(
            {"slipway:app": long, "slipway:tags": {long: long}, "slipway:services.api.environment.A": "eyJ" * 60_000}
        )
    )
    unknown = {f"setting{n}": n for n in range(10_000)}
    found = mistakes(changed({"slipway:media": unknown}))
    assert len(found) == 201
    assert found[0] == "config: 9800 more settings are wrong; correct these first"
    service = config()["slipway:services"]["worker"]
    many = {"slipway:services": {f"worker-{n}": service for n in range(700)}, "slipway:alarms": {}}
    assert len(json.dumps(many)) > 200_000
    assert mistakes(changed(many)) == []


def test_load_reads_the_running_stack_and_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(
        "compat.core.configuration",
        lambda: as_engine(changed({"slipway:database.version": "13", "slipway:database.extendedSupport": True})),
    )
    monkeypatch.setattr("pulumi.get_stack", lambda: "test")
    monkeypatch.setattr("pulumi.warn", warned.append)
    assert settings.load().app == "storefront"
    assert [warning.partition(":")[2].partition(": AWS charges")[0] for warning in warned] == [
        "database.version: standard support of postgres 13 ended on 2026-02-28"
    ]


def test_every_required_setting_has_an_example_that_is_valid() -> None:
    """Examples stand in for what is missing: without one, the rest of its section would go unchecked."""
    data: dict[str, Any] = {
        "services": {"a": {"egress": [{}], "permissions": [{}], "healthCheck": {}, "image": {"build": {}}}},
        "aws": {},
    }
    data |= {"domain": {}, "database": {}, "cache": {}}
    data["services"]["a"]["scaling"] = {"steps": {"cpuPercent": {}}}
    reading = read(data)
    assert {problem.message.split(" ")[0] for problem in reading.problems} == {"missing"}
    assert len(reading.problems) == 15
    assert reading.settings is not None
