"""What AWS accepts: pure tables and checks, used by the stack file's validation and by the components' arguments.

Every check returns the problem as a sentence that says what is allowed, or None when the value is fine. Sources are the AWS API
references and user guides of the service named in each heading, as of November 2026.
"""

from __future__ import annotations

import difflib
import functools
import ipaddress
import itertools
import math
import re
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
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
_RDS_FAMILIES: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(("t3", "t4g"), (*_BURSTABLE, "large", "xlarge", "2xlarge")),
    **dict.fromkeys(("m5", "m5d", "r5", "r5b", "r5d"), _TO_24),
    **dict.fromkeys(("m6g", "m6gd", "m7g", "r6g", "r6gd", "r7g", "x2g"), _TO_16),
    **dict.fromkeys(("m6i", "m6id", "m6idn", "m6in", "r6i", "r6id", "r6idn", "r6in"), _TO_32),
    **dict.fromkeys(("m7i", "m8g", "m8gd", "m9g", "r7i", "r8g", "r8gd"), _TO_48),
    "x2idn": ("16xlarge", "24xlarge", "32xlarge"),
    "x2iedn": ("xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge", "24xlarge", "32xlarge"),
    "x2iezn": ("2xlarge", "4xlarge", "6xlarge", "8xlarge", "12xlarge"),
}
RDS_CLASSES: Final[Sequence[str]] = tuple(
    f"db.{name}.{size}" for name, sizes in _RDS_FAMILIES.items() for size in sizes
)
# Major versions past the end of standard support, and since when: they run on, at a price per vCPU and hour.
RDS_EXTENDED_SUPPORT: Final[Mapping[str, Mapping[str, str]]] = {"postgres": {}, "mysql": {"8.0": "July 2026"}}
_RDS_NO_INSIGHTS_MYSQL = frozenset({"db.t3.micro", "db.t3.small", "db.t4g.micro", "db.t4g.small"})

