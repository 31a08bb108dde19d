"""A one-off task that brings the database up to date before any service changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pulumi
from pulumi import Input, Output, ResourceOptions

import limits
from components._checked import Checked
from components._containers import definitions
from components._dependencies import with_dependencies
from components._migration_run import MigrationRun, MigrationRunArgs
from components._task import ServiceTask, service_task_definition


@dataclass(frozen=True, kw_only=True, slots=True)
class MigrationArgs(Checked):
    """What to run: a service's container with another command. A change of the image, its variables or the command runs it."""

    family: str
    """The task definition's family, such as power-pto-migrate. A change registers a new one."""
    command: Sequence[str]
    """What the container runs instead of its own command."""
    task: ServiceTask
    """What the service's tasks are made of, of its containers the own one first, then sidecars it cannot do without: the task ends when an
    essential one does."""
    region: str
    """The AWS region."""
    cluster_arn: Input[str]
    """The cluster."""
    after: Sequence[pulumi.Resource] = ()
    """What has to exist first beside what the service's tasks need."""
    timeout_seconds: int = 1800
    """Seconds until the update gives up on it, 60 to 43200. It is not stopped then: the next update waits for it."""
    profile: str | None = None
    """The profile of the AWS configuration file that starts it; None: the environment decides."""
    assume_role_arns: Sequence[str] = ()
    """Roles to assume to start it, each with the one before, as the AWS provider does."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Other addresses of `ecs` and `sts`, for emulators."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "family", limits.ecs_name(self.family)
        yield "memory_mib", limits.fargate_size(self.task.cpu, self.task.memory_mib)
        if not self.command:
            yield "command", "none given; without one the container would start the service"
        if not self.task.containers:
            yield "containers", "none given; the service's own comes first"
        for container in self.task.containers:
            if container.name not in self.task.images:
                yield "images", f"none given for the container {container.name!r}"
        least, most = 60, 43200
        if not least <= self.timeout_seconds <= most:
            yield "timeout_seconds", f"{self.timeout_seconds} is outside {least} to {most}"


class Migration(pulumi.ComponentResource):
    """A task definition, and its run: once for each revision, before what depends on `done` changes.

    A run that fails fails the update, and nothing of it is recorded: services keep what they run and the next update tries
    again. Nothing runs in a preview.
    """

    done: Output[str]
    """The revision's ARN, usable once it ran to a good end."""
    task_definition_arn: Output[str]
    """The revision's ARN."""
    family: Output[str]
    """The task definition's family."""

    def __init__(self, name: str, args: MigrationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Migration", name, None, opts)
        # Nothing calls it, and a check made for the service would have ECS stop it.
        task = args.task
        first = task.containers[0]
        own = replace(
            first,
            command=args.command,
            port=None,
            health_check=None,
            essential=True,
            environment={**first.environment, **first.alone},
        )
        containers = [own, *task.containers[1:]]
        definition = service_task_definition(
            self,
            f"{name}-task",
            replace(task, ephemeral_gib=None),
            family=args.family,
            containers=definitions(containers, task.images, task.log_group_name, args.region),
        )
        run = MigrationRun(
            f"{name}-run",
            MigrationRunArgs(
                task_definition=definition.arn,
                containers=[container.name for container in containers if container.essential],
                cluster=args.cluster_arn,
                subnets=task.subnet_ids,
                public_ip=task.public_ip,
                security_groups=[task.security_group_id],
                log_group=task.log_group_name,
                timeout_seconds=args.timeout_seconds,
                region=args.region,
                profile=args.profile,
                role_arns=args.assume_role_arns,
                endpoints=args.endpoints,
            ),
            ResourceOptions(parent=self, depends_on=[*task.before, *args.after]),
        )
        self.done = with_dependencies(definition.arn, run)
        self.task_definition_arn = definition.arn
        self.family = definition.family
        self.register_outputs(
            {"done": self.done, "task_definition_arn": self.task_definition_arn, "family": self.family}
        )
