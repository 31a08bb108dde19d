import json
from collections.abc import Mapping
from typing import Any

import pytest

from preview.graph import Graph
from tests.wiring.given import context, graph
from wiring import telemetry

TASK = "aws:ecs/taskDefinition:TaskDefinition"
SECRET = "storefront/otlp"
TO_AN_ENDPOINT: Mapping[str, Any] = {
    f"slipway:secrets.{SECRET}": {"description": "The key of the traces' home"},
    "slipway:telemetry": {"endpoint": "https://otlp.example.com", "headers": {"x-api-key": SECRET}, "metrics": True},
}


def containers(made: Graph, task: str) -> Mapping[str, Any]:
    return {each["name"]: each for each in json.loads(str(made.one(TASK, task).inputs["containerDefinitions"]))}


def environment(container: Any) -> Mapping[str, str]:
    return {each["name"]: each["value"] for each in container["environment"]}


def statements(made: Graph, role: str) -> list[Any]:
    found: list[Any] = json.loads(str(made.one("aws:iam/rolePolicy:RolePolicy", role).inputs["policy"]))["Statement"]
    return found


def test_a_service_sends_traces_to_the_collector_beside_it_and_its_role_may_send_them_on() -> None:
    made = graph(
        {"slipway:telemetry": {"services": ["api"], "samplePercent": 12.5, "attributes": {"team": "shop, web"}}}
    )
    task = containers(made, "api-task")
    given = {name: value for name, value in environment(task["api"]).items() if name.startswith("OTEL_")}
    assert given == {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_RESOURCE_ATTRIBUTES": given["OTEL_RESOURCE_ATTRIBUTES"],
        "OTEL_SERVICE_NAME": "api",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.125",
    }
    attributes = dict(each.split("=") for each in given["OTEL_RESOURCE_ATTRIBUTES"].split(","))
    assert attributes["team"] == "shop%2C%20web"
    assert attributes["deployment.environment.name"] == "production"
    assert {"condition": "START", "containerName": "otel-collector"} in task["api"]["dependsOn"]
    sending = {"Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "Effect": "Allow", "Resource": ["*"]}
    assert sending in statements(made, "api-task")
    boundary = json.loads(str(made.one("aws:iam/policy:Policy", "boundary-policy").inputs["policy"]))["Statement"]
    assert any("xray:PutTraceSegments" in statement["Action"] for statement in boundary)
    assert "otel-collector" not in containers(made, "worker-task")


def test_what_a_service_sets_itself_stays() -> None:
    own = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4317", "OTEL_SERVICE_NAME": "shop"}
    made = graph({"slipway:telemetry": {}, "slipway:services.api.environment": own})
    given = environment(containers(made, "api-task")["api"])
    assert {name: given[name] for name in own} == own


def test_a_migration_has_no_collector_and_sends_nothing() -> None:
    made = graph({"slipway:telemetry": {}})
    task = containers(made, "api-migration-task")
    assert list(task) == ["api"]
    assert environment(task["api"])["OTEL_SDK_DISABLED"] == "true"
    assert "OTEL_SDK_DISABLED" not in environment(containers(made, "api-task")["api"])


def test_metrics_have_a_log_group_that_the_role_writes_to() -> None:
    made = graph({"slipway:telemetry": {"services": ["api"], "metrics": True}})
    group = made.one("aws:cloudwatch/logGroup:LogGroup", "api-metrics-log")
    own = made.one("aws:cloudwatch/logGroup:LogGroup", "api-log")
    assert group.inputs == {**own.inputs, "name": f"{own.inputs['name']}/metrics"}
    config = json.loads(environment(containers(made, "api-task")["otel-collector"])["AOT_CONFIG_CONTENT"])
    assert config["exporters"]["awsemf"]["log_group_name"] == group.inputs["name"]
    writing = [each for each in statements(made, "api-task") if "logs:PutLogEvents" in each["Action"]]
    assert [each["Resource"] for each in writing] == [[f"{group.outputs['arn']}:*"]]


def test_an_endpoint_gets_its_headers_from_a_secret_and_x_ray_nothing() -> None:
    made = graph(TO_AN_ENDPOINT)
    collector = containers(made, "api-task")["otel-collector"]
    (header,) = collector["secrets"]
    assert header["name"] == "OTLP_HEADER_1"
    assert SECRET in header["valueFrom"]
    reading = [each for each in statements(made, "api-execution") if "secretsmanager:GetSecretValue" in each["Action"]]
    assert any(header["valueFrom"] in each["Resource"] for each in reading)
    assert "xray:" not in json.dumps(
        [resource.inputs for resource in made.of("aws:iam/rolePolicy:RolePolicy")], default=str
    )
    assert not [group for group in made.of("aws:cloudwatch/logGroup:LogGroup") if group.name == "api-metrics-log"]


@pytest.mark.parametrize(("percent", "argument"), [(0, "0"), (100, "1"), (5, "0.05"), (0.01, "0.0001")])
def test_a_share_is_a_ratio(percent: float, argument: str) -> None:
    settings = context({"slipway:telemetry": {"samplePercent": percent}}).settings
    assert telemetry.variables(settings, "api")["OTEL_TRACES_SAMPLER_ARG"] == argument
