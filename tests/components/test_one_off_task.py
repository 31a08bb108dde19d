from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped] # has no types of its own
import pytest
from botocore.stub import ANY, Stubber  # type: ignore[import-untyped] # as above
from moto import mock_aws

from components import _one_off_task as tasks
from components._one_off_task import OneOffTask, TaskError

CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/power-pto"
DEFINITION = "arn:aws:ecs:us-east-1:123456789012:task-definition/power-pto-migrate:7"
TASK = "arn:aws:ecs:us-east-1:123456789012:task/power-pto/0123456789abcdef"
OTHER = "arn:aws:ecs:us-east-1:123456789012:task/power-pto/fedcba9876543210"
WANTED = OneOffTask(
    task_definition=DEFINITION,
    containers=["api", "proxy"],
    cluster=CLUSTER,
    subnets=["subnet-a", "subnet-b"],
    security_groups=["sg-1"],
    log_group="/ecs/power-pto",
    timeout_seconds=60,
)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self) -> float:
        return self.now


class Ecs:
    """An ECS whose answers are written down beforehand, each request checked against the API's own model."""

    def __init__(self) -> None:
        self.client = boto3.client(
            "ecs", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        self.stub = Stubber(self.client)
        self.clock = Clock()
        self.stub.activate()

    def lists(self, *arns: str) -> None:
        request = {"cluster": CLUSTER, "family": "power-pto-migrate", "desiredStatus": "RUNNING"}
        self.stub.add_response("list_tasks", {"taskArns": list(arns)}, request)

    def starts(self, failures: Sequence[Mapping[str, str]] = (), *, placed: bool = True) -> None:
        answer = {"tasks": [{"taskArn": TASK}] if placed else [], "failures": list(failures)}
        request = {
            "cluster": CLUSTER,
            "taskDefinition": DEFINITION,
            "count": 1,
            "launchType": "FARGATE",
            "platformVersion": "LATEST",
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": ["subnet-a", "subnet-b"],
                    "securityGroups": ["sg-1"],
                    "assignPublicIp": "DISABLED",
                }
            },
            "enableECSManagedTags": True,
            "propagateTags": "TASK_DEFINITION",
            "startedBy": WANTED.started_by,
            "clientToken": ANY,
        }
        self.stub.add_response("run_task", answer, request)

    def shows(self, *found: Mapping[str, Any], arn: str = TASK) -> None:
        answer = {"tasks": list(found), "failures": [] if found else [{"arn": arn, "reason": "MISSING"}]}
        self.stub.add_response("describe_tasks", answer, {"cluster": CLUSTER, "tasks": [arn]})

    def run(self, wanted: OneOffTask = WANTED) -> str:
        return tasks.run(wanted, self.client, sleep=self.clock.sleep, clock=self.clock)


def task(status: str = "STOPPED", codes: Mapping[str, int | None] | None = None, **more: Any) -> Mapping[str, Any]:
    """A task as DescribeTasks shows it; a container without a code never had one."""
    given = {"api": 0, "proxy": 0} if codes is None else codes
    containers = [{"name": name, **({} if code is None else {"exitCode": code})} for name, code in given.items()]
    return {"taskArn": TASK, "lastStatus": status, "containers": containers, **more}


@pytest.fixture
def ecs() -> Iterator[Ecs]:
    made = Ecs()
    yield made
    made.stub.assert_no_pending_responses()


def fails(ecs: Ecs, wanted: OneOffTask = WANTED) -> str:
    with pytest.raises(TaskError) as error:
        ecs.run(wanted)
    return str(error.value)


