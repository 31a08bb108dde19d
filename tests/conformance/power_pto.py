"""Power PTO: API, worker and frontend behind one load balancer."""

from __future__ import annotations

import json
import re

from preview.graph import Graph
from tests.conformance import evidence as e
from tests.conformance.evidence import Evidence, fact, of, one_of, requirement

SERVICES = ("api", "worker", "frontend")
FRONT = "load-balancer-group"


def _suffix(graph: Graph) -> str:
    """What names carry in staging, where both stacks may share an account."""
    return "" if graph.stack == "prod" else "-staging"


def _prefix(graph: Graph) -> str:
    return "power-pto/" if graph.stack == "prod" else "power-pto/staging/"


@requirement("P-01")
def p01(graph: Graph) -> Evidence:
    rule, listener = graph.one(e.LISTENER_RULE), graph.one(e.LISTENER, port=443)
    found = e.subnets(graph, graph.one(e.BALANCER), "public")
    found += e.forwards(graph, rule, "actions", "api") + e.forwards(graph, listener, "defaultActions", "frontend")
    found += e.lets_in(graph, "database-group", {5432: {"api-group", "worker-group"}})
    for name in ("api", "worker"):
        found += e.grants(graph, f"{name}-execution", "secretsmanager:GetSecretValue")
    for name in SERVICES:
        found += e.part(graph, name, logConfiguration={"logDriver": "awslogs"})
    return found


@requirement("P-02")
def p02(graph: Graph) -> Evidence:
    paths = [{"pathPattern": {"values": ["/api/*", "/api"]}}]
    return e.listens(graph, 443, protocol="HTTPS") + one_of(graph, e.LISTENER_RULE, conditions=paths)


@requirement("P-03")
def p03(graph: Graph) -> Evidence:
    return one_of(graph, e.SERVICE, "api-service", launchType="FARGATE") + one_of(
        graph, e.SCALING_POLICY, "api-scaling-cpu", policyType="TargetTrackingScaling"
    )


@requirement("P-04")
def p04(graph: Graph) -> Evidence:
    service = graph.one(e.SERVICE, "worker-service")
    found = of(service, desiredCount=1, deploymentMaximumPercent=100)
    return found + fact(service, "no scaling", holds=not graph.named("worker-scaling"))


@requirement("P-05")
def p05(graph: Graph) -> Evidence:
    return e.part(graph, "frontend", image=lambda uri: "/frontend:" in uri, user="101")


@requirement("P-06")
def p06(graph: Graph) -> Evidence:
    """Staging's is in one zone (P-44)."""
    return one_of(
        graph,
        e.DATABASE,
        engine="postgres",
        engineVersion="17",
        multiAz=graph.stack == "prod",
        backupRetentionPeriod=7,
    )


@requirement("P-07")
def p07(graph: Graph) -> Evidence:
    found = e.many(graph, e.REPOSITORY, 3)
    for name in SERVICES:
        place = e.container(graph, name)["image"].rpartition(":")[0].partition("/")[2]
        found += of(e.called(graph, e.REPOSITORY, place), name=place)
    return found


@requirement("P-08")
def p08(graph: Graph) -> Evidence:
    prefix = _prefix(graph)
    return one_of(graph, e.DATABASE, manageMasterUserPassword=True) + of(
        e.called(graph, e.SECRET, f"{prefix}jwt-signing-key"), name=e.set_
    )


@requirement("P-09")
def p09(graph: Graph) -> Evidence:
    found = Evidence([])
    for name in SERVICES:
        found += one_of(graph, e.LOG_GROUP, f"{name}-log", name=e.set_)
    return found


@requirement("P-10")
def p10(graph: Graph) -> Evidence:
    return e.shows(
        graph,
        "AWS/ApplicationELB",
        "TargetResponseTime",
        "HTTPCode_Target_5XX_Count",
        "HTTPCode_Target_4XX_Count",
        "RequestCount",
    )


