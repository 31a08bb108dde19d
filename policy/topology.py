"""What the network lets through: which subnets are public, which zones they span, who may reach a group."""

import ipaddress
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from policy import values
from policy.model import Graph, ResolvedRefs, Resource, Verdict
from policy.values import UNKNOWN, Unknown, Value

ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
DEFAULT_TABLE: Final = "aws:ec2/defaultRouteTable:DefaultRouteTable"
GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
GATEWAY_ATTACHMENT: Final = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
GROUP_RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"
EGRESS_RULE: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
MAIN_TABLE: Final = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
PREFIX_LIST: Final = "aws:ec2/managedPrefixList:ManagedPrefixList"
PREFIX_LIST_ENTRY: Final = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"
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
DATABASE_INSTANCE: Final = "aws:rds/clusterInstance:ClusterInstance"
DATABASE_SUBNETS: Final = "aws:rds/subnetGroup:SubnetGroup"
CLASSIC_BALANCER: Final = "aws:elb/loadBalancer:LoadBalancer"
LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
SERVICE: Final = "aws:ecs/service:Service"
TASK_SET: Final = "aws:ecs/taskSet:TaskSet"

ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
INSTANCE: Final = "aws:ec2/instance:Instance"
INTERFACE: Final = "aws:ec2/networkInterface:NetworkInterface"
LAUNCH_CONFIGURATION: Final = "aws:ec2/launchConfiguration:LaunchConfiguration"
LAUNCH_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
SPOT_INSTANCE: Final = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"

Direction: TypeAlias = Literal["ingress", "egress"]

GROUP_USERS: Final[Mapping[str, Sequence[str]]] = {
    LOAD_BALANCER: ("securityGroups",),
    CLASSIC_BALANCER: ("securityGroups",),
    SERVICE: ("networkConfiguration.securityGroups",),
    TASK_SET: ("networkConfiguration.securityGroups",),
    DATABASE: ("vpcSecurityGroupIds",),
    DATABASE_CLUSTER: ("vpcSecurityGroupIds",),
    "aws:rds/proxy:Proxy": ("vpcSecurityGroupIds",),
    CACHE: ("securityGroupIds",),
    CACHE_NODE: ("securityGroupIds",),
    CACHE_SERVERLESS: ("securityGroupIds",),
    "aws:apigatewayv2/vpcLink:VpcLink": ("securityGroupIds",),
    "aws:apprunner/vpcConnector:VpcConnector": ("securityGroups",),
    "aws:batch/computeEnvironment:ComputeEnvironment": ("computeResources.securityGroupIds",),
    "aws:cloudwatch/eventTarget:EventTarget": ("ecsTarget.networkConfiguration.securityGroups",),
    "aws:codebuild/project:Project": ("vpcConfig.securityGroupIds",),
    "aws:dax/cluster:Cluster": ("securityGroupIds",),
    "aws:dms/replicationInstance:ReplicationInstance": ("vpcSecurityGroupIds",),
    "aws:docdb/cluster:Cluster": ("vpcSecurityGroupIds",),
    "aws:efs/mountTarget:MountTarget": ("securityGroups",),
    "aws:eks/cluster:Cluster": ("vpcConfig.securityGroupIds",),
    "aws:elasticsearch/domain:Domain": ("vpcOptions.securityGroupIds",),
    "aws:fsx/lustreFileSystem:LustreFileSystem": ("securityGroupIds",),
    "aws:fsx/ontapFileSystem:OntapFileSystem": ("securityGroupIds",),
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": ("securityGroupIds",),
    "aws:fsx/windowsFileSystem:WindowsFileSystem": ("securityGroupIds",),
    "aws:lambda/function:Function": ("vpcConfig.securityGroupIds",),
    "aws:memorydb/cluster:Cluster": ("securityGroupIds",),
    "aws:mq/broker:Broker": ("securityGroups",),
    "aws:msk/cluster:Cluster": ("brokerNodeGroupInfo.securityGroups",),
    "aws:mwaa/environment:Environment": ("networkConfiguration.securityGroupIds",),
    "aws:neptune/cluster:Cluster": ("vpcSecurityGroupIds",),
    "aws:opensearch/domain:Domain": ("vpcOptions.securityGroupIds",),
    "aws:rds/proxyEndpoint:ProxyEndpoint": ("vpcSecurityGroupIds",),
    "aws:redshift/cluster:Cluster": ("vpcSecurityGroupIds",),
    "aws:redshiftserverless/workgroup:Workgroup": ("securityGroupIds",),
    "aws:route53/resolverEndpoint:ResolverEndpoint": ("securityGroupIds",),
    "aws:sagemaker/notebookInstance:NotebookInstance": ("securityGroups",),
    "aws:transfer/server:Server": ("endpointDetails.securityGroupIds",),
    ENDPOINT: ("securityGroupIds",),
    INSTANCE: ("vpcSecurityGroupIds", "securityGroups"),
    SPOT_INSTANCE: ("vpcSecurityGroupIds", "securityGroups"),
    INTERFACE: ("securityGroups",),
    "aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment": ("securityGroupId",),
    LAUNCH_CONFIGURATION: ("securityGroups",),
    LAUNCH_TEMPLATE: ("vpcSecurityGroupIds", "networkInterfaces.*.securityGroups", "securityGroupNames"),
}
"""Types that stand behind security groups, and the properties that name the groups."""

