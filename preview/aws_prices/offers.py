"""What of AWS's price list an estimate needs, and how it is found in the files of each service.

A file is CSV (AWS Billing user guide, "Reading the service price list files"): lines of its own about it, then the names of the columns,
then a price a line. Columns are found by their names, since services have different ones and AWS adds more.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

_PREFIX: Final = r"(?:[A-Z]{2,4}[0-9]?-|[a-z]{2}(?:-[a-z]+)+-[0-9]-)?"
"""What usage types of a region begin with: `EUC1-`, `EU-`, with KMS `eu-central-1-`; in us-east-1 often nothing."""
_NEEDED: Final = ("TermType", "StartingRange", "Unit", "PricePerUnit", "Currency", "usageType")
_FORMAT: Final = "v1.0"


class ChangedFormatError(Exception):
    """A file is not of the documented form: nothing in it can be trusted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A price that estimates use."""

    key: str
    """Its key in `prices.yaml`; `{0}` and so on stand for the groups of `usage`, as `names` calls them."""
    usage: str
    """The usage type without what it begins with in a region, as a pattern."""
    unit: str
    """The unit of the estimate's price."""
    times: int = 1
    """How many of AWS's units are one of the estimate's: 1,000 for requests that are priced by the thousand."""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns that must have one of these values; the first is preferred where several rows match."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What columns' values are called in keys: `PostgreSQL` is `postgres`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A service in the price list."""

    code: str
    """As the list calls it: `AmazonRDS`."""
    wanted: tuple[Wanted, ...]
    only: tuple[str, ...] = ("",)
    """Texts of which every line of use has one: a file of hundreds of megabytes is read faster with them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferPrices:
    """What a file holds."""

    version: str
    published: str
    """When AWS published it: `2026-11-30T09:12:44Z`."""
    prices: Mapping[str, tuple[Decimal, str]]
    """US dollars and unit by the key of `prices.yaml`."""


_ENGINES: Final = {
    "Aurora MySQL": "aurora-mysql",
    "Aurora PostgreSQL": "aurora-postgresql",
    "PostgreSQL": "postgres",
    "MySQL": "mysql",
    "Redis": "redis",
    "Valkey": "valkey",
}
_ANY_ENGINE: Final = {"Database Engine": ("Any", "", "PostgreSQL", "MySQL")}
_APPLICATION: Final = {"operation": ("LoadBalancing:Application",)}
_ZONES: Final = {"": "single_az", "Multi-AZ-": "multi_az"}


def _storage(usage: str, key: str, unit: str) -> Iterator[Wanted]:
    for prefix, zones in _ZONES.items():
        yield Wanted(
            key=f"rds.storage.{key.replace('{zones}', zones)}",
            usage=f"RDS:{prefix}{usage}",
            unit=unit,
            where=_ANY_ENGINE,
        )


_AURORA: Final = {"Database Engine": ("Aurora PostgreSQL", "Aurora MySQL")}
_AURORA_STORAGE: Final = {"Database Engine": ("Any", "", "Aurora PostgreSQL", "Aurora MySQL")}


def _aurora() -> Iterator[Wanted]:
    """Instances, capacity and storage of Aurora, which are dearer where I/O is free (I/O-Optimized)."""
    for kind, instance, capacity, storage in (
        ("aurora", "InstanceUsage", "ServerlessV2Usage", "StorageUsage"),
        ("aurora-iopt1", "InstanceUsageIOOptimized", "ServerlessV2IOOptimizedUsage", "IO-OptimizedStorageUsage"),
    ):
        yield Wanted(
            key=f"rds.{{Database Engine}}.{{0}}.{kind}.hour",
            usage=rf"{instance}:(db\.[a-z0-9]+\.[a-z0-9]+)",
            unit="USD per instance-hour",
            where=_AURORA,
            names=_ENGINES,
        )
        yield Wanted(
            key=f"rds.{{Database Engine}}.{kind}.acu_hour",
            usage=f"Aurora:{capacity}",
            unit="USD per ACU-hour",
            where=_AURORA,
            names=_ENGINES,
        )
        yield Wanted(
            key=f"rds.storage.{kind}.gb_month", usage=f"Aurora:{storage}", unit=_GB_MONTH, where=_AURORA_STORAGE
        )
    yield Wanted(
        key="rds.storage.aurora.io_per_million",
        usage="Aurora:StorageIOUsage",
        unit="USD per million I/O requests",
        times=1_000_000,
        where=_AURORA_STORAGE,
    )
    yield Wanted(
        key="rds.backup.aurora.extra_gb_month", usage="Aurora:BackupUsage", unit=_GB_MONTH, where=_AURORA_STORAGE
    )
    yield Wanted(
        key="rds.proxy.acu_hour", usage="RDS:Proxy-ASv2-Usage", unit="USD per ACU-hour of the database behind it"
    )


_GB_MONTH, _IOPS_MONTH = "USD per GB-month", "USD per IOPS-month"
_BALANCERS: Final = (
    Wanted(key="alb.hour", usage="LoadBalancerUsage", unit="USD per hour", where=_APPLICATION),
    Wanted(key="alb.lcu_hour", usage="LCUUsage", unit="USD per LCU-hour", where=_APPLICATION),
)
"""In some regions' lists they are among EC2's products."""
OFFERS: Final[tuple[Offer, ...]] = (
    Offer(
        code="AmazonECS",
        wanted=(
            Wanted(key="fargate.linux.x86.vcpu_hour", usage="Fargate-vCPU-Hours:perCPU", unit="USD per vCPU-hour"),
            Wanted(key="fargate.linux.x86.gb_hour", usage="Fargate-GB-Hours", unit="USD per GB-hour"),
            Wanted(
                key="fargate.linux.arm64.vcpu_hour", usage="Fargate-ARM-vCPU-Hours:perCPU", unit="USD per vCPU-hour"
            ),
            Wanted(key="fargate.linux.arm64.gb_hour", usage="Fargate-ARM-GB-Hours", unit="USD per GB-hour"),
            Wanted(
                key="fargate.ephemeral_storage.gb_hour",
                usage="Fargate-EphemeralStorage-GB-Hours",
                unit="USD per GB-hour above the 20 GB included per task",
            ),
        ),
    ),
    Offer(
        code="AmazonRDS",
        wanted=(
            *(
                Wanted(
                    key=f"rds.{{Database Engine}}.{{0}}.{zones}.hour",
                    usage=rf"{usage}:(db\.[a-z0-9]+\.[a-z0-9]+)",
                    unit="USD per instance-hour",
                    where={"Database Engine": ("PostgreSQL", "MySQL")},
                    names=_ENGINES,
                )
                for usage, zones in (("InstanceUsage", "single_az"), ("Multi-AZUsage", "multi_az"))
            ),
            *_storage("GP2-Storage", "gp2.{zones}.gb_month", _GB_MONTH),
            *_storage("GP3-Storage", "gp3.{zones}.gb_month", _GB_MONTH),
            *_storage("GP3-PIOPS", "gp3.{zones}.extra_iops_month", "USD per IOPS-month above what is included"),
            *_storage(
                "GP3-Throughput", "gp3.{zones}.extra_throughput_mbps_month", "USD per MB/s-month above what is included"
            ),
            *_storage("PIOPS-Storage", "io1.{zones}.gb_month", _GB_MONTH),
            *_storage("PIOPS", "io1.{zones}.iops_month", _IOPS_MONTH),
            *_storage("PIOPS-Storage-IO2", "io2.{zones}.gb_month", _GB_MONTH),
            *_storage("IO2-PIOPS", "io2.{zones}.iops_month", _IOPS_MONTH),
            *_aurora(),
            Wanted(key="rds.backup.extra_gb_month", usage="RDS:ChargedBackupUsage", unit=_GB_MONTH, where=_ANY_ENGINE),
            Wanted(
                key="rds.proxy.vcpu_hour", usage="RDS:ProxyUsage", unit="USD per vCPU-hour of the database behind it"
            ),
            *(
                Wanted(
                    key=f"rds.extended_support.{key}.vcpu_hour",
                    usage=f"ExtendedSupport:{years}:(?:MySQL|PostgreSQL).*",
                    unit="USD per vCPU-hour",
                    where={"Database Engine": ("PostgreSQL", "MySQL")},
                )
                for years, key in (("Yr1-Yr2", "year1"), ("Yr3", "year3"))
            ),
            *(
                Wanted(
                    key=f"rds.extended_support.aurora.{key}.vcpu_hour",
                    usage=f"ExtendedSupport:{years}:Aurora(?:MySQL|PostgreSQL).*",
                    unit="USD per vCPU-hour",
                    where=_AURORA,
                )
                for years, key in (("Yr1-Yr2", "year1"), ("Yr3", "year3"))
            ),
            Wanted(
                key="rds.performance_insights.first_paid_month.vcpu_month",
                usage="PI_LTR_FMR:[A-Z][A-Z0-9]+",
                unit="USD per vCPU-month, first month of long-term retention",
            ),
            Wanted(
                key="rds.performance_insights.additional_month.vcpu_month",
                usage="PI_LTR:[A-Z][A-Z0-9]+",
                unit="USD per vCPU-month, each further month of retention",
            ),
        ),
    ),
    Offer(
        code="AmazonElastiCache",
        wanted=(
            Wanted(
                key="elasticache.{Cache Engine}.{0}.node_hour",
                usage=r"NodeUsage:(cache\.[a-z0-9]+\.[a-z0-9]+)",
                unit="USD per node-hour",
                where={"Cache Engine": ("Redis", "Valkey")},
                names=_ENGINES,
            ),
        ),
    ),
    Offer(
        code="AmazonEC2",
        only=("NatGateway", "LoadBalancing:Application"),
        wanted=(
            Wanted(key="nat_gateway.hour", usage="NatGateway-Hours", unit="USD per gateway-hour"),
            Wanted(key="nat_gateway.gb", usage="NatGateway-Bytes", unit="USD per GB processed"),
            *_BALANCERS,
        ),
    ),
    Offer(
        code="AmazonVPC",
        wanted=(
            Wanted(
                key="vpc_endpoint.interface.hour", usage="VpcEndpoint-Hours", unit="USD per endpoint and zone, an hour"
            ),
            Wanted(key="vpc_endpoint.interface.gb", usage="VpcEndpoint-Bytes", unit="USD per GB"),
            Wanted(key="public_ipv4.hour", usage="PublicIPv4:InUseAddress", unit="USD per address-hour"),
        ),
    ),
    Offer(code="AWSELB", wanted=_BALANCERS),
    Offer(
        code="AmazonCloudWatch",
        wanted=(
            *(
                Wanted(
                    key=f"cloudwatch.database_insights.{unit.lower()}_hour",
                    usage=f"(?:CW:)?DatabaseInsights-{unit}-Hours",
                    unit=f"USD per {unit}-hour of databases in the advanced mode",
                )
                for unit in ("vCPU", "ACU")
            ),
            Wanted(key="cloudwatch.alarm.standard_month", usage="CW:AlarmMonitorUsage", unit="USD per metric-month"),
            Wanted(
                key="cloudwatch.alarm.high_resolution_month",
                usage="CW:HighResAlarmMonitorUsage",
                unit="USD per metric-month",
            ),
            Wanted(
                key="cloudwatch.alarm.composite_month",
                usage="CW:CompositeAlarmMonitorUsage",
                unit="USD per alarm-month",
            ),
            Wanted(key="cloudwatch.logs.ingest_gb", usage="DataProcessing-Bytes", unit="USD per GB ingested"),
            Wanted(key="cloudwatch.logs.storage_gb_month", usage="TimedStorage-ByteHrs", unit=_GB_MONTH),
        ),
    ),
    Offer(code="awskms", wanted=(Wanted(key="kms.key_month", usage="KMS-Keys", unit="USD per key-month"),)),
    Offer(
        code="AWSSecretsManager",
        wanted=(
            Wanted(key="secretsmanager.secret_month", usage="AWSSecretsManager-Secrets", unit="USD per secret-month"),
        ),
    ),
    Offer(
        code="awswaf",
        wanted=(
            Wanted(key="wafv2.web_acl_month", usage="WebACLV2", unit="USD per web ACL-month"),
            Wanted(key="wafv2.rule_month", usage="RuleV2", unit="USD per rule-month"),
            Wanted(
                key="wafv2.requests.per_million",
                usage="RequestV2-Tier1",
                unit="USD per million requests",
                times=1_000_000,
            ),
        ),
    ),
    Offer(code="AmazonECR", wanted=(Wanted(key="ecr.private.gb_month", usage="TimedStorage-ByteHrs", unit=_GB_MONTH),)),
    Offer(
        code="AmazonS3",
        wanted=(
            Wanted(key="s3.standard.gb_month", usage="TimedStorage-ByteHrs", unit="USD per GB-month, first 50 TB"),
            Wanted(
                key="s3.requests.put.per_1k",
                usage="Requests-Tier1",
                unit="USD per 1,000 PUT, COPY, POST, LIST",
                times=1000,
            ),
        ),
    ),
    Offer(
        code="AmazonEFS",
        wanted=(Wanted(key="efs.standard.gb_month", usage="TimedStorage-ByteHrs", unit=_GB_MONTH),),
    ),
    Offer(
        code="AWSLambda",
        wanted=(Wanted(key="lambda.arm64.gb_second", usage="Lambda-GB-Second-ARM", unit="USD per GB-second"),),
    ),
    Offer(
        code="AWSQueueService",
        wanted=tuple(
            Wanted(
                key=f"sqs.{kind}.requests.per_million",
                usage=usage,
                unit="USD per million requests beyond the first million a month",
                times=1_000_000,
            )
            for kind, usage in (("standard", "Requests-RBP"), ("fifo", "Requests-FIFO-RBP"))
        ),
    ),
    Offer(
        code="AWSDataTransfer",
        only=("DataTransfer-Out-Bytes",),
        wanted=(
            Wanted(
                key="data_transfer.internet_out.first_10tb_gb",
                usage="DataTransfer-Out-Bytes",
                unit="USD per GB, first 10 TB a month",
            ),
        ),
    ),
)
"""The services of the price list and what estimates take from each, in the order of reading."""


def read(offer: Offer, lines: Iterable[str]) -> OfferPrices:
    """Read a service's file for a region, a line at a time.

    Args:
        offer: the service.
        lines: the lines of its CSV file.

    Raises:
        ChangedFormatError: it is not of the documented form, or of another service, or not in US dollars, or has none of the prices.
    """
    rest = iter(lines)
    head, columns = _head(offer, rest)
    best: dict[str, tuple[tuple[int, Decimal], Decimal, str]] = {}
    patterns = [(wanted, re.compile(_PREFIX + f"(?:{wanted.usage})")) for wanted in offer.wanted]
    term, usage = columns.index("TermType"), columns.index("usageType")
    for cells in csv.reader(line for line in rest if any(text in line for text in offer.only)):
        if len(cells) <= usage or cells[term] != "OnDemand":
            continue
        for wanted, pattern in patterns:
            if match := pattern.fullmatch(cells[usage]):
                _take(offer, wanted, match, dict(zip(columns, cells, strict=False)), best)
    if not best:
        raise ChangedFormatError(f"{offer.code}: none of the {len(offer.wanted)} prices looked for is in the file")
    return OfferPrices(
        version=head.get("Version", ""),
        published=head.get("Publication Date", ""),
        prices={key: (price, unit) for key, (_, price, unit) in sorted(best.items())},
    )


def _head(offer: Offer, lines: Iterator[str]) -> tuple[Mapping[str, str], list[str]]:
    """Read what a file says of itself, up to the names of its columns."""
    head: dict[str, str] = {}
    most = 20
    for _, cells in zip(range(most), csv.reader(lines), strict=False):
        if cells and cells[0] == "SKU":
            missing = [name for name in _NEEDED if name not in cells]
            if missing:
                raise ChangedFormatError(f"{offer.code}: there is no column {missing[0]}")
            if head.get("FormatVersion") != _FORMAT:
                raise ChangedFormatError(f"{offer.code}: the format is {head.get('FormatVersion')!r}, not {_FORMAT}")
            if head.get("OfferCode") != offer.code:
                raise ChangedFormatError(f"{offer.code}: the file is of {head.get('OfferCode')!r}")
            return head, cells
        if len(cells) > 1:
            head[cells[0]] = cells[1]
    raise ChangedFormatError(f"{offer.code}: there is no line with the names of the columns")


def _take(
    offer: Offer,
    wanted: Wanted,
    match: re.Match[str],
    row: Mapping[str, str],
    best: dict[str, tuple[tuple[int, Decimal], Decimal, str]],
) -> None:
    """Take a row's price if it is the first step of its price that costs anything, in the variant that is preferred."""
    values = {name: row.get(name, "") for name in wanted.where}
    if any(values[name] not in allowed for name, allowed in wanted.where.items()):
        return
    if row["Currency"] != "USD":
        raise ChangedFormatError(f"{offer.code}: a price is in {row['Currency']!r}, not in USD")
    try:
        price, start = Decimal(row["PricePerUnit"]) * wanted.times, Decimal(row["StartingRange"] or 0)
    except InvalidOperation:
        raise ChangedFormatError(f"{offer.code}: {row['PricePerUnit']!r} is not a price") from None
    if price <= 0:
        return
    rank = sum(allowed.index(values[name]) for name, allowed in wanted.where.items() if name not in _in_key(wanted))
    key = wanted.key
    for name, value in values.items():
        key = key.replace(f"{{{name}}}", wanted.names.get(value, value))
    for index, group in enumerate(match.groups()):
        key = key.replace(f"{{{index}}}", group.replace(".", "_"))
    if key not in best or (rank, start) < best[key][0]:
        best[key] = ((rank, start), price, wanted.unit)


def _in_key(wanted: Wanted) -> set[str]:
    return set(re.findall(r"\{([A-Z][^}]*)\}", wanted.key))
