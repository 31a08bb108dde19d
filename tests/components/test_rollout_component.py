import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import dill  # type: ignore[import-untyped] # has no types of its own
import pytest
from pulumi import Output
from pulumi.runtime import rpc

from components import _rollout as rollouts
from components import _smoke as smoke
from components._rollout_check import RolloutCheckProvider
from components._smoke import SmokeCheck, SmokeError
from components._smoke_run import SmokeRunProvider
from components.rollout import Rollout, RolloutArgs, ServiceRolloutArgs
from preview.graph import Graph
from tests.components.conftest import build, check_contract

CHECK = "pulumi-python:dynamic/slipway:RolloutCheck"
SMOKE = "pulumi-python:dynamic/slipway:SmokeRun"
REVISION = "arn:aws:ecs:us-east-1:123456789012:task-definition/shop-api:8"
API = ServiceRolloutArgs(
    service_name="api",
    task_definition_arn=REVISION,
    deployment={"subnets": ["subnet-a"], "security_group": "sg-1"},
    containers=["api"],
    log_group_name="/ecs/shop-api",
)
ARGS = RolloutArgs(
    cluster_arn="arn:cluster",
    region="us-east-1",
    services={"api": API},
    revisions={"api": REVISION},
    smoke=[SmokeCheck(url="https://shop.example.com/health")],
)
PROPS: Mapping[str, Any] = {
    "task_definition": REVISION,
    "deployment": {"subnets": ["subnet-a"], "security_group": "sg-1"},
    "cluster": "arn:cluster",
    "service": "api",
    "containers": ["api"],
    "log_group": "/ecs/shop-api",
    "strategy": "rolling",
    "timeout_seconds": 1800.0,
    "region": "us-east-1",
    "profile": None,
    "role_arns": [],
    "endpoints": {},
}


def recorded(args: RolloutArgs = ARGS) -> Graph:
    return build(lambda: Rollout("rollout", args))


def test_contract() -> None:
    check_contract(lambda: Rollout("rollout", ARGS))


def test_each_service_is_looked_at_and_then_the_public_address() -> None:
    graph = recorded(replace(ARGS, services={"api": API, "web": replace(API, service_name="web")}))
    assert [check.name for check in graph.of(CHECK)] == ["rollout-api", "rollout-web"]
    assert graph.one(CHECK, "rollout-api").inputs["timeout_seconds"] == 1800
    asked = graph.one(SMOKE)
    assert all(graph.reaches(asked, check) for check in graph.of(CHECK))
    assert not any(graph.reaches(one, other) for one in graph.of(CHECK) for other in graph.of(CHECK))


def test_a_service_that_is_not_looked_at_still_has_the_address_asked_again() -> None:
    graph = recorded(replace(ARGS, services={}))
    assert not graph.of(CHECK)
    assert graph.one(SMOKE).inputs["revisions"] == {"api": REVISION}


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (
            lambda: replace(ARGS, services={"api": replace(API, timeout_minutes=0)}),
            "services.api.timeout_minutes: 0 is outside 1 to 1440",
        ),
        (lambda: replace(ARGS, services={"api": replace(API, containers=[])}), "services.api.containers: none given"),
        (lambda: replace(ARGS, services={}, smoke=[]), "neither these nor smoke checks given"),
    ],
    ids=["no time", "no container", "nothing to ask"],
)
def test_refused(args: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        args()


class TestRolloutCheck:
    def test_an_unchanged_service_is_not_asked(self) -> None:
        assert not RolloutCheckProvider().diff("api", dict(PROPS), {**PROPS, "timeout_seconds": 60.0}).changes

    @pytest.mark.parametrize(
        "change",
        [
            {"task_definition": f"{REVISION}0"},
            {"task_definition": rpc.UNKNOWN},
            {"deployment": {"subnets": ["subnet-a", "subnet-b"], "security_group": "sg-1"}},
            {"deployment": {"subnets": [rpc.UNKNOWN], "security_group": "sg-1"}},
            {"deployment": rpc.UNKNOWN},
        ],
        ids=["revision", "revision not known yet", "another zone", "a subnet not known yet", "nothing known yet"],
    )
    def test_a_service_that_deploys_is_asked(self, change: Mapping[str, Any]) -> None:
        assert RolloutCheckProvider().diff("api", dict(PROPS), {**PROPS, **change}).changes

    def test_a_failure_is_not_recorded_and_is_its_own_message(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def went_back(wanted: rollouts.WantedRollout, _clients: object) -> str:
            raise rollouts.RolloutError(f"{wanted.service} runs another revision than {wanted.revision}")

        monkeypatch.setattr(rollouts, "wait", went_back)
        monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)
        with pytest.raises(rollouts.RolloutError, match="api runs another revision than shop-api:8"):
            RolloutCheckProvider().create(dict(PROPS))
        assert sys.tracebacklimit == 0
        with pytest.raises(rollouts.RolloutError):
            RolloutCheckProvider().update("api", dict(PROPS), dict(PROPS))

    def test_what_is_so_is_recorded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[rollouts.WantedRollout] = []
        monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)
        monkeypatch.setattr(rollouts, "wait", lambda wanted, _clients: asked.append(wanted))
        made = RolloutCheckProvider().create(dict(PROPS))
        assert (made.id, made.outs) == ("api", PROPS)
        assert asked == [
            rollouts.WantedRollout(
                cluster="arn:cluster",
                service="api",
                task_definition=REVISION,
                containers=["api"],
                log_group="/ecs/shop-api",
                timeout_seconds=1800,
            )
        ]


class TestSmokeRun:
    PROPS: Mapping[str, Any] = {
        "checks": [{"url": "https://shop.example.com/health", "status": 200.0}],
        "revisions": {"api": REVISION},
        "timeout_seconds": 300.0,
    }

    def test_asked_again_for_a_new_revision_or_check_alone(self) -> None:
        diff = SmokeRunProvider().diff
        assert not diff("smoke", dict(self.PROPS), {**self.PROPS, "timeout_seconds": 1}).changes
        changes: tuple[Mapping[str, Any], ...] = (
            {"revisions": {"api": rpc.UNKNOWN}},
            {"revisions": {}},
            {"checks": []},
        )
        for change in changes:
            assert diff("smoke", dict(self.PROPS), {**self.PROPS, **change}).changes

    def test_a_wrong_answer_says_how_to_go_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def wrong(_checks: object, *, timeout_seconds: float) -> None:
            raise SmokeError(f"1 of 1 smoke checks fail after {timeout_seconds:g}")

        monkeypatch.setattr(smoke, "run", wrong)
        monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)
        with pytest.raises(SmokeError, match=r"1 of 1 smoke checks fail after 300\n.*make rollback"):
            SmokeRunProvider().create(dict(self.PROPS))


@pytest.mark.parametrize("provider", [RolloutCheckProvider, SmokeRunProvider])
def test_the_engine_finds_the_providers_by_name(provider: type) -> None:
    pickled = dill.dumps(provider())
    assert provider.__module__.encode() in pickled
    assert len(pickled) < 120, "by reference, so that its code may change"


def test_verified_is_known_once_the_checks_are() -> None:
    found: list[object] = []

    def program() -> None:
        Output.from_input(Rollout("rollout", ARGS).verified).apply(found.append)

    build(program)
    assert found
