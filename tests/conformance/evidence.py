"""What a requirement's check looks at, and what it shows for it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from preview import stackfile
from preview.graph import Graph, Resource, matches
from tests import stacks

ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
BUCKET: Final = "aws:s3/bucket:Bucket"
CACHE: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
CERTIFICATE: Final = "aws:acm/certificate:Certificate"
CLUSTER: Final = "aws:ecs/cluster:Cluster"
DATABASE: Final = "aws:rds/instance:Instance"
DISTRIBUTION: Final = "aws:cloudfront/distribution:Distribution"
EGRESS: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LISTENER: Final = "aws:lb/listener:Listener"
LISTENER_RULE: Final = "aws:lb/listenerRule:ListenerRule"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
NAT: Final = "aws:ec2/natGateway:NatGateway"
RECORD: Final = "aws:route53/record:Record"
REPOSITORY: Final = "aws:ecr/repository:Repository"
ROLE: Final = "aws:iam/role:Role"
ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
ROTATION: Final = "aws:secretsmanager/secretRotation:SecretRotation"
SCALING: Final = "aws:appautoscaling/target:Target"
SCALING_POLICY: Final = "aws:appautoscaling/policy:Policy"
SECRET: Final = "aws:secretsmanager/secret:Secret"
SERVICE: Final = "aws:ecs/service:Service"
SUBNET: Final = "aws:ec2/subnet:Subnet"
SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"
TARGETS: Final = "aws:lb/targetGroup:TargetGroup"
TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"
TOPIC: Final = "aws:sns/topic:Topic"
VPC: Final = "aws:ec2/vpc:Vpc"

WORLD: Final = "the internet"


@dataclass(frozen=True)
class Evidence:
    """Resources, and the values seen on them."""

    parts: Sequence[tuple[str, str]]

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence((*self.parts, *other.parts))


Check = Callable[[Graph], Evidence]
CHECKS: Final[dict[str, Check]] = {}
"""By requirement. A check asserts; `AssertionError` and `LookupError` mean that the requirement is not met."""


def requirement(name: str) -> Callable[[Check], Check]:
    """Register the check of a requirement."""

    def register(check: Check) -> Check:
        if name in CHECKS:
            raise ValueError(f"{name} has two checks")
        CHECKS[name] = check
        return check

    return register


def label(resource: Resource) -> str:
    """How tables call a resource."""
    return f"{resource.type.rpartition(':')[2]} `{resource.name}`"


def short(value: object) -> str:
    """A value as tables show it."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    most = 160
    return text if len(text) <= most else f"{text[: most - 3]}..."


def of(resource: Resource, /, **wanted: object) -> Evidence:
    """Assert a resource's inputs, matched as `Graph` does, and show them."""
    for key, value in wanted.items():
        seen = resource.inputs.get(key)
        assert matches(seen, value), f"{resource}: {key} is {seen!r}, wanted {value!r}"
    return Evidence([(label(resource), "; ".join(f"{key}: {short(resource.inputs[key])}" for key in wanted))])


def fact(about: Resource | str, shown: str, *, holds: object) -> Evidence:
    """Assert something else about a resource or a file, and show it."""
    assert holds, f"{about}: {shown}"
    return Evidence([(label(about) if isinstance(about, Resource) else about, shown)])


def set_(value: object) -> bool:
    """Match what is there at all."""
    return value not in (None, "", [], {})


def one_of(graph: Graph, type_: str, logical_name: str = "", /, **wanted: object) -> Evidence:
    """Find one resource by type and name, and assert its inputs."""
    return of(graph.one(type_, logical_name or None), **wanted)


def called(graph: Graph, type_: str, name: str, **wanted: object) -> Resource:
    """Find one resource by the name it has in AWS."""
    found = [r for r in graph.all(type_, **wanted) if r.inputs.get("name") == name]
    if len(found) != 1:
        raise LookupError(f"{len(found)} of {type_} are called {name}, wanted one")
    return found[0]


def many(graph: Graph, type_: str, count: int, /, **wanted: object) -> Evidence:
    """Assert how many resources of a type match."""
    found = graph.all(type_, **wanted)
    assert len(found) == count, f"{len(found)} of {type_} match {wanted}, wanted {count}"
    return Evidence([(", ".join(label(r) for r in found), f"{count}")])


def containers(graph: Graph, task: str) -> Mapping[str, Mapping[str, Any]]:
    """The containers of a task definition, by name."""
    text = graph.one(TASK, task).inputs["containerDefinitions"]
    return {item["name"]: item for item in json.loads(str(text))}


def container(graph: Graph, name: str) -> Mapping[str, Any]:
    """A service's own container."""
    return containers(graph, f"{name}-task")[name]


