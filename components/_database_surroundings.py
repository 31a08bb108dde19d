"""What a database server stands in: its key, security group, password, subnets, parameters, monitoring and logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from pulumi import Output, ResourceOptions

import limits
from components import _database_password as passwords
from components import _documents as documents
from components._role import service_role
from components.encryption_key import DataKey, data_key

if TYPE_CHECKING:
    from components.database import DatabaseArgs


LOG_EXPORTS: Final[Mapping[str, Sequence[str]]] = {
    "postgres": ("postgresql", "upgrade"),
    "mysql": ("error", "slowquery"),
    "aurora-postgresql": ("postgresql",),
    "aurora-mysql": ("audit", "error", "slowquery"),
}
"""The logs that each engine writes to CloudWatch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What a server and its replica have in common."""

    key: DataKey
    """What encrypts storage, snapshots, insights and the master password."""
    group: aws.ec2.SecurityGroup
    """The security group that clients connect to, without rules for them."""
    master_password: Output[str] | None
    """The master password, where the program makes it; None: RDS does."""
    subnets: aws.rds.SubnetGroup
    """The isolated subnets."""
    parameter_group: Output[str]
    """The name of the group of the engine's parameters: the instance's, or the cluster's."""
    role: aws.iam.Role | None
    """What Enhanced Monitoring writes with; None without it."""
    attachment: aws.iam.RolePolicyAttachment | None
    """What the role may do; None without it."""

    @property
    def before(self) -> Sequence[pulumi.Resource]:
        """What must stand before either."""
        return [self.attachment] if self.attachment else []


def make(parent: pulumi.Resource, name: str, args: DatabaseArgs) -> Surroundings:
    """Make what the server and its replica have in common."""
    key = data_key(
        parent,
        name,
        args,
        f"Database {args.identifier}: storage, snapshots, insights and master password",
        args.data_key_arn,
    )
    group = security_group(parent, name, args, f"Database {args.identifier}")
    subnets = aws.rds.SubnetGroup(
        f"{name}-subnets",
        name_prefix=f"{args.name_prefix}-{name}-",
        description=f"Isolated subnets of database {args.identifier}",
        subnet_ids=list(args.subnet_ids),
        opts=ResourceOptions(parent=parent),
    )
    role, attachment = _monitoring_role(parent, name, args) if args.monitoring_seconds else (None, None)
    master_password = None if args.managed_password else passwords.made(parent, name)
    return Surroundings(
        key=key,
        group=group,
        master_password=master_password,
        subnets=subnets,
        parameter_group=_parameter_group(parent, name, args),
        role=role,
        attachment=attachment,
    )


def security_group(parent: pulumi.Resource, name: str, args: DatabaseArgs, description: str) -> aws.ec2.SecurityGroup:
    """Make a security group without rules."""
    return aws.ec2.SecurityGroup(
        f"{name}-group",
        name_prefix=f"{args.name_prefix}-{name}-",
        description=description,
        vpc_id=args.vpc_id,
        tags={"Name": f"{args.name_prefix}-{name}"},
        opts=ResourceOptions(parent=parent),
    )


def lifecycle(args: DatabaseArgs) -> str:
    """Return the setting that allows RDS to charge Extended Support, or makes it refuse."""
    support = "open-source-rds-extended-support"
    return support if args.extended_support else f"{support}-disabled"


def final_snapshot(parent: pulumi.Resource, name: str, args: DatabaseArgs, key: DataKey) -> Output[str] | None:
    """Return the last snapshot's name, with a part that stays the same while the server does and is new for the next; None: there is none."""
    if not args.final_snapshot:
        return None
    suffix = random.RandomId(
        f"{name}-final-snapshot",
        byte_length=4,
        keepers={
            "identifier": args.identifier,
            "engine": args.engine.value,
            "database_name": args.database_name,
            "username": args.username,
            "key": key.arn,
        },
        opts=ResourceOptions(parent=parent),
    )
    return Output.concat(args.identifier, "-final-", suffix.hex)


def _parameter_group(parent: pulumi.Resource, name: str, args: DatabaseArgs) -> Output[str]:
    """Make the engine's parameters: those that force TLS and write the slow query log, then the given ones."""
    # A static parameter refuses to apply at once; a dynamic one takes either.
    given = {parameter: (value, "pending-reboot") for parameter, value in args.parameters.items()}
    chosen = sorted({**given, **limits.RDS_OWN_PARAMETERS[args.engine]}.items())
    prefix, about = f"{args.name_prefix}-{name}-", f"Parameters of database {args.identifier}"
    family, options = f"{args.engine}{limits.rds_major(args.engine, args.version)}", ResourceOptions(parent=parent)
    if limits.rds_is_aurora(args.engine):
        return aws.rds.ClusterParameterGroup(
            f"{name}-parameters",
            name_prefix=prefix,
            description=about,
            family=family,
            parameters=[
                aws.rds.ClusterParameterGroupParameterArgs(name=parameter, value=value, apply_method=method)
                for parameter, (value, method) in chosen
            ],
            opts=options,
        ).name
    return aws.rds.ParameterGroup(
        f"{name}-parameters",
        name_prefix=prefix,
        description=about,
        family=family,
        parameters=[
            aws.rds.ParameterGroupParameterArgs(name=parameter, value=value, apply_method=method)
            for parameter, (value, method) in chosen
        ],
        opts=options,
    ).name


def log_groups(parent: pulumi.Resource, name: str, args: DatabaseArgs, of: str) -> Sequence[aws.cloudwatch.LogGroup]:
    """Make the log groups of a server, such as `instance/storefront`: RDS makes missing ones itself, without retention."""
    return [
        aws.cloudwatch.LogGroup(
            f"{name}-log-{export}",
            name=f"/aws/rds/{of}/{export}",
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
