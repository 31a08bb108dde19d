"""Deployments as ECS shows them: through botocore's own shapes, as no emulator has a rollout that ends."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import boto3  # type: ignore[import-untyped] # has no types of its own
import pytest
from botocore.stub import ANY, Stubber  # type: ignore[import-untyped] # as above

from components import _rollout as rollouts
from components._rollout import RolloutError, WantedRollout

PREFIX = "arn:aws:ecs:eu-central-1:123456789012"
CLUSTER = f"{PREFIX}:cluster/shop"
NEW, OLD = f"{PREFIX}:task-definition/shop-api:8", f"{PREFIX}:task-definition/shop-api:7"
GROUP = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/api/1234567890123456"
BEGAN = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
WANTED = WantedRollout(
    cluster=CLUSTER,
    service="api",
    task_definition=NEW,
    containers=["api"],
    log_group="/ecs/shop-api",
    timeout_seconds=60,
)


class Aws:
    """Stubbed clients, and a clock that sleeping moves."""

    def __init__(self) -> None:
        self.clients = {
            name: boto3.client(
                name, region_name="eu-central-1", aws_access_key_id="testing", aws_secret_access_key="testing"
            )
            for name in rollouts.SERVICES
        }
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def shows(self, *deployments: Mapping[str, Any], events: Sequence[str] = (), **more: Any) -> None:
        said = [
            {"id": str(number), "createdAt": BEGAN + dt.timedelta(seconds=9), "message": text}
            for number, text in enumerate(events)
        ]
        service = {"serviceName": "api", "status": "ACTIVE", "deployments": deployments, "events": said, **more}
        self.stubs["ecs"].add_response(
            "describe_services", {"services": [service]}, {"cluster": CLUSTER, "services": ["api"]}
        )

    def shows_nothing_of_it(self) -> None:
        """Answers that may be older than the update."""
        for _ in range(2):
            self.shows(deployment(OLD, "COMPLETED"))

    def stopped(self, *tasks: Mapping[str, Any]) -> None:
        request = {"cluster": CLUSTER, "serviceName": "api", "desiredStatus": "STOPPED"}
        self.stubs["ecs"].add_response("list_tasks", {"taskArns": [task["taskArn"] for task in tasks]}, request)
        if tasks:
            self.stubs["ecs"].add_response("describe_tasks", {"tasks": list(tasks)})

    def logged(self, *lines: str) -> None:
        request = {
            "logGroupName": "/ecs/shop-api",
            "logStreamName": "api/api/t1",
            "limit": 8,
            "startFromHead": False,
        }
        self.stubs["logs"].add_response("get_log_events", {"events": [{"message": line} for line in lines]}, request)

    def alarms(self, **states: tuple[str, dt.datetime]) -> None:
        found = [
            {"AlarmName": name, "StateValue": state, "StateReason": "1 > 0", "StateUpdatedTimestamp": since}
            for name, (state, since) in states.items()
        ]
        self.stubs["cloudwatch"].add_response("describe_alarms", {"MetricAlarms": found, "CompositeAlarms": []})

    def wait(self, wanted: WantedRollout = WANTED) -> str:
        return rollouts.wait(wanted, self.clients, sleep=self.sleep, clock=lambda: self.now)

    def fails(self, wanted: WantedRollout = WANTED) -> str:
        with pytest.raises(RolloutError) as error:
            self.wait(wanted)
        return str(error.value)


@pytest.fixture
def aws() -> Iterator[Aws]:
    made = Aws()
    yield made
    for stub in made.stubs.values():
        stub.assert_no_pending_responses()


def deployment(task_definition: str, state: str = "IN_PROGRESS", **more: Any) -> Mapping[str, Any]:
    return {
        "id": "ecs-svc/1",
        "status": "PRIMARY",
        "taskDefinition": task_definition,
        "rolloutState": state,
        "createdAt": BEGAN,
        "desiredCount": 2,
        "runningCount": 2,
        **more,
    }


def guarded(*names: str) -> Mapping[str, Any]:
    alarms = {"alarmNames": list(names), "enable": True, "rollback": True}
    return {"deploymentConfiguration": {"alarms": alarms}}


def task(**more: Any) -> Mapping[str, Any]:
    return {"taskArn": f"{PREFIX}:task/shop/t1", "taskDefinitionArn": NEW, **more}


def test_waits_until_ecs_calls_it_completed(aws: Aws) -> None:
    aws.shows(deployment(NEW, runningCount=0), deployment(OLD, "COMPLETED", status="ACTIVE"))
    aws.shows(deployment(NEW), deployment(OLD, "COMPLETED", status="ACTIVE", runningCount=0))
    aws.shows(deployment(NEW, "COMPLETED"))
    assert aws.wait() == "ecs-svc/1"
    assert aws.now == 2 * rollouts.POLL_SECONDS


def test_tasks_that_run_are_not_enough_while_ecs_has_not_decided(aws: Aws) -> None:
    """They run before their health is known, and may be taken back."""
    aws.shows(deployment(NEW))
    aws.shows(
        deployment(OLD, "IN_PROGRESS"),
        deployment(NEW, "FAILED", status="INACTIVE", rolloutStateReason="tasks failed to start."),
    )
    aws.stopped()
    assert aws.fails().startswith("api runs shop-api:7 instead of shop-api:8; ECS went back: tasks failed to start.")


def test_a_service_that_went_back_is_told_with_its_reasons(aws: Aws) -> None:
    aws.shows_nothing_of_it()
    aws.shows(
        deployment(OLD, "COMPLETED"),
        **guarded("errors", "latency"),
        loadBalancers=[{"targetGroupArn": GROUP}],
        events=["(service api) has started 1 tasks", "(service api) rolling back", "(service api) rolling back"],
    )
    aws.stopped(
        task(
            stoppedReason="Essential container in task exited",
            containers=[{"name": "api", "exitCode": 3}, {"name": "proxy", "exitCode": 0}],
        )
    )
    aws.logged("starting", "KeyError: 'DATABASE_URL'\n")
    health = [
        {"TargetHealth": {"State": "unhealthy", "Description": "Health checks failed with these codes: [502]"}},
        {"TargetHealth": {"State": "healthy"}},
    ]
    aws.stubs["elbv2"].add_response(
        "describe_target_health", {"TargetHealthDescriptions": health}, {"TargetGroupArn": GROUP}
    )
    aws.alarms(errors=("ALARM", BEGAN), latency=("OK", BEGAN))
    assert aws.fails().splitlines() == [
        "api runs shop-api:7 instead of shop-api:8; ECS went back.",
        "  ECS said:",
        "    has started 1 tasks",
        "    rolling back",
        "  stopped tasks:",
        "    api ended with exit code 3; Essential container in task exited",
        "    last lines of /ecs/shop-api, stream api/api/t1:",
        "      starting",
        "      KeyError: 'DATABASE_URL'",
        "  targets:",
        "    1 of 2 unhealthy: Health checks failed with these codes: [502]",
        "  alarms:",
        "    the alarm errors sounds: 1 > 0",
        (
            "Fix the cause: in the stack file, and run pulumi up; or elsewhere, and run pulumi up --refresh (without it Pulumi takes the "
            "service for updated, and ECS is told nothing). Or set the image that ran before. Each update asks again until it is true."
        ),
    ]


def test_an_answer_older_than_the_update_is_asked_for_again(aws: Aws) -> None:
    """ECS's interface is eventually consistent: the first looks may not show the deployment yet."""
    aws.shows_nothing_of_it()
    aws.shows(deployment(NEW, "COMPLETED"))
    assert aws.wait() == "ecs-svc/1"


