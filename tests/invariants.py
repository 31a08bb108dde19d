"""What holds for every stack, whatever its settings. Each check yields a sentence for each thing that is wrong."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from preview.graph import UNKNOWN, Graph, Resource

STATEFUL = (
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:efs/fileSystem:FileSystem",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:kms/key:Key",
    "aws:secretsmanager/secret:Secret",
)
PHYSICAL_NAMES = {
    "aws:ecs/service:Service": "name",
    "aws:ecs/taskDefinition:TaskDefinition": "family",
    "aws:cloudwatch/logGroup:LogGroup": "name",
    "aws:secretsmanager/secret:Secret": "name",
    "aws:kms/alias:Alias": "name",
    "aws:ecr/repository:Repository": "name",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:rds/instance:Instance": "identifier",
    "aws:rds/cluster:Cluster": "clusterIdentifier",
    "aws:rds/clusterInstance:ClusterInstance": "identifier",
}
_REFERENCE = "pulumi:pulumi:StackReference"
_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_RUN = "pulumi-python:dynamic/slipway:MigrationRun"


def names(graph: Graph) -> Iterator[str]:
    """Logical names are made of lower-case letters, digits and hyphens, and start with their parent's.

    What a user's module adds has names of its own.
    """
    for resource in graph.resources:
        if resource.parent and graph.urn(resource.parent).type == "slipway:index:Extension":
            continue
        if not re.fullmatch(r"[a-z0-9-]+(?:/[a-z0-9/._-]+)?", resource.name):
            yield f"{resource} is not named like a part of this program"
        if resource.parent and not resource.name.startswith(graph.urn(resource.parent).name):
            yield f"{resource} is not named after {graph.urn(resource.parent)}"


def parents(graph: Graph) -> Iterator[str]:
    """Only components and the provider stand at the top."""
    for resource in graph.children(None):
        if resource.custom and not resource.external and not resource.type.startswith("pulumi:providers:"):
            yield f"{resource} belongs to no component"


def outputs(graph: Graph) -> Iterator[str]:
    """Every component of ours registers its outputs."""
    for resource in graph.resources:
        if resource.type.startswith("slipway:") and resource.urn not in graph.registered_outputs:
            yield f"{resource} registers no outputs"


def providers(graph: Graph) -> Iterator[str]:
    """Every AWS resource has the program's own provider, which tags it."""
    provider = graph.one("pulumi:providers:aws")
    given: Any = provider.inputs["defaultTags"]
    tags = (json.loads(given) if isinstance(given, str) else given)["tags"]
    missing = {"app", "environment", "owner", "managed-by"} - set(tags)
    if missing:
        yield f"{provider} does not tag {', '.join(sorted(missing))}"
    for resource in graph.resources:
        if resource.type.startswith("aws:") and not resource.provider.startswith(provider.urn):
            yield f"{resource} has not the program's provider"


def physical_names(graph: Graph) -> Iterator[str]:
    """No two resources ask for the same name."""
    for type_, key in PHYSICAL_NAMES.items():
        given = [str(r.inputs[key]) for r in graph.of(type_) if key in r.inputs and r.inputs[key] is not UNKNOWN]
        for name, count in Counter(given).items():
            if count > 1:
                yield f"{count} resources of type {type_} are called {name}"


def target_groups(graph: Graph) -> Iterator[str]:
    """No target group has a fixed name: AWS could not replace it."""
    for resource in graph.of("aws:lb/targetGroup:TargetGroup"):
        if "name" in resource.inputs:
            yield f"{resource} has the fixed name {resource.inputs['name']}"


def protected(graph: Graph) -> Iterator[str]:
    """What holds data is protected; what changes every day is not."""
    buckets = [
        r
        for r in graph.of("aws:s3/bucket:Bucket")
        if graph.has("aws:s3/bucketVersioning:BucketVersioning", bucket=r.outputs.get("id"))
    ]
    for resource in (*(r for type_ in STATEFUL for r in graph.of(type_)), *buckets):
        if not resource.protect:
            yield f"{resource} is not protected"
    for type_ in (_INGRESS, _EGRESS, _GROUP, "aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition"):
        for resource in graph.of(type_):
            if resource.protect:
                yield f"{resource} is protected, so that a service could not be taken away"


