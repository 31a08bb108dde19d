import json
import re
from functools import cache
from typing import Any

import pytest

from components.hibernation import Hibernation, HibernationArgs, ScheduledServiceArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

TARGET = "aws:appautoscaling/target:Target"
ACTION = "aws:appautoscaling/scheduledAction:ScheduledAction"
GROUP = "aws:scheduler/scheduleGroup:ScheduleGroup"
SCHEDULE = "aws:scheduler/schedule:Schedule"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"


def sleeper(**changes: Any) -> ScheduledServiceArgs:
    given: dict[str, Any] = {"cluster_name": "rupaya-staging", "service_name": "api", "min_tasks": 1, "max_tasks": 3}
    return ScheduledServiceArgs(**{**given, **changes})


def args(**changes: Any) -> HibernationArgs:
    given: dict[str, Any] = {
        "name_prefix": "rupaya-staging",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "services": {
            "api": sleeper(scalable_target_id="service/rupaya-staging/api"),
            "worker": sleeper(service_name="worker", max_tasks=1),
        },
        "databases": {"database": "rupaya-staging"},
        "time_zone": "Asia/Kolkata",
    }
    return HibernationArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Hibernation("hibernation", args(**changes)))


@cache
def usual() -> Graph:
    return recorded()


def test_contract() -> None:
    check_contract(lambda: Hibernation("hibernation", args()))


def test_a_service_without_scaling_gets_a_target_and_one_with_it_does_not() -> None:
    target = usual().one(TARGET)
    assert target.inputs == {
        "serviceNamespace": "ecs",
        "scalableDimension": "ecs:service:DesiredCount",
        "resourceId": "service/rupaya-staging/worker",
        "minCapacity": 1,
        "maxCapacity": 1,
    }
    for action in usual().all(ACTION, resourceId="service/rupaya-staging/worker"):
        assert target.urn in action.dependencies
    assert len(usual().all(ACTION, resourceId="service/rupaya-staging/worker")) == 2


@pytest.mark.parametrize(("service", "most"), [("api", 3), ("worker", 1)])
def test_services_go_to_zero_every_evening_and_back_on_working_days(service: str, most: int) -> None:
    graph = usual()
    common = {
        "resourceId": f"service/rupaya-staging/{service}",
        "serviceNamespace": "ecs",
        "scalableDimension": "ecs:service:DesiredCount",
        "timezone": "Asia/Kolkata",
    }
    sleep = graph.one(ACTION, f"hibernation-{service}-sleep", **common)
    wake = graph.one(ACTION, f"hibernation-{service}-wake", **common)
    assert sleep.inputs["schedule"] == "cron(0 20 ? * * *)"
    assert sleep.inputs["scalableTargetAction"] == {"minCapacity": 0, "maxCapacity": 0}
    assert wake.inputs["schedule"] == "cron(0 7 ? * MON-FRI *)"
    assert wake.inputs["scalableTargetAction"] == {"minCapacity": 1, "maxCapacity": most}


def test_the_database_stops_after_the_services_and_starts_before_them() -> None:
    graph = usual()
    stop = graph.one(SCHEDULE, "hibernation-database-stop")
    start = graph.one(SCHEDULE, "hibernation-database-start")
    # Every day: what AWS started after seven days is stopped the same evening.
    assert stop.inputs["scheduleExpression"] == "cron(15 20 ? * * *)"
    assert start.inputs["scheduleExpression"] == "cron(30 6 ? * MON-FRI *)"
    for what, schedule in (("stop", stop), ("start", start)):
        target: Any = schedule.inputs["target"]
        assert target["arn"] == f"arn:aws:scheduler:::aws-sdk:rds:{what}DBInstance"
        assert json.loads(target["input"]) == {"DbInstanceIdentifier": "rupaya-staging"}
        assert target["roleArn"] == graph.one(ROLE).outputs["arn"]
        assert target["retryPolicy"] == {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 20}
        assert schedule.inputs["scheduleExpressionTimezone"] == "Asia/Kolkata"
        assert schedule.inputs["flexibleTimeWindow"] == {"mode": "OFF"}
        assert schedule.inputs["groupName"] == graph.one(GROUP).inputs["name"] == "rupaya-staging"
        assert graph.one(POLICY).urn in schedule.dependencies