def variables(graph: Graph, service: str, /, **wanted: object) -> Evidence:
    """Assert plain variables of a service's container."""
    seen = {item["name"]: item["value"] for item in container(graph, service)["environment"]}
    return _among(graph, service, "environment", seen, wanted)


def secrets(graph: Graph, service: str, /, **wanted: str) -> Evidence:
    """Assert which secrets a service's variables come from: a part of each reference."""
    seen = {item["name"]: item["valueFrom"] for item in container(graph, service)["secrets"]}
    inside = {name: (lambda value, part=part: part in str(value)) for name, part in wanted.items()}
    return _among(graph, service, "secrets", seen, inside)


def _among(graph: Graph, service: str, what: str, seen: Mapping[str, object], wanted: Mapping[str, object]) -> Evidence:
    task = graph.one(TASK, f"{service}-task")
    for name, value in wanted.items():
        assert matches(seen.get(name), value), f"{task}: {what} {name} is {seen.get(name)!r}, wanted {value!r}"
    return Evidence([(label(task), f"{what}: " + ", ".join(f"{name}={_tail(seen[name])}" for name in wanted))])


def _tail(value: object) -> str:
    """A reference without what stands before a secret's name."""
    return str(value).partition(":secret:")[2] or str(value)


def part(graph: Graph, service: str, /, **wanted: object) -> Evidence:
    """Assert properties of a service's own container."""
    seen = container(graph, service)
    task = graph.one(TASK, f"{service}-task")
    for key, value in wanted.items():
        assert matches(seen.get(key), value), f"{task}: {key} is {seen.get(key)!r}, wanted {value!r}"
    return Evidence([(label(task), "; ".join(f"{key}: {short(seen[key])}" for key in wanted))])


def health(graph: Graph, service: str, /, **wanted: object) -> Evidence:
    """Assert how the load balancer checks a service."""
    return one_of(graph, TARGETS, f"load-balancer-{service}-targets", healthCheck=wanted)


def doors(graph: Graph, group: str) -> Mapping[int, set[str]]:
    """By port, who a security group lets in: other groups by name, addresses, or the internet."""
    found: dict[int, set[str]] = {}
    own = graph.one(GROUP, group)
    for rule in graph.of(INGRESS):
        if own.urn in rule.property_dependencies.get("securityGroupId", ()):
            port: Any = rule.inputs["fromPort"]
            found.setdefault(port, set()).update(_sources(graph, rule))
    return found


def _sources(graph: Graph, rule: Resource) -> Iterator[str]:
    for urn in rule.property_dependencies.get("referencedSecurityGroupId", ()):
        yield graph.urn(urn).name
    if "prefixListId" in rule.inputs:
        yield "CloudFront"
    for key in ("cidrIpv4", "cidrIpv6"):
        if key in rule.inputs:
            cidr = rule.inputs[key]
            yield WORLD if cidr in ("0.0.0.0/0", "::/0") else str(cidr)


def lets_in(graph: Graph, group: str, wanted: Mapping[int, set[str]]) -> Evidence:
    """Assert who a security group lets in, and nobody else."""
    seen = doors(graph, group)
    assert seen == wanted, f"{group} lets in {seen}, wanted {wanted}"
    shown = "; ".join(f"{port} from {', '.join(sorted(who))}" for port, who in sorted(seen.items()))
    return Evidence([(label(graph.one(GROUP, group)), shown or "nobody")])


def subnets(graph: Graph, resource: Resource, tier: str) -> Evidence:
    """Assert that a resource stands in subnets of one tier only, in two zones or more."""
    found = graph.direct(resource, SUBNET)
    zones = {str(subnet.inputs["availabilityZone"]) for subnet in found}
    tiers = {subnet.name.split("-")[1] for subnet in found}
    assert tiers == {tier}, f"{resource} stands in {tiers}, wanted {tier}"
    assert len(zones) > 1, f"{resource} stands in {zones}"
    return Evidence([(label(resource), f"{tier} subnets in {', '.join(sorted(zones))}")])


def statements(graph: Graph, policy: str) -> Sequence[Mapping[str, Any]]:
    """The statements of a role's inline policy."""
    return list(json.loads(str(graph.one(ROLE_POLICY, policy).inputs["policy"]))["Statement"])


def grants(graph: Graph, policy: str, action: str) -> Evidence:
    """Assert that a role's policy allows an action on named resources only."""
    found = [s for s in statements(graph, policy) if action in s["Action"]]
    assert found, f"{policy} does not allow {action}"
    resources = [arn for s in found for arn in s["Resource"]]
    assert action == "cloudwatch:PutMetricData" or "*" not in resources, f"{policy} allows {action} on everything"
    shown = ", ".join(arn.rpartition(":secret:")[2] or arn for arn in resources)
    return Evidence([(label(graph.one(ROLE_POLICY, policy)), f"{action} on {short(shown)}")])


