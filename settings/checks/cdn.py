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
        yield from found(["cdn", "originHost"], limits.certificate_name(origin_host(cdn, domain)), ["domain", "host"])
    if cdn.waf:
        yield from web_acl.problems(["cdn", "waf"], cdn.waf)
