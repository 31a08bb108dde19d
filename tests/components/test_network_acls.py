import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.network_acls import NetworkAcls, NetworkAclsArgs
from limits.network_acls import ANYWHERE, AclRule, Flow, Tier, flows, numbered
from limits.network_acls import rules_of as rules_between
from limits.subnets import layout
from preview.graph import Graph
from tests.components.conftest import build, check_contract

ACL = "aws:ec2/networkAcl:NetworkAcl"
RULE = "aws:ec2/networkAclRule:NetworkAclRule"
ASSOCIATION = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
ZONES = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
INTERNET = "198.51.100.7"
SMTP = (587, "203.0.113.0/24")
WANTED = flows(
    entry_ports=(443, 80),
    task_ports=(8000, 3000),
    data_ports=(5432, 6379),
    proxied_ports=(5433,),
    egress=((443, ANYWHERE), SMTP),
)


def args(zones: Sequence[str] = ZONES, **changes: Any) -> NetworkAclsArgs:
    given_: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "vpc_id": "vpc-1",
        "cidr": "10.0.0.0/16",
        "zones": zones,
        "public_subnet_ids": [f"public-{zone}" for zone in zones],
        "private_subnet_ids": [f"private-{zone}" for zone in zones],
        "isolated_subnet_ids": [f"isolated-{zone}" for zone in zones],
        "flows": WANTED,
    }
    return NetworkAclsArgs(**{**given_, **changes})


def rules_of(given: NetworkAclsArgs) -> Mapping[Tier, Sequence[AclRule]]:
    return rules_between(given.ranges, given.flows, nat=given.nat)


def recorded(**changes: Any) -> Graph:
    return build(lambda: NetworkAcls("acls", args(**changes)))


@cache
def usual() -> Graph:
    return recorded()


class Network:
    """What AWS does with the recorded lists: the first rule by number that fits decides; none does: dropped."""

    def __init__(self, graph: Graph) -> None:
        self.lists: dict[str, list[Any]] = {}
        for acl in graph.of(ACL):
            name = acl.name.split("-")[1]
            rules = [rule.inputs for rule in graph.all(RULE, networkAclId=acl.outputs["id"])]
            self.lists[name] = sorted(rules, key=lambda rule: rule["ruleNumber"])

    def lets(self, tier: str, *, out: bool, peer: str, port: int) -> bool:
        for rule in self.lists[tier]:
            if rule["egress"] is not out or rule["protocol"] != "tcp":
                continue
            near = ipaddress.ip_address(peer) in ipaddress.ip_network(rule["cidrBlock"])
            if near and rule["fromPort"] <= port <= rule["toPort"]:
                return bool(rule["ruleAction"] == "allow")
        return False

    def passes(self, path: Sequence[tuple[str, str]], port: int, ephemeral: int) -> bool:
        """Whether a connection and its answers pass; the path is (tier or "", address) from client to server.

        A NAT gateway in the middle stands under two addresses: lists see the client's before it and the server's behind it.
        """
        client, server = path[0], path[-1]
        forth = [self._hop(tier, out=True, peer=server[1], port=port) for tier, _ in path[:-1]]
        forth += [self._hop(tier, out=False, peer=client[1], port=port) for tier, _ in path[1:]]
        back = [self._hop(tier, out=True, peer=client[1], port=ephemeral) for tier, _ in path[1:]]
        back += [self._hop(tier, out=False, peer=server[1], port=ephemeral) for tier, _ in path[:-1]]
        return all(forth + back)

    def _hop(self, tier: str, *, out: bool, peer: str, port: int) -> bool:
        return not tier or self.lets(tier, out=out, peer=peer, port=port)


def addresses(end: Tier | str) -> Iterator[tuple[str, str]]:
    """An address in each zone's subnet, or one of a range outside."""
    if not isinstance(end, Tier):
        yield "", INTERNET if end == ANYWHERE else str(ipaddress.ip_network(end)[5])
        return
    for zone in layout("10.0.0.0/16", ZONES):
        yield end.value, str(ipaddress.ip_network(getattr(zone, end.value))[10])


