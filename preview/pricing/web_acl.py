"""What a firewall costs: itself and its rules."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from preview.pricing.meter import CostComponent, PricedResource


def web_acl(priced: PricedResource) -> Iterator[CostComponent]:
    """Meter the firewall and its rules."""
    rules = priced.count("rules")
    yield CostComponent(what="web ACL", key="wafv2.web_acl_month", quantity=Decimal(1))
    yield CostComponent(what=f"{rules} rules", key="wafv2.rule_month", quantity=Decimal(rules))
