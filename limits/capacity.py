"""What a database instance holds: memory, connections and storage, of which alarms and the dashboard take shares."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

from limits import tables

GIB: Final = 2**30
"""Bytes in a GiB."""

# GiB of memory per vCPU (RDS user guide, "Hardware specifications for DB instance classes"); an instance has two vCPUs as
# `large` and four for each `xlarge`.
_GIB_PER_VCPU: Final[Mapping[str, int]] = {
    "t": 4,
    "m": 4,
    "r": 8,
    "x2g": 16,
    "x2idn": 16,
    "x2iedn": 32,
}
_BURSTABLE_GIB: Final[Mapping[str, int]] = {"micro": 1, "small": 2, "medium": 4}

# Bytes of memory per connection and the most connections, whatever the memory: the default of max_connections (RDS user guide,
# "Quotas and constraints", maximum number of database connections).
_CONNECTIONS: Final[Mapping[str, tuple[int, int]]] = {
    "postgres": (9531392, 5000),
    "aurora-postgresql": (9531392, 5000),
    "mysql": (12582880, 16000),
}
# Aurora MySQL's goes by the logarithm of memory: the larger of two, each of bytes and connections by doubling (Aurora user guide,
# "Maximum connections to an Aurora MySQL DB instance").
_AURORA_MYSQL: Final = ((805306368, 45), (8187281408, 1000))
_ACU_GIB: Final = 2
# Where it may be as small as this, PostgreSQL takes no more connections however large it may grow (Aurora user guide, "Maximum
# connections for Aurora Serverless v2").
_SMALL_ACUS, _SMALL_CONNECTIONS = 0.5, 2000

# What the operating system and RDS's own processes take before the formula sees the memory: AWS says that there is such a
# part but not how much. A db.t4g.small gives PostgreSQL 181 connections, a db.t2.medium 413, a db.r4.large 1660; with these
# two numbers the estimate is never above what was seen, so that the alarm comes rather too early than never.
_RESERVED_BYTES: Final = 300 * 2**20
_RESERVED_SHARE: Final = 0.05


def instance_memory(instance_class: str) -> int:
    """Return the memory of a database instance class, in bytes.

    Raises:
        ValueError: it is none of `limits.RDS_CLASSES`.
    """
    if instance_class not in tables.RDS_CLASSES:
        raise ValueError(f"{instance_class!r} is not an instance class whose memory is known")
    _, family, size = instance_class.split(".")
    if family.startswith("t") and size in _BURSTABLE_GIB:
        return _BURSTABLE_GIB[size] * GIB
    vcpus = 2 if size == "large" else 4 * int(size.removesuffix("xlarge") or 1)
    per_vcpu = _GIB_PER_VCPU.get(family) or _GIB_PER_VCPU[family[0]]
    return vcpus * per_vcpu * GIB


def engine_memory(memory: int) -> int:
    """Return about how much of an instance's memory is the engine's, in bytes: `DBInstanceClassMemory`, on the safe side."""
    return int(memory * (1 - _RESERVED_SHARE)) - _RESERVED_BYTES


def max_connections(engine: str, memory: int) -> int:
    """Return the default of `max_connections`: PostgreSQL takes LEAST(memory / 9531392, 5000), `mysql` memory / 12582880, `aurora-mysql` less.

    Args:
        engine: by RDS's name.
        memory: what the engine has, in bytes; see `engine_memory`.
    """
    if engine == "aurora-mysql":
        return max(1, *(int(math.log2(memory / least) * each) for least, each in _AURORA_MYSQL))
    per_connection, most = _CONNECTIONS[engine]
    return min(memory // per_connection, most)


def serverless_memory(acus: float) -> int:
    """Return about how much memory capacity units are, in bytes."""
    return int(acus * _ACU_GIB * GIB)


def serverless_connections(engine: str, least_acus: float, most: int) -> int:
    """Return how many connections a serverless database takes that takes `most` at its largest."""
    small = engine == "aurora-postgresql" and least_acus <= _SMALL_ACUS
    return min(most, _SMALL_CONNECTIONS) if small else most


def connections_given(value: str, memory: int) -> int | None:
    """Return what a `max_connections` parameter says: a number, or a formula on the memory, of which only division is known.

    Args:
        value: the parameter, such as `500` or `{DBInstanceClassMemory/12582880}`.
        memory: what the engine has, in bytes.
    """
    if value.isdecimal():
        return int(value)
    formula = re.fullmatch(r"(?:LEAST\()?\{DBInstanceClassMemory/(\d+)\}(?:,\s*(\d+)\))?", value.strip())
    if formula is None:
        return None
    return min(memory // int(formula[1]), int(formula[2] or memory))


def share(total: int, percent: float) -> int:
    """Return a percentage of a whole number, rounded down."""
    return int(total * percent / 100)


def free_storage(allocated_gib: int, used_percent: float) -> int:
    """Return how many bytes are free when this much of the storage is used."""
    return share(allocated_gib * GIB, 100 - used_percent)
