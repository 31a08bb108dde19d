"""What a health check from outside costs: itself and its options."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from preview.pricing.meter import CostComponent, PricedResource

_FAST_SECONDS: Final = 10
"""The interval that is billed as an option."""


def health_check(priced: PricedResource) -> Iterator[CostComponent]:
    """Meter the check, and each option that AWS bills beside it."""
    family = "route53.health_check"
    kind = priced.text("type")
    features = [
        kind.startswith("HTTPS"),
        kind.endswith("STR_MATCH"),
        priced.number("requestInterval", 30) == _FAST_SECONDS,
        priced.flag("measureLatency"),
    ]
    yield CostComponent(what="health check", key=f"{family}.aws_endpoint_month", quantity=Decimal(1))
    if any(features):
        extra = Decimal(sum(features))
        what = f"{extra} optional feature{'s'[: extra > 1]} (HTTPS, matching, fast, latency)"
        yield CostComponent(what=what, key=f"{family}.optional_feature.aws_endpoint_month", quantity=extra)
