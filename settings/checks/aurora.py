"""A database that is a cluster of Aurora: what it takes, and what only an instance of RDS does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import limits
from settings.derived import NAME_PREFIX
from settings.model import Database, Serverless, Settings
from settings.problems import Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    database = settings.database
    if database is None:
        return
    if not database.is_cluster:
        yield from _only_aurora(database)
        return
    yield from _only_instances(database)
    yield from _size(database)
    identifier = f"{database.name or settings.name_prefix}-{1 + limits.MOST_READERS}"
    if limits.rds_identifier(database.name or settings.name_prefix) is None:
        yield from found(["database", "name"], limits.rds_identifier(identifier), ["database", "engine"], *NAME_PREFIX)
    if database.readers and database.readers.url_secret and not database.readers.count:
        yield at(
            ["database", "readers", "urlSecret"],
            "leads nowhere: there is no reader; leave it out, or count at 1 or more",
            ["database", "readers", "count"],
        )


def _only_aurora(database: Database) -> Iterator[Problem]:
    for name, given in (("serverless", database.serverless), ("readers", database.readers)):
        if given is not None:
            instead = {"serverless": "instanceClass", "readers": "readReplica"}[name]
            yield at(
                ["database", name],
                f"{database.engine} has none, only aurora-postgresql and aurora-mysql: use {instead}",
                ["database", "engine"],
            )


def _only_instances(database: Database) -> Iterator[Problem]:
    for name, why in _INSTANCES.items():
        if name in database.model_fields_set and getattr(database, name) is not None:
            alias = type(database).model_fields[name].alias or name
            yield at(["database", alias], f"{why}: leave it out with {database.engine}", ["database", "engine"])
    if "storage_type" in database.model_fields_set and not database.storage_type.startswith("aurora"):
        yield at(
            ["database", "storageType"],
            f"{database.storage_type} is an instance's; allowed with {database.engine}: aurora or aurora-iopt1",
            ["database", "engine"],
        )


_INSTANCES: Final[Mapping[str, str]] = {
    "storage_gib": "Aurora's storage grows by itself",
    "max_storage_gib": "Aurora's storage grows by itself",
    "iops": "Aurora's storage has no such number",
    "throughput_mibps": "Aurora's storage has no such number",
    "multi_az": "Aurora's storage is in three zones, and the first of readers takes over in another",
    "read_replica": "Aurora has readers, such as readers: {count: 2}",
}
"""Settings of an instance that no cluster has, and why."""


def _size(database: Database) -> Iterator[Problem]:
    serverless, judged_by = database.serverless, [["database", "engine"], ["database", "version"]]
    if (database.instance_class is None) == (serverless is None):
        both = "both are given" if serverless else "neither is given"
        yield at(
            ["database", "serverless" if serverless else "instanceClass"],
            f"a size such as db.r7g.large, or serverless: {{maxCapacity: 8}}, and {both}",
            ["database", "instanceClass"],
            ["database", "serverless"],
        )
    if serverless is None or limits.rds_version(database.engine, database.version):
        return
    yield from found(
        ["database", "serverless"], limits.aurora_serverless(database.engine, database.version), *judged_by
    )
    for name, problem in _capacity(database, serverless):
        alias = type(serverless).model_fields[name].alias or name
        yield at(["database", "serverless", alias], problem, *judged_by, ["database", "serverless", "*"])


def _capacity(database: Database, serverless: Serverless) -> Iterator[tuple[str, str]]:
    return limits.aurora_capacity(
        database.engine,
        database.version,
        serverless.min_capacity,
        serverless.max_capacity,
        serverless.pause_after_seconds,
    )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what keeps a cluster awake that shall pause, and what it costs when it does not have to be there."""
    database = settings.database
    if database is None or not database.serverless or database.serverless.min_capacity:
        return
    place = ["database", "serverless", "minCapacity"]
    if database.proxy:
        yield at(
            place, "0 pauses nothing behind database.proxy, whose connections keep it awake: take one of the two out"
        )
    if settings.environment == "production":
        yield at(place, "0 lets whoever comes first wait about 15 seconds: 0.5 is awake in production")
