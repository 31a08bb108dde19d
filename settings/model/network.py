"""`slipway:network`: the VPC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

import limits
from settings.model.section import Days, Section, Zone
from settings.rules import Rule, Shown

Endpoint = Annotated[str, Rule(limits.endpoint, {"enum": list(limits.ENDPOINT_SERVICES)})]


class Network(Section):
    """The VPC and its public, private and isolated subnets."""

    cidr: Annotated[str, Rule(limits.network_cidr)] = "10.0.0.0/16"
    """The network's private IPv4 range, /16 to /22. A change replaces everything."""
    zones: Annotated[Sequence[Zone], Shown({"minItems": 2, "maxItems": 6})] = Field(
        examples=[["us-east-1a", "us-east-1b"]]
    )
    """Two to six availability zones. A zone keeps its subnets whatever is added or removed beside it."""
    nat: Literal["none", "single", "perZone"] = "perZone"
    """NAT gateways, the way out of private subnets: one per zone, a single one in the first zone (its failure cuts all), or none. About 33 USD a
    month each, and by GB. A change cuts open connections to the outside."""
    endpoints: Sequence[Endpoint] = ()
    """AWS services reached without NAT, such as `[ecr, logs, secretsmanager]`. About 7 USD a month for each endpoint and zone (ecr has two), and
    by GB."""
    flow_log_days: Days | None = 90
    """Days the flow logs (who connected with whom, or was turned away) are kept; null switches them off. Billed by GB; no outage."""
    acls: bool = False
    """Whether access lists under the security groups let through the same connections and no others."""
    acl_rules: Annotated[int, Field(ge=20, le=40)] = 20
    """The account's quota of rules per access list and direction; AWS raises it on request."""
