"""What there is to draw: the parts from people to data and who talks to whom, and the zones with what is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from preview.render import statement, subject
from preview.summary import kind, summarize

if TYPE_CHECKING:
    from preview.compare.edit import Edit
    from preview.graph import Graph, Resource
    from preview.pricing import Estimate
    from preview.verdict import Finding, Verdict

Column = Literal["edge", "services", "data", "around"]
_COLUMNS: Final[Mapping[str, Column]] = {"DatabaseProxy": "data", "MediaBucket": "data", "Secrets": "data"}
"""Where a component of a class stands whose resources do not say it."""
_COLUMNS_OF_TYPES: Final[Sequence[tuple[Column, frozenset[str]]]] = (
    ("services", frozenset({"aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition"})),
    ("edge", frozenset({"aws:cloudfront/distribution:Distribution", "aws:lb/loadBalancer:LoadBalancer"})),
    (
        "data",
        frozenset(
            {
                "aws:docdb/cluster:Cluster",
                "aws:dynamodb/table:Table",
                "aws:efs/fileSystem:FileSystem",
                "aws:elasticache/replicationGroup:ReplicationGroup",
                "aws:elasticache/serverlessCache:ServerlessCache",
                "aws:kinesis/stream:Stream",
                "aws:memorydb/cluster:Cluster",
                "aws:opensearch/domain:Domain",
                "aws:rds/cluster:Cluster",
                "aws:rds/instance:Instance",
                "aws:s3/bucket:Bucket",
                "aws:sqs/queue:Queue",
            }
        ),
    ),
)
"""Where a component stands that holds one of these; the first that fits counts. All others are around."""
_TIERS: Final = ("public", "private", "isolated")
_SUBNET: Final = "aws:ec2/subnet:Subnet"
_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
_SERVICE: Final = "aws:ecs/service:Service"
_RULES: Final = ("aws:lb/listenerRule:ListenerRule", "aws:lb/listener:Listener")


@dataclass(slots=True, kw_only=True)
class Item:
    """One resource."""

    urn: str
    name: str
    kind: str
    """In words."""
    change: str = ""
    """created, updated, replaced, deleted, renamed, or empty."""
    details: list[str] = field(default_factory=list)
    """What changes, a line each."""
    findings: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Part:
    """A top-level component."""

    name: str
    """Empty for what is in no component."""
    kind: str
    column: Column
    facts: list[tuple[str, str]] = field(default_factory=list)
    """Label and text."""
    items: list[Item] = field(default_factory=list)
    talks_to: list[str] = field(default_factory=list)
    """Names of the parts it calls."""
    before: Decimal | None = None
    """US dollars a month before the edit; None where nothing is compared."""
    monthly: Decimal = Decimal(0)

    @property
    def change(self) -> str:
        """The change to name first, or empty."""
        found = {item.change for item in self.items}
        if found and found <= {"created"}:
            return "created"
        if found and found <= {"deleted"}:
            return "deleted"
        return "changed" if found - {""} else ""

    @property
    def findings(self) -> int:
        """How many findings are about it."""
        return sum(len(item.findings) for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A subnet, and what is in it."""

    tier: str
    block: str
    """Its addresses."""
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone, as a column."""

    name: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc:
    """A VPC in its region."""

    region: str
    name: str
    block: str
    zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All there is to draw."""

    parts: tuple[Part, ...]
    networks: tuple[Vpc, ...]
    open_parts: tuple[str, ...]
    """Names of the parts that people reach from the internet."""

    def column(self, column: Column) -> list[Part]:
        """Return the parts of a column."""
        return [part for part in self.parts if part.column == column]


def draw(graph: Graph, estimate: Estimate, verdict: Verdict | None = None, edit: Edit | None = None) -> Drawing:
    """Work out what to draw.

    Args:
        graph: what the program registers.
        estimate: what it costs.
        verdict: what the policy pack says.
        edit: against what it is compared, if it is.
    """
    parts: dict[str, Part] = {}
    held = _held(graph)
    for section in summarize(graph, estimate.by_component()):
        parts[section.name] = Part(
            name=section.name,
            kind=section.kind,
            column=_column(section.kind, held.get(section.name, ())),
            facts=[(row.label, row.text) for row in section.rows if row.text],
            monthly=section.monthly,
        )
    _addresses(parts, graph)
    _items(parts, graph, verdict)
    if edit:
        _changes(parts, edit)
    _costs(parts, edit)
    _edges(parts, graph)
    return Drawing(
        parts=tuple(part for part in parts.values() if part.items),
        networks=tuple(_networks(graph)),
        open_parts=tuple(dict.fromkeys(_open(graph))),
    )


