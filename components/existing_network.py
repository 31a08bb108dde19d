"""A VPC that is there already: what AWS says of it, held against what the program relies on. Nothing is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi_aws as aws
from pulumi import InvokeOptions, Output

import limits
from components._checked import Checked
from components.network import Network

Tier = Literal["public", "private", "isolated"]

_ANYWHERE: Final = "0.0.0.0/0"
_FREE_ADDRESSES: Final = 8
"""What a load balancer wants free in each of its subnets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExistingNetworkArgs(Checked):
    """Which network it is, and what it is expected to be."""

    region: str
    """The region."""
    vpc_id: str
    """The VPC."""
    cidr: str
    """Its range, or one of them."""
    zones: Sequence[str]
    """The zones of the subnets of each tier, in their order."""
    public_subnet_ids: Sequence[str] = ()
    """Subnets with a route to an internet gateway."""
    private_subnet_ids: Sequence[str] = ()
    """Subnets with a way out that is no internet gateway."""
    isolated_subnet_ids: Sequence[str] = ()
    """Subnets without a way out."""
    balancer_tiers: Sequence[Tier] = ("public",)
    """The subnets that load balancers stand in, where they want free addresses."""
    verified: bool = False
    """Whether it is known to be so, as the stack that makes it says it; otherwise AWS is asked."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        for tier, ids in self.tiers.items():
            if ids and len(ids) != len(self.zones):
                yield f"{tier}_subnet_ids", f"{len(ids)} given for {len(self.zones)} zones"

    @property
    def tiers(self) -> Mapping[Tier, Sequence[str]]:
        """The subnets by what they are for."""
        return {
            "public": self.public_subnet_ids,
            "private": self.private_subnet_ids,
            "isolated": self.isolated_subnet_ids,
        }


class ExistingNetwork:
    """The same as `Network` has, of a VPC that somebody else looks after."""

    vpc_id: Output[str]
    """The VPC's id."""
    cidr: str
    """Its range."""
    public_subnet_ids: Sequence[Output[str]]
    """Subnets with a route to the internet, in the order of the zones."""
    private_subnet_ids: Sequence[Output[str]]
    """Subnets of tasks, in the order of the zones."""
    isolated_subnet_ids: Sequence[Output[str]]
    """Subnets without a way out, in the order of the zones."""
    s3_prefix_list_id: Output[str]
    """The addresses of S3 in this region, for security group rules."""

    def __init__(self, args: ExistingNetworkArgs, lookup: InvokeOptions) -> None:
        """Ask AWS what the network is.

        Args:
            args: what it is expected to be.
            lookup: by which provider.

        Raises:
            ValueError: it is something else; with every problem, a line each.
        """
        found = () if args.verified else _problems(args, lookup)
        if problems := [f"ExistingNetworkArgs.{problem}" for problem in found]:
            raise ValueError("\n".join(problems))
        self.vpc_id = Output.from_input(args.vpc_id)
        self.cidr = args.cidr
        self.public_subnet_ids = [Output.from_input(subnet) for subnet in args.public_subnet_ids]
        self.private_subnet_ids = [Output.from_input(subnet) for subnet in args.private_subnet_ids]
        self.isolated_subnet_ids = [Output.from_input(subnet) for subnet in args.isolated_subnet_ids]
        name = f"com.amazonaws.{args.region}.s3"
        self.s3_prefix_list_id = aws.ec2.get_managed_prefix_list_output(name=name, opts=lookup).id


AnyNetwork = Network | ExistingNetwork
"""A network of the stack's own, or one that was there."""


