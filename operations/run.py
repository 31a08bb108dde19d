"""Run a one-off task with a service's image, variables, secrets and network: admin commands, backfills."""

from __future__ import annotations

import argparse
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped] # has no types of its own

from components import _one_off_task as tasks
from operations import _services as services
from operations._command import OK, REFUSED, Command, Context, OperationError, service_option


def network(found: services.Found) -> Mapping[str, Any]:
    """Return the subnets and groups of a service.

    Raises:
        OperationError: it has none of its own.
    """
    given = found.get("networkConfiguration", {}).get("awsvpcConfiguration")
    if not given:
        raise OperationError(f"service {found['serviceName']} has no network of its own to run a task in")
    return {
        "awsvpcConfiguration": {
            name: given[name] for name in ("subnets", "securityGroups", "assignPublicIp") if name in given
        }
    }


def task(context: Context, key: str, found: services.Found, command: Sequence[str]) -> tuple[int, str]:
    """Run a command in a task of a service's revision, wait for its end, and return its exit code and the task's ARN.

    An interrupt stops the task before it is passed on, so nothing keeps running unseen.

    Raises:
        OperationError: it did not start, or did not end in time (it is stopped then).
    """
    ecs, cluster = context.client("ecs"), context.stack.cluster
    answer = ecs.run_task(
        cluster=cluster,
        taskDefinition=found["taskDefinition"],
        count=1,
        launchType="FARGATE",
        networkConfiguration=network(found),
        overrides={"containerOverrides": [{"name": key, "command": list(command)}]},
        startedBy=f"slipway/run/{key}"[:36],
        clientToken=str(uuid.uuid4()),
        enableECSManagedTags=True,
        propagateTags="TASK_DEFINITION",
    )
    if not answer.get("tasks"):
        reasons = ["; ".join(filter(None, (f.get("reason"), f.get("detail")))) for f in answer.get("failures", ())]
        raise OperationError(f"the task did not start: {', '.join(reasons) or 'ECS gives no reason'}")
    arn = str(answer["tasks"][0]["taskArn"])
    context.say(f"{arn} runs: {' '.join(command)}")
    try:
        return _ended(context, key, arn), arn
    except (KeyboardInterrupt, OperationError, BotoCoreError, ClientError):
        try:
            ecs.stop_task(cluster=cluster, task=arn, reason="stopped by the operator's command")
        except (BotoCoreError, ClientError):
            context.say(
                f"{arn} could not be stopped and may still run: aws ecs stop-task --cluster {cluster} --task {arn}"
            )
        else:
            context.say(f"{arn} is stopped")
        raise


def _ended(context: Context, key: str, arn: str) -> int:
    ended: dict[str, Any] = {}
    shown = _Lines(context, key, arn)

    def done() -> bool:
        found = context.client("ecs").describe_tasks(cluster=context.stack.cluster, tasks=[arn])["tasks"]
        shown.show()
        ended.update(found[0] if found and found[0]["lastStatus"] == "STOPPED" else {})
        return bool(ended)

    context.until("the task still runs", done, every=tasks.POLL_SECONDS)
    shown.show()
    own: services.Found = next((container for container in ended.get("containers", ()) if container["name"] == key), {})
    if own.get("exitCode") is None:
        raise OperationError(
            f"the task's container never ran: {own.get('reason') or ended.get('stoppedReason') or 'ECS gives no reason'}"
        )
    return int(own["exitCode"])


class _Lines:
    """The log of a task, each line once."""

    def __init__(self, context: Context, key: str, arn: str) -> None:
        self._context, self._group = context, context.stack.log_group(key)
        self._stream = f"{key}/{key}/{arn.rpartition('/')[2]}"
        self._token: str | None = None

    def show(self) -> None:
        logs = self._context.client("logs")
        while True:
            more = {"nextToken": self._token} if self._token else {}
            try:
                answer = logs.get_log_events(
                    logGroupName=self._group, logStreamName=self._stream, startFromHead=True, **more
                )
            except logs.exceptions.ResourceNotFoundException:
                return
            for event in answer["events"]:
                self._context.say(f"  {str(event['message']).rstrip()}")
            # A page holds at most 1 MB and may be empty before the end, which is where the token stays the same.
            before, self._token = self._token, answer.get("nextForwardToken")
            if self._token in {None, before}:
                return


def _run(context: Context, options: argparse.Namespace) -> int:
    key, command = options.service, [word for word in options.words if word != "--"] or None
    if not command:
        raise OperationError("what should run? Such as: --service api -- python -m app.backfill", 2)
    found = services.one(context, key)
    revision = found["taskDefinition"].rpartition("/")[2]
    if context.dry_run:
        context.result({"runs": command, "revision": revision}, f"Would run in {revision}: {' '.join(command)}")
        return OK
    began = dt.datetime.now(tz=dt.UTC)
    code, arn = task(context, key, found, command)
    context.result(
        {"task": arn, "revision": revision, "command": command, "exitCode": code, "began": began},
        f"{revision} ended with exit code {code}.",
    )
    return OK if code == 0 else REFUSED


def _arguments(parser: argparse.ArgumentParser) -> None:
    service_option(parser)
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="what to run in the service's container"
    )


COMMAND = Command(
    name="run",
    help="Run a one-off command with a service's image, secrets and network",
    run=_run,
    arguments=_arguments,
    changes=True,
)
