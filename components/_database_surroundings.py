"""What a database instance and its read replica stand in: subnets, parameters, monitoring and logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

import limits
from components import _documents as documents
from components._role import service_role

if TYPE_CHECKING:
    from components.database import DatabaseArgs


LOG_EXPORTS: Final[Mapping[str, Sequence[str]]] = {
    "postgres": ("postgresql", "upgrade"),
    "mysql": ("error", "slowquery"),
}
"""The logs that each engine writes to CloudWatch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What an instance and its replica have in common."""

    subnets: aws.rds.SubnetGroup
    """The isolated subnets."""
    parameters: aws.rds.ParameterGroup
    """The engine's parameters."""
    role: aws.iam.Role | None
    """What Enhanced Monitoring writes with; None without it."""
    attachment: aws.iam.RolePolicyAttachment | None
    """What the role may do; None without it."""

    @property
    def before(self) -> Sequence[pulumi.Resource]:
        """What must stand before either."""
        return [self.attachment] if self.attachment else []


def make(parent: pulumi.Resource, name: str, args: DatabaseArgs) -> Surroundings:
    """Make what the instance and its replica have in common."""
    subnets = aws.rds.SubnetGroup(
        f"{name}-subnets",
        name_prefix=f"{args.name_prefix}-{name}-",
        description=f"Isolated subnets of database {args.identifier}",
        subnet_ids=list(args.subnet_ids),
        opts=ResourceOptions(parent=parent),
    )
    parameters = _parameter_group(parent, name, args)
    role, attachment = _monitoring_role(parent, name, args) if args.monitoring_seconds else (None, None)
    return Surroundings(subnets=subnets, parameters=parameters, role=role, attachment=attachment)


def _parameter_group(parent: pulumi.Resource, name: str, args: DatabaseArgs) -> aws.rds.ParameterGroup:
    """Make the engine's parameters: those that force TLS and write the slow query log, then the given ones."""
    # A static parameter refuses to apply at once; a dynamic one takes either.
    given = {parameter: (value, "pending-reboot") for parameter, value in args.parameters.items()}
    chosen = {**given, **limits.RDS_OWN_PARAMETERS[args.engine]}
    return aws.rds.ParameterGroup(
        f"{name}-parameters",
        name_prefix=f"{args.name_prefix}-{name}-",
        description=f"Parameters of database {args.identifier}",
        family=f"{args.engine}{limits.rds_major(args.engine, args.version)}",
        parameters=[
            aws.rds.ParameterGroupParameterArgs(name=parameter, value=value, apply_method=method)
            for parameter, (value, method) in sorted(chosen.items())
        ],
        opts=ResourceOptions(parent=parent),
    )


def log_groups(
    parent: pulumi.Resource, name: str, args: DatabaseArgs, identifier: str
) -> Sequence[aws.cloudwatch.LogGroup]:
    """Make the log groups of an instance: RDS makes missing ones itself, without retention."""
    return [
        aws.cloudwatch.LogGroup(
            f"{name}-log-{export}",
            name=f"/aws/rds/instance/{identifier}/{export}",
            retention_in_days=args.log_days,
            kms_key_id=args.log_key_arn,
            opts=ResourceOptions(parent=parent),
        )
        for export in LOG_EXPORTS[args.engine.value]
    ]


def _monitoring_role(
    parent: pulumi.Resource, name: str, args: DatabaseArgs
) -> tuple[aws.iam.Role, aws.iam.RolePolicyAttachment]:
    role = service_role(
        parent,
        f"{name}-monitoring",
        service="monitoring.rds.amazonaws.com",
        name_prefix=args.name_prefix,
        description=f"Writes the Enhanced Monitoring of database {args.identifier}",
        account_id=args.account_id,
        boundary_arn=args.boundary_arn,
    )
    partition = documents.partition(args.region)
    attachment = aws.iam.RolePolicyAttachment(
        f"{name}-monitoring",
        role=role.name,
        policy_arn=f"arn:{partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        opts=ResourceOptions(parent=parent),
    )
    return role, attachment
