"""What AWS offers: tables made by `make data` from packages that keep them, and by hand what no package has, each with its source."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from policy.common import tables, tls, versions

_DATA: Final = Path(__file__).parents[1] / "data"
_CLASSES: Final = _DATA / "rds_classes.jsonl"
_NODES: Final = _DATA / "cache_nodes.jsonl"
_REGIONS: Final = _DATA / "regions.jsonl"


def _sizes(families: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    return {family: sizes.split() for family, sizes in families.items()}


def _names(kind: str, families: Mapping[str, Sequence[str]]) -> Sequence[str]:
    return tuple(f"{kind}.{family}.{size}" for family, sizes in families.items() for size in sizes)


FARGATE_MEMORY: Final[Mapping[int, Sequence[int]]] = {
    row["cpu"]: tuple(row["memory"]) for row in tables.rows(_DATA / "fargate.jsonl")
}
"""Memory, MiB, that goes with each size of CPU."""

LOG_RETENTION_DAYS: Final[Sequence[int]] = tuple(tables.rows(_DATA / "log_retention.jsonl")[0]["days"])
"""Days that CloudWatch Logs keeps events."""

TLS_POLICIES: Final[Sequence[str]] = tuple(
    policy for policy, oldest in tls.load_balancer_policies().items() if tls.is_modern(oldest)
)
"""The load balancer's policies that refuse TLS 1.0 and 1.1."""


@functools.cache
def regions() -> Mapping[str, Mapping[str, str]]:
    """Return every region with its partition, the letters of its zones and its name."""
    return {row["region"]: row for row in tables.rows(_REGIONS)}


def regions_source() -> str:
    """Return where the table of regions is from and when it was made."""
    return tables.source(_REGIONS)


# RDS: CreateDBInstance.
MONITORING_INTERVALS: Final[Sequence[int]] = (0, 1, 5, 10, 15, 30, 60)


PERFORMANCE_INSIGHTS_DAYS: Final[Sequence[int]] = (7, *(31 * n for n in range(1, 24)), 731)
ADVANCED_INSIGHTS_DAYS: Final = 465
"""Days that Database Insights keeps in its advanced mode, at least."""


RDS_STORAGE_TYPES: Final[Sequence[str]] = ("gp3", "io2", "io1", "gp2")


RDS_RESERVED_USERS: Final[Mapping[str, frozenset[str]]] = {
    "postgres": frozenset(
        {
            *("admin", "none", "public", "user"),
            *("rds_ad", "rds_extension", "rds_iam", "rds_password", "rds_replication", "rds_reserved", "rds_superuser"),
            *("rdsadmin", "rdsproxyadmin", "rdsrepladmin", "rdstopmgr", "rdswriteforwarduser"),
        }
    ),
    "mysql": frozenset(
        {
            *("event_scheduler", "information_schema", "mysql", "sys"),
            *("rds_superuser_role", "rdsadmin", "rdsproxyadmin", "rdsrepladmin", "rdstopmgr"),
        }
    ),
}
"""Users and roles that RDS, its proxy and the engine have themselves: whoever logs in as one of them, or is granted something as one, is somebody else."""


RDS_RESERVED_DATABASES: Final[Mapping[str, frozenset[str]]] = {
    "postgres": frozenset({"rdsadmin", "template0", "template1"}),
    "mysql": frozenset({"innodb", "mysql", "sys", "tmp", "information_schema", "performance_schema"}),
}


RDS_FAMILIES: Final[Mapping[str, Sequence[str]]] = _sizes((tables.row(_CLASSES, "all", "engines") or {})["classes"])
"""Families of instance classes that any of the engines is created on anywhere, with their sizes."""

RDS_CLASSES: Final[Sequence[str]] = _names("db", RDS_FAMILIES)


@functools.cache
def rds_classes_of(engine: str, region: str) -> Sequence[str] | None:
    """Return the instance classes that a region has for an engine; None if the table does not know the region."""
    row = tables.row(_CLASSES, "region", f"{engine} {region}")
    return None if row is None else _names("db", _sizes(row["classes"]))


@functools.cache
def rds_classes_without(engine: str, major: str) -> Sequence[str]:
    """Return the instance classes that a major version does not run on, though another does."""
    row: Mapping[str, Any] = tables.row(_CLASSES, "version", f"{engine} {major}") or {"without": {}}
    return _names("db", _sizes(row["without"]))


# MySQL on these is too small for Performance Insights (RDS user guide, "Supported DB instance classes for Performance Insights").
RDS_NO_INSIGHTS_MYSQL = frozenset({"db.t3.micro", "db.t3.small", "db.t4g.micro", "db.t4g.small"})


_OLDEST_REDIS: Final = (6, 2)
CACHE_VERSIONS: Final[Mapping[str, Sequence[str]]] = {
    "redis": [version for version in versions.created("redis") if versions.numbers(version) >= _OLDEST_REDIS],
    "valkey": versions.created("valkey"),
}
"""Versions, major.minor. Of Redis none before 6.2: they have no users, and are in extended support or soon will be."""

CACHE_FAMILIES: Final[Mapping[str, Sequence[str]]] = _sizes(
    (tables.row(_NODES, "all", "redis and valkey") or {})["nodes"]
)
"""Families of node types that there are anywhere, with their sizes."""

CACHE_NODES: Final[Sequence[str]] = _names("cache", CACHE_FAMILIES)


@functools.cache
def cache_nodes_of(region: str) -> Sequence[str] | None:
    """Return the node types that a region has; None if the table does not know the region."""
    row = tables.row(_NODES, "region", region)
    return None if row is None else _names("cache", _sizes(row["nodes"]))


# Families that run Valkey alone (ElastiCache user guide, "Supported node types").
VALKEY_ONLY: Final = ("m8g", "r8g", "c8gn")


# VPC: interface endpoints by the short name that a stack file uses. `ecr` stands for the two that an image pull needs.
ENDPOINT_SERVICES: Final[Mapping[str, Sequence[str]]] = {
    "ecr": ("ecr.api", "ecr.dkr"),
    "logs": ("logs",),
    "secretsmanager": ("secretsmanager",),
    "monitoring": ("monitoring",),
    "kms": ("kms",),
    "sts": ("sts",),
    "ssm": ("ssm",),
    "ssmmessages": ("ssmmessages",),
    "sqs": ("sqs",),
    "sns": ("sns",),
    "events": ("events",),
    "ecs": ("ecs", "ecs-agent", "ecs-telemetry"),
    "xray": ("xray",),
}