def secrecy(graph: Graph) -> Iterator[str]:
    """Nothing made secret, such as a generated password, stands in a property that is not secret."""
    values = {
        str(r.outputs["result"])
        for r in graph.of("random:index/randomPassword:RandomPassword")
        if r.outputs.get("result", UNKNOWN) is not UNKNOWN
    }
    for resource in graph.resources:
        for key, value in resource.inputs.items():
            text = json.dumps(value, default=str)
            if key not in resource.secrets and any(secret in text for secret in values):
                yield f"{resource}.{key} shows a generated secret"
    for name, value in graph.exports.items():
        if name not in graph.secret_exports and any(secret in json.dumps(value, default=str) for secret in values):
            yield f"the output {name} shows a generated secret"


def edge(graph: Graph) -> Iterator[str]:
    """Only the load balancer's groups let the world in, on 80 and 443."""
    outward = [b for b in graph.of("aws:lb/loadBalancer:LoadBalancer") if b.inputs.get("internal") is not True]
    fronts = {group for balancer in outward for group in _strings(balancer.inputs.get("securityGroups"))}
    fronts |= {r.urn for balancer in outward for r in graph.direct(balancer, _GROUP)}
    for rule in graph.of(_INGRESS):
        world = rule.inputs.get("cidrIpv4") == "0.0.0.0/0" or rule.inputs.get("cidrIpv6") == "::/0"
        group = {str(rule.inputs.get("securityGroupId")), *(r.urn for r in graph.direct(rule, _GROUP))}
        if world and not (
            group & fronts
            and rule.inputs.get("fromPort") == rule.inputs.get("toPort")
            and rule.inputs.get("fromPort") in (80, 443)
        ):
            yield f"{rule} lets the world in"


def data_doors(graph: Graph) -> Iterator[str]:
    """Databases and caches are reached from services' groups, by rules that name a group."""
    for type_ in ("aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"):
        for data in graph.of(type_):
            groups = {r.urn for r in graph.direct(data, _GROUP)}
            rules = [
                rule
                for rule in graph.of(_INGRESS)
                if groups & set(rule.property_dependencies.get("securityGroupId", ()))
            ]
            if not groups:
                yield f"{data} has no security group of this stack"
            for rule in rules:
                if not rule.property_dependencies.get("referencedSecurityGroupId"):
                    yield f"{rule} lets in more than a service"


def balanced_services(graph: Graph) -> Iterator[str]:
    """A service that gets requests has a rule that lets the load balancer in."""
    for service in graph.of("aws:ecs/service:Service"):
        if not service.inputs.get("loadBalancers"):
            continue
        (group,) = graph.direct(service, _GROUP) or (None,)
        entered = [
            r for r in graph.of(_INGRESS) if group and group.urn in r.property_dependencies.get("securityGroupId", ())
        ]
        if not any(r.property_dependencies.get("referencedSecurityGroupId") for r in entered):
            yield f"{service} gets requests that its security group refuses"


EDGES: Mapping[str, Sequence[str]] = {
    "aws:ecs/service:Service": (
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:ec2/route:Route",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        _EGRESS,
    ),
    "aws:rds/instance:Instance": (
        "aws:kms/key:Key",
        "aws:rds/subnetGroup:SubnetGroup",
        "aws:rds/parameterGroup:ParameterGroup",
        "aws:cloudwatch/logGroup:LogGroup",
        _GROUP,
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        "aws:kms/key:Key",
        "aws:elasticache/subnetGroup:SubnetGroup",
        "aws:cloudwatch/logGroup:LogGroup",
        "random:index/randomPassword:RandomPassword",
        _GROUP,
    ),
    "aws:lb/loadBalancer:LoadBalancer": ("aws:s3/bucketPolicy:BucketPolicy", "aws:ec2/route:Route", _GROUP),
    "aws:ec2/natGateway:NatGateway": ("aws:ec2/internetGateway:InternetGateway", "aws:ec2/eip:Eip"),
    "aws:ec2/flowLog:FlowLog": ("aws:iam/rolePolicy:RolePolicy", "aws:cloudwatch/logGroup:LogGroup"),
    "aws:acm/certificateValidation:CertificateValidation": (
        "aws:route53/record:Record",
        "aws:acm/certificate:Certificate",
    ),
    "aws:appautoscaling/target:Target": ("aws:ecs/service:Service",),
}
"""What must exist before a resource, for an update to get through and a destruction to go the other way round."""