# ElastiCache: CreateReplicationGroup.
CACHE_VERSIONS: Final[Mapping[str, Sequence[str]]] = {
    "redis": ("6.2", "7.0", "7.1"),
    "valkey": ("7.2", "8.0", "8.1", "8.2", "9.0", "9.1"),
}
_NO_8XLARGE = ("large", "xlarge", "2xlarge", "4xlarge", "12xlarge", "24xlarge")
# Families with their sizes (ElastiCache user guide, "Supported node types").
_CACHE_FAMILIES: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(("t3", "t4g"), _BURSTABLE),
    **dict.fromkeys(("m5", "r5"), _NO_8XLARGE),
    **dict.fromkeys(("m6g", "m7g", "m8g", "r6g", "r7g", "r8g", "c7gn", "c8gn"), _TO_16),
    "r6gd": _TO_16[1:],
}
_VALKEY_ONLY: Final = ("m8g", "r8g", "c8gn")
CACHE_NODES: Final[Sequence[str]] = tuple(
    f"cache.{name}.{size}" for name, sizes in _CACHE_FAMILIES.items() for size in sizes
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

# The words that regions' names are made of: a new region passes, a misspelt one does not.
_REGION = re.compile(
    r"(?:af|ap|ca|cn|eu|eu-isoe|eusc-de|il|me|mx|sa|us|us-gov|us-iso[bf]?)-"
    r"(?:central|east|west|north|south|northeast|northwest|southeast|southwest)-[1-9]"
)
_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")

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


ZONE_LETTERS: Final = "abcdefgh"
"""The letters of ordinary zones, one a block."""


RATE_WINDOWS: Final[Sequence[int]] = (60, 120, 300, 600)
"""Seconds that a rate-based rule of WAF may count."""
RATE_LIMIT_PATH: Final = r"/(?:\.?[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*(?:\.?[A-Za-z0-9_~-][A-Za-z0-9._~-]*)?\*?"
"""The form of what limited paths begin with."""


HEALTH_PATH: Final = "/[!-~]{0,1023}"
"""The form of a path that a load balancer asks for."""
HEALTH_PATH_WORDS: Final = "a path: a slash, then no spaces and nothing outside ASCII, such as /health"
PATH_PATTERN: Final = r"/[A-Za-z0-9_.$/~\"'@:+&*?-]{0,127}"
"""The form of a path pattern."""
PATH_PATTERN_WORDS: Final = (
    "a path pattern, such as /api/*: a slash, then at most 127 letters, digits and _ - . $ / ~ \" ' @ : + & * ?"
)
STATUS_CODES: Final = "[2-4][0-9]{2}(?:-[2-4][0-9]{2})?(?:,[2-4][0-9]{2}(?:-[2-4][0-9]{2})?)*"
"""The form of status codes."""
STATUS_CODES_WORDS: Final = "a list of status codes from 200 to 499, such as 200-299 or 200,302"


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
    return f"{short(name)} is not a policy with TLS 1.2 or newer only{meant(name, TLS_POLICIES)}; allowed: {listed(TLS_POLICIES)}"


def region(name: str) -> str | None:
    """Check the shape of a region's name."""
    return None if _REGION.fullmatch(name) else f"{short(name)} is not an AWS region, such as us-east-1"


def zone(name: str, region_name: str) -> str | None:
    """Check that an availability zone belongs to a region and is an ordinary zone, a to h."""
    if name[:-1] == region_name and name[-1:] in tuple(ZONE_LETTERS):
        return None
    return f"{short(name)} is not a zone of {region_name}; its zones are {region_name}a, {region_name}b and so on"


def zones(names: Sequence[str]) -> str | None:
    """Check that a network lists two to six different zones: load balancers and Multi-AZ databases need two."""
    if len(set(names)) != len(names):
        return f"{', '.join(name if len(name) <= 16 else short(name) for name in names)} names a zone twice"
    most = 6
    if not 2 <= len(names) <= most:
        return f"{len(names)} zone{'s' * (len(names) != 1)} given; two to six are needed, because load balancers and databases span two"
    return None


def network_cidr(cidr: str) -> str | None:
    """Check the network's range: private IPv4 with room for eight zone blocks of load-balancer-sized subnets, /16 to /22."""
    if problem := address_range(cidr):
        return problem
    network = ipaddress.IPv4Network(cidr)
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


def address_range(cidr: str) -> str | None:
    """Check an IPv4 range, such as 10.0.0.0/16: four numbers, a slash, a length, and nothing set beyond the length."""
    try:
        network = ipaddress.IPv4Network(cidr, strict=False)
    except ValueError:
        network = None
    if network is None or not re.fullmatch(r"[0-9.]+/[0-9]{1,2}", cidr):
        return f"{short(cidr)} is not an IPv4 range, such as 10.0.0.0/16"
    if str(network) != cidr:
        return f"{cidr!r} is not an IPv4 range: bits are set beyond its length; use {network}"
    return None


def host(name: str) -> str | None:
    """Check a fully qualified lower-case host name; a leading `*.` is fine."""
    if _HOST.fullmatch(name.removeprefix("*.")):
        return None
    return f"{short(name)} is not a host name, such as app.example.com (lower case, no scheme, no path)"


def rate_limit(requests: int) -> str | None:
    """Check the requests per window after which WAF blocks an address."""
    least, most = 10, 2_000_000_000
    return None if least <= requests <= most else f"{requests} is outside {least} to {most}"


def rate_window(seconds: int) -> str | None:
    """Check how far back WAF counts requests."""
    if seconds in RATE_WINDOWS:
        return None
    return f"{seconds} is not a window WAF counts in; allowed: {listed(RATE_WINDOWS)} seconds"


def rate_limit_path(path: str) -> str | None:
    """Check what limited paths begin with: WAF compares at most 200 characters, decoded and normalised, so `%` or `//` would match nothing."""
    if len(path) <= 200 and re.fullmatch(RATE_LIMIT_PATH, path):
        return None
    return (
        f"{short(path)} is not the beginning of a path, such as /api/*: at most 200 letters, digits and / . _ ~ -, "
        "no empty part, and a * only at the end"
    )


def path_beginning(path: str) -> str:
    """Return what a rate limit's path compares with: without the final `*`, in lower case."""
    return path.removesuffix("*").lower()


def rate_limits(paths: Sequence[str], most: int) -> str | None:
    """Check the paths of a firewall's rate limits together: how many, and each once."""
    if len(paths) > most:
        return f"{len(paths)} given; at most {most}"
    beginnings = [path_beginning(path) for path in paths]
    twice = next((path for place, path in enumerate(paths) if path_beginning(path) in beginnings[:place]), None)
    return f"{short(twice)} is there twice; each path has one limit" if twice else None


def endpoint(name: str) -> str | None:
    """Check the short name of an AWS service with an endpoint in the network."""
    if name in ENDPOINT_SERVICES:
        return None
    return (
        f"{short(name)} is not an endpoint{meant(name, ENDPOINT_SERVICES)}; allowed: {listed(list(ENDPOINT_SERVICES))}"
    )


def name_length(name: str, most: int) -> str | None:
    """Check the length of a name."""
    return None if len(name) <= most else f"{short(name)} is longer than the {most} characters allowed"


def certificate_name(name: str) -> str | None:
    """Check the first host name of a certificate: ACM takes 64 characters, of the others 253."""
    return name_length(name, 64)


def slug(name: str) -> str:
    """Return a name as it becomes part of other names: lower-case letters and digits, everything else a hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def apart(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Check that names are different as parts of other names, too. Yields each that is not, and why."""
    seen: dict[str, str] = {}
    for name in names:
        part = slug(name)
        if not part:
            yield name, f"{short(name)} has neither a letter nor a digit"
        elif part in seen:
            yield (
                name,
                f"{short(name)} and {short(seen[part])} differ in punctuation or case at most; rename or remove one",
            )
        seen[part] = name


def health_path(path: str) -> str | None:
    """Check a path that a load balancer asks for to find out a target's health."""
    return None if re.fullmatch(HEALTH_PATH, path) else f"{short(path)} is not {HEALTH_PATH_WORDS}"


def path_pattern(pattern: str) -> str | None:
    """Check a pattern of paths, as a load balancer's rule takes it."""
    if re.fullmatch(PATH_PATTERN, pattern):
        return None
    return f"{short(pattern)} is not {PATH_PATTERN_WORDS}"


def wildcards(patterns: Iterable[str]) -> str | None:
    """Check how many wildcards the paths and hosts of one rule have together."""
    found, most = sum(pattern.count("*") + pattern.count("?") for pattern in patterns), 6
    return f"{found} wildcards (* and ?) are too many for one rule; at most {most}" if found > most else None


def status_codes(codes: str) -> str | None:
    """Check the status codes of a good answer: codes and ranges of them from 200 to 499."""
    ranges = [part.split("-") for part in codes.split(",")]
    if re.fullmatch(STATUS_CODES, codes) and all(ends == sorted(ends) for ends in ranges):
        return None
    return f"{short(codes)} is not {STATUS_CODES_WORDS}"


def load_balancer_name(name: str) -> str | None:
    """Check a load balancer's name: at most 32 letters, digits and inner hyphens, not beginning with `internal-`."""
    if re.fullmatch(r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?", name):
        return None
    return f"{short(name)} is not a load balancer's name: at most 32 letters, digits and inner hyphens, not beginning with internal-"


def bucket_name(name: str) -> str | None:
    """Check a general purpose bucket's name."""
    shape = re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name)
    bad = ".." in name or re.fullmatch(r"[0-9.]+", name) or name.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
    if shape and not bad and not name.endswith(("-s3alias", "--ol-s3", "--x-s3", "--table-s3", ".mrap")):
        return None
    return f"{short(name)} is not a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens"


def secret_name(name: str) -> str | None:
    """Check a secret's name; one that ends like AWS's own suffix cannot be told from an ARN."""
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", name):
        return f"{short(name)} is not a secret's name: at most 512 letters, digits and /_+=.@-"
    if re.search(r"-[A-Za-z0-9]{6}$", name):
        return f"{short(name)} ends in a hyphen and six characters, which Secrets Manager takes for its own suffix; choose another name"
    return None


def repository_name(name: str) -> str | None:
    """Check an ECR repository's name."""
    part = r"[a-z0-9]+(?:[._-][a-z0-9]+)*"
    if 2 <= len(name) <= 256 and re.fullmatch(rf"{part}(?:/{part})*", name):
        return None
    return f"{short(name)} is not an ECR repository's name: 2 to 256 lower-case letters, digits and inner . _ - /"


def ecs_name(name: str) -> str | None:
    """Check the name of a cluster, service or task definition family."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
        return None
    return f"{short(name)} is not an ECS name: at most 255 letters, digits, hyphens and underscores"


def log_group_name(name: str) -> str | None:
    """Check a log group's name."""
    if re.fullmatch(r"[A-Za-z0-9._/#-]{1,512}", name):
        return None
    return f"{short(name)} is not a log group's name: at most 512 letters, digits and . _ / # -"


def rds_identifier(name: str) -> str | None:
    """Check a database instance's identifier."""
    if re.fullmatch(r"[a-z](?:-?[a-z0-9])*", name) and len(name) <= 63:
        return None
    return f"{short(name)} is not an RDS identifier: at most 63 lower-case letters, digits and single inner hyphens, a letter first"


def cache_identifier(name: str) -> str | None:
    """Check a replication group's identifier."""
    if re.fullmatch(r"[a-z](?:-?[a-z0-9])*", name) and len(name) <= 40:
        return None
    return f"{short(name)} is not an ElastiCache identifier: at most 40 lower-case letters, digits and single inner hyphens, a letter first"


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
        f"{_sizes('db', name, _RDS_FAMILIES)}"
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
    if engine == "mysql" and instance_class in _RDS_NO_INSIGHTS_MYSQL:
        return (
            f"Performance Insights does not exist for mysql on {instance_class}; switch it off or take a medium class"
        )
    return None


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_DAY = f"({'|'.join(_DAYS)})"
_BACKUP = re.compile(f"{_CLOCK}-{_CLOCK}")
_MAINTENANCE = re.compile(f"{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}")
_AN_HOUR, _A_DAY, _A_WEEK, _SHORTEST = 60, 24 * 60, 7 * 24 * 60, 30
_WORKDAYS = range(5)


def backup_window(window: str) -> str | None:
    """Check a daily window `hh:mm-hh:mm` in UTC, 30 minutes at least."""
    match = _BACKUP.fullmatch(window)
    if not match:
        return f"{short(window)} is not a backup window, such as 03:00-04:00 (UTC)"
    return _long_enough(window, *_daily(match))


def maintenance_window(window: str) -> str | None:
    """Check a weekly window `ddd:hh:mm-ddd:hh:mm` in UTC, 30 minutes at least."""
    match = _MAINTENANCE.fullmatch(window)
    if not match:
        return f"{short(window)} is not a maintenance window, such as sun:04:30-sun:05:30 (UTC)"
    return _long_enough(window, *_weekly(match))


def cache_window(window: str) -> str | None:
    """Check a daily or weekly window of a cache, UTC, an hour at least."""
    daily, weekly = _BACKUP.fullmatch(window), _MAINTENANCE.fullmatch(window)
    _, minutes = _weekly(weekly) if weekly else _daily(daily) if daily else (0, 0)
    return None if minutes >= _AN_HOUR else f"{window} is {minutes} minutes long; ElastiCache takes {_AN_HOUR} at least"


def windows(backup: str, maintenance: str) -> str | None:
    """Check a daily backup window and a weekly maintenance window, and that they are apart."""
    daily, weekly = _BACKUP.fullmatch(backup), _MAINTENANCE.fullmatch(maintenance)
    if not (daily and weekly):
        return backup_window(backup) or maintenance_window(maintenance)
    start, length = _daily(daily)
    begin, span = _weekly(weekly)
    if problem := backup_window(backup) or maintenance_window(maintenance):
        return problem
    # A window may reach past midnight, and past the end of the week.
    for first in range(start - _A_DAY, _A_WEEK + _A_DAY, _A_DAY):
        if first < begin + span and begin < first + length:
            return f"the backup window {backup} overlaps the maintenance window {maintenance}"
    return None


def backup_start(clock: str, window: str) -> str | None:
    """Check that AWS Backup starts neither in a daily or weekly window, UTC, of a database nor in the hour before."""
    daily, weekly = _BACKUP.fullmatch(window), _MAINTENANCE.fullmatch(window)
    if daily is None and weekly is None:
        return None
    start, length = _weekly(weekly) if weekly else _daily(daily) if daily else (0, 0)
    begins = int(clock[:2]) * 60 + int(clock[3:])
    if (begins - start + _AN_HOUR) % _A_DAY >= length + _AN_HOUR:
        return None
    return f"{clock} is within {window} or the hour before, when AWS Backup starts no backup of a database"


def awake(window: str, wake: str, sleep: str, zone_name: str, *, weekends: bool) -> str | None:
    """Check that a daily or weekly window, UTC, is between `wake` and `sleep` of a time zone, in winter and in summer."""
    daily, weekly = _BACKUP.fullmatch(window), _MAINTENANCE.fullmatch(window)
    if daily is None and weekly is None:
        return None
    start, length = _weekly(weekly) if weekly else _daily(daily) if daily else (0, 0)
    rises, sets = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (wake, sleep))
    day = (sets - rises) % _A_DAY
    for month in (1, 7):
        offset = datetime(2026, month, 15, tzinfo=zoneinfo.ZoneInfo(zone_name)).utcoffset() or timedelta()
        after_waking = start + int(offset.total_seconds()) // 60 - rises
        off = weekly and not weekends and after_waking % _A_WEEK // _A_DAY not in _WORKDAYS
        if off or after_waking % _A_DAY + length > day:
            when = f"{wake} to {sleep} {zone_name}{'' if weekends else ', Monday to Friday'}"
            return f"{window} (UTC) is not within {when}, when the database is awake"
    return None


