"""Run a stack's jobs: start their tasks when they are due, never two of a job at once, again where one failed, and stop what takes too long.

Events:
    {"job": <name>, ...what DueJob describes..., "time": <when it was due>}: EventBridge Scheduler, when a job is due.
    {"job": <name>}: a person, to start it now; the rest is read from its schedule.
    {"source": "aws.ecs", "detail": <task>}: EventBridge, when a task of the group `job:<stack>` has stopped.
    {"watched": [{"family": ..., "cluster": ..., "minutes": ...}, ...]}: EventBridge Scheduler, every few minutes.

Environment:
    STACK: the stack's name in AWS, and what its metrics are told apart by.
    SCHEDULES: the group of the jobs' schedules.

A run's end is printed as a metric in CloudWatch's embedded format: `Succeeded` or `Failed`, in the namespace `Slipway`, by `Stack` and `Job`.
What raises is tried again twice by Lambda, and then kept in the dead-letter queue. A start that is tried again starts no second task: ECS
knows it by its client token.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import boto3  # type: ignore[import-untyped] # it ships no types
from botocore.exceptions import ClientError  # type: ignore[import-untyped] # as above

NAMESPACE: Final = "Slipway"
"""The namespace of the metrics."""
SETTLE_SECONDS: Final = 3
"""Seconds after a start until ECS lists its task, and another one that was started at the same moment."""
GROUP: Final = "job:"
"""What the groups of jobs' tasks begin with."""

_TOO_LONG: Final = "took longer than its timeoutMinutes"
_TWICE: Final = "another task of the job was started before"
_LEFT_OUT: Final = f"slipway: {_TWICE}"
_Client: TypeAlias = Any  # boto3 makes its clients' methods at run time
_Task: TypeAlias = Mapping[str, Any]


class JobError(Exception):
    """ECS did not start a task; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DueJob:
    """A job and when it was due."""

    job: str
    """Its name in the stack file."""
    task_definition: str
    """The revision's ARN."""
    container: str
    """The container whose exit code counts."""
    cluster: str
    """The cluster's ARN."""
    subnets: Sequence[str]
    """Private subnets."""
    security_groups: Sequence[str]
    """Security groups."""
    retries: int
    """How often it is started again after a failure."""
    public_ip: bool = False
    """Whether its tasks get a public address, as they need in public subnets."""
    time: str = ""
    """When it was due, which tells a start that is tried again from another one."""

    @property
    def family(self) -> str:
        """The task definition's family."""
        return self.task_definition.rpartition("/")[2].rpartition(":")[0]

    def token(self, attempt: int) -> str:
        """Return what ECS knows an attempt by."""
        return hashlib.sha256(f"{self.task_definition} {self.time} {attempt}".encode()).hexdigest()


def handle(event: Mapping[str, Any], context: object) -> None:
    """Do what an event asks for."""
    del context
    if "watched" in event:
        for each in event["watched"]:
            stop_late(each["family"], each["cluster"], each["minutes"])
    elif "detail" in event:
        ended(event["detail"])
    else:
        given = event if "task_definition" in event else _scheduled(event["job"])
        now = datetime.now(UTC).isoformat(timespec="seconds")
        start(DueJob(**{**given, "time": event.get("time") or now}), attempt=0)


def start(job: DueJob, attempt: int) -> None:
    """Start a job's task unless one runs already.

    Raises:
        JobError: ECS did not start it.
    """
    ecs = boto3.client("ecs")
    if alive := [*_tasks(job.family, job.cluster, "RUNNING", ecs), *_stopping(job.family, job.cluster, ecs)]:
        print(f"{job.job} of {job.time} is left out: {alive[0]['taskArn']} still runs")
        return
    answer = ecs.run_task(
        cluster=job.cluster,
        taskDefinition=job.task_definition,
        count=1,
        launchType="FARGATE",
        platformVersion="LATEST",
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": list(job.subnets),
                "securityGroups": list(job.security_groups),
                "assignPublicIp": "ENABLED" if job.public_ip else "DISABLED",
            }
        },
        enableECSManagedTags=True,
        propagateTags="TASK_DEFINITION",
        group=f"{GROUP}{os.environ['STACK']}",
        startedBy=f"{job.job}/{attempt}/{re.sub('[^0-9TZ]', '', job.time)[:15]}",
        clientToken=job.token(attempt),
    )
    # ECS answers 200 when it could not place the task.
    if not answer.get("tasks"):
        reasons = [f"{failure.get('reason')} {failure.get('detail', '')}".strip() for failure in answer["failures"]]
        raise JobError(f"{job.job} did not start: {'; '.join(reasons) or 'ECS gives no reason'}")
    own = answer["tasks"][0]["taskArn"]
    print(f"{job.job} of {job.time}, attempt {attempt + 1}: {own}")
    time.sleep(SETTLE_SECONDS)
    started = _tasks(job.family, job.cluster, "RUNNING", ecs)
    first = min(started, key=lambda task: (task["createdAt"], task["taskArn"]), default=None)
    if first and first["taskArn"] != own:
        ecs.stop_task(cluster=job.cluster, task=own, reason=_LEFT_OUT)
        print(f"{own} is stopped: {_TWICE}, {first['taskArn']}")


