"""What AWS accepts: pure tables and checks, used by the stack file's validation and by the components' arguments.

Every check returns the problem as a sentence that says what is allowed, or None when the value is fine. Sources are the AWS API
references and user guides of the service named in each heading, as of November 2026.
"""

from __future__ import annotations

import ipaddress
import itertools
import math
import re
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
_RDS_CLASS = re.compile(
    r"^db\.(?:t3|t4g|m[5-9](?:[adgi]*n?d?)|r[5-8](?:[adgib]*n?d?)|x2(?:g|id|ied|iezn))\."
    r"(?:micro|small|medium|large|\d{0,2}xlarge|metal)$"
)
_RDS_NO_INSIGHTS_MYSQL = frozenset({"db.t3.micro", "db.t3.small", "db.t4g.micro", "db.t4g.small"})

# ElastiCache: CreateReplicationGroup.
CACHE_VERSIONS: Final[Mapping[str, Sequence[str]]] = {
    "redis": ("6.2", "7.0", "7.1"),
    "valkey": ("7.2", "8.0", "8.1", "8.2", "9.0", "9.1"),
}
_CACHE_NODE = re.compile(
    r"^cache\.(?:t3|t4g)\.(?:micro|small|medium)$|^cache\.(?:m[5-8]g?|r[5-8]g?|r6gd|c7gn)\.(?:large|\d{0,2}xlarge)$"
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
# What a task needs to start in a network without a way out.
ENDPOINTS_WITHOUT_NAT: Final[Sequence[str]] = ("ecr", "logs", "secretsmanager")

# ECS: container health checks; Elastic Load Balancing: target groups.
REGION: Final = re.compile(r"^[a-z]{2}(?:-[a-z]+)+-\d$")
_HOST = re.compile(r"^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$")

# Tags that name a moving target: the image behind them changes without a change of the stack file.
MUTABLE_TAGS: Final[frozenset[str]] = frozenset(
    {
        "latest",
        "main",
        "master",
        "develop",
        "dev",
        "staging",
        "stage",
        "prod",
        "production",
        "stable",
        "edge",
        "nightly",
    }
)

ZONE_BLOCKS: Final = 8
"""How many zone blocks the network's range is cut into: AWS has no region with more than six zones."""


def listed(values: Sequence[object]) -> str:
    """Join values as a person would: `a, b or c`."""
    words = [str(value) for value in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def fargate_size(cpu: int, memory_mib: int) -> str | None:
    """Check a Fargate task size: CPU in units (1024 = one vCPU), memory in MiB."""
    if cpu not in FARGATE_MEMORY:
        return f"cpu {cpu} is not a Fargate size; allowed: {listed(list(FARGATE_MEMORY))}"
    allowed = FARGATE_MEMORY[cpu]
    if memory_mib in allowed:
        return None
    step = allowed[1] - allowed[0]
    regular = all(b - a == step for a, b in itertools.pairwise(allowed))
    shown = f"{allowed[0]} to {allowed[-1]} in steps of {step}" if regular and len(allowed) > 3 else listed(allowed)
    return f"{memory_mib} MiB does not go with cpu {cpu}; allowed: {shown} MiB"


def log_retention(days: int) -> str | None:
    """Check a CloudWatch Logs retention in days."""
    if days in LOG_RETENTION_DAYS:
        return None
    return f"{days} is not a retention CloudWatch Logs offers; allowed: {listed(LOG_RETENTION_DAYS)} days"


def tls_policy(name: str) -> str | None:
    """Check the name of a load balancer's TLS policy: known, and nothing below TLS 1.2."""
    if name in TLS_POLICIES:
        return None
    return f"{name!r} is not a policy with TLS 1.2 or newer only; allowed: {listed(TLS_POLICIES)}"


def region(name: str) -> str | None:
    """Check the shape of a region's name."""
    return None if REGION.match(name) else f"{name!r} is not an AWS region, such as us-east-1"


def zone(name: str, region_name: str) -> str | None:
    """Check that an availability zone belongs to a region and is an ordinary zone, a to h."""
    letters = "abcdefgh"
    if name[:-1] == region_name and name[-1:] in letters:
        return None
    return f"{name!r} is not a zone of {region_name}; its zones are {region_name}a, {region_name}b and so on"


def zones(names: Sequence[str]) -> str | None:
    """Check that a network lists two to six different zones: load balancers and Multi-AZ databases need two."""
    if len(set(names)) != len(names):
        return f"{', '.join(names)} names a zone twice"
    most = 6
    if not 2 <= len(names) <= most:
        return f"{len(names)} zone{'s' * (len(names) != 1)} given; two to six are needed, because load balancers and databases span two"
    return None


def network_cidr(cidr: str) -> str | None:
    """Check the network's range: private IPv4 with room for eight zone blocks of load-balancer-sized subnets, /16 to /22."""
    try:
        network = ipaddress.IPv4Network(cidr)
    except ValueError as error:
        return f"{cidr!r} is not an IPv4 range: {error}"
    private = (
        ipaddress.IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
    )
    if not any(network.subnet_of(block) for block in private):
        return (
            f"{cidr} is not a private range; use one inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10"
        )
    if not 16 <= network.prefixlen <= 22:
        return f"{cidr} leaves no room for eight zones of public, private and isolated subnets; allowed: /16 to /22"
    return None


def host(name: str) -> str | None:
    """Check a fully qualified lower-case host name; a leading `*.` is fine."""
    if _HOST.match(name.removeprefix("*.")):
        return None
    return f"{name!r} is not a host name, such as app.example.com"


def name_length(name: str, most: int) -> str | None:
    """Check the length of a name."""
    return None if len(name) <= most else f"{name[:24]}... has {len(name)} characters; at most {most} are allowed"


def load_balancer_name(name: str) -> str | None:
    """Check a load balancer's name: at most 32 letters, digits and inner hyphens, not beginning with `internal-`."""
    if re.fullmatch(r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?", name):
        return None
    return f"{_short(name)} is not a load balancer's name: at most 32 letters, digits and inner hyphens, not beginning with internal-"


def bucket_name(name: str) -> str | None:
    """Check a general purpose bucket's name."""
    shape = re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name)
    bad = ".." in name or re.fullmatch(r"[\d.]+", name) or name.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
    if shape and not bad and not name.endswith(("-s3alias", "--ol-s3", "--x-s3", ".mrap")):
        return None
    return f"{_short(name)} is not a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens"


def secret_name(name: str) -> str | None:
    """Check a secret's name; one that ends like AWS's own suffix cannot be told from an ARN."""
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", name):
        return f"{_short(name)} is not a secret's name: at most 512 letters, digits and /_+=.@-"
    if re.search(r"-[A-Za-z0-9]{6}$", name):
        return f"{_short(name)} ends in a hyphen and six characters, which Secrets Manager takes for its own suffix; choose another name"
    return None


def repository_name(name: str) -> str | None:
    """Check an ECR repository's name."""
    part = r"[a-z0-9]+(?:[._-][a-z0-9]+)*"
    if 2 <= len(name) <= 256 and re.fullmatch(rf"{part}(?:/{part})*", name):
        return None
    return f"{_short(name)} is not an ECR repository's name: 2 to 256 lower-case letters, digits and inner . _ - /"


def ecs_name(name: str) -> str | None:
    """Check the name of a cluster, service or task definition family."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
        return None
    return f"{_short(name)} is not an ECS name: at most 255 letters, digits, hyphens and underscores"


def log_group_name(name: str) -> str | None:
    """Check a log group's name."""
    if re.fullmatch(r"[A-Za-z0-9._/#-]{1,512}", name):
        return None
    return f"{_short(name)} is not a log group's name: at most 512 letters, digits and . _ / # -"


def rds_identifier(name: str) -> str | None:
    """Check a database instance's identifier."""
    if re.fullmatch(r"[a-z](?:-?[a-z0-9])*", name) and len(name) <= 63:
        return None
    return f"{_short(name)} is not an RDS identifier: at most 63 lower-case letters, digits and single inner hyphens, a letter first"


def cache_identifier(name: str) -> str | None:
    """Check a replication group's identifier."""
    if re.fullmatch(r"[a-z](?:-?[a-z0-9])*", name) and len(name) <= 40:
        return None
    return f"{_short(name)} is not an ElastiCache identifier: at most 40 lower-case letters, digits and single inner hyphens, a letter first"


def rds_username(engine: str, name: str) -> str | None:
    """Check a master user's name; AWS takes at most 16 characters for both engines."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,15}", name):
        return f"{_short(name)} is not a {engine} user name: at most 16 letters, digits and underscores, a letter first"
    if name.lower() in RDS_RESERVED_USERS[engine]:
        return f"{name!r} is reserved by {engine} on RDS; choose another"
    return None


def rds_database(engine: str, name: str) -> str | None:
    """Check the initial database's name."""
    most = 63 if engine == "postgres" else 64
    if not re.fullmatch(rf"[A-Za-z][A-Za-z0-9_]{{0,{most - 1}}}", name):
        return f"{_short(name)} is not a {engine} database name: at most {most} letters, digits and underscores, a letter first"
    if name.lower() in RDS_RESERVED_DATABASES[engine]:
        return f"{name!r} is reserved by {engine} on RDS; choose another"
    return None


def rds_class(name: str) -> str | None:
    """Check the shape of an instance class; whether a region has it, only AWS knows."""
    if _RDS_CLASS.match(name):
        return None
    return f"{_short(name)} is not a current RDS instance class, such as db.t4g.medium, db.m7g.large or db.r6g.large"


def rds_version(engine: str, version: str) -> str | None:
    """Check an engine version: a known major version, alone or with a minor one."""
    majors = RDS_MAJOR_VERSIONS[engine]
    major = rds_major(engine, version)
    pattern = r"\d+(?:\.\d+)?" if engine == "postgres" else r"\d+\.\d+(?:\.\d+)?"
    if major in majors and re.fullmatch(pattern, version):
        return None
    return (
        f"{version!r} is not a {engine} version RDS creates; allowed: {listed(majors)}, alone or with a minor version"
    )


def rds_major(engine: str, version: str) -> str:
    """Return the major version: `17` of `17.7` for PostgreSQL, `8.4` of `8.4.9` for MySQL."""
    return version.split(".", maxsplit=1)[0] if engine == "postgres" else ".".join(version.split(".")[:2])


def rds_closed_version(engine: str, version: str) -> str | None:
    """Return a warning for a version on which RDS creates no new instances."""
    if version not in RDS_CLOSED_VERSIONS[engine]:
        return None
    newest = RDS_NEWEST_MINOR[engine][rds_major(engine, version)]
    return f"RDS creates no new {engine} {version} instances since October 2026; use {newest}"


def rds_storage(kind: str, gib: int, iops: int | None, throughput: int | None, most: int | None) -> Sequence[str]:
    """Check a database's storage: sizes in GiB, throughput in MiB/s; `most` is the autoscaling limit. Returns all problems."""
    problems = []
    provisioned = kind in ("io1", "io2")
    least = 100 if provisioned else 20
    if not least <= gib <= 65536:
        problems.append(f"{gib} GiB is outside {least} to 65536 GiB, what {kind} storage takes")
    baseline = 400
    if provisioned and iops is None:
        problems.append(f"{kind} storage needs iops, 1000 to 256000")
    elif provisioned and iops is not None and not 1000 <= iops <= min(256000, 50 * gib):
        problems.append(
            f"{iops} iops are outside 1000 to {min(256000, 50 * gib)}, what {gib} GiB of {kind} takes (50 per GiB)"
        )
    elif kind == "gp2" and iops is not None:
        problems.append("gp2 storage takes no iops; use gp3, io1 or io2")
    elif kind == "gp3" and gib < baseline and (iops is not None or throughput is not None):
        problems.append(
            f"gp3 storage under {baseline} GiB has fixed 3000 iops and 125 MiB/s: leave iops and throughput out"
        )
    elif kind == "gp3" and iops is not None and not 12000 <= iops <= 64000:
        problems.append(f"{iops} iops are outside 12000 to 64000, what gp3 storage of {baseline} GiB and more takes")
    if throughput is not None and kind != "gp3":
        problems.append(f"{kind} storage takes no throughput; only gp3 does")
    elif throughput is not None and gib >= baseline and not 500 <= throughput <= 4000:
        problems.append(
            f"{throughput} MiB/s are outside 500 to 4000, what gp3 storage of {baseline} GiB and more takes"
        )
    if most is not None and most < math.ceil(gib * 1.1):
        problems.append(
            f"the storage limit of {most} GiB must be at least {math.ceil(gib * 1.1)} GiB, 10 % above the {gib} GiB allocated"
        )
    return problems


def rds_insights(engine: str, instance_class: str) -> str | None:
    """Check that Performance Insights exists for a class."""
    if engine == "mysql" and instance_class in _RDS_NO_INSIGHTS_MYSQL:
        return (
            f"Performance Insights does not exist for mysql on {instance_class}; switch it off or take a medium class"
        )
    return None


def windows(backup: str, maintenance: str) -> str | None:
    """Check the daily backup window `hh:mm-hh:mm` and the weekly one `ddd:hh:mm-ddd:hh:mm` (UTC, 30 minutes at least, apart)."""
    daily = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", backup)
    if not daily:
        return f"{backup!r} is not a backup window, such as 03:00-04:00 (UTC)"
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    day = "|".join(days)
    weekly = re.fullmatch(rf"({day}):([01]\d|2[0-3]):([0-5]\d)-({day}):([01]\d|2[0-3]):([0-5]\d)", maintenance)
    if not weekly:
        return f"{maintenance!r} is not a maintenance window, such as sun:04:30-sun:05:30 (UTC)"
    minutes_a_day, minutes_a_week, least = 24 * 60, 7 * 24 * 60, 30
    start = int(daily[1]) * 60 + int(daily[2])
    length = (int(daily[3]) * 60 + int(daily[4]) - start) % minutes_a_day
    begin = days.index(weekly[1]) * minutes_a_day + int(weekly[2]) * 60 + int(weekly[3])
    span = (days.index(weekly[4]) * minutes_a_day + int(weekly[5]) * 60 + int(weekly[6]) - begin) % minutes_a_week
    if length < least or span < least:
        return f"the windows {backup} and {maintenance} must each be at least 30 minutes long"
    for d in range(-1, 8):
        first = d * minutes_a_day + start
        if first < begin + span and begin < first + length:
            return f"the backup window {backup} overlaps the maintenance window {maintenance}"
    return None


def cache_node(name: str) -> str | None:
    """Check the shape of a cache node type."""
    if _CACHE_NODE.match(name):
        return None
    return f"{_short(name)} is not a current ElastiCache node type, such as cache.t4g.small, cache.m7g.large or cache.r6g.large"


def cache_version(engine: str, version: str) -> str | None:
    """Check a cache engine's version, `major.minor`."""
    allowed = CACHE_VERSIONS[engine]
    return (
        None
        if version in allowed
        else f"{version!r} is not a {engine} version ElastiCache creates; allowed: {listed(allowed)}"
    )


def tag_key(key: str) -> str | None:
    """Check the key of a tag."""
    if re.fullmatch(r"(?!aws:)[\w\s.:/=+@-]{1,128}", key):
        return None
    return f"{_short(key)} is not a tag's key: at most 128 letters, digits, spaces and . : / = + @ - _, not beginning with aws:"


def mutable_tag(tag: str) -> bool:
    """Tell whether an image tag names a moving target, such as `latest` or `main`."""
    return tag.lower() in MUTABLE_TAGS or tag.lower().endswith(("-latest", ".latest"))


def _short(value: str) -> str:
    """Quote a value, cut to what a line of a message holds."""
    most = 48
    return repr(value if len(value) <= most else f"{value[:most]}...")
