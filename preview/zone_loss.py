"""The loss of a zone: what of the way from people to data lives on, and what does not.

For each zone of the stack's subnets, what lives in it is thought away. A path is a balancer, a service and what the service is given:
database, cache, and the way out by which it reaches what is outside, secrets and registry included, unless an endpoint leads there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from preview.graph import Graph, Resource
from preview.summary import kind

_SUBNET: Final = "aws:ec2/subnet:Subnet"
_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
_SERVICE: Final = "aws:ecs/service:Service"
_DATABASE: Final = "aws:rds/instance:Instance"
_CLUSTER: Final = "aws:rds/cluster:Cluster"
_MEMBER: Final = "aws:rds/clusterInstance:ClusterInstance"
_CACHE: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
_NAT: Final = "aws:ec2/natGateway:NatGateway"
_TARGET: Final = "aws:appautoscaling/target:Target"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLoss:
    """What the loss of one zone does."""

    zone: str
    broken: tuple[str, ...] = ()
    """What does not live on, a sentence each."""
    degraded: tuple[str, ...] = ()
    """What lives on after a pause or with less, a sentence each."""


def losses(graph: Graph) -> list[ZoneLoss]:
    """Think each zone of a stack away; empty where its subnets name none."""
    places = _Places(graph)
    return [
        ZoneLoss(zone=zone, broken=tuple(places.broken(zone)), degraded=tuple(places.degraded(zone)))
        for zone in places.zones
    ]


def lines(graph: Graph) -> Iterator[str]:
    """Say it for a report, a line for all zones whose loss does the same."""
    said: dict[str, list[str]] = {}
    for loss in losses(graph):
        text = "; ".join(loss.broken or ("every path lives on", *loss.degraded))
        said.setdefault(text, []).append(loss.zone)
    yield from (f"{' or '.join(zones)}: {text}" for text, zones in said.items())


class _Places:
    """Which zones things are in."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._zone_of = {
            str(subnet.outputs.get("id")): zone
            for subnet in graph.of(_SUBNET)
            if isinstance(zone := subnet.inputs.get("availabilityZone"), str)
        }
        self.zones = sorted(set(self._zone_of.values()))
        self._groups = {
            str(group.outputs.get("name") or group.inputs.get("name")): self._of(group.inputs.get("subnetIds"))
            for type_ in ("aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup")
            for group in graph.of(type_)
        }

    def broken(self, lost: str) -> Iterator[str]:
        """Say what does not live on without a zone."""
        for type_, key, what in (
            (_BALANCER, "subnets", "reaches nobody"),
            (_SERVICE, "networkConfiguration.subnets", "runs nowhere"),
            ("aws:rds/proxy:Proxy", "vpcSubnetIds", "leads nowhere"),
        ):
            for resource in self._graph.of(type_):
                zones = self._of(_at(resource.inputs, key))
                if zones and zones <= {lost}:
                    yield f"{kind(type_)} {resource.name} {what}: it is only in this zone"
        for database in self._graph.of(_DATABASE):
            if database.inputs.get("multiAz") is not True and self._may_be_in(database, lost, "dbSubnetGroupName"):
                yield (
                    f"database {database.name} is lost until it is restored in another zone, if this is its zone: it has no standby"
                )
        for cluster, members in self._clusters():
            if not self._takes_over(members) and any(
                self._may_be_in(each, lost, "dbSubnetGroupName") for each in members
            ):
                yield (
                    f"database {cluster.name} is away until an instance stands in another zone, if this is its zone: its data are there, no reader is"
                )
        for cache in self._graph.of(_CACHE):
            if not _fails_over(cache) and self._may_be_in(cache, lost, "subnetGroupName"):
                yield f"cache {cache.name} is lost with its content, if this is its zone: no replica takes over"
        yield from self._ways_out(lost)

    def degraded(self, lost: str) -> Iterator[str]:
        """Say what lives on after a pause without a zone."""
        for database in self._graph.of(_DATABASE):
            if database.inputs.get("multiAz") is True:
                yield f"database {database.name} fails over in one to two minutes, if its primary is here"
        for cluster, members in self._clusters():
            if self._takes_over(members):
                yield f"database {cluster.name} fails over within a minute, if its writer is here"
        for cache in self._graph.of(_CACHE):
            if _fails_over(cache):
                yield f"cache {cache.name} fails over in about a minute, if its primary is here"
        fewest = {
            str(target.inputs.get("resourceId")).rpartition("/")[2]: target.inputs.get("minCapacity")
            for target in self._graph.of(_TARGET)
        }
        for service in self._graph.of(_SERVICE):
            name = str(service.inputs.get("name"))
            zones = self._of(_at(service.inputs, "networkConfiguration.subnets"))
            if fewest.get(name, service.inputs.get("desiredCount")) == 1 and lost in zones and zones > {lost}:
                yield f"service {service.name} is away for some minutes, if its one task is here"

    def _clusters(self) -> Iterator[tuple[Resource, list[Resource]]]:
        for cluster in self._graph.of(_CLUSTER):
            yield cluster, [each for each in self._graph.of(_MEMBER) if cluster.urn in each.dependencies]

    @staticmethod
    def _takes_over(members: list[Resource]) -> bool:
        """Tell whether an instance in another zone is there to take over: which zone Aurora chooses is another each time."""
        zones = [each.inputs.get("availabilityZone") for each in members]
        return len(members) > 1 and (None in zones or len(set(map(str, zones))) > 1)

    def _ways_out(self, lost: str) -> Iterator[str]:
        """Say which other zones lose their way out, as it leads through this one."""
        gateways = {
            str(gateway.outputs.get("id")): self._zone_of.get(str(gateway.inputs.get("subnetId")), "")
            for gateway in self._graph.of(_NAT)
        }
        through: dict[str, str] = {
            str(route.inputs.get("routeTableId")): gateways[str(route.inputs["natGatewayId"])]
            for route in self._graph.of("aws:ec2/route:Route")
            if str(route.inputs.get("natGatewayId")) in gateways
        }
        cut = {
            self._zone_of.get(str(item.inputs.get("subnetId")), "")
            for item in self._graph.of("aws:ec2/routeTableAssociation:RouteTableAssociation")
            if through.get(str(item.inputs.get("routeTableId"))) == lost
        }
        if other := sorted(zone for zone in cut - {lost} if zone):
            yield f"{', '.join(other)} {'lose' if len(other) > 1 else 'loses'} the way out: the NAT gateway is in this zone"

    def _may_be_in(self, resource: Resource, zone: str, group: str) -> bool:
        own = resource.inputs.get("availabilityZone")
        if isinstance(own, str):
            return own == zone
        return zone in self._groups.get(str(resource.inputs.get(group)), self.zones)

    def _of(self, ids: object) -> set[str]:
        return {self._zone_of[str(id_)] for id_ in ids if str(id_) in self._zone_of} if isinstance(ids, list) else set()


def _fails_over(cache: Resource) -> bool:
    return cache.inputs.get("automaticFailoverEnabled") is True and cache.inputs.get("multiAzEnabled") is True


def _at(values: object, path: str) -> object:
    for step in path.split("."):
        values = values.get(step) if isinstance(values, Mapping) else None
    return values
