"""Where there is less than now: tasks, processors, memory, nodes, zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from preview.compare.meaning.statement import Situation, Statement, named, shown, whole

if TYPE_CHECKING:
    from preview.compare.change import Change, Property

_SIZES: Final = ("nano", "micro", "small", "medium", "large", "xlarge")
_LESS: Final[Mapping[tuple[str, str], str]] = {
    ("aws:appautoscaling/target:Target", "minCapacity"): "tasks at the least",
    ("aws:appautoscaling/target:Target", "maxCapacity"): "tasks at the most",
    ("aws:appautoscaling/scheduledAction:ScheduledAction", "scalableTargetAction.minCapacity"): "tasks at the least",
    ("aws:appautoscaling/scheduledAction:ScheduledAction", "scalableTargetAction.maxCapacity"): "tasks at the most",
    ("aws:ecs/service:Service", "desiredCount"): "tasks",
    ("aws:ecs/service:Service", "deploymentMinimumHealthyPercent"): "per cent of the tasks during a deployment",
    ("aws:ecs/taskDefinition:TaskDefinition", "cpu"): "CPU units (1024 are one vCPU) for each task",
    ("aws:ecs/taskDefinition:TaskDefinition", "memory"): "MiB of memory for each task",
    ("aws:elasticache/replicationGroup:ReplicationGroup", "numCacheClusters"): "nodes",
    ("aws:elasticache/replicationGroup:ReplicationGroup", "numNodeGroups"): "shards",
    ("aws:elasticache/replicationGroup:ReplicationGroup", "replicasPerNodeGroup"): "replicas for each shard",
    ("aws:rds/cluster:Cluster", "serverlessv2ScalingConfiguration.maxCapacity"): "ACUs at the most",
    ("aws:rds/cluster:Cluster", "serverlessv2ScalingConfiguration.minCapacity"): "ACUs at the least",
    ("aws:rds/instance:Instance", "iops"): "IOPS",
    ("aws:rds/instance:Instance", "storageThroughput"): "MiB/s",
    ("aws:rds/instance:Instance", "maxAllocatedStorage"): "GiB at the most",
    ("aws:lambda/function:Function", "memorySize"): "MiB of memory",
    ("aws:lambda/function:Function", "reservedConcurrentExecutions"): "calls at once",
}
"""By type and property, what a number counts."""
_OFF: Final[Mapping[tuple[str, str], str]] = {
    (
        "aws:rds/instance:Instance",
        "multiAz",
    ): "no standby in another zone: if its zone fails, the database is away until it is restored",
    (
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "multiAzEnabled",
    ): "its nodes may be in one zone, and go with it",
    (
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "automaticFailoverEnabled",
    ): "no replica takes over if the primary fails",
}
_CLASSES: Final = {
    ("aws:rds/clusterInstance:ClusterInstance", "instanceClass"),
    ("aws:rds/instance:Instance", "instanceClass"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "nodeType"),
}
_FEWER: Final[Mapping[str, str]] = {
    "aws:ec2/natGateway:NatGateway": "zones without a way out of their own send over another zone's, and fail with it",
    "aws:rds/clusterInstance:ClusterInstance": "with one instance nothing takes over, and what asked the readers asks the writer",
    "aws:rds/instance:Instance": "what read from it reads from nothing",
}


def say(situation: Situation) -> Iterator[Statement]:
    """Say where there is less."""
    for change in situation.comparison.kind("updated", "replaced"):
        for item in change.properties:
            if words := _less(change, item):
                yield Statement(
                    level="caution",
                    concern="capacity",
                    text=f"Less than now: {named(change.resource)}: {words}",
                    urns=(change.resource.urn,),
                    setting=situation.setting(change),
                )
    yield from _zones(situation)
    for type_, words in _FEWER.items():
        before, after = situation.comparison.before.of(type_), situation.comparison.after.of(type_)
        if len(after) < len(before):
            gone = situation.comparison.kind("deleted", type_=type_)
            yield Statement(
                level="caution",
                concern="capacity",
                text=f"Less than now: {len(before)} to {len(after)} of {', '.join(named(change.resource) for change in gone)}: {words}",
                urns=tuple(change.resource.urn for change in gone),
                setting=situation.setting(gone[0]) if gone else "",
            )


def _less(change: Change, item: Property) -> str:
    place = (change.resource.type, item.plain)
    if place in _CLASSES:
        before, after = _size(item.before), _size(item.after)
        return f"{shown(item.before)} to {shown(item.after)}" if before and after and after < before else ""
    if place in _OFF and item.before is True:
        return _OFF[place]
    words = _LESS.get(place)
    before_number, after_number = _number(item.before), _number(item.after) or 0
    if not words or before_number is None or after_number >= before_number:
        return ""
    pauses = ": it pauses without connections, and the next one waits about 15 seconds" if _pauses(item) else ""
    return f"{before_number:g} to {after_number:g} {words}{pauses}"


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else whole(value)


def _pauses(item: Property) -> bool:
    return item.plain.endswith(".minCapacity") and "serverlessv2" in item.plain and not item.after


def _size(value: object) -> tuple[int, int]:
    """Return a class's place among its family's, such as (5, 2) for db.r7g.2xlarge; (0, 0) where it is not known."""
    last = str(value).rpartition(".")[2]
    if last in _SIZES:
        return _SIZES.index(last) + 1, 1
    number = last.removesuffix("xlarge")
    return (len(_SIZES), int(number)) if last.endswith("xlarge") and number.isdigit() else (0, 0)


def _zones(situation: Situation) -> Iterator[Statement]:
    type_ = "aws:ec2/subnet:Subnet"
    before = {
        zone
        for item in situation.comparison.before.of(type_)
        if isinstance(zone := item.inputs.get("availabilityZone"), str)
    }
    after = {
        zone
        for item in situation.comparison.after.of(type_)
        if isinstance(zone := item.inputs.get("availabilityZone"), str)
    }
    lost = sorted(before - after)
    if lost and after:
        gone = [
            change.resource.urn
            for change in situation.comparison.kind("deleted", type_=type_)
            if change.resource.inputs.get("availabilityZone") in lost
        ]
        yield Statement(
            level="caution",
            concern="capacity",
            text=(
                f"Less than now: {len(before)} to {len(after)} zones, without {', '.join(lost)}: tasks, nodes and network "
                "interfaces in it move first, and its subnets go only when they are empty"
            ),
            urns=tuple(gone),
            setting="slipway:network.zones",
        )
