"""The two roles of a service's tasks: what starts them, and what the application may do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _documents as documents
from components._pull_through import FILL
from components._role import service_role

if TYPE_CHECKING:
    from components._containers import SecretReference
    from components.service import ServiceArgs


def execution_role(
    parent: pulumi.Resource, name: str, args: ServiceArgs, log: aws.cloudwatch.LogGroup
) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    """Make the role ECS starts tasks with: it pulls their images, reads their secrets and writes their logs, nothing else."""
    role = service_role(
        parent,
        f"{name}-execution",
        service="ecs-tasks.amazonaws.com",
        name_prefix=args.name_prefix,
        description=f"Starts the tasks of {args.name_prefix} {args.service_name}",
        account_id=args.account_id,
        boundary_arn=args.boundary_arn,
    )
    statements = [documents.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [Output.concat(log.arn, ":*")])]
    if args.repository_arns:
        pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        statements.append(documents.allow(["ecr:GetAuthorizationToken"], ["*"]))
        statements.append(documents.allow(pull, args.repository_arns))
    if args.cached_repository_arns:
        statements.append(documents.allow(FILL, args.cached_repository_arns))
    containers = [*args.containers, *(args.migration.containers if args.migration else ())]
    references = [secret for container in containers for _, secret in sorted(container.secrets.items())]
    references += [container.registry_login for container in args.containers if container.registry_login]
    statements += _reading(
        [reference for reference in references if not reference.parameter], args.region, "secretsmanager"
    )
    statements += _reading([reference for reference in references if reference.parameter], args.region, "ssm")
    policy = aws.iam.RolePolicy(
        f"{name}-execution",
        role=role.name,
        policy=documents.policy(*statements),
        opts=ResourceOptions(parent=parent),
    )
    return role, policy


def _reading(
    references: Sequence[SecretReference], region: str, service: Literal["secretsmanager", "ssm"]
) -> Iterator[documents.Statement]:
    """Let tasks start with secrets, or with parameters."""
    action = {"secretsmanager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameters"}[service]
    if references:
        yield documents.allow([action], _distinct([reference.arn for reference in references]))
    keys = _distinct([reference.key_arn for reference in references if reference.key_arn is not None])
    if keys:
        through = {"StringEquals": {"kms:ViaService": f"{service}.{region}.amazonaws.com"}}
        yield documents.allow(["kms:Decrypt"], keys, through)


def task_role(
    parent: pulumi.Resource, name: str, args: ServiceArgs, routed: Sequence[aws.cloudwatch.LogGroup]
) -> tuple[aws.iam.Role, Sequence[aws.iam.RolePolicy]]:
    """Make the role the application has: what the service declares, and the log groups that a router in the task writes to."""
    role = service_role(
        parent,
        f"{name}-task",
        service="ecs-tasks.amazonaws.com",
        name_prefix=args.name_prefix,
        description=f"What {args.name_prefix} {args.service_name} may do",
        account_id=args.account_id,
        boundary_arn=args.boundary_arn,
    )
    statements = list(args.permissions)
    if routed:
        streams = [Output.concat(group.arn, ":*") for group in routed]
        statements.append(documents.allow(["logs:CreateLogStream", "logs:PutLogEvents"], streams))
    if args.exec_enabled:
        channels = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
        statements.append(documents.allow([f"ssmmessages:{channel}" for channel in channels], ["*"]))
        group = f":logs:{args.region}:"
        partition = documents.partition(args.region)
        logs = Output.concat(
            "arn:", partition, group, args.account_id, ":log-group:/ecs/", args.cluster_name, "/exec:*"
        )
        writing = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        statements.append(documents.allow(writing, [logs]))
        statements.append(documents.allow(["logs:DescribeLogGroups"], ["*"]))
    if not statements:
        return role, []
    policy = aws.iam.RolePolicy(
        f"{name}-task",
        role=role.name,
        policy=documents.policy(*statements),
        opts=ResourceOptions(parent=parent),
    )
    return role, [policy]


def _distinct(values: Sequence[Input[str]]) -> list[Input[str]]:
    """Return each value once, by identity: outputs cannot be compared before they are known."""
    return list({id(value) if isinstance(value, Output) else value: value for value in values}.values())
