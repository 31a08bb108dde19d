"""ECS clusters and services: where tasks run and how many, who reaches them, and how they change."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.containers import TASK
from policy.rules.load_balancing import TARGET_GROUP
from policy.rules.network import only_groups_reach, placement_findings, spans_two_zones
from policy.topology import SERVICE, SUBNET, Topology
from policy.values import UNKNOWN, Answer, Unknown, Value

CLUSTER: Final = "aws:ecs/cluster:Cluster"
SCALING: Final = "aws:appautoscaling/target:Target"
TASK_SET: Final = "aws:ecs/taskSet:TaskSet"

_EVENT_TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"
_SCHEDULE: Final = "aws:scheduler/schedule:Schedule"
_PLACES: Final = {
    SERVICE: "networkConfiguration",
    TASK_SET: "networkConfiguration",
    _EVENT_TARGET: "ecsTarget.networkConfiguration",
    _SCHEDULE: "target.ecsParameters.networkConfiguration",
}
"""What starts tasks, and its property that places them."""
_NETWORK_PROTOCOLS: Final = ("TCP", "TCP_UDP", "TLS", "UDP", "QUIC", "TCP_QUIC")
_OWN_CONTROLLERS: Final = ("CODE_DEPLOY", "EXTERNAL")
_PLATFORM: Final = r"\d\.\d\.\d"


@resource_rule("services-without-public-ip", *_PLACES)
def without_public_ip(service: Resource, _config: Config) -> Iterator[Finding]:
    """Tasks leave through a NAT gateway or endpoints, those that a schedule or an event starts as well."""
    fix = 'network_configuration={"assign_public_ip": False, ...} in private subnets'
    yield from service.must_be(f"{_PLACES[service.type]}.assignPublicIp", wanted=False, fix=fix)


@stack_rule("services-in-private-subnets", *_PLACES)
def in_private_subnets(graph: Graph, _config: Config) -> Iterator[Finding]:
    """No subnet of a service may lead to an internet gateway, nor of a task that a schedule or an event starts."""
    topology = Topology(graph)
    for service in graph.of(*_PLACES):
        path = _PLACES[service.type]
        if service.has(path) and _starts_tasks(graph, service, path):
            reach = topology.placement(graph.refers(service, f"{path}.subnets", SUBNET))
            yield from placement_findings(service, path, reach, "private subnets only")


def _starts_tasks(graph: Graph, resource: Resource, path: str) -> bool:
    """Whether it may. Most schedules start a function, which shows by what an unknown target depends on."""
    return (
        resource.type != _SCHEDULE
        or resource.get(path) is not UNKNOWN
        or not resource.dependencies.get("target")
        or bool(graph.refers(resource, path, TASK, SUBNET).found)
    )


@stack_rule("services-ingress-from-groups-only", SERVICE)
def ingress_from_groups_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """What a network load balancer passes on comes from addresses, so services behind one are exempt."""
    judged = {
        service.urn
        for service in graph.of(SERVICE)
        if service.has("networkConfiguration") and not _behind_network_balancer(graph, service)
    }
    yield from (finding for finding in only_groups_reach(graph, SERVICE) if finding.urn in judged)


def _behind_network_balancer(graph: Graph, service: Resource) -> bool:
    targets = graph.refers(service, "loadBalancers", TARGET_GROUP).found
    return any(str(target.get("protocol")).upper() in _NETWORK_PROTOCOLS for target in targets)


@stack_rule("services-spread-over-zones", SERVICE, minTasks=Parameter({"type": "integer", "minimum": 2}, 2))
def spread_over_zones(graph: Graph, config: Config) -> Iterator[Finding]:
    """Services behind a load balancer; a worker without one may be alone."""
    least = config.number("minTasks")
    topology = Topology(graph)
    scaling, unplaced = _scaling_by_service(graph)
    for service in graph.of(SERVICE):
        if not service.has("loadBalancers") or service.text("schedulingStrategy") == "DAEMON":
            continue
        target = scaling.get(service.urn)
        waiting = [item for item in unplaced if UNKNOWN in (item.get("resourceId"), service.get("name"))]
        path, source = ("minCapacity", target) if target else ("desiredCount", service)
        tasks = source.number(path)
        if waiting and not target:
            yield service.undecided(f"it is not known yet which service {waiting[0].label} scales")
        elif tasks is UNKNOWN:
            yield service.undecided(f"{path} is not known yet")
        elif tasks < least:
            where = f"{path} of {source.label}" if target else path
            yield service.fails(
                f"{where} is {values.show(tasks)}, wanted at least {least} tasks",
                fix=f"min_capacity={least}" if target else f"desired_count={least}",
            )
        if service.has("networkConfiguration"):
            yield from spans_two_zones(graph, topology, service, "networkConfiguration.subnets")


def _scaling_by_service(graph: Graph) -> tuple[dict[str, Resource], list[Resource]]:
    """The autoscaling target of each service, and the targets that no service could be found for.

    By dependency, or by the name in ``service/<cluster>/<service>``.
    """
    by_name = {name: service for service in graph.of(SERVICE) if isinstance(name := service.get("name"), str)}
    targets: dict[str, Resource] = {}
    unplaced: list[Resource] = []
    for target in graph.of(SCALING):
        resource_id = target.text("resourceId")
        linked = graph.refers(target, "resourceId", SERVICE).found
        named = None if isinstance(resource_id, Unknown) else by_name.get(resource_id.rsplit("/", 1)[-1])
        for service in (named,) if named else linked:
            targets.setdefault(service.urn, target)
        if not named and not linked and target.text("serviceNamespace", default="ecs") in ("ecs", UNKNOWN):
            unplaced.append(target)
    return targets, unplaced


@stack_rule("services-scale", SERVICE)
def scale(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Services behind a load balancer: their load follows the visitors."""
    scaling, unplaced = _scaling_by_service(graph)
    for service in graph.of(SERVICE):
        daemon = service.text("schedulingStrategy")
        if not service.has("loadBalancers") or daemon == "DAEMON" or service.urn in scaling:
            continue
        waiting = any(UNKNOWN in (item.get("resourceId"), service.get("name")) for item in unplaced)
        yield from service.must_hold(
            UNKNOWN if waiting or daemon is UNKNOWN else False,
            "no autoscaling target changes its number of tasks",
            about="whether it scales",
            fix="an aws.appautoscaling.Target for its resource id, with a policy",
        )


