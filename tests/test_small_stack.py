"""The small example: below 60 US dollars a month, and what each of its steps saves is what its README says."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final

import pytest

from preview.graph import Graph
from preview.pricing import Estimate, estimate
from tests import stacks
from tests.settings.files import GONE, as_engine, config

NAME: Final = "examples/small/Pulumi.prod.yaml"
MOST: Final = 60
SERVICES: Final = ("api", "worker")


def each(setting: str, value: object) -> dict[str, object]:
    return {f"slipway:services.{key}.{setting}": value for key in SERVICES}


UNDONE: Final[Mapping[str, Mapping[str, object]]] = {
    "tasks in public subnets, no NAT gateway": {"slipway:network.nat": "single", "slipway:network.tasks": "private"},
    "away at night and at weekends": {"slipway:hibernation": GONE},
    "Spot": each("spotPercent", 0),
    "one task of each, not two": each("tasks", {"count": 2}),
    "a database in one zone": {"slipway:database.multiAz": True},
    "no firewall": {"slipway:loadBalancer.waf": {}},
    "ARM": each("architecture", "x86_64"),
}
"""By the README's words for a step, what the stack file would say without it."""


def changed(changes: Mapping[str, object]) -> Graph:
    values: dict[str, Any] = copy.deepcopy(config(stacks.ROOT / NAME))
    for place, value in changes.items():
        *around, last = place.split(".")
        holder = values
        for part in around:
            holder = holder[part]
        if value is GONE:
            del holder[last]
        else:
            holder[last] = value
    return stacks.registered("prod", as_engine(values))


@cache
def small() -> Estimate:
    return estimate(stacks.recorded(NAME))


def readme() -> str:
    return (stacks.ROOT / NAME).with_name("README.md").read_text(encoding="utf-8")


def stated() -> dict[str, Decimal]:
    rows = re.findall(r"^\| ([^|]+) \| ([0-9.]+) \|", readme(), re.MULTILINE)
    return {words: Decimal(usd) for words, usd in rows}


def test_it_costs_less_than_sixty_dollars() -> None:
    assert not small().missing
    assert small().total < MOST
    assert f"{small().total:.2f} USD" in readme()


@pytest.mark.parametrize("step", UNDONE)
def test_a_step_saves_what_the_readme_says(step: str) -> None:
    saved = estimate(changed(UNDONE[step])).total - small().total
    assert f"{stated()[step]:.2f}" == f"{saved:.2f}"


def test_the_readme_has_no_other_steps() -> None:
    assert stated().keys() == UNDONE.keys()


def test_nobody_but_the_load_balancer_reaches_a_task() -> None:
    graph = stacks.recorded(NAME)
    public = {subnet.outputs["id"] for subnet in graph.of("aws:ec2/subnet:Subnet") if "public" in subnet.name}
    balancer = graph.one("aws:ec2/securityGroup:SecurityGroup", "load-balancer-group").outputs["id"]
    for key in SERVICES:
        network: Any = graph.one("aws:ecs/service:Service", f"{key}-service").inputs["networkConfiguration"]
        assert network["assignPublicIp"] is True
        assert set(network["subnets"]) == public
        (group,) = network["securityGroups"]
        rules = [
            rule
            for rule in graph.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
            if rule.inputs["securityGroupId"] == group
        ]
        assert {rule.inputs.get("referencedSecurityGroupId") for rule in rules} == (
            {balancer} if key == "api" else set()
        )
        assert not any(rule.inputs.get("cidrIpv4") for rule in rules)


def test_the_policy_pack_says_what_it_lets_be() -> None:
    verdict = stacks.evaluated(NAME)
    said = [finding for finding in verdict.findings if finding.policy == "exempted-findings"]
    assert {finding.message.split(" of ")[0] for finding in said} >= {
        "services-in-private-subnets",
        "services-without-public-ip",
    }
