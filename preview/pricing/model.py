"""An estimate, in the words of who reads it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from preview.pricing.meter import NOWHERE, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One charge with its price."""

    component: str
    """Name of the top-level component, or empty for a loose resource."""
    urn: str
    name: str
    what: str
    monthly: Decimal
    """US dollars, by the hours that it runs."""
    awake: Decimal
    """US dollars for a month in which it never sleeps."""
    asleep: Decimal
    """US dollars for a month in which it sleeps throughout."""
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPrice:
    """A charge that cannot be priced."""

    component: str
    urn: str
    name: str
    what: str
    key: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """A kind of cost that depends on use and is not counted."""

    what: str
    price: str
    """The unit price, such as `0.045 USD per GB processed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the counted resources cost in a month, in US dollars before tax, discounts and free tiers."""

    as_of: str
    lines: tuple[Line, ...]
    missing: tuple[MissingPrice, ...]
    usage: tuple[Usage, ...]
    unpriced: tuple[str, ...]
    """Types the estimate knows nothing about."""
    assumptions: tuple[str, ...]
    services: tuple[str, ...] = ()
    """Names of the components that are services."""
    sleeps: bool = False
    """Whether anything sleeps at night."""
    budget: Decimal | None = None
    """US dollars a month that the stack's own budget allows."""

    @property
    def total(self) -> Decimal:
        """US dollars a month, by the hours that everything runs."""
        return sum((line.monthly for line in self.lines), Decimal(0))

    @property
    def awake(self) -> Decimal:
        """US dollars for a month in which nothing sleeps."""
        return sum((line.awake for line in self.lines), Decimal(0))

    @property
    def asleep(self) -> Decimal:
        """US dollars for a month in which what can sleep sleeps throughout."""
        return sum((line.asleep for line in self.lines), Decimal(0))

    @property
    def missing_count(self) -> int:
        """How many prices are not known."""
        return len({(price.key, price.region) for price in self.missing}) + len(self.unpriced)

    @property
    def regions_to_read(self) -> tuple[str, ...]:
        """Regions of which prices are missing that `make prices` reads."""
        return tuple(sorted({missing.region for missing in self.missing if missing.key not in NOWHERE}))

    def by_service(self) -> dict[str, Decimal]:
        """Return US dollars a month of each service's tasks and what else is its own, the most expensive first."""
        return {name: monthly for name, monthly in self.by_component().items() if name in self.services}

    def warnings(self) -> tuple[str, ...]:
        """Return what a person should know before anything is built."""
        if self.budget is None or self.budget >= self.total:
            return ()
        more = "at least " if self.missing or self.unpriced else ""
        sentence = (
            f"slipway:budget.monthlyUsd: {plain(self.budget)} USD a month are below the estimate of {more}{self.total:,.2f} USD, "
            "before what depends on use: the budget's alarm would come each month"
        )
        return (sentence,)

    def by_component(self) -> dict[str, Decimal]:
        """Return US dollars a month by the name of the top-level component, the most expensive first."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            sums[line.component] = sums.get(line.component, Decimal(0)) + line.monthly
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