def paths(flow: Flow, *, nat: bool = True) -> Iterator[Sequence[tuple[str, str]]]:
    for source in addresses(flow.source):
        for destination in addresses(flow.destination):
            if nat and source[0] == "private" and not destination[0]:
                for gateway in addresses(Tier.PUBLIC):
                    yield [source, gateway, destination]
            else:
                yield [source, destination]


def test_contract() -> None:
    check_contract(lambda: NetworkAcls("acls", args()))


@pytest.mark.parametrize("flow", WANTED, ids=lambda flow: f"{flow.source}-{flow.destination}-{flow.port}")
def test_each_flow_and_its_answers_pass_every_list_on_the_path(flow: Flow) -> None:
    network = Network(usual())
    tried = list(paths(flow))
    assert tried
    for path in tried:
        for ephemeral in (1024, 32768, 65535):
            assert network.passes(path, flow.port, ephemeral), path


# Between public and private subnets the span for answers holds the services' ports too: there only security groups,
# which know connections, tell the two apart.
@pytest.mark.parametrize(
    "flow",
    [flow for flow in WANTED if flow.destination is not Tier.PRIVATE],
    ids=lambda flow: f"{flow.source}-{flow.destination}-{flow.port}",
)
def test_a_flow_that_is_taken_from_the_table_is_dropped(flow: Flow) -> None:
    network = Network(recorded(flows=[other for other in WANTED if other != flow]))
    for path in paths(flow):
        assert not network.passes(path, flow.port, 40000), path


@pytest.mark.parametrize(
    ("source", "destination", "port"),
    [
        (ANYWHERE, Tier.ISOLATED, 5432),
        (ANYWHERE, Tier.ISOLATED, 6379),
        (ANYWHERE, Tier.PRIVATE, 443),
        (ANYWHERE, Tier.PRIVATE, 22),
        (ANYWHERE, Tier.PRIVATE, 3389),
        (ANYWHERE, Tier.PUBLIC, 22),
        (ANYWHERE, Tier.PUBLIC, 3389),
        (Tier.PUBLIC, Tier.ISOLATED, 5432),
        (Tier.PRIVATE, Tier.ISOLATED, 22),
        (Tier.PRIVATE, ANYWHERE, 25),
        (Tier.PRIVATE, ANYWHERE, 587),
        (Tier.ISOLATED, ANYWHERE, 443),
        (Tier.ISOLATED, Tier.PRIVATE, 443),
    ],
)
def test_what_nobody_asked_for_is_dropped(source: Tier | str, destination: Tier | str, port: int) -> None:
    network = Network(usual())
    for path in paths(Flow(source=source, destination=destination, port=port)):
        assert not network.passes(path, port, 40000), path


def test_without_nat_the_public_subnets_pass_nothing_on() -> None:
    graph = recorded(nat=False)
    network = Network(graph)
    outward = Flow(source=Tier.PRIVATE, destination=ANYWHERE, port=443)
    assert all(network.passes(path, 443, 40000) for path in paths(outward, nat=False))
    assert not any(
        network.passes(path, 587, 40000) for path in paths(Flow(source=Tier.PRIVATE, destination=SMTP[1], port=587))
    )


def test_packets_that_are_too_large_are_reported_back() -> None:
    graph = usual()
    for tier in ("public", "private"):
        acl = graph.one(ACL, f"acls-{tier}-list")
        for egress in (True, False):
            assert graph.has(
                RULE, networkAclId=acl.outputs["id"], egress=egress, protocol="icmp", icmpType=3, icmpCode=4,
                cidrBlock=ANYWHERE,
            )  # fmt: skip
    assert not graph.has(RULE, networkAclId=graph.one(ACL, "acls-isolated-list").outputs["id"], protocol="icmp")


def test_no_rule_opens_22_or_3389_to_the_world() -> None:
    for rule in usual().all(RULE, egress=False, cidrBlock=ANYWHERE, protocol="tcp"):
        first, last = rule.inputs["fromPort"], rule.inputs["toPort"]
        assert isinstance(first, int)
        assert isinstance(last, int)
        assert not any(first <= port <= last for port in (22, 3389)), rule


