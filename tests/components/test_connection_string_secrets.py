import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.connection_string_secrets import (
    ConnectionStringArgs,
    ConnectionStringSecrets,
    ConnectionStringSecretsArgs,
)
from functions.compose_secret_urls.handler import configured
from preview.graph import UNKNOWN, Graph
from tests.components.conftest import ACCOUNT, build, check_contract

SECRET = "aws:secretsmanager/secret:Secret"
FUNCTION = "aws:lambda/function:Function"
INVOCATION = "aws:lambda/invocation:Invocation"
RULE = "aws:cloudwatch/eventRule:EventRule"

DATABASE = ConnectionStringArgs(
    kind="postgres",
    source_arn="arn:database",
    key_arn="arn:database-key",
    host="db.example",
    port=5432,
    database="shop",
    services=("worker", "api"),
)
CACHE = ConnectionStringArgs(
    kind="redis", source_arn="arn:cache", key_arn="arn:cache-key", host="cache.example", port=6379, services=("api",)
)


def args(**changes: Any) -> ConnectionStringSecretsArgs:
    given: dict[str, Any] = {
        "name_prefix": "shop-production",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "function_name": "shop-production-secret-urls",
        "urls": {"shop/database-url": DATABASE, "shop/redis-url": CACHE},
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "cluster_name": "shop",
    }
    return ConnectionStringSecretsArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: ConnectionStringSecrets("secret-urls", args(**changes)))


def statements(graph: Graph) -> list[Mapping[str, Any]]:
    return list(json.loads(str(graph.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"]))["Statement"])


def allowed(graph: Graph, action: str) -> list[str]:
    """The resources on which an action is allowed."""
    return [r for s in statements(graph) if s["Effect"] == "Allow" and action in s["Action"] for r in s["Resource"]]


def test_contract() -> None:
    check_contract(lambda: ConnectionStringSecrets("secret-urls", args()))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"function_name": "no spaces"}, "function_name: 'no spaces' is not a function's name"),
        ({"function_name": "f" * 65}, "is not a function's name: at most 64"),
        ({"check_minutes": 0}, "check_minutes: 0 is outside 1 to 1440"),
        ({"timeout_seconds": 901}, "timeout_seconds: 901 is outside 1 to 900"),
        ({"reserved_concurrency": 0}, "reserved_concurrency: 0 is below 1"),
        ({"recovery_days": 5}, "recovery_days: 5 is not allowed; 0 or 7 to 30 are"),
        ({"log_days": 42}, "log_days: 42 is not a retention"),
        ({"egress_cidr": "10.0.0.0"}, "egress_cidr: '10.0.0.0' is not an IPv4 range"),
        ({"urls": {}}, "urls: none given"),
        ({"urls": {"no spaces": CACHE}}, "urls: 'no spaces' is not a secret's name"),
        (
            {"urls": {"url": replace(CACHE, name="url-AbCdEf")}},
            "urls: 'url-AbCdEf' ends in a hyphen and six characters",
        ),
        ({"urls": {"a/url": CACHE, "a-url": CACHE}}, "urls: 'a-url' and 'a/url' differ in punctuation or case at most"),
        ({"urls": {"/": CACHE}}, "urls: '/' has neither a letter nor a digit"),
        ({"urls": {"url": replace(CACHE, services=["a b"])}}, "urls: 'a b' is not an ECS name"),
        ({"urls": {"url": replace(CACHE, scheme="Redis:")}}, "urls: 'Redis:' of url is not a scheme"),
    ],
)
def test_refuses_what_aws_refuses(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^ConnectionStringSecretsArgs\.") as error:
        args(**changes)
    assert problem in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_secrets_have_no_value_in_the_program() -> None:
    graph = recorded(recovery_days=7)
    assert not graph.of("aws:secretsmanager/secretVersion:SecretVersion")
    assert [(s.inputs["name"], s.inputs["kmsKeyId"]) for s in graph.of(SECRET)] == [
        ("shop/database-url", "arn:database-key"),
        ("shop/redis-url", "arn:cache-key"),
    ]
    assert all(s.protect and s.inputs["recoveryWindowInDays"] == 7 for s in graph.of(SECRET))
    assert {r.type for r in graph.resources if r.protect} == {SECRET}
    assert not any(s.protect for s in recorded(protect=False).of(SECRET))


def test_the_function_understands_its_configuration() -> None:
    graph = recorded()
    (environment,) = (graph.one(FUNCTION).inputs["environment"],)
    assert isinstance(environment, Mapping)
    assert set(environment["variables"]) == {"URLS"}
    database, cache = configured(environment["variables"])
    targets = [secret.outputs["arn"] for secret in graph.of(SECRET)]
    assert [database.target, cache.target] == targets
    assert (database.source, database.cluster, database.services) == ("arn:database", "shop", ["api", "worker"])
    assert (
        database.compose({"username": "u", "password": "p"}) == "postgresql://u:p@db.example:5432/shop?sslmode=require"
    )
    assert cache.compose({"token": "t"}) == "rediss://:t@cache.example:6379"


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({"kind": "mysql"}, "mysql://u:p@db.example:5432/shop"),
        (
            {"scheme": "postgresql+asyncpg", "parameters": {"ssl": "require"}},
            "postgresql+asyncpg://u:p@db.example:5432/shop?ssl=require",
        ),
        ({"parameters": {}}, "postgresql://u:p@db.example:5432/shop"),
    ],
)
def test_kinds_and_drivers(changes: dict[str, Any], url: str) -> None:
    environment = recorded(urls={"url": replace(DATABASE, **changes)}).one(FUNCTION).inputs["environment"]
    assert isinstance(environment, Mapping)
    (composed,) = configured(environment["variables"])
    assert composed.compose({"username": "u", "password": "p"}) == url


