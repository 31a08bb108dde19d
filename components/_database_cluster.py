"""A database server that is a cluster of Aurora: storage in three zones, one instance that writes, and readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

import limits
from components import _database_password as passwords
from components import _database_surroundings as surroundings
from components._database_server import DatabaseServer, Replica
from components._database_surroundings import LOG_EXPORTS, Surroundings
from components._dependencies import with_dependencies

if TYPE_CHECKING:
    from components.database import DatabaseArgs, RestoreArgs


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerlessArgs:
    """How far instances grow and shrink by themselves, in Aurora capacity units (ACUs) of about 2 GiB of memory."""

    min_capacity: float = 0.5
    """The least, 0 to 256 in steps of 0.5; 0 pauses an instance that nobody is connected to. Billed by ACU and hour."""
    max_capacity: float
    """The most, 1 to 256 in steps of 0.5. A change is made in place; memory for connections follows after a restart."""
    pause_after_seconds: int | None = None
    """Seconds without a connection after which an instance pauses, 300 to 86400; None: 300. Only with a least of 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuroraArgs:
    """A cluster of Aurora: the size of its instances, and how many there are."""

    instance_class: str | None = None
    """The size of each instance, such as db.r7g.large; None: they are serverless. A change restarts them."""
    serverless: ServerlessArgs | None = None
    """How far instances grow by themselves; None: they have `instance_class`."""
    readers: int = 1
    """How many readers there are, 0 to 15. The first takes over when the writer fails. Each is billed like the writer."""
    zones: Sequence[str] = ()
    """The availability zones that instances are spread over, the writer's first; empty: Aurora chooses. A change replaces instances."""
    io_optimized: bool = False
    """Whether storage and instances cost more and I/O nothing (I/O-Optimized). Changed in place, once in 30 days."""

    def problems(self, args: DatabaseArgs) -> Iterator[tuple[str, str | None]]:
        """Check AWS's limits; yield arguments of the database, and what is wrong with each."""
        if (self.instance_class is None) == (self.serverless is None):
            both = "both are" if self.serverless else "neither is"
            yield "instance_class", f"a class or serverless capacity, and {both} given"
        if self.instance_class is not None:
            yield "instance_class", limits.rds_class(self.instance_class)
            yield "instance_class", limits.rds_class_here(args.engine, args.version, self.instance_class, args.region)
            if args.insights_days is not None:
                yield "insights_days", limits.rds_insights(args.engine, self.instance_class)
        if self.serverless is not None:
            yield "serverless", limits.aurora_serverless(args.engine, args.version)
            for name, problem in limits.aurora_capacity(
                args.engine,
                args.version,
                self.serverless.min_capacity,
                self.serverless.max_capacity,
                self.serverless.pause_after_seconds,
            ):
                yield "serverless", f"{name}: {problem}"
        if not 0 <= self.readers <= limits.MOST_READERS:
            yield "readers", f"{self.readers} is outside 0 to {limits.MOST_READERS}"
        # An instance's name is the cluster's and a number.
        yield "identifier", limits.rds_identifier(f"{args.identifier}-{1 + limits.MOST_READERS}")


def make(
    parent: pulumi.Resource, name: str, args: DatabaseArgs, wanted: AuroraArgs, shared: Surroundings
) -> DatabaseServer:
    """Make the cluster and its instances: the first that is ready writes, whichever that is."""
    cluster = _cluster(parent, name, args, wanted, shared)
    writer, *readers = [
        _instance(parent, name, args, wanted, shared, cluster, number) for number in range(1 + wanted.readers)
    ]
    return DatabaseServer(
        # A proxy does not take a cluster whose instances are still being made.
        identifier=with_dependencies(cluster.cluster_identifier, writer, *readers),
        arn=cluster.arn,
        # A cluster without instances has an address all the same, at which nobody answers.
        address=with_dependencies(cluster.endpoint, writer),
        resource_ids=[cluster.cluster_resource_id],
        username=cluster.master_username,
        secret_arns=cluster.master_user_secrets.apply(lambda kept: [str(secret.secret_arn) for secret in kept or ()]),
        answering=[writer, *readers],
        replica=Replica(
            identifier=cluster.cluster_identifier,
            address=with_dependencies(cluster.reader_endpoint, *readers),
            port=args.listens_on,
            security_group_id=shared.group.id,
        )
        if readers
        else None,
    )


