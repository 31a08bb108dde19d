"""The uptime check: a host to ask."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.model import Settings
from settings.problems import Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    if settings.uptime_check is None:
        return
    domain, region = settings.domain, settings.aws.region
    if limits.partition(region) != "aws":
        yield at(["uptimeCheck"], f"its alarm stands in us-east-1, out of reach of {region}", ["aws", "region"])
    balancer = settings.load_balancer
    if balancer and balancer.internal and not settings.cdn:
        yield at(
            ["uptimeCheck"],
            "Route 53 asks from the internet, which an internal load balancer does not answer: leave it out",
            ["loadBalancer", "internal"],
            ["cdn"],
        )
    if domain is None:
        yield at(["uptimeCheck"], "there is no host to ask: add slipway:domain", ["domain"])
    elif domain.host.startswith("*."):
        yield at(["uptimeCheck"], f"{domain.host} is many hosts; give the domain one to ask", ["domain", "host"])
