"""VPCs: their logs, names, subnets, routes, gateways and endpoints."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource, Verdict
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.documents import allows, covers, everyone, limited_by, statements
from policy.topology import (
    ASSOCIATION,
    DEFAULT_TABLE,
    ENDPOINT,
    ROUTE,
    SUBNET,
    TABLE,
    VPC,
    Topology,
    faces_world,
)
from policy.values import UNKNOWN, Answer, Value

BLOCK_OPTIONS: Final = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
DEFAULT_SUBNET: Final = "aws:ec2/defaultSubnet:DefaultSubnet"
DEFAULT_VPC: Final = "aws:ec2/defaultVpc:DefaultVpc"
ADDRESS: Final = "aws:ec2/eip:Eip"
ADDRESS_ASSOCIATION: Final = "aws:ec2/eipAssociation:EipAssociation"
ENDPOINT_POLICY: Final = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"
NAT: Final = "aws:ec2/natGateway:NatGateway"
RECORD: Final = "aws:route53/record:Record"

_TRAFFIC: Final = "ACCEPT|REJECT|ALL"
_BLOCK_MODE: Final = "off|block-bidirectional|block-ingress"
_ZONE: Final = r"[a-z]{2,3}(-[a-z]{2,4})?-[a-z]+-\d[a-z]?(-[a-z]{3}-\d[a-z])?|[a-z]{3,5}\d-az\d"
_ENDPOINT_CALLERS: Final = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
)
_PRIVATE: Final = frozenset(("private", "isolated", "intra", "database", "databases", "db", "rds"))
_PUBLIC: Final = frozenset(("public", "dmz", "ingress", "edge", "web"))
_KIND_TAGS: Final = ("Name", "Tier", "tier", "Type", "type", "SubnetType", "Network", "aws-cdk:subnet-type")


@stack_rule("network-flow-logged", VPC, FLOW_LOG)
def flow_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Refused connections are the first sign of somebody looking around."""
    for network in graph.of(VPC):
        logs, vague = graph.companions(network, "vpcId", FLOW_LOG)
        yield from network.must_hold(
            values.some([bool(logs), *[UNKNOWN] * vague]),
            "it has no flow log",
            about="its flow log",
            fix='aws.ec2.FlowLog(..., vpc_id=vpc.id, traffic_type="ALL", log_destination=group.arn, iam_role_arn=role.arn)',
        )
    for log in graph.of(FLOW_LOG):
        traffic = log.text("trafficType", default="ALL")
        yield from log.must_hold(
            UNKNOWN if traffic is UNKNOWN else traffic in ("ALL", "REJECT"),
            f"trafficType is {values.show(traffic, _TRAFFIC)}, wanted ALL or REJECT",
            about="trafficType",
            fix='traffic_type="ALL"',
        )


