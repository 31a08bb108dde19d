import json
from functools import cache
from typing import Any

import pytest

import limits
from components._alarm_targets import AlarmTargets, JobAlarmTarget
from components._containers import ContainerArgs, ContainerHealthCheckArgs
from components._task import ServiceTask
from components.alarms import Alarms, AlarmsArgs
from components.jobs import JobArgs, Jobs, JobsArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

CLUSTER = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/desk-production"
TASK, SCHEDULE, ROLE, POLICY = (
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:scheduler/schedule:Schedule",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
)


def task(**changes: Any) -> ServiceTask:
    check = ContainerHealthCheckArgs(command=("CMD", "true"))
    given: dict[str, Any] = {
        "containers": [
            ContainerArgs(name="api", image="x", port=8000, health_check=check, environment={"MODE": "live"}),
            ContainerArgs(name="proxy", image="y", essential=True),
            ContainerArgs(name="agent", image="z", essential=False),
        ],
        "images": {"api": "desk/api:1", "proxy": "desk/proxy:1", "agent": "desk/agent:1"},
        "cpu": 256,
        "memory_mib": 512,
        "architecture": "arm64",
        "ephemeral_gib": 30,
        "execution_role_arn": f"arn:aws:iam::{ACCOUNT}:role/execution",
        "task_role_arn": f"arn:aws:iam::{ACCOUNT}:role/task",
        "security_group_id": "sg-1",
        "public_ip": False,
        "volumes": [],
        "subnet_ids": ["subnet-a", "subnet-b"],
        "log_group_name": "/ecs/desk",
        "suppressed_controls": ["container-images-pinned"],
        "not_secret": [],
        "before": [],
    }
    return ServiceTask(**{**given, **changes})


def job(**changes: Any) -> JobArgs:
    given: dict[str, Any] = {
        "task": task(),
        "command": ["report"],
        "schedule": "cron(0 3 * * ? *)",
        "family": "desk-production-report",
        "time_zone": "Europe/Berlin",
        "retries": 2,
        "timeout_minutes": 30,
        "memory_mib": 1024,
    }
    return JobArgs(**{**given, **changes})


def args(**changes: Any) -> JobsArgs:
    given: dict[str, Any] = {
        "name_prefix": "desk-production",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "cluster_arn": CLUSTER,
        "jobs": {
            "report": job(),
            "clean": job(schedule="rate(6 hours)", family="clean", enabled=False, time_zone="UTC"),
        },
    }
    return JobsArgs(**{**given, **changes})


@cache
def usual() -> Graph:
    return build(lambda: Jobs("jobs", args()))


