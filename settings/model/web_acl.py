"""`waf` of the load balancer and of CloudFront: the firewall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

import limits
from settings.model.section import Days, Section
from settings.rules import Rule, one_of


class RateLimit(Section):
    """How often one address may ask for some paths: what API Gateway would throttle.

    Unlike there, each address is counted for itself, not all requests or an API key together: there are no usage plans, quotas or bursts. WAF
    looks every few seconds, so somewhat more comes through before it blocks, and goes on blocking until the address is below the limit again. Who is
    blocked gets a 429 with `Retry-After`. About 1 USD a month each.
    """

    path: Annotated[
        str,
        Rule(
            limits.rate_limit_path,
            {"pattern": f"^(?:{limits.RATE_LIMIT_PATH})$", "maxLength": 200},
            "the beginning of a path, such as /api/*",
        ),
    ] = Field(examples=["/api/*"])
    """What the paths begin with, in any case; `/api/*` is the same as `/api/`, and `/api` includes `/api` itself (and `/apiary`)."""
    limit: Annotated[int, Field(ge=10, le=2_000_000_000)] = Field(examples=[300])
    """Requests per window; tighter than the firewall's own `rateLimit`."""
    window_seconds: Annotated[int, one_of(limits.RATE_WINDOWS, "a window WAF counts in")] = 300
    """Seconds back that WAF counts, such as 60: a shorter window blocks sooner, and forgives sooner."""


class Waf(Section):
    """A web application firewall: AWS's managed groups against known attacks, and rate limits."""

    rate_limit: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000
    """Requests per five minutes that one address may make before it is blocked, such as 2000: offices and mobile networks share an address."""
    rate_limits: Sequence[RateLimit] = ()
    """At most nine tighter limits for some paths, instead of API Gateway's throttling, such as `[{path: /api/login*, limit: 20, windowSeconds: 60}]`.
    About 1 USD a month each."""
    log_days: Days = 30
    """Days the firewall's log is kept, such as 30. Billed by GB; a change makes no outage."""
