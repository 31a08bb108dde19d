"""A service's security group: in from the load balancer alone, out to what the service declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, ResourceOptions

import limits
from components._group_rules import connection

if TYPE_CHECKING:
    from components.service import ServiceArgs

_HTTPS: Final = 443
_ANYWHERE: Final = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionArgs:
    """A part of the stack that a service connects to."""

    security_group_id: Input[str]
    """The part's security group, which gets a rule that lets the service in."""
    port: int
    """The part's TCP port."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EgressArgs:
    """Addresses outside the network that a service connects to."""

    port: int
    """The TCP port."""
    cidr: str
    """The addresses, IPv4."""


def service_group(
    parent: pulumi.Resource, name: str, args: ServiceArgs
) -> tuple[aws.ec2.SecurityGroup, Sequence[pulumi.CustomResource]]:
    """Make the service's group: in from the load balancer only, out to what it declares."""
    group = aws.ec2.SecurityGroup(
        f"{name}-group",
        name_prefix=f"{args.name_prefix}-{name}-",
        description=f"Tasks of {args.service_name}",
        vpc_id=args.vpc_id,
        tags={"Name": f"{args.name_prefix}-{name}"},
        opts=ResourceOptions(parent=parent),
    )
    rules: list[pulumi.CustomResource] = []
    if args.attachment is not None:
        ports = dict.fromkeys(port for port in (args.containers[0].port, args.attachment.health_port) if port)
        for port in ports:
            rules += connection(
                parent,
                f"{name}-requests-{port}",
                args.attachment.security_group_id,
                group.id,
                port,
                to="requests",
                by="the load balancer",
            )
    for part, there in sorted(args.connections.items()):
        called = f"{name}-{part}"
        rules += connection(parent, called, group.id, there.security_group_id, there.port, to=part, by=called)
    for egress in args.egress:
        rules.append(
            _out(
                parent,
                f"{name}-egress-{egress.port}-{limits.slug(egress.cidr)}",
                group.id,
                egress.port,
                cidr=egress.cidr,
            )
        )
    https = {egress.cidr for egress in args.egress if egress.port == _HTTPS}
    if _ANYWHERE not in https:
        # EC2 takes no rule twice.
        if args.network_cidr not in https:
            rules.append(_out(parent, f"{name}-egress-endpoints", group.id, _HTTPS, cidr=args.network_cidr))
        rules.append(_out(parent, f"{name}-egress-s3", group.id, _HTTPS, prefix_list_id=args.s3_prefix_list_id))
    return group, rules


def _out(
    parent: pulumi.Resource,
    name: str,
    group_id: Input[str],
    port: int,
    *,
    cidr: str | None = None,
    prefix_list_id: Input[str] | None = None,
) -> aws.vpc.SecurityGroupEgressRule:
    return aws.vpc.SecurityGroupEgressRule(
        name,
        security_group_id=group_id,
        cidr_ipv4=cidr,
        prefix_list_id=prefix_list_id,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description=f"To {cidr}" if cidr else "To S3, for image layers",
        opts=ResourceOptions(parent=parent),
    )
