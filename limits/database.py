"""RDS: names, classes, versions and storage."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal

from limits import tables
from limits.database_words import POSTGRES_KEY_WORDS
from limits.tables import RDS_CLASSES, RDS_FAMILIES, RDS_NO_INSIGHTS_MYSQL, RDS_RESERVED_DATABASES, RDS_RESERVED_USERS
from limits.words import listed, meant, short, sizes
from policy.common import versions

# rds.force_ssl is static in older PostgreSQL families; those of MySQL are dynamic.
RDS_OWN_PARAMETERS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "postgres": {"rds.force_ssl": ("1", "pending-reboot")},
    "mysql": {
        "log_output": ("FILE", "immediate"),
        "require_secure_transport": ("1", "immediate"),
        "slow_query_log": ("1", "immediate"),
    },
    "aurora-postgresql": {"rds.force_ssl": ("1", "pending-reboot")},
    "aurora-mysql": {
        "log_output": ("FILE", "immediate"),
        "require_secure_transport": ("ON", "immediate"),
        # Who logs in, and who changes rights and tables; the statements of everybody would hold data.
        "server_audit_events": ("CONNECT,QUERY_DCL,QUERY_DDL", "immediate"),
        "server_audit_logging": ("1", "immediate"),
        "slow_query_log": ("1", "immediate"),
    },
}
"""Parameters of the database that the program sets itself: value and apply method. Of Aurora they are the cluster's."""


def rds_is_aurora(engine: str) -> bool:
    """Tell whether an engine is one of Aurora's, which runs in clusters."""
    return engine.startswith("aurora-")


def rds_dialect(engine: str) -> Literal["postgres", "mysql"]:
    """Return the engine whose protocol, users and names an engine has."""
    return "mysql" if engine.endswith("mysql") else "postgres"


def _named(engine: str) -> str:
    return f"{'an' if rds_is_aurora(engine) else 'a'} {engine}"


def rds_identifier(name: str) -> str | None:
    """Check a database instance's identifier."""
    if re.fullmatch(r"[a-z](?:-?[a-z0-9])*", name) and len(name) <= 63:
        return None
    return f"{short(name)} is not an RDS identifier: at most 63 lower-case letters, digits and single inner hyphens, a letter first"


def rds_snapshot(engine: str, name: str, region: str) -> str | None:
    """Check the identifier or ARN of a snapshot, of an instance or of a cluster of Aurora, that a region's RDS is to restore."""
    if name.startswith("arn:"):
        return _backup_arn(name, region, "cluster-snapshot" if rds_is_aurora(engine) else "snapshot")
    if re.fullmatch(r"(?:rds:|awsbackup:)?[A-Za-z](?:-?[A-Za-z0-9])*", name) and len(name) <= 255:
        return None
    return f"{short(name)} is not the identifier or ARN of a snapshot, such as storefront-before-42"


def rds_backup_source(engine: str, name: str, region: str) -> str | None:
    """Check what a point-in-time restore reads: an identifier, a deleted one's resource id, or the ARN of an instance's automated backup."""
    if rds_is_aurora(engine):
        if re.fullmatch(r"cluster-[A-Z0-9]{8,}", name) or rds_identifier(name) is None:
            return None
        return f"{short(name)} is neither a cluster's identifier nor a resource id, such as cluster-ABCDEFGHIJKL0123"
    if name.startswith("arn:"):
        return _backup_arn(name, region, "auto-backup")
    if re.fullmatch(r"db-[A-Z0-9]{8,}", name) or rds_identifier(name) is None:
        return None
    return f"{short(name)} is neither an instance's identifier nor a resource id, such as db-ABCDEFGHIJKL0123, nor an automated backup's ARN"


def _backup_arn(arn: str, region: str, kind: str) -> str | None:
    match = re.fullmatch(r"arn:aws[a-z-]*:rds:([a-z0-9-]+):[0-9]{12}:([a-z-]+):.+", arn)
    if not match or match[2] != kind:
        return f"{short(arn)} is not the ARN of {_BACKUPS[kind]}, such as arn:aws:rds:{region}:123456789012:{kind}:..."
    if match[1] == region:
        return None
    return f"{short(arn)} is in {match[1]}; RDS restores in {region} only what is there: copy it first"


_BACKUPS: Final = {
    "snapshot": "an instance's snapshot",
    "cluster-snapshot": "a cluster's snapshot",
    "auto-backup": "an automated backup",
}


def rds_restore_time(time: str) -> str | None:
    """Check a moment to restore to: `latest`, or one that has been, in UTC."""
    if time == "latest":
        return None
    try:
        moment = datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return f"{short(time)} is neither latest nor a time in UTC, such as 2026-11-30T11:55:00Z"
    return f"{time} has not been yet" if moment > datetime.now(tz=UTC) else None


