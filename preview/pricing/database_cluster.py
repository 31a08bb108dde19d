"""What a cluster of Aurora costs: its instances by the hour or by capacity; its storage, I/O and backups by use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from preview.graph import Resource
from preview.pricing import database
from preview.pricing.meter import CostComponent, PricedResource, plain

CLUSTER: Final = "aws:rds/cluster:Cluster"
INSTANCE: Final = "aws:rds/clusterInstance:ClusterInstance"
_SERVERLESS: Final = "db.serverless"
_CAPACITY: Final = "serverlessv2ScalingConfiguration"
_PROXY_MIN_ACUS: Final = Decimal(8)


def cluster(priced: PricedResource) -> Iterator[CostComponent]:
    """Meter what belongs to no instance."""
    if priced.flag("manageMasterUserPassword"):
        yield CostComponent(what="master password", key="secretsmanager.secret_month", quantity=Decimal(1))


def instance(priced: PricedResource) -> Iterator[CostComponent]:
    """Meter an instance; a serverless one at its least, as one that pauses costs nothing while it does."""
    clusters = priced.graph.direct(priced.resource, CLUSTER)
    inputs = clusters[0].inputs if clusters else {}
    kind, engine, class_ = _storage(inputs), priced.text("engine", "unknown"), priced.text("instanceClass", "unknown")
    advanced = inputs.get("databaseInsightsMode") == "advanced"
    if class_ == _SERVERLESS:
        least, most = _capacity(inputs)
        what = f"serverless, at the least {plain(least)} of {plain(most)} ACUs"
        yield CostComponent(what=what, key=f"rds.{engine}.{kind}.acu_hour", quantity=priced.hours(least), runs=True)
        if advanced:
            yield database.advanced_insights(priced, least, f"at the least {_acus(least)}", "acu_hour")
    else:
        key = f"rds.{engine}.{class_.replace('.', '_')}.{kind}.hour"
        yield CostComponent(what=class_, key=key, quantity=priced.hours(), runs=True)
        if advanced:
            size = database.vcpu(class_)
            yield database.advanced_insights(priced, Decimal(size), f"{size} vCPU", "vcpu_hour")
        else:
            yield from database.insights(priced, class_)
    if clusters:
        yield from _extended_support(priced, clusters[0], engine)


def proxy(priced: PricedResource) -> Iterator[CostComponent]:
    """Meter a proxy: before a serverless cluster by the least capacity, else by the vCPUs of the largest database behind it."""
    serverless = [found for found in priced.graph.of(CLUSTER) if _CAPACITY in found.inputs]
    if serverless:
        acus = max(_PROXY_MIN_ACUS, _capacity(serverless[0].inputs)[0])
        what = f"database proxy, at the least {_acus(acus)}"
        yield CostComponent(what=what, key="rds.proxy.acu_hour", quantity=priced.hours(acus))
    else:
        yield from database.proxy(priced, priced.graph.of(INSTANCE))


def uses(found: Resource) -> Iterator[tuple[str, str]]:
    """Return what a cluster costs by use: a name, and the key of the unit price."""
    kind = _storage(found.inputs)
    yield "database storage", f"rds.storage.{kind}.gb_month"
    if kind == "aurora":
        yield "database I/O", "rds.storage.aurora.io_per_million"
    if _CAPACITY in found.inputs:
        yield "database capacity above the least", f"rds.{found.inputs.get('engine')}.{kind}.acu_hour"
    yield "database backups", "rds.backup.aurora.extra_gb_month"


def _extended_support(priced: PricedResource, found: Resource, engine: str) -> Iterator[CostComponent]:
    year = database.extended_support(found, engine)
    if year is None:
        return
    class_, family = priced.text("instanceClass"), f"rds.extended_support.aurora.{year.key}"
    serverless = class_ == _SERVERLESS
    size = _capacity(found.inputs)[0] if serverless else Decimal(database.vcpu(class_))
    yield CostComponent(
        what=f"{year.what}, {f'at the least {_acus(size)}' if serverless else f'{plain(size)} vCPU'}",
        key=f"{family}.{'acu_hour' if serverless else 'vcpu_hour'}",
        quantity=priced.hours(size),
        runs=True,
    )


def _storage(inputs: Mapping[str, object]) -> str:
    return str(inputs.get("storageType", "aurora"))


def _acus(size: Decimal) -> str:
    return f"{plain(size)} ACU{'s' * (size != 1)}"


def _capacity(inputs: Mapping[str, object]) -> tuple[Decimal, Decimal]:
    """Return the least and the most ACUs of serverless instances."""
    bounds = inputs.get(_CAPACITY)
    found = bounds if isinstance(bounds, Mapping) else {}
    least, most = (found.get(name) for name in ("minCapacity", "maxCapacity"))
    return Decimal(str(least or 0)), Decimal(str(most or 0))
