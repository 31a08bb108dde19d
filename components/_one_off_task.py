"""Run an ECS task to its end and tell whether it did its work."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped] # has no types of its own

from components._aws_session import AwsAccess, passes

POLL_SECONDS: Final = 5
"""Seconds between two looks at a task."""

_FINISHED: Final = "EssentialContainerExited"
_UNASSUMABLE: Final = "unable to assume the role"
_ROLE_TRIES: Final = 13
"""A minute, in looks."""
_UNANSWERED: Final = 24
"""Two minutes, in looks in a row that AWS does not answer."""

_Client: TypeAlias = Any  # boto3 makes its clients' methods at run time
_Task: TypeAlias = Mapping[str, Any]


class TaskError(Exception):
    """The task did not run, or did not do its work; the text says why and where to look."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OneOffTask:
    """What to run, and where."""

    task_definition: str
    """ARN of the revision."""
    containers: Sequence[str]
    """Names of the essential containers: each has to end with exit code 0."""
    cluster: str
    """The cluster's ARN."""
    subnets: Sequence[str]
    """Private subnets."""
    security_groups: Sequence[str]
    """Security groups."""
    public_ip: bool = False
    """Whether it gets a public address, which it needs where the subnets lead to an internet gateway."""
    log_group: str
    """Where the containers log to, for messages; their streams begin with the container's name."""
    timeout_seconds: float
    """Seconds until it is given up on."""

    @property
    def revision(self) -> str:
        """Return `family:revision`."""
        return self.task_definition.rpartition("/")[2]

    @property
    def family(self) -> str:
        """Return the task definition's family."""
        return self.revision.rpartition(":")[0]

    @property
    def started_by(self) -> str:
        """Return the mark by which a later update recognises a task of this revision that an interrupted one left running."""
        return f"slipway/{hashlib.sha256(self.task_definition.encode()).hexdigest()[:32]}"


def client(region: str, profile: str | None, role_arns: Sequence[str], endpoints: Mapping[str, str]) -> _Client:
    """Return an ECS client.

    Args:
        region: the AWS region.
        profile: a profile of the AWS configuration file; None: the environment decides.
        role_arns: roles to assume, each with the one before.
        endpoints: other addresses of `ecs` and `sts`, for emulators.
    """
    access = AwsAccess(
        region=region,
        profile=profile,
        role_arns=role_arns,
        endpoints=endpoints,
        session_name="slipway-migration",
    )
    return access.clients("ecs")["ecs"]