@requirement("P-11")
def p11(graph: Graph) -> Evidence:
    host = {"prod": "app", "staging": "staging"}[graph.stack] + ".powerpto.example"
    alias = e.called(graph, e.RECORD, host, type="A")
    return (
        one_of(graph, e.CERTIFICATE, domainName=host, validationMethod="DNS")
        + of(alias, name=host)
        + fact(alias, "alias of the load balancer", holds=graph.one(e.BALANCER) in graph.direct(alias))
    )


@requirement("P-12")
def p12(graph: Graph) -> Evidence:
    """ECR keeps the layers of images in S3 (T-24)."""
    found = Evidence([])
    for tier in ("public", "private"):
        zones = {str(s.inputs["availabilityZone"]) for s in graph.of(e.SUBNET) if f"-{tier}-" in s.name}
        found += fact(f"{tier} subnets", ", ".join(sorted(zones)), holds=len(zones) == 2)
        found += e.many(graph, e.SUBNET, 2, tags={"Name": lambda name, part=tier: f"-{part}-" in name})
    found += e.many(graph, e.NAT, 1)
    for service in ("ecr.api", "ecr.dkr", "secretsmanager", "logs", "monitoring"):
        name = f"com.amazonaws.us-east-1.{service}"
        endpoint = graph.one(e.ENDPOINT, serviceName=name)
        found += of(endpoint, serviceName=name, privateDnsEnabled=True) + e.subnets(graph, endpoint, "private")
    layers = graph.one(e.ENDPOINT, serviceName="com.amazonaws.us-east-1.s3")
    return found + of(layers, serviceName="com.amazonaws.us-east-1.s3", vpcEndpointType="Gateway")


@requirement("P-13")
def p13(graph: Graph) -> Evidence:
    return e.lets_in(graph, FRONT, {80: {e.WORLD}, 443: {e.WORLD}})


@requirement("P-14")
def p14(graph: Graph) -> Evidence:
    return e.lets_in(graph, "api-group", {8000: {FRONT}})


@requirement("P-15")
def p15(graph: Graph) -> Evidence:
    group = graph.one(e.GROUP, "worker-group")
    out = [rule for rule in graph.of(e.EGRESS) if group.urn in rule.property_dependencies.get("securityGroupId", ())]
    ports = sorted({str(rule.inputs["fromPort"]) for rule in out})
    return e.lets_in(graph, "worker-group", {}) + fact(
        group, f"out to {', '.join(ports)}", holds={"443", "5432"} <= {*ports}
    )


@requirement("P-16")
def p16(graph: Graph) -> Evidence:
    return e.lets_in(graph, "database-group", {5432: {"api-group", "worker-group"}})


@requirement("P-17")
def p17(graph: Graph) -> Evidence:
    return e.lets_in(graph, "frontend-group", {80: {FRONT}})


@requirement("P-18")
def p18(graph: Graph) -> Evidence:
    return one_of(
        graph,
        e.DATABASE,
        engine="postgres",
        engineVersion="17",
        instanceClass="db.t4g.medium",
        allocatedStorage=50,
        multiAz=True,
        storageEncrypted=True,
        backupRetentionPeriod=7,
        deletionProtection=True,
    )


@requirement("P-19")
def p19(graph: Graph) -> Evidence:
    group = graph.one("aws:rds/subnetGroup:SubnetGroup")
    database = graph.one(e.DATABASE)
    return e.subnets(graph, group, "isolated") + fact(
        database,
        "in that group, with database-group alone",
        holds=group in graph.direct(database)
        and [g.name for g in graph.direct(database, e.GROUP)] == ["database-group"],
    )


@requirement("P-20")
def p20(graph: Graph) -> Evidence:
    return one_of(graph, e.DATABASE, manageMasterUserPassword=True)


@requirement("P-21")
def p21(graph: Graph) -> Evidence:
    found = Evidence([])
    for name in SERVICES:
        repository = f"power-pto{_suffix(graph)}/{name}"
        found += of(e.called(graph, e.REPOSITORY, repository), name=repository)
    return found


