"""`slipway:network`: the VPC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

import limits
from settings.model.section import Days, Section, Zone
from settings.rules import Rule, Shown, form

Endpoint = Annotated[str, Rule(limits.endpoint, {"enum": list(limits.ENDPOINT_SERVICES)})]

ALLOCATION_ID: Final = form("eipalloc-[0-9a-f]{8,17}", "an allocation id, such as eipalloc-0123456789abcdef0")

SubnetId = Annotated[str, form("subnet-[0-9a-f]{8,17}", "a subnet's id, such as subnet-0123456789abcdef0")]


class ExistingNetwork(Section):
    """A VPC that is there already: the program makes no subnets, routes, access lists or flow logs there, and deletes none."""

    vpc_id: Annotated[str, form("vpc-[0-9a-f]{8,17}", "a VPC's id, such as vpc-0123456789abcdef0")] = Field(
        examples=["vpc-0123456789abcdef0"]
    )
    """The VPC, in the stack's region and account. A change replaces everything in it."""
    public_subnet_ids: Sequence[SubnetId] = ()
    """The load balancer's subnets, one for each of `zones` in their order, with a route to an internet gateway and eight free addresses."""
    private_subnet_ids: Sequence[SubnetId] = ()
    """The tasks' subnets, one for each of `zones` in their order, with a way out that is no internet gateway: NAT, a transit gateway, a firewall."""
    isolated_subnet_ids: Sequence[SubnetId] = ()
    """The subnets of database and cache, one for each of `zones` in their order, without a way out; needed where there is one of them."""


class Network(Section):
    """The VPC and its public, private and isolated subnets."""

    cidr: Annotated[str, Rule(limits.network_cidr)] = "10.0.0.0/16"
    """The network's private IPv4 range, /16 to /22, such as 10.20.0.0/16; no other network that this one is to be joined with may overlap it. A
    change replaces everything."""
    zones: Annotated[Sequence[Zone], Shown({"minItems": 2, "maxItems": 6})] = Field(
        examples=[["us-east-1a", "us-east-1b"]]
    )
    """Two to six availability zones, such as `[eu-central-1a, eu-central-1b]`. A zone keeps its subnets whatever is added or removed beside it;
    taking one out deletes its subnets."""
    existing: ExistingNetwork | None = None
    """A VPC and subnets that are there already, instead of those that are made: `cidr` and `zones` are then what AWS has them as. `pulumi preview`
    asks AWS whether they are what this file says; an offline preview cannot."""
    nat: Literal["none", "single", "perZone", "regional"] = "perZone"
    """NAT gateways, the way out of private subnets: one per zone, a single one in the first zone (its failure cuts all), a regional one that AWS
    spreads over the zones in use with addresses of its own choice, or none. About 33 USD a month for each zone with one, and by GB; endpoints instead
    of it cost more from three on. A change cuts open connections to the outside."""
    tasks: Literal["private", "public"] = "private"
    """Which subnets tasks run in. In the public ones each has a public address, 3.65 USD a month, and its way out is the internet gateway, so no NAT
    gateway is needed (`nat: none`). Its security group still lets in the load balancer alone, but that group is then all that keeps the internet out.
    A change starts all tasks anew."""
    nat_allocation_ids: Sequence[Annotated[str, ALLOCATION_ID]] = ()
    """Elastic IP addresses that are there already, by their allocation ids, such as `[eipalloc-0123456789abcdef0]`: one for each NAT gateway, in the
    order of the zones, so that partners who let these addresses in see no others. Left out, the program makes them. A change replaces the
    gateways and cuts open connections to the outside, and addresses that the program made are given back for good."""
    endpoints: Sequence[Endpoint] = ()
    """AWS services reached without NAT, such as `[ecr, logs, secretsmanager]`. About 7 USD a month for each endpoint and zone (ecr has two), and
    by GB."""
    flow_log_days: Days | None = 90
    """Days the flow logs (who connected with whom, or was turned away) are kept, such as 30; null switches them off. Billed by GB; no outage."""
    acls: bool = False
    """Whether access lists under the security groups let through the same connections and no others: a second guard, without cost. A change makes no
    outage."""
    acl_rules: Annotated[int, Field(ge=20, le=40)] = 20
    """The account's quota of rules per access list and direction, such as 40; AWS raises it on request. More is refused here before AWS does."""