def test_the_role_outlives_the_interfaces() -> None:
    graph = recorded()
    (policy,) = graph.direct(graph.one("aws:ec2/securityGroup:SecurityGroup"), "aws:iam/rolePolicy:RolePolicy")
    assert policy in graph.direct(graph.one(FUNCTION), policy.type)


def test_the_function_runs_privately() -> None:
    graph = recorded(log_days=30, log_key_arn="arn:log-key", timeout_seconds=90, reserved_concurrency=1)
    function = graph.one(FUNCTION)
    group = graph.one("aws:ec2/securityGroup:SecurityGroup")
    log = graph.one("aws:cloudwatch/logGroup:LogGroup")
    assert graph.has(
        FUNCTION,
        runtime="python3.13",
        architectures=["arm64"],
        handler="handler.handle",
        timeout=90,
        reservedConcurrentExecutions=1,
        name="shop-production-secret-urls",
        vpcConfig={"subnetIds": ["subnet-a", "subnet-b"], "securityGroupIds": [group.outputs["id"]]},
        loggingConfig={"logFormat": "JSON", "logGroup": log.inputs["name"]},
    )
    assert (log.inputs["name"], log.inputs["retentionInDays"]) == ("/aws/lambda/shop-production-secret-urls", 30)
    assert log.inputs["kmsKeyId"] == "arn:log-key"
    assert function.delete_before_replace
    assert graph.has(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        securityGroupId=group.outputs["id"],
        fromPort=443,
        toPort=443,
        ipProtocol="tcp",
        cidrIpv4="0.0.0.0/0",
    )
    assert len(graph.of("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")) == 1
    assert not graph.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert recorded(egress_cidr="10.0.0.0/16").has(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", cidrIpv4="10.0.0.0/16"
    )
    assert "reservedConcurrentExecutions" not in recorded().one(FUNCTION).inputs


def test_the_code_is_the_tested_file() -> None:
    code = recorded().one(FUNCTION).inputs["code"]
    assert isinstance(code, Mapping)
    ((name, asset),) = code["assets"].items()
    assert name == "handler.py"
    assert asset["path"] == "functions/compose_secret_urls/handler.py"
    root = Path(__file__).parents[2]
    assert (root / asset["path"]).is_file(), "the path is relative to the project's folder"