def time_zone(name: str) -> str | None:
    """Check the name of a time zone."""
    return None if name in _zones() else f"{short(name)} is not a time zone, such as Europe/Berlin or UTC"


@functools.cache
def _zones() -> set[str]:
    return zoneinfo.available_timezones()


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NAMED = {
    3: dict(zip(_MONTHS, range(1, 13), strict=True)),
    4: dict(zip(_WEEKDAYS, range(1, 8), strict=True)),
}
_CRON = (
    ("minutes", 0, 59),
    ("hours", 0, 23),
    ("day of month", 1, 31),
    ("month", 1, 12),
    ("day of week", 1, 7),
    ("year", 1970, 2199),
)


def schedule(expression: str) -> str | None:
    """Check AWS's six fields of cron, of which exactly one of the day of the month and the day of the week is `?`."""
    fields = expression.split(" ")
    if len(fields) != len(_CRON):
        return f"{short(expression)} is not a schedule: six fields are needed, such as 0 8 ? * MON-FRI *"
    if (fields[2] == "?") == (fields[4] == "?"):
        return f"{short(expression)} is not a schedule: exactly one of day of month and day of week must be ?"
    for index, (field, (what, least, most)) in enumerate(zip(fields, _CRON, strict=True)):
        if field != "?" and not all(_cron_part(part, index, least, most) for part in field.split(",")):
            return f"{short(expression)} is not a schedule: {short(field)} is not allowed for {what}; allowed: {least} to {most}"
        if field == "?" and index not in (2, 4):
            return f"{short(expression)} is not a schedule: ? can only stand for a day"
    return None


