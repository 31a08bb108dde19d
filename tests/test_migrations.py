"""How the secrets that hold URLs, and migrations, are wired into whole stacks."""

import json
from typing import Any

import pytest

from preview.graph import UNKNOWN, Graph, Resource
from preview.record import Mode
from tests import stacks
from tests.settings.files import changed

SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
SERVICE = "aws:ecs/service:Service"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
FUNCTION = "aws:lambda/function:Function"
INVOCATION = "aws:lambda/invocation:Invocation"
RUN = "pulumi-python:dynamic/slipway:MigrationRun"
STOREFRONT = "Pulumi.prod.yaml"
POWER_PTO = [
    ("examples/power-pto/Pulumi.prod.yaml", "power-pto/database-url", "power-pto-migrate"),
    ("examples/power-pto/Pulumi.staging.yaml", "power-pto/staging/database-url", "power-pto-staging-migrate"),
]


def urls(graph: Graph) -> list[dict[str, Any]]:
    """Return what the function that composes URLs is told."""
    environment: Any = graph.one(FUNCTION, "secret-urls-function").inputs["environment"]
    return list(json.loads(environment["variables"]["URLS"]))


def container(task: Resource) -> dict[str, Any]:
    """Return a task's own container."""
    (found,) = [c for c in json.loads(str(task.inputs["containerDefinitions"])) if c["name"] == "api"]
    return dict(found)


def secret(graph: Graph, name: str) -> Resource:
    (found,) = [resource for resource in graph.of(SECRET) if resource.inputs.get("name") == name]
    return found


@pytest.mark.parametrize(("stack", "secret_name", "_family"), POWER_PTO)
def test_power_pto_reads_a_ready_url(stack: str, secret_name: str, _family: str) -> None:
    graph = stacks.recorded(stack)
    database = graph.one("aws:rds/instance:Instance")
    (url,) = urls(graph)
    assert url["target"] == secret(graph, secret_name).outputs["arn"]
    passwords: Any = database.outputs["masterUserSecrets"]
    assert url["source"] == passwords[0]["secretArn"]
    assert (url["scheme"], url["host"], url["port"]) == ("postgresql", database.outputs["address"], 5432)
    assert url["path"] == database.inputs["dbName"]
    assert url["services"] == ["api", "worker"]
    assert url["cluster"] == graph.one("aws:ecs/cluster:Cluster").inputs["name"]
    assert not graph.of(VERSION), "no value is in the program"


@pytest.mark.parametrize(("stack", "secret_name", "family"), POWER_PTO)
def test_power_pto_migrates_with_what_the_api_has(stack: str, secret_name: str, family: str) -> None:
    graph = stacks.recorded(stack)
    migration = container(graph.one(TASK, family=family))
    own = container(graph.one(TASK, "api-task"))
    assert migration["command"] == ["uv", "run", "alembic", "upgrade", "head"]
    for same in ("image", "environment", "secrets"):
        assert migration[same] == own[same]
    reads = {"name": "DATABASE_URL", "valueFrom": secret(graph, secret_name).outputs["arn"]}
    assert reads in own["secrets"]
    assert graph.one(RUN).inputs["cluster"] == graph.one("aws:ecs/cluster:Cluster").outputs["arn"]


@pytest.mark.parametrize("stack", [STOREFRONT, *(stack for stack, _, _ in POWER_PTO)])
def test_order(stack: str) -> None:
    graph, preview = stacks.recorded(stack), stacks.recorded(stack, "preview")
    run, filled = graph.one(RUN), graph.one(INVOCATION, "secret-urls-first")
    assert graph.one("aws:rds/instance:Instance") in graph.direct(run)
    assert filled in graph.direct(graph.one(TASK, "api-migration-task"))
    services = graph.of(SERVICE)
    assert len(services) == 3
    for service in services:
        assert run in graph.direct(service)
        assert preview.urn(service.urn).inputs["taskDefinition"] is UNKNOWN


def test_urls_of_the_database_and_the_cache() -> None:
    graph = stacks.recorded(STOREFRONT)
    cache, database = urls(graph)
    assert (cache["name"], cache["scheme"]) == ("storefront/cache-url", "rediss")
    assert (database["name"], database["scheme"]) == ("storefront/database-url", "postgresql")
    assert (
        cache["host"]
        == graph.one("aws:elasticache/replicationGroup:ReplicationGroup").outputs["primaryEndpointAddress"]
    )
    assert cache["source"] == secret_of(graph, "cache-secret")
    assert graph.exports["secretArns"] == {
        str(resource.inputs["name"]): resource.outputs["arn"]
        for resource in graph.of(SECRET)
        if "name" in resource.inputs
    }


def secret_of(graph: Graph, name: str) -> object:
    return graph.one(SECRET, name).outputs["arn"]


def test_the_migration_is_started_as_the_provider_is() -> None:
    config = changed(
        {
            "aws:profile": "ops",
            "aws:assumeRoles": [{"roleArn": "arn:aws:iam::123456789012:role/deploy"}],
            "aws:endpoints": [{"ecs": "http://localhost:5000", "s3": "http://localhost:5000"}],
            "slipway:services.api.migrate": {"command": ["migrate"], "timeoutMinutes": 5},
        }
    )
    run = stacks.registered("prod", config).one(RUN)
    assert run.inputs["profile"] == "ops"
    assert run.inputs["role_arns"] == ["arn:aws:iam::123456789012:role/deploy"]
    assert run.inputs["endpoints"] == {"ecs": "http://localhost:5000"}
    assert run.inputs["timeout_seconds"] == 300


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_several_migrations_run_one_after_another_and_before_any_service_changes(mode: Mode) -> None:
    migrate = {"command": ["migrate"]}
    services = {f"slipway:services.{name}.migrate": migrate for name in ("api", "worker", "frontend")}
    config = changed({**services, "slipway:services.frontend.uses": ["database"]})
    config["slipway:services"]["last"] = {**config["slipway:services"]["worker"]}
    del config["slipway:services"]["last"]["migrate"]
    graph = stacks.registered("prod", config, mode=mode)
    first, second, third = (graph.one(RUN, f"{name}-migration-run") for name in ("api", "frontend", "worker"))
    assert {run for run in graph.of(RUN) if graph.reaches(first, run)} <= {first}
    assert graph.reaches(second, first)
    assert not graph.reaches(second, third)
    assert graph.reaches(third, second)
    assert len(graph.of(SERVICE)) == 4
    for service in graph.of(SERVICE):
        assert set(graph.direct(service, RUN)) == {first, second, third}
        assert not any(graph.reaches(run, service) for run in (first, second, third))
    families = {task.inputs["family"] for task in graph.of(TASK) if task.name.endswith("-migration-task")}
    assert families == {f"storefront-production-{name}-migrate" for name in ("api", "worker", "frontend")}
