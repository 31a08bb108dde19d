"""What only the real engine showed: what a preview of a change says, and what a person reads when an update fails."""

import base64
import json
import pickle
import sys
import traceback
from collections.abc import Mapping
from typing import Any, Final, cast

import pytest

from components import _one_off_task as tasks
from components._migration_run import MigrationRunProvider
from preview import provider_fakes, record
from preview.graph import Graph, Resource
from tests import stacks
from tests.settings.files import GONE, changed

_REPLACED_BY_ANY_CHANGE: Final = {"aws:ecs/taskDefinition:TaskDefinition", "aws:lambda/invocation:Invocation"}
_WHAT_RUNS: Final = (
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:ecs/service:Service",
    "pulumi-python:dynamic/slipway:MigrationRun",
)


def previewed(
    before: Mapping[str, object], after: Mapping[str, object], monkeypatch: pytest.MonkeyPatch
) -> tuple[Graph, Graph]:
    """Return a running stack, and what the engine previews of a change of it.

    What exists has the values that it has, unless the change replaces it: then what AWS makes up anew is unknown.
    """
    running = stacks.registered("prod", changed(before))
    existing = {resource.urn: resource for resource in running.resources}
    monitor: Any = vars(record)["_Monitor"]
    answer = vars(monitor)["_answer"]

    def answered(self: Any, resource: Resource) -> provider_fakes.Answer:
        old = existing.get(resource.urn)
        same = old is not None and old.inputs == resource.inputs
        if same or (old is not None and resource.type not in _REPLACED_BY_ANY_CHANGE):
            self.mode = "update"
        try:
            return cast(provider_fakes.Answer, answer(self, resource))
        finally:
            self.mode = "preview"

    monkeypatch.setattr(monitor, "_answer", answered)
    return running, record.record(stacks.ROOT, "prod", changed(after), mode="preview")


def touched(running: Graph, change: Graph) -> set[str]:
    """Return the names of the tasks, services and migrations that exist and that a preview shows as changed."""
    existing = {resource.urn: resource for resource in running.resources}
    return {
        resource.name
        for resource in change.resources
        if resource.type in _WHAT_RUNS and resource.urn in existing and existing[resource.urn].inputs != resource.inputs
    }


NO_WORKER: Final[Mapping[str, object]] = {"slipway:services.worker": GONE}


def test_adding_a_service_that_reads_a_url_touches_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    running, change = previewed(NO_WORKER, {}, monkeypatch)
    assert touched(running, change) == set()
    # Not by chance: the function that writes the URLs is told of its new reader, and runs again.
    first = change.one("aws:lambda/invocation:Invocation", "secret-urls-first")
    assert first.inputs != running.urn(first.urn).inputs


def test_removing_a_service_touches_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    running, change = previewed({}, NO_WORKER, monkeypatch)
    assert touched(running, change) == set()


def test_a_new_tag_touches_its_own_service_only(monkeypatch: pytest.MonkeyPatch) -> None:
    running, change = previewed({}, {"slipway:services.api.image.tag": "4be01d7"}, monkeypatch)
    assert touched(running, change) == {"api-task", "api-migration-task", "api-migration-run", "api-service"}


def failing_update(stopped: Mapping[str, object], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what the engine prints of a migration that ends badly: the provider process's last exception, in full."""

    class Ecs:
        def list_tasks(self, **_: object) -> Mapping[str, object]:
            return {"taskArns": []}

        def run_task(self, **_: object) -> Mapping[str, object]:
            return {"tasks": [{"taskArn": "arn:aws:ecs:us-east-1:123456789012:task/shop/0123"}]}

        def describe_tasks(self, **_: object) -> Mapping[str, object]:
            ended = {"taskArn": "arn", "lastStatus": "STOPPED", "stopCode": "EssentialContainerExited"}
            return {"tasks": [{**ended, "containers": [{"name": "api", "exitCode": 1}], **stopped}]}

    monkeypatch.setattr(tasks, "client", lambda *_: Ecs())
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)
    arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/shop-migrate:7"
    props = {"task_definition": arn, "containers": ["api"], "cluster": "shop", "subnets": ["subnet-a"]}
    with pytest.raises(tasks.TaskError) as caught:
        MigrationRunProvider().create(
            {**props, "security_groups": ["sg-1"], "log_group": "/shop", "timeout_seconds": 60.0, "region": "us-east-1"}
        )
    return "".join(traceback.format_exception(caught.value, limit=sys.tracebacklimit))


