"""Network access lists: a second, stateless layer under the security groups, made from one table of flows."""

from __future__ import annotations

import ipaddress
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components._subnets import layout

ANYWHERE: Final = "0.0.0.0/0"
"""Every address."""


class Tier(StrEnum):
    """The subnets of one kind, in all zones. They share a list."""

    PUBLIC = "public"
    """Load balancers and NAT gateways."""
    PRIVATE = "private"
    """Services and interface endpoints."""
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
    task_ports: Sequence[int] = (),
    data_ports: Sequence[int] = (),
    proxied_ports: Sequence[int] = (),
    egress: Sequence[tuple[int, str]] = ((443, ANYWHERE),),
) -> Sequence[Flow]:
    """Return the flows of a stack, from the facts its security groups are made of.

    Args:
        entry_ports: ports of the load balancer, open to everyone.
        task_ports: ports of services that the load balancer sends requests and health checks to.
        data_ports: ports of the database and the cache that services connect to.
        proxied_ports: ports of the database that its proxy or replica, among the same subnets, connects to.
        egress: ports and addresses outside that services connect to. HTTPS is always among them: image layers come
            from S3, whose gateway endpoint has public addresses.
    """
    outside = dict.fromkeys([(443, ANYWHERE), *egress])
    return [
        *(Flow(source=ANYWHERE, destination=Tier.PUBLIC, port=port) for port in dict.fromkeys(entry_ports)),
        *(Flow(source=Tier.PUBLIC, destination=Tier.PRIVATE, port=port) for port in dict.fromkeys(task_ports)),
        *(Flow(source=Tier.PRIVATE, destination=Tier.ISOLATED, port=port) for port in dict.fromkeys(data_ports)),
        *(Flow(source=Tier.ISOLATED, destination=Tier.ISOLATED, port=port) for port in dict.fromkeys(proxied_ports)),
        *(Flow(source=Tier.PRIVATE, destination=cidr, port=port) for port, cidr in outside),
        Flow(source=Tier.PRIVATE, destination=Tier.PRIVATE, port=443),
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkAclsArgs:
    """What the lists let through."""

    label: str
    """The stack's name in AWS, such as storefront-production: the beginning of the lists' Name tags."""
    vpc_id: Input[str]
    """The network."""
    cidr: str
    """Its range, which the subnets' ranges follow from."""
    zones: Sequence[str]
    """Its availability zones."""
    public_subnet_ids: Sequence[Input[str]]
    """Its public subnets, in the order of the zones."""
    private_subnet_ids: Sequence[Input[str]]
    """Its private subnets, in the order of the zones."""
    isolated_subnet_ids: Sequence[Input[str]]
    """Its isolated subnets, in the order of the zones."""
    flows: Sequence[Flow]
    """The connections to let through; everything else is dropped. One more adds its rules and leaves the others as they are."""
    nat: bool = True
    """Whether private subnets reach addresses outside through a NAT gateway in the public ones."""
    rule_quota: int = 20
    """The account's quota of rules per list and direction, 20 to 40. AWS raises it on request; more rules slow the network."""

    def __post_init__(self) -> None:
        """Check AWS's limits.

        Raises:
            ValueError: with every problem, a line each.
        """
        problems = [f"NetworkAclsArgs.{name}: {problem}" for name, problem in self._problems() if problem]
        if problems:
            raise ValueError("\n".join(problems))

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        wrong = list(self._wrong())
        yield from wrong
        if wrong:
            return
        most = self.rule_quota - 1
        for tier, rules in rules_of(self).items():
            for direction in ("in", "out"):
                count = sum(rule.direction == direction for rule in rules)
                if count > most:
                    need = f"they need {count} rules {direction} of the {tier} subnets"
                    yield (
                        "flows",
                        f"{need}; at most {most} fit rule_quota beside AWS's own: take fewer ports or zones, or raise it",
                    )

    def _wrong(self) -> Iterator[tuple[str, str]]:
        least, most, highest = 20, 40, 65535
        if not least <= self.rule_quota <= most:
            yield "rule_quota", f"{self.rule_quota} is outside {least} to {most}"
        if problem := limits.network_cidr(self.cidr):
            yield "cidr", problem
        for tier in Tier:
            count = len(_subnet_ids(self, tier))
            if count != len(self.zones):
                yield f"{tier}_subnet_ids", f"{count} given for {len(self.zones)} zones; one each is needed"
        for flow in self.flows:
            if not 1 <= flow.port <= highest:
                yield "flows", f"port {flow.port} is outside 1 to {highest}"
            ends = (flow.source, flow.destination)
            if not any(isinstance(end, Tier) for end in ends):
                yield "flows", f"{flow.source} to {flow.destination} does not touch the network"
            for end in ends:
                if not isinstance(end, Tier) and not _is_range(end):
                    yield "flows", f"{end!r} is neither subnets ({limits.listed(list(Tier))}) nor an IPv4 range"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
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


class NetworkAcls(pulumi.ComponentResource):
    """A list for each tier of subnets, associated once all its rules stand, so that switching it on interrupts nothing.

    Lists are stateless: each flow needs its port one way and the ephemeral ports of its answers the other way, in every
    list on its path, also in that of the NAT gateway's subnet. Nothing is denied by a rule, so their order does not matter.
    """

    ids: Mapping[str, Output[str]]
    """The lists' ids by tier."""

    def __init__(self, name: str, args: NetworkAclsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:NetworkAcls", name, None, opts)
        rules = rules_of(args)
        self.ids = {tier.value: self._list(f"{name}-{tier}", args, tier, rules[tier]) for tier in Tier}
        self.register_outputs({"ids": self.ids})

    def _list(self, name: str, args: NetworkAclsArgs, tier: Tier, rules: Sequence[Rule]) -> Output[str]:
        acl = aws.ec2.NetworkAcl(
            f"{name}-list",
            vpc_id=args.vpc_id,
            tags={"Name": f"{args.label}-{tier}"},
            opts=ResourceOptions(parent=self),
        )
        entries = [
            aws.ec2.NetworkAclRule(
                f"{name}-{rule.key}",
                network_acl_id=acl.id,
                egress=rule.direction == "out",
                rule_number=number,
                rule_action="allow",
                protocol="icmp" if rule.ports is None else "tcp",
                cidr_block=rule.cidr,
                from_port=rule.ports[0] if rule.ports else None,
                to_port=rule.ports[1] if rule.ports else None,
                icmp_type=None if rule.ports else _UNREACHABLE,
                icmp_code=None if rule.ports else _FRAGMENTATION_NEEDED,
                opts=ResourceOptions(parent=self),
            )
            for number, rule in numbered(rules).items()
        ]
        for zone, subnet_id in zip(args.zones, _subnet_ids(args, tier), strict=True):
            aws.ec2.NetworkAclAssociation(
                f"{name}-{zone[-1]}",
                network_acl_id=acl.id,
                subnet_id=subnet_id,
                opts=ResourceOptions(parent=self, depends_on=entries),
            )
        return acl.id


_EPHEMERAL: Final = (1024, 65535)
"""Ports that answers go to: load balancers, NAT gateways and Lambda use the whole span."""
_EPHEMERAL_FROM_ANYWHERE: Final = ((1024, 3388), (3390, 65535))
"""The same without Remote Desktop's port, which no list may open to the world (Security Hub EC2.21)."""
_UNREACHABLE: Final = 3
_FRAGMENTATION_NEEDED: Final = 4
_NUMBERS: Final = 32766
"""The highest number a rule may have."""


def rules_of(args: NetworkAclsArgs) -> Mapping[Tier, Sequence[Rule]]:
    """Return each tier's rules, in the order of the flows that need them."""
    rules: dict[Tier, dict[str, Rule]] = {tier: {} for tier in Tier}
    for tier in (Tier.PUBLIC, Tier.PRIVATE):
        # Without it, large packets to hosts with a smaller path MTU vanish.
        rules[tier] |= _rules("in", ANYWHERE, args, (None,)) | _rules("out", ANYWHERE, args, (None,))
    for flow in args.flows:
        port = ((flow.port, flow.port),)
        outward = args.nat and flow.source is Tier.PRIVATE and not isinstance(flow.destination, Tier)
        through = [Tier.PUBLIC] if outward else []
        for end in [flow.source, *through]:
            if isinstance(end, Tier):
                rules[end] |= _rules("out", flow.destination, args, port) | _answers("in", flow.destination, args, end)
        for end in [flow.destination, *through]:
            if isinstance(end, Tier):
                rules[end] |= _rules("in", flow.source, args, port) | _answers("out", flow.source, args, end)
    return {tier: list(_needed(list(needed.values()))) for tier, needed in rules.items()}


def numbered(rules: Sequence[Rule]) -> Mapping[int, Rule]:
    """Number rules by what they are, not by their place, so that one more changes no other's number.

    Two that would share a number are rare; the later one then takes the next free one.
    """
    numbers: dict[int, Rule] = {}
    for rule in rules:
        number = zlib.crc32(rule.key.encode()) % _NUMBERS + 1
        while number in numbers:
            number = number % _NUMBERS + 1
        numbers[number] = rule
    return numbers


def _rules(
    direction: Literal["in", "out"],
    peer: Tier | str,
    args: NetworkAclsArgs,
    spans: Sequence[tuple[int, int] | None],
) -> dict[str, Rule]:
    rules = [
        Rule(direction=direction, peer=name, cidr=cidr, ports=ports)
        for name, cidr in _addresses(peer, args)
        for ports in spans
    ]
    return {rule.key: rule for rule in rules}


def _answers(direction: Literal["in", "out"], peer: Tier | str, args: NetworkAclsArgs, own: Tier) -> dict[str, Rule]:
    """Return the rules for answers; within the network they name its whole range, because rules are few.

    Not so among isolated subnets, whose data ports are ports of answers too.
    """
    if isinstance(peer, Tier) and not (peer is Tier.ISOLATED and own is Tier.ISOLATED):
        rule = Rule(direction=direction, peer="network", cidr=args.cidr, ports=_EPHEMERAL)
        return {rule.key: rule}
    from_anywhere = direction == "in" and peer == ANYWHERE
    return _rules(direction, peer, args, _EPHEMERAL_FROM_ANYWHERE if from_anywhere else (_EPHEMERAL,))


def _addresses(peer: Tier | str, args: NetworkAclsArgs) -> Iterator[tuple[str, str]]:
    """Yield names and ranges: one of each zone for subnets."""
    if isinstance(peer, Tier):
        for zone in layout(args.cidr, args.zones):
            ranges = {Tier.PUBLIC: zone.public, Tier.PRIVATE: zone.private, Tier.ISOLATED: zone.isolated}
            yield f"{peer}-{zone.letter}", ranges[peer]
    elif peer == ANYWHERE:
        yield "anywhere", peer
    else:
        yield peer.replace(".", "-").replace("/", "-"), peer


def _needed(rules: Sequence[Rule]) -> Iterator[Rule]:
    """Yield the rules without those for answers that another one for answers lets through anyway."""
    for place, rule in enumerate(rules):
        wider = any(
            _covers(other, rule) and (other_place < place or not _covers(rule, other))
            for other_place, other in enumerate(rules)
            if other_place != place
        )
        if not wider:
            yield rule


def _covers(wide: Rule, narrow: Rule) -> bool:
    if wide.direction != narrow.direction or wide.ports is None or narrow.ports is None:
        return False
    for_answers = narrow.ports[0] < narrow.ports[1]
    inside = ipaddress.IPv4Network(narrow.cidr).subnet_of(ipaddress.IPv4Network(wide.cidr))
    return for_answers and inside and wide.ports[0] <= narrow.ports[0] and narrow.ports[1] <= wide.ports[1]


def _is_range(text: str) -> bool:
    try:
        ipaddress.IPv4Network(text)
    except ValueError:
        return False
    return True


def _subnet_ids(args: NetworkAclsArgs, tier: Tier) -> Sequence[Input[str]]:
    return {
        Tier.PUBLIC: args.public_subnet_ids,
        Tier.PRIVATE: args.private_subnet_ids,
        Tier.ISOLATED: args.isolated_subnet_ids,
    }[tier]
