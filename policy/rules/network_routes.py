"""Routes of VPCs: where private subnets, gateways and peerings lead."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from policy import values
from policy.control import ADVISED_IN_PRODUCTION, EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, Control, Severity
from policy.model import Finding, Graph, Resource, Verdict
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.network import ZONE_NAME, zone_of
from policy.topology import ASSOCIATION, DEFAULT_TABLE, ROUTE, SUBNET, TABLE, Topology, faces_world
from policy.values import UNKNOWN, Answer, Value

ADDRESS: Final = "aws:ec2/eip:Eip"


ADDRESS_ASSOCIATION: Final = "aws:ec2/eipAssociation:EipAssociation"


NAT: Final = "aws:ec2/natGateway:NatGateway"


RECORD: Final = "aws:route53/record:Record"


_PRIVATE: Final = frozenset(("private", "isolated", "intra", "database", "databases", "db", "rds"))


_PUBLIC: Final = frozenset(("public", "dmz", "ingress", "edge", "web"))


_KIND_TAGS: Final = ("Name", "Tier", "tier", "Type", "type", "SubnetType", "Network", "aws-cdk:subnet-type")


@resource_rule(
    Control(
        name="peering-routes-narrow",
        title="Routes to VPC peering connections are for the peer's addresses only",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A default route to a peer sends it all traffic, and lets its every address be answered.",
        remediation='aws.ec2.Route(..., vpc_peering_connection_id=peering.id, destination_cidr_block="10.1.2.0/24")',
        url="https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html",
        cis=("5.6",),
        nist=("SC-7", "AC-4"),
        checkov=("CKV2_AWS_44",),
        prowler=("vpc_peering_routing_tables_with_least_privilege",),
    ),
    ROUTE,
    TABLE,
    DEFAULT_TABLE,
)
def peering_routes_narrow(resource: Resource, _config: Config) -> Iterator[Finding]:
    """A default route to a peer sends it everything that goes to the internet."""
    routes = [resource.props] if resource.type == ROUTE else values.items(resource.get("routes"))
    ranges = (
        ("destinationCidrBlock", "destinationIpv6CidrBlock")
        if resource.type == ROUTE
        else ("cidrBlock", "ipv6CidrBlock")
    )
    for route in routes:
        peer = values.at(route, "vpcPeeringConnectionId")
        if peer in (None, ""):
            continue
        wide = values.some(_is_wide(values.at(route, path)) for path in ranges)
        yield from resource.must_hold(
            values.negated(wide),
            "a route to a VPC peering connection is for the internet's addresses, wanted the peer's",
            about="the address range of a route to a VPC peering connection",
            fix='destination_cidr_block="10.1.2.0/24", the subnet that is meant',
        )


def _is_wide(cidr: Value) -> Answer:
    return UNKNOWN if cidr is UNKNOWN else isinstance(cidr, str) and faces_world(cidr)


@stack_rule(
    Control(
        name="addresses-in-use",
        title="Every Elastic IP address belongs to something",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="An unused address costs money, and a DNS record that still names it can be taken over once it is given back.",
        remediation="aws.ec2.NatGateway(..., allocation_id=address.allocation_id)",
        url=HUB + "ec2-controls.html#ec2-12",
        fsbp=("EC2.12",),
        nist=("CM-8",),
        checkov=("CKV2_AWS_19",),
        prowler=("ec2_elastic_ip_unassigned",),
    ),
    ADDRESS,
)
def addresses_in_use(graph: Graph, _config: Config) -> Iterator[Finding]:
    """AWS takes money for every one, used or not. A DNS record does not use it."""
    needed = {
        urn
        for resource in graph.resources
        if resource.type not in (RECORD, ADDRESS)
        for urns in resource.dependencies.values()
        for urn in urns
    }
    for address in graph.of(ADDRESS):
        if address.urn in needed or address.inputs.has("instance") or address.inputs.has("networkInterface"):
            continue
        found: list[Resource] = []
        vague = False
        for token in (NAT, ADDRESS_ASSOCIATION):
            users, unclear = graph.companions(address, "allocationId", token)
            found, vague = [*found, *users], vague or unclear
        yield from address.must_hold(
            values.some([bool(found), *[UNKNOWN] * vague]),
            "nothing in this stack uses it",
            about="whether something uses it",
            fix="allocation_id=<this>.allocation_id of what it is for, or leave it out",
        )


@stack_rule(
    Control(
        name="private-subnets-are-private",
        title="No subnet that is called private has a route to an internet gateway",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="People place databases by a subnet's name; one wrong association makes them public.",
        remediation="aws.ec2.RouteTableAssociation(..., subnet_id=private.id, route_table_id=private_table.id)",
        url="https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html",
        nist=("SC-7", "AC-4"),
        prowler=("vpc_subnet_separate_private_public",),
        cdk_nag=("VPCNoUnrestrictedRouteToIGW",),
    ),
    SUBNET,
)
def private_subnets_are_private(graph: Graph, _config: Config) -> Iterator[Finding]:
    """People place databases by the name of a subnet; its route table must agree."""
    topology = Topology(graph)
    fix = "a route table of its own, whose way out is a NAT gateway or none"
    for subnet in graph.of(SUBNET):
        called = _called_private(subnet)
        reach = topology.subnet(subnet) if called is not False else None
        if reach is None or reach.verdict is Verdict.PASS:
            continue
        if called is True and reach.verdict is Verdict.FAIL:
            yield subnet.fails(f"it is called private, and {reach.why}", fix=fix)
        elif called is True or reach.verdict is Verdict.FAIL:
            yield subnet.unknown("whether it is meant to be private, and is, is not known yet")


def _called_private(subnet: Resource) -> Answer:
    tags = subnet.get("tags")
    told = [values.at(tags, key) for key in _KIND_TAGS if isinstance(tags, dict)]
    words = {word for text in (subnet.name, *values.strings(told)) for word in re.split(r"[^a-z]+", text.lower())}
    if words & _PUBLIC:
        return False
    if words & _PRIVATE:
        return True
    return UNKNOWN if tags is UNKNOWN or UNKNOWN in told else False


@stack_rule(
    Control(
        name="nat-gateway-per-zone",
        title="Each zone's private subnets have a NAT gateway of their own",
        category="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=ADVISED_IN_PRODUCTION,
        why="If the zone of the only gateway fails, no other reaches the internet; and traffic between zones costs money.",
        remediation="aws.ec2.NatGateway(..., subnet_id=<public subnet of the zone>) for each zone, or a regional one",
        url="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
        nist=("CP-10", "SC-36"),
    ),
    NAT,
)
def nat_gateway_per_zone(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A gateway serves the subnets of its own zone; a regional one serves all."""
    topology = Topology(graph)
    for gateway in graph.of(NAT):
        mode = gateway.text("availabilityMode", default="zonal")
        if mode == "regional" or not gateway.has("subnetId"):
            continue
        own, sure = topology.zones(graph.refers(gateway, "subnetId", SUBNET))
        subnets, certain = _served(graph, gateway)
        known, all_known = _zones(subnets)
        sure = sure and mode is not UNKNOWN
        if known - own and sure:
            where = " and ".join(values.show(zone, ZONE_NAME) for zone in sorted(known - own))
            yield gateway.fails(
                f"subnets of {where} go through it, and it stands in another zone, wanted one in each",
                fix="a NAT gateway in each zone, and a route table for the private subnets of each",
            )
        elif not certain or (subnets and not (sure and all_known)):
            yield gateway.unknown("the zones that go through it are not known yet")


