"""SpendSense: one backend with PostgreSQL, Redis and file storage, in production and for one developer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from preview import stackfile, yaml
from preview.graph import Graph
from tests.conformance import evidence as e
from tests.conformance import state
from tests.conformance.evidence import Evidence, fact, of, one_of, requirement
from tests.stacks import registered

ROOT = Path(__file__).parents[2]
STATE = ("spendsense-state", "us-west-1")
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
WEB_ACL_ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"


def _production(graph: Graph) -> bool:
    return graph.stack == "prod"


def _least(graph: Graph) -> int:
    return 2 if _production(graph) else 1


def _name(graph: Graph) -> str:
    return "spendsense-backend" if _production(graph) else "spendsense-backend-chuong"


def _secret(graph: Graph, name: str) -> str:
    return f"spendsense/prod/{name}" if _production(graph) else f"spendsense/dev/chuong/{name}"


@requirement("S-02")
def s02(graph: Graph) -> Evidence:
    """The load balancer routes. Throttling is off in the file; with `loadBalancer.waf.rateLimits` AWS WAF, not an API gateway, limits each address."""
    found = one_of(graph, e.SERVICE, "backend-service", launchType="FARGATE") + one_of(
        graph, e.BALANCER, loadBalancerType="application"
    )
    throttled = e.varied("spendsense/prod", _with_throttling)
    acl = throttled.one(WEB_ACL)
    association = throttled.one(WEB_ACL_ASSOCIATION, webAclArn=acl.outputs["arn"])
    balancer = throttled.one(e.BALANCER)
    limited = fact(
        association, f"before {balancer.name}", holds=association.inputs["resourceArn"] == balancer.outputs["arn"]
    )
    rules = acl.inputs["rules"]
    assert isinstance(rules, list)
    (rule,) = (rule for rule in rules if "scopeDownStatement" in rule["statement"].get("rateBasedStatement", {}))
    rate = rule["statement"]["rateBasedStatement"]
    match = rate["scopeDownStatement"]["byteMatchStatement"]
    limited += fact(
        acl,
        f"{rate['limit']} requests to {match['searchString']}* in {rate['evaluationWindowSec']} seconds by {rate['aggregateKeyType']}",
        holds=(rate["limit"], rate["evaluationWindowSec"], rate["aggregateKeyType"]) == (300, 60, "IP")
        and (match["fieldToMatch"], match["positionalConstraint"]) == ({"uriPath": {}}, "STARTS_WITH")
        and match["searchString"] == "/api/",
    )
    code = rule["action"]["block"]["customResponse"]["responseCode"]
    limited += fact(acl, f"then {code}", holds=code == 429)
    return found + e.where("with `loadBalancer.waf.rateLimits`", limited)


def _with_throttling(config: dict[str, Any]) -> None:
    """Limit requests to /api/."""
    config["slipway:loadBalancer"]["waf"] = {"rateLimits": [{"path": "/api/*", "limit": 300, "windowSeconds": 60}]}


@requirement("S-07")
def s07(graph: Graph) -> Evidence:
    cpu, memory = ("1024", "2048") if _production(graph) else ("512", "1024")
    return one_of(graph, e.TASK, "backend-task", cpu=cpu, memory=memory)


@requirement("S-08")
def s08(graph: Graph) -> Evidence:
    return one_of(graph, e.TASK, "backend-task", networkMode="awsvpc")


@requirement("S-09")
def s09(graph: Graph) -> Evidence:
    """Database and cache are reached by network and password (T-12); the role has the bucket."""
    bucket = graph.one(e.BUCKET, "media-bucket").outputs
    found = e.grants(graph, "backend-task", "s3:PutObject")
    (allowed,) = (s["Resource"] for s in e.statements(graph, "backend-task") if "s3:PutObject" in s["Action"])
    found += fact(
        graph.one(e.ROLE_POLICY, "backend-task"), "that bucket alone", holds=allowed == [f"{bucket['arn']}/*"]
    )
    found += e.variables(graph, "backend", S3_BUCKET=bucket["bucket"])
    found += e.lets_in(graph, "cache-group", {6379: {"backend-group"}})
    return found + e.lets_in(graph, "database-group", {5432: {"backend-group"}})


@requirement("S-10")
def s10(graph: Graph) -> Evidence:
    return e.grants(graph, "backend-execution", "ecr:BatchGetImage") + e.grants(
        graph, "backend-execution", "logs:PutLogEvents"
    )


@requirement("S-11")
def s11(graph: Graph) -> Evidence:
    return e.part(
        graph,
        "backend",
        image=lambda image: image.rpartition(":")[0].endswith(f".dkr.ecr.us-west-1.amazonaws.com/{_name(graph)}"),
        portMappings=[{"containerPort": 8000, "hostPort": 8000}],
    ) + of(e.called(graph, e.REPOSITORY, _name(graph)), name=_name(graph))


@requirement("S-12")
def s12(graph: Graph) -> Evidence:
    found = e.secrets(
        graph,
        "backend",
        DATABASE_URL=f":secret:{_secret(graph, 'database-url')}-",
        REDIS_URL=f":secret:{_secret(graph, 'redis-url')}-",
        JWT_SECRET_KEY=f":secret:{_secret(graph, 'jwt-secret-key')}-",
        OAUTH_CLIENT_ID=f":secret:{_secret(graph, 'oauth')}-",
        OAUTH_CLIENT_SECRET=f":secret:{_secret(graph, 'oauth')}-",
    )
    own = e.container(graph, "backend")
    keys = [item["valueFrom"].split(":")[7] for item in own["secrets"] if item["name"].startswith("OAUTH_CLIENT_")]
    task = graph.one(e.TASK, "backend-task")
    found += fact(task, f"keys {', '.join(keys)}", holds=keys == ["client_id", "client_secret"])
    plain = {item["name"] for item in own["environment"]} & {item["name"] for item in own["secrets"]}
    return found + fact(task, "none of them among the plain variables", holds=not plain)


@requirement("S-13")
def s13(graph: Graph) -> Evidence:
    return e.part(
        graph,
        "backend",
        healthCheck={
            "command": ["CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"],
            "interval": 30,
            "timeout": 5,
            "startPeriod": 60,
            "retries": 3,
        },
    )


@requirement("S-14")
def s14(graph: Graph) -> Evidence:
    service = graph.one(e.SERVICE, "backend-service")
    found = of(service, name="spendsense-backend", launchType="FARGATE", desiredCount=2)
    found += one_of(graph, e.SCALING, "backend-scaling", minCapacity=2, maxCapacity=10)
    return found + fact(service, "newest revision", holds=graph.one(e.TASK, "backend-task") in graph.direct(service))


@requirement("S-15")
def s15(graph: Graph) -> Evidence:
    service = graph.one(e.SERVICE, "backend-service")
    found = e.subnets(graph, service, "private") + e.lets_in(graph, "backend-group", {8000: {"load-balancer-group"}})
    return (
        found
        + of(service, loadBalancers=[{"containerPort": 8000}])
        + fact(service, "its target group", holds=graph.one(e.TARGETS) in graph.direct(service))
    )


@requirement("S-16")
def s16(graph: Graph) -> Evidence:
    return (
        _tracks(graph, "cpu", 70)
        + _tracks(graph, "memory", 80)
        + one_of(graph, e.SCALING, "backend-scaling", minCapacity=_least(graph), maxCapacity=10)
    )


_METRICS = {
    "cpu": "ECSServiceAverageCPUUtilization",
    "memory": "ECSServiceAverageMemoryUtilization",
    "requests": "ALBRequestCountPerTarget",
}
"""By what a service scales; the load balancer counts the requests of a minute."""


def _tracks(graph: Graph, metric: str, target: int) -> Evidence:
    return one_of(
        graph,
        e.SCALING_POLICY,
        f"backend-scaling-{metric}",
        policyType="TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration={
            "predefinedMetricSpecification": {"predefinedMetricType": _METRICS[metric]},
            "targetValue": target,
            "scaleOutCooldown": 120,
            "scaleInCooldown": 300,
        },
    )


@requirement("S-17")
def s17(graph: Graph) -> Evidence:
    listener = graph.one(e.LISTENER, port=443)
    found = one_of(graph, e.BALANCER, internal=False, loadBalancerType="application")
    found += of(listener, protocol="HTTPS") + fact(
        listener, "a certificate of ACM", holds=graph.reaches(listener, graph.one(e.CERTIFICATE))
    )
    return (
        found
        + e.forwards(graph, listener, "defaultActions", "backend")
        + one_of(graph, e.TARGETS, "load-balancer-backend-targets", protocol="HTTP", port=8000)
    )


@requirement("S-18")
def s18(graph: Graph) -> Evidence:
    return e.health(graph, "backend", path="/health", interval=30, timeout=5, unhealthyThreshold=2, healthyThreshold=2)


@requirement("S-19")
def s19(graph: Graph) -> Evidence:
    return one_of(graph, e.TARGETS, protocol="HTTP", port=8000, deregistrationDelay=30, healthCheck={"path": "/health"})


@requirement("S-20")
def s20(graph: Graph) -> Evidence:
    return _tracks(graph, "cpu", 70) + _tracks(graph, "memory", 80) + _tracks(graph, "requests", 1000)


@requirement("S-21")
def s21(graph: Graph) -> Evidence:
    """Target tracking with cooldowns of two and five minutes (T-33)."""
    found = one_of(graph, e.SCALING, minCapacity=_least(graph), maxCapacity=10)
    return found + _tracks(graph, "cpu", 70) + _tracks(graph, "memory", 80) + _tracks(graph, "requests", 1000)


@requirement("S-24")
def s24(graph: Graph) -> Evidence:
    names = ("repositoryUrls", "clusterName", "serviceNames")
    tag = e.container(graph, "backend")["image"].rpartition(":")[2]
    assert re.fullmatch(r"[0-9a-f]{7,40}|v?\d+(\.\d+)*", tag), f"{tag} is neither a commit nor a version"
    address: Any = graph.exports.get("repositoryUrls")
    holds = (
        all(graph.exports.get(name) for name in names)
        and graph.exports["clusterName"] == graph.one(e.CLUSTER).inputs["name"]
        and graph.exports["serviceNames"] == {"backend": _name(graph)}
        and list(address) == [_name(graph)]
    )
    found = fact("stack outputs", ", ".join(names), holds=holds) + e.variables(graph, "backend", APP_VERSION=tag)
    return found + e.trusts(graph, "spendsense/backend", "production") if _production(graph) else found


@requirement("S-25")
def s25(graph: Graph) -> Evidence:
    """With the fewest tasks running, one more starts at a time (T-06)."""
    return one_of(
        graph,
        e.SERVICE,
        "backend-service",
        deploymentMinimumHealthyPercent=100,
        deploymentMaximumPercent=100 + 100 // _least(graph),
        deploymentCircuitBreaker={"enable": True, "rollback": True},
    )


@requirement("S-26")
def s26(graph: Graph) -> Evidence:
    """Off in the file; with `deployment: {strategy: blueGreen}` (which AWS does not scale by requests) ECS switches target groups."""
    own = graph.one(e.SERVICE, "backend-service")
    found = fact(own, "rolling", holds="BLUE_GREEN" not in str(own.inputs.get("deploymentConfiguration")))
    switched = e.varied("spendsense/prod", _with_blue_green)
    service = switched.one(e.SERVICE, "backend-service")
    rule = switched.one(e.LISTENER_RULE, "load-balancer-backend-weighted-rule-8000")
    alternate = switched.one(e.TARGETS, "load-balancer-backend-alternate")
    switching = of(
        service,
        name=own.inputs["name"],
        deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": "5"},
        loadBalancers=[
            {
                "advancedConfiguration": {
                    "alternateTargetGroupArn": alternate.outputs["arn"],
                    "productionListenerRule": rule.outputs["arn"],
                    "roleArn": switched.one(e.ROLE, "backend-switch").outputs["arn"],
                }
            }
        ],
        alarms={"enable": True, "rollback": True},
    )
    groups = {group.name for group in switched.direct(rule, e.TARGETS)}
    both = {alternate.name, "load-balancer-backend-targets"}
    switching += fact(rule, ", ".join(sorted(groups)), holds=groups == both)
    switching += fact(rule, "ECS moves its weights", holds=rule.ignore_changes == ("actions",))
    return found + e.where("with `deployment.strategy: blueGreen`", switching)


def _with_blue_green(config: dict[str, Any]) -> None:
    """Deploy blue/green."""
    backend = config["slipway:services"]["backend"]
    backend["deployment"] = {"strategy": "blueGreen"}
    del backend["scaling"]["targets"]["requestsPerMinute"]


@requirement("S-27")
def s27(_graph: Graph) -> Evidence:
    return state.backend(*STATE)


@requirement("S-28")
def s28(graph: Graph) -> Evidence:
    wanted = (
        e.VPC,
        e.SUBNET,
        "aws:ec2/internetGateway:InternetGateway",
        e.NAT,
        e.GROUP,
        e.DATABASE,
        e.CACHE,
        e.BUCKET,
        e.CLUSTER,
        e.SERVICE,
        e.TASK,
        e.BALANCER,
        e.TARGETS,
        e.ROLE,
        e.ROLE_POLICY,
        e.LOG_GROUP,
        e.SECRET,
    )
    missing = [type_ for type_ in wanted if not graph.of(type_)]
    counts = ", ".join(f"{len(graph.of(type_))} {type_.rpartition(':')[2]}" for type_ in wanted)
    tiers = {subnet.name.split("-")[1] for subnet in graph.of(e.SUBNET)}
    return fact("resources", counts, holds=not missing) + fact(
        "subnets", ", ".join(sorted(tiers)), holds={"public", "private"} <= tiers
    )


@requirement("S-29")
def s29(graph: Graph) -> Evidence:
    """A component stands for each of the document's modules; `Pulumi.yaml` describes the inputs."""
    found = Evidence([])
    for type_, module in (
        (e.VPC, "Network"),
        (e.DATABASE, "Database"),
        (e.CLUSTER, "Cluster"),
        (e.SERVICE, "Service"),
        (e.BALANCER, "LoadBalancer"),
    ):
        inside = graph.one(type_)
        parent = graph.urn(inside.parent).type.rpartition(":")[2]
        found += fact(inside, f"made by the component {parent}", holds=parent == module)
    file = stackfile.read(ROOT / "examples" / "spendsense" / f"Pulumi.{graph.stack}.yaml")
    given = {key for key in file.config if key.startswith("slipway:")}
    described: Any = yaml.load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    found += fact(
        "`Pulumi.yaml`",
        f"describes all {len(given)} inputs of the stack file",
        holds=given and all(described["config"].get(key, {}).get("description") for key in given),
    )
    return found + fact("stack outputs", f"{len(graph.exports)}", holds=graph.exports)


