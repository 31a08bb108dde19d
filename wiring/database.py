"""The database, with its replica or readers and its proxy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from components._database_cluster import AuroraArgs, ServerlessArgs
from components._database_instance import InstanceArgs, ReplicaArgs
from components.cluster import Cluster
from components.database import DatabaseArgs, Engine, PoolArgs, RestoreArgs
from components.existing_network import AnyNetwork
from settings import derived, model
from wiring import database_users
from wiring.context import StackContext


def args(context: StackContext, network: AnyNetwork, cluster: Cluster) -> DatabaseArgs | None:
    """Return the database's arguments, or None where the stack has none."""
    settings, database = context.settings, context.settings.database
    if database is None:
        return None
    protection = settings.protection
    return DatabaseArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        boundary_arn=context.boundary_arn,
        region=context.region,
        vpc_id=network.vpc_id,
        subnet_ids=network.isolated_subnet_ids,
        identifier=database.name or context.name_prefix,
        engine=Engine(database.engine),
        version=database.version,
        server=_cluster(context, database) if database.is_cluster else _instance(database),
        database_name=derived.database_name(settings, database),
        username=database.username,
        port=database.port,
        backup_days=database.backup_days,
        backup_window=database.backup_window,
        maintenance_window=database.maintenance_window,
        managed_password=database.managed_password,
        rotate_days=database.rotate_days,
        recovery_days=protection.secret_recovery_days,
        iam_authentication=bool(derived.database_tokens(database)),
        users=database_users.args(context, network, cluster),
        restore=_restore(database.restore_from),
        proxy=_proxy(database),
        monitoring_seconds=database.monitoring_seconds,
        insights_days=derived.insights_days(database),
        insights_advanced=database.insights == "advanced",
        auto_minor_upgrade=database.auto_minor_upgrade,
        allow_major_upgrade=database.allow_major_upgrade,
        extended_support=database.extended_support,
        apply_immediately=database.apply_immediately,
        parameters=database.parameters,
        log_days=settings.logs.retention_days,
        log_key_arn=context.log_key_arn,
        deletion_protection=protection.deletion_protection,
        final_snapshot=protection.final_snapshot,
        protect=protection.protect,
        key_deletion_days=protection.key_deletion_days,
        data_key_arn=context.data_key_arn("database"),
    )


def _cluster(context: StackContext, database: model.Database) -> AuroraArgs:
    capacity = database.serverless
    return AuroraArgs(
        instance_class=database.instance_class,
        serverless=ServerlessArgs(
            min_capacity=capacity.min_capacity,
            max_capacity=capacity.max_capacity,
            pause_after_seconds=capacity.pause_after_seconds,
        )
        if capacity
        else None,
        readers=database.reader_count,
        zones=_zones(context.settings.network),
        io_optimized=database.storage_type == "aurora-iopt1",
    )


def _zones(network: model.Network) -> Sequence[str]:
    """Return the zones that instances are told to stand in: Aurora's storage is in three, and of more nobody knows which."""
    known = list(dict.fromkeys(network.zones))
    return known if len(known) <= _STORAGE_ZONES else []


_STORAGE_ZONES: Final = 3


def _instance(database: model.Database) -> InstanceArgs:
    # The settings' checks made sure of all three.
    kind = database.storage_type
    if database.instance_class is None or database.storage_gib is None or kind == "aurora" or kind == "aurora-iopt1":  # noqa: PLR1714 - mypy tells the rest of the kinds by it
        raise LookupError("an instance of RDS needs a class and storage of its own")
    return InstanceArgs(
        instance_class=database.instance_class,
        storage_gib=database.storage_gib,
        storage_type=kind,
        iops=database.iops,
        throughput=database.throughput_mibps,
        max_storage_gib=database.max_storage_gib,
        multi_az=database.multi_az,
        replica=_replica(database.read_replica),
    )


def _replica(replica: model.ReadReplica | None) -> ReplicaArgs | None:
    return ReplicaArgs(instance_class=replica.instance_class, zone=replica.zone) if replica else None


def _restore(backup: model.RestoreFrom | None) -> RestoreArgs | None:
    return RestoreArgs(snapshot=backup.snapshot, source=backup.source, time=backup.time) if backup else None


def _proxy(database: model.Database) -> PoolArgs | None:
    proxy = database.proxy
    if proxy is None:
        return None
    return PoolArgs(
        connections_percent=proxy.connections_percent,
        idle_minutes=proxy.idle_minutes,
        token_users=derived.database_tokens(database),
    )