def test_each_subnet_gets_its_tiers_list_once_the_rules_stand() -> None:
    graph = usual()
    assert len(graph.of(ASSOCIATION)) == 9
    for tier in Tier:
        acl = graph.one(ACL, f"acls-{tier}-list")
        rules = graph.all(RULE, networkAclId=acl.outputs["id"])
        assert rules
        for zone in ZONES:
            association = graph.one(ASSOCIATION, subnetId=f"{tier}-{zone}", networkAclId=acl.outputs["id"])
            assert {rule.urn for rule in rules} <= set(association.dependencies)


def test_outputs() -> None:
    graph = usual()
    component = graph.one("slipway:index:NetworkAcls")
    ids = {tier.value: graph.one(ACL, f"acls-{tier}-list").outputs["id"] for tier in Tier}
    assert graph.registered_outputs[component.urn] == {"ids": ids}


def numbers(wanted: Sequence[Flow]) -> dict[tuple[str, str], int]:
    return {
        (tier, rule.key): number
        for tier, rules in rules_of(args(flows=wanted, rule_quota=40)).items()
        for number, rule in numbered(rules).items()
    }


PORTS = st.integers(min_value=1, max_value=65535)


@settings(deadline=None)
@given(PORTS, st.sampled_from([(Tier.PUBLIC, Tier.PRIVATE), (Tier.PRIVATE, Tier.ISOLATED), (Tier.PRIVATE, ANYWHERE)]))
def test_one_more_flow_leaves_every_number_as_it_is(port: int, ends: tuple[Tier | str, Tier | str]) -> None:
    before = numbers(WANTED)
    after = numbers([*WANTED, Flow(source=ends[0], destination=ends[1], port=port)])
    assert {key: after.get(key) for key in before} == before


def test_the_order_of_the_table_changes_nothing() -> None:
    assert numbers(list(reversed(WANTED))) == numbers(WANTED)


def test_rules_that_would_share_a_number_both_get_one() -> None:
    rules = rules_of(args())[Tier.PRIVATE]
    twins = numbered([rules[0], rules[0], rules[1]])
    assert sorted(map(id, twins.values())) == sorted(map(id, [rules[0], rules[0], rules[1]]))
    assert all(1 <= number <= 32766 for number in twins)


def test_the_reference_network_fits_the_default_quota() -> None:
    for tier, rules in rules_of(args()).items():
        for direction in ("in", "out"):
            assert sum(rule.direction == direction for rule in rules) <= 19, (tier, direction)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rule_quota": 41}, "NetworkAclsArgs.rule_quota: 41 is outside 20 to 40"),
        ({"rule_quota": 19}, "NetworkAclsArgs.rule_quota: 19 is outside 20 to 40"),
        ({"cidr": "8.8.0.0/16"}, "NetworkAclsArgs.cidr: 8.8.0.0/16 is not a private range"),
        (
            {"isolated_subnet_ids": ["one"]},
            "NetworkAclsArgs.isolated_subnet_ids: 1 given for 3 zones; one each is needed",
        ),
        (
            {"flows": [Flow(source=Tier.PRIVATE, destination=Tier.ISOLATED, port=0)]},
            "NetworkAclsArgs.flows: port 0 is outside 1 to 65535",
        ),
        (
            {"flows": [Flow(source="everyone", destination=Tier.PUBLIC, port=443)]},
            "NetworkAclsArgs.flows: 'everyone' is neither subnets (public, private or isolated) nor an IPv4 range",
        ),
        (
            {"flows": [Flow(source=ANYWHERE, destination="10.0.0.0/8", port=443)]},
            "NetworkAclsArgs.flows: 0.0.0.0/0 to 10.0.0.0/8 does not touch the network",
        ),
        (
            {"flows": flows(task_ports=range(8000, 8006))},
            "NetworkAclsArgs.flows: they need 25 rules in of the private subnets; at most 19 fit rule_quota",
        ),
    ],
)
def test_what_aws_refuses_is_refused_before(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"NetworkAclsArgs\.") as caught:
        args(**changes)
    assert message in str(caught.value)


def test_a_raised_quota_takes_more_flows() -> None:
    assert args(flows=flows(task_ports=range(8000, 8006)), rule_quota=40)
