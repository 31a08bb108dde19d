import base64
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import dill  # type: ignore[import-untyped] # has no types of its own
import pulumi
import pytest
from pulumi.runtime import rpc

from components import _migration_run as runs
from components import _one_off_task as tasks
from components._containers import ContainerArgs, ContainerHealthCheckArgs, SecretReference
from components._migration_run import MigrationRunProvider
from components._task import ServiceTask
from components.migration import Migration, MigrationArgs
from preview.graph import UNKNOWN, Graph
from tests.components.conftest import ACCOUNT, build, check_contract

DEFINITION = "aws:ecs/taskDefinition:TaskDefinition"
RUN = "pulumi-python:dynamic/slipway:MigrationRun"
COMMAND = ["uv", "run", "alembic", "upgrade", "head"]
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:power-pto/database-url-AbCdEf"
API = ContainerArgs(
    name="api",
    image="registry.example/power-pto/api:1",
    port=8000,
    environment={"ENVIRONMENT": "production"},
    secrets={"DATABASE_URL": SecretReference(arn=SECRET)},
    health_check=ContainerHealthCheckArgs(command=["CMD", "true"]),
)
ARGS = MigrationArgs(
    family="power-pto-migrate",
    command=COMMAND,
    task=ServiceTask(
        containers=[API],
        images={"api": "registry.example/power-pto/api:1"},
        cpu=512,
        memory_mib=1024,
        architecture="x86_64",
        ephemeral_gib=50,
        execution_role_arn="arn:execution",
        task_role_arn="arn:task",
        security_group_id="sg-1",
        public_ip=False,
        subnet_ids=["subnet-a", "subnet-b"],
        log_group_name="/ecs/power-pto",
        suppressed_controls=(),
        not_secret=(),
        volumes=(),
        before=(),
    ),
    region="us-east-1",
    cluster_arn="arn:cluster",
)
OF_TASK = {field.name for field in fields(ServiceTask)}


def changed(**changes: Any) -> MigrationArgs:
    """The arguments with others of their own, or of the service's task."""
    of_task = {name: value for name, value in changes.items() if name in OF_TASK}
    own = {name: value for name, value in changes.items() if name not in OF_TASK}
    return replace(ARGS, **own, task=replace(ARGS.task, **of_task))


def recorded(**changes: Any) -> Graph:
    return build(lambda: Migration("api-migration", changed(**changes)))


def containers(graph: Graph) -> list[Mapping[str, Any]]:
    return list(json.loads(str(graph.one(DEFINITION).inputs["containerDefinitions"])))