def _held(graph: Graph) -> dict[str, set[str]]:
    """Return the types of what each top-level component holds, by its name."""
    found: dict[str, set[str]] = {}
    for resource in graph.resources:
        if component := graph.component(resource):
            found.setdefault(component.name, set()).add(resource.type)
    return found


def _column(class_: str, types: Collection[str]) -> Column:
    """Say where a component stands."""
    if class_ in _COLUMNS:
        return _COLUMNS[class_]
    return next((column for column, known in _COLUMNS_OF_TYPES if not known.isdisjoint(types)), "around")


def _addresses(parts: Mapping[str, Part], graph: Graph) -> None:
    """Say by which paths and hosts each service is reached."""
    groups: dict[str, list[str]] = {}
    for rule in graph.of(_RULES[0]):
        for group in _texts(rule.inputs.get("actions"), "targetGroupArn", "arn"):
            groups.setdefault(group, []).extend(_texts(rule.inputs.get("conditions"), "values"))
    for listener in graph.of(_RULES[1]):
        for group in _texts(listener.inputs.get("defaultActions"), "targetGroupArn", "arn"):
            groups.setdefault(group, []).append("everything else")
    for service in graph.of(_SERVICE):
        found = [
            text
            for group in _texts(service.inputs.get("loadBalancers"), "targetGroupArn")
            for text in groups.get(group, ())
        ]
        component = graph.component(service)
        if found and component:
            parts[component.name].facts.insert(0, ("address", " ".join(dict.fromkeys(found))))


def _texts(value: object, *names: str) -> Iterator[str]:
    """Return the texts below keys of these names, at any depth."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name in names and isinstance(part, str | list):
                yield from [part] if isinstance(part, str) else (text for text in part if isinstance(text, str))
            else:
                yield from _texts(part, *names)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, *names)


def _items(parts: dict[str, Part], graph: Graph, verdict: Verdict | None) -> None:
    found: dict[str, list[Finding]] = {}
    for finding in verdict.findings if verdict else ():
        found.setdefault(finding.urn, []).append(finding)
    for resource in graph.resources:
        if not resource.custom or resource.type.startswith("pulumi:providers:"):
            continue
        component = graph.component(resource)
        item = Item(urn=resource.urn, name=resource.name, kind=kind(resource.type))
        item.findings = [f"{one.policy}: {statement(one)}" for one in found.get(resource.urn, ())]
        parts[component.name if component else ""].items.append(item)
    stray = [f"{one.policy}: {subject(one)}: {statement(one)}" for one in found.get("", ())]
    if stray and "" in parts:
        parts[""].items.append(Item(urn="", name="the stack", kind="stack", findings=stray))


def _changes(parts: dict[str, Part], edit: Edit) -> None:
    """Mark what changes, and add what goes."""
    from preview.compare.shown import about, line  # noqa: PLC0415 - the comparison shows this page as well

    held = _held(edit.comparison.before)
    items = {item.urn: item for part in parts.values() for item in part.items}
    for change in edit.comparison.changed:
        urn = change.resource.urn
        if change.kind == "deleted" and change.resource.custom:
            name = edit.comparison.component(change)
            component = edit.comparison.before.component(change.resource)
            class_ = component.type.rpartition(":")[2] if component else ""
            column = _column(class_, held.get(name, ()))
            part = parts.setdefault(name, Part(name=name, kind=class_, column=column))
            items[urn] = Item(urn=urn, name=change.resource.name, kind=kind(change.resource.type))
            part.items.append(items[urn])
        if item := items.get(urn):
            item.change = change.kind
            item.details = [about(change)]
            if change.kind != "deleted":
                item.details += [line(one) for one in change.properties[:8]]


def _costs(parts: Mapping[str, Part], edit: Edit | None) -> None:
    if edit and edit.situation.estimate_before:
        before = edit.situation.estimate_before.by_component()
        for part in parts.values():
            part.before = before.get(part.name, Decimal(0))


_CALLS: Final = {("services", "data"), ("edge", "data"), ("edge", "edge")}
"""From where to where what is handed over is also called. What a service is handed by the edge, calls it."""


def _edges(parts: Mapping[str, Part], graph: Graph) -> None:
    """Say who calls whom: by what security groups let out, and by what is handed to a service."""
    calls: dict[str, set[str]] = {}
    for one, other in _calls(parts, graph):
        calls.setdefault(one.name, set()).add(other.name)
    for name, called in calls.items():
        # A balancer writes to buckets and the like, but only a CDN fetches from them.
        part = parts[name]
        fetches = part.column != "edge" or part.kind == "Cdn"
        part.talks_to = sorted(other for other in called if fetches or parts[other].column == "services")


def _calls(parts: Mapping[str, Part], graph: Graph) -> Iterator[tuple[Part, Part]]:
    """Yield who may call whom, by what a resource of one part is handed of another."""
    owner = {resource.urn: found.name for resource in graph.resources if (found := graph.component(resource))}
    for resource in graph.resources:
        own = parts.get(owner.get(resource.urn, ""))
        for urn in {urn for urns in resource.property_dependencies.values() for urn in urns}:
            other = parts.get(owner.get(urn, ""))
            if own is None or other is None or own is other:
                continue
            way = (own.column, other.column)
            if way in _CALLS:
                yield own, other
            elif way == ("services", "edge") and resource.type in {_SERVICE, *_RULES}:
                yield other, own


def _open(graph: Graph) -> Iterator[str]:
    for type_ in ("aws:cloudfront/distribution:Distribution", _BALANCER):
        for resource in graph.of(type_):
            component = graph.component(resource)
            if component and resource.inputs.get("internal") is not True:
                yield component.name


def _networks(graph: Graph) -> Iterator[Vpc]:
    from preview.pricing import region_of  # noqa: PLC0415 - as the price list does, which needs it first

    holds = _in_subnets(graph)
    for vpc in graph.of("aws:ec2/vpc:Vpc"):
        subnets = [item for item in graph.of(_SUBNET) if item.inputs.get("vpcId") == vpc.outputs.get("id")]
        zones = sorted({str(item.inputs.get("availabilityZone", "")) for item in subnets})
        yield Vpc(
            region=region_of(graph, vpc),
            name=vpc.name,
            block=str(vpc.inputs.get("cidrBlock", "")),
            zones=tuple(
                Zone(
                    name=zone,
                    places=tuple(
                        Place(
                            tier=_tier(item),
                            block=str(item.inputs.get("cidrBlock", "")),
                            holds=tuple(dict.fromkeys(holds.get(str(item.outputs.get("id")), ()))),
                        )
                        for item in sorted(subnets, key=_rank)
                        if item.inputs.get("availabilityZone") == zone
                    ),
                )
                for zone in zones
            ),
        )


def _tier(subnet: Resource) -> str:
    return next((tier for tier in _TIERS if tier in subnet.name), "subnet")


def _rank(subnet: Resource) -> int:
    tier = _tier(subnet)
    return _TIERS.index(tier) if tier in _TIERS else len(_TIERS)


def _in_subnets(graph: Graph) -> dict[str, list[str]]:
    """Return the names of what is in each subnet, by the subnet's id."""
    found: dict[str, list[str]] = {}
    for ids, text in (*_placed(graph), *_grouped(graph)):
        for id_ in ids if isinstance(ids, list) else [ids]:
            found.setdefault(str(id_), []).append(text)
    return found