@stack_rule("subnets-give-no-public-ip", SUBNET)
def subnets_give_no_public_ip(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Load balancers and NAT gateways get theirs without it. IPv6 addresses count where the internet has a way in."""
    topology = Topology(graph)
    path = "assignIpv6AddressOnCreation"
    for subnet in graph.of(SUBNET):
        yield from subnet.must_be("mapPublicIpOnLaunch", wanted=False, fix="map_public_ip_on_launch=False")
        if not subnet.has(path) or subnet.flag(path) is False or subnet.flag("ipv6Native") is True:
            continue
        reach = topology.subnet(subnet)
        if reach.verdict is Verdict.FAIL:
            yield from subnet.must_be(path, wanted=False, fix="assign_ipv6_address_on_creation=False")
        elif reach.verdict is Verdict.UNDECIDED:
            yield subnet.undecided(f"{path} is not false, and {reach.why}")


@resource_rule("default-network-unused", DEFAULT_VPC, DEFAULT_SUBNET)
def default_network_unused(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Every subnet of it is public, and all accounts use the same addresses. What is unknown does not matter."""
    yield resource.fails(
        "it adopts the default VPC, whose subnets are all public", fix="aws.ec2.Vpc and its own subnets"
    )


@resource_rule("network-dns-on", VPC)
def dns_on(network: Resource, _config: Config) -> Iterator[Finding]:
    """Endpoints with private names and private hosted zones need both."""
    yield from network.must_be("enableDnsSupport", wanted=True, default=True, fix="enable_dns_support=True")
    yield from network.must_be("enableDnsHostnames", wanted=True, fix="enable_dns_hostnames=True")


@resource_rule("network-public-access-blocked", BLOCK_OPTIONS)
def public_access_blocked(options: Resource, _config: Config) -> Iterator[Finding]:
    """Judged where a program declares it; that every account has it, no single program can tell."""
    mode = options.text("internetGatewayBlockMode")
    yield from options.must_hold(
        UNKNOWN if mode is UNKNOWN else mode in ("block-bidirectional", "block-ingress"),
        f"internetGatewayBlockMode is {values.show(mode, _BLOCK_MODE)}, wanted block-bidirectional or block-ingress",
        about="internetGatewayBlockMode",
        fix='internet_gateway_block_mode="block-ingress", and an exclusion for the VPC of the load balancer',
    )


@resource_rule("peering-routes-narrow", ROUTE, TABLE, DEFAULT_TABLE)
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


@stack_rule("addresses-in-use", ADDRESS)
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
        if address.urn in needed or address.written.has("instance") or address.written.has("networkInterface"):
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


@stack_rule("private-subnets-are-private", SUBNET)
def private_subnets_are_private(graph: Graph, _config: Config) -> Iterator[Finding]:
    """People place databases by the name of a subnet; its route table must agree."""
    topology = Topology(graph)
    fix = "a route table of its own, whose way out is a NAT gateway or none"
    for subnet in graph.of(SUBNET):
        called = _called_private(subnet)
        reach = topology.subnet(subnet) if called is not False else None
        if reach is None or reach.verdict is Verdict.HOLDS:
            continue
        if called is True and reach.verdict is Verdict.FAIL:
            yield subnet.fails(f"it is called private, and {reach.why}", fix=fix)
        elif called is True or reach.verdict is Verdict.FAIL:
            yield subnet.undecided("whether it is meant to be private, and is, is not known yet")


def _called_private(subnet: Resource) -> Answer:
    tags = subnet.get("tags")
    told = [values.at(tags, key) for key in _KIND_TAGS if isinstance(tags, dict)]
    words = {word for text in (subnet.name, *values.strings(told)) for word in re.split(r"[^a-z]+", text.lower())}
    if words & _PUBLIC:
        return False
    if words & _PRIVATE:
        return True
    return UNKNOWN if tags is UNKNOWN or UNKNOWN in told else False


@stack_rule("nat-gateway-per-zone", NAT)
def nat_gateway_per_zone(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A gateway serves the subnets of its own zone; a regional one serves all."""
    topology = Topology(graph)
    for gateway in graph.of(NAT):
        mode = gateway.text("availabilityMode", default="zonal")
        if mode == "regional" or not gateway.has("subnetId"):
            continue
        own, sure = topology.zones(graph.refers(gateway, "subnetId", SUBNET))
        subnets, certain = _served(graph, gateway)
        zones = [_zone(subnet) for subnet in subnets]
        others = sorted({zone for zone in zones if isinstance(zone, str)} - own)
        if others and sure and mode is not UNKNOWN:
            where = " and ".join(values.show(zone, _ZONE) for zone in others)
            yield gateway.fails(
                f"subnets of {where} go through it, and it stands in another zone, wanted one in each",
                fix="a NAT gateway in each zone, and a route table for the private subnets of each",
            )
        elif not certain or (subnets and not (mode is not UNKNOWN and sure and all(isinstance(z, str) for z in zones))):
            yield gateway.undecided("the zones that go through it are not known yet")


def _zone(subnet: Resource) -> Value:
    return subnet.get("availabilityZone") or subnet.get("availabilityZoneId")


def _gateway_of(graph: Graph, route: Value) -> Iterator[Resource]:
    gateway = values.at(route, "natGatewayId")
    return (item for item in graph.of(NAT) if isinstance(gateway, str) and item.get("id") == gateway)


def _served(graph: Graph, gateway: Resource) -> tuple[Sequence[Resource], bool]:
    """The subnets whose route tables lead to a NAT gateway, and whether these are all for certain."""
    routes, vague = graph.companions(gateway, "natGatewayId", ROUTE)
    tables: dict[str, Resource] = {}
    for route in routes:
        owner = graph.refers(route, "routeTableId", TABLE, DEFAULT_TABLE)
        vague = vague or not owner.certain
        tables |= {item.urn: item for item in owner.found}
    for table in graph.of(TABLE, DEFAULT_TABLE):
        sources = table.dependencies.get("routes", ())
        routes_inside = values.items(table.written.get("routes"))
        unknown = values.has_unknown(routes_inside)
        named = any(item is gateway for route in routes_inside for item in _gateway_of(graph, route))
        if named or (unknown and gateway.urn in sources):
            tables[table.urn] = table
        vague = vague or (unknown and not sources)
    subnets: dict[str, Resource] = {}
    for table in tables.values():
        associations, unclear = graph.companions(table, "routeTableId", ASSOCIATION)
        vague = vague or unclear
        for association in associations:
            chosen = graph.refers(association, "subnetId", SUBNET)
            vague = vague or not chosen.certain
            subnets |= {item.urn: item for item in chosen.found} if chosen.exact else {}
    return list(subnets.values()), not vague


@stack_rule("network-spans-zones", VPC)
def network_spans_zones(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A VPC whose subnets another stack makes says nothing."""
    for network in graph.of(VPC):
        subnets, vague = graph.companions(network, "vpcId", SUBNET)
        zones = [_zone(subnet) for subnet in subnets]
        known = {zone for zone in zones if isinstance(zone, str)}
        if not subnets or len(known) > 1:
            continue
        if vague or not all(isinstance(zone, str) for zone in zones):
            yield network.undecided("the zones of its subnets are not known yet")
        else:
            where = values.show(next(iter(known)), _ZONE)
            yield network.fails(
                f"all its subnets lie in {where}, wanted two zones", fix="a subnet in each of two zones"
            )


@stack_rule(
    "network-endpoints-present",
    VPC,
    services=Parameter(
        {"type": "array", "items": {"type": "string", "pattern": r"^[a-z0-9.-]{2,40}$"}},
        ["ecr.api", "ecr.dkr", "kms", "logs", "s3", "secretsmanager", "ssm"],
    ),
)
def endpoints_present(graph: Graph, config: Config) -> Iterator[Finding]:
    """An interface endpoint without private names is one that no SDK finds by itself."""
    for network in graph.of(VPC):
        endpoints, vague = graph.companions(network, "vpcId", ENDPOINT)
        for service in config.words("services"):
            yield from network.must_hold(
                values.some([*(_serves(endpoint, service) for endpoint in endpoints), *[UNKNOWN] * vague]),
                f"it has no endpoint with private DNS for {values.show(service, r'[a-z0-9.-]{2,40}')}",
                about="its endpoints",
                fix="aws.ec2.VpcEndpoint(..., private_dns_enabled=True) for each AWS service that the application calls",
            )


def _serves(endpoint: Resource, service: str) -> Answer:
    name = endpoint.text("serviceName")
    kind = endpoint.text("vpcEndpointType", default="Gateway")
    private = endpoint.flag("privateDnsEnabled")
    found = values.some([kind == "Gateway" if kind is not UNKNOWN else UNKNOWN, private])
    return values.every([UNKNOWN if name is UNKNOWN else name.endswith(f".{service}"), found])


@stack_rule("endpoint-policy-limited", ENDPOINT, ENDPOINT_POLICY)
def endpoint_policy_limited(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A full-access endpoint carries data to anybody's bucket. Endpoints of other companies' services have no policy."""
    fix = "policy=<with a condition on aws:PrincipalOrgID or aws:ResourceAccount>"
    for resource in graph.of(ENDPOINT, ENDPOINT_POLICY):
        policy = values.document(resource.written.get("policy"))
        if resource.type == ENDPOINT and policy is None:
            apart, vague = graph.companions(resource, "vpcEndpointId", ENDPOINT_POLICY)
            if not apart and _takes_policy(resource):
                limited: Answer = UNKNOWN if vague else False
                what = "policy is not set, which allows everything to everybody"
                yield from resource.must_hold(limited, what, about="its policy", fix=fix)
        else:
            yield from resource.must_hold(
                _is_limited(policy),
                "policy allows every action on every resource to everybody, without a condition on whose they are",
                about="policy",
                fix=fix,
            )


def _takes_policy(endpoint: Resource) -> bool:
    kind = endpoint.get("vpcEndpointType")
    return kind in (None, "Gateway", "Interface", UNKNOWN) and ".vpce." not in values.show(
        endpoint.get("serviceName"), ".*"
    )


def _is_limited(policy: Value) -> Answer:
    if policy is None or any(
        allows(statement)
        and everyone(statement)
        and covers(statement, "Action")
        and covers(statement, "Resource")
        and not limited_by(statement, _ENDPOINT_CALLERS)
        for statement in statements(policy)
    ):
        return False
    return UNKNOWN if values.has_unknown(policy) else True