@requirement("P-22")
def p22(graph: Graph) -> Evidence:
    return one_of(
        graph,
        e.CLUSTER,
        name=f"power-pto{_suffix(graph)}",
        settings=[{"name": "containerInsights", "value": "enabled"}],
    )


def _replicas(graph: Graph) -> int:
    return 2 if graph.stack == "prod" else 1


def _balanced(graph: Graph, name: str, port: int) -> Evidence:
    """A service with a target group of its own; staging has one task of each (P-44)."""
    service, targets = graph.one(e.SERVICE, f"{name}-service"), graph.one(e.TARGETS, f"load-balancer-{name}-targets")
    own = targets.urn in service.property_dependencies["loadBalancers"]
    return (
        fact(service, "its own target group", holds=own)
        + one_of(
            graph,
            e.SERVICE,
            f"{name}-service",
            name=name,
            desiredCount=_replicas(graph),
            launchType="FARGATE",
            loadBalancers=[{"containerName": name, "containerPort": port}],
        )
        + one_of(graph, e.TARGETS, f"load-balancer-{name}-targets", port=port)
    )


@requirement("P-23")
def p23(graph: Graph) -> Evidence:
    return _balanced(graph, "api", 8000) + one_of(graph, e.SCALING, "api-scaling", minCapacity=_replicas(graph))


@requirement("P-24")
def p24(graph: Graph) -> Evidence:
    service = graph.one(e.SERVICE, "worker-service")
    found = of(service, name="worker", desiredCount=1, launchType="FARGATE")
    return found + fact(service, "no load balancer", holds=not service.inputs.get("loadBalancers"))


@requirement("P-25")
def p25(graph: Graph) -> Evidence:
    return _balanced(graph, "frontend", 80) + one_of(graph, e.SCALING, "frontend-scaling", minCapacity=_replicas(graph))


@requirement("P-26")
def p26(graph: Graph) -> Evidence:
    found = Evidence([])
    for name, cpu, memory in (("api", "512", "1024"), ("worker", "256", "512"), ("frontend", "256", "512")):
        found += one_of(graph, e.TASK, f"{name}-task", cpu=cpu, memory=memory)
    return found


@requirement("P-27")
def p27(graph: Graph) -> Evidence:
    balancer = graph.one(e.BALANCER)
    found = of(balancer, name=f"power-pto{_suffix(graph)}", internal=False, loadBalancerType="application")
    groups = [group.name for group in graph.direct(balancer, e.GROUP)]
    found += fact(balancer, f"security group {', '.join(groups)}", holds=groups == [FRONT])
    return found + e.subnets(graph, balancer, "public")


