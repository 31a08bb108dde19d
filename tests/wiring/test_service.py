import json

import pytest

from preview.graph import Graph
from settings import model
from tests.wiring.given import graph


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        (model.Tasks(count=3), (3, 3)),
        (model.Tasks(count=0), (0, 0)),
        (model.Tasks(min=2, max=8), (2, 8)),
        (model.Tasks(min=2), (2, 2)),
    ],
    ids=["fixed", "none", "a range", "a fewest only"],
)
def test_fewest_and_most_tasks(tasks: model.Tasks, expected: tuple[int, int]) -> None:
    assert tasks.bounds == expected


def granted(made: Graph, service: str) -> set[str]:
    document = json.loads(str(made.one("aws:iam/rolePolicy:RolePolicy", f"{service}-task").inputs["policy"]))
    return {action for statement in document["Statement"] for action in statement["Action"]}


def test_a_service_may_what_the_parts_it_uses_need() -> None:
    made = graph({"slipway:database.iamAuthentication": True})
    assert {"s3:PutObject", "rds-db:connect"} <= granted(made, "api")
    assert granted(made, "worker") == {"rds-db:connect"}


def test_a_shell_in_a_container_writes_where_it_likes_and_its_sidecars_do_not() -> None:
    sidecar = {"image": {"uri": "public.ecr.aws/nginx/nginx:1.27"}, "memoryMib": 128}
    made = graph({"slipway:services.api.exec": True, "slipway:services.api.sidecars": {"proxy": sidecar}})
    task = made.one("aws:ecs/taskDefinition:TaskDefinition", "api-task")
    containers = {c["name"]: c["readonlyRootFilesystem"] for c in json.loads(str(task.inputs["containerDefinitions"]))}
    assert containers == {"api": False, "proxy": True}


def test_a_service_waits_for_the_sidecars_that_come_before_it() -> None:
    image = {"image": {"uri": "public.ecr.aws/nginx/nginx:1.27"}}
    sidecars = {
        "files": {**image, "before": "succeeded"},
        "proxy": {**image, "before": "healthy", "healthCheck": {"command": ["CMD", "/up"]}},
        "agent": {**image, "before": "started"},
        "late": image,
    }
    made = graph({"slipway:services.api.sidecars": sidecars})
    task = made.one("aws:ecs/taskDefinition:TaskDefinition", "api-task")
    (api,) = (c for c in json.loads(str(task.inputs["containerDefinitions"])) if c["name"] == "api")
    assert {wait["containerName"]: wait["condition"] for wait in api["dependsOn"]} == {
        "agent": "START",
        "files": "SUCCESS",
        "proxy": "HEALTHY",
    }
