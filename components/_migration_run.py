"""A one-off task's run as a resource: once for each revision of its task definition, and recorded only if it succeeded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pulumi import Input, ResourceOptions
from pulumi.dynamic import Resource

from components._update_step import UpdateStepProvider


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
    """Private subnets, or public ones."""
    public_ip: bool = False
    """Whether the task gets a public address, as it needs in public subnets."""
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
    users: Mapping[str, str] = field(default_factory=dict)
    """Users of the database that it makes, and what each may do, for those who read what is to change; empty: it is a migration."""


class MigrationRunProvider(UpdateStepProvider):
    """Runs the task again when there is a revision that has not run."""

    about: ClassVar[Sequence[str]] = ("task_definition",)

    def done(self, props: Mapping[str, Any]) -> str:
        """Run the task and return its ARN."""
        return _run(props)


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
        if args.public_ip:
            props["public_ip"] = True
        if args.users:
            props["users"] = dict(args.users)
        super().__init__(MigrationRunProvider(), name, props, opts)


def _run(props: Mapping[str, Any]) -> str:
    from components import _one_off_task as tasks  # noqa: PLC0415 - boto3 is slow to import, and only a real run needs it

    wanted = tasks.OneOffTask(
        task_definition=props["task_definition"],
        containers=props["containers"],
        cluster=props["cluster"],
        subnets=props["subnets"],
        public_ip=props.get("public_ip", False),
        security_groups=props["security_groups"],
        log_group=props["log_group"],
        timeout_seconds=props["timeout_seconds"],
    )
    ecs = tasks.client(props["region"], props.get("profile"), props.get("role_arns", ()), props.get("endpoints", {}))
    try:
        return tasks.run(wanted, ecs)
    except tasks.TaskError as error:
        raise tasks.TaskError(str(error)) from None