@requirement("P-28")
def p28(graph: Graph) -> Evidence:
    listener = graph.one(e.LISTENER, port=443)
    found = of(listener, protocol="HTTPS", sslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06", certificateArn=e.set_)
    return found + e.forwards(graph, listener, "defaultActions", "frontend")


@requirement("P-29")
def p29(graph: Graph) -> Evidence:
    rule = graph.one(e.LISTENER_RULE, priority=100)
    found = of(rule, priority=100, conditions=[{"pathPattern": {"values": ["/api/*", "/api"]}}])
    return found + e.forwards(graph, rule, "actions", "api")


@requirement("P-30")
def p30(graph: Graph) -> Evidence:
    return e.listens(graph, 80, defaultActions=[{"redirect": {"protocol": "HTTPS", "statusCode": "HTTP_301"}}])


@requirement("P-31")
def p31(graph: Graph) -> Evidence:
    found = Evidence([])
    for name in (f"{_prefix(graph)}database-url", f"{_prefix(graph)}jwt-signing-key"):
        found += of(e.called(graph, e.SECRET, name), name=name)
    return found


@requirement("P-32")
def p32(graph: Graph) -> Evidence:
    found = e.secrets(
        graph,
        "api",
        DATABASE_URL=f":secret:{_prefix(graph)}database-url",
        JWT_SECRET=f":secret:{_prefix(graph)}jwt-signing-key",
    )
    values = graph.of("aws:secretsmanager/secretVersion:SecretVersion")
    found += fact("state", f"{len(values)} secret values in the program", holds=not values)
    found += one_of(graph, e.ROTATION, rotationRules={"automaticallyAfterDays": lambda days: days <= 90})
    return found + fact(
        e.called(graph, e.SECRET, f"{_prefix(graph)}jwt-signing-key"),
        "rotate every 180 days, by its tag",
        holds=e.tags(e.called(graph, e.SECRET, f"{_prefix(graph)}jwt-signing-key")).get("rotate-days") == "180",
    )


@requirement("P-35")
def p35(graph: Graph) -> Evidence:
    found = one_of(graph, e.ROLE, "delivery-deploy-role", name=f"github-actions-deploy{_suffix(graph)}")
    return found + one_of(graph, "pulumi:providers:aws", region="us-east-1") + _pipeline(graph)


def _pipeline(graph: Graph) -> Evidence:
    """GitHub's workflows take the role in the environment of this stack."""
    return e.trusts(graph, "powerpto/power-pto", "production" if graph.stack == "prod" else "staging")


@requirement("P-38")
def p38(graph: Graph) -> Evidence:
    family = f"power-pto{_suffix(graph)}-migrate"
    task = graph.one(e.TASK, family=family)
    found = of(task, family=family, requiresCompatibilities=["FARGATE"])
    migrating, running = e.containers(graph, task.name)["api"], e.container(graph, "api")
    command = migrating["command"]
    alike = all(migrating[key] == running[key] for key in ("image", "environment", "secrets"))
    found += fact(task, "image, variables and secrets of the API", holds=alike)
    return found + fact(
        task, f"container api runs {command}", holds=command == ["uv", "run", "alembic", "upgrade", "head"]
    )


@requirement("P-41")
def p41(graph: Graph) -> Evidence:
    migration = graph.one(e.TASK, family=f"power-pto{_suffix(graph)}-migrate")
    found = Evidence([])
    for name in SERVICES:
        service = graph.one(e.SERVICE, f"{name}-service")
        found += fact(service, f"waits for {migration.name}", holds=graph.reaches(service, migration))
    for name in ("api", "frontend"):
        found += one_of(graph, e.SERVICE, f"{name}-service", deploymentMinimumHealthyPercent=100)
    return found


@requirement("P-42")
def p42(graph: Graph) -> Evidence:
    found = Evidence([])
    for policy in graph.of("aws:ecr/lifecyclePolicy:LifecyclePolicy"):
        rules = json.loads(str(policy.inputs["policy"]))["rules"]
        kept = [r["selection"]["countNumber"] for r in rules if r["selection"]["countType"] == "imageCountMoreThan"]
        found += fact(policy, f"keeps the newest {kept}", holds=kept == [50 if graph.stack == "prod" else 10])
    for name in SERVICES:
        found += one_of(graph, e.TASK, f"{name}-task", skipDestroy=True)
    for repository in graph.of(e.REPOSITORY):
        found += of(repository, imageTagMutability="IMMUTABLE")
    assert found.parts
    return found


@requirement("P-43")
def p43(graph: Graph) -> Evidence:
    environment, host, prefix = {
        "prod": ("production", "app", "power-pto/"),
        "staging": ("staging", "staging", "power-pto/staging/"),
    }[graph.stack]
    found = e.variables(graph, "api", CORS_ORIGINS=f"https://{host}.powerpto.example")
    found += e.called_environment(graph, environment)
    for name in SERVICES:
        tag = e.container(graph, name)["image"].rpartition(":")[2]
        found += fact(f"tag of {name}", "a commit", holds=re.fullmatch(r"[0-9a-f]{7,40}", tag))
        found += e.variables(graph, name, ENVIRONMENT=environment, APP_VERSION=tag)
    found += e.secrets(graph, "worker", DATABASE_URL=f":secret:{prefix}database-url-")
    return found + e.secrets(
        graph, "api", DATABASE_URL=f":secret:{prefix}database-url-", JWT_SECRET=f":secret:{prefix}jwt-signing-key-"
    )


@requirement("P-44")
def p44(graph: Graph) -> Evidence:
    production = graph.stack == "prod"
    host = "app" if production else "staging"
    found = e.variables(
        graph,
        "api",
        DEBUG="false",
        SWAGGER_ENABLED="false" if production else "true",
        CORS_ORIGINS=f"https://{host}.powerpto.example",
        LOG_LEVEL="INFO",
    )
    found += e.variables(graph, "worker", LOG_LEVEL="INFO") + one_of(graph, e.DATABASE, multiAz=production)
    found += one_of(graph, e.SCALING, "api-scaling", minCapacity=2 if production else 1)
    return found + one_of(graph, e.SERVICE, "worker-service", desiredCount=1)


@requirement("P-45")
def p45(graph: Graph) -> Evidence:
    days = 90 if graph.stack == "prod" else 30
    found = Evidence([])
    for name in SERVICES:
        found += e.part(graph, name, logConfiguration={"logDriver": "awslogs"})
        found += one_of(graph, e.LOG_GROUP, f"{name}-log", retentionInDays=days)
    return found


@requirement("P-46")
def p46(graph: Graph) -> Evidence:
    targets = str(graph.one(e.TARGETS, "load-balancer-api-targets").outputs["arnSuffix"])
    return e.metric_alarm(
        graph,
        "api-p99",
        2,
        5,
        metricName="TargetResponseTime",
        extendedStatistic="p99",
        dimensions={"TargetGroup": targets},
    ) + e.on_dashboard(graph, "p50", "p95", "p99")


@requirement("P-47")
def p47(graph: Graph) -> Evidence:
    return e.metric_alarm(graph, "errors-5xx", 1, 5) + e.rate(graph, "errors-5xx", "HTTPCode_Target_5XX_Count")


@requirement("P-48")
def p48(graph: Graph) -> Evidence:
    return e.metric_alarm(graph, "errors-4xx", 10, 5) + e.rate(graph, "errors-4xx", "HTTPCode_Target_4XX_Count")


@requirement("P-49")
def p49(graph: Graph) -> Evidence:
    """80 % of what PostgreSQL's formula gives for the class's 4 GiB."""
    return e.connections(graph, "database-connections", 80, 5, "team")


@requirement("P-50")
def p50(graph: Graph) -> Evidence:
    found = Evidence([])
    for name in SERVICES:
        found += _of_service(graph, name, "cpu", "CPUUtilization")
    return found


def _of_service(graph: Graph, name: str, key: str, metric: str) -> Evidence:
    """Assert the alarm on what a service uses; T-34 takes "sustained" for five minutes."""
    wanted = {"ClusterName": f"power-pto{_suffix(graph)}", "ServiceName": name}
    return e.metric_alarm(graph, f"{name}-{key}", 80, 5, metricName=metric, namespace="AWS/ECS", dimensions=wanted)


@requirement("P-51")
def p51(graph: Graph) -> Evidence:
    found = Evidence([])
    for name in SERVICES:
        found += _of_service(graph, name, "memory", "MemoryUtilization")
    return found


@requirement("P-52")
def p52(graph: Graph) -> Evidence:
    found = [r for r in graph.of(e.ALARM) if "application-" in r.name]
    assert len(found) == 1, f"{len(found)} alarms on metrics of the application"
    alarm = of(
        found[0],
        metricName="AccrualJobFailed",
        namespace="PowerPto" if graph.stack == "prod" else "PowerPto/Staging",
        threshold=0,
        comparisonOperator="GreaterThanThreshold",
        statistic="Sum",
        evaluationPeriods=1,
        alarmActions=e.set_,
    )
    return alarm + e.grants(graph, "worker-task", "cloudwatch:PutMetricData")


@requirement("P-53")
def p53(graph: Graph) -> Evidence:
    """The load balancer waits less than it pauses, and starting tasks are let be (T-25)."""
    found = e.health(graph, "api", path="/health", interval=5, timeout=4, unhealthyThreshold=3)
    return found + one_of(graph, e.SERVICE, "api-service", healthCheckGracePeriodSeconds=lambda given: given >= 30)


@requirement("P-54")
def p54(graph: Graph) -> Evidence:
    return e.part(graph, "api", healthCheck={"command": lambda words: "8000" in " ".join(words)})


@requirement("P-55")
def p55(graph: Graph) -> Evidence:
    return one_of(graph, e.DATABASE, multiAz=True)


@requirement("P-56")
def p56(graph: Graph) -> Evidence:
    services = [f"{name}-{what}" for name in SERVICES for what in ("cpu", "memory")]
    keys = ("api-p99", "errors-5xx", "errors-4xx", "database-connections", "application-accrual-failed", *services)
    found = Evidence([])
    for key in keys:
        found += e.alarm(graph, key, "team", alarmActions=e.set_)
    return found


@requirement("P-57")
def p57(graph: Graph) -> Evidence:
    """The function that tells Slack reads the webhook's address from its secret."""
    topic = graph.one(e.TOPIC, "observability-notifications-team")
    kinds = {str(s.inputs["protocol"]): s for s in graph.of(e.SUBSCRIPTION) if topic in graph.direct(s)}
    found = fact(topic, f"tells by {', '.join(sorted(kinds))}", holds=set(kinds) == {"email", "lambda"})
    found += of(kinds["email"], endpoint="team@powerpto.example")
    prefix = _prefix(graph)
    return found + of(
        graph.one("aws:lambda/function:Function", environment={"variables": {"WEBHOOK_SECRET": e.set_}}),
        environment={"variables": {"WEBHOOK_SECRET": f"{prefix}slack-webhook"}},
    )


@requirement("P-58")
def p58(graph: Graph) -> Evidence:
    return e.many(graph, e.NAT, 1) + e.budget(graph, 265)


@requirement("P-60")
def p60(graph: Graph) -> Evidence:
    found = one_of(graph, e.DATABASE, publiclyAccessible=False)
    for service in graph.of(e.SERVICE):
        found += e.subnets(graph, service, "private")
        found += of(service, networkConfiguration={"assignPublicIp": False})
    world = {g.name for g in graph.of(e.GROUP) if any(e.WORLD in who for who in e.doors(graph, g.name).values())}
    return found + fact("security groups open to the internet", ", ".join(world), holds=world == {FRONT})


@requirement("P-61")
def p61(graph: Graph) -> Evidence:
    forced = {"name": "rds.force_ssl", "value": "1"}
    return e.listens(graph, 443, protocol="HTTPS") + one_of(
        graph,
        "aws:rds/parameterGroup:ParameterGroup",
        parameters=lambda given: any(forced.items() <= p.items() for p in given),
    )


@requirement("P-62")
def p62(graph: Graph) -> Evidence:
    return e.least_privilege(graph)


@requirement("P-63")
def p63(graph: Graph) -> Evidence:
    opened = {port for g in graph.of(e.GROUP) for port in e.doors(graph, g.name)}
    return fact("security groups", f"open ports {sorted(opened)}", holds=22 not in opened) + one_of(
        graph, e.LOG_GROUP, "api-log", name=e.set_
    )


@requirement("P-65")
def p65(graph: Graph) -> Evidence:
    keys = graph.of("aws:iam/accessKey:AccessKey")
    return fact("access keys", f"{len(keys)}", holds=not keys) + _pipeline(graph)
