"""A host name in Route 53 that points at a load balancer or a CloudFront distribution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components._checked import Checked


@dataclass(frozen=True, kw_only=True, slots=True)
class DnsAliasArgs(Checked):
    """Which name points where."""

    zone_id: Input[str]
    """The hosted zone of the name."""
    host: str
    """The host name; `*.` before it stands for every name below. A change makes new records before the old ones go."""
    target: Input[str]
    """DNS name of the load balancer or distribution."""
    target_zone_id: Input[str]
    """The zone AWS keeps that name in, as the load balancer or distribution tells."""
    ipv6: bool = False
    """Whether there is an IPv6 record too: only for targets that have such addresses, as CloudFront does."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "host", limits.host(self.host)


class DnsAlias(pulumi.ComponentResource):
    """Alias records: free of charge, and they follow the target's addresses."""

    fqdn: Output[str]
    """The full name, known once its records exist."""

    def __init__(self, name: str, args: DnsAliasArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DnsAlias", name, None, opts)
        kinds = ("A", "AAAA") if args.ipv6 else ("A",)
        records = [
            aws.route53.Record(
                f"{name}-{kind.lower()}",
                zone_id=args.zone_id,
                name=args.host,
                type=kind,
                aliases=[
                    aws.route53.RecordAliasArgs(
                        name=args.target, zone_id=args.target_zone_id, evaluate_target_health=False
                    )
                ],
                opts=ResourceOptions(parent=self),
            )
            for kind in kinds
        ]
        self.fqdn = Output.all(*(record.fqdn for record in records)).apply(lambda names: str(names[0]))
        self.register_outputs({"fqdn": self.fqdn})