def _placed(graph: Graph) -> Iterator[tuple[object, str]]:
    for gateway in graph.of("aws:ec2/natGateway:NatGateway"):
        yield gateway.inputs.get("subnetId"), "NAT gateway"
    for balancer in graph.of(_BALANCER):
        yield balancer.inputs.get("subnets"), "load balancer"
    for service in graph.of(_SERVICE):
        network = service.inputs.get("networkConfiguration")
        yield network.get("subnets") if isinstance(network, Mapping) else [], f"{service.inputs.get('name')} tasks"
    for endpoint in graph.of("aws:ec2/vpcEndpoint:VpcEndpoint"):
        yield endpoint.inputs.get("subnetIds", []), "endpoints"
    for mount in graph.of("aws:efs/mountTarget:MountTarget"):
        yield mount.inputs.get("subnetId"), "file system's mount target"
    for schedule in graph.of("aws:scheduler/schedule:Schedule"):
        for subnet in _texts(schedule.inputs.get("target"), "subnets"):
            yield subnet, f"{schedule.name} tasks"


def _grouped(graph: Graph) -> Iterator[tuple[object, str]]:
    for type_, group, key in (
        ("aws:rds/clusterInstance:ClusterInstance", "aws:rds/subnetGroup:SubnetGroup", "dbSubnetGroupName"),
        ("aws:rds/instance:Instance", "aws:rds/subnetGroup:SubnetGroup", "dbSubnetGroupName"),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "aws:elasticache/subnetGroup:SubnetGroup",
            "subnetGroupName",
        ),
    ):
        groups = {str(item.outputs.get("name") or item.inputs.get("name")): item for item in graph.of(group)}
        for resource in graph.of(type_):
            if chosen := groups.get(str(resource.inputs.get(key))):
                yield chosen.inputs.get("subnetIds"), f"{kind(resource.type)} {resource.name}"