def statements(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(str(usual().one(POLICY, name).inputs["policy"]))["Statement"]
    return found


def test_contract() -> None:
    check_contract(lambda: Jobs("jobs", args()))


def test_a_jobs_task_is_the_services_with_another_command() -> None:
    definition: Any = usual().one(TASK, "jobs-report-task").inputs
    assert (definition["cpu"], definition["memory"]) == ("256", "1024")
    assert definition["ephemeralStorage"] == {"sizeInGib": 30}
    assert definition["taskRoleArn"] == task().task_role_arn
    assert definition["tags"] == {"slipway:waive": "container-images-pinned"}
    proxy, report = json.loads(definition["containerDefinitions"])
    assert (report["name"], report["image"], report["command"]) == ("report", "desk/api:1", ["report"])
    assert report["environment"] == [{"name": "MODE", "value": "live"}]
    assert report["logConfiguration"]["options"]["awslogs-group"] == "/ecs/desk"
    assert not report["portMappings"]
    assert "healthCheck" not in report
    # The task ends with the job, whatever else is in it.
    assert (report["essential"], proxy["essential"]) == (True, False)


def test_a_schedule_tells_the_function_all_that_it_starts() -> None:
    schedule: Any = usual().one(SCHEDULE, "jobs-report-schedule").inputs
    assert schedule["name"] == "report"
    assert schedule["groupName"] == "desk-production-jobs"
    assert schedule["scheduleExpression"] == "cron(0 3 * * ? *)"
    assert schedule["scheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["state"] == "ENABLED"
    target = schedule["target"]
    assert target["retryPolicy"] == {"maximumEventAgeInSeconds": 900, "maximumRetryAttempts": 10}
    assert target["deadLetterConfig"] == {"arn": usual().one("aws:sqs/queue:Queue").outputs["arn"]}
    assert json.loads(target["input"]) == {
        "job": "report",
        "task_definition": usual().one(TASK, "jobs-report-task").outputs["arn"],
        "container": "report",
        "cluster": CLUSTER,
        "subnets": ["subnet-a", "subnet-b"],
        "security_groups": ["sg-1"],
        "retries": 2,
        "time": "<aws.scheduler.scheduled-time>",
    }
    assert usual().one(SCHEDULE, "jobs-clean-schedule").inputs["state"] == "DISABLED"


def test_in_public_subnets_a_job_gets_an_address_too() -> None:
    graph = build(lambda: Jobs("jobs", args(jobs={"report": job(task=task(public_ip=True))})))
    target: Any = graph.one(SCHEDULE, "jobs-report-schedule").inputs["target"]
    assert json.loads(target["input"])["public_ip"] is True


def test_what_takes_too_long_is_looked_for_every_five_minutes() -> None:
    watch: Any = usual().one(SCHEDULE, "jobs-late").inputs
    assert watch["scheduleExpression"] == "rate(5 minutes)"
    # Every family, also of those that are started by hand alone.
    assert json.loads(watch["target"]["input"])["watched"] == [
        {"family": "clean", "cluster": CLUSTER, "minutes": 30},
        {"family": "desk-production-report", "cluster": CLUSTER, "minutes": 30},
    ]


def test_scheduler_takes_the_role_on_for_this_group_of_this_account_alone() -> None:
    trust = json.loads(str(usual().one(ROLE, "jobs-schedule").inputs["assumeRolePolicy"]))["Statement"][0]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {
            "aws:SourceAccount": ACCOUNT,
            "aws:SourceArn": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/desk-production-jobs",
        }
    }


def test_the_function_runs_these_jobs_in_this_cluster_as_these_roles() -> None:
    found = {str(action): s for s in statements("jobs-function") for action in s["Action"]}
    inside = {"ArnEquals": {"ecs:cluster": CLUSTER}}
    revisions = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition"
    assert found["ecs:RunTask"]["Resource"] == [f"{revisions}/clean:*", f"{revisions}/desk-production-report:*"]
    assert found["ecs:RunTask"]["Condition"] == found["ecs:StopTask"]["Condition"] == inside
    assert found["iam:PassRole"]["Resource"] == [
        arn for one in (task(), task()) for arn in (one.execution_role_arn, one.task_role_arn)
    ]
    assert found["iam:PassRole"]["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    assert found["scheduler:GetSchedule"]["Resource"] == [
        f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/desk-production-jobs/*"
    ]


def test_failed_runs_of_the_function_are_kept_encrypted_for_two_weeks() -> None:
    queue = usual().one("aws:sqs/queue:Queue")
    assert queue.inputs["sqsManagedSseEnabled"] is True
    assert queue.inputs["messageRetentionSeconds"] == 14 * 86400
    function = usual().one("aws:lambda/function:Function")
    assert function.inputs["deadLetterConfig"] == {"targetArn": queue.outputs["arn"]}
    policy = json.loads(str(usual().one("aws:sqs/queuePolicy:QueuePolicy").inputs["policy"]))["Statement"]
    assert [(s["Effect"], s["Condition"]) for s in policy] == [("Deny", {"Bool": {"aws:SecureTransport": "false"}})]


def test_the_function_hears_of_its_own_tasks_that_stopped() -> None:
    rule = usual().one("aws:cloudwatch/eventRule:EventRule")
    assert json.loads(str(rule.inputs["eventPattern"])) == {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        "detail": {"clusterArn": [CLUSTER], "group": ["job:desk-production"], "lastStatus": ["STOPPED"]},
    }
    permission = usual().one("aws:lambda/permission:Permission").inputs
    assert permission["sourceArn"] == rule.outputs["arn"]


def test_no_job_is_due_before_the_function_may_run_it() -> None:
    schedule = usual().one(SCHEDULE, "jobs-report-schedule")
    after = {usual().urn(urn).name for urn in schedule.dependencies}
    assert {"jobs-schedule", "jobs-ends"} <= after


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schedule": "daily"}, "JobsArgs.jobs: report: 'daily' is not a schedule"),
        ({"time_zone": "Mars"}, "JobsArgs.jobs: report: 'Mars' is not a time zone"),
        ({"command": []}, "JobsArgs.jobs: report: no command given"),
        ({"retries": 11}, "JobsArgs.jobs: report: 11 retries are outside 0 to 10"),
        ({"timeout_minutes": 0}, "JobsArgs.jobs: report: a timeout of 0 minutes is outside 1 to 10080"),
        ({"memory_mib": 333}, "JobsArgs.jobs: report: 333 MiB"),
        ({"family": "a b"}, "JobsArgs.jobs: report: 'a b'"),
    ],
)
def test_refusals(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match="JobsArgs") as error:
        args(jobs={"report": job(**changes)})
    assert str(error.value).startswith(told)


def test_without_jobs_there_is_nothing_to_make() -> None:
    with pytest.raises(ValueError, match=r"JobsArgs\.jobs: none given"):
        args(jobs={})


A_DAY, A_WEEK = 24 * 60, 7 * 24 * 60


@pytest.mark.parametrize(
    ("changes", "minutes"),
    [
        ({"time_zone": "UTC", "retries": 0}, A_DAY + 15 + 30),
        # The clock may go back, and a run be started again twice.
        ({}, A_DAY + 15 + 60 + 3 * 30),
        ({"schedule": "rate(5 minutes)", "time_zone": "UTC", "retries": 0, "timeout_minutes": 1}, 21),
        ({"schedule": "cron(0 3 ? * MON-FRI *)"}, 3 * A_DAY + 15 + 60 + 90),
        ({"schedule": "cron(0 3 1/6 * ? *)", "timeout_minutes": 5000}, A_WEEK),
        ({"schedule": "cron(0 3 ? * SUN *)"}, None),
        ({"schedule": "cron(0 3 1 * ? *)"}, None),
        ({"schedule": "at(2199-01-01T00:00:00)"}, None),
        ({"enabled": False}, None),
    ],
)
def test_when_a_run_was_missed(changes: dict[str, Any], minutes: int | None) -> None:
    assert job(**changes).late_minutes == minutes


def alarms(late: int | None) -> dict[str, dict[str, Any]]:
    targets = AlarmTargets(
        cluster_name="c", jobs={"report": JobAlarmTarget(stack="desk-production", late_minutes=late)}
    )
    graph = build(lambda: Alarms("alarms", AlarmsArgs(name_prefix="desk", targets=targets)))
    return {
        alarm.name.removeprefix("alarms-"): dict(alarm.inputs)
        for alarm in graph.of("aws:cloudwatch/metricAlarm:MetricAlarm")
    }


@pytest.mark.parametrize(
    ("late", "period", "evaluations"), [(45, 45 * 60, 1), (A_DAY, 86400, 1), (A_DAY + 1, 3600, 25), (A_WEEK, 3600, 168)]
)
def test_alarms_look_back_as_far_as_cloudwatch_allows(late: int, period: int, evaluations: int) -> None:
    found = alarms(late)
    failed, missed = found["job-report-failed"], found["job-report-late"]
    assert failed["dimensions"] == {"Stack": "desk-production", "Job": "report"}
    assert failed["treatMissingData"] == "notBreaching"
    # A job that says nothing has not run.
    assert missed["treatMissingData"] == "breaching"
    assert (missed["comparisonOperator"], missed["threshold"]) == ("LessThanThreshold", 1)
    assert missed["evaluationPeriods"] == missed["datapointsToAlarm"] == evaluations
    (metric,) = [query["metric"] for query in missed["metricQueries"] if "metric" in query]
    assert (metric["metricName"], metric["period"], metric["stat"]) == ("Succeeded", period, "Sum")
    assert period * evaluations <= (86400 if period < 3600 else 7 * 86400)


def test_what_no_alarm_can_tell_is_no_alarm() -> None:
    assert alarms(None).keys() == {"job-report-failed"}
    assert limits.longest_gap("cron(0 3 ? * SUN *)") == A_WEEK
