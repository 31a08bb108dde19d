"""The estimate: extended support, nights, a budget that is too low, prices of other regions, and the four figures people ask for."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any, Final

import pytest

from preview import render
from preview.aws_prices.kept import Kept
from preview.graph import Graph
from preview.price_list import PriceList
from preview.pricing import Estimate, estimate
from tests import stacks
from tests.settings.files import GONE, changed

INSTANCE: Final = "aws:rds/instance:Instance"
SLEEPS: Final = {"sleep": "20:00", "wake": "08:00", "timeZone": "Europe/Berlin", "allowInProduction": True}


def graph(changes: dict[str, Any]) -> Graph:
    return stacks.registered("test", changed(changes))


def text(found: Estimate, recorded: Graph) -> str:
    return render.render(render.Preview(source="x", graph=recorded, estimate=found, verdict=None), "plain")


def database(**settings: Any) -> dict[str, Any]:
    base = {"instanceClass": "db.t4g.medium", "storageGib": 50}
    return {f"slipway:database.{name}": value for name, value in (base | settings).items()}


@cache
def mysql(version: str, *, extended: bool) -> Graph:
    return graph(database(engine="mysql", version=version, extendedSupport=extended))


def lines(found: Estimate) -> dict[str, Decimal]:
    return {line.what: line.monthly for line in found.lines}


def test_extended_support_is_priced_by_vcpu_hour_and_twice_with_a_standby() -> None:
    found = estimate(mysql("8.0", extended=True))
    # 2 vCPU x 2 zones x 730 h x 0.1
    assert lines(found)["Extended Support of mysql 8.0, year 1, 4 vCPU"] == Decimal("292.0")


def test_the_third_year_costs_twice_as_much() -> None:
    found = estimate(mysql("5.7", extended=True))
    assert lines(found)["Extended Support of mysql 5.7, year 3, 4 vCPU"] == Decimal("584.0")


def test_a_supported_version_costs_nothing_more() -> None:
    assert not [what for what in lines(estimate(mysql("8.4", extended=True))) if "Extended" in what]


@pytest.mark.parametrize(("extended", "setting"), [(True, ""), (False, "-disabled")])
def test_the_setting_is_recorded_as_it_was_given(setting: str, *, extended: bool) -> None:
    (instance,) = mysql("8.4", extended=extended).of(INSTANCE)
    assert instance.inputs["engineLifecycleSupport"] == f"open-source-rds-extended-support{setting}"


@cache
def asleep() -> Graph:
    windows = {"backupWindow": "11:00-12:00", "maintenanceWindow": "wed:13:00-wed:14:00"}
    rests = database(engine="postgres", version="17", multiAz=False, **windows)
    return graph({**rests, "slipway:hibernation": SLEEPS, "slipway:services.api.scaling.schedule": GONE})


def test_what_sleeps_is_billed_for_its_hours_awake() -> None:
    found = estimate(asleep())
    instance = next(line for line in found.lines if line.what == "db.t4g.medium, one zone")
    storage = next(line for line in found.lines if line.what.startswith("50 GiB"))
    # Started at 07:30 and stopped at 20:15 on five days: 63.75 of 168 hours.
    assert instance.monthly == instance.awake * Decimal("63.75") / 168
    assert instance.asleep == 0
    assert storage.monthly == storage.awake == storage.asleep
    tasks = [line for line in found.lines if "Fargate" in line.what]
    assert tasks
    assert all(line.monthly == line.awake * 60 / 168 and line.asleep == 0 for line in tasks)
    assert found.asleep < found.total < found.awake


def test_nights_are_said_in_words() -> None:
    shown = text(estimate(asleep()), asleep())
    assert "Services run their minimum number of tasks while they are awake." in shown
    assert "Awake from 08:00 to 20:00 Europe/Berlin, MON-FRI, 60 of 168 hours a week: " in shown
    assert "all month" not in shown.partition("Services run")[2]


def test_the_four_figures() -> None:
    found, shown = estimate(asleep()), text(estimate(asleep()), asleep())
    for what, monthly in (
        ("total", found.total),
        ("awake all month", found.awake),
        ("asleep all month", found.asleep),
    ):
        assert f"  {what:<24} {render.money(monthly):>10}" in shown
    services = {service.name for service in asleep().resources if service.type == "slipway:index:Service"}
    assert found.by_service().keys() == services
    assert sum(found.by_service().values()) < found.total
    assert "Not counted, as it depends on use: " in shown


def test_a_stack_that_never_sleeps_has_one_figure() -> None:
    found = estimate(mysql("8.4", extended=False))
    assert found.total == found.awake == found.asleep
    assert "awake all month" not in text(found, mysql("8.4", extended=False))


@pytest.mark.parametrize(("monthly", "warned"), [(50, True), (100_000, False)])
def test_a_budget_below_the_estimate_is_told_with_both_figures(monthly: int, *, warned: bool) -> None:
    recorded = graph({"slipway:budget": {"monthlyUsd": monthly, "emails": ["ops@example.com"]}})
    found = estimate(recorded)
    assert found.budget == monthly
    assert bool(found.warnings()) is warned
    if warned:
        (warning,) = found.warnings()
        assert warning == (
            f"slipway:budget.monthlyUsd: 50 USD a month are below the estimate of {found.total:,.2f} USD, "
            "before what depends on use: the budget's alarm would come each month"
        )


def there(region: str) -> Graph:
    return graph({"aws:region": region, "slipway:network.zones": [f"{region}a", f"{region}b"]})


def test_where_prices_are_missing_the_page_says_once_how_to_read_them_and_sums_the_rest() -> None:
    recorded = there("eu-central-1")
    found = estimate(recorded)
    shown = " ".join(text(found, recorded).split())
    assert found.missing
    assert found.total > 0
    assert shown.count("make prices REGION=eu-central-1") == 1
    assert shown.count("no price in eu-central-1 of ") == 1
    assert f"more than {render.money(found.total)} USD a month" in shown


def test_prices_that_were_read_are_preferred_and_fill_what_is_missing() -> None:
    recorded = there("eu-central-1")
    plain = estimate(recorded)
    keys = {charge.key for charge in plain.missing}
    read = Kept(
        region="eu-central-1",
        read="2026-11-30",
        published={},
        prices={key: (Decimal("0.01"), "USD") for key in (*keys, "kms.key_month")},
    )
    found = estimate(recorded, PriceList(read={"eu-central-1": read}))
    assert found.missing == ()
    assert Decimal("0.01") in {line.monthly for line in found.lines if line.what == "encryption key"}
    assert any("those of eu-central-1 as read on 2026-11-30" in said for said in found.assumptions)
    assert any("were read in AWS's price list" in said for said in found.assumptions)


def test_prices_older_than_the_projects_own_are_not_used() -> None:
    old = Kept(region="us-east-1", read="2020-01-01", published={}, prices={"kms.key_month": (Decimal(9), "USD")})
    found = PriceList(read={"us-east-1": old}).get("kms.key_month", "us-east-1")
    assert found
    assert found.value == 1
