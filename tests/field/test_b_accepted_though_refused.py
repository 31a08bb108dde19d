"""What AWS would refuse, or what could not work, is refused or warned of first: cases/b.yaml, and what is too long to write down."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import settings
from preview import yaml
from preview.record import InvalidStack
from settings import checks
from tests.settings.files import mistakes
from tests.stacks import registered


@cache
def document() -> Any:
    return yaml.load(Path(__file__).with_name("cases").joinpath("b.yaml").read_text(encoding="utf-8"))


def stack(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the base with changes by place."""
    values = copy.deepcopy(document()["base"])
    for place, value in changes.items():
        *around, last = f"slipway:{place}".split(".")
        holder = values
        for part in around:
            holder = holder.setdefault(part, {})
        holder[last] = copy.deepcopy(value)
    return dict(values)


def warned(values: dict[str, Any]) -> list[str]:
    return [str(warning) for warning in checks.warnings(settings.parse(values, "test"))]


CASES = document()["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_is_told(case: dict[str, Any]) -> None:
    told = mistakes(stack(case["set"]))
    expected = case.get("says", [])
    if "warns" in case:
        told, expected = warned(stack(case["set"])), case["warns"]
    assert len(told) == len(expected), told
    for line, beginning in zip(told, expected, strict=True):
        assert line.startswith(f"slipway:{beginning}")


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_what_to_write_instead_is_accepted(case: dict[str, Any]) -> None:
    values = stack(case["instead"])
    assert mistakes(values) == []
    if "warns" in case:
        assert warned(values) == []


INSTEAD = [
    case for case in CASES if {"cdn", "database"} & case["instead"].keys() or "notSecret" in str(case["instead"])
]


@pytest.mark.parametrize("case", INSTEAD, ids=[case["id"] for case in INSTEAD])
def test_what_to_write_instead_can_be_made(case: dict[str, Any]) -> None:
    assert registered("prod", stack(case["instead"])).of("aws:ecs/service:Service")


def api(**changes: object) -> dict[str, Any]:
    return stack({f"services.api.{name}": value for name, value in changes.items()})


def test_the_policy_that_reads_secrets_is_measured() -> None:
    def reading(count: int) -> dict[str, Any]:
        names = [f"shop/prod/partner-of-the-payment-gateway/{n:04}" for n in range(count)]
        values = api(secrets={f"S_{n}": name for n, name in enumerate(names)})
        return {**values, "slipway:secrets": {name: {} for name in names}}

    (told,) = mistakes(reading(88))
    assert told.startswith("slipway:services.api.secrets: 88 secrets make a policy of 102")
    assert mistakes(reading(87)) == []
    graph = registered("prod", reading(87))
    policy = str(graph.one("aws:iam/rolePolicy:RolePolicy", name="api-execution").inputs["policy"])
    assert 10_000 < len(policy.replace('", "', '","').replace('": ', '":').replace("}, {", "},{")) <= 10_240


def test_a_task_definition_is_measured() -> None:
    def long(characters: int) -> dict[str, Any]:
        return api(environment={"RULES": "x" * characters})

    (told,) = mistakes(long(65_000))
    assert told.startswith("slipway:services.api: its task definition has about 66")
    assert "variables of api; ECS takes 65536" in told
    assert mistakes(long(60_000)) == []


def test_what_a_role_may_is_measured() -> None:
    queues = [f"arn:aws:sqs:us-east-1:123456789012:{n:03}-{'q' * 60}" for n in range(110)]
    (told,) = mistakes(api(permissions=[{"actions": ["sqs:SendMessage"], "resources": queues}]))
    assert told.startswith("slipway:services.api.permissions: they make a policy of about 1")
    assert mistakes(api(permissions=[{"actions": ["sqs:SendMessage"], "resources": queues[:80]}])) == []


def services(count: int, **more: object) -> dict[str, Any]:
    return stack(
        {
            f"services.s{n}": {
                "image": {"repository": "shop/api", "tag": "1"},
                "port": 80,
                "route": {"paths": [f"/s{n}"], "priority": n},
                **more,
            }
            for n in range(1, count + 1)
        }
    )


def test_target_groups_are_counted() -> None:
    (told,) = mistakes(services(100))
    assert told.startswith(
        "slipway:services: 101 services with a route need 101 target groups; a load balancer takes 100"
    )
    assert mistakes(services(99)) == []
    assert mistakes(services(50, deployment={"strategy": "blueGreen"}))[0].startswith(
        "slipway:services: 51 services with a route need 101 target groups"
    )


def test_an_accounts_usual_quotas_are_warned_of() -> None:
    assert any("rules of the security group of loadBalancer" in line for line in warned(services(60)))
    assert not any("security group" in line for line in warned(services(50)))
    egress = [{"port": 443, "cidr": f"198.51.100.{n}/32"} for n in range(60)]
    assert warned(api(egress=egress)) == [
        "slipway:services.api.egress: 61 rules of a security group; AWS allows an account 60 in one direction until it is asked for more"
    ]


def test_a_schedules_bounds_are_left_alone() -> None:
    day = {"cron": "0 7 ? * MON-FRI *", "min": 3, "max": 8}
    values = api(tasks={"min": 2, "max": 8}, scaling={"schedule": [day]})
    target = registered("prod", values).one("aws:appautoscaling/target:Target")
    assert list(target.ignore_changes) == ["minCapacity", "maxCapacity"]
    without = registered("prod", api(tasks={"min": 2, "max": 8})).one("aws:appautoscaling/target:Target")
    assert not without.ignore_changes


def test_the_pack_is_told_what_only_looks_like_a_secret() -> None:
    values = api(environment={"MASTER_KEY": "8f14e45fceea167a5a36dedd4bea2543"}, notSecret={"MASTER_KEY": "an example"})
    task = registered("prod", values).one("aws:ecs/taskDefinition:TaskDefinition")
    assert task.inputs["tags"]["slipway:not-secret"] == "MASTER_KEY"  # type: ignore[index] # a mapping


PAGER = "https://events.pagerduty.com/integration/0123456789abcdef0123456789abcdef/enqueue"


def test_a_pagers_key_is_not_to_stand_in_clear_text() -> None:
    with pytest.raises(InvalidStack) as error:
        registered("prod", stack({"notify": {"team": [{"email": "a@example.com"}], "page": [{"https": PAGER}]}}))
    assert "slipway:notify.page[0].https: the address holds a key in clear text" in str(error.value)
    assert "0123456789abcdef" not in str(error.value)
    encrypted = {"secure": "v1:abc:def"}
    assert registered("prod", stack({"notify": {"page": [{"https": encrypted}]}}))
    placeholder = PAGER.replace("0123456789abcdef0123456789abcdef", "KEY")
    assert registered("prod", stack({"notify": {"page": [{"https": placeholder}]}}))