def rds_username(engine: str, name: str, *, made: bool = True) -> str | None:
    """Check the name of the master user, whom RDS makes, unless a backup has it already (`made=False`)."""
    return rds_user(engine, name) or (_no_key_word(engine, name) if made else None)


def rds_user(engine: str, name: str) -> str | None:
    """Check the name of a user in the database; AWS takes at most 16 characters for a master user of either engine."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,15}", name):
        return f"{short(name)} is not {_named(engine)} user name: at most 16 letters, digits and underscores, a letter first"
    if name.lower() in RDS_RESERVED_USERS[rds_dialect(engine)]:
        return f"{name!r} is reserved by {engine} on RDS; choose another"
    if rds_dialect(engine) == "postgres" and name.lower().startswith("pg_"):
        return f"{name!r} is not to be had: PostgreSQL keeps what begins with pg_ for its own roles; choose another"
    return None


def _no_key_word(engine: str, name: str) -> str | None:
    if rds_dialect(engine) == "postgres" and name.lower() in POSTGRES_KEY_WORDS:
        return f"{name!r} is a key word of SQL, which RDS refuses with {engine}; choose another, such as app_{name}"
    return None


def rds_database(engine: str, name: str, *, made: bool = True) -> str | None:
    """Check the name of the first database, which RDS makes, unless a backup has it already (`made=False`)."""
    most = 63 if rds_dialect(engine) == "postgres" else 64
    if not re.fullmatch(rf"[A-Za-z][A-Za-z0-9_]{{0,{most - 1}}}", name):
        return f"{short(name)} is not {_named(engine)} database name: at most {most} letters, digits and underscores, a letter first"
    if name.lower() in RDS_RESERVED_DATABASES[rds_dialect(engine)]:
        return f"{name!r} is reserved by {engine} on RDS; choose another"
    return _no_key_word(engine, name) if made else None


def rds_class(name: str) -> str | None:
    """Check an instance class: that an engine runs on it somewhere; `rds_class_here` knows which, and where."""
    if name in RDS_CLASSES:
        return None
    return (
        f"{short(name)} is not a current RDS instance class{meant(name, RDS_CLASSES)}; allowed: "
        f"{sizes('db', name, RDS_FAMILIES)}"
    )


def rds_class_here(engine: str, version: str, name: str, region: str) -> str | None:
    """Check that a known instance class is one that a region has, and that the engine's version runs on."""
    there = tables.rds_classes_of(engine, region)
    if name not in RDS_CLASSES or there is None:
        return None
    major = rds_major(engine, version)
    without = tables.rds_classes_without(engine, major)
    if name in there and name not in without:
        return None
    families = list(dict.fromkeys(item.split(".")[1] for item in there if item not in without))
    engine_version = f"{engine} {major}"
    what = f"{region} has no {name} for" if name not in there else f"{name} does not run"
    return f"{what} {engine_version}; allowed: {sizes('db', name, _by_family(there, without, families))}"


def _by_family(there: Sequence[str], without: Sequence[str], families: Sequence[str]) -> Mapping[str, Sequence[str]]:
    names = [item.split(".") for item in there if item not in without]
    return {family: [size for _, of, size in names if of == family] for family in families}


def rds_version(engine: str, version: str) -> str | None:
    """Check an engine version: a major one alone, or a full one on which RDS creates instances, or newer than any known here."""
    major = rds_major(engine, version)
    if major not in versions.majors(engine) or not re.fullmatch(_VERSIONS[engine], version):
        return f"{short(version)} is not {_named(engine)} version RDS creates; allowed: {_majors(engine)}"
    if version == major or version in versions.created(engine) or versions.is_newer(engine, version):
        return None
    was = version in versions.known(engine)
    what = f"RDS creates no new {engine} {version} instances" if was else f"RDS has no {engine} {version}"
    minors = [minor for minor in versions.minors(engine, major) if re.fullmatch(_VERSIONS[engine], minor)]
    return f"{what}; allowed: {listed([*minors, f'{major} alone'])}"


_VERSIONS: Final[Mapping[str, str]] = {
    "postgres": r"[0-9]+(?:\.[0-9]+(?:-rds\.[0-9]+)?)?",
    "mysql": r"[0-9]+\.[0-9]+(?:\.[0-9]+(?:-rds\.[0-9]+)?)?",
    # Those for Aurora PostgreSQL Limitless run in clusters of another kind.
    "aurora-postgresql": r"[0-9]+(?:\.[0-9]+)?",
    "aurora-mysql": r"[0-9]+\.[0-9]+(?:\.mysql_aurora\.[0-9]+(?:\.[0-9]+)+)?",
}
"""How versions that the program takes are written: a major one alone, or a full one."""


