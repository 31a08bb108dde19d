"""What RDS is asked about the stack's database: an instance, or a cluster of Aurora with calls of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from operations._command import WRONG, Context, OperationError


def is_cluster(context: Context) -> bool:
    """Tell whether the database is a cluster of Aurora."""
    database = context.stack.settings.database
    return database is not None and database.is_cluster


def describe(context: Context, identifier: str) -> Mapping[str, Any]:
    """Return what RDS says of the database; of a cluster as it would of an instance: state, address and port."""
    rds = context.client("rds")
    if not is_cluster(context):
        found: Mapping[str, Any] = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
        return found
    cluster = rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"][0]
    end = {"Address": cluster["Endpoint"], "Port": cluster["Port"]} if cluster.get("Endpoint") else None
    return {**cluster, "DBInstanceStatus": cluster["Status"], "Endpoint": end}


def start(context: Context, identifier: str) -> None:
    """Start the database, with all instances of a cluster."""
    rds = context.client("rds")
    if is_cluster(context):
        rds.start_db_cluster(DBClusterIdentifier=identifier)
    else:
        rds.start_db_instance(DBInstanceIdentifier=identifier)


def stop(context: Context, identifier: str) -> None:
    """Stop the database, with all instances of a cluster."""
    rds = context.client("rds")
    if is_cluster(context):
        rds.stop_db_cluster(DBClusterIdentifier=identifier)
    else:
        rds.stop_db_instance(DBInstanceIdentifier=identifier)


def keep_password(context: Context, identifier: str, key: str) -> None:
    """Have RDS make and keep the master password, encrypted with a key."""
    rds = context.client("rds")
    wanted = {"ManageMasterUserPassword": True, "MasterUserSecretKmsKeyId": key, "ApplyImmediately": True}
    if is_cluster(context):
        rds.modify_db_cluster(DBClusterIdentifier=identifier, **wanted)
    else:
        rds.modify_db_instance(DBInstanceIdentifier=identifier, **wanted)


def take_snapshot(context: Context, identifier: str, name: str, tags: Sequence[Mapping[str, str]]) -> str:
    """Begin a snapshot and return its ARN."""
    rds = context.client("rds")
    if is_cluster(context):
        made = rds.create_db_cluster_snapshot(
            DBClusterIdentifier=identifier, DBClusterSnapshotIdentifier=name, Tags=tags
        )["DBClusterSnapshot"]
        return str(made["DBClusterSnapshotArn"])
    made = rds.create_db_snapshot(DBInstanceIdentifier=identifier, DBSnapshotIdentifier=name, Tags=tags)["DBSnapshot"]
    return str(made["DBSnapshotArn"])


def snapshot_status(context: Context, name: str) -> str:
    """Return the state of a snapshot, such as `available`."""
    rds = context.client("rds")
    if is_cluster(context):
        return str(
            rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)["DBClusterSnapshots"][0]["Status"]
        )
    return str(rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0]["Status"])


def must_be_instance(context: Context, what: str) -> None:
    """Refuse a command that goes on with instances only.

    Raises:
        OperationError: the database is a cluster.
    """
    if is_cluster(context):
        raise OperationError(
            f"{what} works with instances of RDS; of a cluster restore a moment by hand, and look at it: docs/runbooks/restore.md",
            WRONG,
        )
