"""What a service costs: its tasks on Fargate, their addresses and their storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from preview.graph import UNKNOWN, Resource
from preview.pricing.meter import CostComponent, PricedResource, plain

SERVICE: Final = "aws:ecs/service:Service"
TASK_DEFINITION: Final = "aws:ecs/taskDefinition:TaskDefinition"
_FREE_EPHEMERAL_GIB = 20


def service(priced: PricedResource) -> Iterator[CostComponent]:
    """Meter the tasks that run at least."""
    definition = _definition(priced)
    if definition is None:
        # No list holds this key: what cannot be known is reported as missing.
        yield CostComponent(what="tasks of a definition outside this stack", key="fargate.task", quantity=Decimal(1))
        return
    tasks = _tasks(priced)
    yield from _compute(priced, definition, tasks)
    yield from _addresses(priced, tasks)
    yield from _storage(priced, definition, tasks)


def fargate(definition: Resource) -> str:
    """Return what the keys of a task definition's processor begin with."""
    return f"fargate.linux.{'arm64' if _is_arm(definition) else 'x86'}"


def _is_arm(definition: Resource) -> bool:
    platform = definition.inputs.get("runtimePlatform")
    return isinstance(platform, Mapping) and platform.get("cpuArchitecture") == "ARM64"


def _definition(priced: PricedResource) -> Resource | None:
    """Return what a service runs; it may wait for another definition as well: that of a migration, which another component holds."""
    definitions = priced.graph.direct(priced.resource, TASK_DEFINITION)
    runs = priced.resource.inputs.get("taskDefinition")
    known = [d for d in definitions if runs is not UNKNOWN and d.outputs.get("arn") == runs]
    beside = [d for d in definitions if d.parent == priced.resource.parent]
    return next(reversed(known or beside or definitions), None)


def _tasks(priced: PricedResource) -> Decimal:
    """Return how many tasks a service runs at least."""
    for target in priced.graph.of("aws:appautoscaling/target:Target"):
        lowest = target.inputs.get("minCapacity")
        if priced.resource.urn in target.dependencies and isinstance(lowest, int):
            return Decimal(lowest)
    return priced.number("desiredCount", default=1)


def _spot_share(priced: PricedResource, tasks: Decimal) -> Decimal:
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


def _compute(priced: PricedResource, definition: Resource, tasks: Decimal) -> Iterator[CostComponent]:
    vcpu, gib = (
        Decimal(str(definition.inputs.get(key, least))) / 1024 for key, least in (("cpu", 256), ("memory", 512))
    )
    spot = _spot_share(priced, tasks)
    discount = priced.prices.get("fargate.spot.discount", priced.region)
    processor = ", ARM" if _is_arm(definition) else ""
    for count, name, factor in (
        (tasks - spot, "Fargate", Decimal(1)),
        (spot, "Fargate Spot", Decimal(1) - (discount.value if discount else 0)),
    ):
        if count:
            what = f"{plain(count)} x {plain(vcpu)} vCPU, {plain(gib)} GiB{processor} on {name}"
            for part, key, each in (("CPU", "vcpu_hour", vcpu), ("memory", "gb_hour", gib)):
                quantity = priced.hours(count * each * factor)
                key_of_part = f"{fargate(definition)}.{key}"
                yield CostComponent(what=f"{what}: {part}", key=key_of_part, quantity=quantity, runs=True)


def _addresses(priced: PricedResource, tasks: Decimal) -> Iterator[CostComponent]:
    network = priced.resource.inputs.get("networkConfiguration")
    if isinstance(network, Mapping) and network.get("assignPublicIp") is True and tasks:
        what = f"{plain(tasks)} public IPv4 address{'es' * (tasks != 1)}"
        yield CostComponent(what=what, key="public_ipv4.hour", quantity=priced.hours(tasks), runs=True)


def _storage(priced: PricedResource, definition: Resource, tasks: Decimal) -> Iterator[CostComponent]:
    storage = definition.inputs.get("ephemeralStorage")
    size = storage.get("sizeInGib", 0) if isinstance(storage, Mapping) else 0
    if size > _FREE_EPHEMERAL_GIB:
        extra = size - _FREE_EPHEMERAL_GIB
        yield CostComponent(
            what=f"{plain(tasks)} x {extra} GiB more ephemeral storage",
            key="fargate.ephemeral_storage.gb_hour",
            quantity=priced.hours(tasks * extra),
            runs=True,
        )
