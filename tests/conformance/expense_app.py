"""Expense app: frontend and backend on one host, MySQL, media bucket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from preview import stackfile
from preview.graph import Graph
from tests.conformance import evidence as e
from tests.conformance import state
from tests.conformance.evidence import Evidence, fact, of, one_of, requirement

ROOT = Path(__file__).parents[2]
SERVICES = ("frontend", "backend")
STATE = ("expense-app-tfstate", "eu-north-1")
KEY = "aws:kms/key:Key"


@requirement("E-02")
def e02(graph: Graph) -> Evidence:
    documents = [str(p.inputs["policy"]) for p in graph.of("aws:iam/policy:Policy") if p.name.startswith("delivery-")]
    services = {
        action.partition(":")[0]
        for text in documents
        for statement in json.loads(text)["Statement"]
        if statement["Effect"] == "Allow"
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    wanted = {"ec2", "ecs", "elasticloadbalancing", "rds", "acm", "iam", "s3", "secretsmanager", "cloudwatch"}
    return fact("the deploy role's policies", ", ".join(sorted(wanted)), holds=wanted <= services)


@requirement("E-04")
def e04(_graph: Graph) -> Evidence:
    return state.backend(*STATE)


@requirement("E-05")
def e05(_graph: Graph) -> Evidence:
    return state.login(*STATE)


@requirement("E-06")
def e06(graph: Graph) -> Evidence:
    agent = e.containers(graph, "backend-task")["cloudwatch-agent"]["image"]
    found = fact("repositories of this stack", f"{len(graph.of(e.REPOSITORY))}", holds=not graph.of(e.REPOSITORY))
    found += e.part(graph, "backend", image=lambda uri: ".dkr.ecr." in uri)
    return found + fact("container `cloudwatch-agent`", agent, holds=agent.startswith("public.ecr.aws/"))


@requirement("E-07")
def e07(graph: Graph) -> Evidence:
    found = e.subnets(graph, graph.one(e.BALANCER), "public")
    for service in graph.of(e.SERVICE):
        found += e.subnets(graph, service, "private")
    found += e.subnets(graph, graph.one("aws:rds/subnetGroup:SubnetGroup"), "isolated")
    return found + e.many(graph, e.NAT, 1)


@requirement("E-08")
def e08(graph: Graph) -> Evidence:
    zones = sorted({str(s.inputs["availabilityZone"]) for s in graph.of(e.SUBNET)})
    return fact("subnets", ", ".join(zones), holds=zones == ["eu-north-1a", "eu-north-1b"])


@requirement("E-09")
def e09(graph: Graph) -> Evidence:
    return e.many(graph, e.CLUSTER, 1) + e.many(graph, e.SERVICE, 2, launchType="FARGATE")


@requirement("E-10")
def e10(graph: Graph) -> Evidence:
    listener = graph.one(e.LISTENER, port=443)
    return e.forwards(graph, listener, "defaultActions", "frontend") + e.part(graph, "frontend", image=e.set_)


@requirement("E-11")
def e11(graph: Graph) -> Evidence:
    rule = graph.one(e.LISTENER_RULE)
    found = of(rule, conditions=[{"pathPattern": {"values": ["/api/*", "/api"]}}])
    return found + e.forwards(graph, rule, "actions", "backend")


@requirement("E-12")
def e12(graph: Graph) -> Evidence:
    database = graph.one(e.DATABASE)
    keys = [key.name for key in graph.direct(database, KEY)]
    found = of(database, engine="mysql", multiAz=True, storageEncrypted=True)
    return found + fact(database, f"key {', '.join(keys)}", holds=keys == ["database-key-key"])


@requirement("E-13")
def e13(graph: Graph) -> Evidence:
    found = one_of(
        graph,
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "media-lifecycle",
        rules=lambda rules: any(
            rule["status"] == "Enabled"
            and rule["noncurrentVersionExpiration"] == {"noncurrentDays": 90}
            and rule["transitions"] == [{"days": 90, "storageClass": "STANDARD_IA"}]
            for rule in rules
        ),
    )
    cdn = graph.one(e.DISTRIBUTION, "media-distribution")
    return (
        found
        + of(cdn, enabled=True)
        + fact(cdn, "its origin is media-bucket", holds=graph.reaches(cdn, graph.one(e.BUCKET, "media-bucket")))
    )


@requirement("E-14")
def e14(graph: Graph) -> Evidence:
    return one_of(graph, e.BUCKET, "media-bucket", bucket="expense-app-media-prod")


@requirement("E-15")
def e15(graph: Graph) -> Evidence:
    return one_of(graph, e.DATABASE, username="expense_app_prod")


@requirement("E-16")
def e16(graph: Graph) -> Evidence:
    return one_of(graph, e.DATABASE, dbName="expense_settlement")


@requirement("E-17")
def e17(graph: Graph) -> Evidence:
    """Access keys are off in the file, because the task's role reads and writes the bucket; two settings hand them over too."""
    found = one_of(graph, e.DATABASE, manageMasterUserPassword=True) + e.grants(graph, "backend-task", "s3:PutObject")
    keyed = e.varied("expense-app/prod", _with_keys)
    given = of(e.called(keyed, e.SECRET, _KEYS), name=_KEYS) + e.secrets(
        keyed,
        "backend",
        AWS_ACCESS_KEY_ID=f":secret:{_KEYS}-",
        AWS_SECRET_ACCESS_KEY=f":secret:{_KEYS}-",
    )
    return found + e.where(f"with `secrets.{_KEYS}`", given)