def run(
    wanted: OneOffTask,
    ecs: _Client,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """Run a task and wait for its end; never two of a family at once.

    A task of the same revision that an interrupted update left running is waited for instead of started again, another one of
    the family is waited for first.

    Returns:
        The task's ARN.

    Raises:
        TaskError: it did not start, did not end in time, or did not end well.
    """
    deadline = clock() + wanted.timeout_seconds

    def ended(arn: str) -> _Task | None:
        return _ended(arn, wanted.cluster, ecs, lambda: clock() >= deadline, sleep)

    try:
        own: str | None = None
        for other in _running(wanted, ecs):
            arn = str(other["taskArn"])
            if other.get("startedBy") == wanted.started_by:
                own = arn
            elif ended(arn) is None:
                raise TaskError(
                    f"{wanted.revision} was not started: another task of {wanted.family} still runs after "
                    f"{wanted.timeout_seconds:g} seconds.\n{_where(arn, wanted)}"
                )
        own = own or _start_once_assumable(wanted, ecs, sleep)
        task = ended(own)
    except (BotoCoreError, ClientError) as error:
        raise TaskError(f"{wanted.revision} could not be run or watched: {error}") from error
    if task is None:
        raise TaskError(
            f"{wanted.revision} did not end within {wanted.timeout_seconds:g} seconds. It is not stopped: the next update "
            f"waits for it, or stop it yourself.\n{_where(own, wanted)}"
        )
    if problems := list(_problems(task, wanted.containers)):
        raise TaskError(f"{wanted.revision} failed: {'; '.join(problems)}.\n{_where(own, wanted)}")
    return own


def _running(wanted: OneOffTask, ecs: _Client) -> Sequence[_Task]:
    """Return the family's tasks that run or are about to."""
    arns = ecs.list_tasks(cluster=wanted.cluster, family=wanted.family, desiredStatus="RUNNING")["taskArns"]
    found: Sequence[_Task] = ecs.describe_tasks(cluster=wanted.cluster, tasks=arns)["tasks"] if arns else []
    return found


def _start_once_assumable(wanted: OneOffTask, ecs: _Client, sleep: Callable[[float], None]) -> str:
    """Start the task, and try again where a role made seconds before is not known everywhere yet."""
    for _ in range(_ROLE_TRIES - 1):
        try:
            return _start(wanted, ecs)
        except ClientError as error:
            if _UNASSUMABLE not in str(error):
                raise
        sleep(POLL_SECONDS)
    return _start(wanted, ecs)


def _start(wanted: OneOffTask, ecs: _Client) -> str:
    answer = ecs.run_task(
        cluster=wanted.cluster,
        taskDefinition=wanted.task_definition,
        count=1,
        launchType="FARGATE",
        platformVersion="LATEST",
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": list(wanted.subnets),
                "securityGroups": list(wanted.security_groups),
                "assignPublicIp": "ENABLED" if wanted.public_ip else "DISABLED",
            }
        },
        enableECSManagedTags=True,
        propagateTags="TASK_DEFINITION",
        startedBy=wanted.started_by,
        # One for each attempt: it makes a repeated call harmless. One for each revision would answer a new attempt with the old,
        # failed task for a day.
        clientToken=str(uuid.uuid4()),
    )
    # ECS answers 200 when it could not place the task.
    if not answer.get("tasks"):
        reasons = [
            ": ".join(part for part in (failure.get("reason"), failure.get("detail")) if part)
            for failure in answer.get("failures", ())
        ]
        raise TaskError(f"{wanted.revision} did not start: {'; '.join(reasons) or 'ECS gives no reason'}.")
    return str(answer["tasks"][0]["taskArn"])


def _ended(
    arn: str, cluster: str, ecs: _Client, out_of_time: Callable[[], bool], sleep: Callable[[float], None]
) -> _Task | None:
    """Wait until a task has stopped, and return None if it has not in time.

    Whether it ever runs does not matter: a short one goes from PENDING to STOPPED between two looks. One that was only just
    started can be missing from the answer.
    """
    unanswered = 0
    while True:
        try:
            tasks: Sequence[_Task] = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
            unanswered = 0
        except (BotoCoreError, ClientError) as error:
            # The task goes on: what passes by itself says nothing of it.
            unanswered += 1
            if unanswered > _UNANSWERED or not passes(error):
                raise
            tasks = ()
        for task in tasks:
            if task["lastStatus"] == "STOPPED":
                return task
        if out_of_time():
            return None
        sleep(POLL_SECONDS)


def _problems(task: _Task, containers: Sequence[str]) -> Iterator[str]:
    """Yield what a stopped task did not do."""
    found = {container["name"]: container for container in task.get("containers", ())}
    why = task.get("stoppedReason") or "ECS gives no reason"
    failed = False
    for name in containers:
        container = found.get(name, {})
        code = container.get("exitCode")
        if code != 0:
            failed = True
            reason = container.get("reason") or why
            yield (
                f"container {name} never ran: {reason}"
                if code is None
                else f"container {name} ended with exit code {code}: {reason}"
            )
    # One that is stopped from outside may end with 0 all the same.
    if not failed and task.get("stopCode", _FINISHED) != _FINISHED:
        yield f"it was stopped before its end ({task['stopCode']}): {why}"


def _where(arn: str, wanted: OneOffTask) -> str:
    name = wanted.containers[0]
    stream = f"{name}/{name}/{arn.rpartition('/')[2]}"
    return f"Task: {arn}\nLog: group {wanted.log_group}, stream {stream}"