def test_the_role_may_do_just_this() -> None:
    graph = recorded()
    targets = [secret.outputs["arn"] for secret in graph.of(SECRET)]
    assert allowed(graph, "secretsmanager:GetSecretValue") == ["arn:database", "arn:cache", *targets]
    assert allowed(graph, "secretsmanager:PutSecretValue") == targets
    assert allowed(graph, "secretsmanager:DescribeSecret") == targets
    assert allowed(graph, "secretsmanager:UpdateSecretVersionStage") == targets
    assert (
        allowed(graph, "kms:Decrypt") == allowed(graph, "kms:GenerateDataKey") == ["arn:database-key", "arn:cache-key"]
    )
    services = f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/shop"
    assert allowed(graph, "ecs:UpdateService") == [f"{services}/api", f"{services}/worker"]
    (log,) = graph.of("aws:cloudwatch/logGroup:LogGroup")
    assert allowed(graph, "logs:PutLogEvents") == [f"{log.outputs['arn']}:*"]
    assert [s["Action"] for s in statements(graph) if s["Effect"] == "Allow" and s["Resource"] == ["*"]] == [
        [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ]
    ]
    (denied,) = (s for s in statements(graph) if s["Effect"] == "Deny")
    itself = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:shop-production-secret-urls"
    assert denied["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": itself}}
    (keys,) = (s for s in statements(graph) if "kms:Decrypt" in s["Action"])
    assert keys["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}


def test_a_url_that_no_service_reads() -> None:
    assert not allowed(recorded(urls={"url": replace(CACHE, services=())}), "ecs:UpdateService")


def test_one_key_and_source_for_two_urls_is_named_once() -> None:
    graph = recorded(urls={"a": DATABASE, "b": replace(DATABASE, scheme="postgresql+asyncpg")})
    assert allowed(graph, "kms:Decrypt") == ["arn:database-key"]
    pattern = json.loads(str(graph.one(RULE, "secret-urls-rotation").inputs["eventPattern"]))
    assert pattern["resources"] == ["arn:database"]


def test_runs_on_every_change_of_a_password() -> None:
    graph = recorded()
    rule = graph.one(RULE, "secret-urls-rotation")
    assert json.loads(str(rule.inputs["eventPattern"])) == {
        "source": ["aws.secretsmanager"],
        "detail-type": ["Secret Label Updated"],
        "resources": ["arn:database", "arn:cache"],
        "detail": {"labelUpdated": ["AWSCURRENT"]},
    }


@pytest.mark.parametrize(("minutes", "expression"), [(5, "rate(5 minutes)"), (1, "rate(1 minute)")])
def test_runs_on_a_schedule(minutes: int, expression: str) -> None:
    graph = recorded(check_minutes=minutes)
    assert graph.one(RULE, "secret-urls-check").inputs["scheduleExpression"] == expression


def test_rules_may_run_the_function() -> None:
    graph = recorded()
    function = graph.one(FUNCTION)
    assert len(graph.of(RULE)) == 2
    for rule in graph.of(RULE):
        permission = graph.one(
            "aws:lambda/permission:Permission",
            function=function.inputs["name"],
            action="lambda:InvokeFunction",
            principal="events.amazonaws.com",
            sourceArn=rule.outputs["arn"],
        )
        target = graph.one(
            "aws:cloudwatch/eventTarget:EventTarget", rule=rule.outputs["name"], arn=function.outputs["arn"]
        )
        assert permission in graph.direct(target)


def test_runs_once_when_made_and_when_its_inputs_change() -> None:
    graph = recorded()
    first = graph.one(INVOCATION, functionName=graph.one(FUNCTION).inputs["name"])
    assert "lifecycleScope" not in first.inputs, "CRUD would run it before the secrets are deleted too"
    same, moved = recorded(), recorded(urls={"shop/redis-url": replace(CACHE, host="elsewhere.example")})
    assert same.one(INVOCATION).inputs == first.inputs
    assert moved.one(INVOCATION).inputs["triggers"] != first.inputs["triggers"]
    triggers = first.inputs["triggers"]
    assert isinstance(triggers, Mapping)
    assert len(str(triggers["code"])) == 64


def test_order() -> None:
    graph = recorded()
    function, first = graph.one(FUNCTION), graph.one(INVOCATION)
    before = {resource.type for resource in graph.direct(function)}
    assert {
        "aws:iam/rolePolicy:RolePolicy",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        SECRET,
    } <= before
    assert graph.reaches(first, function)


def test_arns_are_known_once_the_secrets_are_filled() -> None:
    import pulumi_aws as aws  # noqa: PLC0415 - slow to import

    def program() -> None:
        urls = ConnectionStringSecrets("secret-urls", args())
        aws.ssm.Parameter("arn", type="String", value=urls.arns["shop/redis-url"])
        aws.ssm.Parameter("ready", type="String", value=urls.ready)

    graph = build(program)
    redis = graph.one(SECRET, "secret-urls-shop-redis-url")
    arn = graph.one("aws:ssm/parameter:Parameter", "arn")
    assert arn.inputs["value"] == redis.outputs["arn"]
    for parameter in graph.of("aws:ssm/parameter:Parameter"):
        assert graph.one(INVOCATION) in graph.direct(parameter)
    preview = build(program, mode="preview")
    assert preview.one("aws:ssm/parameter:Parameter", "arn").inputs["value"] is UNKNOWN


def test_outputs() -> None:
    graph = recorded()
    assert graph.registered_outputs[graph.one("slipway:index:SecretUrls").urn] == {
        "arns": {secret.inputs["name"]: secret.outputs["arn"] for secret in graph.of(SECRET)},
        "key_arns": {"shop/database-url": "arn:database-key", "shop/redis-url": "arn:cache-key"},
        "ready": graph.one(FUNCTION).outputs["arn"],
        "function_name": "shop-production-secret-urls",
        "log_group_name": "/aws/lambda/shop-production-secret-urls",
        "security_group_id": graph.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"],
    }
