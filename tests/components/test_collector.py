import json
from typing import Any

import pulumi_aws as aws
import pytest

from components._collector import CollectorArgs, configuration, container
from components._containers import SecretReference, definitions
from tests.components.conftest import build

IMAGE = "public.ecr.aws/aws-observability/aws-otel-collector:v0.50.0"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/otlp-AbCdEf"


def args(**changes: Any) -> CollectorArgs:
    return CollectorArgs(**{"image": IMAGE, "region": "eu-west-1", **changes})


def configured(**changes: Any) -> Any:
    return configuration(args(**changes))


def test_traces_alone_go_to_x_ray() -> None:
    made = configured()
    assert made["exporters"] == {"awsxray": {"region": "eu-west-1"}}
    assert made["service"]["pipelines"] == {
        "traces": {
            "receivers": ["otlp"],
            "processors": ["memory_limiter", "resourcedetection", "batch"],
            "exporters": ["awsxray"],
        }
    }


def test_nothing_listens_but_at_localhost() -> None:
    made = configured()
    listening = [made["extensions"]["health_check"], *made["receivers"]["otlp"]["protocols"].values()]
    assert [each["endpoint"] for each in listening] == ["127.0.0.1:13133", "127.0.0.1:4317", "127.0.0.1:4318"]
    assert made["service"]["telemetry"] == {"metrics": {"level": "none"}}


def test_metrics_go_to_cloudwatch_by_a_log_group_without_roll_ups() -> None:
    made = configured(metrics=True, metrics_namespace="shop/api", metrics_log_group="/ecs/shop/metrics")
    assert made["exporters"]["awsemf"] == {
        "region": "eu-west-1",
        "namespace": "shop/api",
        "log_group_name": "/ecs/shop/metrics",
        "log_stream_name": "{TaskId}",
        "dimension_rollup_option": "NoDimensionRollup",
    }
    assert {name: pipe["exporters"] for name, pipe in made["service"]["pipelines"].items()} == {
        "traces": ["awsxray"],
        "metrics": ["awsemf"],
    }


def test_an_endpoint_gets_both_with_headers_from_variables() -> None:
    headers = {"x-api-key": SecretReference(arn=SECRET), "authorization": SecretReference(arn=SECRET, key="basic")}
    given = args(endpoint="https://otlp.example.com", metrics=True, headers=headers)
    made: Any = configuration(given)
    assert made["exporters"] == {
        "otlp_http": {
            "endpoint": "https://otlp.example.com",
            "headers": {"authorization": "${env:OTLP_HEADER_1}", "x-api-key": "${env:OTLP_HEADER_2}"},
        }
    }
    assert {pipe["exporters"][0] for pipe in made["service"]["pipelines"].values()} == {"otlp_http"}
    assert {name: secret.key for name, secret in container(given).secrets.items()} == {
        "OTLP_HEADER_1": "basic",
        "OTLP_HEADER_2": None,
    }


def test_memory_is_kept_below_the_container_s() -> None:
    made = configured(memory_mib=256)["processors"]["memory_limiter"]
    assert (made["limit_mib"], made["spike_limit_mib"]) == (192, 51)
    assert container(args(memory_mib=256)).environment["GOMEMLIMIT"] == "204MiB"


def test_the_container() -> None:
    made = container(args(memory_mib=256, cpu=64))
    graph = build(
        lambda: aws.ecs.TaskDefinition(
            "task",
            family="task",
            container_definitions=definitions([made], {made.name: IMAGE}, "/ecs/shop", "eu-west-1"),
        )
    )
    (definition,) = json.loads(
        str(graph.one("aws:ecs/taskDefinition:TaskDefinition", "task").inputs["containerDefinitions"])
    )
    assert {
        key: definition[key] for key in ("name", "essential", "user", "readonlyRootFilesystem", "memory", "cpu")
    } == {
        "name": "otel-collector",
        "essential": False,
        "user": "4317",
        "readonlyRootFilesystem": True,
        "memory": 256,
        "cpu": 64,
    }
    assert definition["portMappings"] == []
    assert definition["healthCheck"]["command"] == ["CMD", "/healthcheck"]
    (content,) = (each["value"] for each in definition["environment"] if each["name"] == "AOT_CONFIG_CONTENT")
    assert json.loads(content) == configuration(args(memory_mib=256, cpu=64))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"memory_mib": 63}, "memory_mib: 63 is below 64"),
        ({"headers": {"a": SecretReference(arn=SECRET)}}, "headers: none are sent without an endpoint"),
        ({"metrics": True}, "metrics: without an endpoint they need a namespace and a log group"),
    ],
)
def test_refuses(changes: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=f"CollectorArgs.{problem}"):
        args(**changes)