@requirement("S-30")
def s30(graph: Graph) -> Evidence:
    """16.15 stands for 16.10, which can no longer be created."""
    found = one_of(graph, "pulumi:providers:aws", region="us-west-1")
    found += one_of(graph, e.DATABASE, engine="postgres", engineVersion="16.15", multiAz=False)
    found += one_of(graph, e.CACHE, engine="redis", engineVersion="7.1", numCacheClusters=1) + e.many(graph, e.NAT, 1)
    found += one_of(graph, e.SCALING, minCapacity=1)
    for name in ("backend-task", "backend-execution"):
        role = graph.one(e.ROLE, name)
        found += fact(role, "tasks take it", holds='"ecs-tasks.amazonaws.com"' in str(role.inputs["assumeRolePolicy"]))
    return found + one_of(graph, e.BUCKET, "media-bucket", bucketPrefix=lambda name: "chuong" in name)


@requirement("S-31")
def s31(graph: Graph) -> Evidence:
    """Future in the document: production's file with another environment makes the same resources."""
    file = stackfile.read(ROOT / "examples" / "spendsense" / "Pulumi.prod.yaml")
    staging = registered("staging", {**file.config, "slipway:environment": "staging"})
    made, wanted = ([(r.type, r.name) for r in sorted(g.resources, key=lambda r: r.urn)] for g in (staging, graph))
    return fact("production's file with `slipway:environment: staging`", f"{len(made)} resources", holds=made == wanted)