def _problems(args: ExistingNetworkArgs, lookup: InvokeOptions) -> Iterator[str]:
    """Yield what is not as expected. What AWS does not say, as in an offline preview, is taken as it is expected.

    Whether something is there is asked first: a look-up of what is not there ends the program.
    """
    named = aws.ec2.GetVpcsFilterArgs(name="vpc-id", values=[args.vpc_id])
    if args.vpc_id not in aws.ec2.get_vpcs(filters=[named], opts=lookup).ids:
        yield f"vpc_id: there is no {args.vpc_id} in {args.region}, or not in this account"
        return
    vpc = aws.ec2.get_vpc(id=args.vpc_id, opts=lookup)
    ranges = [vpc.cidr_block, *(found.cidr_block for found in vpc.cidr_block_associations or ())]
    if vpc.cidr_block and args.cidr not in ranges:
        yield f"cidr: {args.cidr} is not the range of {args.vpc_id}, which has {limits.listed(sorted(set(ranges)), 'and')}"
    if vpc.enable_dns_support is False:
        yield f"vpc_id: {args.vpc_id} resolves no names: switch DNS support on, as database and endpoints are reached by name"
    wanted = [subnet for subnets in args.tiers.values() for subnet in subnets]
    listed = aws.ec2.GetSubnetsFilterArgs(name="subnet-id", values=wanted)
    there = aws.ec2.get_subnets(filters=[listed], opts=lookup).ids if wanted else []
    for tier, subnets in args.tiers.items():
        for zone, subnet in zip(args.zones if subnets else (), subnets, strict=True):
            if subnet not in there:
                yield f"{tier}_subnet_ids: there is no {subnet} in {args.region}, or not in this account"
                continue
            for problem in _subnet(args, tier, subnet, zone, lookup):
                yield f"{tier}_subnet_ids: {problem}"


def _subnet(args: ExistingNetworkArgs, tier: Tier, id_: str, zone: str, lookup: InvokeOptions) -> Iterator[str]:
    subnet = aws.ec2.get_subnet(id=id_, opts=lookup)
    if subnet.vpc_id and subnet.vpc_id != args.vpc_id:
        yield f"{id_} is in {subnet.vpc_id}, not in {args.vpc_id}"
        return
    if subnet.availability_zone and subnet.availability_zone != zone:
        yield f"{id_} is in {subnet.availability_zone}, and stands where that of {zone} would: give them in the order of zones"
    free = subnet.available_ip_address_count
    if tier in args.balancer_tiers and free is not None and free < _FREE_ADDRESSES:
        yield f"{id_} has {free} free addresses; a load balancer wants {_FREE_ADDRESSES}"
    routes = _routes(args.vpc_id, id_, lookup)
    if routes is not None:
        yield from _way_out(tier, id_, routes)


def _routes(
    vpc_id: str, subnet: str, lookup: InvokeOptions
) -> Sequence[aws.ec2.outputs.GetRouteTableRouteResult] | None:
    """Return the routes of a subnet, those of the main table where it has none of its own; None where they are not told."""
    own = aws.ec2.get_route_tables(
        filters=[aws.ec2.GetRouteTablesFilterArgs(name="association.subnet-id", values=[subnet])], opts=lookup
    )
    main = aws.ec2.GetRouteTableFilterArgs(name="association.main", values=["true"])
    table = (
        aws.ec2.get_route_table(subnet_id=subnet, opts=lookup)
        if own.ids
        else aws.ec2.get_route_table(vpc_id=vpc_id, filters=[main], opts=lookup)
    )
    return table.routes


def _way_out(tier: Tier, id_: str, routes: Sequence[aws.ec2.outputs.GetRouteTableRouteResult]) -> Iterator[str]:
    default = [route for route in routes if route.cidr_block == _ANYWHERE]
    public = any(route.gateway_id.startswith("igw-") for route in default)
    if tier == "public" and not public:
        yield f"{id_} has no route to an internet gateway, so nobody would reach the load balancer"
    if tier == "private" and public:
        yield f"{id_} has a route to an internet gateway: it is a public subnet, from which tasks without a public address get nowhere"
    if tier == "private" and not default:
        yield f"{id_} has no way out for {_ANYWHERE}, so tasks get no images"
    if tier == "isolated" and default:
        yield f"{id_} has a way out for {_ANYWHERE}: it is not isolated"