def wiring(graph: Graph) -> Iterator[str]:
    """Resources wait for what they need, by `EDGES`."""
    for type_, before in EDGES.items():
        for resource in graph.of(type_):
            reached = {graph.urn(urn).type for urn in _reached(graph, resource)}
            for needed in before:
                elsewhere = graph.of(_REFERENCE) and not graph.of(needed)
                if needed not in reached and not elsewhere:
                    yield f"{resource} does not wait for any {needed}"
    for database in graph.all("aws:rds/instance:Instance", monitoringInterval=bool):
        if "aws:iam/rolePolicyAttachment:RolePolicyAttachment" not in {r.type for r in graph.direct(database)}:
            yield f"{database} does not wait for its monitoring role's policy"


def service_wiring(graph: Graph) -> Iterator[str]:
    """Tasks start after the policies of their roles, and after a listener sends them requests."""
    listeners = {"aws:lb/listenerRule:ListenerRule", "aws:lb/listener:Listener"}
    for service in graph.of("aws:ecs/service:Service"):
        reached = {graph.urn(urn).type for urn in _reached(graph, service)}
        if service.inputs.get("loadBalancers") and not reached & listeners:
            yield f"{service} does not wait for a listener"
        own = service.name.removesuffix("-service")
        for policy in graph.of("aws:iam/rolePolicy:RolePolicy"):
            if policy.name in (f"{own}-execution", f"{own}-task") and policy not in graph.direct(service):
                yield f"{service} does not wait for {policy}"


def migrations(graph: Graph) -> Iterator[str]:
    """Every service changes after the migration, which runs after the service's roles, rules and secrets are as they should be."""
    for run in graph.of(_RUN):
        if run.name.endswith("-users-run"):
            continue
        for service in graph.of("aws:ecs/service:Service"):
            if run not in graph.direct(service):
                yield f"{service} does not wait for {run}"
        own = run.name.removesuffix("-migration-run")
        before = graph.direct(run)
        needed = [p for p in graph.of("aws:iam/rolePolicy:RolePolicy") if p.name in (f"{own}-execution", f"{own}-task")]
        needed += graph.of("aws:rds/instance:Instance")
        needed += [rule for type_ in (_EGRESS, _INGRESS) for rule in graph.of(type_) if rule.name.startswith(f"{own}-")]
        yield from (f"{run} does not wait for {resource}" for resource in needed if resource not in before)


def database_users(graph: Graph) -> Iterator[str]:
    """Users are made once the database takes connections, before migrations run and before anybody reads their passwords."""
    for run in graph.of(_RUN):
        if not run.name.endswith("-users-run"):
            continue
        own, database = run.name.removesuffix("-run"), run.name.removesuffix("-users-run")
        needed = [p for p in graph.of("aws:iam/rolePolicy:RolePolicy") if p.name == f"{own}-execution"]
        needed += [
            instance for instance in graph.of("aws:rds/instance:Instance") if instance.name == f"{database}-instance"
        ]
        needed += [rule for type_ in (_EGRESS, _INGRESS) for rule in graph.of(type_) if rule.name.startswith(f"{own}-")]
        yield from (f"{run} does not wait for {resource}" for resource in needed if resource not in graph.direct(run))
        versions = graph.of("aws:secretsmanager/secretVersion:SecretVersion")
        filled = [version for version in versions if version.name.startswith(f"{own}-secret-")]
        waiting = [*filled, *(other for other in graph.of(_RUN) if other != run)]
        yield from (f"{each} does not wait for {run}" for each in waiting if run not in graph.direct(each))
        tasks = graph.of("aws:ecs/taskDefinition:TaskDefinition")
        for version in [v for v in versions if v.name == f"{own}-given"] + filled:
            for task in tasks:
                reads = any(
                    each.name == version.name
                    for each in graph.direct(task)
                    if each.type == "aws:secretsmanager/secret:Secret"
                )
                if reads and version not in graph.direct(task):
                    yield f"{task} does not wait for {version}"


def filled_secrets(graph: Graph) -> Iterator[str]:
    """What reads a secret that a function fills waits until it is filled."""
    for first in graph.of("aws:lambda/invocation:Invocation"):
        holder = graph.urn(first.parent or "")
        filled = [s for s in graph.of("aws:secretsmanager/secret:Secret") if s.parent == holder.urn]
        for task in graph.of("aws:ecs/taskDefinition:TaskDefinition"):
            before = graph.direct(task)
            if any(secret in before for secret in filled) and first not in before:
                yield f"{task} does not wait for {first}"