@requirement("S-32")
def s32(graph: Graph) -> Evidence:
    zones = {str(s.inputs["availabilityZone"]) for s in graph.of(e.SUBNET)}
    found = fact("subnets", ", ".join(sorted(zones)), holds=len(zones) > 1) + e.many(graph, e.NAT, len(zones))
    return (
        found
        + one_of(graph, e.DATABASE, engineVersion="16.15", multiAz=True)
        + one_of(
            graph, e.CACHE, engineVersion="7.1", multiAzEnabled=True, automaticFailoverEnabled=True, numCacheClusters=2
        )
        + e.subnets(graph, graph.one(e.SERVICE), "private")
        + one_of(graph, e.SCALING, minCapacity=2)
    )


@requirement("S-33")
def s33(graph: Graph) -> Evidence:
    found = one_of(graph, e.VPC, tags={"Name": lambda name: "chuong" in name})
    for type_ in (
        e.BUCKET,
        e.DATABASE,
        "aws:rds/parameterGroup:ParameterGroup",
        "aws:elasticache/parameterGroup:ParameterGroup",
        "aws:rds/subnetGroup:SubnetGroup",
        "aws:elasticache/subnetGroup:SubnetGroup",
        e.GROUP,
        e.SECRET,
    ):
        resources = graph.of(type_)
        assert resources, f"no {type_}"
        for resource in resources:
            keys = ("name", "namePrefix", "identifier", "bucketPrefix", "bucket")
            name = next(str(resource.inputs[key]) for key in keys if key in resource.inputs)
            found += fact(resource, name, holds="chuong" in name)
    return found


