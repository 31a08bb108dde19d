"""Where tasks run."""

import json
from typing import Any, Final

import pytest

from preview.graph import Graph
from tests.settings.files import GONE
from tests.wiring.given import graph

PUBLIC: Final = {
    "slipway:network.tasks": "public",
    "slipway:network.nat": "none",
    "slipway:network.acls": False,
    "slipway:network.endpoints": ["ecs", "secretsmanager"],
}


def subnets(made: Graph, tier: str) -> list[object]:
    return [made.one("aws:ec2/subnet:Subnet", f"network-{tier}-{letter}").outputs["id"] for letter in "ab"]


@pytest.mark.parametrize(("changes", "tier"), [({}, "private"), (PUBLIC, "public")])
def test_tasks_run_in_private_subnets_unless_public_ones_are_asked_for(changes: dict[str, object], tier: str) -> None:
    made, public = graph(changes), tier == "public"
    for service in made.of("aws:ecs/service:Service"):
        network: Any = service.inputs["networkConfiguration"]
        assert network["subnets"] == subnets(made, tier)
        assert network["assignPublicIp"] is public
        told = {"slipway:waive": "services-without-public-ip services-in-private-subnets"}
        assert service.inputs.get("tags") == (told if public else None)
    run = made.one("pulumi-python:dynamic/slipway:MigrationRun")
    assert run.inputs["subnets"] == subnets(made, tier)
    assert run.inputs.get("public_ip") == (True if public else None)


def test_a_job_runs_where_its_service_does() -> None:
    job = {"service": "worker", "schedule": "rate(1 hour)", "command": ["tidy"]}
    made = graph({**PUBLIC, "slipway:backup": GONE, "slipway:jobs": {"tidy": job}})
    target: Any = made.one("aws:scheduler/schedule:Schedule", "jobs-tidy-schedule").inputs["target"]
    given = json.loads(target["input"])
    assert given["subnets"] == subnets(made, "public")
    assert given["public_ip"] is True


def test_tasks_in_public_subnets_reach_queues_without_an_endpoint() -> None:
    queues = {"slipway:queues": {"mail": {}}, "slipway:services.worker.sends": ["mail"], "slipway:backup": GONE}
    assert graph({**PUBLIC, **queues}).of("aws:sqs/queue:Queue")