def _majors(engine: str) -> str:
    majors = versions.majors(engine)
    ended = [major for major in majors if versions.support(engine, major).has_ended()]
    today = [major for major in majors if major not in ended]
    paid = f"; under Extended Support {listed(ended)}" if ended else ""
    return f"{listed(today)}, alone or with a minor version{paid}"


def rds_major(engine: str, version: str) -> str:
    """Return the major version: `17` of `17.7` for PostgreSQL, `8.4` of `8.4.9` for MySQL."""
    return versions.major(engine, version)


def rds_newest(engine: str, version: str) -> str | None:
    """Return the newest full version of a major one; None for a full version, or where none is known."""
    return versions.newest(engine, version) if version == rds_major(engine, version) else None


def rds_extended_support(engine: str, version: str, *, allowed: bool) -> str | None:
    """Check that a version past its standard support is wanted with Extended Support, and that this has not ended as well.

    Args:
        engine: `postgres` or `mysql`.
        version: a major version or a full one.
        allowed: whether Extended Support may be charged. RDS creates nothing past standard support otherwise.
    """
    major = rds_major(engine, version)
    support = versions.support(engine, major)
    if not support.has_ended():
        return None
    instead = f"use {versions.oldest_supported(engine)} or newer"
    if support.extended is not None and versions.today() > support.extended:
        return f"all support of {engine} {major} ended on {support.extended}: {instead}"
    if allowed:
        return None
    return f"standard support of {engine} {major} ended on {support.standard}: {instead}, or allow Extended Support, billed by vCPU and hour"


def rds_charged_support(engine: str, version: str) -> str | None:
    """Return a warning for a version under Extended Support, which AWS charges for."""
    major = rds_major(engine, version)
    support = versions.support(engine, major)
    if not support.has_ended():
        return None
    return (
        f"standard support of {engine} {major} ended on {support.standard}: AWS charges Extended Support by vCPU and hour, "
        f"more from the third year on, until {support.extended}; use {versions.oldest_supported(engine)} or newer"
    )


def rds_unknown_minor(engine: str, version: str) -> str | None:
    """Return a warning for a minor version newer than any known here."""
    major = rds_major(engine, version)
    if version == major or not versions.is_newer(engine, version):
        return None
    newest = versions.newest(engine, major)
    then = f"the newest then was {newest}" if newest else f"of {major} none was"
    return f"no {engine} {version} was known when the table of versions was made ({versions.source(engine)}); {then}"


def rds_storage(
    kind: str, gib: int, iops: int | None, throughput: int | None, most: int | None
) -> Iterator[tuple[str, str]]:
    """Check a database's storage: sizes in GiB, throughput in MiB/s; `most` is the autoscaling limit.

    io1 takes 0.5 to 50 operations per second and GiB, io2 0.5 to 1,000 on classes of the Nitro system, which are all that
    `rds_class` knows; the least holds for what storage may grow to as well (RDS user guide, "Amazon RDS DB instance storage").

    Yields what `DatabaseArgs` calls the wrong value, and the problem.
    """
    least, largest = (100 if kind in ("io1", "io2") else 20), 65536
    lowest = math.ceil(gib * 11 / 10)
    if not least <= gib <= largest:
        yield "storage_gib", f"{gib} GiB is outside {least} to {largest} GiB, what {kind} storage takes"
    elif problem := _rds_iops(kind, gib, iops):
        yield "iops", problem
    if throughput is not None and (problem := _rds_throughput(kind, gib, throughput, iops)):
        yield "throughput", problem
    if most is not None and not lowest <= most <= largest:
        bounds = f"at least {lowest} GiB, 10 % above the {gib} GiB allocated, and at most {largest} GiB"
        yield "max_storage_gib", f"the storage limit of {most} GiB must be {bounds}"
    elif most is not None and kind in _PER_GIB and iops is not None and iops < most * _LEAST_PER_GIB:
        yield (
            "max_storage_gib",
            (
                f"{iops} iops are {iops / most:.2f} per GiB of the {most} GiB that storage may grow to, and {_LEAST_PER_GIB} is the "
                f"least: at most {int(iops / _LEAST_PER_GIB)} GiB go with {iops} iops"
            ),
        )


_PER_GIB: Final[Mapping[str, int]] = {"io1": 50, "io2": 1000}
"""The most operations per second and GiB."""
_LEAST_PER_GIB: Final = 0.5
_GP3_BASELINE = 400
"""GiB from which gp3 storage takes iops and throughput; below, they are fixed at 3000 and 125 MiB/s."""