def test_going_back_to_the_same_revision_is_no_success(aws: Aws) -> None:
    """What changed is the network or a secret, so the revision alone says nothing."""
    why = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/0."
    aws.shows(deployment(NEW), deployment(NEW, "COMPLETED", status="ACTIVE", id="ecs-svc/0"))
    aws.shows(
        deployment(NEW, id="ecs-svc/2", rolloutStateReason=why),
        deployment(NEW, "FAILED", status="ACTIVE", rolloutStateReason="tasks failed to start."),
    )
    aws.stopped()
    message = aws.fails()
    assert message.startswith(f"api is taken back to what it was before, with the same shop-api:8: {why}\n")
    assert "make restart" in message


def test_a_first_deployment_has_nothing_to_go_back_to(aws: Aws) -> None:
    aws.shows(deployment(NEW, "FAILED", rolloutStateReason="circuit breaker triggered."))
    aws.stopped()
    assert aws.fails().startswith(
        "api did not get shop-api:8 to run, and there is nothing to go back to: circuit breaker triggered.\n"
    )


def test_too_slow(aws: Aws) -> None:
    for _ in range(7):
        aws.shows(deployment(NEW, runningCount=1, failedTasks=4))
    aws.stopped(*[task(stoppedReason="CannotPullContainerError: not found")] * 2)
    aws.logged()
    message = aws.fails()
    assert message.startswith("api is not steady after 1 minutes: 1 of 2 tasks run, 4 failed.\n")
    assert "    2 x CannotPullContainerError: not found\n" in message