@resource_rule("services-deployments-roll-back", SERVICE)
def deployments_roll_back(service: Resource, _config: Config) -> Iterator[Finding]:
    """By the circuit breaker, or by alarms, as blue/green deployments do. CodeDeploy has ways of its own."""
    controller = service.text("deploymentController.type", default="ECS")
    if controller in _OWN_CONTROLLERS:
        return
    ways = [_all(service, block, "enable", "rollback") for block in ("deploymentCircuitBreaker", "alarms")]
    held = values.some(ways)
    yield from service.must_hold(
        UNKNOWN if held is False and controller is UNKNOWN else held,
        "neither deploymentCircuitBreaker nor alarms roll a failed deployment back",
        about="whether a failed deployment is rolled back",
        fix='deployment_circuit_breaker={"enable": True, "rollback": True}',
    )


def _all(resource: Resource, block: str, *names: str) -> Answer:
    answers = [resource.flag(f"{block}.{name}") for name in names]
    return False if False in answers else UNKNOWN if UNKNOWN in answers else True


@resource_rule(
    "services-on-latest-platform",
    SERVICE,
    TASK_SET,
    versions=Parameter({"type": "array", "items": {"type": "string"}}, ["LATEST", "1.4.0", "1.0.0"]),
)
def on_latest_platform(service: Resource, config: Config) -> Iterator[Finding]:
    """The newest Fargate platform: 1.4.0 for Linux, 1.0.0 for Windows."""
    version = service.text("platformVersion", default="LATEST") or "LATEST"
    yield from service.must_hold(
        version if version is UNKNOWN else version in config.words("versions"),
        f"platformVersion is {values.show(version, _PLATFORM)}, wanted LATEST",
        about="platformVersion",
        fix='platform_version="LATEST", or leave it out',
    )


@resource_rule("services-exec-off", SERVICE)
def exec_off(service: Resource, _config: Config) -> Iterator[Finding]:
    """A shell in a running task is an operator's way past reviews and deployments."""
    yield from service.must_be("enableExecuteCommand", wanted=False, fix="enable_execute_command=False")


@resource_rule("exec-sessions-logged", CLUSTER)
def exec_sessions_logged(cluster: Resource, _config: Config) -> Iterator[Finding]:
    """To where containers log (DEFAULT, as without a configuration) or elsewhere (OVERRIDE)."""
    logging = cluster.text("configuration.executeCommandConfiguration.logging", default="DEFAULT")
    yield from cluster.must_hold(
        logging if logging is UNKNOWN else logging != "NONE",
        "logging of executeCommandConfiguration is NONE",
        about="logging of executeCommandConfiguration",
        fix='"execute_command_configuration": {"logging": "OVERRIDE", "log_configuration": {...}}',
    )


@resource_rule("exec-sessions-encrypted", CLUSTER)
def exec_sessions_encrypted(cluster: Resource, _config: Config) -> Iterator[Finding]:
    """The session itself, and its record."""
    path = "configuration.executeCommandConfiguration"
    fix = '"execute_command_configuration": {"kms_key_id": key.arn, ...} with encrypted logs'
    if cluster.get("configuration") is UNKNOWN or cluster.get(path) is UNKNOWN:
        yield cluster.undecided("executeCommandConfiguration is not known yet")
        return
    yield from cluster.must_be_set(f"{path}.kmsKeyId", fix=fix)
    for place, encrypted in (
        ("cloudWatchLogGroupName", "cloudWatchEncryptionEnabled"),
        ("s3BucketName", "s3BucketEncryptionEnabled"),
    ):
        if cluster.has(f"{path}.logConfiguration.{place}"):
            yield from cluster.must_be(f"{path}.logConfiguration.{encrypted}", wanted=True, fix=fix)


@resource_rule("cluster-insights-enabled", CLUSTER)
def insights_enabled(cluster: Resource, _config: Config) -> Iterator[Finding]:
    """Off unless the account says otherwise, which a program does not show."""
    yield from cluster.must_hold(
        values.some(_shows_insights(setting) for setting in values.items(cluster.get("settings"))),
        "settings has no containerInsights that is enabled or enhanced",
        about="containerInsights",
        fix='settings=[{"name": "containerInsights", "value": "enhanced"}]',
    )


def _shows_insights(setting: Value) -> Answer:
    name, value = (values.text(values.at(setting, key)) for key in ("name", "value"))
    if name not in ("containerInsights", UNKNOWN) or value not in ("enabled", "enhanced", UNKNOWN):
        return False
    return UNKNOWN if UNKNOWN in (name, value) else True
