"""What a load balancer costs: itself, one capacity unit and its addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from preview.pricing.meter import CostComponent, PricedResource

LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"


def load_balancer(priced: PricedResource) -> Iterator[CostComponent]:
    """Meter an application load balancer, and report another kind as missing."""
    if priced.text("loadBalancerType", "application") != "application":
        yield CostComponent(what=priced.text("loadBalancerType"), key="load_balancer.other", quantity=priced.hours())
        return
    yield CostComponent(what="load balancer", key="alb.hour", quantity=priced.hours())
    yield CostComponent(what="1 capacity unit (LCU)", key="alb.lcu_hour", quantity=priced.hours())
    if not priced.flag("internal"):
        zones = priced.count("subnets") or priced.count("subnetMappings")
        yield CostComponent(what=f"{zones} public IPv4 addresses", key="public_ipv4.hour", quantity=priced.hours(zones))
