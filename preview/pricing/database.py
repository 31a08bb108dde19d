"""What a database costs: instance, storage, insights, versions past their support, and the proxy before it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from policy.common import versions
from preview.graph import Resource
from preview.pricing.meter import CostComponent, PricedResource, plain

INSTANCE: Final = "aws:rds/instance:Instance"
_LARGE_GP3_GIB: Final = 400
_FREE_GP3: Final = {"iops": 3_000, "mbps": 125}
_FREE_LARGE_GP3: Final = {"iops": 12_000, "mbps": 500}
_FREE_INSIGHTS_DAYS: Final = 7
_DAYS_PER_INSIGHTS_MONTH: Final = 31
_PROXY_MIN_VCPU: Final = 2
_DEAR_YEAR: Final = 3
"""The year from which Extended Support costs twice as much."""


def instance(priced: PricedResource) -> Iterator[CostComponent]:
    """Meter an instance, a replica's engine being that of its source."""
    class_ = priced.text("instanceClass", "unknown")
    sources = priced.graph.direct(priced.resource, priced.resource.type)
    engine = priced.text("engine", str(sources[0].inputs.get("engine")) if sources else "unknown")
    zones, label = ("multi_az", "Multi-AZ") if priced.flag("multiAz") else ("single_az", "one zone")
    yield CostComponent(
        what=f"{class_}, {label}",
        key=f"rds.{engine}.{class_.replace('.', '_')}.{zones}.hour",
        quantity=priced.hours(),
        runs=True,
    )
    yield from _extended_support(priced, sources[0] if sources else priced.resource, engine)
    yield from _storage(priced, zones, label)
    if priced.flag("manageMasterUserPassword"):
        yield CostComponent(what="master password", key="secretsmanager.secret_month", quantity=Decimal(1))
    if priced.text("databaseInsightsMode") == "advanced":
        yield advanced_insights(priced, Decimal(vcpu(class_)), f"{vcpu(class_)} vCPU", "vcpu_hour")
    else:
        yield from insights(priced, class_)


def proxy(priced: PricedResource, more: Sequence[Resource] = ()) -> Iterator[CostComponent]:
    """Meter a proxy by the vCPUs of the largest database behind it, an instance or one of a cluster's."""
    behind = [database for database in priced.graph.of(INSTANCE) if "replicateSourceDb" not in database.inputs]
    vcpus = max([_PROXY_MIN_VCPU, *(vcpu(str(database.inputs.get("instanceClass"))) for database in (*behind, *more))])
    yield CostComponent(what=f"database proxy, {vcpus} vCPU", key="rds.proxy.vcpu_hour", quantity=priced.hours(vcpus))


def _storage(priced: PricedResource, zones: str, label: str) -> Iterator[CostComponent]:
    iops, size = priced.number("iops"), priced.number("allocatedStorage")
    kind = priced.text("storageType", "io1" if iops else "gp2")
    family = f"rds.storage.{kind}.{zones}"
    yield CostComponent(what=f"{plain(size)} GiB {kind}, {label}", key=f"{family}.gb_month", quantity=size)
    if kind == "gp3":
        yield from _more_of_gp3(family, size, iops, priced.number("storageThroughput"))
    elif iops:
        yield CostComponent(what=f"{plain(iops)} IOPS", key=f"{family}.iops_month", quantity=iops)


def _more_of_gp3(family: str, size: Decimal, iops: Decimal, throughput: Decimal) -> Iterator[CostComponent]:
    """Meter what is asked for beyond what comes with storage of a size."""
    free = _FREE_LARGE_GP3 if size >= _LARGE_GP3_GIB else _FREE_GP3
    for more, what, key in (
        (iops - free["iops"], "more IOPS", "extra_iops_month"),
        (throughput - free["mbps"], "MB/s more throughput", "extra_throughput_mbps_month"),
    ):
        if more > 0:
            yield CostComponent(what=f"{plain(more)} {what}", key=f"{family}.{key}", quantity=more)


def advanced_insights(priced: PricedResource, size: Decimal, words: str, key: str) -> CostComponent:
    """Meter Database Insights in its advanced mode, which has its days in its price."""
    return CostComponent(
        what=f"Database Insights, advanced, {words}",
        key=f"cloudwatch.database_insights.{key}",
        quantity=priced.hours(size),
        runs=True,
    )


def insights(priced: PricedResource, class_: str) -> Iterator[CostComponent]:
    """Meter Database Insights beyond the days that are free."""
    retention = priced.number("performanceInsightsRetentionPeriod")
    if not priced.flag("performanceInsightsEnabled") or retention <= _FREE_INSIGHTS_DAYS:
        return
    months = math.ceil(retention / _DAYS_PER_INSIGHTS_MONTH)
    vcpus, family = Decimal(vcpu(class_)), "rds.performance_insights"
    yield CostComponent(what="Database Insights", key=f"{family}.first_paid_month.vcpu_month", quantity=vcpus)
    yield CostComponent(
        what=f"Database Insights, {months - 1} more months",
        key=f"{family}.additional_month.vcpu_month",
        quantity=vcpus * (months - 1),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedYear:
    """A year of Extended Support that a version is in."""

    what: str
    """In the words of a person."""
    key: str
    """Which price it has: `year1` or `year3`."""


def extended_support(source: Resource, engine: str) -> ExtendedYear | None:
    """Return which year of Extended Support AWS charges for; None where it does not, or must not."""
    version = source.inputs.get("engineVersion")
    if not isinstance(version, str) or str(source.inputs.get("engineLifecycleSupport")).endswith("-disabled"):
        return None
    major = versions.major(engine, version)
    year = versions.support(engine, major).extended_year()
    if not year:
        return None
    what = f"Extended Support of {engine} {major}, year {year}"
    return ExtendedYear(what=what, key="year1" if year < _DEAR_YEAR else "year3")


def _extended_support(priced: PricedResource, source: Resource, engine: str) -> Iterator[CostComponent]:
    """Meter what AWS charges for each vCPU of a version past its standard support, twice with a standby."""
    if year := extended_support(source, engine):
        vcpus = vcpu(priced.text("instanceClass")) * (2 if priced.flag("multiAz") else 1)
        yield CostComponent(
            what=f"{year.what}, {vcpus} vCPU",
            key=f"rds.extended_support.{year.key}.vcpu_hour",
            quantity=priced.hours(vcpus),
            runs=True,
        )


def vcpu(class_: str) -> int:
    """Return an instance class's vCPUs by its size: 2 up to large, then 4 for each xlarge."""
    size = class_.rpartition(".")[2]
    if not size.endswith("xlarge"):
        return 2
    return 4 * int(size.removesuffix("xlarge") or 1)