def _zones(subnets: Sequence[Resource]) -> tuple[set[str], bool]:
    """Return the zones of subnets as far as they are known, and whether all are."""
    zones = [zone_of(subnet) for subnet in subnets]
    known = {zone for zone in zones if isinstance(zone, str)}
    return known, all(isinstance(zone, str) for zone in zones)


def _gateway_of(graph: Graph, route: Value) -> Iterator[Resource]:
    gateway = values.at(route, "natGatewayId")
    return (item for item in graph.of(NAT) if isinstance(gateway, str) and item.get("id") == gateway)


def _served(graph: Graph, gateway: Resource) -> tuple[Sequence[Resource], bool]:
    """The subnets whose route tables lead to a NAT gateway, and whether these are all for certain."""
    tables, certain = _tables_to(graph, gateway)
    subnets: dict[str, Resource] = {}
    for table in tables:
        associations, unclear = graph.companions(table, "routeTableId", ASSOCIATION)
        certain = certain and not unclear
        for association in associations:
            chosen = graph.refers(association, "subnetId", SUBNET)
            certain = certain and chosen.certain
            subnets |= {item.urn: item for item in chosen.found} if chosen.exact else {}
    return list(subnets.values()), certain


def _tables_to(graph: Graph, gateway: Resource) -> tuple[Sequence[Resource], bool]:
    """The route tables with a route to a NAT gateway, inside or apart, and whether these are all for certain."""
    routes, vague = graph.companions(gateway, "natGatewayId", ROUTE)
    tables: dict[str, Resource] = {}
    for route in routes:
        owner = graph.refers(route, "routeTableId", TABLE, DEFAULT_TABLE)
        vague = vague or not owner.certain
        tables |= {item.urn: item for item in owner.found}
    for table in graph.of(TABLE, DEFAULT_TABLE):
        sources = table.dependencies.get("routes", ())
        routes_inside = values.items(table.inputs.get("routes"))
        unknown = values.has_unknown(routes_inside)
        named = any(item is gateway for route in routes_inside for item in _gateway_of(graph, route))
        if named or (unknown and gateway.urn in sources):
            tables[table.urn] = table
        vague = vague or (unknown and not sources)
    return list(tables.values()), not vague
