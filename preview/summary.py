"""Sum up a graph for a reader: by component, the properties that matter, repetitions counted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from preview.graph import UNKNOWN, Graph, Resource
from preview.words import between, count, plural

_MOST_TEXTS = 4
_REGISTRY: Final = re.compile(r"^\d{12}\.dkr\.ecr\.[^/]+/")
"""The account's own registry, which every image of its repositories has before its name."""
_TIERS = ("public", "private", "isolated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of resource within a component."""

    label: str
    """What it is, with its number where there are several: `database`, `6 subnets`."""
    text: str
    """The properties that matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentSummary:
    """A top-level component."""

    name: str
    """Its logical name; empty for resources outside any component."""
    kind: str
    """Its class, such as `Database`."""
    resources: int
    """How many resources it holds."""
    rows: tuple[Row, ...]
    also: str
    """What else it holds, counted by kind."""
    protected: int
    """How many of its resources Pulumi refuses to delete."""
    monthly: Decimal = Decimal(0)
    """US dollars, as far as they are known."""


def summarize(graph: Graph, monthly: Mapping[str, Decimal] | None = None) -> list[ComponentSummary]:
    """Sum up a graph.

    Args:
        graph: what the program registered.
        monthly: US dollars by component, see `pricing.Estimate.by_component`.

    Returns:
        One section for each top-level component, in the order of registration, the loose resources last. Providers are
        left out.
    """
    members: dict[str, list[Resource]] = {}
    kinds: dict[str, str] = {}
    for resource in graph.resources:
        if _is_provider(resource):
            continue
        component = graph.component(resource)
        name = component.name if component else ""
        kinds[name] = component.type.rpartition(":")[2] if component else ""
        group = members.setdefault(name, [])
        if resource.custom:
            group.append(resource)
    order = sorted(members, key=lambda name: not name)
    costs = monthly or {}
    return [_section(graph, name, kinds[name], members[name], costs.get(name, Decimal(0))) for name in order]


def resource_count(graph: Graph) -> int:
    """How many resources all sections of `summarize` hold."""
    return sum(resource.custom and not _is_provider(resource) for resource in graph.resources)


def _is_provider(resource: Resource) -> bool:
    """Whether it is the way to AWS, with nothing in it."""
    return resource.type.startswith("pulumi:providers:")


def kind(type_: str) -> str:
    """Return what a type token stands for, in words: `aws:rds/subnetGroup:SubnetGroup` is `subnet group`."""
    if type_ in _KINDS:
        return _KINDS[type_].label
    if type_ in _PLAIN_WORDS:
        return _PLAIN_WORDS[type_]
    name = type_.rpartition(":")[2]
    return "".join(f" {c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def _section(graph: Graph, name: str, class_: str, resources: Sequence[Resource], monthly: Decimal) -> ComponentSummary:
    by_type: dict[str, list[Resource]] = {}
    for resource in resources:
        by_type.setdefault(resource.type, []).append(resource)
    rows = []
    for type_, shown in _KINDS.items():
        if found := by_type.pop(type_, None):
            label = shown.label if len(found) == 1 else f"{len(found)} {plural(shown.label)}"
            rows.append(Row(label=label, text=shown.describe(graph, found)))
    rest = Counter({kind(type_): len(found) for type_, found in by_type.items()})
    return ComponentSummary(
        name=name,
        kind=class_,
        resources=len(resources),
        rows=tuple(rows),
        also=", ".join(count(number, word) for word, number in sorted(rest.items())),
        protected=sum(resource.protect for resource in resources),
        monthly=monthly,
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    label: str
    describe: Callable[[Graph, Sequence[Resource]], str]


def _each(describe: Callable[[Graph, Resource], Iterable[object]]) -> Callable[[Graph, Sequence[Resource]], str]:
    """Describe every resource, equal ones once, and say how many more there are."""

    def text(graph: Graph, resources: Sequence[Resource]) -> str:
        found = Counter(_join(describe(graph, resource)) for resource in resources)
        texts = [f"{number} x {words}" if number > 1 and len(found) > 1 else words for words, number in found.items()]
        shown = "; ".join(filter(None, texts[:_MOST_TEXTS]))
        return shown + (f"; and {len(texts) - _MOST_TEXTS} more" if len(texts) > _MOST_TEXTS else "")

    return text


def _join(parts: Iterable[object]) -> str:
    return ", ".join(str(part) for part in parts if part not in (None, "", False))


def _get(resource: Resource, *path: str | int) -> object:
    """Return a nested input, or None."""
    value: object = resource.inputs
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return None if value is UNKNOWN else value


def _items(resource: Resource, *path: str | int) -> list[object]:
    value = _get(resource, *path)
    return value if isinstance(value, list) else []


def _several(number: object, word: str) -> str:
    return count(number, word) if isinstance(number, int) else f"{number} {plural(word)}"


def _words(resource: Resource, *path: str | int) -> str:
    return ", ".join(str(item) for item in _items(resource, *path) if item is not UNKNOWN)


def _physical(resource: Resource, key: str = "name") -> str:
    value = _get(resource, key)
    return value if isinstance(value, str) else ""


def _subnets(_: Graph, resources: Sequence[Resource]) -> str:
    tiers = Counter(next((tier for tier in _TIERS if tier in r.name), "other") for r in resources)
    zones = sorted({str(_get(r, "availabilityZone")) for r in resources if _get(r, "availabilityZone")})
    return _join([*(f"{number} {tier}" for tier, number in tiers.items())]) + f" in {_join(zones)}" * bool(zones)


def _endpoints(_: Graph, resources: Sequence[Resource]) -> str:
    names = sorted(".".join(_physical(r, "serviceName").split(".")[3:]) for r in resources)
    return _join(names)


def made_from(database: Resource) -> str:
    """Name the backup that a database is made from; empty for none."""
    if snapshot := _get(database, "snapshotIdentifier"):
        return f"the snapshot {snapshot}"
    moment = _get(database, "restoreToPointInTime")
    if not isinstance(moment, Mapping):
        return ""
    source = next((moment[name] for name in _SOURCES if moment.get(name)), "a backup")
    return f"{source} as of {moment.get('restoreTime') or moment.get('restoreToTime') or 'the latest moment'}"


_SOURCES: Final = (
    "sourceDbInstanceIdentifier",
    "sourceDbiResourceId",
    "sourceDbInstanceAutomatedBackupsArn",
    "sourceClusterIdentifier",
    "sourceClusterResourceId",
)
"""What a point in time may be one of."""


def _database(_: Graph, database: Resource) -> Iterable[object]:
    backups, replica = _get(database, "backupRetentionPeriod"), "replicateSourceDb" in database.inputs
    return (
        "read replica" if replica else f"{_get(database, 'engine')} {_get(database, 'engineVersion') or ''}".strip(),
        _get(database, "instanceClass"),
        _get(database, "allocatedStorage")
        and f"{_get(database, 'allocatedStorage')} GiB {_get(database, 'storageType') or ''}".strip(),
        _get(database, "iops") and f"{_get(database, 'iops')} IOPS",
        "Multi-AZ" if _get(database, "multiAz") is True else "one zone",
        "" if replica else f"{_several(backups, 'day')} of backups" if backups else "no backups",
        f"made from {backup}" if (backup := made_from(database)) else "",
        "" if _get(database, "storageEncrypted") is True else "not encrypted",
        "" if _get(database, "deletionProtection") is True else "no deletion protection",
    )


def _database_cluster(_: Graph, cluster: Resource) -> Iterable[object]:
    backups, capacity = _get(cluster, "backupRetentionPeriod"), _get(cluster, "serverlessv2ScalingConfiguration")
    return (
        f"{_get(cluster, 'engine')} {_get(cluster, 'engineVersion') or ''}".strip(),
        f"serverless, {capacity.get('minCapacity')} to {capacity.get('maxCapacity')} capacity units"
        if isinstance(capacity, Mapping)
        else "",
        "I/O-Optimized" if _get(cluster, "storageType") == "aurora-iopt1" else "",
        f"{_several(backups, 'day')} of backups" if backups else "",
        f"made from {backup}" if (backup := made_from(cluster)) else "",
        "" if _get(cluster, "storageEncrypted") is True else "not encrypted",
        "" if _get(cluster, "deletionProtection") is True else "no deletion protection",
    )


def _database_instances(_: Graph, instances: Sequence[Resource]) -> str:
    """Say how large the instances of clusters are, and in which zones, where that is said."""
    classes = Counter(str(_get(instance, "instanceClass") or "of a class known later") for instance in instances)
    zones = sorted({str(zone) for instance in instances if (zone := _get(instance, "availabilityZone"))})
    return _join(list(classes)) + f" in {_join(zones)}" * bool(zones)


def _cache(_: Graph, cache: Resource) -> Iterable[object]:
    shards, replicas = _get(cache, "numNodeGroups"), _get(cache, "replicasPerNodeGroup") or 0
    nodes = _get(cache, "numCacheClusters") or 1
    return (
        f"{_get(cache, 'engine') or 'redis'} {_get(cache, 'engineVersion') or ''}".strip(),
        _get(cache, "nodeType"),
        f"{_several(shards, 'shard')} with {_several(replicas, 'replica')}" if shards else _several(nodes, "node"),
        "Multi-AZ" if _get(cache, "multiAzEnabled") is True else "one zone",
        "TLS" if _get(cache, "transitEncryptionEnabled") is True else "no TLS",
        "" if _get(cache, "atRestEncryptionEnabled") is True else "not encrypted",
    )


def _load_balancer(_: Graph, balancer: Resource) -> Iterable[object]:
    subnets = _items(balancer, "subnets")
    scheme = "internal" if _get(balancer, "internal") is True else "internet-facing"
    return _physical(balancer), scheme, count(len(subnets), "subnet")


def _listener(_: Graph, listener: Resource) -> Iterable[object]:
    action = _get(listener, "defaultActions", 0, "type")
    code = _get(listener, "defaultActions", 0, "redirect", "statusCode")
    policy = f" ({_get(listener, 'sslPolicy')})" if _get(listener, "sslPolicy") else ""
    return (
        f"{_get(listener, 'port')} {_get(listener, 'protocol')}{policy}: {str(code or action).replace('_', ' ').lower()}",
    )


def _rule(_: Graph, rule: Resource) -> Iterable[object]:
    conditions = [c for c in _items(rule, "conditions") if isinstance(c, Mapping)]
    values = [
        value for condition in conditions for kind, part in condition.items() for value in _asked(str(kind), part)
    ]
    leads = [
        f" to {part.get('host') or ''}{part.get('path') or ''}"
        for action in _items(rule, "actions")
        if isinstance(action, Mapping) and isinstance(part := action.get("redirect"), Mapping)
    ]
    return (f"{', '.join(map(str, values))} at priority {_get(rule, 'priority')}{''.join(leads)}",)


def _asked(kind: str, part: object) -> Iterable[object]:
    """Return what a condition compares with, of a header its name alone: the value may be what CloudFront proves itself by."""
    if isinstance(part, Mapping):
        return [f"header {part.get('httpHeaderName')}"] if kind == "httpHeader" else part.get("values", [])
    pairs = part if isinstance(part, list) else []
    return [f"?{pair.get('key')}={pair.get('value')}" for pair in pairs if isinstance(pair, Mapping)]


def _target_group(_: Graph, group: Resource) -> Iterable[object]:
    health = f"health {_get(group, 'healthCheck', 'path')} every {_get(group, 'healthCheck', 'interval') or 30} s"
    return f"port {_get(group, 'port')}", health


def tasks_of(graph: Graph, service: Resource) -> str:
    """Return how many tasks of an ECS service run, and which part of them on Spot: `2 to 8 tasks, 50 % on Spot`."""
    bounds = [
        between(_get(target, "minCapacity"), _get(target, "maxCapacity"), "task")
        for target in graph.of("aws:appautoscaling/target:Target")
        if service.urn in target.dependencies
    ]
    desired = _get(service, "desiredCount")
    tasks = bounds[0] if bounds else count(desired, "task") if isinstance(desired, int) else ""
    return _join((tasks, _spot(service)))


def _service(graph: Graph, service: Resource) -> Iterable[object]:
    public = _get(service, "networkConfiguration", "assignPublicIp") is True
    moved = {"BLUE_GREEN": "blue/green", "CANARY": "canary", "LINEAR": "linear"}
    strategy = moved.get(str(_get(service, "deploymentConfiguration", "strategy")), "")
    about = {strategy: bool(strategy), "public IP": public}
    return _physical(service), tasks_of(graph, service), *(text for text, holds in about.items() if holds)


def _spot(service: Resource) -> str:
    """Return which part of a service's tasks runs on Spot."""
    parts = [part for part in _items(service, "capacityProviderStrategies") if isinstance(part, Mapping)]
    weights = {str(part.get("capacityProvider")): part.get("weight") for part in parts}
    spot = weights.get("FARGATE_SPOT")
    whole = sum(weight for weight in weights.values() if isinstance(weight, int))
    if not isinstance(spot, int) or not spot:
        return ""
    return "all on Spot" if spot == whole else f"{round(100 * spot / whole)} % on Spot"


def size_of(task: Resource) -> str:
    """Return the size of a task definition's tasks: `0.5 vCPU, 1024 MiB, ARM`."""
    cpu, memory = _get(task, "cpu"), _get(task, "memory")
    vcpu = f"{Decimal(str(cpu)) / 1024:f}".rstrip("0").rstrip(".") if cpu else "?"
    arm = _get(task, "runtimePlatform", "cpuArchitecture") == "ARM64"
    return f"{vcpu} vCPU, {memory} MiB{', ARM' if arm else ''}"


def _task_definition(_: Graph, task: Resource) -> Iterable[object]:
    return _physical(task, "family"), size_of(task), " + ".join(_images(_get(task, "containerDefinitions")))


def _images(definitions: object) -> list[str]:
    try:
        containers = json.loads(definitions) if isinstance(definitions, str) else []
    except ValueError:
        return []
    images = (str(container.get("image", "")) for container in containers if isinstance(container, Mapping))
    return [_REGISTRY.sub("", image) for image in images]


def _own_metric(target: Mapping[str, object]) -> str:
    """Name what a policy keeps to that AWS has no name for: the label of its formula."""
    own = target.get("customizedMetricSpecification")
    metrics = own.get("metrics") if isinstance(own, Mapping) else None
    found = [
        metric.get("label") for metric in metrics or () if isinstance(metric, Mapping) and metric.get("returnData")
    ]
    return str(found[0]) if found and found[0] else "own metric"


def _scaling(_: Graph, policy: Resource) -> Iterable[object]:
    target = _get(policy, "targetTrackingScalingPolicyConfiguration")
    if not isinstance(target, Mapping):
        return ("steps",)
    specification = target.get("predefinedMetricSpecification")
    metric = (
        specification.get("predefinedMetricType", "") if isinstance(specification, Mapping) else _own_metric(target)
    )
    return (f"{_METRICS.get(str(metric), metric)} {target.get('targetValue')}",)


def _bucket(_: Graph, bucket: Resource) -> Iterable[object]:
    return (_physical(bucket, "bucket") or bucket.name,)


def _distribution(_: Graph, distribution: Resource) -> Iterable[object]:
    return _words(distribution, "aliases"), _get(distribution, "priceClass")


def _certificate(_: Graph, certificate: Resource) -> Iterable[object]:
    return _get(certificate, "domainName"), _words(certificate, "subjectAlternativeNames")


def _record(_: Graph, record: Resource) -> Iterable[object]:
    name = _physical(record)
    return ("validation" if name.startswith("_") else f"{name} {_get(record, 'type') or ''}".strip(),)


def _web_acl(_: Graph, acl: Resource) -> Iterable[object]:
    return count(len(_items(acl, "rules")), "rule"), str(_get(acl, "scope") or "").lower()


def _log_groups(_: Graph, resources: Sequence[Resource]) -> str:
    days = sorted(
        {r.inputs.get("retentionInDays") for r in resources if isinstance(r.inputs.get("retentionInDays"), int)},
        key=str,
    )
    kept = f"kept {', '.join(map(str, days))} {'day' if days == [1] else 'days'}" if days else "kept for ever"
    return f"{_physical(resources[0])} {kept}".strip() if len(resources) == 1 else kept


def _repository(_: Graph, repository: Resource) -> Iterable[object]:
    tags = str(_get(repository, "imageTagMutability") or "mutable").lower()
    return _physical(repository), f"{tags} tags"


def _named(key: str = "name") -> Callable[[Graph, Sequence[Resource]], str]:
    return _each(lambda _, resource: (_physical(resource, key) or resource.name,))


def _number(_: Graph, resources: Sequence[Resource]) -> str:
    """Say nothing more: the label has the number."""
    return "" if len(resources) > 1 else resources[0].name


_PLAIN_WORDS: Final = {"aws:ec2/eip:Eip": "public address", "aws:appautoscaling/target:Target": "scaling range"}

_METRICS: Final = {
    "ALBRequestCountPerTarget": "requests per target",
    "ECSServiceAverageCPUUtilization": "CPU %",
    "ECSServiceAverageMemoryUtilization": "memory %",
}

_KINDS: Final[Mapping[str, _Kind]] = {
    "aws:ec2/vpc:Vpc": _Kind("VPC", _each(lambda _, vpc: (_get(vpc, "cidrBlock"),))),
    "aws:ec2/subnet:Subnet": _Kind("subnet", _subnets),
    "aws:ec2/natGateway:NatGateway": _Kind("NAT gateway", _number),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _Kind("endpoint", _endpoints),
    "aws:acm/certificate:Certificate": _Kind("certificate", _each(_certificate)),
    "aws:route53/record:Record": _Kind("DNS record", _each(_record)),
    "aws:route53/healthCheck:HealthCheck": _Kind("health check", _named("fqdn")),
    "aws:lb/loadBalancer:LoadBalancer": _Kind("load balancer", _each(_load_balancer)),
    "aws:lb/listener:Listener": _Kind("listener", _each(_listener)),
    "aws:wafv2/webAcl:WebAcl": _Kind("firewall", _each(_web_acl)),
    "aws:cloudfront/distribution:Distribution": _Kind("CDN", _each(_distribution)),
    "aws:s3/bucket:Bucket": _Kind("bucket", _each(_bucket)),
    "aws:rds/instance:Instance": _Kind("database", _each(_database)),
    "aws:rds/cluster:Cluster": _Kind("database cluster", _each(_database_cluster)),
    "aws:rds/clusterInstance:ClusterInstance": _Kind("instance", _database_instances),
    "aws:rds/proxy:Proxy": _Kind("database proxy", _named()),
    "aws:elasticache/replicationGroup:ReplicationGroup": _Kind("cache", _each(_cache)),
    "aws:ecr/repository:Repository": _Kind("repository", _each(_repository)),
    "aws:secretsmanager/secret:Secret": _Kind("secret", _named()),
    "aws:kms/key:Key": _Kind("encryption key", _number),
    "aws:ecs/cluster:Cluster": _Kind("cluster", _named()),
    "aws:ecs/service:Service": _Kind("service", _each(_service)),
    "aws:ecs/taskDefinition:TaskDefinition": _Kind("task", _each(_task_definition)),
    "aws:lb/targetGroup:TargetGroup": _Kind("target group", _each(_target_group)),
    "aws:lb/listenerRule:ListenerRule": _Kind("route", _each(_rule)),
    "aws:appautoscaling/policy:Policy": _Kind("scaling policy", _each(_scaling)),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _Kind("alarm", _number),
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": _Kind("muted window", _named()),
    "aws:cloudwatch/dashboard:Dashboard": _Kind("dashboard", _named("dashboardName")),
    "aws:cloudwatch/logGroup:LogGroup": _Kind("log group", _log_groups),
    "aws:lambda/function:Function": _Kind("function", _named()),
    "aws:servicediscovery/httpNamespace:HttpNamespace": _Kind("names of services", _named()),
    "aws:scheduler/schedule:Schedule": _Kind("schedule", _named()),
    "aws:efs/fileSystem:FileSystem": _Kind("file system", _number),
    "aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan": _Kind("malware scan", _number),
    "aws:sqs/queue:Queue": _Kind("queue", _named()),
    "aws:sns/topic:Topic": _Kind("topic", _named()),
    "docker-build:index:Image": _Kind("image build", _each(lambda _, image: (_get(image, "context", "location"),))),
}
"""The kinds worth a line of their own, in reading order."""