@pytest.mark.parametrize(
    ("stopped", "reason"),
    [
        ({"stoppedReason": "Essential container in task exited"}, "exit code 1: Essential container in task exited."),
        ({"stoppedReason": ""}, "exit code 1: ECS gives no reason."),
        ({}, "exit code 1: ECS gives no reason."),
        (
            {"stoppedReason": "", "containers": [{"name": "api", "exitCode": 1, "reason": "OutOfMemoryError"}]},
            "OutOfMemoryError.",
        ),
    ],
    ids=["a reason", "an empty reason", "no reason", "the container's own"],
)
def test_a_failing_migration_says_its_reason_and_no_trace(
    stopped: Mapping[str, object], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = failing_update(stopped, monkeypatch)
    said = text.splitlines()
    assert said[0].startswith("components._one_off_task.TaskError: shop-migrate:7 failed: container api ended with ")
    assert said[0].endswith(reason)
    assert [line.partition(":")[0] for line in said[1:]] == ["Task", "Log"]


def test_a_provider_recorded_before_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in the state of running stacks: the module and the class by name."""
    monkeypatch.syspath_prepend(stacks.ROOT)
    recorded = "gASVOQAAAAAAAACMGWNvbXBvbmVudHMuX21pZ3JhdGlvbl9ydW6UjBRNaWdyYXRpb25SdW5Qcm92aWRlcpSTlCmBlC4="
    assert isinstance(pickle.loads(base64.b64decode(recorded)), MigrationRunProvider)  # noqa: S301 - as the engine does


def ignored(graph: Graph) -> Mapping[str, tuple[str, ...]]:
    return {target.name: target.ignore_changes for target in graph.of("aws:appautoscaling/target:Target")}


def test_a_schedule_owns_the_bounds_that_it_sets() -> None:
    graph = stacks.registered("prod", changed({}))
    bounds = ("minCapacity", "maxCapacity")
    assert ignored(graph) == {"api-scaling": bounds, "frontend-scaling": (), "worker-scaling": ()}
    asleep = ignored(stacks.recorded("Pulumi.staging.yaml"))
    assert asleep
    assert set(asleep.values()) == {bounds}


@pytest.mark.parametrize("protect", [True, False], ids=["protected", "taken down"])
def test_the_parameters_of_a_cache_stay_until_its_upgrade_is_made(*, protect: bool) -> None:
    graph = stacks.registered("prod", changed({"slipway:protection": {"protect": protect}}))
    assert graph.one("aws:elasticache/parameterGroup:ParameterGroup").retain_on_delete is protect


def test_a_pull_through_cache_can_be_filled() -> None:
    start = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    sidecars = {
        "agent": {"image": {"uri": f"{start}/docker-hub/library/nginx:1.27.3"}},
        "tool": {"image": {"uri": f"{start}/tool:1.0"}},
    }
    graph = stacks.registered("prod", changed({"slipway:services.api.sidecars": sidecars}))
    policy = graph.one("aws:iam/rolePolicy:RolePolicy", "api-execution").inputs["policy"]
    (filling,) = [s for s in json.loads(str(policy))["Statement"] if "ecr:BatchImportUpstreamImage" in s["Action"]]
    assert filling["Action"] == ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    assert filling["Resource"] == ["arn:aws:ecr:us-east-1:123456789012:repository/docker-hub/library/nginx"]
    boundary = json.loads(str(graph.one("aws:iam/policy:Policy", "boundary-policy").inputs["policy"]))["Statement"]
    (within,) = [s for s in boundary if "ecr:BatchImportUpstreamImage" in s["Action"]]
    assert set(filling["Resource"]) <= set(within["Resource"])