def _cron_part(part: str, index: int, least: int, most: int) -> bool:
    names = _NAMED.get(index, {})
    match = re.fullmatch(r"(\*|[A-Z]{3}|\d{1,4})(?:-([A-Z]{3}|\d{1,4}))?(?:/(\d{1,4}))?", part)
    if match is None:
        special = {2: r"L|LW|\d{1,2}W", 4: r"[1-7]L|[1-7]#[1-5]|L"}.get(index)
        return bool(special and re.fullmatch(special, part))
    first, last, step = match.groups()
    if first == "*":
        return last is None and (step is None or 1 <= int(step) <= most)
    values = [names.get(end, int(end) if end.isdecimal() else -1) for end in (first, last) if end is not None]
    return all(least <= value <= most for value in values) and values == sorted(values) and step != "0"


def _long_enough(window: str, _: int, length: int) -> str | None:
    return None if length >= _SHORTEST else f"{window!r} lasts {length} minutes; at least {_SHORTEST} are needed"


def _daily(match: re.Match[str]) -> tuple[int, int]:
    """Return start and length in minutes."""
    start = int(match[1]) * 60 + int(match[2])
    return start, (int(match[3]) * 60 + int(match[4]) - start) % _A_DAY


def _weekly(match: re.Match[str]) -> tuple[int, int]:
    """Return start and length in minutes, from Monday on."""
    begin = _DAYS.index(match[1]) * _A_DAY + int(match[2]) * 60 + int(match[3])
    return begin, (_DAYS.index(match[4]) * _A_DAY + int(match[5]) * 60 + int(match[6]) - begin) % _A_WEEK


