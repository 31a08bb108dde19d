"""The services of a graph, a line each: where they are reached, how large they are, how many tasks run and what they cost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from preview.graph import Graph, Resource
from preview.summary import size_of, tasks_of

_SERVICE, _TASK = "aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition"
_GROUP, _RULE = "aws:lb/targetGroup:TargetGroup", "aws:lb/listenerRule:ListenerRule"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSummary:
    """A service in the words of a person."""

    name: str
    address: str
    """Where people reach it; empty for a worker."""
    size: str
    """Of a task, such as `0.5 vCPU, 1024 MiB`."""
    tasks: str
    """How many run, such as `2 to 8 tasks`."""
    monthly: Decimal | None
    """US dollars, of the whole component it is in; None where no price of it is known."""


def services(graph: Graph, monthly: Mapping[str, Decimal], unknown: Collection[str] = ()) -> list[ServiceSummary]:
    """Return the ECS services in the order of their components.

    Args:
        graph: what the program registered.
        monthly: US dollars by component, see `pricing.Estimate.by_component`.
        unknown: the components of which a price is missing: without another one nothing is known of their cost.
    """
    order = {resource.urn: index for index, resource in enumerate(graph.resources)}

    def place(service: Resource) -> int:
        component = graph.component(service)
        return order[component.urn if component else service.urn]

    known = {**dict.fromkeys(unknown), **monthly}
    return [_service(graph, service, known) for service in sorted(graph.of(_SERVICE), key=place)]


def address(graph: Graph, output: str = "url") -> str:
    """Return where the application is reached: the stack's output of that name, or nothing."""
    url = graph.exports.get(output)
    return url if isinstance(url, str) and output not in graph.secret_exports else ""


def _service(graph: Graph, service: Resource, monthly: Mapping[str, Decimal | None]) -> ServiceSummary:
    component, name = graph.component(service), service.inputs.get("name")
    tasks = [task for task in graph.of(_TASK) if task.parent == service.parent and task.urn in service.dependencies]
    return ServiceSummary(
        name=name if isinstance(name, str) else service.name,
        address=", ".join(dict.fromkeys(_addresses(graph, service))),
        size=size_of(tasks[0]) if tasks else "",
        tasks=tasks_of(graph, service),
        monthly=monthly.get(component.name if component else "", Decimal(0)),
    )


def _addresses(graph: Graph, service: Resource) -> Iterator[str]:
    groups = {urn for urn in service.property_dependencies.get("loadBalancers", ()) if f"{_GROUP}::" in urn}
    for rule in graph.of(_RULE):
        if groups & set(rule.property_dependencies.get("actions", ())):
            hosts = [f"https://{host}" for host in _values(rule, "hostHeader")] or [_balancer_address(graph, rule)]
            yield from (f"{host}{path}" for host in hosts for path in _paths(rule))
    for listener in graph.of("aws:lb/listener:Listener"):
        base = _balancer_address(graph, listener)
        if base and groups & set(listener.property_dependencies.get("defaultActions", ())):
            yield base


def _paths(rule: Resource) -> Sequence[str]:
    """Return what a rule's paths add to an address: nothing where it is about every path."""
    paths = list(_values(rule, "pathPattern"))
    return ["" if path == "/*" else path for path in paths if f"{path}/*" not in paths] or [""]


def _balancer_address(graph: Graph, resource: Resource) -> str:
    """Return where the load balancer is reached that a rule or a listener is of."""
    component = graph.component(resource)
    return address(graph, "internalUrl" if component and component.name == "internal-balancer" else "url")


def _values(rule: Resource, condition: str) -> Iterator[str]:
    conditions = rule.inputs.get("conditions")
    for part in conditions if isinstance(conditions, list) else ():
        values = (
            part[condition].get("values") if isinstance(part, dict) and isinstance(part.get(condition), dict) else ()
        )
        yield from (value for value in values or () if isinstance(value, str))
