"""The function that runs jobs, on a simulated ECS and Scheduler whose tasks the tests end themselves."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3  # type: ignore[import-untyped] # has no types of its own
import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped] # as above
from moto import mock_aws

from functions.run_jobs import handler
from functions.run_jobs.handler import JobError

STACK, CLUSTER = "desk-production", "arn:aws:ecs:us-east-1:123456789012:cluster/desk-production"
DUE = "2027-01-31T03:00:00Z"


@dataclass
class Account:
    """ECS as the function sees it. The simulation starts Fargate tasks, and knows neither client tokens nor ages."""

    given: dict[str, Any]
    started: list[dict[str, Any]] = field(default_factory=list)
    """What was asked of RunTask."""
    stopped: list[tuple[str, str]] = field(default_factory=list)
    """Tasks that were told to stop, and why."""
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: list[dict[str, str]] = field(default_factory=list)
    """What RunTask answers instead of a task."""

    scheduler: Any = None

    def client(self, service: str) -> Any:
        return self if service == "ecs" else self.scheduler

    def run_task(self, **asked: Any) -> dict[str, Any]:
        known = [t for t in self.tasks.values() if t["token"] == asked["clientToken"]]
        if self.failures or known:
            return {"tasks": known, "failures": self.failures}
        self.started.append(asked)
        return {"tasks": [self.add(asked["clientToken"])], "failures": []}

    def add(self, token: str = "", age: timedelta = timedelta(0), **more: Any) -> dict[str, Any]:
        arn = f"{CLUSTER.replace(':cluster/', ':task/')}/{len(self.tasks):032x}"
        made = {"taskArn": arn, "desired": "RUNNING", "lastStatus": "PENDING", "createdAt": datetime.now(UTC) - age}
        self.tasks[arn] = {**made, "token": token, **more}
        return self.tasks[arn]

    def list_tasks(self, *, cluster: str, family: str, **asked: str) -> dict[str, Any]:
        assert (cluster, family) == (CLUSTER, "desk-production-nightly")
        return {"taskArns": [arn for arn, task in self.tasks.items() if task["desired"] == asked["desiredStatus"]]}

    def describe_tasks(self, *, cluster: str, tasks: list[str]) -> dict[str, Any]:
        assert cluster == CLUSTER
        assert tasks, "AWS refuses to describe no tasks"
        return {"tasks": [self.tasks[arn] for arn in tasks]}

    def stop_task(self, *, cluster: str, task: str, reason: str) -> None:
        assert cluster == CLUSTER
        self.stopped.append((task, reason))
        self.tasks[task]["desired"] = "STOPPED"

    def ends(
        self, code: int | None = 0, *, reason: str = "Essential container in task exited", **more: Any
    ) -> dict[str, Any]:
        """End the task that was started last, and return ECS's event of it."""
        task, asked = list(self.tasks.values())[-1], self.started[-1]
        task |= {"desired": "STOPPED", "lastStatus": "STOPPED"}
        containers = [
            {"name": "proxy", "exitCode": 143},
            {"name": "nightly", **({} if code is None else {"exitCode": code})},
        ]
        detail = {
            "taskArn": task["taskArn"],
            "group": asked["group"],
            "startedBy": asked["startedBy"],
            "containers": containers,
            "stopCode": "EssentialContainerExited",
            "stoppedReason": reason,
            **more,
        }
        return {"source": "aws.ecs", "detail": detail}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("STACK", STACK),
        ("SCHEDULES", f"{STACK}-jobs"),
    ):
        monkeypatch.setenv(name, value)
    given = {
        "job": "nightly",
        "task_definition": "arn:aws:ecs:us-east-1:123456789012:task-definition/desk-production-nightly:7",
        "container": "nightly",
        "cluster": CLUSTER,
        "subnets": ["subnet-a", "subnet-b"],
        "security_groups": ["sg-1"],
        "retries": 1,
        "time": "<aws.scheduler.scheduled-time>",
    }
    with mock_aws():
        scheduler = boto3.client("scheduler")
        scheduler.create_schedule_group(Name=f"{STACK}-jobs")
        scheduler.create_schedule(
            GroupName=f"{STACK}-jobs",
            Name="nightly",
            ScheduleExpression="cron(0 3 * * ? *)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": "arn:aws:lambda:x", "RoleArn": "arn:aws:iam::1:role/x", "Input": json.dumps(given)},
        )
        made = Account({**given, "time": DUE})
        made.scheduler = scheduler
        monkeypatch.setattr(boto3, "client", made.client)
        monkeypatch.setattr(time, "sleep", lambda _: None)
        yield made