def test_the_role_stops_and_starts_these_databases_and_does_nothing_else() -> None:
    graph = usual()
    role = graph.one(ROLE)
    trust = json.loads(str(role.inputs["assumeRolePolicy"]))["Statement"][0]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert role.inputs["path"] == "/rupaya-staging/"
    assert json.loads(str(graph.one(POLICY).inputs["policy"]))["Statement"] == [
        {
            "Action": ["rds:StartDBInstance", "rds:StopDBInstance"],
            "Effect": "Allow",
            "Resource": [f"arn:aws:rds:us-east-1:{ACCOUNT}:db:rupaya-staging"],
        }
    ]


def test_wakes_on_weekends_where_asked() -> None:
    graph = recorded(weekends=True, sleep_at="23:44", wake_at="00:30")
    assert graph.one(SCHEDULE, "hibernation-database-start").inputs["scheduleExpression"] == "cron(0 0 ? * * *)"
    assert graph.one(SCHEDULE, "hibernation-database-stop").inputs["scheduleExpression"] == "cron(59 23 ? * * *)"
    assert graph.one(ACTION, "hibernation-api-wake").inputs["schedule"] == "cron(30 0 ? * * *)"


def test_says_how_to_wake_it() -> None:
    graph = usual()
    outputs: Any = graph.registered_outputs[graph.one("slipway:index:Hibernation").urn]
    database, api, worker = outputs["wake_commands"]
    assert database == "aws rds start-db-instance --region us-east-1 --db-instance-identifier rupaya-staging"
    assert api == wake_command("api", 3)
    assert worker == wake_command("worker", 1)


def wake_command(service: str, most: int) -> str:
    return (
        "aws application-autoscaling register-scalable-target --region us-east-1 --service-namespace ecs"
        f" --scalable-dimension ecs:service:DesiredCount --min-capacity 1 --max-capacity {most}"
        f" --resource-id service/rupaya-staging/{service}"
        f" && aws ecs update-service --region us-east-1 --desired-count 1 --cluster rupaya-staging --service {service}"
    )


def test_a_stack_without_a_database_has_nothing_for_one() -> None:
    graph = recorded(databases={})
    assert not [r for r in graph.resources if r.type in (GROUP, SCHEDULE, ROLE, POLICY)]


def test_names_hold_no_characters_that_scheduled_actions_refuse() -> None:
    for action in usual().of(ACTION):
        assert not re.search(r"[:/|]", action.name)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"services": {}, "databases": {}}, "HibernationArgs.services: neither these nor databases given"),
        ({"sleep_at": "8 pm"}, "HibernationArgs.sleep_at: '8 pm' is not a time of day, such as 20:00"),
        ({"sleep_at": "23:45"}, "HibernationArgs.sleep_at: 23:45 is outside 00:00 to 23:44"),
        ({"wake_at": "00:29"}, "HibernationArgs.wake_at: 00:29 is outside 00:30 to 23:59"),
        ({"wake_at": "20:00"}, "HibernationArgs.wake_at: 20:00 is also sleep_at"),
        ({"time_zone": "Stockholm"}, "HibernationArgs.time_zone: 'Stockholm' is not a time zone, such as Europe/"),
        (
            {"services": {"api": sleeper(min_tasks=4)}},
            "HibernationArgs.services: min_tasks 4 and max_tasks 3 of api must not be negative or decrease",
        ),
    ],
)
def test_a_schedule_that_is_none_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"HibernationArgs\.") as caught:
        args(**changes)
    assert message in str(caught.value)
