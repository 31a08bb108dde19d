"""The task definitions of services, migrations and jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components._containers import ContainerArgs, policy_pack_tags

Architecture = Literal["x86_64", "arm64"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskVolume:
    """A file system on EFS that a task's containers may mount."""

    name: str
    """Its name in the task."""
    file_system_id: Input[str]
    """The file system."""
    access_point_id: Input[str]
    """The way in: its folder, and the user that everybody is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceTask:
    """What a service's tasks are made of, for others that run its image."""

    containers: Sequence[ContainerArgs]
    """The service's own container first, then its sidecars."""
    images: Mapping[str, Input[str]]
    """The containers' images by name, those to build already built."""
    cpu: int
    """CPU units."""
    memory_mib: int
    """Memory, MiB."""
    architecture: Architecture
    """The processor the images are built for."""
    ephemeral_gib: int | None
    """Disk, 21 to 200 GiB; None: the free 20."""
    execution_role_arn: Input[str]
    """The role ECS starts them with."""
    task_role_arn: Input[str]
    """The application's role."""
    security_group_id: Input[str]
    """Their security group."""
    public_ip: bool
    """Whether a task gets a public address, as it needs in public subnets."""
    subnet_ids: Sequence[Input[str]]
    """Private subnets."""
    log_group_name: Input[str]
    """Where they log to."""
    suppressed_controls: Sequence[str]
    """Controls of the policy pack that they opt out of."""
    not_secret: Sequence[str]
    """Variables and options that only look like secrets."""
    volumes: Sequence[TaskVolume]
    """File systems that its containers mount."""
    before: Sequence[pulumi.Resource]
    """What has to exist before one starts, and nothing here mentions: the roles' policies, the security group's rules."""


def task_definition(
    parent: pulumi.Resource,
    name: str,
    *,
    family: str,
    cpu: int,
    memory_mib: int,
    architecture: Architecture,
    execution_role_arn: Input[str],
    task_role_arn: Input[str],
    containers: Output[str],
    suppressed_controls: Sequence[str],
    not_secret: Sequence[str],
    ephemeral_gib: int | None = None,
    volumes: Sequence[TaskVolume] = (),
) -> aws.ecs.TaskDefinition:
    """Register a revision for Fargate.

    Args:
        parent: the component it belongs to.
        name: its logical name.
        family: its family.
        cpu: CPU units of a task; 1024 are one vCPU.
        memory_mib: memory of a task, MiB.
        architecture: the processor the images are built for.
        execution_role_arn: the role ECS starts tasks with.
        task_role_arn: the application's role.
        containers: the containers' JSON.
        suppressed_controls: controls of the policy pack that it opts out of, said by a tag.
        not_secret: variables and options that only look like secrets, said by a tag.
        ephemeral_gib: disk of a task, 21 to 200 GiB; None: the free 20.
        volumes: file systems that the containers mount.
    """
    return aws.ecs.TaskDefinition(
        name,
        family=family,
        cpu=str(cpu),
        memory=str(memory_mib),
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        runtime_platform=aws.ecs.TaskDefinitionRuntimePlatformArgs(
            cpu_architecture=architecture.upper(), operating_system_family="LINUX"
        ),
        ephemeral_storage=aws.ecs.TaskDefinitionEphemeralStorageArgs(size_in_gib=ephemeral_gib)
        if ephemeral_gib
        else None,
        execution_role_arn=execution_role_arn,
        task_role_arn=task_role_arn,
        container_definitions=containers,
        volumes=[_volume(volume) for volume in volumes] or None,
        # Old revisions stay: schedules, one-off tasks and rollbacks name them.
        skip_destroy=True,
        tags=policy_pack_tags(suppressed_controls, not_secret),
        opts=ResourceOptions(parent=parent),
    )


def service_task_definition(
    parent: pulumi.Resource, name: str, task: ServiceTask, *, family: str, containers: Output[str]
) -> aws.ecs.TaskDefinition:
    """Register a revision of what a service's tasks are made of, with containers as they run in it.

    Args:
        parent: the component it belongs to.
        name: its logical name.
        task: the service's.
        family: its family.
        containers: the containers' JSON.
    """
    return task_definition(
        parent,
        name,
        family=family,
        cpu=task.cpu,
        memory_mib=task.memory_mib,
        architecture=task.architecture,
        execution_role_arn=task.execution_role_arn,
        task_role_arn=task.task_role_arn,
        containers=containers,
        suppressed_controls=task.suppressed_controls,
        not_secret=task.not_secret,
        ephemeral_gib=task.ephemeral_gib,
        volumes=task.volumes,
    )


def _volume(volume: TaskVolume) -> aws.ecs.TaskDefinitionVolumeArgs:
    return aws.ecs.TaskDefinitionVolumeArgs(
        name=volume.name,
        efs_volume_configuration=aws.ecs.TaskDefinitionVolumeEfsVolumeConfigurationArgs(
            file_system_id=volume.file_system_id,
            # An access point needs both.
            transit_encryption="ENABLED",
            authorization_config=aws.ecs.TaskDefinitionVolumeEfsVolumeConfigurationAuthorizationConfigArgs(
                access_point_id=volume.access_point_id, iam="ENABLED"
            ),
        ),
    )