def counted(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the metrics that were printed as CloudWatch reads them, such as `Failed nightly`."""
    found = []
    for line in capsys.readouterr().out.splitlines():
        if line.startswith("{"):
            said = json.loads(line)
            (metrics,) = said["_aws"]["CloudWatchMetrics"]
            assert metrics["Namespace"] == "Slipway"
            assert metrics["Dimensions"] == [["Stack", "Job"]]
            assert said["Stack"] == STACK
            found += [f"{metric['Name']} {said['Job']}" for metric in metrics["Metrics"] if said[metric["Name"]] == 1]
    return found


def run(event: Mapping[str, Any]) -> None:
    handler.handle(event, None)


def test_a_due_job_is_started_in_the_services_network(account: Account) -> None:
    run(account.given)
    (asked,) = account.started
    assert asked["taskDefinition"].endswith("desk-production-nightly:7")
    assert asked["networkConfiguration"]["awsvpcConfiguration"] == {
        "subnets": ["subnet-a", "subnet-b"],
        "securityGroups": ["sg-1"],
        "assignPublicIp": "DISABLED",
    }
    assert asked["group"] == "job:desk-production"
    assert asked["startedBy"] == "nightly/0/20270131T030000"
    assert len(asked["clientToken"]) <= 64


def test_in_public_subnets_it_gets_an_address(account: Account) -> None:
    run({**account.given, "public_ip": True})
    assert account.started[0]["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "ENABLED"


def test_what_is_asked_is_what_ecs_takes(account: Account) -> None:
    run(account.given)
    model = boto3.session.Session().client("ecs", region_name="us-east-1").meta.service_model.operation_model("RunTask")
    assert set(account.started[0]) <= set(model.input_shape.members)


@pytest.mark.parametrize("state", [{}, {"desired": "STOPPED", "lastStatus": "DEPROVISIONING"}])
def test_a_job_that_still_runs_or_stops_is_not_started_again(account: Account, state: dict[str, Any]) -> None:
    account.add(**state)
    run(account.given)
    assert account.started == []


def test_one_that_has_stopped_is_no_reason_to_wait(account: Account) -> None:
    account.add(desired="STOPPED", lastStatus="STOPPED")
    run(account.given)
    assert len(account.started) == 1


def test_an_event_that_comes_twice_starts_one_task(account: Account) -> None:
    run(account.given)
    token = account.started[0]["clientToken"]
    account.ends()
    run(account.given)
    assert [asked["clientToken"] for asked in account.started] == [token]


def test_of_two_that_were_started_at_the_same_moment_the_later_is_stopped_and_counts_for_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: account.add(age=timedelta(seconds=2)))
    run(account.given)
    own = next(iter(account.tasks))
    assert [task for task, _ in account.stopped] == [own]
    event = account.ends(None, reason=account.stopped[0][1], stopCode="UserInitiated")
    run(event)
    assert len(account.started) == 1
    assert counted(capsys) == []


def test_success_is_counted(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    run(account.given)
    run(account.ends(0))
    assert counted(capsys) == ["Succeeded nightly"]
    assert len(account.started) == 1


@pytest.mark.parametrize(
    "end", [{"code": 1}, {"code": None, "stopCode": "TaskFailedToStart"}, {"code": 0, "stopCode": "SpotInterruption"}]
)
def test_a_failure_is_started_again_as_often_as_allowed_and_then_counted(
    account: Account, capsys: pytest.CaptureFixture[str], end: dict[str, Any]
) -> None:
    run(account.given)
    run(account.ends(**end))
    assert counted(capsys) == []
    assert [asked["startedBy"] for asked in account.started] == [
        "nightly/0/20270131T030000",
        "nightly/1/20270131T030000",
    ]
    run(account.ends(**end))
    assert counted(capsys) == ["Failed nightly"]
    assert len(account.started) == 2


def test_what_takes_too_long_is_stopped_counted_and_not_started_again(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    run(account.given)
    watched = {"watched": [{"family": "desk-production-nightly", "cluster": CLUSTER, "minutes": 30}]}
    run(watched)
    assert account.stopped == []
    next(iter(account.tasks.values()))["createdAt"] -= timedelta(minutes=31)
    run(watched)
    ((_, reason),) = account.stopped
    run(account.ends(137, reason=reason, stopCode="UserInitiated"))
    assert counted(capsys) == ["Failed nightly"]
    assert len(account.started) == 1


def test_a_person_starts_a_job_by_its_name(account: Account) -> None:
    run({"job": "nightly"})
    (asked,) = account.started
    assert asked["taskDefinition"].endswith("desk-production-nightly:7")
    assert asked["startedBy"].startswith("nightly/0/20")


def test_what_ecs_does_not_place_is_an_error_that_lambda_tries_again(account: Account) -> None:
    account.failures = [{"reason": "Capacity is unavailable at this time"}]
    with pytest.raises(JobError, match="nightly did not start: Capacity is unavailable"):
        run(account.given)


def test_the_end_of_a_job_that_is_gone_is_no_error(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    run(account.given)
    account.scheduler.delete_schedule(GroupName=f"{STACK}-jobs", Name="nightly")
    run(account.ends(1))
    assert counted(capsys) == []


def test_a_name_that_is_no_job_is_an_error(account: Account) -> None:
    with pytest.raises(ClientError):
        run({"job": "nigthly"})
    assert account.started == []


@pytest.mark.usefixtures("account")
def test_tasks_of_others_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    for started_by in ("", "ecs-svc/123", "somebody"):
        run({"source": "aws.ecs", "detail": {"taskArn": "x", "startedBy": started_by}})
    assert counted(capsys) == []
