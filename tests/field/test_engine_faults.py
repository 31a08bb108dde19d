"""What only the real engine showed: what a preview of a change says, and what a person reads when an update fails."""

from collections.abc import Mapping
from typing import Any, Final, cast

import pytest

from preview import answers, record
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
    running = record.record(stacks.ROOT, "prod", changed(before))
    existing = {resource.urn: resource for resource in running.resources}
    monitor: Any = vars(record)["_Monitor"]
    answer = vars(monitor)["_answer"]

    def answered(self: Any, resource: Resource) -> answers.Answer:
        old = existing.get(resource.urn)
        same = old is not None and old.inputs == resource.inputs
        if same or (old is not None and resource.type not in _REPLACED_BY_ANY_CHANGE):
            self.mode = "update"
        try:
            return cast(answers.Answer, answer(self, resource))
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
