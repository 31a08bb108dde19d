"""Rupaya: one backend, in production behind CloudFront with a cache and file storage, in staging smaller."""

from __future__ import annotations

import json
from typing import Any

from preview.graph import Graph
from tests.conformance import evidence as e
from tests.conformance.evidence import Evidence, fact, of, one_of, requirement

KEYS = (
    "db_password",
    "jwt_secret",
    "refresh_token_secret",
    "sendgrid_api_key",
    "plaid_client_id",
    "plaid_secret",
    "hibp_api_key",
    "sentry_dsn",
)
PAGERDUTY = "https://events.pagerduty.com/"


def _environment(graph: Graph) -> str:
    return "production" if graph.stack == "prod" else "staging"


@requirement("R-02")
def r02(graph: Graph) -> Evidence:
    cdn, record = graph.one(e.DISTRIBUTION), e.called(graph, e.RECORD, "api.rupaya.com", type="A")
    found = fact(record, "api.rupaya.com is CloudFront's", holds=graph.reaches(record, cdn))
    found += e.lets_in(graph, "load-balancer-group", {}) + e.lets_in(
        graph, "load-balancer-cloudfront", {443: {"CloudFront"}}
    )
    found += e.lets_in(graph, "backend-group", {3000: {"load-balancer-group"}})
    found += one_of(graph, e.SCALING, "backend-scaling", minCapacity=3)
    found += e.lets_in(graph, "cache-group", {6379: {"backend-group"}})
    found += e.lets_in(graph, "database-group", {5432: {"backend-group"}})
    found += one_of(graph, e.DATABASE, multiAz=True)
    found += e.grants(graph, "backend-task", "s3:PutObject") + _connected(graph)
    cache, bucket = graph.one(e.SECRET, "cache-secret"), graph.one(e.BUCKET, "media-bucket")
    found += e.secrets(graph, "backend", REDIS_URL=f"{cache.outputs['arn']}:")
    found += e.variables(graph, "backend", MEDIA_BUCKET=bucket.outputs["bucket"])
    return found + e.part(graph, "backend", logConfiguration={"logDriver": "awslogs"})


def _connected(graph: Graph) -> Evidence:
    """The backend is told where the database is, and how to enter it."""
    database = graph.one(e.DATABASE).outputs
    return e.variables(
        graph, "backend", DATABASE_HOST=database["address"], DATABASE_NAME=database["dbName"]
    ) + e.secrets(graph, "backend", DATABASE_USER=":username::", DATABASE_PASSWORD=":password::")


@requirement("R-03")
def r03(graph: Graph) -> Evidence:
    balancer, record = graph.one(e.BALANCER), e.called(graph, e.RECORD, "staging-api.rupaya.com", type="A")
    found = fact(record, "the load balancer's", holds=graph.reaches(record, balancer))
    found += one_of(graph, e.SERVICE, "backend-service", desiredCount=1) + one_of(graph, e.DATABASE, multiAz=False)
    absent = {"CloudFront": e.DISTRIBUTION, "cache": e.CACHE}
    found += fact("left out", ", ".join(absent), holds=not any(graph.of(type_) for type_ in absent.values()))
    found += e.lets_in(graph, "backend-group", {3000: {"load-balancer-group"}})
    found += e.lets_in(graph, "database-group", {5432: {"backend-group"}}) + _connected(graph)
    return found + fact("left out", "file storage", holds=not graph.named("media-bucket"))


def _account(given: object) -> bool:
    return str(given) == '["123456789012"]'


def _repository(graph: Graph, name: str, keep: int, days: int) -> Evidence:
    repository = e.called(graph, e.REPOSITORY, name)
    address = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}"
    found = of(repository, name=name) + one_of(graph, "pulumi:providers:aws", allowedAccountIds=_account)
    found += e.part(graph, "backend", image=lambda image: image.rpartition(":")[0] == address)
    policy = graph.one("aws:ecr/lifecyclePolicy:LifecyclePolicy")
    kept = {
        (rule["selection"]["tagStatus"], rule["selection"]["countType"]): rule["selection"]["countNumber"]
        for rule in json.loads(str(policy.inputs["policy"]))["rules"]
    }
    wanted = {("untagged", "sinceImagePushed"): days, ("any", "imageCountMoreThan"): keep}
    return found + fact(policy, f"newest {keep} stay, untagged go after {days} days", holds=kept == wanted)


@requirement("R-04")
def r04(graph: Graph) -> Evidence:
    return _repository(graph, "rupaya-backend-staging", 10, 30)


@requirement("R-05")
def r05(graph: Graph) -> Evidence:
    return _repository(graph, "rupaya-backend-prod", 50, 90) + one_of(
        graph, e.REPOSITORY, imageScanningConfiguration={"scanOnPush": True}
    )