_KEYS = "expense-app/s3-keys"


def _with_keys(config: dict[str, Any]) -> None:
    """Keep access keys to the bucket in a secret, and give them to the backend."""
    config["slipway:secrets"] = {
        _KEYS: {"description": "Access keys to the bucket", "keys": ["access_key_id", "secret_access_key"]}
    }
    config["slipway:services"]["backend"]["secrets"] |= {
        "AWS_ACCESS_KEY_ID": f"{_KEYS}:access_key_id",
        "AWS_SECRET_ACCESS_KEY": f"{_KEYS}:secret_access_key",
    }


@requirement("E-18")
def e18(graph: Graph) -> Evidence:
    return e.secrets(graph, "backend", DB_USER=":username::", DB_PASSWORD=":password::")


@requirement("E-19")
def e19(graph: Graph) -> Evidence:
    """Names and addresses are no secrets: they come as variables, as the same document says (E-21), and access by role."""
    database = graph.one(e.DATABASE)
    return e.secrets(graph, "backend", DB_USER=":secret:rds!db-", DB_PASSWORD=":secret:rds!db-") + e.variables(
        graph,
        "backend",
        DB_HOST=database.outputs["address"],
        DB_PORT="3306",
        DB_NAME="expense_settlement",
        MEDIA_S3_BUCKET="expense-app-media-prod",
    )


@requirement("E-20")
def e20(graph: Graph) -> Evidence:
    read = {item["valueFrom"].split(":username:")[0].split(":password:")[0] for item in _secrets(graph)}
    allowed = [s for s in e.statements(graph, "backend-execution") if s["Action"] == ["secretsmanager:GetSecretValue"]]
    policy = graph.one(e.ROLE_POLICY, "backend-execution")
    found = fact(
        policy, "exactly the secrets of its task", holds=read and [set(s["Resource"]) for s in allowed] == [read]
    )
    return found + e.grants(graph, "backend-execution", "secretsmanager:GetSecretValue")


def _secrets(graph: Graph) -> list[dict[str, str]]:
    return list(e.container(graph, "backend")["secrets"])


@requirement("E-21")
def e21(graph: Graph) -> Evidence:
    return e.variables(graph, "backend", AWS_REGION="eu-north-1", MEDIA_S3_BUCKET="expense-app-media-prod")


