"""Estimate what a recorded graph costs in a month, from dated list prices (`price_list`).

What is billed by the hour or the piece is counted. What depends on use is named, never guessed. A price that the list
does not hold is reported as missing, never taken as zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from policy.common import versions
from preview.graph import UNKNOWN, Graph, Resource
from preview.off_hours import OffHours, sleeping
from preview.price_list import PriceList, project_prices

_FREE_GP3_IOPS, _FREE_GP3_MBPS = 3_000, 125
_LARGE_GP3_GIB, _FREE_LARGE_GP3_IOPS, _FREE_LARGE_GP3_MBPS = 400, 12_000, 500
_FREE_EPHEMERAL_GIB = 20
_FREE_INSIGHTS_DAYS = 7
_DAYS_PER_INSIGHTS_MONTH = 31
_FAST_PERIOD_SECONDS = 60
_FAST_HEALTH_CHECK_SECONDS = 10
_PROXY_MIN_VCPU = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CostComponent:
    """What a resource is billed for."""

    what: str
    """In the words of a person, such as `db.t4g.medium, Multi-AZ`."""
    key: str
    """The entry in the price list."""
    quantity: Decimal
    """How many units a month: for an hourly price, hours."""
    runs: bool = False
    """Whether it is billed only while the resource runs: not while a service has no tasks and a database is stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One charge with its price."""

    component: str
    """Name of the top-level component, or empty for a loose resource."""
    urn: str
    name: str
    what: str
    monthly: Decimal
    """US dollars, by the hours that it runs."""
    awake: Decimal
    """US dollars for a month in which it never sleeps."""
    asleep: Decimal
    """US dollars for a month in which it sleeps throughout."""
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPrice:
    """A charge that cannot be priced."""

    component: str
    urn: str
    name: str
    what: str
    key: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """A kind of cost that depends on use and is not counted."""

    what: str
    price: str
    """The unit price, such as `0.045 USD per GB processed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the counted resources cost in a month, in US dollars before tax, discounts and free tiers."""

    as_of: str
    lines: tuple[Line, ...]
    missing: tuple[MissingPrice, ...]
    usage: tuple[Usage, ...]
    unpriced: tuple[str, ...]
    """Types the estimate knows nothing about."""
    assumptions: tuple[str, ...]
    services: tuple[str, ...] = ()
    """Names of the components that are services."""
    sleeps: bool = False
    """Whether anything sleeps at night."""
    budget: Decimal | None = None
    """US dollars a month that the stack's own budget allows."""

    @property
    def total(self) -> Decimal:
        """US dollars a month, by the hours that everything runs."""
        return sum((line.monthly for line in self.lines), Decimal(0))

    @property
    def awake(self) -> Decimal:
        """US dollars for a month in which nothing sleeps."""
        return sum((line.awake for line in self.lines), Decimal(0))

    @property
    def asleep(self) -> Decimal:
        """US dollars for a month in which what can sleep sleeps throughout."""
        return sum((line.asleep for line in self.lines), Decimal(0))

    @property
    def missing_count(self) -> int:
        """How many prices are not known."""
        return len({(price.key, price.region) for price in self.missing}) + len(self.unpriced)

    @property
    def regions_to_read(self) -> tuple[str, ...]:
        """Regions of which prices are missing that `make prices` reads."""
        return tuple(sorted({missing.region for missing in self.missing if missing.key not in _NOWHERE}))

    def by_service(self) -> dict[str, Decimal]:
        """Return US dollars a month of each service's tasks and what else is its own, the most expensive first."""
        return {name: monthly for name, monthly in self.by_component().items() if name in self.services}

    def warnings(self) -> tuple[str, ...]:
        """Return what a person should know before anything is built."""
        if self.budget is None or self.budget >= self.total:
            return ()
        more = "at least " if self.missing or self.unpriced else ""
        sentence = (
            f"slipway:budget.monthlyUsd: {_plain(self.budget)} USD a month are below the estimate of {more}{self.total:,.2f} USD, "
            "before what depends on use: the budget's alarm would come each month"
        )
        return (sentence,)

    def by_component(self) -> dict[str, Decimal]:
        """Return US dollars a month by the name of the top-level component, the most expensive first."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            sums[line.component] = sums.get(line.component, Decimal(0)) + line.monthly
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def estimate(graph: Graph, prices: PriceList | None = None) -> Estimate:
    """Estimate a recorded graph.

    Args:
        graph: what the program registered.
        prices: the price list; the project's own by default.
    """
    prices = prices or project_prices()
    off_hours = sleeping(graph)
    lines: list[Line] = []
    missing: list[MissingPrice] = []
    usage: dict[str, Usage] = {}
    unpriced: set[str] = set()
    for resource in graph.resources:
        if not resource.custom:
            continue
        meter = _METERS.get(resource.type)
        if meter is None and resource.type not in _BY_USE and not _is_free(resource.type):
            unpriced.add(resource.type)
        component = graph.component(resource)
        owner = component.name if component else ""
        region = region_of(graph, resource)
        for cost in meter(_PricedResource(graph, resource, prices, region)) if meter else ():
            price = prices.get(cost.key, region)
            if price is None:
                missing.append(
                    MissingPrice(
                        component=owner,
                        urn=resource.urn,
                        name=resource.name,
                        what=cost.what,
                        key=cost.key,
                        region=region,
                    )
                )
            elif cost.quantity:
                awake = price.value * cost.quantity
                off = off_hours.get(resource.urn) if cost.runs else None
                lines.append(
                    Line(
                        component=owner,
                        urn=resource.urn,
                        name=resource.name,
                        what=cost.what,
                        monthly=awake * off.awake.numerator / off.awake.denominator if off else awake,
                        awake=awake,
                        asleep=Decimal(0) if off else awake,
                        confidence=price.confidence,
                    )
                )
        for what, key in _uses(graph, resource):
            price = prices.get(key, region)
            usage[what] = Usage(what=what, price=f"{_plain(price.value)} {price.unit}" if price else "price missing")
    return Estimate(
        as_of=prices.as_of,
        lines=tuple(lines),
        missing=tuple(missing),
        usage=tuple(usage.values()),
        unpriced=tuple(sorted(unpriced)),
        assumptions=_assumptions(graph, prices, lines, off_hours),
        services=tuple(resource.name for resource in graph.resources if resource.type == _SERVICE_COMPONENT),
        sleeps=bool(off_hours),
        budget=_budget(graph),
    )


def _uses(graph: Graph, resource: Resource) -> Sequence[tuple[str, str]]:
    """Return what a resource costs by use: a name, and the key of the unit price."""
    if resource.type == "aws:sqs/queue:Queue" and resource.inputs.get("fifoQueue") is True:
        return (("FIFO queues", "sqs.fifo.requests.per_million"),)
    if resource.type == _TASK_DEFINITION:
        holder = graph.urn(resource.parent) if resource.parent else None
        if holder and holder.type == _JOBS:
            family = f"fargate.linux.{'arm64' if _is_arm(resource) else 'x86'}"
            return (("jobs' CPU", f"{family}.vcpu_hour"), ("jobs' memory", f"{family}.gb_hour"))
    return _BY_USE.get(resource.type, ())


def _budget(graph: Graph) -> Decimal | None:
    """Return the lowest monthly limit of the stack's own budgets, in US dollars."""
    limits = [
        Decimal(str(budget.inputs["limitAmount"]))
        for budget in graph.of("aws:budgets/budget:Budget")
        if budget.inputs.get("timeUnit") == "MONTHLY"
        and budget.inputs.get("limitUnit") == "USD"
        and isinstance(budget.inputs.get("limitAmount"), str | int | float)
    ]
    return min(limits, default=None)


def region_of(graph: Graph, resource: Resource) -> str:
    """Return the AWS region a resource is in: its own, or its provider's; us-east-1 where neither says."""
    provider_urn = resource.provider.rpartition("::")[0]
    provider = graph.urn(provider_urn).inputs if provider_urn else {}
    found = (resource.inputs.get("region"), provider.get("region"))
    return next((region for region in found if isinstance(region, str)), "us-east-1")


def _assumptions(
    graph: Graph, prices: PriceList, lines: Sequence[Line], off_hours: Mapping[str, OffHours]
) -> tuple[str, ...]:
    types = {resource.type for resource in graph.resources}
    read = sorted({region_of(graph, resource) for resource in graph.resources if resource.custom})
    newer = [f"{found.region} as read on {found.read}" for found in map(prices.read_for, read) if found]
    dated = f"{prices.as_of}, those of {', '.join(newer)}" if newer else prices.as_of
    said = [f"List prices of {dated}, on demand, {_plain(prices.hours)} hours a month, no tax, discount or free tier."]
    if _ECS_SERVICE in types:
        said.append(
            f"Services run their minimum number of tasks{' while they are awake' if off_hours else ' all month'}."
        )
    said += _nights(graph, off_hours)
    if any("Fargate Spot" in line.what for line in lines):
        said.append("Fargate Spot is priced at its usual discount, which floats.")
    if _LOAD_BALANCER in types:
        said.append("A load balancer uses one capacity unit (LCU) around the clock.")
    counts = {kind: sum(line.confidence == kind for line in lines) for kind in ("read", "seen", "derived")}
    words = {"read": "read in AWS's price list", "seen": "read in another source", "derived": "derived from one"}
    shown = [f"{number} {'was' if number == 1 else 'were'} {words[kind]}" for kind, number in counts.items() if number]
    if shown:
        said.append(
            f"Of {len(lines)} prices used, {' and '.join([', '.join(shown[:-1]), shown[-1]] if shown[1:] else shown)}."
        )
    return tuple(said)


def _nights(graph: Graph, off_hours: Mapping[str, OffHours]) -> Iterator[str]:
    """Say when what sleeps, in a sentence for each time."""
    when: dict[str, list[str]] = {}
    for urn, off in off_hours.items():
        days = "every day" if off.days == "*" else off.days
        hours = float(off.awake * 168)
        text = f"from {off.wake} to {off.sleep} {off.zone}, {days}, {hours:g} of 168 hours a week"
        when.setdefault(text, []).append(graph.urn(urn).name)
    for text, names in when.items():
        yield f"Awake {text}: {', '.join(sorted(names))}."


@dataclass(frozen=True, slots=True)
class _PricedResource:
    """A resource on the meter."""

    graph: Graph
    resource: Resource
    prices: PriceList
    region: str

    def text(self, key: str, default: str = "") -> str:
        value = self.resource.inputs.get(key)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: int = 0) -> Decimal:
        value = self.resource.inputs.get(key)
        return (
            Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else Decimal(default)
        )

    def flag(self, key: str) -> bool:
        return self.resource.inputs.get(key) is True

    def count(self, key: str) -> int:
        value = self.resource.inputs.get(key)
        return len(value) if isinstance(value, list) else 0

    def hours(self, quantity: Decimal | int = 1) -> Decimal:
        return self.prices.hours * quantity


def _is_arm(definition: Resource) -> bool:
    platform = definition.inputs.get("runtimePlatform")
    return isinstance(platform, Mapping) and platform.get("cpuArchitecture") == "ARM64"


_Meter = Callable[[_PricedResource], Iterator[CostComponent]]

_ECS_SERVICE: Final = "aws:ecs/service:Service"
_TASK_DEFINITION: Final = "aws:ecs/taskDefinition:TaskDefinition"
_JOBS: Final = "slipway:index:Jobs"
_SERVICE_COMPONENT: Final = "slipway:index:Service"
_NOWHERE: Final = frozenset({"fargate.task", "load_balancer.other"})
"""Keys that stand for what cannot be priced, in whatever list."""
_LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"


def _tasks(priced: _PricedResource) -> Decimal:
    """Return how many tasks a service runs at least."""
    service = priced.resource
    for target in priced.graph.of("aws:appautoscaling/target:Target"):
        lowest = target.inputs.get("minCapacity")
        if service.urn in target.dependencies and isinstance(lowest, int):
            return Decimal(lowest)
    return priced.number("desiredCount", default=1)


def _spot_share(priced: _PricedResource, tasks: Decimal) -> Decimal:
    """Return how many of a service's tasks run on Fargate Spot, by base and weight."""
    strategies = priced.resource.inputs.get("capacityProviderStrategies")
    rest, spot, weights, spot_weight = tasks, Decimal(0), Decimal(0), Decimal(0)
    for strategy in strategies if isinstance(strategies, list) else []:
        is_spot = strategy.get("capacityProvider") == "FARGATE_SPOT"
        base = min(rest, Decimal(strategy.get("base", 0)))
        weight = Decimal(strategy.get("weight", 0))
        rest, weights = rest - base, weights + weight
        if is_spot:
            spot, spot_weight = spot + base, spot_weight + weight
    return spot + (rest * spot_weight / weights if weights else 0)


def _service(priced: _PricedResource) -> Iterator[CostComponent]:
    definitions = priced.graph.direct(priced.resource, _TASK_DEFINITION)
    if not definitions:
        # No list holds this key: what cannot be known is reported as missing.
        yield CostComponent(what="tasks of a definition outside this stack", key="fargate.task", quantity=Decimal(1))
        return
    # It may wait for another one as well: that of a migration, which another component holds.
    runs = priced.resource.inputs.get("taskDefinition")
    known = [d for d in definitions if runs is not UNKNOWN and d.outputs.get("arn") == runs]
    beside = [d for d in definitions if d.parent == priced.resource.parent]
    task = (known or beside or definitions)[-1].inputs
    vcpu, gib = Decimal(str(task.get("cpu", 256))) / 1024, Decimal(str(task.get("memory", 512))) / 1024
    arm = _is_arm((known or beside or definitions)[-1])
    family = f"fargate.linux.{'arm64' if arm else 'x86'}"
    tasks = _tasks(priced)
    spot = _spot_share(priced, tasks)
    discount = priced.prices.get("fargate.spot.discount", priced.region)
    for count, name, factor in (
        (tasks - spot, "Fargate", Decimal(1)),
        (spot, "Fargate Spot", Decimal(1) - (discount.value if discount else 0)),
    ):
        if count:
            what = f"{_plain(count)} x {_plain(vcpu)} vCPU, {_plain(gib)} GiB{', ARM' if arm else ''} on {name}"
            for part, key, each in (("CPU", "vcpu_hour", vcpu), ("memory", "gb_hour", gib)):
                quantity = priced.hours(count * each * factor)
                yield CostComponent(what=f"{what}: {part}", key=f"{family}.{key}", quantity=quantity, runs=True)
    network = priced.resource.inputs.get("networkConfiguration")
    if isinstance(network, Mapping) and network.get("assignPublicIp") is True and tasks:
        what = f"{_plain(tasks)} public IPv4 address{'es' * (tasks != 1)}"
        yield CostComponent(what=what, key="public_ipv4.hour", quantity=priced.hours(tasks), runs=True)
    storage = task.get("ephemeralStorage")
    size = storage.get("sizeInGib", 0) if isinstance(storage, Mapping) else 0
    if size > _FREE_EPHEMERAL_GIB:
        extra = size - _FREE_EPHEMERAL_GIB
        yield CostComponent(
            what=f"{_plain(tasks)} x {extra} GiB more ephemeral storage",
            key="fargate.ephemeral_storage.gb_hour",
            quantity=priced.hours(tasks * extra),
            runs=True,
        )


def _database(priced: _PricedResource) -> Iterator[CostComponent]:
    class_ = priced.text("instanceClass", "unknown")
    # A replica has the engine of its source.
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
    iops, throughput, size = (
        priced.number("iops"),
        priced.number("storageThroughput"),
        priced.number("allocatedStorage"),
    )
    kind = priced.text("storageType", "io1" if iops else "gp2")
    family = f"rds.storage.{kind}.{zones}"
    yield CostComponent(what=f"{_plain(size)} GiB {kind}, {label}", key=f"{family}.gb_month", quantity=size)
    if kind == "gp3":
        large = size >= _LARGE_GP3_GIB
        more_iops = iops - (_FREE_LARGE_GP3_IOPS if large else _FREE_GP3_IOPS)
        more_throughput = throughput - (_FREE_LARGE_GP3_MBPS if large else _FREE_GP3_MBPS)
        if more_iops > 0:
            yield CostComponent(
                what=f"{_plain(more_iops)} more IOPS", key=f"{family}.extra_iops_month", quantity=more_iops
            )
        if more_throughput > 0:
            what = f"{_plain(more_throughput)} MB/s more throughput"
            yield CostComponent(what=what, key=f"{family}.extra_throughput_mbps_month", quantity=more_throughput)
    elif iops:
        yield CostComponent(what=f"{_plain(iops)} IOPS", key=f"{family}.iops_month", quantity=iops)
    if priced.flag("manageMasterUserPassword"):
        yield CostComponent(what="master password", key="secretsmanager.secret_month", quantity=Decimal(1))
    retention = priced.number("performanceInsightsRetentionPeriod")
    if priced.flag("performanceInsightsEnabled") and retention > _FREE_INSIGHTS_DAYS:
        months = math.ceil(retention / _DAYS_PER_INSIGHTS_MONTH)
        vcpu, family = Decimal(_vcpu(class_)), "rds.performance_insights"
        yield CostComponent(what="Database Insights", key=f"{family}.first_paid_month.vcpu_month", quantity=vcpu)
        yield CostComponent(
            what=f"Database Insights, {months - 1} more months",
            key=f"{family}.additional_month.vcpu_month",
            quantity=vcpu * (months - 1),
        )


def _extended_support(priced: _PricedResource, source: Resource, engine: str) -> Iterator[CostComponent]:
    """Meter what AWS charges for each vCPU of a version past its standard support, twice with a standby."""
    version = source.inputs.get("engineVersion")
    if not isinstance(version, str) or str(source.inputs.get("engineLifecycleSupport")).endswith("-disabled"):
        return
    major = versions.major(engine, version)
    year = versions.support(engine, major).extended_year()
    if year:
        vcpu = _vcpu(priced.text("instanceClass")) * (2 if priced.flag("multiAz") else 1)
        yield CostComponent(
            what=f"Extended Support of {engine} {major}, year {year}, {vcpu} vCPU",
            key=f"rds.extended_support.{'year1' if year < _DEAR_YEAR else 'year3'}.vcpu_hour",
            quantity=priced.hours(vcpu),
            runs=True,
        )


_DEAR_YEAR: Final = 3
"""The year from which Extended Support costs twice as much."""


def _vcpu(class_: str) -> int:
    """Return an instance class's vCPUs by its size: 2 up to large, then 4 for each xlarge."""
    size = class_.rpartition(".")[2]
    if not size.endswith("xlarge"):
        return 2
    return 4 * int(size.removesuffix("xlarge") or 1)


def _database_proxy(priced: _PricedResource) -> Iterator[CostComponent]:
    databases = priced.graph.of("aws:rds/instance:Instance")
    behind = [database for database in databases if "replicateSourceDb" not in database.inputs]
    vcpu = max([_PROXY_MIN_VCPU, *(_vcpu(str(database.inputs.get("instanceClass"))) for database in behind)])
    yield CostComponent(what=f"database proxy, {vcpu} vCPU", key="rds.proxy.vcpu_hour", quantity=priced.hours(vcpu))


def _cache(priced: _PricedResource) -> Iterator[CostComponent]:
    node, engine = priced.text("nodeType", "unknown"), priced.text("engine", "redis")
    shards = priced.number("numNodeGroups")
    nodes = shards * (1 + priced.number("replicasPerNodeGroup")) if shards else priced.number("numCacheClusters", 1)
    yield CostComponent(
        what=f"{_plain(nodes)} x {node}",
        key=f"elasticache.{engine}.{node.replace('.', '_')}.node_hour",
        quantity=priced.hours(nodes),
    )


def _load_balancer(priced: _PricedResource) -> Iterator[CostComponent]:
    if priced.text("loadBalancerType", "application") != "application":
        yield CostComponent(what=priced.text("loadBalancerType"), key="load_balancer.other", quantity=priced.hours())
        return
    yield CostComponent(what="load balancer", key="alb.hour", quantity=priced.hours())
    yield CostComponent(what="1 capacity unit (LCU)", key="alb.lcu_hour", quantity=priced.hours())
    if not priced.flag("internal"):
        zones = priced.count("subnets") or priced.count("subnetMappings")
        yield CostComponent(what=f"{zones} public IPv4 addresses", key="public_ipv4.hour", quantity=priced.hours(zones))


def _nat_gateway(priced: _PricedResource) -> Iterator[CostComponent]:
    """A zonal one has an address that is priced by itself; a regional one is billed, with an address, for each zone it serves."""
    if priced.text("availabilityMode") != "regional":
        yield CostComponent(what="NAT gateway", key="nat_gateway.hour", quantity=priced.hours())
        return
    subnets = [subnet for subnet in priced.graph.of("aws:ec2/subnet:Subnet") if subnet.parent == priced.resource.parent]
    zones = len({str(subnet.inputs.get("availabilityZone")) for subnet in subnets}) or 1
    yield CostComponent(
        what=f"regional NAT gateway in {zones} zones", key="nat_gateway.hour", quantity=priced.hours(zones)
    )
    yield CostComponent(what=f"{zones} public IPv4 addresses", key="public_ipv4.hour", quantity=priced.hours(zones))


def _endpoint(priced: _PricedResource) -> Iterator[CostComponent]:
    if priced.text("vpcEndpointType", "Gateway") == "Interface":
        zones = priced.count("subnetIds")
        service = priced.text("serviceName").rpartition(".")[2]
        what = f"{service} endpoint in {zones} zones"
        yield CostComponent(what=what, key="vpc_endpoint.interface.hour", quantity=priced.hours(zones))


def _web_acl(priced: _PricedResource) -> Iterator[CostComponent]:
    rules = priced.count("rules")
    yield CostComponent(what="web ACL", key="wafv2.web_acl_month", quantity=Decimal(1))
    yield CostComponent(what=f"{rules} rules", key="wafv2.rule_month", quantity=Decimal(rules))


def _alarm(priced: _PricedResource) -> Iterator[CostComponent]:
    queries = priced.resource.inputs.get("metricQueries")
    metrics = [query["metric"] for query in queries if "metric" in query] if isinstance(queries, list) else []
    periods = [
        priced.number("period", _FAST_PERIOD_SECONDS),
        *(m.get("period", _FAST_PERIOD_SECONDS) for m in metrics),
    ]
    fast = min(periods) < _FAST_PERIOD_SECONDS
    count = max(1, len(metrics))
    kind = "high_resolution" if fast else "standard"
    yield CostComponent(
        what=f"alarm on {count} metric{'s'[: count > 1]}", key=f"cloudwatch.alarm.{kind}_month", quantity=Decimal(count)
    )


def _health_check(priced: _PricedResource) -> Iterator[CostComponent]:
    family = "route53.health_check"
    kind = priced.text("type")
    features = [
        kind.startswith("HTTPS"),
        kind.endswith("STR_MATCH"),
        priced.number("requestInterval", 30) == _FAST_HEALTH_CHECK_SECONDS,
        priced.flag("measureLatency"),
    ]
    yield CostComponent(what="health check", key=f"{family}.aws_endpoint_month", quantity=Decimal(1))
    if any(features):
        extra = Decimal(sum(features))
        what = f"{extra} optional feature{'s'[: extra > 1]} (HTTPS, matching, fast, latency)"
        yield CostComponent(what=what, key=f"{family}.optional_feature.aws_endpoint_month", quantity=extra)


def _each(what: str, key: str) -> _Meter:
    """Meter something that has a price by the month."""

    def meter(priced: _PricedResource) -> Iterator[CostComponent]:  # noqa: ARG001 - one signature for all
        yield CostComponent(what=what, key=key, quantity=Decimal(1))

    return meter


def _hourly(what: str, key: str) -> _Meter:
    """Meter something that has a price by the hour."""

    def meter(priced: _PricedResource) -> Iterator[CostComponent]:
        yield CostComponent(what=what, key=key, quantity=priced.hours())

    return meter


_METERS: Final[Mapping[str, _Meter]] = {
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _each("composite alarm", "cloudwatch.alarm.composite_month"),
    "aws:cloudwatch/dashboard:Dashboard": _each("dashboard", "cloudwatch.dashboard_month"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:ec2/eip:Eip": _hourly("public IPv4 address", "public_ipv4.hour"),
    "aws:ec2/natGateway:NatGateway": _nat_gateway,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    _ECS_SERVICE: _service,
    "aws:elasticache/replicationGroup:ReplicationGroup": _cache,
    "aws:kms/key:Key": _each("encryption key", "kms.key_month"),
    "aws:kms/replicaKey:ReplicaKey": _each("encryption key", "kms.key_month"),
    _LOAD_BALANCER: _load_balancer,
    "aws:rds/instance:Instance": _database,
    "aws:rds/proxy:Proxy": _database_proxy,
    "aws:route53/healthCheck:HealthCheck": _health_check,
    "aws:route53/zone:Zone": _each("hosted zone", "route53.hosted_zone_month"),
    "aws:secretsmanager/secret:Secret": _each("secret", "secretsmanager.secret_month"),
    "aws:wafv2/webAcl:WebAcl": _web_acl,
}

_BY_USE: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "aws:cloudfront/distribution:Distribution": (
        ("CloudFront transfer", "cloudfront.transfer_out.us_mx_ca.first_10tb_gb"),
        ("CloudFront requests", "cloudfront.https_requests.us_mx_ca.per_10k"),
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        ("log ingestion", "cloudwatch.logs.ingest_gb"),
        ("log storage", "cloudwatch.logs.storage_gb_month"),
    ),
    "aws:ec2/natGateway:NatGateway": (("NAT traffic", "nat_gateway.gb"),),
    "aws:ec2/vpc:Vpc": (("transfer out", "data_transfer.internet_out.first_10tb_gb"),),
    "aws:ecr/repository:Repository": (("image storage", "ecr.private.gb_month"),),
    "aws:ecs/cluster:Cluster": (("Container Insights", "cloudwatch.container_insights.ecs_enhanced.metric_month"),),
    "aws:efs/fileSystem:FileSystem": (("file storage", "efs.standard.gb_month"),),
    "aws:lambda/function:Function": (("Lambda time", "lambda.arm64.gb_second"),),
    "aws:rds/instance:Instance": (("database backups", "rds.backup.extra_gb_month"),),
    "aws:s3/bucket:Bucket": (("S3 storage", "s3.standard.gb_month"), ("S3 writes", "s3.requests.put.per_1k")),
    "aws:scheduler/schedule:Schedule": (("schedules", "eventbridge.scheduler.invocations.per_million"),),
    "aws:sns/topic:Topic": (("notifications", "sns.standard.requests.per_million"),),
    "aws:sqs/queue:Queue": (("queues", "sqs.standard.requests.per_million"),),
    "aws:wafv2/webAcl:WebAcl": (("WAF requests", "wafv2.requests.per_million"),),
}

_FREE_PREFIXES: Final = (
    "aws:acm/",
    "aws:appautoscaling/",
    "aws:backup/plan",
    "aws:backup/selection",
    "aws:backup/vault",
    "aws:budgets/",
    "aws:chatbot/",
    "aws:cloudfront/",
    "aws:cloudwatch/eventRule",
    "aws:cloudwatch/eventTarget",
    "aws:cloudwatch/log",
    "aws:ec2/default",
    "aws:ec2/flowLog",
    "aws:ec2/internetGateway",
    "aws:ec2/mainRouteTable",
    "aws:ec2/networkAcl",
    "aws:ec2/route",
    "aws:ec2/securityGroup",
    "aws:ec2/subnet",
    "aws:ec2/vpc:",
    "aws:ecr/",
    "aws:ecs/",
    "aws:efs/",
    "aws:elasticache/parameterGroup",
    "aws:elasticache/subnetGroup",
    "aws:elasticache/user",
    "aws:iam/",
    "aws:kms/",
    "aws:lambda/",
    "aws:lb/",
    "aws:rds/optionGroup",
    "aws:rds/parameterGroup",
    "aws:rds/proxy",
    "aws:rds/subnetGroup",
    "aws:route53/record",
    "aws:s3/",
    "aws:scheduler/",
    "aws:servicediscovery/httpNamespace",
    "aws:secretsmanager/",
    "aws:sns/",
    "aws:sqs/",
    "aws:ssm/parameter",
    "aws:vpc/",
    "aws:wafv2/webAcl",
    "docker-build:",
    "pulumi-python:dynamic/slipway:MigrationRun",
    "pulumi-python:dynamic/slipway:RolloutCheck",
    "pulumi-python:dynamic/slipway:SmokeRun",
    "pulumi:",
    "random:",
)
"""Types without a price of their own: AWS bills what they belong to, or nothing."""


def _is_free(type_: str) -> bool:
    return type_.startswith(_FREE_PREFIXES)


def _plain(number: Decimal) -> str:
    """Write a number without exponent and needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
