"""What the network lets through: which subnets are public, which zones they span, who may reach a group."""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policy import values
from policy.model import Graph, Resource, Selection, Verdict
from policy.values import UNKNOWN, Unknown, Value

ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
DEFAULT_TABLE: Final = "aws:ec2/defaultRouteTable:DefaultRouteTable"
GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
GROUP_RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
MAIN_TABLE: Final = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
ROUTE: Final = "aws:ec2/route:Route"
SUBNET: Final = "aws:ec2/subnet:Subnet"
TABLE: Final = "aws:ec2/routeTable:RouteTable"
VPC: Final = "aws:ec2/vpc:Vpc"

CACHE: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
CACHE_NODE: Final = "aws:elasticache/cluster:Cluster"
CACHE_SERVERLESS: Final = "aws:elasticache/serverlessCache:ServerlessCache"
CACHE_SUBNETS: Final = "aws:elasticache/subnetGroup:SubnetGroup"
DATABASE: Final = "aws:rds/instance:Instance"
DATABASE_CLUSTER: Final = "aws:rds/cluster:Cluster"
DATABASE_SUBNETS: Final = "aws:rds/subnetGroup:SubnetGroup"
LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
SERVICE: Final = "aws:ecs/service:Service"

GROUP_USERS: Final = {
    LOAD_BALANCER: "securityGroups",
    SERVICE: "networkConfiguration.securityGroups",
    DATABASE: "vpcSecurityGroupIds",
    DATABASE_CLUSTER: "vpcSecurityGroupIds",
    CACHE: "securityGroupIds",
    CACHE_NODE: "securityGroupIds",
    CACHE_SERVERLESS: "securityGroupIds",
    "aws:lambda/function:Function": "vpcConfig.securityGroupIds",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "securityGroupIds",
    "aws:ec2/instance:Instance": "vpcSecurityGroupIds",
    "aws:ec2/launchTemplate:LaunchTemplate": "vpcSecurityGroupIds",
}
"""Types that stand behind security groups, and the property that names the groups."""

_IPV4_INTERNET_BITS: Final = 8
_IPV6_INTERNET_BITS: Final = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """Whether something has a way to the internet gateway."""

    verdict: Verdict
    """FAIL: public. HOLDS: no route there. UNDECIDED: not visible from this stack or not known yet."""
    why: str
    """The subnet and route, for a message."""


