"""A migration's run as a resource: once for each revision of its task definition, and recorded only if it succeeded.

The engine starts the provider in a process of its own and finds this class by its module's name, so that must stay importable
from the project's folder. It uses the credentials of the environment, the profile or the assumed roles, not those that a stack
file gives the AWS provider.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi import Input, ResourceOptions
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult
from pulumi.runtime import rpc


@dataclass(frozen=True, kw_only=True, slots=True)
class MigrationRunArgs:
    """What to run, and how to reach ECS."""

    task_definition: Input[str]
    """ARN of the revision. A change runs it; a change of anything else does not."""
    containers: Sequence[str]
    """Names of the essential containers."""
    cluster: Input[str]
    """The cluster's ARN."""
    subnets: Sequence[Input[str]]
    """Private subnets."""
    security_groups: Sequence[Input[str]]
    """Security groups."""
    log_group: Input[str]
    """Where it logs to, for messages."""
    timeout_seconds: int
    """Seconds until it is given up on."""
    region: str
    """The AWS region."""
    profile: str | None = None
    """A profile of the AWS configuration file; None: the environment decides."""
    role_arns: Sequence[str] = ()
    """Roles to assume, each with the one before."""
    endpoints: Mapping[str, str] | None = None
    """Other addresses of `ecs` and `sts`, for emulators."""


class MigrationRunProvider(ResourceProvider):
    """Runs the task when the resource is made and when the revision changes. A failure leaves no trace: the next update retries."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Tell whether there is a revision that has not run. One that is not known yet is a new one."""
        wanted = _news["task_definition"]
        return DiffResult(changes=wanted == rpc.UNKNOWN or wanted != _olds.get("task_definition"))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Run the task."""
        return CreateResult(id_=_run(props), outs=props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Run the task of the new revision."""
        _run(_news)
        return UpdateResult(outs=_news)


class MigrationRun(Resource, module="slipway", name="MigrationRun"):
    """A run that succeeded."""

    def __init__(self, name: str, args: MigrationRunArgs, opts: ResourceOptions | None = None) -> None:
        props: dict[str, Input[Any]] = {
            "task_definition": args.task_definition,
            "containers": list(args.containers),
            "cluster": args.cluster,
            "subnets": list(args.subnets),
            "security_groups": list(args.security_groups),
            "log_group": args.log_group,
            "timeout_seconds": args.timeout_seconds,
            "region": args.region,
            "profile": args.profile,
            "role_arns": list(args.role_arns),
            "endpoints": dict(args.endpoints or {}),
        }
        super().__init__(MigrationRunProvider(), name, props, opts)


def _run(props: Mapping[str, Any]) -> str:
    from components import _one_off_task as tasks  # noqa: PLC0415 - boto3 is slow to import, and only a real run needs it

    # The reason is the message; where in this program it was raised helps nobody.
    sys.tracebacklimit = 0
    wanted = tasks.OneOffTask(
        task_definition=props["task_definition"],
        containers=props["containers"],
        cluster=props["cluster"],
        subnets=props["subnets"],
        security_groups=props["security_groups"],
        log_group=props["log_group"],
        timeout_seconds=props["timeout_seconds"],
    )
    ecs = tasks.client(props["region"], props.get("profile"), props.get("role_arns", ()), props.get("endpoints", {}))
    try:
        return tasks.run(wanted, ecs)
    except tasks.TaskError as error:
        raise tasks.TaskError(str(error)) from None