@requirement("S-34")
def s34(graph: Graph) -> Evidence:
    environment, classes, sizes = (
        ("prod", ("db.t4g.medium", "cache.t4g.small"), ("1024", "2048"))
        if _production(graph)
        else ("dev", ("db.t4g.micro", "cache.t4g.micro"), ("512", "1024"))
    )
    return (
        e.variables(graph, "backend", ENVIRONMENT=environment)
        + e.called_environment(graph, "production" if _production(graph) else "development")
        + one_of(graph, "pulumi:providers:aws", region="us-west-1")
        + one_of(graph, e.VPC, cidrBlock="10.1.0.0/16")
        + one_of(graph, e.DATABASE, instanceClass=classes[0])
        + one_of(graph, e.CACHE, nodeType=classes[1])
        + one_of(graph, e.TASK, "backend-task", cpu=sizes[0], memory=sizes[1])
        + one_of(graph, e.SCALING, minCapacity=_least(graph), maxCapacity=10)
    )


@requirement("S-35")
def s35(_graph: Graph) -> Evidence:
    return state.backend(*STATE) + state.restricted(*STATE)


@requirement("S-36")
def s36(graph: Graph) -> Evidence:
    """A router beside the application sends JSON lines by their field `log_type`, all others to the first group (T-35)."""
    base = "/ecs/spendsense-backend" if _production(graph) else "/ecs/spendsense-backend-chuong"
    found = Evidence([])
    for name in ("", "/access", "/errors"):
        group = e.called(graph, e.LOG_GROUP, f"{base}{name}")
        found += of(group, name=f"{base}{name}", retentionInDays=30, kmsKeyId=e.set_)
    routed = e.part(
        graph,
        "backend",
        logConfiguration={"logDriver": "awsfirelens", "options": {"log_group_name": base}},
        dependsOn=[{"containerName": "log-router", "condition": "START"}],
    )
    router = e.containers(graph, "backend-task")["log-router"]
    (routes,) = (variable["value"] for variable in router["environment"])
    for kind in ("access", "errors"):
        rule = rf"\x22log_type\x22\s*:\s*\x22{kind}\x22 {kind}.$TAG false"
        output = f"[OUTPUT]\n    Match {kind}.*\n    Name cloudwatch_logs\n    region us-west-1\n    log_group_name {base}/{kind}\n"
        holds = rule in routes and output in routes and router["firelensConfiguration"]["type"] == "fluentbit"
        found += fact("container `log-router`", f"log_type {kind} to {base}/{kind}", holds=holds)
    return found + routed + e.grants(graph, "backend-task", "logs:PutLogEvents")


