"""Network access lists: what they let in from the internet, and whether they guard anything."""

import functools
import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policy import values
from policy.control import HUB, IN_PRODUCTION, NOWHERE, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, stack_rule
from policy.topology import faces_world
from policy.values import UNKNOWN, Answer, Value

ACL: Final = "aws:ec2/networkAcl:NetworkAcl"


ACL_ASSOCIATION: Final = "aws:ec2/networkAclAssociation:NetworkAclAssociation"


ACL_RULE: Final = "aws:ec2/networkAclRule:NetworkAclRule"


DEFAULT_ACL: Final = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"


_ALL: Final = ("-1", "all")


_TCP: Final = ("6", "tcp")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One rule for what comes in, inside a list or of its own."""

    resource: Resource
    """Where it is written."""
    acl: str
    """The list's URN, or its id if it is not of this stack; empty where neither is certain."""
    number: Value
    allows: Answer
    cidrs: Sequence[Value]
    protocol: Value
    first: Value
    last: Value

    def covers(self, port: int) -> Answer:
        """Whether it is about a TCP port."""
        if self.protocol is UNKNOWN:
            return UNKNOWN
        protocol = str(self.protocol).lower()
        if protocol in _ALL:
            return True
        spans: Answer = UNKNOWN
        if self.first is not UNKNOWN and self.last is not UNKNOWN:
            low, high = values.number(self.first, default=0), values.number(self.last, default=65535)
            spans = low is not UNKNOWN and high is not UNKNOWN and low <= port <= high
        return values.every([protocol in _TCP, spans])

    def faces_world(self) -> Answer:
        """Whether it is about the internet or a large part of it."""
        return values.some(UNKNOWN if item is UNKNOWN else faces_world(str(item)) for item in self.cidrs)

    def outranks(self, other: "Entry") -> Answer:
        """Whether AWS reads it before another, and it is about all addresses that the other one is about."""
        if not self.acl or not other.acl:
            return UNKNOWN
        before: Answer = UNKNOWN
        if isinstance(self.number, int) and isinstance(other.number, int):
            before = self.number < other.number
        if self.acl != other.acl or before is False:
            return False
        wide = values.every(
            UNKNOWN if UNKNOWN in (theirs, *self.cidrs) else any(_holds(ours, theirs) for ours in self.cidrs)
            for theirs in other.cidrs
        )
        return values.every([before, wide])


def _holds(wide: Value, narrow: Value) -> bool:
    outer, inner = _network(str(wide)), _network(str(narrow))
    if outer is None or inner is None:
        return False
    return outer.version == inner.version and outer.prefixlen <= inner.prefixlen and inner.network_address in outer


@functools.lru_cache(maxsize=4096)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """A range of addresses; None where the text is none. A list's few ranges are compared each with each."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _entries(graph: Graph) -> Iterator[Entry]:
    for acl in graph.of(ACL, DEFAULT_ACL):
        for block in values.items(acl.inputs.get("ingress")):
            yield _entry(acl, acl.urn, block, number="ruleNo", action="action")
    for rule in graph.of(ACL_RULE):
        out = rule.flag("egress")
        if out is not True:
            block = rule.props if out is False else {**rule.props, "ruleAction": UNKNOWN}
            yield _entry(rule, _list_of(graph, rule), block, number="ruleNumber", action="ruleAction")


def _list_of(graph: Graph, rule: Resource) -> str:
    owner = graph.refers(rule, "networkAclId", ACL, DEFAULT_ACL)
    if owner.certain and len(owner.found) == 1:
        return owner.found[0].urn
    elsewhere = rule.get("networkAclId")
    return elsewhere if isinstance(elsewhere, str) and not owner.found else ""


def _entry(resource: Resource, acl: str, block: Value, *, number: str, action: str) -> Entry:
    verb = values.at(block, action)
    ranges = [values.at(block, "cidrBlock"), values.at(block, "ipv6CidrBlock")]
    return Entry(
        resource=resource,
        acl=acl,
        number=values.at(block, number),
        allows=UNKNOWN if verb is UNKNOWN else str(verb).lower() == "allow",
        cidrs=[item for item in ranges if item not in (None, "")],
        protocol=values.at(block, "protocol"),
        first=values.at(block, "fromPort"),
        last=values.at(block, "toPort"),
    )


@stack_rule(
    Control(
        name="network-acl-admin-ports-closed",
        title="No network access list lets the internet reach ports 20 to 22 and 3389",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="The second layer should hold when a security group is opened by mistake. Parameter: ports.",
        remediation="aws.ec2.NetworkAclRule(...) for the ports that are needed, around 20 to 22 and 3389",
        url=HUB + "ec2-controls.html#ec2-21",
        fsbp=("EC2.21",),
        cis=("5.2",),
        nist=("SC-7", "AC-4"),
        checkov=("CKV_AWS_229", "CKV_AWS_230", "CKV_AWS_231", "CKV_AWS_232", "CKV_AWS_352"),
        prowler=("ec2_networkacl_allow_ingress_tcp_port_22", "ec2_networkacl_allow_ingress_tcp_port_3389"),
    ),
    ACL,
    DEFAULT_ACL,
    ACL_RULE,
    ports=Parameter(
        {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 65535}}, [22, 3389, 20, 21]
    ),
)
def admin_ports_closed(graph: Graph, config: Config) -> Iterator[Finding]:
    """The first rule that fits decides, so one that denies before the one that allows is enough."""
    entries = list(_entries(graph))
    denying = [entry for entry in entries if entry.allows is not True]
    for entry in entries:
        for port in config.numbers("ports"):
            opens = values.every([entry.allows, entry.faces_world(), entry.covers(port)])
            if opens is False:
                continue
            denied = [
                values.every([values.negated(other.allows), other.covers(port), other.outranks(entry)])
                for other in denying
                if other is not entry
            ]
            opens = values.every([opens, values.negated(values.some(denied))])
            if opens is not False:
                yield from entry.resource.must_hold(
                    values.negated(opens),
                    f"ingress allows port {port} from the internet",
                    about=f"whether it allows port {port} from the internet",
                    fix="narrower ports or addresses, such as two rules around that port",
                )
                break


@stack_rule(
    Control(
        name="network-acls-in-use",
        title="Every network access list guards a subnet",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="A list without subnets looks like protection and is none.",
        remediation="aws.ec2.NetworkAcl(..., subnet_ids=[subnet.id])",
        url=HUB + "ec2-controls.html#ec2-16",
        fsbp=("EC2.16",),
        nist=("CM-8",),
        checkov=("CKV2_AWS_1",),
        prowler=("ec2_networkacl_unused",),
    ),
    ACL,
)
def acls_in_use(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A list without subnets guards nothing."""
    for acl in graph.of(ACL):
        if not acl.inputs.has("subnetIds"):
            associations, vague = graph.companions(acl, "networkAclId", ACL_ASSOCIATION)
            yield from acl.must_hold(
                values.some([bool(associations), *[UNKNOWN] * vague]),
                "subnetIds is not set, and no NetworkAclAssociation names it",
                about="whether a subnet uses it",
                fix="subnet_ids=[subnet.id], or leave it out",
            )
