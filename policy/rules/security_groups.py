"""Security groups: what they let out, who uses them, and how their rules are written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, Control, Severity
from policy.model import Finding, Graph, ResolvedRefs, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.network_acls import ACL, ACL_ASSOCIATION, ACL_RULE, DEFAULT_ACL
from policy.topology import (
    DEFAULT_GROUP,
    DEFAULT_TABLE,
    EGRESS_RULE,
    GROUP,
    GROUP_RULE,
    INGRESS_RULE,
    ROUTE,
    TABLE,
    VPC,
    Direction,
    TrafficRule,
    faces_world,
    group_users,
    traffic_rules,
)
from policy.values import UNKNOWN, Answer

_RULES: Final = (GROUP_RULE, INGRESS_RULE, EGRESS_RULE)


_WAYS: Final[tuple[Direction, Direction]] = ("ingress", "egress")


_LAST_PORT: Final = 65535


_OWN_DESCRIPTION: Final = ("", "Managed by Pulumi", "Managed by Terraform")


@stack_rule(
    Control(
        name="default-group-closed",
        title="The default security group of each VPC is empty",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="What is made without a group gets this one, in which all members reach each other and the world.",
        remediation="aws.ec2.DefaultSecurityGroup(..., vpc_id=vpc.id, ingress=[], egress=[])",
        url=HUB + "ec2-controls.html#ec2-2",
        fsbp=("EC2.2",),
        cis=("5.5",),
        nist=("SC-7", "AC-4"),
        checkov=("CKV2_AWS_12",),
        prowler=("ec2_securitygroup_default_restrict_traffic",),
        cdk_nag=("VPCDefaultSecurityGroupClosed",),
    ),
    VPC,
    DEFAULT_GROUP,
)
def default_group_closed(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Whatever is made without a group gets the default one. A program adopts it to empty it."""
    fix = "aws.ec2.DefaultSecurityGroup(..., vpc_id=vpc.id, ingress=[], egress=[])"
    for network in graph.of(VPC):
        adopted, vague = graph.companions(network, "vpcId", DEFAULT_GROUP)
        closed = values.some([bool(adopted), *[UNKNOWN] * vague])
        what = "its default security group is not adopted, so it lets its members reach each other and the world"
        yield from network.must_hold(closed, what, about="its default security group", fix=fix)
    for group in graph.of(DEFAULT_GROUP):
        for direction in _WAYS:
            value = group.inputs.get(direction)
            yield from group.must_hold(
                UNKNOWN if value is UNKNOWN else not value,
                f"{direction} has rules, wanted none",
                about=direction,
                fix=fix,
            )
    for rule in graph.of(*_RULES):
        opened = {item.type for item in graph.refers(rule, "securityGroupId", GROUP, DEFAULT_GROUP, VPC).found}
        if opened and GROUP not in opened:
            yield rule.fails(
                "securityGroupId is a default security group, wanted no rules there", fix="a group of its own"
            )
        elif not opened and rule.get("securityGroupId") is UNKNOWN:
            yield rule.unknown("whether securityGroupId is a default security group is not known yet")


@stack_rule(
    Control(
        name="egress-limited",
        title="No security group lets out everything to everywhere",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="What breaks into a task can take data anywhere, on any port.",
        remediation='aws.vpc.SecurityGroupEgressRule(..., ip_protocol="tcp", from_port=443, to_port=443, cidr_ipv4="0.0.0.0/0")',
        url="https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
        nist=("SC-7", "AC-4"),
        checkov=("CKV_AWS_382",),
    ),
    GROUP,
    DEFAULT_GROUP,
    GROUP_RULE,
    EGRESS_RULE,
)
def egress_limited(graph: Graph, _config: Config) -> Iterator[Finding]:
    """To the world on one port is how an application calls others; on all ports it hides everything."""
    for way in traffic_rules(graph, "egress"):
        world = values.some(UNKNOWN if cidr is UNKNOWN else faces_world(cidr) for cidr in way.cidrs)
        if way.unread:
            yield way.resource.unknown("what it lets out is not known yet")
        else:
            yield from way.resource.must_hold(
                values.negated(values.every([world, _is_everything(way)])),
                "egress on all ports to the internet, wanted the ports it needs",
                about="what it lets out",
                fix='ip_protocol="tcp", from_port=443, to_port=443, and rules to the security groups it talks to',
            )


def _is_everything(way: TrafficRule) -> Answer:
    if way.protocol is UNKNOWN:
        return UNKNOWN
    if way.protocol != "tcp" or way.ports is UNKNOWN:
        return way.protocol == "-1" or (UNKNOWN if way.protocol == "tcp" else False)
    return way.ports[0] <= 1 and way.ports[1] >= _LAST_PORT


