"""Rules between security groups."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Input, ResourceOptions


def connection(
    parent: pulumi.Resource,
    name: str,
    source: Input[str],
    destination: Input[str],
    port: int,
    *,
    to: str,
    by: str,
) -> Sequence[pulumi.CustomResource]:
    """Let one security group out to another, and the other let it in.

    Args:
        parent: the component that the rules belong to.
        name: what their names begin with.
        source: the id of the group that connects.
        destination: the id of the group that is connected to.
        port: the TCP port.
        to: the other end, in the words of the first rule's description.
        by: this end, in those of the second's.
    """
    out = aws.vpc.SecurityGroupEgressRule(
        f"{name}-out",
        security_group_id=source,
        referenced_security_group_id=destination,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description=f"To {to}",
        opts=ResourceOptions(parent=parent),
    )
    into = aws.vpc.SecurityGroupIngressRule(
        f"{name}-in",
        security_group_id=destination,
        referenced_security_group_id=source,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description=f"From {by}",
        opts=ResourceOptions(parent=parent),
    )
    return [out, into]