def _running(graph: Graph, name: str, cluster: str, tasks: tuple[int, int, int]) -> Evidence:
    least, desired, most = tasks
    service, task = graph.one(e.SERVICE, "backend-service"), graph.one(e.TASK, "backend-task")
    return (
        fact(service, "newest revision", holds=task in graph.direct(service))
        + one_of(graph, e.CLUSTER, name=cluster)
        + one_of(graph, e.SERVICE, "backend-service", name=name, desiredCount=desired)
        + one_of(graph, e.TASK, "backend-task", family=name)
        + one_of(graph, e.SCALING, "backend-scaling", minCapacity=least, maxCapacity=most)
    )


@requirement("R-06")
def r06(graph: Graph) -> Evidence:
    return _running(graph, "rupaya-backend-staging", "rupaya-ecs-staging", (1, 1, 2))


@requirement("R-07")
def r07(graph: Graph) -> Evidence:
    return one_of(graph, e.TASK, "backend-task", cpu="512", memory="1024") + e.variables(
        graph, "backend", ENVIRONMENT="staging"
    )


@requirement("R-08")
def r08(graph: Graph) -> Evidence:
    return _running(graph, "rupaya-backend-prod", "rupaya-ecs-prod", (3, 3, 10))


@requirement("R-09")
def r09(graph: Graph) -> Evidence:
    return one_of(graph, e.TASK, "backend-task", cpu="1024", memory="2048") + e.variables(
        graph, "backend", ENVIRONMENT="production"
    )


@requirement("R-10")
def r10(graph: Graph) -> Evidence:
    found = Evidence([])
    for way, threshold, step in (("out", 70, 1), ("in", 30, -1)):
        policy = graph.one(e.SCALING_POLICY, f"backend-scaling-cpu-{way}")
        found += of(
            policy, stepScalingPolicyConfiguration={"stepAdjustments": lambda s, n=step: s[0]["scalingAdjustment"] == n}
        )
        alarm = graph.one(e.ALARM, f"backend-scaling-cpu-{way}")
        service = f"rupaya-backend-{graph.stack}"
        compared = "GreaterThanThreshold" if way == "out" else "LessThanThreshold"
        found += of(
            alarm,
            namespace="AWS/ECS",
            metricName="CPUUtilization",
            threshold=threshold,
            comparisonOperator=compared,
            dimensions={"ServiceName": service},
        )
        found += fact(alarm, f"starts {policy.name}", holds=policy in graph.direct(alarm))
    return found


@requirement("R-11")
def r11(graph: Graph) -> Evidence:
    return one_of(
        graph,
        e.DATABASE,
        identifier="rupaya-staging",
        engine="postgres",
        engineVersion="15",
        instanceClass="db.t4g.medium",
        allocatedStorage=100,
        storageType="gp3",
        multiAz=False,
        backupRetentionPeriod=7,
    )


@requirement("R-12")
def r12(graph: Graph) -> Evidence:
    return one_of(
        graph,
        e.DATABASE,
        identifier="rupaya-prod",
        engine="postgres",
        engineVersion="15",
        instanceClass="db.r6g.large",
        allocatedStorage=500,
        storageType="io2",
        iops=3000,
        multiAz=True,
        backupRetentionPeriod=30,
        monitoringInterval=60,
        performanceInsightsEnabled=True,
    )


@requirement("R-13")
def r13(graph: Graph) -> Evidence:
    return one_of(
        graph,
        e.CACHE,
        engine="redis",
        engineVersion="7.1",
        nodeType="cache.r6g.large",
        numNodeGroups=1,
        replicasPerNodeGroup=2,
        automaticFailoverEnabled=True,
        multiAzEnabled=True,
        snapshotRetentionLimit=lambda days: days > 0,
    ) + one_of(
        graph,
        "aws:elasticache/parameterGroup:ParameterGroup",
        family="redis7",
        parameters=[{"name": "cluster-enabled", "value": "yes"}],
    )


@requirement("R-14")
def r14(graph: Graph) -> Evidence:
    name = f"rupaya/{_environment(graph)}/secrets"
    references = {
        item["name"]: item["valueFrom"].rpartition(f":secret:{name}-")[2].split(":")[1]
        for item in e.container(graph, "backend")["secrets"]
        if f":secret:{name}-" in item["valueFrom"]
    }
    task = graph.one(e.TASK, "backend-task")
    keys = ", ".join(sorted(references.values()))
    return fact(task, f"reads {keys}", holds=references == {key.upper(): key for key in KEYS})


@requirement("R-15")
def r15(graph: Graph) -> Evidence:
    secret = e.called(graph, e.SECRET, f"rupaya/{_environment(graph)}/secrets")
    return fact(secret, "rotate every 90 days, by its tag", holds=e.tags(secret)["rotate-days"] == "90")