class Topology:
    """Answers about subnets and groups of one graph; each subnet and route table is judged once."""

    __slots__ = ("_main", "_subnets", "_tables", "graph")

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._subnets: dict[str, Reach] = {}
        self._tables: dict[str, Reach] = {}
        self._main: dict[str, Reach] = {}

    def placement(self, chosen: Selection) -> Reach:
        """The verdict over the subnets that something is placed in.

        One public subnet decides. Where the selection may hold too much, it decides only if all agree.
        """
        reaches = [self.subnet(item) for item in chosen.found]
        public = [reach for reach in reaches if reach.verdict is Verdict.FAIL]
        if public and (chosen.exact or len(public) == len(reaches)):
            return public[0]
        if public:
            return Reach(verdict=Verdict.UNDECIDED, why="its subnets are told apart only when their ids are known")
        if chosen.foreign:
            return Reach(verdict=Verdict.UNDECIDED, why="it uses subnets that this stack does not hold")
        return next((r for r in reaches if r.verdict is Verdict.UNDECIDED), Reach(verdict=Verdict.HOLDS, why=""))

    def subnet(self, subnet: Resource) -> Reach:
        """Whether a subnet's route table leads to an internet gateway."""
        if subnet.urn not in self._subnets:
            self._subnets[subnet.urn] = self._judge_subnet(subnet)
        return self._subnets[subnet.urn]

    def zones(self, chosen: Selection) -> tuple[set[str], bool]:
        """The zones of a selection of subnets that are known, and whether these are all of them for certain."""
        named = [item.get("availabilityZone") or item.get("availabilityZoneId") for item in chosen.found]
        known = {zone for zone in named if isinstance(zone, str)}
        return known, chosen.certain and all(isinstance(zone, str) for zone in named)

    def _judge_subnet(self, subnet: Resource) -> Reach:
        associations, vague = self.graph.companions(subnet, "subnetId", ASSOCIATION)
        for association in associations:
            table = self.graph.refers(association, "routeTableId", TABLE, DEFAULT_TABLE)
            reaches = [self._table(item) for item in table.found]
            if not table.certain or not reaches:
                return Reach(verdict=Verdict.UNDECIDED, why=f"the route table of subnet {subnet.name} is not visible")
            return self._about(subnet, reaches[0])
        if vague:
            return Reach(verdict=Verdict.UNDECIDED, why=f"the route table of subnet {subnet.name} is not known yet")
        network = self.graph.refers(subnet, "vpcId", VPC)
        if not network.certain or len(network.found) != 1:
            return Reach(verdict=Verdict.UNDECIDED, why=f"the main route table of subnet {subnet.name} is not visible")
        return self._about(subnet, self._main_table(network.found[0]))

    @staticmethod
    def _about(subnet: Resource, table: Reach) -> Reach:
        return Reach(verdict=table.verdict, why=f"subnet {subnet.name} {table.why}")

    def _main_table(self, network: Resource) -> Reach:
        if network.urn not in self._main:
            tables = [
                table
                for association in self.graph.companions(network, "vpcId", MAIN_TABLE)[0]
                for table in self.graph.refers(association, "routeTableId", TABLE, DEFAULT_TABLE).found
            ]
            tables += self.graph.companions(network, "defaultRouteTableId", DEFAULT_TABLE)[0]
            routes = self.graph.companions(network, "routeTableId", ROUTE)[0]
            self._main[network.urn] = self._worst(
                [*(self._table(table) for table in tables), *(self._route(route, route.props) for route in routes)]
            )
        return self._main[network.urn]

    def _table(self, table: Resource) -> Reach:
        if table.urn not in self._tables:
            routes, vague = self.graph.companions(table, "routeTableId", ROUTE)
            reaches = [self._route(route, route.props) for route in routes]
            reaches += [self._inline(table, route) for route in values.items(table.get("routes"))]
            if vague:
                reaches.append(Reach(verdict=Verdict.UNDECIDED, why="has routes that are not known yet"))
            self._tables[table.urn] = self._worst(reaches)
        return self._tables[table.urn]

    @staticmethod
    def _worst(reaches: Sequence[Reach]) -> Reach:
        for wanted in (Verdict.FAIL, Verdict.UNDECIDED):
            for reach in reaches:
                if reach.verdict is wanted:
                    return reach
        return Reach(verdict=Verdict.HOLDS, why="")

    def _route(self, route: Resource, props: dict[str, Value]) -> Reach:
        gateway = props.get("gatewayId")
        leads = bool(self.graph.refers(route, "gatewayId", GATEWAY).found) or _is_gateway(gateway)
        if leads:
            return Reach(verdict=Verdict.FAIL, why=f"has a route to an internet gateway (Route {route.name})")
        if gateway is UNKNOWN and not route.dependencies.get("gatewayId"):
            return Reach(verdict=Verdict.UNDECIDED, why=f"has a route whose gateway is not known yet ({route.name})")
        return Reach(verdict=Verdict.HOLDS, why="")

    def _inline(self, table: Resource, route: Value) -> Reach:
        gateway = values.at(route, "gatewayId")
        linked = values.has_unknown(route) and self._links_to_gateway(table)
        if _is_gateway(gateway) or (gateway is UNKNOWN and linked):
            return Reach(verdict=Verdict.FAIL, why=f"has a route to an internet gateway (RouteTable {table.name})")
        if gateway is UNKNOWN and not table.dependencies.get("routes"):
            return Reach(verdict=Verdict.UNDECIDED, why=f"has routes that are not known yet (RouteTable {table.name})")
        return Reach(verdict=Verdict.HOLDS, why="")

    def _links_to_gateway(self, table: Resource) -> bool:
        gateways = {gateway.urn for gateway in self.graph.of(GATEWAY)}
        return any(urn in gateways for urn in table.dependencies.get("routes", ()))


