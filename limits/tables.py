"""What AWS offers, as tables. Each heading names the source, AWS's API references and user guides, as of November 2026."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

# Fargate: task sizes (ECS developer guide, "Task CPU and memory").
FARGATE_MEMORY: Final[Mapping[int, Sequence[int]]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4097, 1024)),
    1024: tuple(range(2048, 8193, 1024)),
    2048: tuple(range(4096, 16385, 1024)),
    4096: tuple(range(8192, 30721, 1024)),
    8192: tuple(range(16384, 61441, 4096)),
    16384: tuple(range(32768, 122881, 8192)),
    32768: (61440, 122880, 249856),
}


# CloudWatch Logs: PutRetentionPolicy.
LOG_RETENTION_DAYS: Final[Sequence[int]] = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


# Elastic Load Balancing: security policies that refuse TLS 1.0 and 1.1.
TLS_POLICIES: Final[Sequence[str]] = (
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    "ELBSecurityPolicy-TLS-1-2-2017-01",
    "ELBSecurityPolicy-TLS-1-2-Ext-2018-06",
    "ELBSecurityPolicy-FS-1-2-2019-08",
    "ELBSecurityPolicy-FS-1-2-Res-2019-08",
    "ELBSecurityPolicy-FS-1-2-Res-2020-10",
)


# RDS: CreateDBInstance.
MONITORING_INTERVALS: Final[Sequence[int]] = (0, 1, 5, 10, 15, 30, 60)


PERFORMANCE_INSIGHTS_DAYS: Final[Sequence[int]] = (7, *(31 * n for n in range(1, 24)), 731)


RDS_STORAGE_TYPES: Final[Sequence[str]] = ("gp3", "io2", "io1", "gp2")


RDS_RESERVED_USERS: Final[Mapping[str, frozenset[str]]] = {
    "postgres": frozenset({"admin", "public", "rdsadmin", "rds_superuser", "rdsrepladmin", "rds_replication", "user"}),
    "mysql": frozenset({"rdsadmin", "rdsrepladmin", "mysql", "sys", "information_schema"}),
}


RDS_RESERVED_DATABASES: Final[Mapping[str, frozenset[str]]] = {
    "postgres": frozenset({"rdsadmin", "template0", "template1"}),
    "mysql": frozenset({"innodb", "mysql", "sys", "tmp", "information_schema", "performance_schema"}),
}


RDS_MAJOR_VERSIONS: Final[Mapping[str, Sequence[str]]] = {
    "postgres": ("14", "15", "16", "17", "18"),
    "mysql": ("8.0", "8.4"),
}


# Minor versions for which RDS no longer creates instances (notice of 2026-09-03) and the newest that it does create.
RDS_CLOSED_VERSIONS: Final[Mapping[str, frozenset[str]]] = {
    "postgres": frozenset({"14.18", "14.19", "15.13", "15.14", "16.9", "16.10", "17.5", "17.6"}),
    "mysql": frozenset(),
}


RDS_NEWEST_MINOR: Final[Mapping[str, Mapping[str, str]]] = {
    "postgres": {"14": "14.24", "15": "15.19", "16": "16.15", "17": "17.11", "18": "18.6"},
    "mysql": {"8.0": "8.0.46", "8.4": "8.4.11"},
}


_BURSTABLE = ("micro", "small", "medium")


_TO_16 = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")


_TO_24 = (*_TO_16, "24xlarge")


_TO_32 = (*_TO_24, "32xlarge")


_TO_48 = (*_TO_24, "48xlarge")


# Families that PostgreSQL and MySQL are created on, with their sizes (RDS user guide, "DB instance classes").
RDS_FAMILIES: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(("t3", "t4g"), (*_BURSTABLE, "large", "xlarge", "2xlarge")),
    **dict.fromkeys(("m5", "m5d", "r5", "r5b", "r5d"), _TO_24),
    **dict.fromkeys(("m6g", "m6gd", "m7g", "r6g", "r6gd", "r7g", "x2g"), _TO_16),
    **dict.fromkeys(("m6i", "m6id", "m6idn", "m6in", "r6i", "r6id", "r6idn", "r6in"), _TO_32),
    **dict.fromkeys(("m7i", "m8g", "m8gd", "m9g", "r7i", "r8g", "r8gd"), _TO_48),
    "x2idn": ("16xlarge", "24xlarge", "32xlarge"),
    "x2iedn": ("xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge", "24xlarge", "32xlarge"),
    "x2iezn": ("2xlarge", "4xlarge", "6xlarge", "8xlarge", "12xlarge"),
}


RDS_CLASSES: Final[Sequence[str]] = tuple(f"db.{name}.{size}" for name, sizes in RDS_FAMILIES.items() for size in sizes)


# Major versions past the end of standard support, and since when: they run on, at a price per vCPU and hour.
RDS_EXTENDED_SUPPORT: Final[Mapping[str, Mapping[str, str]]] = {"postgres": {}, "mysql": {"8.0": "July 2026"}}


RDS_NO_INSIGHTS_MYSQL = frozenset({"db.t3.micro", "db.t3.small", "db.t4g.micro", "db.t4g.small"})


# ElastiCache: CreateReplicationGroup.
CACHE_VERSIONS: Final[Mapping[str, Sequence[str]]] = {
    "redis": ("6.2", "7.0", "7.1"),
    "valkey": ("7.2", "8.0", "8.1", "8.2", "9.0", "9.1"),
}


_NO_8XLARGE = ("large", "xlarge", "2xlarge", "4xlarge", "12xlarge", "24xlarge")


# Families with their sizes (ElastiCache user guide, "Supported node types").
CACHE_FAMILIES: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(("t3", "t4g"), _BURSTABLE),
    **dict.fromkeys(("m5", "r5"), _NO_8XLARGE),
    **dict.fromkeys(("m6g", "m7g", "m8g", "r6g", "r7g", "r8g", "c7gn", "c8gn"), _TO_16),
    "r6gd": _TO_16[1:],
}


VALKEY_ONLY: Final = ("m8g", "r8g", "c8gn")


CACHE_NODES: Final[Sequence[str]] = tuple(
    f"cache.{name}.{size}" for name, sizes in CACHE_FAMILIES.items() for size in sizes
)


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
