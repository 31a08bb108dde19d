"""What money-saving steps save: held against the difference of two estimates, with the step and without it in the stack file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from preview import render
from preview.graph import Graph
from preview.picture import page
from preview.price_list import PriceList
from preview.pricing import Saving, estimate, savings
from preview.pricing.savings import STEPS
from tests import stacks
from tests.settings.files import GONE, changed

N, S = "slipway:network", "slipway:services"
SERVICES = ("api", "frontend", "worker")
LAVISH: Mapping[str, object] = {
    f"{N}.nat": "perZone",
    "slipway:loadBalancer.waf": {},
    "slipway:database.multiAz": True,
    "slipway:database.backupWindow": "12:00-13:00",
    "slipway:database.maintenanceWindow": "wed:13:30-wed:14:30",
    f"{S}.api.scaling.schedule": [],
    "slipway:cache.replicas": 1,
    **{
        f"{S}.{key}.{name}": value
        for key in SERVICES
        for name, value in (("spotPercent", 0), ("architecture", "x86_64"))
    },
    **{f"{S}.{key}.tasks": {"min": 2, "max": 6} for key in SERVICES},
}
"""The reference application without any of the steps."""
STEPS_TAKEN: Mapping[str, tuple[Mapping[str, object], str]] = {
    "one NAT gateway instead of one per zone": ({f"{N}.nat": "single"}, f"{N}.nat"),
    "no NAT gateway instead of one per zone": (
        {f"{N}.nat": "none", f"{N}.endpoints": ["ecr", "ecs", "logs", "secretsmanager", "ssmmessages"]},
        f"{N}.nat",
    ),
    "tasks in public subnets instead of a NAT gateway per zone": (
        {f"{N}.nat": "none", f"{N}.tasks": "public", f"{N}.acls": False, f"{N}.endpoints": ["ecs", "secretsmanager"]},
        f"{N}.tasks",
    ),
    "tasks on Spot": ({f"{S}.worker.spotPercent": 50}, f"{S}.*.spotPercent"),
    "ARM instead of x86": ({f"{S}.{key}.architecture": "arm64" for key in SERVICES}, f"{S}.*.architecture"),
    "one task of a service instead of two": ({f"{S}.worker.tasks": {"min": 1, "max": 6}}, f"{S}.*.tasks"),
    "a database without a standby": ({"slipway:database.multiAz": False}, "slipway:database.multiAz"),
    "a cache without a replica": ({"slipway:cache.replicas": 0}, "slipway:cache.replicas"),
    "no firewall": ({"slipway:loadBalancer.waf": GONE}, "slipway:loadBalancer.waf"),
    "off-hours": (
        {
            "slipway:hibernation": {
                "sleep": "20:00",
                "wake": "07:00",
                "timeZone": "Europe/Berlin",
                "allowInProduction": True,
            }
        },
        "slipway:hibernation",
    ),
}
"""By what a step is called, what the stack file says for it, and where the step is decided."""


@cache
def lavish() -> Graph:
    return stacks.registered("prod", changed(LAVISH))


def saved(graph: Graph) -> Mapping[str, Saving]:
    return {saving.step: saving for saving in savings(graph, estimate(graph))}


def parts(graph: Graph) -> Decimal:
    """What a stack costs without what watches it: more parts have more alarms."""
    return sum((line.monthly for line in estimate(graph).lines if line.component != "observability"), Decimal(0))


def test_a_stack_that_takes_no_step_saves_nothing() -> None:
    assert saved(lavish()) == {}


@pytest.mark.parametrize("step", STEPS_TAKEN)
def test_a_step_saves_what_the_stack_file_without_it_costs_more(step: str) -> None:
    changes, setting = STEPS_TAKEN[step]
    graph = stacks.registered("prod", changed({**LAVISH, **changes}))
    kept = {name: value for name, value in changes.items() if name == f"{N}.endpoints"}
    without = stacks.registered("prod", changed({**LAVISH, **kept}))
    found = saved(graph)
    assert list(found) == [step]
    assert found[step].setting == setting
    assert found[step].monthly == parts(without) - parts(graph)
    assert found[step].gives_up


def test_parts_of_another_stack_save_what_a_stack_with_its_own_costs_more() -> None:
    found = saved(stacks.recorded("examples/platform/Pulumi.shop.yaml"))
    platform = estimate(stacks.recorded("examples/platform/Pulumi.platform.yaml"))
    firewall = sum((line.monthly for line in platform.lines if "ACL" in line.what or "rules" in line.what), Decimal(0))
    assert {step: saving.monthly for step, saving in found.items()} == {
        "the network of another stack, with its NAT gateways": platform.by_component()["network"],
        "the load balancer of another stack": platform.by_component()["load-balancer"] - firewall,
    }


def test_each_step_is_tried() -> None:
    others = {"the load balancer of another stack", "the network of another stack, with its NAT gateways"}
    assert {step.step for step in STEPS} | {"off-hours"} == {*STEPS_TAKEN, *others}


def test_the_most_comes_first() -> None:
    found = [saving.monthly for saving in saved(stacks.recorded("examples/small/Pulumi.prod.yaml")).values()]
    assert found == sorted(found, reverse=True)
    assert len(found) > 3


def test_what_has_no_price_is_not_guessed(tmp_path: Any) -> None:
    graph = stacks.recorded("examples/mattilda/Pulumi.prod.yaml")
    assert "one NAT gateway instead of one per zone" in saved(graph)
    prices = tmp_path / "prices.yaml"
    prices.write_text("as_of: '2026-01-01'\nhours_per_month: 730\nentries: {}\n", encoding="utf-8")
    none = PriceList(prices, read={})
    assert savings(graph, estimate(graph, none), none) == ()


def test_every_format_shows_them() -> None:
    name = "examples/small/Pulumi.prod.yaml"
    made = render.preview(stacks.recorded(name), None, name, width=400)
    line = "saves 3.68: tasks on Spot (slipway:services.*.spotPercent); AWS takes tasks away at two minutes' notice"
    assert f"  {line}" in render.render(made, "plain")
    assert "saves 3.68: tasks on Spot" in render.render(made, "rich")
    assert f"- {line}" in render.render(made, "markdown")
    listed = json.loads(render.render(made, "json"))["estimate"]["savings"]
    assert {saving["setting"]: saving["monthly"] for saving in listed}["slipway:services.*.spotPercent"] == "3.68"
    assert set(listed[0]) == {"step", "setting", "monthly", "gives_up"}
    assert "<summary>What it saves, each step by itself</summary>" in page.of_preview(made)
    assert "saves 3.68" in page.of_preview(made)
