"""Messages between services."""

from __future__ import annotations

from components.queues import QueueArgs, QueuesArgs
from wiring.context import StackContext


def args(context: StackContext) -> QueuesArgs | None:
    """Return the arguments of the stack's queues, or None where it has none."""
    settings = context.settings
    if not settings.queues:
        return None
    return QueuesArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        region=context.region,
        queues={
            key: QueueArgs(**queue.model_dump(exclude={"alarm_minutes"})) for key, queue in settings.queues.items()
        },
        protect=settings.protection.protect,
        key_deletion_days=settings.protection.key_deletion_days,
        data_key_arn=context.data_key_arn("queues"),
    )