@requirement("E-22")
def e22(graph: Graph) -> Evidence:
    """On in the file; without `media.cdn` it is the bucket's own address."""
    address = graph.one(e.DISTRIBUTION, "media-distribution").outputs["domainName"]
    found = e.variables(graph, "backend", MEDIA_S3_BASE_URL=f"https://{address}")
    without = e.varied("expense-app/prod", _without_cdn)
    assert not without.of(e.DISTRIBUTION), "CloudFront is there without `media.cdn`"
    address = "https://expense-app-media-prod.s3.eu-north-1.amazonaws.com"
    return found + e.where("without `media.cdn`", e.variables(without, "backend", MEDIA_S3_BASE_URL=address))


def _without_cdn(config: dict[str, Any]) -> None:
    """Serve the bucket without CloudFront."""
    del config["slipway:media"]["cdn"]


@requirement("E-24")
def e24(graph: Graph) -> Evidence:
    found = Evidence([])
    for name in SERVICES:
        found += e.part(
            graph,
            name,
            readonlyRootFilesystem=True,
            linuxParameters=lambda given: [mount["containerPath"] for mount in given["tmpfs"]] == ["/tmp"],
        )
    return found


@requirement("E-25")
def e25(graph: Graph) -> Evidence:
    return e.variables(graph, "backend", APP_ENV="prod") + e.called_environment(graph, "production")


@requirement("E-26")
def e26(graph: Graph) -> Evidence:
    host, zone = "app.example.com", "ZABCDEFGHIJKLMN"
    return one_of(graph, "pulumi:providers:aws", region="eu-north-1") + of(
        e.called(graph, e.RECORD, host, type="A"), name=host, zoneId=zone
    )


@requirement("E-27")
def e27(graph: Graph) -> Evidence:
    found = Evidence([])
    for name in SERVICES:
        found += e.part(graph, name, image=f"{_REGISTRY}/{name}:main")
    return found


@requirement("E-28")
def e28(graph: Graph) -> Evidence:
    alias, balancer = e.called(graph, e.RECORD, "app.example.com", type="A"), graph.one(e.BALANCER)
    validation = graph.one("aws:acm/certificateValidation:CertificateValidation")
    certificate = graph.one(e.CERTIFICATE, domainName="app.example.com")
    listener = graph.one(e.LISTENER, port=443)
    found = of(certificate, domainName="app.example.com", validationMethod="DNS")
    found += fact(validation, "waits for the certificate", holds=graph.reaches(validation, certificate))
    found += fact(listener, "waits for the validation", holds=graph.reaches(listener, validation))
    found += fact(alias, "alias of the load balancer", holds=balancer in graph.direct(alias))
    found += e.many(graph, e.SERVICE, 2) + e.many(graph, e.DATABASE, 1)
    found += one_of(graph, e.DATABASE, manageMasterUserPassword=True)
    found += one_of(graph, e.BUCKET, "media-bucket", bucket="expense-app-media-prod")
    return found + one_of(graph, e.LOG_GROUP, "backend-log", name="/ecs/backend")