def cache_node(name: str) -> str | None:
    """Check a cache node type; whether a region has it, only AWS knows."""
    if name in CACHE_NODES:
        return None
    return (
        f"{short(name)} is not a current ElastiCache node type{meant(name, CACHE_NODES)}; allowed: "
        f"{_sizes('cache', name, _CACHE_FAMILIES)}"
    )


def cache_node_engine(engine: str, node: str) -> str | None:
    """Check that an engine runs on a known node type: the newest families take Valkey alone."""
    if engine == "valkey" or node.split(".")[1] not in _VALKEY_ONLY:
        return None
    return f"{node} runs valkey, not {engine}; allowed for {engine}: {listed([f for f in _CACHE_FAMILIES if f not in _VALKEY_ONLY])}"


def cache_version(engine: str, version: str) -> str | None:
    """Check a cache engine's version, `major.minor`."""
    allowed = CACHE_VERSIONS[engine]
    return (
        None
        if version in allowed
        else f"{short(version)} is not a {engine} version ElastiCache creates; allowed: {listed(allowed)}"
    )


def tag_key(key: str) -> str | None:
    """Check the key of a tag: what every AWS service takes."""
    if re.fullmatch(r"(?!aws:)[\w .:/=+@-]{1,128}", key, re.IGNORECASE):
        return None
    return f"{short(key)} is not a tag's key: at most 128 letters, digits, spaces and . : / = + @ - _, not beginning with aws:"


