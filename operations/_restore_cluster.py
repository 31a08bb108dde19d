"""Bring a cluster of Aurora back beside a damaged one, and let the two change names.

The program knows a cluster and its instances by their names: what has them after that is what it goes on with.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from operations import _backups as backups
from operations import _databases as databases
from operations._backups import Found
from operations._command import WRONG, Context, OperationError
from operations._restore_progress import RestoreProgress

TYPE: Final = "aws:rds/cluster:Cluster"
_MEMBER: Final = "aws:rds/clusterInstance:ClusterInstance"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterNames:
    """What a cluster is called before and after."""

    own: str
    """The database's name."""
    damaged: str
    """What the damaged one is called from then on."""
    restored: str
    """What the restored one is called until it takes the name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterFacts(RestoreProgress):
    """How far an earlier run came with a cluster."""

    ID = "DbClusterResourceId"

    names: ClusterNames


def urns(deployment: Mapping[str, Any]) -> list[str]:
    """Return what an exported stack has of clusters and their instances."""
    return [str(each["urn"]) for each in _resources(deployment) if each["type"] in (TYPE, _MEMBER)]


def facts(context: Context, names: ClusterNames, deployment: Mapping[str, Any]) -> ClusterFacts:
    """Ask AWS for the clusters of the three names.

    Raises:
        OperationError: the stack's state has several clusters, or the cluster is gone.
    """
    known = [each for each in _resources(deployment) if each["type"] == TYPE]
    if len(known) > 1:
        raise OperationError(f"the state has {len(known)} clusters, not one: restore by hand, docs/runbooks/restore.md")
    found = ClusterFacts(
        names=names,
        known_id=str(known[0].get("outputs", {}).get("clusterResourceId", "")) if known else "",
        current=cluster(context, names.own),
        damaged=cluster(context, names.damaged),
        restored=cluster(context, names.restored),
    )
    if found.current is None and found.source is None:
        raise OperationError(
            f"{names.own} is gone: say database.restoreFrom, as docs/runbooks/restore.md has it, and make up", WRONG
        )
    return found


def _resources(deployment: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = deployment.get("deployment", {}).get("resources", [])
    return found


def cluster(context: Context, identifier: str) -> Found | None:
    """Return a cluster by its name; None: there is none."""
    rds = context.client("rds")
    try:
        found: Found = rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"][0]
    except rds.exceptions.DBClusterNotFoundFault:
        return None
    return found


def is_renamed(context: Context, found: ClusterFacts) -> bool:
    """Tell whether the restored cluster has the name, and all its instances have theirs."""
    return found.swapped and not any(
        backups.instance(context, each) for each in _members(context, found.names.restored)
    )


def check(options: argparse.Namespace, found: ClusterFacts) -> None:
    """Refuse what could not be gone on with.

    Raises:
        OperationError: a name is taken, no moment is given, or it has not been backed up.
    """
    names, source = found.names, found.source
    if found.restored:
        if not options.resume:
            raise OperationError(
                f"there is {names.restored} already, from a restore that was begun: --resume goes on with it; to begin anew, delete it first",
                WRONG,
            )
        return
    if options.to is None and options.snapshot is None:
        raise OperationError(
            "no restore is under way: say to which moment, --to or --snapshot. If only the services are asleep: make wake",
            WRONG,
        )
    if source is None:
        raise OperationError(f"{names.own} is not the cluster that the state knows: pulumi refresh first")
    if found.damaged:
        raise OperationError(
            f"there is {names.damaged} already, from an earlier restore, and its name is needed: delete it, or rename it, first"
        )
    latest = source.get("LatestRestorableTime")
    if options.to not in (None, "latest") and latest and options.to > latest:
        raise OperationError(f"it can be restored up to {latest:%Y-%m-%dT%H:%M:%SZ}, not to {options.to}", WRONG)


def restore(context: Context, options: argparse.Namespace, found: ClusterFacts) -> None:
    """Make the cluster from its backup, with the settings and instances of the damaged one; what is there already stays."""
    names, source = found.names, found.source
    if source is None:
        raise OperationError(f"{names.own} is not the cluster that the state knows: pulumi refresh first")
    if cluster(context, names.restored) is None:
        _begin(context, options, source, names.restored)
    _available(context, names.restored)
    rds = context.client("rds")
    members = list(_members(context, names.own))
    for old in members:
        new = f"{names.restored}-{old.removeprefix(f'{names.own}-')}"
        if backups.instance(context, new) is None:
            rds.create_db_instance(
                DBInstanceIdentifier=new, DBClusterIdentifier=names.restored, **_like(backups.instance(context, old))
            )
    for old in members:
        _ready(context, f"{names.restored}-{old.removeprefix(f'{names.own}-')}")


def swap(context: Context, found: ClusterFacts) -> None:
    """Let the two change names, cluster and instances; those that have changed stay."""
    names, rds = found.names, context.client("rds")
    for old, new in ((names.own, names.damaged), (names.restored, names.own)):
        current = cluster(context, old)
        if current and not (old == names.own and current["DbClusterResourceId"] != found.known_id):
            rds.modify_db_cluster(DBClusterIdentifier=old, NewDBClusterIdentifier=new, ApplyImmediately=True)
            _available(context, new)
        for member in _members(context, old):
            instance = backups.instance(context, member)
            if instance is None or instance.get("DBClusterIdentifier") != new:
                continue
            later = f"{new}-{member.removeprefix(f'{old}-')}"
            rds.modify_db_instance(DBInstanceIdentifier=member, NewDBInstanceIdentifier=later, ApplyImmediately=True)
            _ready(context, later)


def keep_password(context: Context, identifier: str) -> None:
    """Have RDS make and keep a password, as the stack file wants: a restored cluster comes without."""
    database = context.stack.settings.database
    if database is None or not database.managed_password:
        return
    if databases.describe(context, identifier).get("MasterUserSecret"):
        return
    databases.keep_password(context, identifier, f"alias/{context.stack.name_prefix}-database")
    context.until(
        "RDS has no password yet",
        lambda: databases.describe(context, identifier).get("MasterUserSecret", {}).get("SecretStatus") == "active",
    )


def _begin(context: Context, options: argparse.Namespace, source: Found, beside: str) -> None:
    rds = context.client("rds")
    settings: dict[str, Any] = {
        "DBSubnetGroupName": source["DBSubnetGroup"],
        "VpcSecurityGroupIds": [group["VpcSecurityGroupId"] for group in source["VpcSecurityGroups"]],
        "DBClusterParameterGroupName": source["DBClusterParameterGroup"],
        "Port": source["Port"],
        "DeletionProtection": True,
        "CopyTagsToSnapshot": True,
        "EnableIAMDatabaseAuthentication": source.get("IAMDatabaseAuthenticationEnabled", False),
        "EnableCloudwatchLogsExports": source.get("EnabledCloudwatchLogsExports", []),
        # Those that AWS made itself are not for others to give.
        "Tags": [tag for tag in source.get("TagList", ()) if not tag["Key"].startswith("aws:")],
    }
    for name in ("EngineLifecycleSupport", "StorageType"):
        if source.get(name):
            settings[name] = source[name]
    if capacity := source.get("ServerlessV2ScalingConfiguration"):
        settings["ServerlessV2ScalingConfiguration"] = capacity
    if options.snapshot:
        rds.restore_db_cluster_from_snapshot(
            DBClusterIdentifier=beside, SnapshotIdentifier=options.snapshot, Engine=source["Engine"], **settings
        )
        return
    moment = {"UseLatestRestorableTime": True} if options.to == "latest" else {"RestoreToTime": options.to}
    rds.restore_db_cluster_to_point_in_time(
        DBClusterIdentifier=beside, SourceDBClusterIdentifier=source["DBClusterIdentifier"], **moment, **settings
    )


def _members(context: Context, identifier: str) -> Iterator[str]:
    """Yield the names that the stack file gives a cluster's instances."""
    database = context.stack.settings.database
    for number in range(1, 2 + (database.reader_count if database else 0)):
        yield f"{identifier}-{number}"