def test_success(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    for status in ("PROVISIONING", "PENDING", "RUNNING", "DEPROVISIONING"):
        ecs.shows(task(status, {"api": None}))
    ecs.shows(task(stopCode="EssentialContainerExited", stoppedReason="Essential container in task exited"))
    assert ecs.run() == TASK
    assert ecs.clock.now == 4 * tasks.POLL_SECONDS


@pytest.mark.parametrize(("code", "status"), [("ThrottlingException", 400), ("ServerException", 500)])
def test_a_migration_does_not_fail_because_aws_does_not_answer_for_a_while(ecs: Ecs, code: str, status: int) -> None:
    ecs.lists()
    ecs.starts()
    for _ in range(4):
        ecs.stub.add_client_error("describe_tasks", code, http_status_code=status)
    ecs.shows(task())
    assert ecs.run() == TASK


def test_but_not_for_ever(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    for _ in range(25):
        ecs.stub.add_client_error("describe_tasks", "ThrottlingException")
    assert "could not be run or watched" in fails(ecs, replace(WANTED, timeout_seconds=3600))


def test_never_seen_running(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    ecs.shows(task("PENDING", {}))
    ecs.shows(task())
    assert ecs.run() == TASK


def test_missing_right_after_the_start(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    ecs.shows()
    ecs.shows(task())
    assert ecs.run() == TASK


def test_failures_in_a_200_answer(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts([{"arn": "arn:x", "reason": "RESOURCE:ENI", "detail": "no address is free"}], placed=False)
    assert fails(ecs) == "power-pto-migrate:7 did not start: RESOURCE:ENI: no address is free."


def test_no_task_and_no_reason(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts(placed=False)
    assert fails(ecs) == "power-pto-migrate:7 did not start: ECS gives no reason."


def test_exit_code(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    ecs.shows(task(codes={"api": 1, "proxy": 0}, stoppedReason="Essential container in task exited"))
    assert fails(ecs) == (
        "power-pto-migrate:7 failed: container api ended with exit code 1: Essential container in task exited.\n"
        f"Task: {TASK}\nLog: group /ecs/power-pto, stream api/api/0123456789abcdef"
    )


def test_two_containers_and_the_second_fails(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    ecs.shows(task(codes={"api": 0, "proxy": 3}))
    text = fails(ecs)
    assert "container proxy ended with exit code 3" in text
    assert "container api" not in text


def test_containers_that_are_not_essential_do_not_count(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    ecs.shows(task(codes={"api": 0, "proxy": 0, "agent": 137}))
    assert ecs.run() == TASK


def test_missing_exit_code(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    reason = "CannotPullContainerError: not found"
    ecs.shows(task(codes={"api": None, "proxy": None}, stopCode="TaskFailedToStart", stoppedReason=reason))
    text = fails(ecs)
    assert f"container api never ran: {reason}; container proxy never ran: {reason}" in text


def test_containers_own_reason_comes_first(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    stopped = dict(task(stoppedReason="Essential container in task exited"))
    stopped["containers"] = [
        {"name": "api", "exitCode": 137, "reason": "OutOfMemoryError"},
        {"name": "proxy", "exitCode": 0},
    ]
    ecs.shows(stopped)
    assert "container api ended with exit code 137: OutOfMemoryError" in fails(ecs)


def test_container_that_is_not_in_the_answer(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    ecs.shows(task(codes={"api": 0}))
    assert "container proxy never ran: ECS gives no reason" in fails(ecs)


def test_stopped_by_somebody_with_exit_code_0(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    ecs.shows(task(stopCode="UserInitiated", stoppedReason="Task stopped by user"))
    assert "it was stopped before its end (UserInitiated): Task stopped by user" in fails(ecs)


def test_time_out(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    for _ in range(60 // tasks.POLL_SECONDS + 1):
        ecs.shows(task("RUNNING", {"api": None}))
    text = fails(ecs)
    assert text.startswith("power-pto-migrate:7 did not end within 60 seconds. It is not stopped")
    assert TASK in text
    assert "/ecs/power-pto" in text


def test_a_long_one_is_waited_for_beyond_what_botocore_waits(ecs: Ecs) -> None:
    ecs.lists()
    ecs.starts()
    for _ in range(200):
        ecs.shows(task("RUNNING", {"api": None}))
    ecs.shows(task())
    patient = OneOffTask(**{**_fields(WANTED), "timeout_seconds": 1800})
    assert ecs.run(patient) == TASK


def _fields(wanted: OneOffTask) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in wanted.__slots__}


def test_what_an_interrupted_update_left_running_is_waited_for(ecs: Ecs) -> None:
    ecs.lists(TASK)
    ecs.shows(task("RUNNING", {}, startedBy=WANTED.started_by))
    ecs.shows(task())
    assert ecs.run() == TASK


def test_never_two_of_a_family_at_once(ecs: Ecs) -> None:
    ecs.lists(OTHER)
    running = {"taskArn": OTHER, "lastStatus": "RUNNING", "startedBy": "slipway/another-revision"}
    ecs.shows(running, arn=OTHER)
    ecs.shows(running, arn=OTHER)
    ecs.shows({**running, "lastStatus": "STOPPED", "containers": [{"name": "api", "exitCode": 1}]}, arn=OTHER)
    ecs.starts()
    ecs.shows(task())
    assert ecs.run() == TASK, "how another one ended is not this one's business"


def test_another_that_does_not_end(ecs: Ecs) -> None:
    ecs.lists(OTHER)
    running = {"taskArn": OTHER, "lastStatus": "RUNNING", "startedBy": "somebody"}
    for _ in range(60 // tasks.POLL_SECONDS + 2):
        ecs.shows(running, arn=OTHER)
    text = fails(ecs)
    assert "power-pto-migrate:7 was not started: another task of power-pto-migrate still runs after 60 seconds" in text
    assert OTHER in text


def test_each_attempt_has_its_own_token(ecs: Ecs) -> None:
    tokens: list[str] = []

    def note(params: Mapping[str, str], **_: object) -> None:
        tokens.append(params["clientToken"])

    ecs.client.meta.events.register("provide-client-params.ecs.RunTask", note)
    for code in (1, 0):
        ecs.lists()
        ecs.starts()
        ecs.shows(task(codes={"api": code, "proxy": 0}))
    fails(ecs)
    assert ecs.run() == TASK
    assert len(set(tokens)) == 2, "the same token would get the failed task again"


@pytest.mark.parametrize(
    "prepare",
    [
        lambda ecs: ecs.stub.add_client_error("list_tasks", "ClusterNotFoundException", "Cluster not found."),
        lambda ecs: (ecs.lists(), ecs.stub.add_client_error("run_task", "AccessDeniedException", "Cluster not found.")),
    ],
)
def test_what_aws_refuses(ecs: Ecs, prepare: Callable[[Ecs], object]) -> None:
    prepare(ecs)
    text = fails(ecs)
    assert text.startswith("power-pto-migrate:7 could not be run or watched: ")
    assert "Cluster not found." in text


UNASSUMABLE = "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/run' that was provided for this task."


def test_a_role_made_seconds_before_is_waited_for(ecs: Ecs) -> None:
    ecs.lists()
    for _ in range(2):
        ecs.stub.add_client_error("run_task", "ClientException", UNASSUMABLE)
    ecs.starts()
    ecs.shows(task())
    assert ecs.run() == TASK
    assert ecs.clock() == 2 * tasks.POLL_SECONDS


def test_a_role_that_ecs_may_not_assume(ecs: Ecs) -> None:
    ecs.lists()
    for _ in range(13):
        ecs.stub.add_client_error("run_task", "ClientException", UNASSUMABLE)
    assert "could not be run or watched" in fails(ecs)
    assert ecs.clock() == 60


def test_mark_fits_and_tells_revisions_apart() -> None:
    other = OneOffTask(**{**_fields(WANTED), "task_definition": DEFINITION.replace(":7", ":8")})
    assert WANTED.started_by != other.started_by
    assert len(WANTED.started_by) <= 128
    assert WANTED.started_by.replace("/", "").replace("-", "").isalnum()


def test_against_an_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    clock = Clock()
    with mock_aws():
        ec2 = boto3.client("ec2", region_name="us-east-1")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
        ecs = tasks.client("us-east-1", None, ["arn:aws:iam::123456789012:role/deploy"], {})
        cluster = ecs.create_cluster(clusterName="power-pto")["cluster"]["clusterArn"]
        definition = ecs.register_task_definition(
            family="power-pto-migrate",
            networkMode="awsvpc",
            containerDefinitions=[{"name": "api", "image": "x:1", "cpu": 256, "memory": 512}],
        )["taskDefinition"]["taskDefinitionArn"]
        wanted = OneOffTask(
            task_definition=definition,
            containers=["api"],
            cluster=cluster,
            subnets=[subnet],
            security_groups=[group],
            log_group="/ecs/power-pto",
            timeout_seconds=600,
        )
        arn = tasks.run(wanted, ecs, sleep=clock.sleep, clock=clock)
        assert arn.startswith("arn:aws:ecs:us-east-1:")


def test_client_is_made_from_what_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[profile ops]\naws_access_key_id=testing\naws_secret_access_key=testing\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    made = tasks.client("eu-west-1", "ops", [], {"ecs": "http://localhost:5000"})
    assert made.meta.region_name == "eu-west-1"
    assert made.meta.endpoint_url == "http://localhost:5000"
