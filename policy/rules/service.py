"""ECS services: where tasks run and how many, who reaches them, and how they change."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.container import TASK
from policy.rules.exposure import only_groups_reach, placement_findings, spans_two_zones
from policy.rules.load_balancer import TARGET_GROUP
from policy.topology import SERVICE, SUBNET, Topology
from policy.values import UNKNOWN, Answer, Unknown, Value

CLUSTER: Final = "aws:ecs/cluster:Cluster"


_ACCOUNT_SETTING: Final = "aws:ecs/accountSettingDefault:AccountSettingDefault"


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


@resource_rule(
    Control(
        name="services-without-public-ip",
        title="Tasks get no public address",
        category="Private subnets",
        severity=Severity.HIGH,
        suppressible=True,
        levels=EVERYWHERE,
        why="A public address bypasses the load balancer, its TLS and its firewall.",
        remediation='aws.ecs.Service(..., network_configuration={"assign_public_ip": False, ...})',
        url=HUB + "ecs-controls.html#ecs-2",
        fsbp=("ECS.2", "ECS.16"),
        nist=("SC-7",),
        checkov=("CKV_AWS_333",),
        prowler=("ecs_service_no_assign_public_ip",),
    ),
    *_PLACES,
)
def without_public_ip(service: Resource, _config: Config) -> Iterator[Finding]:
    """Tasks leave through a NAT gateway or endpoints, those that a schedule or an event starts as well."""
    fix = 'network_configuration={"assign_public_ip": False, ...} in private subnets'
    yield from service.must_be(f"{_PLACES[service.type]}.assignPublicIp", wanted=False, fix=fix)


@stack_rule(
    Control(
        name="services-in-private-subnets",
        title="No subnet of a service leads to an internet gateway",
        category="Private subnets",
        severity=Severity.HIGH,
        suppressible=True,
        levels=EVERYWHERE,
        why="In a private subnet a task cannot be reached from outside, whatever else is misconfigured.",
        remediation='network_configuration={"subnets": network.private_subnet_ids, ...}',
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        nist=("SC-7",),
    ),
    *_PLACES,
)
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


@stack_rule(
    Control(
        name="services-ingress-from-groups-only",
        title="Services let in security groups, never addresses",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="An address range lets in everything that ever gets an address there. Behind network load balancers there is no other way.",
        remediation="aws.vpc.SecurityGroupIngressRule(..., referenced_security_group_id=balancer_group.id)",
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-connecting-services.html",
        nist=("SC-7", "AC-4"),
    ),
    SERVICE,
)
def ingress_from_groups_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """What a network load balancer passes on comes from addresses, so services behind one are exempt."""
    evaluated = {
        service.urn
        for service in graph.of(SERVICE)
        if service.has("networkConfiguration") and not _behind_network_balancer(graph, service)
    }
    yield from (finding for finding in only_groups_reach(graph, SERVICE) if finding.urn in evaluated)


def _behind_network_balancer(graph: Graph, service: Resource) -> bool:
    targets = graph.refers(service, "loadBalancers", TARGET_GROUP).found
    return any(str(target.get("protocol")).upper() in _NETWORK_PROTOCOLS for target in targets)


@stack_rule(
    Control(
        name="services-spread-over-zones",
        title="Services stand in two zones, and run two tasks behind a load balancer",
        category="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="One task is an outage at every restart; one zone is an outage when it fails. Parameter: minTasks.",
        remediation="aws.ecs.Service(..., desired_count=2) in subnets of two zones; min_capacity=2 where it scales",
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html",
        nist=("CP-10", "SC-36"),
    ),
    SERVICE,
    minTasks=Parameter({"type": "integer", "minimum": 2}, 2),
)
def spread_over_zones(graph: Graph, config: Config) -> Iterator[Finding]:
    """Two tasks behind a load balancer; a worker without one may be alone, if it can start again in another zone."""
    least = config.number("minTasks")
    topology = Topology(graph)
    scaling, unplaced = _scaling_by_service(graph)
    for service in graph.of(SERVICE):
        if service.text("schedulingStrategy") == "DAEMON":
            continue
        if service.has("networkConfiguration"):
            yield from spans_two_zones(graph, topology, service, "networkConfiguration.subnets")
        if not service.has("loadBalancers"):
            continue
        target = scaling.get(service.urn)
        waiting = [item for item in unplaced if UNKNOWN in (item.get("resourceId"), service.get("name"))]
        path, source = ("minCapacity", target) if target else ("desiredCount", service)
        tasks = source.number(path)
        if waiting and not target:
            yield service.unknown(f"it is not known yet which service {waiting[0].label} scales")
        elif tasks is UNKNOWN:
            yield service.unknown(f"{path} is not known yet")
        elif tasks < least:
            where = f"{path} of {source.label}" if target else path
            yield service.fails(
                f"{where} is {values.show(tasks)}, wanted at least {least} tasks",
                fix=f"min_capacity={least}" if target else f"desired_count={least}",
            )


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


@stack_rule(
    Control(
        name="services-scale",
        title="Services behind a load balancer scale",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="A fixed number of tasks is too few on the best day and paid for on all others.",
        remediation='aws.appautoscaling.Target(..., service_namespace="ecs", resource_id=...) with an aws.appautoscaling.Policy',
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
        nist=("CP-10", "SC-5"),
    ),
    SERVICE,
)
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


@resource_rule(
    Control(
        name="services-deployments-roll-back",
        title="A deployment that fails is taken back",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Without it ECS starts tasks that die, again and again, until somebody looks.",
        remediation='aws.ecs.Service(..., deployment_circuit_breaker={"enable": True, "rollback": True})',
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html",
        nist=("CP-10", "SI-13"),
    ),
    SERVICE,
)
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
    Control(
        name="services-on-latest-platform",
        title="Fargate runs its newest platform",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Older platforms get no patches, and tasks on retired ones do not start. Parameter: versions.",
        remediation="aws.ecs.Service(...) without platform_version",
        url=HUB + "ecs-controls.html#ecs-10",
        fsbp=("ECS.10",),
        nist=("SI-2",),
        checkov=("CKV_AWS_332",),
        prowler=("ecs_service_fargate_latest_platform_version",),
    ),
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


@resource_rule(
    Control(
        name="services-exec-off",
        title="Nobody opens shells in running tasks",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Whoever may call ecs:ExecuteCommand is inside, with the task's role and secrets.",
        remediation="aws.ecs.Service(..., enable_execute_command=False)",
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html",
        nist=("AC-6", "CM-7"),
    ),
    SERVICE,
)
def exec_off(service: Resource, _config: Config) -> Iterator[Finding]:
    """A shell in a running task is an operator's way past reviews and deployments."""
    yield from service.must_be("enableExecuteCommand", wanted=False, fix="enable_execute_command=False")