def _rds_iops(kind: str, gib: int, iops: int | None) -> str | None:
    low, high, what = 12000, 64000, f"gp3 storage of {_GP3_BASELINE} GiB and more takes"
    if kind in _PER_GIB:
        low, high = max(1000, math.ceil(gib * _LEAST_PER_GIB)), min(256000, _PER_GIB[kind] * gib)
        what = f"{gib} GiB of {kind} takes ({_LEAST_PER_GIB} to {_PER_GIB[kind]} per GiB)"
        if iops is None:
            return f"{kind} storage needs iops; allowed: {low} to {high} with {gib} GiB"
    elif iops is not None and kind == "gp2":
        return "gp2 storage takes no iops; use gp3, io1 or io2"
    elif iops is not None and gib < _GP3_BASELINE:
        return f"gp3 storage under {_GP3_BASELINE} GiB has fixed 3000 iops: leave iops out"
    return None if iops is None or low <= iops <= high else f"{iops} iops are outside {low} to {high}, what {what}"


def _rds_throughput(kind: str, gib: int, throughput: int, iops: int | None) -> str | None:
    if kind != "gp3":
        return f"{kind} storage takes no throughput; only gp3 does"
    if gib < _GP3_BASELINE:
        return f"gp3 storage under {_GP3_BASELINE} GiB has fixed 125 MiB/s: leave throughput out"
    if not 500 <= throughput <= 4000:
        return f"{throughput} MiB/s are outside 500 to 4000, what gp3 storage of {_GP3_BASELINE} GiB and more takes"
    most = (iops or 12000) // 4
    if throughput > most:
        return f"{throughput} MiB/s are too many for {iops or 12000} iops: at most a quarter of them, {most}"
    return None


_NEWEST_CAPACITIES: Final[Mapping[str, Mapping[str, str]]] = {
    "aurora-postgresql": {"13": "13.15", "14": "14.12", "15": "15.7", "16": "16.3"},
    "aurora-mysql": {"8.0": "8.0.mysql_aurora.3.08.0"},
}
"""The first minor version of a major one that pauses at 0 ACUs; one that is not here does in every version.

Aurora user guide, "Scaling to Zero ACUs with automatic pause and resume", and AWS Database Blog, "Introducing scaling to 0 capacity".
"""
_LEAST_ACU, _MOST_ACU = 0.5, 256
MOST_READERS: Final = 15
"""Readers that a cluster of Aurora has at most."""
PAUSE_SECONDS: Final = (300, 86_400)
"""Seconds without a connection after which a serverless cluster may pause: the least and the most."""


def aurora_capacity(
    engine: str, version: str, least: float, most: float, pause_seconds: int | None
) -> Iterator[tuple[str, str]]:
    """Check a serverless cluster's capacity, in Aurora capacity units (ACUs).

    Yields what `ServerlessArgs` calls the wrong value, and the problem.
    """
    for name, value, low in (("min_capacity", least, 0.0), ("max_capacity", most, 1.0)):
        if not low <= value <= _MOST_ACU or value * 2 != int(value * 2):
            yield name, f"{value:g} ACUs are not allowed; {low:g} to {_MOST_ACU} in steps of 0.5 are"
    if least > most:
        yield "min_capacity", f"{least:g} ACUs are more than the {most:g} of the greatest capacity"
    first = _NEWEST_CAPACITIES.get(engine, {}).get(rds_major(engine, version))
    if least == 0 and first and version != rds_major(engine, version) and _older(version, first):
        yield (
            "min_capacity",
            f"{engine} {version} does not pause at 0 ACUs; {first} and newer do, or {_LEAST_ACU} and more are allowed",
        )
    if pause_seconds is None:
        return
    if least > 0:
        yield "pause_after_seconds", f"a cluster of at least {least:g} ACUs never pauses: say 0, or leave it out"
    if not PAUSE_SECONDS[0] <= pause_seconds <= PAUSE_SECONDS[1]:
        yield "pause_after_seconds", f"{pause_seconds} is outside {PAUSE_SECONDS[0]} to {PAUSE_SECONDS[1]}"


def _older(version: str, than: str) -> bool:
    return versions.numbers(version) < versions.numbers(than)


def aurora_serverless(engine: str, version: str) -> str | None:
    """Check that an engine's version runs serverless (version 2): Aurora MySQL since 3.02, PostgreSQL since 13."""
    major = rds_major(engine, version)
    oldest = {"aurora-mysql": "8.0", "aurora-postgresql": "13"}[engine]
    if versions.numbers(major) >= versions.numbers(oldest):
        return None
    return f"{engine} {major} does not run serverless; {oldest} and newer do"


def rds_insights(engine: str, instance_class: str) -> str | None:
    """Check that Database Insights (once Performance Insights) exists for a class."""
    told = f"Database Insights does not exist for {engine} on {instance_class}; switch it off or take"
    if rds_is_aurora(engine) and rds_dialect(engine) == "mysql" and instance_class.startswith("db.t3."):
        return f"{told} a class of another family, such as db.t4g.medium"
    if rds_dialect(engine) == "mysql" and instance_class in RDS_NO_INSIGHTS_MYSQL:
        return f"{told} a medium class"
    return None