@requirement("R-16")
def r16(graph: Graph) -> Evidence:
    name = f"rupaya/{_environment(graph)}/secrets"
    wanted = {key.upper(): f":secret:{name}-" for key in KEYS}
    return of(e.called(graph, e.SECRET, name), name=name) + e.secrets(graph, "backend", **wanted)


@requirement("R-17")
def r17(graph: Graph) -> Evidence:
    """RDS changes its password by itself; of all other keys a daily look at their ages reminds the team."""
    found = one_of(graph, e.ROTATION, rotationRules={"automaticallyAfterDays": 90})
    schedule = graph.one("aws:scheduler/schedule:Schedule", "observability-secret-ages-schedule")
    target: Any = schedule.inputs["target"]
    event = json.loads(target["input"])
    name = f"rupaya/{_environment(graph)}/secrets"
    days = next(secret["keys"] for secret in event["secrets"] if secret["name"] == name)
    others = [key for key in KEYS if key != "db_password"]
    tells = event["topic"] == graph.one(e.TOPIC, "observability-notifications-team").outputs["arn"]
    return (
        found
        + of(schedule, scheduleExpression="rate(1 day)")
        + fact(
            schedule,
            f"tells the team of {', '.join(others)} after 180 days",
            holds=tells and days == {"db_password": 90, **dict.fromkeys(others, 180)},
        )
    )


@requirement("R-18")
def r18(graph: Graph) -> Evidence:
    environment = _environment(graph)
    return one_of(graph, e.ROLE, "delivery-deploy-role", name=f"rupaya-{environment}-deploy") + e.trusts(
        graph, "rupaya/rupaya", environment
    )


@requirement("R-19")
def r19(graph: Graph) -> Evidence:
    """Behind CloudFront the load balancer answers to a name of its own."""
    host = "origin.api.rupaya.com" if graph.stack == "prod" else "staging-api.rupaya.com"
    record = e.called(graph, e.RECORD, host, type="A")
    found = of(record, name=host) + fact(
        record, "alias of the load balancer", holds=graph.reaches(record, graph.one(e.BALANCER))
    )
    if graph.stack == "prod":
        public = e.called(graph, e.RECORD, "api.rupaya.com", type="A")
        found += of(public, name="api.rupaya.com") + one_of(
            graph, e.DISTRIBUTION, origins=lambda origins: origins[0]["domainName"] == host
        )
    return found


@requirement("R-20")
def r20(graph: Graph) -> Evidence:
    """Route 53 asks on 443, the load balancer's port (T-21); staging sleeps at night, so nobody asks it from outside."""
    found = e.health(graph, "backend", path="/health", port="3000", interval=30, unhealthyThreshold=3)
    if graph.stack == "staging":
        return found
    return found + one_of(
        graph,
        "aws:route53/healthCheck:HealthCheck",
        type="HTTPS",
        fqdn="api.rupaya.com",
        port=443,
        resourcePath="/health",
        requestInterval=30,
        failureThreshold=3,
    )


@requirement("R-21")
def r21(graph: Graph) -> Evidence:
    """Container Insights counts tasks; each deployment is told to the team as it happens (T-36)."""
    told = graph.one("aws:cloudwatch/eventRule:EventRule", "observability-notifications-deployments")
    topic = graph.one(e.TOPIC, "observability-notifications-team")
    targets = [t for t in graph.of("aws:cloudwatch/eventTarget:EventTarget") if told in graph.direct(t)]
    counted = [{"name": "containerInsights", "value": lambda value: value in ("enabled", "enhanced")}]
    return (
        e.shows(graph, "AWS/ECS", "CPUUtilization", "MemoryUtilization")
        + e.shows(graph, "ECS/ContainerInsights", "RunningTaskCount", "DeploymentCount")
        + one_of(graph, e.CLUSTER, settings=counted)
        + fact(told, f"tells {topic.name}", holds=targets and all(topic in graph.direct(t) for t in targets))
    )


@requirement("R-22")
def r22(graph: Graph) -> Evidence:
    return e.shows(graph, "AWS/RDS", "CPUUtilization", "DatabaseConnections", "ReplicaLag", "FreeStorageSpace")


@requirement("R-23")
def r23(graph: Graph) -> Evidence:
    figures = ("CPUUtilization", "EngineCPUUtilization", "Evictions", "NetworkBytesIn", "NetworkBytesOut")
    return e.shows(graph, "AWS/ElastiCache", *figures)


@requirement("R-24")
def r24(graph: Graph) -> Evidence:
    return e.nobody_well(graph, "backend", "page")