def _is_gateway(value: Value) -> bool:
    return isinstance(value, str) and value.startswith("igw-")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ingress:
    """One way into a security group, whichever of the resource types declares it."""

    resource: Resource
    """Where it is written: the group itself or a rule resource."""
    groups: Selection
    """The group or groups it opens."""
    cidrs: tuple[str | Unknown, ...]
    """Address ranges let in, IPv4 and IPv6."""
    prefix_lists: bool
    """Whether a prefix list is let in."""
    ports: tuple[int, int] | Unknown
    """First and last port; 0 to 65535 for all."""
    protocol: str | Unknown
    """``tcp``, ``udp``, ..., ``-1`` for all."""
    unread: bool = False
    """Whether nothing is known about it but that it exists."""


def ingresses(graph: Graph) -> Iterator[Ingress]:
    """Every way in that the stack declares: inline blocks, old rule resources and new ones."""
    for group in graph.of(GROUP, DEFAULT_GROUP):
        for block in values.items(group.get("ingress")):
            yield _inline_ingress(group, block)
    for rule in graph.of(GROUP_RULE):
        if rule.get("type") != "egress":
            yield _rule_ingress(
                graph, rule, cidrs=("cidrBlocks", "ipv6CidrBlocks"), lists="prefixListIds", protocol="protocol"
            )
    for rule in graph.of(INGRESS_RULE):
        yield _rule_ingress(graph, rule, cidrs=("cidrIpv4", "cidrIpv6"), lists="prefixListId", protocol="ipProtocol")


def _inline_ingress(group: Resource, block: Value) -> Ingress:
    return Ingress(
        resource=group,
        groups=Selection(found=(group,)),
        cidrs=(*_ranges(values.at(block, "cidrBlocks")), *_ranges(values.at(block, "ipv6CidrBlocks")))
        if block is not UNKNOWN
        else (),
        prefix_lists=block is not UNKNOWN and bool(values.items(values.at(block, "prefixListIds"))),
        ports=_ports(values.at(block, "fromPort"), values.at(block, "toPort"), values.at(block, "protocol")),
        protocol=_protocol(values.at(block, "protocol")),
        unread=block is UNKNOWN,
    )


def _rule_ingress(graph: Graph, rule: Resource, *, cidrs: tuple[str, str], lists: str, protocol: str) -> Ingress:
    return Ingress(
        resource=rule,
        groups=graph.refers(rule, "securityGroupId", GROUP, DEFAULT_GROUP),
        cidrs=(*_ranges(rule.get(cidrs[0])), *_ranges(rule.get(cidrs[1]))),
        prefix_lists=rule.has(lists),
        ports=_ports(rule.get("fromPort"), rule.get("toPort"), rule.get(protocol)),
        protocol=_protocol(rule.get(protocol)),
    )


def _ranges(value: Value) -> list[str | Unknown]:
    return [item for item in values.items(value) if isinstance(item, str) or item is UNKNOWN]


def _protocol(value: Value) -> str | Unknown:
    if value is UNKNOWN:
        return UNKNOWN
    return "-1" if value in ("all", -1, "-1", None) else str(value).lower()


def _ports(first: Value, last: Value, protocol: Value) -> tuple[int, int] | Unknown:
    if _protocol(protocol) == "-1":
        return (0, 65535)
    if first is UNKNOWN or last is UNKNOWN:
        return UNKNOWN
    low = values.number(first, default=0)
    high = values.number(last, default=65535)
    return (int(low), int(high)) if isinstance(low, int | float) and isinstance(high, int | float) else UNKNOWN


def faces_world(cidr: str) -> bool:
    """Whether an address range is the internet or a large part of it (public and wider than /8, IPv6 wider than /16)."""
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False
    widest = _IPV4_INTERNET_BITS if isinstance(network, ipaddress.IPv4Network) else _IPV6_INTERNET_BITS
    return network.prefixlen < widest


def group_users(graph: Graph) -> dict[str, list[Resource]]:
    """Who stands behind each security group, by the group's URN."""
    users: dict[str, list[Resource]] = {}
    for token, path in GROUP_USERS.items():
        for user in graph.of(token):
            for group in graph.refers(user, path, GROUP, DEFAULT_GROUP).found:
                users.setdefault(group.urn, []).append(user)
    return users
