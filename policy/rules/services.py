"""ECS services: where tasks run and how many."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.network import placement_findings, spans_two_zones
from policy.topology import SERVICE, SUBNET, Topology
from policy.values import UNKNOWN, Unknown

SCALING: Final = "aws:appautoscaling/target:Target"
TASK_SET: Final = "aws:ecs/taskSet:TaskSet"


@resource_rule("services-without-public-ip", SERVICE, TASK_SET)
def without_public_ip(service: Resource, _config: Config) -> Iterator[Finding]:
    """Tasks leave through a NAT gateway or endpoints."""
    fix = 'network_configuration={"assign_public_ip": False, ...} in private subnets'
    yield from service.must_be("networkConfiguration.assignPublicIp", wanted=False, fix=fix)


@stack_rule("services-in-private-subnets", SERVICE)
def in_private_subnets(graph: Graph, _config: Config) -> Iterator[Finding]:
    """No subnet of a service may lead to an internet gateway."""
    topology = Topology(graph)
    for service in graph.of(SERVICE):
        if service.has("networkConfiguration"):
            reach = topology.placement(graph.refers(service, "networkConfiguration.subnets", SUBNET))
            yield from placement_findings(service, "networkConfiguration", reach, "private subnets only")


@stack_rule("services-spread-over-zones", SERVICE, minTasks=Parameter({"type": "integer", "minimum": 2}, 2))
def spread_over_zones(graph: Graph, config: Config) -> Iterator[Finding]:
    """Services behind a load balancer; a worker without one may be alone."""
    least = config.number("minTasks")
    topology = Topology(graph)
    scaling = _scaling_by_service(graph)
    for service in graph.of(SERVICE):
        if not service.has("loadBalancers") or service.text("schedulingStrategy") == "DAEMON":
            continue
        target = scaling.get(service.urn)
        path, source = ("minCapacity", target) if target else ("desiredCount", service)
        tasks = source.number(path)
        if tasks is UNKNOWN:
            yield service.undecided(f"{path} is not known yet")
        elif tasks < least:
            where = f"{path} of {source.label}" if target else path
            yield service.fails(
                f"{where} is {values.show(tasks)}, wanted at least {least} tasks",
                fix=f"min_capacity={least}" if target else f"desired_count={least}",
            )
        if service.has("networkConfiguration"):
            yield from spans_two_zones(graph, topology, service, "networkConfiguration.subnets")


def _scaling_by_service(graph: Graph) -> dict[str, Resource]:
    """The autoscaling target of each service: by dependency, or by the name in ``service/<cluster>/<service>``."""
    by_name = {name: service for service in graph.of(SERVICE) if isinstance(name := service.get("name"), str)}
    targets: dict[str, Resource] = {}
    for target in graph.of(SCALING):
        resource_id = target.text("resourceId")
        linked = graph.refers(target, "resourceId", SERVICE).found
        named = None if isinstance(resource_id, Unknown) else by_name.get(resource_id.rsplit("/", 1)[-1])
        for service in (named,) if named else linked:
            targets[service.urn] = target
    return targets