def least_privilege(graph: Graph) -> Evidence:
    """Assert that no role of a task allows whole services or everything."""
    names = []
    for policy in graph.of(ROLE_POLICY):
        if policy.name.endswith(("-task", "-execution")):
            for statement in statements(graph, policy.name):
                for action in statement["Action"]:
                    assert not action.endswith(":*"), f"{policy} allows {action}"
                    assert action != "*", f"{policy} allows everything"
            names.append(label(policy))
    assert names
    return Evidence([(", ".join(names), "named actions only")])


def listens(graph: Graph, port: int, /, **wanted: object) -> Evidence:
    """Assert a listener by its port."""
    return of(graph.one(LISTENER, port=port), **wanted)


def forwards(graph: Graph, source: Resource, key: str, service: str) -> Evidence:
    """Assert that a listener or rule sends requests to a service's target group."""
    targets = graph.one(TARGETS, f"load-balancer-{service}-targets")
    edges = source.property_dependencies.get(key, ())
    return fact(source, f"forwards to {targets.name}", holds=targets.urn in edges)


def alarm(graph: Graph, key: str, told: str = "", /, **wanted: object) -> Evidence:
    """Assert an alarm by the end of its name, its inputs, and which audience its action tells."""
    found = [r for r in graph.of(ALARM) if str(r.inputs.get("name", "")).endswith(f"-{key}")]
    if len(found) != 1:
        raise LookupError(f"{len(found)} alarms end in {key}, wanted one")
    evidence = of(found[0], **wanted)
    if told:
        topics = [t.name for t in graph.direct(found[0], TOPIC)]
        assert any(name.endswith(f"-{told}") for name in topics), f"{found[0]} tells {topics}, wanted {told}"
        evidence += Evidence([("", f"tells {', '.join(topics)}")])
    return evidence


def nobody_well(graph: Graph, key: str, told: str, /) -> Evidence:
    """Assert the alarms on a service's unhealthy tasks and on there being none, and which audience they tell."""
    return alarm(
        graph,
        f"{key}-unhealthy",
        told,
        metricName="UnHealthyHostCount",
        threshold=0,
        comparisonOperator="GreaterThanThreshold",
        dimensions={"TargetGroup": str(graph.one(TARGETS).outputs["arnSuffix"])},
    ) + alarm(graph, f"{key}-no-tasks", told, alarmActions=set_)


def metric_alarm(graph: Graph, key: str, above: float, minutes: int, told: str = "", /, **wanted: object) -> Evidence:
    """Assert an alarm on a value that stays above a limit for some minutes."""
    found = alarm(graph, key, told, threshold=above, comparisonOperator="GreaterThanThreshold", **wanted)
    resource = next(r for r in graph.of(ALARM) if str(r.inputs.get("name", "")).endswith(f"-{key}"))
    queries: Any = resource.inputs.get("metricQueries") or [{}]
    periods = [q["metric"]["period"] for q in queries if "metric" in q]
    period: Any = resource.inputs.get("period") or periods[0]
    seconds = period * int(str(resource.inputs["evaluationPeriods"]))
    assert seconds == 60 * minutes, f"{resource} looks at {seconds} s, wanted {minutes} minutes"
    return found + Evidence([("", f"for {minutes} min")])


@cache
def varied(file: str, change: Callable[[dict[str, Any]], None]) -> Graph:
    """Record an example's stack, named by its folder and stack, with something optional switched on or off."""
    example, stack = file.split("/")
    config: dict[str, Any] = copy.deepcopy(
        dict(stackfile.read(stacks.ROOT / "examples" / example / f"Pulumi.{stack}.yaml").config)
    )
    change(config)
    return stacks.registered(stack, config)


def where(setting: str, found: Evidence) -> Evidence:
    """Say with which setting something is seen that the stack file as it is does not show."""
    return Evidence([(f"{about}, {setting}" if about else "", shown) for about, shown in found.parts])


def logs_to(graph: Graph, service: str, group: str) -> Evidence:
    """Assert that a service's own container writes to a log group of this stack."""
    found = of(called(graph, LOG_GROUP, group), name=group)
    return found + part(graph, service, logConfiguration={"logDriver": "awslogs", "options": {"awslogs-group": group}})


_SHARE: Final = re.compile(r"more than (\d+) % of about (\d+) possible")
_MEMORY: Final = {"db.t4g.micro": 1, "db.t4g.small": 2, "db.t4g.medium": 4, "db.r6g.large": 16}