def _cluster(
    parent: pulumi.Resource, name: str, args: DatabaseArgs, wanted: AuroraArgs, shared: Surroundings
) -> aws.rds.Cluster:
    logs = surroundings.log_groups(parent, name, args, f"cluster/{args.identifier}")
    restore, password = args.restore, shared.master_password
    insights = _insights_days(args)
    return aws.rds.Cluster(
        f"{name}-cluster",
        cluster_identifier=args.identifier,
        engine=args.engine.value,
        engine_version=args.version,
        engine_lifecycle_support=surroundings.lifecycle(args),
        storage_type="aurora-iopt1" if wanted.io_optimized else "aurora",
        storage_encrypted=True,
        # A restored cluster keeps the backup's.
        kms_key_id=None if restore else shared.key.arn,
        serverlessv2_scaling_configuration=_scaling(wanted.serverless),
        db_subnet_group_name=shared.subnets.name,
        vpc_security_group_ids=[shared.group.id],
        port=args.listens_on,
        db_cluster_parameter_group_name=shared.parameter_group,
        database_name=None if restore else args.database_name,
        master_username=None if restore else args.username,
        snapshot_identifier=restore.snapshot if restore else None,
        restore_to_point_in_time=_point_in_time(restore) if restore else None,
        manage_master_user_password=True if password is None else None,
        master_user_secret_kms_key_id=shared.key.arn if password is None else None,
        master_password_wo=password,
        master_password_wo_version=None if password is None else password.apply(passwords.version),
        iam_database_authentication_enabled=args.iam_authentication,
        backup_retention_period=args.backup_days,
        preferred_backup_window=args.backup_window,
        preferred_maintenance_window=args.maintenance_window,
        copy_tags_to_snapshot=True,
        delete_automated_backups=not args.final_snapshot,
        skip_final_snapshot=not args.final_snapshot,
        final_snapshot_identifier=surroundings.final_snapshot(parent, name, args, shared.key),
        deletion_protection=args.deletion_protection,
        database_insights_mode="advanced" if args.insights_advanced else "standard",
        # The mode is the cluster's, and a change of it takes these along: without them the way back from the advanced one would switch them off.
        performance_insights_enabled=True if insights else None,
        performance_insights_retention_period=insights,
        performance_insights_kms_key_id=shared.key.arn if insights else None,
        enabled_cloudwatch_logs_exports=list(LOG_EXPORTS[args.engine.value]),
        allow_major_version_upgrade=args.allow_major_upgrade,
        apply_immediately=args.apply_immediately,
        opts=ResourceOptions(
            parent=parent,
            protect=args.protect,
            # RDS makes missing log groups itself, without retention.
            depends_on=[*logs],
            # Its identifier is fixed: two cannot stand side by side.
            delete_before_replace=True,
            # What a cluster was made from would replace it when it changes.
            ignore_changes=["restoreToPointInTime", "snapshotIdentifier"],
        ),
    )


def _insights_days(args: DatabaseArgs) -> int | None:
    """Return how long the cluster keeps insights. When it restores, the provider passes none of that on: it would be a change at the next update."""
    return args.insights_days if args.insights_advanced or args.restore is None else None


def _scaling(capacity: ServerlessArgs | None) -> aws.rds.ClusterServerlessv2ScalingConfigurationArgs | None:
    if capacity is None:
        return None
    pauses = capacity.min_capacity == 0
    return aws.rds.ClusterServerlessv2ScalingConfigurationArgs(
        min_capacity=capacity.min_capacity,
        max_capacity=capacity.max_capacity,
        seconds_until_auto_pause=(capacity.pause_after_seconds or limits.PAUSE_SECONDS[0]) if pauses else None,
    )


def _instance(
    parent: pulumi.Resource,
    name: str,
    args: DatabaseArgs,
    wanted: AuroraArgs,
    shared: Surroundings,
    cluster: aws.rds.Cluster,
    number: int,
) -> aws.rds.ClusterInstance:
    """Make an instance: the version is the cluster's, and storage, users and backups are, too."""
    insights = args.insights_days is not None
    return aws.rds.ClusterInstance(
        f"{name}-instance-{1 + number}",
        identifier=f"{args.identifier}-{1 + number}",
        cluster_identifier=cluster.id,
        engine=aws.rds.EngineType(args.engine.value),
        instance_class=wanted.instance_class or _SERVERLESS,
        # Of a serverless cluster, readers of tier 0 and 1 are as large as the writer, those below as they have work.
        promotion_tier=min(number, _LAST_TIER),
        availability_zone=wanted.zones[number % len(wanted.zones)] if wanted.zones else None,
        db_subnet_group_name=shared.subnets.name,
        publicly_accessible=False,
        ca_cert_identifier=args.ca,
        copy_tags_to_snapshot=True,
        monitoring_interval=args.monitoring_seconds,
        monitoring_role_arn=shared.role.arn if shared.role else None,
        performance_insights_enabled=insights,
        performance_insights_retention_period=args.insights_days,
        performance_insights_kms_key_id=shared.key.arn if insights else None,
        auto_minor_version_upgrade=args.auto_minor_upgrade,
        preferred_maintenance_window=args.maintenance_window,
        apply_immediately=args.apply_immediately,
        opts=ResourceOptions(parent=parent, depends_on=list(shared.before), delete_before_replace=True),
    )


def _point_in_time(restore: RestoreArgs) -> aws.rds.ClusterRestoreToPointInTimeArgs | None:
    """Return the source and the moment, as RDS names a cluster's; None for a snapshot."""
    if restore.source is None:
        return None
    by_name = limits.rds_identifier(restore.source) is None
    return aws.rds.ClusterRestoreToPointInTimeArgs(
        source_cluster_identifier=restore.source if by_name else None,
        source_cluster_resource_id=None if by_name else restore.source,
        restore_to_time=None if restore.time == "latest" else restore.time,
        use_latest_restorable_time=True if restore.time == "latest" else None,
    )


_SERVERLESS: Final = "db.serverless"
_LAST_TIER: Final = 15
