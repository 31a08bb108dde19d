"""The database: what its engine takes, who logs in, its replica."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import limits
from limits import capacity
from limits.database_parameters import parameter_name, unknown_parameter
from settings.derived import NAME_PREFIX, database_name, insights_days
from settings.model import Database, ReadReplica, RestoreFrom, Settings
from settings.problems import Place, Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    database = settings.database
    if database is None:
        return
    engine, judged_by = database.engine, ["database", "engine"]
    if database.name is None:
        yield from found(["database", "name"], limits.rds_identifier(settings.name_prefix), *NAME_PREFIX)
    yield from _version(database)
    yield from _classes(settings, database)
    made = database.restore_from is None
    yield from found(["database", "username"], limits.rds_username(engine, database.username, made=made), judged_by)
    yield from found(
        ["database", "databaseName"],
        limits.rds_database(engine, database_name(settings, database), made=made),
        judged_by,
        *([] if database.database_name else [["app"]]),
    )
    yield from _storage(database)
    if database.insights_days is not None and database.instance_class:
        yield from found(
            ["database", "insightsDays"],
            limits.rds_insights(engine, database.instance_class),
            judged_by,
            ["database", "instanceClass"],
        )
    days, least = insights_days(database), limits.ADVANCED_INSIGHTS_DAYS
    if database.insights == "advanced" and (days is None or days < least):
        yield at(
            ["database", "insightsDays"],
            f"{'null' if days is None else days}, but insights: advanced keeps {least} days at least: leave it out, or {least} or more",
            ["database", "insights"],
        )
    yield from found(
        ["database", "backupWindow"],
        limits.windows(database.backup_window, database.maintenance_window),
        ["database", "maintenanceWindow"],
    )
    for name in database.parameters:
        yield from found(["database", "parameters", name], parameter_name(engine, name), judged_by)
    if database.allow_major_upgrade and not database.apply_immediately:
        yield at(
            ["database", "allowMajorUpgrade"],
            "needs applyImmediately: true: RDS would upgrade in the maintenance window, and until then each update fails, as it cannot delete "
            "the old version's parameters, which are still in use",
            ["database", "applyImmediately"],
        )
    for name, (value, _) in limits.RDS_OWN_PARAMETERS[engine].items():
        if name in database.parameters:
            yield at(["database", "parameters", name], f"the program sets it, to {value}: leave it out", judged_by)
    yield from _logins(database)
    yield from _copies(settings, database)
    yield from _connections(settings, database)


def _version(database: Database) -> Iterator[Problem]:
    """Check that RDS creates the version, and that Extended Support is asked for where it is needed."""
    engine, place, judged_by = database.engine, ["database", "version"], ["database", "engine"]
    if problem := limits.rds_version(engine, database.version):
        yield at(place, problem, judged_by)
    elif problem := limits.rds_extended_support(engine, database.version, allowed=database.extended_support):
        unasked = "" if database.extended_support else " (extendedSupport: true)"
        yield at(place, f"{problem}{unasked}", ["database", "extendedSupport"], judged_by)
    elif not database.auto_minor_upgrade and database.version == limits.rds_major(engine, database.version):
        newest = limits.rds_newest(engine, database.version)
        such = f", such as {newest}" if newest else ""
        yield at(
            place,
            f"{database.version!r} alone lets AWS choose the minor version, which autoMinorUpgrade: false forbids: name one{such}",
            ["database", "autoMinorUpgrade"],
            judged_by,
        )


def _classes(settings: Settings, database: Database) -> Iterator[Problem]:
    """Check that the region has the instance classes for the engine's version."""
    region, judged_by = settings.aws.region, (["database", "engine"], ["database", "version"], ["aws", "region"])
    if limits.rds_version(database.engine, database.version):
        return
    replica = database.read_replica
    for place, name in (
        (["database", "instanceClass"], database.instance_class),
        (["database", "readReplica", "instanceClass"], replica and replica.instance_class),
    ):
        if name:
            yield from found(place, limits.rds_class_here(database.engine, database.version, name, region), *judged_by)


def _storage(database: Database) -> Iterator[Problem]:
    """Check an instance's size and storage; `aurora` checks a cluster's."""
    if database.is_cluster:
        return
    needs = ("instanceClass", "db.t4g.medium", database.instance_class), ("storageGib", "50", database.storage_gib)
    for name, such, given in needs:
        if given is None:
            yield at(
                ["database", name], f"missing: {database.engine} needs one, such as {such}", ["database", "engine"]
            )
    if database.storage_type.startswith("aurora"):
        allowed = limits.listed(limits.RDS_STORAGE_TYPES)
        yield at(
            ["database", "storageType"],
            f"{database.storage_type} is Aurora's; allowed with {database.engine}: {allowed}",
            ["database", "engine"],
        )
    elif database.storage_gib is not None:
        storage = limits.rds_storage(
            database.storage_type,
            database.storage_gib,
            database.iops,
            database.throughput_mibps,
            database.max_storage_gib,
        )
        evaluated = [["database", name] for name in ("storageType", *_STORAGE.values())]
        for name, problem in storage:
            yield at(["database", _STORAGE[name]], problem, *evaluated)