def test_other_revisions_of_other_times_are_not_its_stopped_tasks(aws: Aws) -> None:
    aws.shows_nothing_of_it()
    aws.shows(deployment(OLD, "COMPLETED"))
    aws.stopped(task(taskDefinitionArn=OLD, stoppedReason="Scaling activity initiated by deployment"))
    assert "Scaling activity" not in aws.fails()


def test_what_cannot_be_read_says_so_and_hides_nothing_else(aws: Aws) -> None:
    aws.shows_nothing_of_it()
    aws.shows(deployment(OLD, "COMPLETED"), events=["(service api) rolling back"])
    aws.stubs["ecs"].add_client_error("list_tasks", "AccessDeniedException", "not allowed")
    message = aws.fails()
    assert "    rolling back\n" in message
    assert "  stopped tasks: cannot be read: " in message


def test_nothing_was_logged(aws: Aws) -> None:
    aws.shows_nothing_of_it()
    aws.shows(deployment(OLD, "COMPLETED"))
    aws.stopped(task(stoppedReason="CannotPullContainerError"))
    aws.stubs["logs"].add_client_error("get_log_events", "ResourceNotFoundException")
    assert "nothing was logged to /ecs/shop-api, stream api/api/t1" in aws.fails()


def test_an_alarm_that_began_with_the_deployment_stops_the_update(aws: Aws) -> None:
    """ECS does not go back for what sounded before; an alarm that began since is news."""
    aws.shows(deployment(NEW, "COMPLETED"), **guarded("errors"))
    aws.alarms(errors=("ALARM", BEGAN - dt.timedelta(hours=1)))
    assert aws.wait() == "ecs-svc/1"
    aws.shows(deployment(NEW, "COMPLETED"), **guarded("errors"))
    aws.alarms(errors=("ALARM", BEGAN + dt.timedelta(minutes=3)))
    aws.stopped()
    aws.alarms(errors=("ALARM", BEGAN + dt.timedelta(minutes=3)))
    assert aws.fails().startswith("api runs shop-api:8, but the alarm errors sounds: 1 > 0.\n")


def test_a_sleeping_service_is_steady(aws: Aws) -> None:
    aws.shows(deployment(NEW, "COMPLETED", desiredCount=0, runningCount=0))
    assert aws.wait() == "ecs-svc/1"


def test_without_a_state_of_its_own_the_counts_decide(aws: Aws) -> None:
    aws.shows({**deployment(NEW, runningCount=1), "rolloutState": ""})
    aws.shows({**deployment(NEW), "rolloutState": ""})
    assert aws.wait() == "ecs-svc/1"


def test_no_such_service(aws: Aws) -> None:
    aws.stubs["ecs"].add_response("describe_services", {"services": [], "failures": [{"reason": "MISSING"}]})
    aws.stopped()
    assert aws.fails().startswith("api cannot be found: MISSING.\n")