@requirement("E-29")
def e29(graph: Graph) -> Evidence:
    """Each variable of the document's `prod.tfvars` stands in the stack file of that name, and reaches its resource."""
    file = ROOT / "examples" / "expense-app" / f"Pulumi.{graph.stack}.yaml"
    config: Any = stackfile.read(file).config
    domain, database = config["slipway:domain"], config["slipway:database"]
    alias, instance = e.called(graph, e.RECORD, "app.example.com", type="A").inputs, graph.one(e.DATABASE).inputs
    stated = {
        "aws_region": (config["aws:region"], "eu-north-1"),
        "domain_name": (domain["host"], "app.example.com"),
        "hosted_zone_id": (domain["zoneId"], "ZABCDEFGHIJKLMN"),
        "container_images": (
            {name: config["slipway:services"][name]["image"]["uri"] for name in SERVICES},
            {name: f"{_REGISTRY}/{name}:main" for name in SERVICES},
        ),
        "media_bucket_name": (config["slipway:media"]["bucket"], "expense-app-media-prod"),
        "db_username": (database["username"], "expense_app_prod"),
        "db_name": (database["databaseName"], "expense_settlement"),
        "availability_zones": (config["slipway:network"]["zones"], ["eu-north-1a", "eu-north-1b"]),
    }
    reached = {
        "aws_region": graph.one("pulumi:providers:aws").inputs["region"],
        "domain_name": alias["name"],
        "hosted_zone_id": alias["zoneId"],
        "container_images": {name: e.container(graph, name)["image"] for name in SERVICES},
        "media_bucket_name": graph.one(e.BUCKET, "media-bucket").inputs["bucket"],
        "db_username": instance["username"],
        "db_name": instance["dbName"],
        "availability_zones": sorted({subnet.inputs["availabilityZone"] for subnet in graph.of(e.SUBNET)}, key=str),
    }
    found = Evidence([])
    for variable, (given, wanted) in stated.items():
        holds = given == wanted == reached[variable]
        found += fact(f"`{file.name}`", f"{variable}: {e.short(given)}", holds=holds)
    return found


_REGISTRY = "123456789012.dkr.ecr.eu-north-1.amazonaws.com"


@requirement("E-30")
def e30(graph: Graph) -> Evidence:
    """The agent is on in the file; without it the rest stays as it is."""
    found = one_of(graph, e.CLUSTER, settings=[{"name": "containerInsights", "value": "enabled"}])
    for name in SERVICES:
        found += e.logs_to(graph, name, f"/ecs/{name}")
    without = sorted(e.containers(e.varied("expense-app/prod", _without_agent), "backend-task"))
    return found + _agent(graph) + fact("without `sidecars`", ", ".join(without), holds=without == ["backend"])


def _without_agent(config: dict[str, Any]) -> None:
    """Leave the CloudWatch agent out."""
    del config["slipway:services"]["backend"]["sidecars"]


def _agent(graph: Graph) -> Evidence:
    """The CloudWatch agent beside the backend, which takes StatsD and may write metrics."""
    agent = e.containers(graph, "backend-task").get("cloudwatch-agent")
    assert agent, "no agent beside the backend"
    shown, place = "container `cloudwatch-agent`", "public.ecr.aws/cloudwatch-agent/cloudwatch-agent"
    found = fact(shown, agent["image"], holds=agent["image"].rpartition(":")[0] == place)
    variables = {item["name"]: item["value"] for item in agent["environment"]}
    metrics = json.loads(variables["CW_CONFIG_CONTENT"])["metrics"]
    statsd = metrics["metrics_collected"]["statsd"]["service_address"]
    holds = (statsd, metrics["namespace"]) == (":8125", "ExpenseApp")
    found += fact(shown, f"StatsD on {statsd} to {metrics['namespace']}", holds=holds)
    return found + e.grants(graph, "backend-task", "cloudwatch:PutMetricData")


@requirement("E-31")
def e31(graph: Graph) -> Evidence:
    found = Evidence([])
    for name in SERVICES:
        found += one_of(graph, e.SERVICE, f"{name}-service", name=name) + e.logs_to(graph, name, f"/ecs/{name}")
    return found


@requirement("E-32")
def e32(graph: Graph) -> Evidence:
    """The document names no thresholds: 80 % for five minutes is the program's own."""
    found = Evidence([])
    for name in SERVICES:
        found += e.metric_alarm(graph, f"{name}-cpu", 80, 5, "page", metricName="CPUUtilization")
        found += e.metric_alarm(graph, f"{name}-memory", 80, 5, "page", metricName="MemoryUtilization")
    pager = graph.one(e.SUBSCRIPTION, protocol="https")
    found += of(pager, endpoint=lambda url: url.startswith("https://events.pagerduty.com/"))
    topics = [topic.name for topic in graph.direct(pager, e.TOPIC)]
    found += fact(pager, f"of {', '.join(topics)}", holds=topics == ["observability-notifications-page"])
    return found + _agent(graph)