_OTHER_WAYS: Final = frozenset(
    {
        ENDPOINT,
        INSTANCE,
        INTERFACE,
        "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
        "aws:ec2/vpnGateway:VpnGateway",
        "aws:ec2/vpnGatewayAttachment:VpnGatewayAttachment",
        "aws:ec2transitgateway/transitGateway:TransitGateway",
        "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
    }
)
"""Where routes lead besides an internet gateway."""

_PROTOCOLS: Final[Mapping[str, str]] = {"all": "-1", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
_IPV4_INTERNET_BITS: Final = 8
_IPV6_INTERNET_BITS: Final = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class InternetExposure:
    """Whether something has a way to the internet gateway."""

    verdict: Verdict
    """FAIL: public. PASS: no route there. UNKNOWN: not visible from this stack or not known yet."""
    why: str
    """The subnet and route, for a message."""


class Topology:
    """Answers about subnets and groups of one graph; each subnet and route table is judged once."""

    __slots__ = ("_main", "_subnets", "_tables", "graph")

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._subnets: dict[str, InternetExposure] = {}
        self._tables: dict[str, InternetExposure] = {}
        self._main: dict[str, InternetExposure] = {}

    def placement(self, chosen: ResolvedRefs) -> InternetExposure:
        """The verdict over the subnets that something is placed in.

        One public subnet decides. Where the selection may hold too much, it decides only if all agree.
        """
        reaches = [self.subnet(item) for item in chosen.found]
        public = [reach for reach in reaches if reach.verdict is Verdict.FAIL]
        if public and (chosen.exact or len(public) == len(reaches)):
            return public[0]
        if public:
            return InternetExposure(
                verdict=Verdict.UNKNOWN, why="its subnets are told apart only when their ids are known"
            )
        if chosen.foreign:
            return InternetExposure(verdict=Verdict.UNKNOWN, why="it uses subnets that this stack does not hold")
        return next(
            (r for r in reaches if r.verdict is Verdict.UNKNOWN), InternetExposure(verdict=Verdict.PASS, why="")
        )

    def subnet(self, subnet: Resource) -> InternetExposure:
        """Whether a subnet's route table leads to an internet gateway."""
        if subnet.urn not in self._subnets:
            self._subnets[subnet.urn] = self._exposure_of(subnet)
        return self._subnets[subnet.urn]

    def zones(self, chosen: ResolvedRefs) -> tuple[set[str], bool]:
        """The zones of a selection of subnets that are known, and whether these are all of them for certain."""
        named = [item.get("availabilityZone") or item.get("availabilityZoneId") for item in chosen.found]
        known = {zone for zone in named if isinstance(zone, str)}
        return known, chosen.certain and all(isinstance(zone, str) for zone in named)

    def _exposure_of(self, subnet: Resource) -> InternetExposure:
        associations, vague = self.graph.companions(subnet, "subnetId", ASSOCIATION)
        for association in associations:
            table = self.graph.refers(association, "routeTableId", TABLE, DEFAULT_TABLE)
            reaches = [self._table(item) for item in table.found]
            owner = self.graph.refers(association, "routeTableId", VPC)
            if not reaches and owner.certain and len(owner.found) == 1:
                return self._about(subnet, self._worst(self._first_table(owner.found[0])))
            if not table.certain or not reaches:
                return InternetExposure(
                    verdict=Verdict.UNKNOWN, why=f"the route table of subnet {subnet.name} is not visible"
                )
            return self._about(subnet, reaches[0])
        if vague:
            return InternetExposure(
                verdict=Verdict.UNKNOWN, why=f"the route table of subnet {subnet.name} is not known yet"
            )
        network = self.graph.refers(subnet, "vpcId", VPC)
        if not network.certain or len(network.found) != 1:
            return InternetExposure(
                verdict=Verdict.UNKNOWN, why=f"the main route table of subnet {subnet.name} is not visible"
            )
        return self._about(subnet, self._main_table(network.found[0]))

    @staticmethod
    def _about(subnet: Resource, table: InternetExposure) -> InternetExposure:
        return InternetExposure(verdict=table.verdict, why=f"subnet {subnet.name} {table.why}")

    def _main_table(self, network: Resource) -> InternetExposure:
        """The table that subnets without an association use: the VPC's first one, unless another took its place."""
        if network.urn not in self._main:
            associations, vague = self.graph.companions(network, "vpcId", MAIN_TABLE)
            chosen = [self.graph.refers(item, "routeTableId", TABLE, DEFAULT_TABLE) for item in associations]
            reaches = [self._table(table) for selection in chosen for table in selection.found]
            if not associations:
                reaches = self._first_table(network)
            if vague or not all(selection.certain for selection in chosen):
                reaches.append(
                    InternetExposure(verdict=Verdict.UNKNOWN, why="has a main route table that is not known yet")
                )
            self._main[network.urn] = self._worst(reaches)
        return self._main[network.urn]

    def _first_table(self, network: Resource) -> list[InternetExposure]:
        """The parts of the table that AWS makes with a VPC, adopted or given routes by the VPC's output."""
        tables, vague = self.graph.companions(network, "defaultRouteTableId", DEFAULT_TABLE)
        routes = self.graph.companions(network, "routeTableId", ROUTE)[0]
        stray = vague or any(
            route.get("routeTableId") is UNKNOWN and not route.dependencies.get("routeTableId")
            for route in self.graph.of(ROUTE)
        )
        lost = InternetExposure(verdict=Verdict.UNKNOWN, why="may have a route of which the table is not known yet")
        return [*map(self._table, tables), *(self._route(route, route.props) for route in routes), *[lost] * stray]

    def _table(self, table: Resource) -> InternetExposure:
        if table.urn not in self._tables:
            routes, vague = self.graph.companions(table, "routeTableId", ROUTE)
            reaches = [self._route(route, route.props) for route in routes]
            reaches += [self._inline(table, route) for route in values.items(table.inputs.get("routes"))]
            if vague:
                reaches.append(InternetExposure(verdict=Verdict.UNKNOWN, why="has routes that are not known yet"))
            self._tables[table.urn] = self._worst(reaches)
        return self._tables[table.urn]

    @staticmethod
    def _worst(reaches: Sequence[InternetExposure]) -> InternetExposure:
        for wanted in (Verdict.FAIL, Verdict.UNKNOWN):
            for reach in reaches:
                if reach.verdict is wanted:
                    return reach
        return InternetExposure(verdict=Verdict.PASS, why="")

    def _route(self, route: Resource, props: dict[str, Value]) -> InternetExposure:
        gateway = props.get("gatewayId")
        if _is_gateway(gateway) or self.graph.refers(route, "gatewayId", GATEWAY, GATEWAY_ATTACHMENT).found:
            return InternetExposure(
                verdict=Verdict.FAIL, why=f"has a route to an internet gateway (Route {route.name})"
            )
        if gateway is UNKNOWN and not self._links(route, "gatewayId", _OTHER_WAYS):
            return InternetExposure(
                verdict=Verdict.UNKNOWN, why=f"has a route whose gateway is not known yet ({route.name})"
            )
        return InternetExposure(verdict=Verdict.PASS, why="")

    def _inline(self, table: Resource, route: Value) -> InternetExposure:
        gateway = values.at(route, "gatewayId")
        linked = values.has_unknown(route) and self._links(table, "routes", (GATEWAY, GATEWAY_ATTACHMENT))
        if _is_gateway(gateway) or (gateway is UNKNOWN and linked):
            return InternetExposure(
                verdict=Verdict.FAIL, why=f"has a route to an internet gateway (RouteTable {table.name})"
            )
        if gateway is UNKNOWN and not self._links(table, "routes", _OTHER_WAYS):
            return InternetExposure(
                verdict=Verdict.UNKNOWN, why=f"has routes that are not known yet (RouteTable {table.name})"
            )
        return InternetExposure(verdict=Verdict.PASS, why="")

    def _links(self, resource: Resource, prop: str, types: Container[str]) -> bool:
        linked = map(self.graph.named, resource.dependencies.get(prop, ()))
        return any(target is not None and target.type in types for target in linked)


def _is_gateway(value: Value) -> bool:
    return isinstance(value, str) and value.startswith("igw-")


@dataclass(frozen=True, kw_only=True, slots=True)
class TrafficRule:
    """One way into a security group or out of it, whichever of the resource types declares it."""

    resource: Resource
    """Where it is written: the group itself or a rule resource."""
    groups: ResolvedRefs
    """The group or groups it opens."""
    cidrs: tuple[str | Unknown, ...] = ()
    """Address ranges at the other end, IPv4 and IPv6; also those of prefix lists that the stack declares."""
    prefix_lists: bool = False
    """Whether a prefix list is at the other end."""
    ports: tuple[int, int] | Unknown = UNKNOWN
    """First and last port; 0 to 65535 for all."""
    protocol: str | Unknown = UNKNOWN
    """``tcp``, ``udp``, ..., ``-1`` for all."""
    unread: bool = False
    """Whether nothing is known about it but that it exists."""


def traffic_rules(graph: Graph, direction: Direction) -> Iterator[TrafficRule]:
    """Every way in or out that the stack declares: inline blocks, old rule resources and new ones.

    A group's outputs hold what the rule resources add, and what those that are gone have added.
    """
    for group in graph.of(GROUP, DEFAULT_GROUP):
        for block in values.items(group.inputs.get(direction)):
            yield _inline_rule(graph, group, block, direction)
    for rule in graph.of(GROUP_RULE):
        if rule.get("type") is UNKNOWN:
            yield TrafficRule(resource=rule, groups=_opened(graph, rule), unread=True)
        elif rule.get("type") == direction:
            cidrs = ("cidrBlocks", "ipv6CidrBlocks")
            yield _rule_of(graph, rule, cidrs=cidrs, lists="prefixListIds", protocol="protocol")
    for rule in graph.of(INGRESS_RULE if direction == "ingress" else EGRESS_RULE):
        yield _rule_of(graph, rule, cidrs=("cidrIpv4", "cidrIpv6"), lists="prefixListId", protocol="ipProtocol")


def ingresses(graph: Graph) -> Iterator[TrafficRule]:
    """Every way in that the stack declares."""
    return traffic_rules(graph, "ingress")


def _opened(graph: Graph, rule: Resource) -> ResolvedRefs:
    return graph.refers(rule, "securityGroupId", GROUP, DEFAULT_GROUP)


def _inline_rule(graph: Graph, group: Resource, block: Value, direction: Direction) -> TrafficRule:
    itself = ResolvedRefs(found=(group,))
    if block is UNKNOWN:
        return TrafficRule(resource=group, groups=itself, unread=True)
    listed = _listed(graph, group.inputs, f"{direction}.*.prefixListIds", values.at(block, "prefixListIds"))
    return TrafficRule(
        resource=group,
        groups=itself,
        cidrs=(*_ranges(values.at(block, "cidrBlocks")), *_ranges(values.at(block, "ipv6CidrBlocks")), *listed),
        prefix_lists=bool(values.items(values.at(block, "prefixListIds"))),
        ports=_ports(values.at(block, "fromPort"), values.at(block, "toPort"), values.at(block, "protocol")),
        protocol=_protocol(values.at(block, "protocol")),
    )


def _rule_of(graph: Graph, rule: Resource, *, cidrs: tuple[str, str], lists: str, protocol: str) -> TrafficRule:
    return TrafficRule(
        resource=rule,
        groups=_opened(graph, rule),
        cidrs=(
            *_ranges(rule.get(cidrs[0])),
            *_ranges(rule.get(cidrs[1])),
            *_listed(graph, rule, lists, rule.get(lists)),
        ),
        prefix_lists=rule.has(lists),
        ports=_ports(rule.get("fromPort"), rule.get("toPort"), rule.get(protocol)),
        protocol=_protocol(rule.get(protocol)),
    )


def _listed(graph: Graph, resource: Resource, path: str, ids: Value) -> list[str | Unknown]:
    """The ranges of the prefix lists of this stack that are meant. One list of several is told by its known id."""
    if not values.items(ids):
        return []
    chosen = graph.refers(resource, path, PREFIX_LIST)
    meant = [item for item in chosen.found if len(chosen.found) == 1 or item.get("id") in values.items(ids)]
    unclear = bool(graph.of(PREFIX_LIST)) and values.has_unknown(ids) and not meant
    listed: list[Value] = [UNKNOWN] * unclear
    for item in meant:
        apart, vague = graph.companions(item, "prefixListId", PREFIX_LIST_ENTRY)
        listed += [values.at(entry, "cidr") for entry in values.items(item.get("entries"))]
        listed += [*(entry.get("cidr") for entry in apart), *[UNKNOWN] * vague]
    return _ranges(listed)


def _ranges(value: Value) -> list[str | Unknown]:
    return [item for item in values.items(value) if isinstance(item, str) or item is UNKNOWN]


def _protocol(value: Value) -> str | Unknown:
    if value is UNKNOWN:
        return UNKNOWN
    name = "-1" if value is None else str(value).lower()
    return _PROTOCOLS.get(name, name)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupUsers:
    """Who stands behind the security groups of a stack, by the groups' URNs."""

    sure: dict[str, list[Resource]] = field(default_factory=dict)
    maybe: dict[str, list[Resource]] = field(default_factory=dict)
    """Those that refer to some of a component's groups, without it showing to which."""
    unplaced: list[Resource] = field(default_factory=list)
    """Those of whom no group is known yet."""


def group_users(graph: Graph) -> GroupUsers:
    """Who stands behind each security group."""
    users = GroupUsers()
    for token, paths in GROUP_USERS.items():
        for user in graph.of(token):
            for path in paths:
                chosen = graph.refers(user, path, GROUP, DEFAULT_GROUP)
                for group in chosen.found:
                    (users.sure if chosen.exact else users.maybe).setdefault(group.urn, []).append(user)
                if chosen.foreign and values.has_unknown(user.get(path)):
                    users.unplaced.append(user)
    return users