@requirement("S-37")
def s37(graph: Graph) -> Evidence:
    found = e.variables(graph, "backend", LOG_LEVEL="INFO" if _production(graph) else "DEBUG")
    for group in graph.of(e.LOG_GROUP):
        if str(group.inputs.get("name", "")).startswith("/ecs/"):
            found += of(group, retentionInDays=30)
    return found


@requirement("S-38")
def s38(graph: Graph) -> Evidence:
    return e.shows(graph, "AWS/ECS", "CPUUtilization", "MemoryUtilization") + e.shows(
        graph, "AWS/ApplicationELB", "RequestCount", "HTTPCode_Target_5XX_Count", "TargetResponseTime"
    )


@requirement("S-39")
def s39(graph: Graph) -> Evidence:
    return _of_service(graph, "cpu", 80, "CPUUtilization")


def _of_service(graph: Graph, key: str, above: int, metric: str) -> Evidence:
    """Assert an alarm on a figure of the backend."""
    return e.metric_alarm(
        graph,
        f"backend-{key}",
        above,
        5,
        "team",
        metricName=metric,
        namespace="AWS/ECS",
        dimensions={"ServiceName": "spendsense-backend"},
    )


@requirement("S-40")
def s40(graph: Graph) -> Evidence:
    return _of_service(graph, "memory", 90, "MemoryUtilization")