@requirement("R-25")
def r25(graph: Graph) -> Evidence:
    return e.metric_alarm(
        graph,
        "database-cpu",
        90,
        5,
        "database",
        metricName="CPUUtilization",
        namespace="AWS/RDS",
        dimensions={"DBInstanceIdentifier": f"rupaya-{graph.stack}"},
    )


@requirement("R-26")
def r26(graph: Graph) -> Evidence:
    """95 % of what PostgreSQL's formula gives for the class, for a minute."""
    return e.connections(graph, "database-exhausted", 95, 1, "page")


@requirement("R-27")
def r27(graph: Graph) -> Evidence:
    return e.metric_alarm(
        graph,
        "backend-memory",
        80,
        5,
        "team",
        metricName="MemoryUtilization",
        namespace="AWS/ECS",
        dimensions={"ServiceName": f"rupaya-backend-{graph.stack}"},
    )


@requirement("R-28")
def r28(graph: Graph) -> Evidence:
    gib: object = graph.one(e.DATABASE).inputs["allocatedStorage"]
    assert isinstance(gib, int)
    free = gib * 2**30 // 5
    return e.alarm(
        graph,
        "database-storage",
        "team",
        metricName="FreeStorageSpace",
        threshold=free,
        comparisonOperator="LessThanThreshold",
        dimensions={"DBInstanceIdentifier": f"rupaya-{graph.stack}"},
    )


@requirement("R-40")
def r40(graph: Graph) -> Evidence:
    return e.budget(graph, 770)


@requirement("R-41")
def r41(graph: Graph) -> Evidence:
    """Spot is off in the file; `spotPercent` gives it a share. Reserved capacity is no resource: an account buys a Savings Plan for the rest."""
    spot = e.varied("rupaya/staging", _with_spot)
    shared = one_of(
        spot,
        "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
    ) + one_of(
        spot,
        e.SERVICE,
        "backend-service",
        capacityProviderStrategies=[
            {"capacityProvider": "FARGATE", "weight": 40},
            {"capacityProvider": "FARGATE_SPOT", "weight": 60},
        ],
    )
    found = e.where("with `spotPercent: 60`", shared)
    for when, hours, least, most in (("sleep", "0 20 ? * *", 0, 0), ("wake", "0 7 ? * MON-FRI", 1, 2)):
        found += one_of(
            graph,
            "aws:appautoscaling/scheduledAction:ScheduledAction",
            f"hibernation-backend-{when}",
            schedule=f"cron({hours} *)",
            timezone="America/New_York",
            scalableTargetAction={"minCapacity": least, "maxCapacity": most},
        )
    for when in ("stop", "start"):
        found += one_of(graph, "aws:scheduler/schedule:Schedule", f"hibernation-database-{when}", target=e.set_)
    snapshots = graph.of("aws:rds/snapshot:Snapshot")
    found += fact("manual snapshots", f"{len(snapshots)}", holds=not snapshots)
    return found + one_of(graph, e.DATABASE, backupRetentionPeriod=7)


def _with_spot(config: dict[str, Any]) -> None:
    """Run three of five tasks on Spot."""
    config["slipway:services"]["backend"]["spotPercent"] = 60


@requirement("R-42")
def r42(graph: Graph) -> Evidence:
    name = f"rupaya-backend-{graph.stack}"
    return (
        e.logs_to(graph, "backend", f"/ecs/{name}")
        + one_of(graph, e.TASK, "backend-task", family=name)
        + one_of(graph, e.REPOSITORY, name=name)
    )


@requirement("R-45")
def r45(graph: Graph) -> Evidence:
    """The secret holds the address of the webhook of #rupaya-ops."""
    found = Evidence([])
    for audience, protocol, endpoint in (
        ("page", "https", PAGERDUTY),
        ("database", "https", PAGERDUTY),
        ("team", "email", "ops@rupaya.com"),
        ("team", "lambda", "arn:aws:lambda:"),
    ):
        subscriptions = [
            s
            for s in graph.all(e.SUBSCRIPTION, protocol=protocol)
            if any(t.name.endswith(f"-{audience}") for t in graph.direct(s, e.TOPIC))
        ]
        assert len(subscriptions) == 1, f"{len(subscriptions)} are told by {protocol} of what concerns {audience}"
        told = subscriptions[0]
        found += of(told, protocol=protocol)
        seen = str(told.inputs["endpoint"])
        whole = protocol == "email"
        found += fact(audience, protocol, holds=seen == endpoint if whole else seen.startswith(endpoint))
    secret = f"rupaya/{_environment(graph)}/slack-webhook"
    found += of(e.called(graph, e.SECRET, secret), description=lambda text: "#rupaya-ops" in text)
    functions = graph.all("aws:lambda/function:Function", environment={"variables": {"WEBHOOK_SECRET": secret}})
    return found + fact(secret, "read by the function that tells Slack", holds=len(functions) == 1)
