"""Network access lists: which rules a table of flows needs, and how many fit a list."""

from __future__ import annotations

import ipaddress
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from limits.subnets import layout

ANYWHERE: Final = "0.0.0.0/0"
"""Every address."""


class Tier(StrEnum):
    """The subnets of one kind, in all zones. They share a list."""

    PUBLIC = "public"
    """Load balancers that face the internet, and NAT gateways."""
    PRIVATE = "private"
    """Services, internal load balancers and interface endpoints."""
    ISOLATED = "isolated"
    """Databases and caches."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """TCP connections that are wanted. Their answers are let through by themselves."""

    source: Tier | str
    """Who connects: subnets, or addresses outside the network as an IPv4 range."""
    destination: Tier | str
    """Whom to: subnets, or addresses outside the network as an IPv4 range."""
    port: int
    """The port that is connected to."""


def flows(
    *,
    entry_ports: Sequence[int] = (443,),
    internal_entries: Sequence[tuple[str, int]] = (),
    task_ports: Sequence[int] = (),
    data_ports: Sequence[int] = (),
    proxied_ports: Sequence[int] = (),
    egress: Sequence[tuple[int, str]] = ((443, ANYWHERE),),
    inside_ports: Sequence[int] = (),
) -> Sequence[Flow]:
    """Return the flows of a stack, from the facts its security groups are made of.

    Args:
        entry_ports: ports of the load balancer, open to everyone.
        internal_entries: addresses, as IPv4 ranges, that reach an internal load balancer, and the port.
        task_ports: ports of services that the load balancer sends requests and health checks to.
        data_ports: ports of the database and the cache that services connect to.
        proxied_ports: ports of the database that its proxy or replica, among the same subnets, connects to.
        egress: ports and addresses outside that services connect to. HTTPS is always among them: image layers come
            from S3, whose gateway endpoint has public addresses.
        inside_ports: ports of services that other services call, or an internal load balancer.
    """
    outside = dict.fromkeys([(443, ANYWHERE), *egress])
    return [
        *(Flow(source=ANYWHERE, destination=Tier.PUBLIC, port=port) for port in dict.fromkeys(entry_ports)),
        *(Flow(source=source, destination=Tier.PRIVATE, port=port) for source, port in dict.fromkeys(internal_entries)),
        *(Flow(source=Tier.PUBLIC, destination=Tier.PRIVATE, port=port) for port in dict.fromkeys(task_ports)),
        *(Flow(source=Tier.PRIVATE, destination=Tier.ISOLATED, port=port) for port in dict.fromkeys(data_ports)),
        *(Flow(source=Tier.ISOLATED, destination=Tier.ISOLATED, port=port) for port in dict.fromkeys(proxied_ports)),
        *(Flow(source=Tier.PRIVATE, destination=cidr, port=port) for port, cidr in outside),
        *(
            Flow(source=Tier.PRIVATE, destination=Tier.PRIVATE, port=port)
            for port in dict.fromkeys([443, *inside_ports])
        ),
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class AclRule:
    """One entry of a list."""

    direction: Literal["in", "out"]
    """Seen from the subnets."""
    peer: str
    """The other end's name, such as private-a or anywhere."""
    cidr: str
    """The other end's addresses."""
    ports: tuple[int, int] | None
    """The first and the last port; None: ICMP `fragmentation needed`."""

    @property
    def key(self) -> str:
        """What tells the rule from the others of its list."""
        if self.ports is None:
            return f"{self.direction}-icmp-{self.peer}"
        first, last = self.ports
        return f"{self.direction}-{first if first == last else f'{first}-{last}'}-{self.peer}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranges:
    """The addresses of the network and of its subnets."""

    cidr: str
    """The network's range, /16 to /22."""
    zones: Sequence[str]
    """Its availability zones, which the subnets' ranges follow from."""


_EPHEMERAL: Final = (1024, 65535)
"""Ports that answers go to: load balancers, NAT gateways and Lambda use the whole span."""
_EPHEMERAL_FROM_ANYWHERE: Final = ((1024, 3388), (3390, 65535))
"""The same without Remote Desktop's port, which no list may open to the world (Security Hub EC2.21)."""
_NUMBERS: Final = 32766
"""The highest number a rule may have."""


def too_many_rules(ranges: Ranges, flows: Sequence[Flow], *, nat: bool, quota: int) -> Iterator[str]:
    """Check that each tier's rules fit its list, one direction at a time; AWS's own rule takes a place of the quota.

    Args:
        ranges: the network's addresses, which must be right.
        flows: the connections to let through.
        nat: whether private subnets reach addresses outside through a NAT gateway in the public ones.
        quota: the account's quota of rules per list and direction, 20 to 40.
    """
    for tier, rules in rules_of(ranges, flows, nat=nat).items():
        for direction in ("in", "out"):
            count = sum(rule.direction == direction for rule in rules)
            if count > quota - 1:
                yield f"they need {count} rules {direction} of the {tier} subnets; at most {quota - 1} fit"


