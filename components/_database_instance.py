"""A database server that is an instance of RDS, with its read replica."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

import limits
from components import _database_password as passwords
from components import _database_surroundings as surroundings
from components._database_server import DatabaseServer, Replica
from components._database_surroundings import LOG_EXPORTS, Surroundings

if TYPE_CHECKING:
    from components.database import DatabaseArgs, RestoreArgs


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplicaArgs:
    """A read replica in the same region: a copy that answers queries, some seconds behind."""

    instance_class: str | None = None
    """Its size; None: that of the database. A change restarts it. It is billed like a database in one zone."""
    zone: str | None = None
    """Its availability zone; None: AWS chooses. A change replaces it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceArgs:
    """An instance of RDS: its size, its storage, and its copies."""

    instance_class: str
    """Its size, such as db.t4g.medium. A change restarts it (with `multi_az`: fails over). The main part of its price."""
    storage_gib: int
    """Storage allocated, GiB: 20 to 65536, io1 and io2 from 100. Grows in place, never shrinks."""
    storage_type: Literal["gp3", "io2", "io1", "gp2"] = "gp3"
    """The kind of storage. A change is made in place and may take hours."""
    iops: int | None = None
    """I/O operations per second: required with io1 and io2, with gp3 only from 400 GiB. Billed."""
    throughput: int | None = None
    """Throughput, MiB/s: only with gp3 from 400 GiB. Billed."""
    max_storage_gib: int | None = None
    """How far storage may grow by itself, GiB, 10 % above `storage_gib` at least; None: it does not."""
    multi_az: bool = True
    """Whether a standby in a second zone takes over when the first fails. Doubles the price; changed in place."""
    replica: ReplicaArgs | None = None
    """A read replica; None: there is none."""

    def problems(self, args: DatabaseArgs) -> Iterator[tuple[str, str | None]]:
        """Check AWS's limits; yield arguments of the database, and what is wrong with each."""
        yield "instance_class", limits.rds_class(self.instance_class)
        yield "instance_class", limits.rds_class_here(args.engine, args.version, self.instance_class, args.region)
        yield from limits.rds_storage(
            self.storage_type, self.storage_gib, self.iops, self.throughput, self.max_storage_gib
        )
        if args.insights_days is not None:
            yield "insights_days", limits.rds_insights(args.engine, self.instance_class)
        if self.replica is None:
            return
        if args.managed_password:
            yield "replica", "RDS makes none of a database whose password it keeps; it needs managed_password=False"
        yield "replica", limits.rds_identifier(_replica_identifier(args))
        yield "replica", limits.rds_class(self.replica.instance_class or self.instance_class)
        if args.insights_days is not None and self.replica.instance_class:
            yield "replica", limits.rds_insights(args.engine, self.replica.instance_class)


def make(
    parent: pulumi.Resource, name: str, args: DatabaseArgs, wanted: InstanceArgs, shared: Surroundings
) -> DatabaseServer:
    """Make the instance, and its read replica where one is wanted."""
    instance = _instance(parent, name, args, wanted, shared)
    copy = _replica(parent, name, args, wanted, wanted.replica, instance, shared) if wanted.replica else None
    return DatabaseServer(
        identifier=instance.identifier,
        arn=instance.arn,
        address=instance.address,
        resource_ids=[instance.resource_id, *([copy[0].resource_id] if copy else [])],
        username=instance.username,
        secret_arns=instance.master_user_secrets.apply(lambda kept: [str(secret.secret_arn) for secret in kept or ()]),
        answering=[instance],
        replica=copy[1] if copy else None,
    )


def _instance(
    parent: pulumi.Resource, name: str, args: DatabaseArgs, wanted: InstanceArgs, shared: Surroundings
) -> aws.rds.Instance:
    logs = surroundings.log_groups(parent, name, args, f"instance/{args.identifier}")
    insights = args.insights_days is not None
    return aws.rds.Instance(
        f"{name}-instance",
        identifier=args.identifier,
        engine=args.engine.value,
        engine_version=args.version,
        engine_lifecycle_support=surroundings.lifecycle(args),
        instance_class=wanted.instance_class,
        allocated_storage=wanted.storage_gib,
        max_allocated_storage=wanted.max_storage_gib,
        storage_type=wanted.storage_type,
        iops=wanted.iops,
        storage_throughput=wanted.throughput,
        storage_encrypted=True,
        # A restored instance keeps the backup's.
        kms_key_id=None if args.restore else shared.key.arn,
        multi_az=wanted.multi_az,
        db_subnet_group_name=shared.subnets.name,
        vpc_security_group_ids=[shared.group.id],
        publicly_accessible=False,
        port=args.listens_on,
        ca_cert_identifier=args.ca,
        parameter_group_name=shared.parameter_group,
        db_name=None if args.restore else args.database_name,
        username=None if args.restore else args.username,
        snapshot_identifier=args.restore.snapshot if args.restore else None,
        restore_to_point_in_time=_point_in_time(args.restore) if args.restore else None,
        manage_master_user_password=True if shared.master_password is None else None,
        master_user_secret_kms_key_id=shared.key.arn if shared.master_password is None else None,
        password_wo=shared.master_password,
        password_wo_version=None if shared.master_password is None else shared.master_password.apply(passwords.version),
        iam_database_authentication_enabled=args.iam_authentication,
        backup_retention_period=args.backup_days,
        backup_window=args.backup_window,
        maintenance_window=args.maintenance_window,
        copy_tags_to_snapshot=True,
        delete_automated_backups=not args.final_snapshot,
        skip_final_snapshot=not args.final_snapshot,
        final_snapshot_identifier=surroundings.final_snapshot(parent, name, args, shared.key),
        deletion_protection=args.deletion_protection,
        monitoring_interval=args.monitoring_seconds,
        monitoring_role_arn=shared.role.arn if shared.role else None,
        database_insights_mode=_insights_mode(args),
        performance_insights_enabled=insights,
        performance_insights_retention_period=args.insights_days,
        performance_insights_kms_key_id=shared.key.arn if insights else None,
        enabled_cloudwatch_logs_exports=list(LOG_EXPORTS[args.engine.value]),
        auto_minor_version_upgrade=args.auto_minor_upgrade,
        allow_major_version_upgrade=args.allow_major_upgrade,
        apply_immediately=args.apply_immediately,
        opts=ResourceOptions(
            parent=parent,
            protect=args.protect,
            # RDS makes missing log groups itself, without retention; and it refuses a role that may not write yet.
            depends_on=[*logs, *shared.before],
            # Its identifier is fixed: two cannot stand side by side.
            delete_before_replace=True,
            # What an instance was made from would replace it when it changes.
            ignore_changes=["restoreToPointInTime", "snapshotIdentifier"],
        ),
    )


