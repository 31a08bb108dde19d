"""`slipway:queues.<name>`: messages between services."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.model.section import Section


class Queue(Section):
    """An SQS queue with its queue of dead letters, encrypted with a key of the stack's: services send and receive by `sends` and `receives`."""

    fifo: bool = False
    """Whether messages come in the order they were sent, each once. A change replaces the queue, and what is in it is lost."""
    content_deduplication: bool = False
    """Whether two messages with the same text within five minutes are one. FIFO queues only."""
    visibility_seconds: Annotated[int, Field(ge=0, le=43_200)] = 300
    """Seconds that a message is hidden from others once one has received it, such as 900: longer than the longest work on one."""
    retention_days: Annotated[int, Field(ge=1, le=14)] = 4
    """Days that a message waits for somebody to work on it, such as 7; then it is lost. Dead letters wait for 14."""
    delay_seconds: Annotated[int, Field(ge=0, le=900)] = 0
    """Seconds that a new message waits before anybody gets it, such as 30."""
    max_receives: Annotated[int, Field(ge=1, le=1000)] = 5
    """How often a message is received before it becomes a dead letter, such as 3, if nobody deletes it."""
    alarm_minutes: Annotated[int, Field(ge=1, le=20_160)] | None = 30
    """Minutes that the oldest message may wait before the team is told, such as 60, with `alarms`; null for no such alarm."""