def rules_of(ranges: Ranges, flows: Sequence[Flow], *, nat: bool) -> Mapping[Tier, Sequence[AclRule]]:
    """Return each tier's rules, in the order of the flows that need them."""
    rules: dict[Tier, dict[str, AclRule]] = {tier: {} for tier in Tier}
    for tier in (Tier.PUBLIC, Tier.PRIVATE):
        # Without it, large packets to hosts with a smaller path MTU vanish.
        rules[tier] |= _rules("in", ANYWHERE, ranges, (None,)) | _rules("out", ANYWHERE, ranges, (None,))
    for flow in flows:
        port = ((flow.port, flow.port),)
        outward = nat and flow.source is Tier.PRIVATE and not isinstance(flow.destination, Tier)
        through = [Tier.PUBLIC] if outward else []
        for end in [flow.source, *through]:
            if isinstance(end, Tier):
                rules[end] |= _rules("out", flow.destination, ranges, port) | _answers(
                    "in", flow.destination, ranges, end
                )
        for end in [flow.destination, *through]:
            if isinstance(end, Tier):
                rules[end] |= _rules("in", flow.source, ranges, port) | _answers("out", flow.source, ranges, end)
    return {tier: list(_needed(list(needed.values()))) for tier, needed in rules.items()}


def numbered(rules: Sequence[AclRule]) -> Mapping[int, AclRule]:
    """Number rules by what they are, not by their place, so that one more changes no other's number.

    Two that would share a number are rare; the later one then takes the next free one.
    """
    numbers: dict[int, AclRule] = {}
    for rule in rules:
        number = zlib.crc32(rule.key.encode()) % _NUMBERS + 1
        while number in numbers:
            number = number % _NUMBERS + 1
        numbers[number] = rule
    return numbers


def _rules(
    direction: Literal["in", "out"],
    peer: Tier | str,
    ranges: Ranges,
    spans: Sequence[tuple[int, int] | None],
) -> dict[str, AclRule]:
    rules = [
        AclRule(direction=direction, peer=name, cidr=cidr, ports=ports)
        for name, cidr in _addresses(peer, ranges)
        for ports in spans
    ]
    return {rule.key: rule for rule in rules}


def _answers(direction: Literal["in", "out"], peer: Tier | str, ranges: Ranges, own: Tier) -> dict[str, AclRule]:
    """Return the rules for answers; within the network they name its whole range, because rules are few.

    Not so among isolated subnets, whose data ports are ports of answers too.
    """
    if isinstance(peer, Tier) and not (peer is Tier.ISOLATED and own is Tier.ISOLATED):
        rule = AclRule(direction=direction, peer="network", cidr=ranges.cidr, ports=_EPHEMERAL)
        return {rule.key: rule}
    from_anywhere = direction == "in" and peer == ANYWHERE
    return _rules(direction, peer, ranges, _EPHEMERAL_FROM_ANYWHERE if from_anywhere else (_EPHEMERAL,))


def _addresses(peer: Tier | str, ranges: Ranges) -> Iterator[tuple[str, str]]:
    """Yield names and ranges: one of each zone for subnets."""
    if isinstance(peer, Tier):
        for zone in layout(ranges.cidr, ranges.zones):
            subnets = {Tier.PUBLIC: zone.public, Tier.PRIVATE: zone.private, Tier.ISOLATED: zone.isolated}
            yield f"{peer}-{zone.letter}", subnets[peer]
    elif peer == ANYWHERE:
        yield "anywhere", peer
    else:
        yield peer.replace(".", "-").replace("/", "-"), peer


def _needed(rules: Sequence[AclRule]) -> Iterator[AclRule]:
    """Yield the rules without those for answers that another one for answers lets through anyway."""
    answers = [(place, rule) for place, rule in enumerate(rules) if rule.ports and rule.ports[0] < rule.ports[1]]
    left_out = {
        place
        for place, rule in answers
        for other_place, other in answers
        if other_place != place and _covers(other, rule) and (other_place < place or not _covers(rule, other))
    }
    yield from (rule for place, rule in enumerate(rules) if place not in left_out)


def _covers(wide: AclRule, narrow: AclRule) -> bool:
    if wide.direction != narrow.direction or wide.ports is None or narrow.ports is None:
        return False
    if not wide.ports[0] <= narrow.ports[0] <= narrow.ports[1] <= wide.ports[1]:
        return False
    if wide.cidr == narrow.cidr:
        return True
    return ipaddress.IPv4Network(narrow.cidr).subnet_of(ipaddress.IPv4Network(wide.cidr))
