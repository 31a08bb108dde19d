"""RDS: names, classes, versions and storage."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Final

from limits.tables import (
    RDS_CLASSES,
    RDS_CLOSED_VERSIONS,
    RDS_EXTENDED_SUPPORT,
    RDS_FAMILIES,
    RDS_MAJOR_VERSIONS,
    RDS_NEWEST_MINOR,
    RDS_NO_INSIGHTS_MYSQL,
    RDS_RESERVED_DATABASES,
    RDS_RESERVED_USERS,
)
from limits.words import listed, meant, short, sizes

# rds.force_ssl is static in older PostgreSQL families; those of MySQL are dynamic.
RDS_OWN_PARAMETERS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "postgres": {"rds.force_ssl": ("1", "pending-reboot")},
    "mysql": {
        "log_output": ("FILE", "immediate"),
        "require_secure_transport": ("1", "immediate"),
        "slow_query_log": ("1", "immediate"),
    },
}
"""Parameters of the database that the program sets itself: value and apply method."""


def rds_identifier(name: str) -> str | None:
    """Check a database instance's identifier."""
    if re.fullmatch(r"[a-z](?:-?[a-z0-9])*", name) and len(name) <= 63:
        return None
    return f"{short(name)} is not an RDS identifier: at most 63 lower-case letters, digits and single inner hyphens, a letter first"


def rds_username(engine: str, name: str) -> str | None:
    """Check a master user's name; AWS takes at most 16 characters for both engines."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,15}", name):
        return f"{short(name)} is not a {engine} user name: at most 16 letters, digits and underscores, a letter first"
    if name.lower() in RDS_RESERVED_USERS[engine]:
        return f"{name!r} is reserved by {engine} on RDS; choose another"
    return None


def rds_database(engine: str, name: str) -> str | None:
    """Check the initial database's name."""
    most = 63 if engine == "postgres" else 64
    if not re.fullmatch(rf"[A-Za-z][A-Za-z0-9_]{{0,{most - 1}}}", name):
        return f"{short(name)} is not a {engine} database name: at most {most} letters, digits and underscores, a letter first"
    if name.lower() in RDS_RESERVED_DATABASES[engine]:
        return f"{name!r} is reserved by {engine} on RDS; choose another"
    return None


def rds_class(name: str) -> str | None:
    """Check an instance class; whether a region has it, only AWS knows."""
    if name in RDS_CLASSES:
        return None
    return (
        f"{short(name)} is not a current RDS instance class{meant(name, RDS_CLASSES)}; allowed: "
        f"{sizes('db', name, RDS_FAMILIES)}"
    )


def rds_version(engine: str, version: str) -> str | None:
    """Check an engine version: a known major version, alone or with a minor one."""
    majors = RDS_MAJOR_VERSIONS[engine]
    major = rds_major(engine, version)
    pattern = r"[0-9]+(?:\.[0-9]+)?" if engine == "postgres" else r"[0-9]+\.[0-9]+(?:\.[0-9]+(?:-rds\.[0-9]+)?)?"
    if major in majors and re.fullmatch(pattern, version):
        return None
    return f"{short(version)} is not a {engine} version RDS creates; allowed: {listed(majors)}, alone or with a minor version"


def rds_major(engine: str, version: str) -> str:
    """Return the major version: `17` of `17.7` for PostgreSQL, `8.4` of `8.4.9` for MySQL."""
    return version.split(".", maxsplit=1)[0] if engine == "postgres" else ".".join(version.split(".")[:2])


def rds_closed_version(engine: str, version: str) -> str | None:
    """Return a warning for a version on which RDS creates no new instances."""
    if version not in RDS_CLOSED_VERSIONS[engine]:
        return None
    newest = RDS_NEWEST_MINOR[engine][rds_major(engine, version)]
    return f"RDS creates no new {engine} {version} instances since October 2026; use {newest}"


def rds_extended_support(engine: str, version: str) -> str | None:
    """Return a warning for a major version that costs extra because its standard support has ended."""
    major = rds_major(engine, version)
    since = RDS_EXTENDED_SUPPORT[engine].get(major)
    if since is None:
        return None
    newest = RDS_MAJOR_VERSIONS[engine][-1]
    return f"standard support of {engine} {major} ended in {since}: AWS charges Extended Support; use {newest}"


def rds_unknown_minor(engine: str, version: str) -> str | None:
    """Return a warning for a minor version newer than any known here."""
    newest = RDS_NEWEST_MINOR[engine].get(rds_major(engine, version), version)
    if [int(part) for part in re.findall(r"[0-9]+", version)] <= [int(part) for part in newest.split(".")]:
        return None
    return f"no {engine} {version} was known when this was written; the newest then was {newest}"


def rds_storage(
    kind: str, gib: int, iops: int | None, throughput: int | None, most: int | None
) -> Iterator[tuple[str, str]]:
    """Check a database's storage: sizes in GiB, throughput in MiB/s; `most` is the autoscaling limit.

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


_GP3_BASELINE = 400
"""GiB from which gp3 storage takes iops and throughput; below, they are fixed at 3000 and 125 MiB/s."""


def _rds_iops(kind: str, gib: int, iops: int | None) -> str | None:
    low, high, what = 12000, 64000, f"gp3 storage of {_GP3_BASELINE} GiB and more takes"
    if kind in ("io1", "io2"):
        low, high = max(1000, math.ceil(gib / 2)), min(256000, 50 * gib)
        what = f"{gib} GiB of {kind} takes (0.5 to 50 per GiB)"
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


def rds_insights(engine: str, instance_class: str) -> str | None:
    """Check that Performance Insights exists for a class."""
    if engine == "mysql" and instance_class in RDS_NO_INSIGHTS_MYSQL:
        return (
            f"Performance Insights does not exist for mysql on {instance_class}; switch it off or take a medium class"
        )
    return None
