"""`slipway:internalBalancer`: a second load balancer, inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

import limits
from settings.model.section import CERTIFICATE_ARN, Host, Section
from settings.rules import Rule


class InternalBalancer(Section):
    """A second load balancer, with private addresses: for services whose `route` goes `through` it, which the internet does not reach.

    Other tasks of the stack reach it where they say `uses: [internalBalancer]`, jobs and migrations too, which no `calls` connect. Its access log goes where
    the other's does, or to a bucket of its own where that is shared, and it has no firewall: who asks is known.
    """

    hosts: Sequence[Host] = Field(default=(), examples=[["billing.internal.example.com"]])
    """Its host names, on a certificate and records of their own, in the domain's public zone, that lead to its private addresses; default `internal.`
    before the domain's host. A change makes another certificate and records, without an outage."""
    sources: Annotated[Sequence[Annotated[str, Rule(limits.address_range)]], Field(max_length=30)] = Field(
        default=(), examples=[["10.8.0.0/16"]]
    )
    """IPv4 ranges that reach it besides, such as those of networks that are joined to the VPC: `[10.8.0.0/16]`. A change holds at once."""
    certificate_arn: Annotated[str, CERTIFICATE_ARN] | None = None
    """An existing ACM certificate of the same region, instead of one that is made: it has to be for all its hosts. Needed where there is no domain."""
    name: Annotated[str, Rule(limits.load_balancer_name)] | None = None
    """Its name in AWS, such as shop-prod-inside: at most 32 characters; generated when left out. A change replaces it."""
    tls_policy: Annotated[str, Rule(limits.tls_policy, {"enum": list(limits.TLS_POLICIES)})] = (
        "ELBSecurityPolicy-TLS13-1-2-2021-06"
    )
    """The TLS policy of its HTTPS listener, the only one, such as ELBSecurityPolicy-TLS13-1-3-2021-06: port 80 is closed."""
    idle_timeout_seconds: Annotated[int, Field(ge=1, le=4000)] = 60
    """Seconds a connection may stay silent before it is closed, such as 120 for slow answers. A change makes no outage."""