@resource_rule(
    Control(
        name="group-rules-described",
        title="Security groups and their rules say what they are for",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Nobody dares to remove a rule whose purpose is not written down.",
        remediation='aws.vpc.SecurityGroupIngressRule(..., description="HTTPS from the load balancer")',
        url="https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
        nist=("CM-8",),
        checkov=("CKV_AWS_23",),
        cdk_nag=("EC27", "EC2SecurityGroupDescription"),
    ),
    GROUP,
    *_RULES,
)
def rules_described(resource: Resource, _config: Config) -> Iterator[Finding]:
    """What a rule is for is nowhere else to be read."""
    fix = 'description="HTTPS from the load balancer"'
    if resource.get("description") in (None, *_OWN_DESCRIPTION):
        yield resource.fails("description is not set", fix=fix)
    for direction in _WAYS if resource.type == GROUP else ():
        blocks = values.items(resource.get(direction))
        if any(isinstance(block, dict) and block.get("description") in (None, "") for block in blocks):
            yield resource.fails(f"{direction} has a rule without description", fix=fix)


@stack_rule(
    Control(
        name="groups-in-use",
        title="Every security group stands before something",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="An unused group with open ports is one click away from being used.",
        remediation="name it in security_groups of a resource, or delete it",
        url=HUB + "ec2-controls.html#ec2-22",
        fsbp=("EC2.22",),
        nist=("CM-8",),
        checkov=("CKV2_AWS_5",),
        prowler=("ec2_securitygroup_not_used",),
    ),
    GROUP,
)
def groups_in_use(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A group that only rules name stands before nothing."""
    written = (*_RULES, GROUP, DEFAULT_GROUP)
    needed = {
        urn
        for resource in graph.resources
        if resource.type not in written
        for urns in resource.dependencies.values()
        for urn in urns
    }
    users = group_users(graph)
    for group in graph.of(GROUP):
        if group.urn in needed or group.urn in users.sure or group.urn in users.maybe:
            continue
        yield from group.must_hold(
            UNKNOWN if users.unplaced else False,
            "nothing in this stack uses it",
            about="whether something uses it",
            fix="name it in security_groups of what it is for, or leave it out",
        )


_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    GROUP: _WAYS,
    DEFAULT_GROUP: _WAYS,
    ACL: (*_WAYS, "subnetIds"),
    DEFAULT_ACL: (*_WAYS, "subnetIds"),
    TABLE: ("routes",),
    DEFAULT_TABLE: ("routes",),
}
"""Types whose parts can be written inside them, by property, or as resources of their own."""


@stack_rule(
    Control(
        name="rules-written-one-way",
        title="Rules and routes are written inside their resource or apart from it, not both",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Each update takes away what the other way wrote: connections break with every second update.",
        remediation="aws.vpc.SecurityGroupIngressRule, aws.ec2.NetworkAclRule, aws.ec2.Route; no ingress, egress or routes inside",
        url="https://docs.aws.amazon.com/vpc/latest/userguide/working-with-security-group-rules.html",
        nist=("CM-2", "SC-7"),
    ),
    *_PARTS,
)
def rules_written_one_way(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Each update of the outer resource takes away what it does not hold itself; the next one of the rule brings it back."""
    inside = [
        (resource, part)
        for resource in graph.of(*_PARTS)
        for part in _PARTS[resource.type]
        if resource.inputs.has(part)
    ]
    if not inside:
        return
    outside = _added_outside(graph, inside)
    for resource, part in inside:
        rules = outside.get((resource.urn, part), [])
        sure = [rule for rule, is_it in rules if is_it is True]
        if sure:
            yield resource.fails(
                f"{part} is written inside it, and {sure[0].label} adds to it from outside; they overwrite each other",
                fix=f"write {part} in one of the two ways only",
            )
        elif rules:
            yield resource.unknown(f"whether {rules[0][0].label} adds to its {part} is not known yet")


def _added_outside(
    graph: Graph, inside: Sequence[tuple[Resource, str]]
) -> Mapping[tuple[str, str], Sequence[tuple[Resource, Answer]]]:
    """Return by URN and property what adds to it from outside, and whether that is certain."""
    found: dict[tuple[str, str], list[tuple[Resource, Answer]]] = {}
    for rule, part, owner in _standalone(graph):
        parts = _WAYS if part is UNKNOWN else (str(part),)
        lost = not owner.found and not owner.certain
        possible = [resource for resource, inner in inside if inner in parts] if lost else owner.found
        is_it = UNKNOWN if part is UNKNOWN or not owner.exact or lost else True
        for resource in possible:
            for one in parts:
                found.setdefault((resource.urn, one), []).append((rule, is_it))
    return found


def _standalone(graph: Graph) -> Iterator[tuple[Resource, values.Value, ResolvedRefs]]:
    """Each rule or route of its own, with the property that it is a part of, and of what."""
    for rule in graph.of(*_RULES):
        kinds = {INGRESS_RULE: "ingress", EGRESS_RULE: "egress"}
        yield rule, kinds.get(rule.type, rule.get("type")), graph.refers(rule, "securityGroupId", GROUP, DEFAULT_GROUP)
    for rule in graph.of(ACL_RULE):
        out = rule.flag("egress")
        part = UNKNOWN if out is UNKNOWN else "egress" if out else "ingress"
        yield rule, part, graph.refers(rule, "networkAclId", ACL, DEFAULT_ACL)
    for association in graph.of(ACL_ASSOCIATION):
        yield association, "subnetIds", graph.refers(association, "networkAclId", ACL, DEFAULT_ACL)
    for route in graph.of(ROUTE):
        yield route, "routes", graph.refers(route, "routeTableId", TABLE, DEFAULT_TABLE)