def isolation(graph: Graph) -> Iterator[str]:
    """Data lives in subnets whose route table has no route at all; tasks in subnets without a way in."""
    tables, routed, opened = _tables(graph)
    for type_, forbidden in (
        ("aws:rds/subnetGroup:SubnetGroup", routed),
        ("aws:elasticache/subnetGroup:SubnetGroup", routed),
        ("aws:ecs/service:Service", opened),
    ):
        for resource in graph.of(type_):
            subnets = graph.direct(resource, "aws:ec2/subnet:Subnet")
            if graph.of(_REFERENCE) and not graph.of("aws:ec2/subnet:Subnet"):
                continue  # another stack makes them, and says which are which
            if len({s.inputs["availabilityZone"] for s in subnets}) < 2:
                yield f"{resource} stands in fewer than two zones"
            for subnet in subnets:
                if not tables.get(subnet.urn):
                    yield f"{subnet} has no route table of its own"
                asked_for = "services-in-private-subnets" in str(resource.inputs.get("tags"))
                if tables.get(subnet.urn, set()) & forbidden and not asked_for:
                    yield f"{resource} stands in {subnet}, which has a route it must not have"


def reachability(graph: Graph) -> Iterator[str]:
    """A load balancer stands in subnets with a route to the internet, an internal one in others."""
    tables, _, opened = _tables(graph)
    for balancer in graph.of("aws:lb/loadBalancer:LoadBalancer"):
        for subnet in graph.direct(balancer, "aws:ec2/subnet:Subnet"):
            outward = bool(tables.get(subnet.urn, set()) & opened)
            if outward == (balancer.inputs.get("internal") is True):
                yield f"{balancer} stands in {subnet}, which has {'a' if outward else 'no'} route to the internet"


def _tables(graph: Graph) -> tuple[Mapping[str, set[str]], set[str], set[str]]:
    """Return the route tables of each subnet, those with any route, and those with one to an internet gateway."""
    tables = {}
    for association in graph.of("aws:ec2/routeTableAssociation:RouteTableAssociation"):
        for subnet in graph.direct(association, "aws:ec2/subnet:Subnet"):
            tables[subnet.urn] = {r.urn for r in graph.direct(association, "aws:ec2/routeTable:RouteTable")}
    routes = graph.of("aws:ec2/route:Route")
    routed = {urn for r in routes for urn in r.property_dependencies["routeTableId"]}
    opened = {
        urn
        for r in routes
        if r.property_dependencies.get("gatewayId")
        for urn in r.property_dependencies["routeTableId"]
    }
    return tables, routed, opened


def canonical_containers(graph: Graph) -> Iterator[str]:
    """Container definitions are canonical JSON."""
    for resource in graph.of("aws:ecs/taskDefinition:TaskDefinition"):
        text = resource.inputs["containerDefinitions"]
        if isinstance(text, str) and text != json.dumps(json.loads(text), sort_keys=True):
            yield f"{resource}.containerDefinitions is not canonical"


def log_groups(graph: Graph) -> Iterator[str]:
    """Every log group has a retention and a key."""
    for resource in graph.of("aws:cloudwatch/logGroup:LogGroup"):
        if not resource.inputs.get("retentionInDays"):
            yield f"{resource} keeps logs for ever"
        if not resource.inputs.get("kmsKeyId"):
            yield f"{resource} is not encrypted with the stack's key"


def exported(graph: Graph) -> Iterator[str]:
    """What pipelines rely on is exported."""
    for name in ("region", "vpcId", "clusterName", "serviceNames", "logGroups"):
        of_services = name in ("serviceNames", "logGroups")
        if graph.exports.get(name) in (None, "", {}, []) and (graph.of("aws:ecs/service:Service") or not of_services):
            yield f"the output {name} is missing"


INVARIANTS: Sequence[Callable[[Graph], Iterator[str]]] = (
    names, parents, outputs, providers, physical_names, target_groups, protected, secrecy, edge, data_doors,
    balanced_services, wiring, service_wiring, migrations, database_users, filled_secrets, isolation, reachability, canonical_containers, log_groups, exported,
)  # fmt: skip


def faults(graph: Graph) -> list[str]:
    """Return everything that is wrong with a graph."""
    return [fault for invariant in INVARIANTS for fault in invariant(graph)]


def _reached(graph: Graph, resource: Resource) -> set[str]:
    seen: set[str] = set()
    queue = [resource]
    while queue:
        for step in graph.direct(queue.pop()):
            if step.urn not in seen:
                seen.add(step.urn)
                queue.append(step)
    return seen


def _strings(value: Any) -> Iterator[str]:
    yield from (str(element) for element in value or () if element is not UNKNOWN)
