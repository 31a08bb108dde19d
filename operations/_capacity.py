"""Put a stack's services and database to rest, and wake them: what hibernation does by the clock."""

from __future__ import annotations

from collections.abc import Mapping

from operations import _databases as databases
from operations import _services as services
from operations._command import Context, OperationError

_TARGET = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}


def ranges(context: Context) -> Mapping[str, tuple[int, int]]:
    """Return the fewest and the most tasks of each service, as the stack file has them."""
    return {key: service.tasks.bounds for key, service in context.stack.settings.services.items()}


def scale(context: Context, key: str, fewest: int, most: int) -> None:
    """Give a service a range of tasks, and have as many run as the range has at least: the range alone starts or stops none."""
    name = context.stack.services[key]
    scaler, resource = context.client("application-autoscaling"), f"service/{context.stack.cluster}/{name}"
    known = scaler.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[resource])["ScalableTargets"]
    if known:
        scaler.register_scalable_target(**_TARGET, ResourceId=resource, MinCapacity=fewest, MaxCapacity=most)
    context.client("ecs").update_service(cluster=context.stack.cluster, service=name, desiredCount=fewest)
    context.say(f"  {key}: {fewest} tasks wanted")


def database(context: Context, *, awake: bool) -> None:
    """Start or stop the database and wait until it is so; nothing where it is so already or the stack has none.

    Raises:
        OperationError: it is not there, or busy with something else for too long.
    """
    identifier, wanted = context.stack.database, "available" if awake else "stopped"
    if identifier is None:
        return

    def status() -> str:
        return str(databases.describe(context, identifier)["DBInstanceStatus"])

    passing = {
        "starting",
        "stopping",
        "configuring-enhanced-monitoring",
        "configuring-log-exports",
        "backing-up",
        "modifying",
    }
    context.until("the database is busy", lambda: status() not in passing)
    if status() == wanted:
        return
    (databases.start if awake else databases.stop)(context, identifier)
    context.say(f"  database {identifier} {'starts' if awake else 'stops'}")
    if awake:
        context.until("the database is not available", lambda: status() == wanted)


def present(context: Context) -> None:
    """Make sure that everything is deployed.

    Raises:
        OperationError: a service is not there.
    """
    services.describe(context)


def hibernates(context: Context) -> None:
    """Make sure that the stack file means the stack to sleep.

    Raises:
        OperationError: it has no hibernation section.
    """
    if context.stack.settings.hibernation is None:
        raise OperationError(
            f"{context.stack.path} has no hibernation section, so this stack is not meant to sleep; --yes puts it to sleep all the same",
            2,
        )
