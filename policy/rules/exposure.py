"""Exposure: which groups let the world in, and over how many zones subnets spread."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, Control, Severity
from policy.model import Finding, Graph, Resource, Verdict
from policy.rule import Config, Parameter, stack_rule
from policy.topology import (
    CACHE_NODE,
    CACHE_SUBNETS,
    CLASSIC_BALANCER,
    DATABASE,
    DATABASE_CLUSTER,
    DATABASE_SUBNETS,
    DEFAULT_GROUP,
    GROUP,
    GROUP_RULE,
    GROUP_USERS,
    INGRESS_RULE,
    LOAD_BALANCER,
    SUBNET,
    GroupUsers,
    InternetExposure,
    Topology,
    TrafficRule,
    faces_world,
    group_users,
    ingresses,
)
from policy.values import UNKNOWN, Unknown

_BALANCERS: Final = (LOAD_BALANCER, CLASSIC_BALANCER)


_WITHOUT_PORTS: Final = ("icmp", "icmpv6")


_ZONE: Final = r"[a-z]{2,3}(-[a-z]{2,4})?-[a-z]+-\d[a-z]?(-[a-z]{3}-\d[a-z])?|[a-z]{3,5}\d-az\d"


def only_groups_reach(graph: Graph, *types: str) -> Iterator[Finding]:
    """Findings about resources whose security groups let addresses in. Databases without any: database-groups-chosen."""
    ways, stray = _by_group(graph)
    for resource in graph.of(*types):
        path, written = GROUP_USERS[resource.type][0], resource.inputs
        if not written.has(path):
            if _must_name_groups(resource):
                fix = "a security group whose ingress names the services' groups"
                yield resource.fails(f"{path} is not set, so the VPC's default group applies", fix=fix)
            continue
        chosen = graph.refers(written, path, GROUP, DEFAULT_GROUP)
        if not chosen.certain:
            yield resource.unknown(f"{path} names security groups that cannot be told from this stack")
        for group in chosen.found:
            for way in (*ways.get(group.urn, ()), *stray):
                sure = chosen.exact and way.groups.exact and group in way.groups.found
                yield from _not_by_address(resource, group, way, sure=sure)


def _must_name_groups(resource: Resource) -> bool:
    """Whether no other control says so, and no replication group does it for its nodes."""
    of_group = resource.type == CACHE_NODE and resource.has("replicationGroupId")
    return resource.type not in (DATABASE, DATABASE_CLUSTER) and not of_group


def _by_group(graph: Graph) -> tuple[dict[str, list[TrafficRule]], list[TrafficRule]]:
    """The ways in, by the group's URN; and those of which no group is known yet."""
    ways: dict[str, list[TrafficRule]] = {}
    stray: list[TrafficRule] = []
    for way in ingresses(graph):
        for group in way.groups.found:
            ways.setdefault(group.urn, []).append(way)
        if not way.groups.found and way.resource.get("securityGroupId") is UNKNOWN:
            stray.append(way)
    return ways, stray


def _not_by_address(resource: Resource, group: Resource, way: TrafficRule, *, sure: bool) -> Iterator[Finding]:
    if way.unread:
        yield resource.unknown(f"whom {way.resource.label} lets in is not known yet")
    sources = [_show_range(cidr) for cidr in way.cidrs] + ["a prefix list"] * way.prefix_lists
    if sources and sure:
        fix = "referenced_security_group_id=<the service's group>.id instead of an address range"
        origin = way.resource.label if way.resource is not group else "its own ingress"
        yield resource.fails(
            f"{group.label} lets in {', '.join(sources)} ({origin}), wanted security groups only", fix=fix
        )
    elif sources:
        yield resource.unknown(f"it is not known yet which group {way.resource.label} opens")


def placement_findings(resource: Resource, through: str, reach: InternetExposure, fix: str) -> Iterator[Finding]:
    """Findings about where something is placed."""
    if reach.verdict is Verdict.FAIL:
        yield resource.fails(f"{through}: {reach.why}, wanted subnets without one", fix=fix)
    elif reach.verdict is Verdict.UNKNOWN:
        yield resource.unknown(f"{through}: {reach.why}")


