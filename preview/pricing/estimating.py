"""Goes through a graph with the price list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from preview.graph import Graph, Resource
from preview.off_hours import OffHours, sleeping
from preview.price_list import PriceList, project_prices
from preview.pricing import parts
from preview.pricing.assumptions import assumptions
from preview.pricing.meter import CostComponent, PricedResource, plain, region_of
from preview.pricing.model import Estimate, Line, MissingPrice, Usage

_SERVICE_COMPONENT: Final = "slipway:index:Service"


def estimate(graph: Graph, prices: PriceList | None = None) -> Estimate:
    """Estimate a recorded graph.

    Args:
        graph: what the program registered.
        prices: the price list; the project's own by default.
    """
    prices = prices or project_prices()
    off_hours = sleeping(graph)
    lines: list[Line] = []
    missing: list[MissingPrice] = []
    usage: dict[str, Usage] = {}
    unpriced: set[str] = set()
    for resource in graph.resources:
        if not resource.custom:
            continue
        if not parts.is_known(resource.type):
            unpriced.add(resource.type)
        priced = PricedResource(graph, resource, prices, region_of(graph, resource))
        for charge in _charges(priced, off_hours):
            if isinstance(charge, Line):
                lines.append(charge)
            else:
                missing.append(charge)
        for what, key in parts.uses(graph, resource):
            price = prices.get(key, priced.region)
            usage[what] = Usage(what=what, price=f"{plain(price.value)} {price.unit}" if price else "price missing")
    return Estimate(
        as_of=prices.as_of,
        lines=tuple(lines),
        missing=tuple(missing),
        usage=tuple(usage.values()),
        unpriced=tuple(sorted(unpriced)),
        assumptions=tuple(assumptions(graph, prices, lines, off_hours)),
        services=tuple(resource.name for resource in graph.of(_SERVICE_COMPONENT)),
        sleeps=bool(off_hours),
        budget=_budget(graph),
    )


def monthly(
    graph: Graph, resources: Iterable[Resource], prices: PriceList, off_hours: Mapping[str, OffHours]
) -> Decimal | None:
    """Return what some of a graph's resources cost in a month, in US dollars; None where a price is missing."""
    charges = [
        charge
        for resource in resources
        for charge in _charges(PricedResource(graph, resource, prices, region_of(graph, resource)), off_hours)
    ]
    lines = [charge for charge in charges if isinstance(charge, Line)]
    return sum((line.monthly for line in lines), Decimal(0)) if len(lines) == len(charges) else None


def _charges(priced: PricedResource, off_hours: Mapping[str, OffHours]) -> Iterator[Line | MissingPrice]:
    """Yield what a resource is billed for, without what is none of."""
    meter = parts.METERS.get(priced.resource.type)
    if meter is None:
        return
    component = priced.graph.component(priced.resource)
    owner = component.name if component else ""
    for cost in meter(priced):
        price = priced.prices.get(cost.key, priced.region)
        if price is None:
            yield _missing(priced.resource, owner, cost, priced.region)
        elif cost.quantity:
            off = off_hours.get(priced.resource.urn) if cost.runs else None
            yield _line(priced.resource, owner, cost, price.value * cost.quantity, off, price.confidence)


def _missing(resource: Resource, owner: str, cost: CostComponent, region: str) -> MissingPrice:
    return MissingPrice(
        component=owner, urn=resource.urn, name=resource.name, what=cost.what, key=cost.key, region=region
    )


def _line(
    resource: Resource, owner: str, cost: CostComponent, awake: Decimal, off: OffHours | None, confidence: str
) -> Line:
    return Line(
        component=owner,
        urn=resource.urn,
        name=resource.name,
        what=cost.what,
        monthly=awake * off.awake.numerator / off.awake.denominator if off else awake,
        awake=awake,
        asleep=Decimal(0) if off else awake,
        confidence=confidence,
    )


def _budget(graph: Graph) -> Decimal | None:
    """Return the lowest monthly limit of the stack's own budgets, in US dollars."""
    limits = [
        Decimal(str(budget.inputs["limitAmount"]))
        for budget in graph.of("aws:budgets/budget:Budget")
        if budget.inputs.get("timeUnit") == "MONTHLY"
        and budget.inputs.get("limitUnit") == "USD"
        and isinstance(budget.inputs.get("limitAmount"), str | int | float)
    ]
    return min(limits, default=None)