@requirement("S-41")
def s41(graph: Graph) -> Evidence:
    return e.metric_alarm(graph, "errors-5xx", 1, 5, "team") + e.rate(graph, "errors-5xx", "HTTPCode_Target_5XX_Count")


@requirement("S-42")
def s42(graph: Graph) -> Evidence:
    return e.nobody_well(graph, "backend", "team")


@requirement("S-43")
def s43(graph: Graph) -> Evidence:
    found = e.subnets(graph, graph.one(e.SERVICE), "private") + e.subnets(graph, graph.one(e.BALANCER), "public")
    lists = graph.of("aws:ec2/networkAcl:NetworkAcl")
    found += fact("network ACLs", ", ".join(item.name for item in lists), holds=len(lists) == 3)
    for nat in graph.of(e.NAT):
        (place,) = graph.direct(nat, e.SUBNET)
        found += fact(nat, f"in {place.name}", holds="-public-" in place.name)
    guarded = {
        subnet.urn
        for item in graph.of("aws:ec2/networkAclAssociation:NetworkAclAssociation")
        for subnet in graph.direct(item, e.SUBNET)
    }
    found += fact("subnets", "each under one", holds=guarded == {subnet.urn for subnet in graph.of(e.SUBNET)})
    for tier, ports in (("public", {443}), ("private", {443, 8000}), ("isolated", {5432, 6379})):
        opened = {
            rule.inputs["fromPort"]
            for rule in graph.all("aws:ec2/networkAclRule:NetworkAclRule", egress=False, ruleAction="allow")
            if rule.name.startswith(f"network-acls-{tier}-")
            and rule.inputs.get("fromPort") == rule.inputs.get("toPort")
            if "fromPort" in rule.inputs
        }
        item = graph.one("aws:ec2/networkAcl:NetworkAcl", f"network-acls-{tier}-list")
        found += fact(item, f"lets in {', '.join(map(str, sorted(ports)))}, and answers", holds=opened == ports)
    return found


