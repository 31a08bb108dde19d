"""What a stack's money-saving steps save in a month, and what it gives up by each: the cost without the step, less the cost with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from preview.graph import Graph, Resource
from preview.off_hours import sleeping
from preview.price_list import PriceList, project_prices
from preview.pricing import database, load_balancer, service
from preview.pricing.estimating import monthly
from preview.pricing.model import Estimate

_NAT: Final = "aws:ec2/natGateway:NatGateway"
_ADDRESS: Final = "aws:ec2/eip:Eip"
_CACHE: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
_SUBNET: Final = "aws:ec2/subnet:Subnet"
_TARGET: Final = "aws:appautoscaling/target:Target"
_WEB_ACL: Final = "aws:wafv2/webAcl:WebAcl"
_REFERENCE: Final = "pulumi:pulumi:StackReference"
_FIREWALL_RULES: Final = 4
"""Of the firewall that `waf: {}` makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What one step saves."""

    step: str
    """What the stack does without, such as `one NAT gateway instead of one per zone`."""
    setting: str
    """Where the stack file decides it, such as `slipway:network.nat`."""
    monthly: Decimal
    """US dollars a month, against the same stack without this step alone."""
    gives_up: str
    """What the stack does not have for it, a sentence without a full stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Undone:
    """A stack without one of its steps."""

    changes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Inputs that are otherwise, by URN."""
    added: Sequence[Resource] = ()
    """What there would be besides."""
    billed: Iterable[str] = ()
    """The URNs of what is billed by the changes, where it is not what changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A way to save money."""

    step: str
    setting: str
    gives_up: str
    undo: Callable[[Graph], _Undone | None]
    """Returns the stack without it; None where it does not take it."""


def savings(graph: Graph, estimate: Estimate, prices: PriceList | None = None) -> tuple[Saving, ...]:
    """Return what a recorded stack saves, the most first; nothing for steps that it does not take or that save nothing.

    Args:
        graph: what the program registered.
        estimate: what it costs.
        prices: the price list; the project's own by default.
    """
    prices = prices or project_prices()
    found = [saving for step in STEPS if (undone := step.undo(graph)) for saving in _saved(graph, step, undone, prices)]
    if estimate.awake > estimate.total:
        found.append(
            Saving(
                step="off-hours",
                setting="slipway:hibernation",
                monthly=estimate.awake - estimate.total,
                gives_up="nobody is served meanwhile",
            )
        )
    return tuple(sorted(found, key=lambda saving: -saving.monthly))


def _saved(graph: Graph, step: _Step, undone: _Undone, prices: PriceList) -> Iterator[Saving]:
    resources = [
        replace(resource, inputs={**resource.inputs, **undone.changes[resource.urn]})
        if resource.urn in undone.changes
        else resource
        for resource in graph.resources
    ]
    without = replace(graph, resources=(*resources, *undone.added))
    billed = set(undone.billed or undone.changes)
    off_hours = sleeping(graph)
    before = monthly(graph, [r for r in graph.resources if r.urn in billed], prices, off_hours)
    after = monthly(without, [*(r for r in resources if r.urn in billed), *undone.added], prices, off_hours)
    if before is not None and after is not None and after > before:
        yield Saving(step=step.step, setting=step.setting, monthly=after - before, gives_up=step.gives_up)


def _like(resource: Resource, type_: str, number: int, **inputs: object) -> Resource:
    """Return a resource that is not there, beside one that is: of the same provider and component."""
    name = f"{resource.name}-instead-{number}"
    return Resource(
        urn=f"{resource.urn}-instead-of-{type_}-{number}",
        type=type_,
        name=name,
        parent=resource.parent,
        provider=resource.provider,
        inputs=inputs,
    )


def _gateways(beside: Resource, count: int, *, addressed: bool = True) -> list[Resource]:
    """Return so many NAT gateways, each with its address."""
    types = (_NAT, _ADDRESS) if addressed else (_NAT,)
    return [_like(beside, type_, number) for number in range(count) for type_ in types]


def _zones(graph: Graph) -> int:
    return len({str(subnet.inputs.get("availabilityZone")) for subnet in graph.of(_SUBNET)})


def _public(graph: Graph) -> list[Resource]:
    """Return the services whose tasks have public addresses."""
    return [found for found in graph.of(service.SERVICE) if _network_of(found).get("assignPublicIp") is True]


def _network_of(found: Resource) -> Mapping[str, object]:
    network = found.inputs.get("networkConfiguration")
    return network if isinstance(network, Mapping) else {}


def _single_nat(graph: Graph) -> _Undone | None:
    gateways = [gateway for gateway in graph.of(_NAT) if gateway.inputs.get("availabilityMode") != "regional"]
    more = _zones(graph) - len(gateways)
    if not gateways or more < 1:
        return None
    return _Undone(added=_gateways(gateways[0], more, addressed=bool(graph.of(_ADDRESS))))


def _no_nat(graph: Graph) -> _Undone | None:
    subnets = graph.of(_SUBNET)
    if graph.of(_NAT) or not subnets or _public(graph):
        return None
    return _Undone(added=_gateways(subnets[0], _zones(graph)))


def _public_tasks(graph: Graph) -> _Undone | None:
    subnets, services = graph.of(_SUBNET), _public(graph)
    if graph.of(_NAT) or not subnets or not services:
        return None
    private = {s.urn: {"networkConfiguration": {**_network_of(s), "assignPublicIp": False}} for s in services}
    return _Undone(changes=private, added=_gateways(subnets[0], _zones(graph)))


def _spot(graph: Graph) -> _Undone | None:
    def on_spot(found: Resource) -> bool:
        strategies = found.inputs.get("capacityProviderStrategies")
        return isinstance(strategies, list) and any(s.get("capacityProvider") == "FARGATE_SPOT" for s in strategies)

    changes = {s.urn: {"capacityProviderStrategies": None} for s in graph.of(service.SERVICE) if on_spot(s)}
    return _Undone(changes=changes) if changes else None


def _arm(graph: Graph) -> _Undone | None:
    definitions = [d for d in graph.of(service.TASK_DEFINITION) if service.fargate(d).endswith("arm64")]
    changes = {d.urn: {"runtimePlatform": {"cpuArchitecture": "X86_64"}} for d in definitions}
    return _Undone(changes=changes, billed=[s.urn for s in graph.of(service.SERVICE)]) if changes else None


def _one_task(graph: Graph) -> _Undone | None:
    changes: dict[str, Mapping[str, object]] = {}
    billed: list[str] = []
    for found in graph.of(service.SERVICE):
        target = next((t for t in graph.of(_TARGET) if found.urn in t.dependencies), None)
        fewest = target.inputs.get("minCapacity") if target else found.inputs.get("desiredCount")
        if fewest == 1:
            changes[target.urn if target else found.urn] = {"minCapacity" if target else "desiredCount": 2}
            billed.append(found.urn)
    return _Undone(changes=changes, billed=billed) if changes else None


def _no_standby(graph: Graph) -> _Undone | None:
    alone = [
        d
        for d in graph.of(database.INSTANCE)
        if d.inputs.get("multiAz") is not True and "replicateSourceDb" not in d.inputs
    ]
    return _Undone(changes={d.urn: {"multiAz": True} for d in alone}) if alone else None


def _no_cache_replica(graph: Graph) -> _Undone | None:
    changes: dict[str, Mapping[str, object]] = {}
    for found in graph.of(_CACHE):
        if found.inputs.get("numNodeGroups") and not found.inputs.get("replicasPerNodeGroup"):
            changes[found.urn] = {"replicasPerNodeGroup": 1}
        elif found.inputs.get("numCacheClusters") == 1:
            changes[found.urn] = {"numCacheClusters": 2}
    return _Undone(changes=changes) if changes else None


def _no_firewall(graph: Graph) -> _Undone | None:
    open_ = [b for b in graph.of(load_balancer.LOAD_BALANCER) if b.inputs.get("internal") is not True]
    if not open_ or graph.of(_WEB_ACL):
        return None
    return _Undone(added=[_like(open_[0], _WEB_ACL, 1, rules=[{}] * _FIREWALL_RULES)])


def _offered(graph: Graph, part: str) -> Mapping[str, object]:
    """Return what another stack says of a part that it shares; nothing where there is none."""
    for reference in graph.of(_REFERENCE):
        outputs = reference.outputs.get("outputs")
        shared = outputs.get("shared") if isinstance(outputs, Mapping) else None
        found = shared.get(part) if isinstance(shared, Mapping) else None
        if isinstance(found, Mapping):
            return found
    return {}


def _shared_balancer(graph: Graph) -> _Undone | None:
    listener = _offered(graph, "loadBalancer").get("listenerArn")
    rules = graph.all("aws:lb/listenerRule:ListenerRule", listenerArn=listener) if listener else ()
    services = graph.of(service.SERVICE)
    if not rules or not services:
        return None
    subnets = _network_of(services[0]).get("subnets")
    return _Undone(added=[_like(rules[0], load_balancer.LOAD_BALANCER, 1, subnets=subnets)])


def _shared_network(graph: Graph) -> _Undone | None:
    vpc = _offered(graph, "network").get("vpcId")
    groups = graph.all("aws:ec2/securityGroup:SecurityGroup", vpcId=vpc) if vpc else ()
    services = graph.of(service.SERVICE)
    subnets = _network_of(services[0]).get("subnets") if services else None
    if not groups or _public(graph) or not isinstance(subnets, list):
        return None
    return _Undone(added=_gateways(groups[0], len(subnets)))


STEPS: Final[Sequence[_Step]] = (
    _Step(
        step="one NAT gateway instead of one per zone",
        setting="slipway:network.nat",
        gives_up="when its zone fails, tasks in no zone reach the outside",
        undo=_single_nat,
    ),
    _Step(
        step="no NAT gateway instead of one per zone",
        setting="slipway:network.nat",
        gives_up="tasks reach nothing outside but what has an endpoint",
        undo=_no_nat,
    ),
    _Step(
        step="tasks in public subnets instead of a NAT gateway per zone",
        setting="slipway:network.tasks",
        gives_up="each task has a public address, and its security group alone keeps the internet out",
        undo=_public_tasks,
    ),
    _Step(
        step="tasks on Spot",
        setting="slipway:services.*.spotPercent",
        gives_up="AWS takes tasks away at two minutes' notice, and may have none to give",
        undo=_spot,
    ),
    _Step(
        step="ARM instead of x86",
        setting="slipway:services.*.architecture",
        gives_up="images have to be built for it",
        undo=_arm,
    ),
    _Step(
        step="one task of a service instead of two",
        setting="slipway:services.*.tasks",
        gives_up="when the task or its zone fails, its work waits until another has started",
        undo=_one_task,
    ),
    _Step(
        step="a database without a standby",
        setting="slipway:database.multiAz",
        gives_up="when its zone or its host fails, somebody restores it from a backup",
        undo=_no_standby,
    ),
    _Step(
        step="a cache without a replica",
        setting="slipway:cache.replicas",
        gives_up="when its node fails, what it holds is gone and it is away until another is there",
        undo=_no_cache_replica,
    ),
    _Step(
        step="no firewall",
        setting="slipway:loadBalancer.waf",
        gives_up="nothing keeps off floods and known attacks",
        undo=_no_firewall,
    ),
    _Step(
        step="the load balancer of another stack",
        setting="slipway:shared.parts",
        gives_up="its firewall, log and TLS policy are that stack's, and its quotas are everybody's together",
        undo=_shared_balancer,
    ),
    _Step(
        step="the network of another stack, with its NAT gateways",
        setting="slipway:shared.parts",
        gives_up="what goes out is that stack's to decide, and security groups alone keep the applications apart",
        undo=_shared_network,
    ),
)
"""The steps that a stack's resources show; off-hours are in the estimate itself."""