@stack_rule(
    Control(
        name="internet-reaches-only-load-balancers",
        title="The internet reaches a load balancer on 80 and 443, and nothing else",
        category="Private subnets",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Every other open port is found by scanners within minutes. Parameter: ports.",
        remediation="one group for the balancer that is open to the world; all others name it as their source",
        url=HUB + "ec2-controls.html#ec2-18",
        fsbp=("EC2.13", "EC2.14", "EC2.18", "EC2.19", "EC2.53", "EC2.54"),
        cis=("5.3", "5.4"),
        nist=("SC-7", "AC-4"),
        checkov=("CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_260", "CKV_AWS_277"),
        prowler=(
            "ec2_securitygroup_allow_ingress_from_internet_to_all_ports",
            "ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports",
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389",
        ),
        cdk_nag=("EC23", "EC2RestrictedInbound", "EC2RestrictedCommonPorts", "EC2RestrictedSSH"),
    ),
    GROUP,
    DEFAULT_GROUP,
    GROUP_RULE,
    INGRESS_RULE,
    ports=Parameter({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 65535}}, [80, 443]),
)
def internet_reaches_only_load_balancers(graph: Graph, config: Config) -> Iterator[Finding]:
    """Ingress from the world is for the group of an internet-facing load balancer, on web ports. ICMP has no ports."""
    ports = config.numbers("ports")
    users = group_users(graph)
    for way in ingresses(graph):
        world = [cidr for cidr in way.cidrs if cidr is not UNKNOWN and faces_world(cidr)]
        if way.protocol in _WITHOUT_PORTS:
            continue
        if world:
            yield from _open_to_world(way, _show_range(world[0]), ports, users)
        elif way.unread or UNKNOWN in way.cidrs:
            yield way.resource.unknown("the address range it lets in is not known yet")


def _open_to_world(way: TrafficRule, source: str, ports: list[int], users: GroupUsers) -> Iterator[Finding]:
    web = " and ".join(str(port) for port in ports)
    if way.ports is UNKNOWN or way.protocol is UNKNOWN:
        yield way.resource.unknown(f"it lets in {source} on ports that are not known yet")
        return
    if way.protocol != "tcp" or way.ports[0] != way.ports[1] or way.ports[0] not in ports:
        fix = f"open only {web}, and only to the load balancer's group; others name that group as their source"
        what = f"{_show_ports(way.ports, way.protocol)} open to {source}, wanted the internet only on {web}"
        yield way.resource.fails(what, fix=fix)
        return
    if not way.groups.certain or not way.groups.found:
        yield way.resource.unknown("it is not known yet whose group it opens")
        return
    for group in way.groups.found:
        yield from _behind(way.resource, group, source, users)


def _behind(written: Resource, group: Resource, source: str, users: GroupUsers) -> Iterator[Finding]:
    fix = "referenced_security_group_id=<the load balancer's group>.id, and let only that group face the internet"
    behind = users.sure.get(group.urn, [])
    unsure = [*users.maybe.get(group.urn, []), *users.unplaced]
    others = [user for user in behind if user.type not in _BALANCERS or user.flag("internal") is True]
    if others:
        yield written.fails(f"{group.label} is open to {source} and stands before {others[0].label}", fix=fix)
    elif not behind and not any(user.type in _BALANCERS for user in unsure):
        yield written.fails(
            f"{group.label} is open to {source} and belongs to no internet-facing load balancer", fix=fix
        )
    elif unsure:
        yield written.unknown(f"the security groups of {unsure[0].label} are not known yet")
    elif any(user.flag("internal") is UNKNOWN for user in behind):
        yield written.unknown("it is not known yet whether its load balancer faces the internet")


def _show_range(cidr: str | Unknown) -> str:
    return "an address range" if cidr is UNKNOWN else values.show(cidr, r"[0-9a-fA-F.:]{1,45}/\d{1,3}")


def _show_ports(ports: tuple[int, int], protocol: str) -> str:
    if protocol == "-1":
        return "all ports are"
    return f"port {ports[0]} is" if ports[0] == ports[1] else f"ports {ports[0]} to {ports[1]} are"


@stack_rule(
    Control(
        name="subnet-groups-span-zones",
        title="Subnet groups of databases and caches span two zones",
        category="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A standby has nowhere to go; a group cannot be changed to span zones while in use without care.",
        remediation="aws.rds.SubnetGroup(..., subnet_ids=<one of each zone>)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
        nist=("CP-10", "SC-36"),
    ),
    DATABASE_SUBNETS,
    CACHE_SUBNETS,
)
def subnet_groups_span_zones(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A standby needs a subnet in a second zone."""
    topology = Topology(graph)
    for group in graph.of(DATABASE_SUBNETS, CACHE_SUBNETS):
        yield from spans_two_zones(graph, topology, group, "subnetIds")


def spans_two_zones(graph: Graph, topology: Topology, resource: Resource, path: str) -> Iterator[Finding]:
    """Findings about something whose subnets lie in one zone."""
    chosen = graph.refers(resource, path, SUBNET)
    zones, certain = topology.zones(chosen)
    if len(zones) > 1 and chosen.exact:
        return
    if certain:
        where = values.show(next(iter(zones)), _ZONE) if zones else "no zone"
        yield resource.fails(
            f"{path} lies in {where} only, wanted at least two zones", fix="a subnet of each of two availability zones"
        )
    else:
        yield resource.unknown(f"the zones of {path} are not known yet")