_STORAGE: Final[Mapping[str, str]] = {
    "storage_gib": "storageGib",
    "iops": "iops",
    "throughput": "throughputMibps",
    "max_storage_gib": "maxStorageGib",
}
"""The settings of storage by what `limits.rds_storage` calls them."""


def _logins(database: Database) -> Iterator[Problem]:
    """Check who logs in to the database, and with what."""
    kept, user = database.managed_password, database.iam_username
    if not kept and "rotate_days" in database.model_fields_set:
        yield at(
            ["database", "rotateDays"],
            f"{database.rotate_days}, but RDS changes only a password that it keeps: leave it out, or managedPassword at true",
            ["database", "managedPassword"],
        )
    if not database.iam_authentication and "iam_username" in database.model_fields_set:
        yield at(
            ["database", "iamUsername"],
            f"{limits.short(user)} is of no use: say iamAuthentication: true, or leave it out",
            ["database", "iamAuthentication"],
        )
    elif database.iam_authentication:
        yield from found(["database", "iamUsername"], limits.rds_user(database.engine, user), ["database", "engine"])
        if user == database.username:
            yield at(
                ["database", "iamUsername"],
                f"{user!r} is the master user, whose password would no longer work: choose another",
                ["database", "username"],
            )


def _copies(settings: Settings, database: Database) -> Iterator[Problem]:
    """Check the copy that is made of the database, and the one that it is made from."""
    if database.read_replica and not database.is_cluster:
        yield from _read_replica(settings, database, database.read_replica)
    if database.restore_from:
        yield from _restore_from(settings, database, database.restore_from)


def _read_replica(settings: Settings, database: Database, replica: ReadReplica) -> Iterator[Problem]:
    place: Place = ["database", "readReplica"]
    identifier = f"{database.name or settings.name_prefix}-replica"
    yield from found(place, limits.rds_identifier(identifier), ["database", "name"], *NAME_PREFIX)
    if database.managed_password:
        yield at(
            place,
            "AWS makes no replica of a database whose password RDS keeps (managedPassword: true); "
            "say managedPassword: false, or leave readReplica out",
            ["database", "managedPassword"],
        )
    if settings.hibernation:
        yield at(
            place,
            "RDS stops no database that has a replica: leave it or slipway:hibernation out",
            ["hibernation"],
        )
    zones = settings.network.zones
    if replica.zone is not None and replica.zone not in zones:
        yield at(
            [*place, "zone"],
            f"{limits.short(replica.zone)} is not a zone of this network; allowed: {limits.listed(list(dict.fromkeys(zones)))}",
            ["network", "zones", "*"],
        )
    if database.insights_days is not None and replica.instance_class:
        yield from found(
            [*place, "instanceClass"],
            limits.rds_insights(database.engine, replica.instance_class),
            ["database", "engine"],
            ["database", "insightsDays"],
        )


def _restore_from(settings: Settings, database: Database, backup: RestoreFrom) -> Iterator[Problem]:
    """Check that one backup is named, and as AWS names it."""
    place: Place = ["database", "restoreFrom"]
    region, in_region, judged_by = settings.aws.region, ["aws", "region"], ["database", "engine"]
    if (backup.snapshot is None) == (backup.source is None):
        both = "both are given" if backup.snapshot else "neither is given"
        yield at(place, f"a snapshot, or a source and a time, and {both}", [*place, "snapshot"], [*place, "source"])
    if backup.snapshot is not None:
        yield from found(
            [*place, "snapshot"], limits.rds_snapshot(database.engine, backup.snapshot, region), in_region, judged_by
        )
        if backup.time is not None and backup.source is None:
            words = "a snapshot is of one moment: leave time out, or name a source"
            yield at([*place, "time"], words, [*place, "snapshot"], [*place, "source"])
    if backup.time is not None:
        yield from found([*place, "time"], limits.rds_restore_time(backup.time))
    if backup.source is None:
        return
    yield from found(
        [*place, "source"], limits.rds_backup_source(database.engine, backup.source, region), in_region, judged_by
    )
    if backup.time is None:
        words = "say to which moment: time: latest, or a time in UTC, such as 2026-11-30T11:55:00Z"
        yield at(place, words, [*place, "time"], [*place, "source"])
    name = database.name or settings.name_prefix
    if backup.source == name:
        yield at(
            [*place, "source"],
            f"{name!r} is this database's own name, which no two can have: name a deleted one by its resource id or its automated backup's ARN",
            ["database", "name"],
            *NAME_PREFIX,
        )


def _connections(settings: Settings, database: Database) -> Iterator[Problem]:
    """Check that what alarms and the dashboard derive from the database's connections can be derived."""
    value = database.parameters.get("max_connections")
    if value is None or not (settings.alarms or settings.dashboard):
        return
    if not capacity.connections_given(value, capacity.GIB):
        yield at(
            ["database", "parameters", "max_connections"],
            f"{limits.short(value)} is no number of connections to derive alarms from; allowed: a number, "
            "or a formula such as LEAST({DBInstanceClassMemory/9531392},5000)",
            ["alarms"],
            ["dashboard"],
        )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is unwise about the database's version, and which parameters may not exist."""
    if database := settings.database:
        for warning in (limits.rds_unknown_minor, limits.rds_charged_support):
            yield from found(["database", "version"], warning(database.engine, database.version))
        for name in database.parameters:
            yield from found(["database", "parameters", name], unknown_parameter(database.engine, name))