def ended(task: _Task) -> None:
    """Count a task that has stopped, or start it again where it failed and may be."""
    name, attempt, due = (*str(task.get("startedBy", "")).split("/"), "", "")[:3]
    if not name or not attempt.isdecimal() or task.get("stoppedReason") == _LEFT_OUT:
        return
    try:
        job = DueJob(**_scheduled(name))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        print(f"{name} is no job any more; {task['taskArn']} was its last task")
        return
    problem = _problem(task, job.container)
    late = str(task.get("stoppedReason", "")).endswith(_TOO_LONG)
    if problem is None:
        _count(name, "Succeeded")
        return
    print(f"{name}, attempt {int(attempt) + 1}: {task['taskArn']} failed: {problem}")
    if int(attempt) < job.retries and not late:
        start(replace(job, time=due), attempt=int(attempt) + 1)
    else:
        _count(name, "Failed")


def stop_late(family: str, cluster: str, minutes: int) -> None:
    """Stop a family's tasks that run for longer than they may."""
    ecs, oldest = boto3.client("ecs"), datetime.now(UTC) - timedelta(minutes=minutes)
    for task in _tasks(family, cluster, "RUNNING", ecs):
        if task["createdAt"] < oldest:
            print(f"{task['taskArn']} is stopped after {minutes} minutes")
            ecs.stop_task(cluster=cluster, task=task["taskArn"], reason=f"slipway: {_TOO_LONG}")


def _scheduled(name: str) -> Mapping[str, Any]:
    """Return what a job's schedule says of it.

    Raises:
        ClientError: there is no such schedule.
    """
    schedule = boto3.client("scheduler").get_schedule(GroupName=os.environ["SCHEDULES"], Name=name)
    given: Mapping[str, Any] = json.loads(schedule["Target"]["Input"])
    return {**given, "time": ""}


def _stopping(family: str, cluster: str, ecs: _Client) -> Sequence[_Task]:
    """Return a family's tasks that are told to stop and have not yet."""
    return [task for task in _tasks(family, cluster, "STOPPED", ecs) if task["lastStatus"] != "STOPPED"]


def _tasks(family: str, cluster: str, desired: str, ecs: _Client) -> Sequence[_Task]:
    """Return a family's tasks, at most 100, by what ECS wants of them: those that are about to run are wanted to run."""
    arns = ecs.list_tasks(cluster=cluster, family=family, desiredStatus=desired)["taskArns"]
    found: Sequence[_Task] = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    return found


def _problem(task: _Task, name: str) -> str | None:
    """Return why a task did not do its work; None where it did."""
    why = str(task.get("stoppedReason") or "ECS gives no reason")
    container: Mapping[str, Any] = next((each for each in task.get("containers", ()) if each.get("name") == name), {})
    code = container.get("exitCode")
    if code is None:
        return f"{name} never ran: {container.get('reason') or why}"
    if code != 0:
        return f"exit code {code}: {container.get('reason') or why}"
    # One that is stopped from outside may end with 0 all the same.
    return None if task.get("stopCode", "EssentialContainerExited") == "EssentialContainerExited" else why


def _count(name: str, metric: str) -> None:
    measured = {
        "Namespace": NAMESPACE,
        "Dimensions": [["Stack", "Job"]],
        "Metrics": [{"Name": metric, "Unit": "Count"}],
    }
    now = int(datetime.now(UTC).timestamp() * 1000)
    found = {
        "_aws": {"Timestamp": now, "CloudWatchMetrics": [measured]},
        "Stack": os.environ["STACK"],
        "Job": name,
        metric: 1,
    }
    print(json.dumps(found))
