"""What a database server is to everything that uses it, whether it is an instance or a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Output


@dataclass(frozen=True, kw_only=True, slots=True)
class Replica:
    """What answers queries only: a read replica, or the readers of a cluster."""

    identifier: Output[str]
    """Its name in RDS; of readers, the cluster's."""
    address: Output[str]
    """Its host name."""
    port: int
    """Its TCP port."""
    security_group_id: Output[str]
    """Its security group, without rules of its own; of readers, the cluster's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseServer:
    """A database server that there is."""

    identifier: Output[str]
    """Its name in RDS."""
    arn: Output[str]
    """Its ARN."""
    address: Output[str]
    """The host name of what takes writes."""
    resource_ids: Sequence[Output[str]]
    """What IAM calls it, and its replica where that has a name of its own, in permissions to log in."""
    username: Output[str]
    """The master user."""
    secret_arns: Output[Sequence[str]]
    """The secret in which RDS keeps the master password, as a list of one; empty where it keeps none."""
    answering: Sequence[pulumi.Resource]
    """What has to stand before it takes connections."""
    replica: Replica | None = None
    """Its read replica; None: there is none."""
