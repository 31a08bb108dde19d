"""Queues and their workers in a whole stack: what services get, and how many of them run."""

import json
from typing import Any

import pytest

from preview.graph import Graph, Resource
from tests.settings.files import as_engine, changed
from tests.stacks import recorded, registered

DESK = "examples/jobs/Pulumi.prod.yaml"
TARGET, POLICY, ALARM = (
    "aws:appautoscaling/target:Target",
    "aws:appautoscaling/policy:Policy",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
)


def desk() -> Graph:
    return recorded(DESK)


def container(service: str) -> dict[str, Any]:
    definition = desk().one("aws:ecs/taskDefinition:TaskDefinition", f"{service}-task")
    (found,) = json.loads(str(definition.inputs["containerDefinitions"]))
    return dict(found)


def test_services_are_told_where_their_queues_are() -> None:
    url = desk().one("aws:sqs/queue:Queue", "queues-mail-queue").outputs["url"]
    assert {"name": "MAIL_QUEUE", "value": url} in container("mailer")["environment"]


@pytest.mark.parametrize(("service", "sends", "receives"), [("api", 2, 0), ("mailer", 0, 1), ("fulfilment", 1, 1)])
def test_roles_may_send_and_receive_what_services_name(service: str, sends: int, receives: int) -> None:
    policy = json.loads(str(desk().one("aws:iam/rolePolicy:RolePolicy", f"{service}-task").inputs["policy"]))
    found = {action: s["Resource"] for s in policy["Statement"] for action in s["Action"]}
    assert len(found.get("sqs:SendMessage", [])) == sends
    assert len(found.get("sqs:ReceiveMessage", [])) == receives


def metrics(policy: Resource) -> dict[str, Any]:
    tracked: Any = policy.inputs["targetTrackingScalingPolicyConfiguration"]
    return {metric["id"]: metric for metric in tracked["customizedMetricSpecification"]["metrics"]}


def test_tasks_follow_what_waits_and_what_is_worked_on() -> None:
    found = metrics(desk().one(POLICY, "mailer-scaling-queue"))
    names = {key: m["metricStat"]["metric"]["metricName"] for key, m in found.items() if "metricStat" in m}
    assert names == {
        "waiting": "ApproximateNumberOfMessagesVisible",
        "worked": "ApproximateNumberOfMessagesNotVisible",
        "running": "RunningTaskCount",
    }
    assert [key for key, metric in found.items() if metric["returnData"]] == ["share"]
    share = found["share"]["expression"]
    # Without a running task there is nothing to divide by.
    assert (
        share
        == "IF(FILL(running,0)>0,(FILL(waiting,0)+FILL(worked,0))/FILL(running,1),(FILL(waiting,0)+FILL(worked,0)))"
    )
    tracked: Any = desk().one(POLICY, "mailer-scaling-queue").inputs["targetTrackingScalingPolicyConfiguration"]
    assert tracked["targetValue"] == 100
    assert not tracked.get("disableScaleIn")


def test_the_first_task_is_started_by_a_step_as_no_target_leaves_zero() -> None:
    step: Any = desk().one(POLICY, "mailer-scaling-queue-first").inputs["stepScalingPolicyConfiguration"]
    assert step["adjustmentType"] == "ExactCapacity"
    assert step["stepAdjustments"] == [{"metricIntervalLowerBound": "0", "scalingAdjustment": 1}]
    alarm: Any = desk().one(ALARM, "mailer-scaling-queue-first").inputs
    expressions = [query["expression"] for query in alarm["metricQueries"] if "expression" in query]
    # Exactly one task, so only while none is wanted.
    assert expressions == ["IF(FILL(desired,0)<1,FILL(waiting,0),0)"]
    assert alarm["treatMissingData"] == "notBreaching"
    assert alarm["alarmActions"] == [desk().one(POLICY, "mailer-scaling-queue-first").outputs["arn"]]
    assert not [policy for policy in desk().of(POLICY) if policy.name == "fulfilment-scaling-queue-first"]


def test_a_service_has_one_range_of_tasks() -> None:
    targets = [target.inputs["resourceId"] for target in desk().of(TARGET)]
    assert len(targets) == len(set(targets)) == 3
    assert desk().one(TARGET, "mailer-scaling").inputs["minCapacity"] == 0


def test_and_one_where_the_stack_sleeps_too() -> None:
    night = {
        "slipway:hibernation": {"sleep": "20:00", "wake": "07:00", "allowInProduction": True},
        "slipway:services.api.scaling.schedule": [],
        "slipway:healthCheck": {"enabled": False},
        "slipway:database.backupWindow": "10:00-11:00",
        "slipway:database.maintenanceWindow": "wed:12:00-wed:13:00",
        "slipway:queues.mail": {},
        "slipway:services.worker.receives": ["mail"],
        "slipway:services.worker.tasks": {"min": 0, "max": 10},
        "slipway:services.worker.scaling": {"queue": {"name": "mail", "messagesPerTask": 100}},
    }
    graph = registered("prod", as_engine(changed(night)))
    of_worker = [t for t in graph.of(TARGET) if str(t.inputs["resourceId"]).endswith("/worker")]
    assert [target.name for target in of_worker] == ["worker-scaling"]
    # It wakes at its least, none, and the queue decides.
    woken = [
        a.inputs["scalableTargetAction"]
        for a in graph.of("aws:appautoscaling/scheduledAction:ScheduledAction")
        if a.name == "hibernation-worker-wake"
    ]
    assert woken == [{"minCapacity": 0, "maxCapacity": 10}]


def test_who_waits_too_long_and_what_failed_is_told() -> None:
    alarms: dict[str, Any] = {a.name.removeprefix("observability-alarms-"): a.inputs for a in desk().of(ALARM)}
    assert (alarms["queue-mail-age"]["threshold"], alarms["queue-orders-age"]["threshold"]) == (15 * 60, 30 * 60)
    assert alarms["queue-orders-dead-letters"]["dimensions"] == {"QueueName": "desk-production-orders-failed.fifo"}
    # A worker that has nothing to do is no worker that is down.
    expression = next(q["expression"] for q in alarms["mailer-no-tasks"]["metricQueries"] if "expression" in q)
    assert expression.startswith("IF(desired>0 AND")
