"""`tasks` and `scaling` of a service: how many tasks run, and when that changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

import limits
from settings.model.section import PartName, Percent, Section, TimeZone
from settings.rules import Rule


class Tasks(Section):
    """How many copies of a service run: a fixed `count`, or between `min` and `max`."""

    count: Annotated[int, Field(ge=0, le=5000)] | None = None
    """A fixed number of tasks, such as 2; then neither `min` nor `max`."""
    min: Annotated[int, Field(ge=0, le=5000)] | None = None
    """The fewest tasks, however little there is to do, such as 2, so that one zone may fail. A change takes effect at once."""
    max: Annotated[int, Field(ge=1, le=5000)] | None = None
    """The most tasks, however much there is to do: what limits the bill. Such as 10; a change takes effect at once."""
    desired: Annotated[int, Field(ge=0, le=5000)] | None = None
    """How many at first, such as 4; default the fewest. Scaling owns the number from then on."""

    @property
    def bounds(self) -> tuple[int, int]:
        """The fewest and the most tasks."""
        fewest = self.min or 0
        return (fewest, self.max or fewest) if self.count is None else (self.count, self.count)


class Targets(Section):
    """Averages over the tasks that scaling keeps to."""

    cpu_percent: Percent | None = None
    """CPU of the tasks on average, percent, such as 60: the lower, the more spare and the dearer."""
    memory_percent: Percent | None = None
    """Memory of the tasks on average, percent, such as 75. Only for applications that give memory back."""
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    """Requests a minute that each task gets from the load balancer on average, such as 600. Needs a `route`."""


class Step(Section):
    """One task more above `up`, one less below `down`."""

    up: Percent = Field(examples=[70])
    """Percent above which a task is added, such as 70, for `upMinutes`."""
    down: Percent = Field(examples=[30])
    """Percent below which a task is removed, such as 30, for `downMinutes`; well below `up`, or tasks come and go."""
    up_minutes: Annotated[int, Field(ge=1, le=60)] = 2
    """Minutes above `up` before that, such as 3."""
    down_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """Minutes below `down` before that, such as 15."""


class Steps(Section):
    """Step scaling by metric."""

    cpu_percent: Step | None = None
    """By CPU of the tasks on average, percent, such as `{up: 70, down: 30}`."""
    memory_percent: Step | None = None
    """By the memory that tasks use, percent, such as `{up: 80, down: 40}`. Only for applications that give memory back."""


class ScheduledRange(Section):
    """Another fewest and most from a time on, until the next such time."""

    cron: Annotated[str, Rule(limits.schedule, {"pattern": r"^\S+( \S+){5}$"})] = Field(examples=["0 8 ? * MON-FRI *"])
    """When: minutes, hours, day of month, month, day of week and year, such as 0 8 ? * MON-FRI *."""
    min: Annotated[int, Field(ge=0, le=5000)] = Field(examples=[2])
    """The fewest tasks from then on, such as 4."""
    max: Annotated[int, Field(ge=0, le=5000)] = Field(examples=[10])
    """The most tasks from then on, such as 20."""
    time_zone: TimeZone = "UTC"
    """The time zone of `cron`, such as Europe/Berlin; daylight saving is followed."""


class QueueBacklog(Section):
    """As many tasks as a queue's messages take, those that are being worked on included; none where `tasks.min` is 0 and there are none."""

    name: PartName = Field(examples=["mail"])
    """The queue, which the service `receives`."""
    messages_per_task: Annotated[int, Field(ge=1, le=1_000_000)] = Field(examples=[100])
    """Messages for each task, waiting or worked on, such as 100: how many one gets done in the time that the last may wait."""


class Scaling(Section):
    """When tasks are added and removed, between `tasks.min` and `tasks.max`."""

    targets: Targets | None = None
    """Averages that scaling keeps to, such as `{cpuPercent: 60}` (target tracking)."""
    steps: Steps | None = None
    """One task more above a percentage, one less below another, such as `{cpuPercent: {up: 70, down: 30}}` (step scaling)."""
    queue: QueueBacklog | None = None
    """What waits in a queue for each task, such as `{name: mail, messagesPerTask: 100}`: with `tasks: {min: 0, max: 10}` nothing runs, and nothing is
    billed, while the queue is empty. The first task starts some minutes after the first message. Needs Container Insights."""
    schedule: Sequence[ScheduledRange] = ()
    """Other bounds at times that are known beforehand. `tasks.min` and `tasks.max` are then only what a new service starts with; later the
    bounds are those of the last such time."""
    out_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    """Seconds after adding tasks before more are added: as long as a new task takes to help, such as 90."""
    in_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """Seconds after removing tasks before more are removed, such as 600. Longer ones cost a little and spare a load that comes in waves."""