@stack_rule(
    Control(
        name="cluster-insights-enabled",
        title="The cluster's tasks are measured (Container Insights)",
        category="Logging",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Without it, which task ran out of memory or restarts is guesswork. Billed per metric.",
        remediation='aws.ecs.Cluster(..., settings=[{"name": "containerInsights", "value": "enhanced"}])',
        url=HUB + "ecs-controls.html#ecs-12",
        fsbp=("ECS.12",),
        nist=("AU-6", "SI-4"),
        checkov=("CKV_AWS_65",),
        prowler=("ecs_cluster_container_insights_enabled",),
        cdk_nag=("ECS4", "ECSClusterCloudWatchContainerInsights"),
    ),
    CLUSTER,
)
def insights_enabled(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Off unless the cluster or the account says otherwise; of the account only what the stack declares shows."""
    usual = [_shows_insights(dict(item.inputs.props)) for item in graph.of(_ACCOUNT_SETTING)]
    for cluster in (item.inputs for item in graph.of(CLUSTER)):
        settings = values.items(cluster.get("settings"))
        names = [values.at(setting, "name") for setting in settings]
        # A setting of the cluster's own stands above the account's.
        own = "containerInsights" in names or UNKNOWN in names
        yield from cluster.must_hold(
            values.some(map(_shows_insights, settings) if own else usual),
            "settings has no containerInsights that is enabled or enhanced",
            about="containerInsights",
            fix='settings=[{"name": "containerInsights", "value": "enhanced"}]',
        )


def _shows_insights(setting: Value) -> Answer:
    name, value = (values.text(values.at(setting, key)) for key in ("name", "value"))
    if name not in ("containerInsights", UNKNOWN) or value not in ("enabled", "enhanced", UNKNOWN):
        return False
    return UNKNOWN if UNKNOWN in (name, value) else True