@requirement("S-44")
def s44(graph: Graph) -> Evidence:
    found = e.lets_in(graph, "load-balancer-group", {443: {e.WORLD}})
    found += e.lets_in(graph, "backend-group", {8000: {"load-balancer-group"}})
    found += e.lets_in(graph, "cache-group", {6379: {"backend-group"}})
    return found + e.lets_in(graph, "database-group", {5432: {"backend-group"}})


@requirement("S-45")
def s45(graph: Graph) -> Evidence:
    found = Evidence([])
    for name in ("database-url", "jwt-secret-key", "oauth", "redis-url"):
        found += of(e.called(graph, e.SECRET, _secret(graph, name)), name=e.set_)
    return found


@requirement("S-46")
def s46(graph: Graph) -> Evidence:
    """Secrets Manager keeps versions of every secret; the OAuth credentials are changed by hand."""
    oauth = e.called(graph, e.SECRET, _secret(graph, "oauth"))
    rotated = [r for r in graph.of(e.ROTATION) if graph.reaches(r, oauth)]
    found = one_of(graph, e.ROTATION, rotationRules={"automaticallyAfterDays": lambda days: days <= 90})
    found += of(oauth, recoveryWindowInDays=lambda days: days > 0) + fact(oauth, "changed by hand", holds=not rotated)
    other = e.varied("spendsense/prod", _with_other_rotation)
    changed = one_of(other, e.ROTATION, rotationRules={"automaticallyAfterDays": 45})
    return found + e.where("with `database.rotateDays: 45`", changed)


def _with_other_rotation(config: dict[str, Any]) -> None:
    """Change the database's password twice as often."""
    config["slipway:database"]["rotateDays"] = 45


@requirement("S-47")
def s47(graph: Graph) -> Evidence:
    """RDS has one window, 30 days, which holds the 7 days of point-in-time recovery (T-13)."""
    return one_of(graph, e.DATABASE, backupRetentionPeriod=30)


@requirement("S-48")
def s48(graph: Graph) -> Evidence:
    """The copy is off in dev, which is to cost little."""
    found = one_of(graph, VERSIONING, "media-versioning", versioningConfiguration={"status": "Enabled"})
    if not _production(graph):
        return found
    copy_ = graph.one(e.BUCKET, "media-copy-bucket", region="us-west-2")
    rule = graph.one("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    holds = copy_ in graph.direct(rule) and graph.one(e.BUCKET, "media-bucket") in graph.direct(rule)
    found += of(copy_, region="us-west-2") + fact(rule, "from media-bucket to media-copy-bucket", holds=holds)
    without = e.varied("spendsense/prod", _without_copy).named("media-copy-bucket")
    return found + fact("without `media.replicate`", "no copy", holds=not without)


def _without_copy(config: dict[str, Any]) -> None:
    """Keep files in one region."""
    del config["slipway:media"]["replicate"]


@requirement("S-49")
def s49(graph: Graph) -> Evidence:
    tagged = [r for r in graph.resources if {"rto-minutes", "rpo-minutes"} <= set(e.tags(r))]
    assert tagged, "no resource says which recovery is agreed"
    tags = e.tags(tagged[0])
    rto, rpo = int(tags["rto-minutes"]), int(tags["rpo-minutes"])
    found = fact(tagged[0], f"rto {rto} min, rpo {rpo} min", holds=rto <= 60 and rpo <= 15)
    return found + one_of(graph, e.DATABASE, multiAz=True, backupRetentionPeriod=30)


@requirement("S-50")
def s50(graph: Graph) -> Evidence:
    return (
        one_of(graph, e.DATABASE, backupRetentionPeriod=30)
        + one_of(graph, "aws:backup/plan:Plan", rules=[{"lifecycle": {"deleteAfter": 30}}])
        + one_of(graph, VERSIONING, "media-versioning", versioningConfiguration={"status": "Enabled"})
        + one_of(graph, e.TASK, "backend-task", skipDestroy=True)
    )