def connections(graph: Graph, key: str, percent: int, minutes: int, told: str) -> Evidence:
    """Assert an alarm on a share of the connections that PostgreSQL's formula gives for the instance class."""
    alarms = [r for r in graph.of(ALARM) if str(r.inputs.get("name", "")).endswith(f"-{key}")]
    assert len(alarms) == 1, f"{len(alarms)} alarms end in {key}"
    share = _SHARE.search(str(alarms[0].inputs["alarmDescription"]))
    assert share, f"{alarms[0]} names no share"
    most = int(share[2])
    # RDS leaves the engine a part of the class's memory.
    formula = _MEMORY[str(graph.one(DATABASE).inputs["instanceClass"])] * 2**30 / 9531392
    found = fact(alarms[0], f"{share[0]} connections", holds=0.8 * formula < most <= formula)
    threshold: Any = alarms[0].inputs["threshold"]
    assert abs(threshold - most * percent / 100) <= 1, f"{alarms[0]}: {threshold} is not {percent} % of {most}"
    return found + metric_alarm(graph, key, threshold, minutes, told, metricName="DatabaseConnections")


def rate(graph: Graph, key: str, failed: str) -> Evidence:
    """Assert that an alarm is on a count of answers as a share of all requests, in percent."""
    (resource,) = (r for r in graph.of(ALARM) if str(r.inputs.get("name", "")).endswith(f"-{key}"))
    queries: Any = resource.inputs["metricQueries"]
    counted = {query["metric"]["metricName"] for query in queries if "metric" in query}
    shown = any("100*" in query.get("expression", "") and "/" in query["expression"] for query in queries)
    return fact(resource, f"{failed} of RequestCount", holds=shown and {failed, "RequestCount"} <= counted)


def shows(graph: Graph, namespace: str, *metrics: str) -> Evidence:
    """Assert that the dashboard shows a service's metrics."""
    dashboard = graph.one("aws:cloudwatch/dashboard:Dashboard")
    body = str(dashboard.inputs["dashboardBody"])
    missing = [name for name in metrics if not re.search(rf'"{namespace}",\s*"{name}"', body)]
    assert not missing, f"the dashboard lacks {missing} of {namespace}"
    return Evidence([(label(dashboard), f"{namespace}: {', '.join(metrics)}")])


def trusts(graph: Graph, repository: str, environment: str) -> Evidence:
    """Assert that the deploy role trusts a repository's workflows in one environment, by OIDC, and nobody else."""
    role = graph.one(ROLE, "delivery-deploy-role")
    (statement,) = json.loads(str(role.inputs["assumeRolePolicy"]))["Statement"]
    owner, name = repository.split("/")
    subjects = {
        f"repo:{repository}:environment:{environment}",
        f"repo:{owner}@*/{name}@*:environment:{environment}",
    }
    issuer = "token.actions.githubusercontent.com"
    holds = (
        statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        and statement["Principal"]["Federated"].endswith(f":oidc-provider/{issuer}")
        and set(statement["Condition"]["StringLike"][f"{issuer}:sub"]) == subjects
        and statement["Condition"]["StringEquals"] == {f"{issuer}:aud": "sts.amazonaws.com"}
    )
    return fact(role, f"trusts {issuer} for {repository} in {environment}", holds=holds)


def budget(graph: Graph, dollars: int) -> Evidence:
    """Assert that a budget tells when a document's monthly total is passed."""
    return one_of(
        graph,
        "aws:budgets/budget:Budget",
        limitAmount=f"{dollars}.00",
        limitUnit="USD",
        timeUnit="MONTHLY",
        notifications=lambda given: any(n["notificationType"] == "ACTUAL" and n["threshold"] == 100 for n in given),
    )


def on_dashboard(graph: Graph, *words: str) -> Evidence:
    """Assert that the dashboard names something."""
    dashboard = graph.one("aws:cloudwatch/dashboard:Dashboard")
    body = str(dashboard.inputs["dashboardBody"])
    missing = [word for word in words if f'"{word}"' not in body]
    assert not missing, f"the dashboard lacks {missing}"
    return Evidence([(label(dashboard), ", ".join(words))])


def called_environment(graph: Graph, environment: str) -> Evidence:
    """Assert which environment everything in the stack is tagged with."""
    provider = graph.one("pulumi:providers:aws", "aws")
    given: Any = json.loads(str(provider.inputs["defaultTags"]))
    seen = given["tags"].get("environment")
    return fact(provider, f"tag environment {seen}", holds=seen == environment)


def tags(resource: Resource) -> Mapping[str, str]:
    """A resource's own tags."""
    given: Any = resource.inputs.get("tags") or {}
    return dict(given)