def test_contract() -> None:
    check_contract(lambda: Migration("api-migration", ARGS))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"family": "a b"}, "family: 'a b' is not an ECS name"),
        ({"memory_mib": 512}, "memory_mib: 512 MiB does not go with cpu 512"),
        ({"command": []}, "command: none given"),
        ({"containers": []}, "containers: none given"),
        ({"images": {}}, "images: none given for the container 'api'"),
        ({"timeout_seconds": 59}, "timeout_seconds: 59 is outside 60 to 43200"),
        ({"timeout_seconds": 43201}, "timeout_seconds: 43201 is outside 60 to 43200"),
    ],
)
def test_refuses_what_cannot_run(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^MigrationArgs\.") as error:
        changed(**changes)
    assert problem in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_definition_is_the_services_with_another_command() -> None:
    graph = recorded(architecture="arm64")
    assert graph.has(
        DEFINITION,
        family="power-pto-migrate",
        cpu="512",
        memory="1024",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        executionRoleArn="arn:execution",
        taskRoleArn="arn:task",
        skipDestroy=True,
    )
    (container,) = containers(graph)
    assert container["name"] == "api"
    assert container["command"] == COMMAND
    assert container["image"] == "registry.example/power-pto/api:1"
    assert container["environment"] == [{"name": "ENVIRONMENT", "value": "production"}]
    assert container["secrets"] == [{"name": "DATABASE_URL", "valueFrom": SECRET}]
    assert container["logConfiguration"]["options"]["awslogs-group"] == "/ecs/power-pto"
    assert container["portMappings"] == []
    assert "healthCheck" not in container


def test_suppressed_controls_are_said_by_a_tag() -> None:
    assert "tags" not in recorded().one(DEFINITION).inputs
    tags = recorded(suppressed_controls=["container-images-pinned"]).one(DEFINITION).inputs["tags"]
    assert tags == {"slipway:waive": "container-images-pinned"}


def test_essential_containers_count() -> None:
    sidecars = [
        ContainerArgs(name="agent", image="x", essential=False),
        ContainerArgs(name="proxy", image="x"),
    ]
    own = replace(API, essential=False)
    graph = recorded(containers=[own, *sidecars], images={"api": "a:1", "agent": "b:1", "proxy": "c:1"})
    assert [container["name"] for container in containers(graph)] == ["agent", "api", "proxy"]
    assert graph.one(RUN).inputs["containers"] == ["api", "proxy"], "its own first, always"


def test_run() -> None:
    graph = recorded(
        timeout_seconds=600,
        profile="ops",
        assume_role_arns=["arn:role"],
        endpoints={"ecs": "http://localhost:5000"},
    )
    run = graph.one(RUN)
    inputs = {key: value for key, value in run.inputs.items() if key != "__provider"}
    assert inputs == {
        "task_definition": graph.one(DEFINITION).outputs["arn"],
        "containers": ["api"],
        "cluster": "arn:cluster",
        "subnets": ["subnet-a", "subnet-b"],
        "security_groups": ["sg-1"],
        "log_group": "/ecs/power-pto",
        "timeout_seconds": 600,
        "region": "us-east-1",
        "profile": "ops",
        "role_arns": ["arn:role"],
        "endpoints": {"ecs": "http://localhost:5000"},
    }
    assert not run.secrets, "a secret provider would hide every difference"


def test_provider_travels_by_name() -> None:
    text = str(recorded().one(RUN).inputs["__provider"])
    pickled = base64.b64decode(text)
    assert isinstance(dill.loads(pickled), MigrationRunProvider)  # noqa: S301 - made by this very test
    assert b"components._migration_run" in pickled
    assert len(pickled) < 200, "by value it would change with Python and with every edit"
    assert text == recorded(command=["other"]).one(RUN).inputs["__provider"]


def test_order() -> None:
    def program() -> None:
        import pulumi_aws as aws  # noqa: PLC0415 - slow to import

        policy = aws.iam.RolePolicy("policy", role="r", policy="{}")
        migration = Migration("api-migration", replace(ARGS, after=[policy]))
        aws.ssm.Parameter("service", type="String", value=migration.done)

    graph = build(program)
    run = graph.one(RUN)
    assert graph.one("aws:iam/rolePolicy:RolePolicy") in graph.direct(run)
    assert graph.one(DEFINITION) in graph.direct(run)
    service = graph.one("aws:ssm/parameter:Parameter")
    assert run in graph.direct(service)
    assert service.inputs["value"] == graph.one(DEFINITION).outputs["arn"]
    preview = build(program, mode="preview")
    assert preview.one("aws:ssm/parameter:Parameter").inputs["value"] is UNKNOWN


def test_outputs() -> None:
    graph = recorded()
    arn = graph.one(DEFINITION).outputs["arn"]
    assert graph.registered_outputs[graph.one("slipway:index:Migration").urn] == {
        "done": arn,
        "task_definition_arn": arn,
        "family": "power-pto-migrate",
    }


PROPS: dict[str, Any] = {
    "task_definition": "arn:aws:ecs:us-east-1:123456789012:task-definition/power-pto-migrate:7",
    "containers": ["api"],
    "cluster": "arn:cluster",
    "subnets": ["subnet-a"],
    "security_groups": ["sg-1"],
    "log_group": "/ecs/power-pto",
    "timeout_seconds": 600.0,
    "region": "eu-west-1",
    "profile": "ops",
    "role_arns": ["arn:role"],
    "endpoints": {"ecs": "http://localhost:5000"},
}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tasks.OneOffTask]:
    """What was run; the ECS client is replaced by what it would have been made from."""
    found: list[tasks.OneOffTask] = []

    def run(wanted: tasks.OneOffTask, ecs: object) -> str:
        assert ecs == ("eu-west-1", "ops", ["arn:role"], {"ecs": "http://localhost:5000"})
        found.append(wanted)
        return "arn:run"

    monkeypatch.setattr(tasks, "client", lambda *given: given)
    monkeypatch.setattr(tasks, "run", run)
    return found


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({}, False),
        ({"task_definition": "arn:aws:ecs:us-east-1:123456789012:task-definition/power-pto-migrate:8"}, True),
        ({"task_definition": rpc.UNKNOWN}, True),
        ({"subnets": [rpc.UNKNOWN], "timeout_seconds": 60.0, "profile": None, "__provider": "other"}, False),
    ],
)
def test_only_a_new_revision_runs(changes: Mapping[str, Any], changed: bool) -> None:  # noqa: FBT001 - a parametrised case
    answer = MigrationRunProvider().diff("id", PROPS, {**PROPS, **changes})
    assert answer.changes is changed
    assert not answer.replaces


def test_a_revision_that_is_unknown_twice_is_still_new() -> None:
    unknown = {**PROPS, "task_definition": rpc.UNKNOWN}
    assert MigrationRunProvider().diff("id", unknown, unknown).changes


def test_create_and_update_run_it(started: list[tasks.OneOffTask]) -> None:
    created = MigrationRunProvider().create(PROPS)
    assert (created.id, created.outs) == ("arn:run", PROPS)
    news = {**PROPS, "task_definition": PROPS["task_definition"].replace(":7", ":8")}
    assert MigrationRunProvider().update("arn:run", PROPS, news).outs == news
    assert [wanted.revision for wanted in started] == ["power-pto-migrate:7", "power-pto-migrate:8"]
    assert started[0].timeout_seconds == 600
    assert (started[0].subnets, started[0].security_groups) == (["subnet-a"], ["sg-1"])


def test_a_failed_run_fails_the_update(monkeypatch: pytest.MonkeyPatch, started: list[tasks.OneOffTask]) -> None:
    def fail(*_: object) -> str:
        raise tasks.TaskError("power-pto-migrate:7 failed")

    monkeypatch.setattr(tasks, "run", fail)
    for attempt in (lambda: MigrationRunProvider().create(PROPS), lambda: MigrationRunProvider().update("", {}, PROPS)):
        with pytest.raises(tasks.TaskError, match="power-pto-migrate:7 failed"):
            attempt()
    assert not started


def test_deletion_and_refresh_run_nothing(started: list[tasks.OneOffTask]) -> None:
    provider = MigrationRunProvider()
    provider.delete("arn:run", PROPS)
    assert provider.read("arn:run", PROPS).outs == PROPS
    assert not started


def test_nothing_runs_while_it_is_recorded(started: list[tasks.OneOffTask]) -> None:
    recorded()
    assert not started
    assert issubclass(runs.MigrationRun, pulumi.CustomResource)
