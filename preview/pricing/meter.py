"""What a resource is billed for: the form that every part's meter has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from preview.graph import Graph, Resource
from preview.price_list import PriceList

NOWHERE: Final = frozenset(
    {
        "fargate.task",
        "load_balancer.other",
        "rds.extended_support.aurora.year1.acu_hour",
        "rds.extended_support.aurora.year3.acu_hour",
    }
)
"""Keys that stand for what cannot be priced, in whatever list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostComponent:
    """What a resource is billed for."""

    what: str
    """In the words of a person, such as `db.t4g.medium, Multi-AZ`."""
    key: str
    """The entry in the price list."""
    quantity: Decimal
    """How many units a month: for an hourly price, hours."""
    runs: bool = False
    """Whether it is billed only while the resource runs: not while a service has no tasks and a database is stopped."""


@dataclass(frozen=True, slots=True)
class PricedResource:
    """A resource on the meter."""

    graph: Graph
    resource: Resource
    prices: PriceList
    region: str

    def text(self, key: str, default: str = "") -> str:
        """Return a property that is text, or `default` where it is none or unknown."""
        value = self.resource.inputs.get(key)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: int = 0) -> Decimal:
        """Return a property that is a number, or `default` where it is none or unknown."""
        value = self.resource.inputs.get(key)
        return (
            Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else Decimal(default)
        )

    def flag(self, key: str) -> bool:
        """Tell whether a property is true."""
        return self.resource.inputs.get(key) is True

    def count(self, key: str) -> int:
        """Return how many elements a property has; none where it is no list or unknown."""
        value = self.resource.inputs.get(key)
        return len(value) if isinstance(value, list) else 0

    def hours(self, quantity: Decimal | int = 1) -> Decimal:
        """Return the hours in a month, of so many."""
        return self.prices.hours * quantity


Meter = Callable[[PricedResource], Iterator[CostComponent]]
"""Yields what a resource of one type is billed for by the hour or the piece."""


def each(what: str, key: str) -> Meter:
    """Meter something that has a price by the month."""

    def meter(priced: PricedResource) -> Iterator[CostComponent]:  # noqa: ARG001 - one signature for all
        yield CostComponent(what=what, key=key, quantity=Decimal(1))

    return meter


def hourly(what: str, key: str) -> Meter:
    """Meter something that has a price by the hour."""

    def meter(priced: PricedResource) -> Iterator[CostComponent]:
        yield CostComponent(what=what, key=key, quantity=priced.hours())

    return meter


def plain(number: Decimal) -> str:
    """Write a number without exponent and needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def region_of(graph: Graph, resource: Resource) -> str:
    """Return the AWS region a resource is in: its own, or its provider's; us-east-1 where neither says."""
    provider_urn = resource.provider.rpartition("::")[0]
    provider = graph.urn(provider_urn).inputs if provider_urn else {}
    found = (resource.inputs.get("region"), provider.get("region"))
    return next((region for region in found if isinstance(region, str)), "us-east-1")
