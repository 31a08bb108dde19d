"""CloudFront in front of the load balancer."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.checks import web_acl
from settings.derived import origin_host
from settings.model import Settings
from settings.problems import Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong with CloudFront."""
    cdn, domain = settings.cdn, settings.domain
    if cdn is None:
        return
    if not (domain and settings.load_balancer):
        yield at(
            ["cdn"],
            "CloudFront stands in front of the load balancer under the domain's name: add slipway:domain and slipway:loadBalancer",
            ["domain"],
            ["loadBalancer"],
        )
    if domain:
        yield from _origin(origin_host(cdn, domain))
    if cdn.certificate_arn and (region := cdn.certificate_arn.split(":")[3]) != "us-east-1":
        yield at(
            ["cdn", "certificateArn"], f"the certificate is in {region}; CloudFront takes those of us-east-1 alone"
        )
    if cdn.waf:
        yield from web_acl.problems(["cdn", "waf"], cdn.waf)


def _origin(host: str) -> Iterator[Problem]:
    """Check that the load balancer can have a host of its own."""
    place, judged_by = ["cdn", "originHost"], ["domain", "host"]
    if "*" in host:
        yield at(
            place,
            f"{limits.short(host)} is no host that CloudFront could ask: name one of the zone's, such as origin.example.com",
            judged_by,
        )
    yield from found(place, limits.certificate_name(host), judged_by)
