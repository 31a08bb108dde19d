"""Network access lists: a second, stateless layer under the security groups, made from one table of flows."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components._checked import Checked
from limits.network_acls import AclRule, Flow, Ranges, Tier, numbered, rules_of, too_many_rules


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkAclsArgs(Checked):
    """What the lists let through."""

    name_prefix: str
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

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        wrong = list(self._wrong())
        yield from wrong
        if wrong:
            return
        for problem in too_many_rules(self.ranges, self.flows, nat=self.nat, quota=self.rule_quota):
            yield "flows", f"{problem} rule_quota beside AWS's own: take fewer ports or zones, or raise it"

    @property
    def ranges(self) -> Ranges:
        """The network's addresses."""
        return Ranges(cidr=self.cidr, zones=self.zones)

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


class NetworkAcls(pulumi.ComponentResource):
    """A list for each tier of subnets, associated once all its rules stand, so that switching it on interrupts nothing.

    Lists are stateless: each flow needs its port one way and the ephemeral ports of its answers the other way, in every
    list on its path, also in that of the NAT gateway's subnet. Nothing is denied by a rule, so their order does not matter.
    """

    ids: Mapping[str, Output[str]]
    """The lists' ids by tier."""

    def __init__(self, name: str, args: NetworkAclsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:NetworkAcls", name, None, opts)
        rules = rules_of(args.ranges, args.flows, nat=args.nat)
        self.ids = {tier.value: self._list(f"{name}-{tier}", args, tier, rules[tier]) for tier in Tier}
        self.register_outputs({"ids": self.ids})

    def _list(self, name: str, args: NetworkAclsArgs, tier: Tier, rules: Sequence[AclRule]) -> Output[str]:
        acl = aws.ec2.NetworkAcl(
            f"{name}-list",
            vpc_id=args.vpc_id,
            tags={"Name": f"{args.name_prefix}-{tier}"},
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


_UNREACHABLE: Final = 3
_FRAGMENTATION_NEEDED: Final = 4


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