def test_a_service_that_is_being_deleted(aws: Aws) -> None:
    aws.shows(deployment(NEW), status="DRAINING")
    aws.stopped()
    assert aws.fails().startswith("api is draining, so it runs nothing.\n")


@pytest.mark.parametrize("code", ["ExpiredTokenException", "AccessDeniedException"])
def test_ecs_cannot_be_asked(aws: Aws, code: str) -> None:
    aws.stubs["ecs"].add_client_error("describe_services", code, "said AWS")
    assert aws.fails().startswith(f"api: its deployment could not be watched: An error occurred ({code})")


def shifts(aws: Aws, *found: tuple[str, str, str]) -> None:
    """Service deployments, the newest first: state, revision, reason."""
    rows = [
        {
            "serviceDeploymentArn": f"deployment/{number}",
            "targetServiceRevisionArn": f"revision/{number}",
            "status": state,
            "statusReason": reason,
            "createdAt": BEGAN - dt.timedelta(hours=number),
        }
        for number, (state, _, reason) in enumerate(found)
    ]
    aws.shows(deployment(NEW))
    request = {"cluster": CLUSTER, "service": "api"}
    aws.stubs["ecs"].add_response(
        "list_service_deployments", {"serviceDeployments": rows}, {**request, "createdAt": {"after": ANY}}
    )
    if not found:
        aws.stubs["ecs"].add_response("list_service_deployments", {"serviceDeployments": []}, request)
    else:
        revisions = [
            {"serviceRevisionArn": f"revision/{number}", "taskDefinition": revision}
            for number, (_, revision, _) in enumerate(found)
        ]
        aws.stubs["ecs"].add_response("describe_service_revisions", {"serviceRevisions": revisions})


SHIFTED = replace(WANTED, strategy="blueGreen")


def test_deployments_are_read_page_by_page(aws: Aws) -> None:
    rows = [
        {
            "serviceDeploymentArn": f"deployment/{number}",
            "targetServiceRevisionArn": f"revision/{number}",
            "status": "SUCCESSFUL",
            "createdAt": BEGAN + dt.timedelta(hours=number),
        }
        for number in range(2)
    ]
    aws.shows(deployment(NEW))
    request = {"cluster": CLUSTER, "service": "api", "createdAt": {"after": ANY}}
    page = {"serviceDeployments": rows[:1], "nextToken": "more"}
    aws.stubs["ecs"].add_response("list_service_deployments", page, request)
    page = {"serviceDeployments": rows[1:]}
    aws.stubs["ecs"].add_response("list_service_deployments", page, {**request, "nextToken": "more"})
    revisions = [
        {"serviceRevisionArn": f"revision/{number}", "taskDefinition": revision}
        for number, revision in enumerate((OLD, NEW))
    ]
    aws.stubs["ecs"].add_response("describe_service_revisions", {"serviceRevisions": revisions})
    assert aws.wait(SHIFTED) == "deployment/1"


@pytest.mark.parametrize(("code", "status"), [("InternalFailure", 500), ("ThrottlingException", 400)])
def test_what_passes_by_itself_is_waited_out(aws: Aws, code: str, status: int) -> None:
    for _ in range(3):
        aws.stubs["ecs"].add_client_error("describe_services", code, http_status_code=status)
    aws.shows(deployment(NEW, "COMPLETED"))
    assert aws.wait() == "ecs-svc/1"
    assert aws.now == 3 * rollouts.POLL_SECONDS


def test_and_not_for_ever(aws: Aws) -> None:
    for _ in range(7):
        aws.stubs["ecs"].add_client_error("describe_services", "ThrottlingException")
    assert "could not be watched" in aws.fails(replace(WANTED, timeout_seconds=60))