def _replica(
    parent: pulumi.Resource,
    name: str,
    args: DatabaseArgs,
    of: InstanceArgs,
    wanted: ReplicaArgs,
    source: aws.rds.Instance,
    shared: Surroundings,
) -> tuple[aws.rds.Instance, Replica]:
    """Make the read replica: engine, users, passwords, data and key are those of its source."""
    identifier = _replica_identifier(args)
    group = surroundings.security_group(parent, f"{name}-replica", args, f"Read replica {identifier}")
    logs = surroundings.log_groups(parent, f"{name}-replica", args, f"instance/{identifier}")
    insights = args.insights_days is not None
    instance = aws.rds.Instance(
        f"{name}-replica",
        identifier=identifier,
        # By its ARN, as a subnet group is named.
        replicate_source_db=source.arn,
        instance_class=wanted.instance_class or of.instance_class,
        allocated_storage=of.storage_gib,
        max_allocated_storage=of.max_storage_gib,
        storage_type=of.storage_type,
        iops=of.iops,
        storage_throughput=of.throughput,
        storage_encrypted=True,
        multi_az=False,
        publicly_accessible=False,
        availability_zone=wanted.zone,
        db_subnet_group_name=shared.subnets.name,
        vpc_security_group_ids=[group.id],
        port=args.listens_on,
        ca_cert_identifier=args.ca,
        parameter_group_name=shared.parameter_group,
        iam_database_authentication_enabled=args.iam_authentication,
        backup_retention_period=0,
        maintenance_window=args.maintenance_window,
        copy_tags_to_snapshot=True,
        deletion_protection=args.deletion_protection,
        skip_final_snapshot=True,
        monitoring_interval=args.monitoring_seconds,
        monitoring_role_arn=shared.role.arn if shared.role else None,
        database_insights_mode=_insights_mode(args),
        performance_insights_enabled=insights,
        performance_insights_retention_period=args.insights_days,
        performance_insights_kms_key_id=shared.key.arn if insights else None,
        enabled_cloudwatch_logs_exports=list(LOG_EXPORTS[args.engine.value]),
        auto_minor_version_upgrade=args.auto_minor_upgrade,
        apply_immediately=args.apply_immediately,
        opts=ResourceOptions(
            parent=parent, protect=args.protect, depends_on=[*logs, *shared.before], delete_before_replace=True
        ),
    )
    return instance, Replica(
        identifier=instance.identifier,
        address=instance.address,
        port=args.listens_on,
        security_group_id=group.id,
    )


def _insights_mode(args: DatabaseArgs) -> str | None:
    """Return the mode of Database Insights: the provider leaves one that it is not told, and the advanced one refuses fewer days."""
    if args.insights_days is None:
        return None
    return "advanced" if args.insights_advanced else "standard"


def _point_in_time(restore: RestoreArgs) -> aws.rds.InstanceRestoreToPointInTimeArgs | None:
    """Return the source and the moment, as RDS names them; None for a snapshot."""
    if restore.source is None:
        return None
    by_arn = restore.source.startswith("arn:")
    by_id = not by_arn and limits.rds_identifier(restore.source) is not None
    return aws.rds.InstanceRestoreToPointInTimeArgs(
        source_db_instance_automated_backups_arn=restore.source if by_arn else None,
        source_dbi_resource_id=restore.source if by_id else None,
        source_db_instance_identifier=None if by_arn or by_id else restore.source,
        restore_time=None if restore.time == "latest" else restore.time,
        use_latest_restorable_time=True if restore.time == "latest" else None,
    )


def _replica_identifier(args: DatabaseArgs) -> str:
    return f"{args.identifier}-replica"