def _like(instance: Found | None) -> dict[str, Any]:
    """Return what makes an instance of a cluster like another."""
    if instance is None:
        raise OperationError("an instance of the damaged cluster is gone: make it again, or restore by hand")
    wanted: dict[str, Any] = {
        name: instance[name]
        for name in (
            "Engine", "DBInstanceClass", "AvailabilityZone", "PromotionTier", "MonitoringInterval", "MonitoringRoleArn",
            "PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod", "AutoMinorVersionUpgrade",
            "CACertificateIdentifier", "PreferredMaintenanceWindow",
        )
        if instance.get(name) is not None
    }  # fmt: skip
    return {
        **wanted,
        "EnablePerformanceInsights": instance.get("PerformanceInsightsEnabled", False),
        "PubliclyAccessible": False,
        "Tags": [tag for tag in instance.get("TagList", ()) if not tag["Key"].startswith("aws:")],
    }


def _available(context: Context, identifier: str) -> None:
    def ready() -> bool:
        found = cluster(context, identifier)
        status = str(found["Status"]) if found else "not there yet"
        if status.startswith(("failed", "incompatible", "inaccessible")):
            raise OperationError(f"{identifier} is {status}; look at its events")
        return status == "available"

    context.until(f"{identifier} is not available", ready, every=30)


def _ready(context: Context, identifier: str) -> None:
    def ready() -> bool:
        found = backups.instance(context, identifier)
        status = str(found["DBInstanceStatus"]) if found else "not there yet"
        if status.startswith(("failed", "incompatible")):
            raise OperationError(f"{identifier} is {status}; look at its events")
        return status == "available"

    context.until(f"{identifier} is not available", ready, every=30)