def test_alarms_that_cannot_be_read_fail_no_rollout_that_came_to_a_good_end(aws: Aws) -> None:
    aws.shows(deployment(NEW, "COMPLETED"), **guarded("errors"))
    aws.stubs["cloudwatch"].add_client_error("describe_alarms", "AccessDenied")
    assert aws.wait() == "ecs-svc/1"


def test_stopped_tasks_of_the_revision_are_found_behind_those_of_others(aws: Aws) -> None:
    aws.shows(deployment(NEW, "FAILED"))
    request = {"cluster": CLUSTER, "serviceName": "api", "desiredStatus": "STOPPED"}
    aws.stubs["ecs"].add_response("list_tasks", {"taskArns": ["old"], "nextToken": "more"}, request)
    aws.stubs["ecs"].add_response("describe_tasks", {"tasks": [task(taskDefinitionArn=OLD, stoppedReason="old one")]})
    aws.stubs["ecs"].add_response("list_tasks", {"taskArns": ["t1"]}, {**request, "nextToken": "more"})
    aws.stubs["ecs"].add_response("describe_tasks", {"tasks": [task(stoppedReason="out of memory")]})
    aws.logged("bye")
    screen = aws.fails()
    assert "out of memory" in screen
    assert "old one" not in screen


def test_requests_are_moved_and_the_bake_is_waited_for(aws: Aws) -> None:
    shifts(aws, ("IN_PROGRESS", NEW, ""), ("SUCCESSFUL", OLD, ""))
    shifts(aws, ("SUCCESSFUL", NEW, ""), ("SUCCESSFUL", OLD, ""))
    assert aws.wait(SHIFTED) == "deployment/0"


@pytest.mark.parametrize("state", ["ROLLBACK_SUCCESSFUL", "ROLLBACK_IN_PROGRESS", "STOPPED"])
def test_requests_are_moved_back(aws: Aws, state: str) -> None:
    shifts(aws, (state, NEW, "an alarm sounded."), ("SUCCESSFUL", OLD, ""))
    aws.stopped()
    words = state.replace("_", " ").lower()
    assert aws.fails(SHIFTED).startswith(f"api does not run shop-api:8; its deployment is {words}: an alarm sounded.\n")


def test_somebody_deployed_something_else_since(aws: Aws) -> None:
    for _ in range(3):
        shifts(aws, ("SUCCESSFUL", OLD, ""), ("SUCCESSFUL", NEW, ""))
    aws.stopped()
    assert aws.fails(SHIFTED).startswith("api runs shop-api:7 instead of shop-api:8, by a later deployment.\n")


def test_going_back_to_what_ran_once_is_not_taken_for_its_first_time(aws: Aws) -> None:
    """The list of deployments may be older than the update: what it shows of the revision is long over."""
    shifts(aws, ("SUCCESSFUL", OLD, ""), ("SUCCESSFUL", NEW, ""))
    shifts(aws, ("SUCCESSFUL", NEW, ""), ("SUCCESSFUL", OLD, ""), ("SUCCESSFUL", NEW, ""))
    assert aws.wait(SHIFTED) == "deployment/0"


def test_a_first_deployment_has_no_record_yet(aws: Aws) -> None:
    shifts(aws)
    shifts(aws, ("SUCCESSFUL", NEW, ""))
    assert aws.wait(SHIFTED) == "deployment/0"


def test_an_emulator_that_runs_no_tasks_is_taken_at_its_word(aws: Aws) -> None:
    """It would never be steady; AWS itself says something, or counts a task, long before."""
    emulated = boto3.client(
        "ecs",
        region_name="eu-central-1",
        endpoint_url="http://127.0.0.1:5000",
        aws_access_key_id="t",
        aws_secret_access_key="t",
    )
    aws.clients["ecs"] = emulated
    aws.stubs["ecs"] = Stubber(emulated)
    aws.stubs["ecs"].activate()
    for _ in range(4):
        aws.shows(deployment(NEW, runningCount=0))
    assert aws.wait() == "ecs-svc/1"
    for _ in range(3):
        aws.shows(deployment(OLD, runningCount=0))
    aws.stopped()
    assert "ECS went back" in aws.fails()
