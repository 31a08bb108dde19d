"""ECS services as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from operations._command import Context, OperationError

Found: TypeAlias = Mapping[str, Any]

_AT_ONCE = 10
"""ECS describes at most ten services at once."""


def describe(context: Context, keys: Sequence[str] = ()) -> Mapping[str, Found]:
    """Return services as ECS describes them, by their names in the stack file.

    Args:
        context: the stack.
        keys: which services; none: all of the stack file.

    Raises:
        OperationError: the cluster or a service is not there.
    """
    names = {key: name for key, name in context.stack.services.items() if not keys or key in keys}
    wanted = list(names.values())
    found: dict[str, Found] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        answer = context.client("ecs").describe_services(
            cluster=context.stack.cluster, services=wanted[start : start + _AT_ONCE]
        )
        found |= {service["serviceName"]: service for service in answer["services"]}
    missing = [name for name in wanted if found.get(name, {}).get("status") != "ACTIVE"]
    if missing:
        raise OperationError(
            f"cluster {context.stack.cluster} in {context.stack.region} has no service {', '.join(missing)}; "
            "deploy first (pulumi up), or name the right stack, region and profile"
        )
    return {key: found[name] for key, name in names.items()}


def one(context: Context, key: str) -> Found:
    """Return one service.

    Raises:
        OperationError: it is not there.
        UnreadableStackError: the stack file has none of that name.
    """
    context.stack.service(key)
    return describe(context, [key])[key]


def task_definition(context: Context, arn: str) -> Found:
    """Return a task definition."""
    found: Found = context.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
    return found


def image(definition: Found, container: str) -> str:
    """Return the image of a container of a task definition, or of its first one."""
    containers: Sequence[Found] = definition["containerDefinitions"]
    own = next((found for found in containers if found["name"] == container), containers[0])
    return str(own["image"])


def running_task(context: Context, key: str) -> Found:
    """Return a task of a service that people can get into: running, with ECS Exec, the newest.

    Raises:
        OperationError: none runs, or none lets anybody in.
    """
    ecs = context.client("ecs")
    pages = ecs.get_paginator("list_tasks").paginate(
        cluster=context.stack.cluster, serviceName=context.stack.services[key], desiredStatus="RUNNING"
    )
    # A page has as many as can be described at once.
    described: list[Found] = [
        task
        for page in pages
        if page["taskArns"]
        for task in ecs.describe_tasks(cluster=context.stack.cluster, tasks=page["taskArns"])["tasks"]
    ]
    tasks = [task for task in described if task.get("lastStatus") == "RUNNING"]
    if not tasks:
        raise OperationError(f"no task of {key} runs; wake the stack (make wake), or look: make status")
    open_ones = [task for task in tasks if task.get("enableExecuteCommand")]
    if not open_ones:
        raise OperationError(
            f"no task of {key} lets anybody in: set services.{key}.exec: true in the stack file and pulumi up"
        )
    return max(open_ones, key=lambda task: str(task.get("startedAt", "")))