def web_origin(origin: str) -> str | None:
    """Check a web origin, as browsers send it; `*.` stands for any host below. Not `*` alone, which would be every page there is."""
    if re.fullmatch(r"https?://(?:\*\.)?[a-z0-9.-]+(?::\d{1,5})?", origin):
        return None
    return f"{short(origin)} is not a web origin, such as https://app.example.com"


def tag_value(value: str) -> str | None:
    """Check the value of a tag: what every AWS service takes."""
    if re.fullmatch(r"[\w .:/=+@-]{0,256}", value):
        return None
    return f"{short(value)} is not a tag's value: at most 256 letters, digits, spaces and . : / = + @ - _"


def mutable_tag(tag: str) -> bool:
    """Tell whether an image tag names a moving target, such as `latest` or `main`."""
    return tag.lower() in MUTABLE_TAGS or tag.lower().endswith(("-latest", ".latest"))


def short(value: str) -> str:
    """Quote a value for a message. A long one is described, not cut: half a secret must not show either."""
    most = 64
    return repr(value) if len(value) <= most else f"a text of {len(value)} characters"


def meant(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` for a word close to a known one, or nothing."""
    longest, most = 64, 256
    if len(word) > longest:
        return ""
    near = list(itertools.islice((name for name in known if abs(len(name) - len(word)) <= 4), most))
    lower = {name.lower(): name for name in reversed(near)}
    close = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return f"; did you mean {lower[close[0]]}?" if close else ""


def _sizes(kind: str, name: str, families: Mapping[str, Sequence[str]]) -> str:
    """Tell what classes there are: the sizes of the family in the name, or all families."""
    parts = name.split(".")
    family = parts[1] if len(parts) > 1 else ""
    if family in families and parts[0] == kind:
        return f"{kind}.{family}. with {listed(families[family])}"
    return f"{kind}.<family>.<size>, of the families {listed(list(families))}"
