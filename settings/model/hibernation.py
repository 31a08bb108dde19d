"""`slipway:hibernation`: the off-hours schedule."""

from __future__ import annotations

from settings.model.section import Clock, Section, TimeZone


class Hibernation(Section):
    """An off-hours schedule: no tasks and a stopped database at night, for stacks that nobody needs then."""

    sleep: Clock = "20:00"
    """When services stop, every day, such as 20:00; the database follows a quarter of an hour later."""
    wake: Clock = "07:00"
    """When services start, such as 07:00; the database starts half an hour before."""
    time_zone: TimeZone = "UTC"
    """The time zone of both, such as Europe/Berlin; daylight saving is followed."""
    weekends: bool = False
    """Whether it wakes on Saturdays and Sundays too."""
    allow_in_production: bool = False
    """Whether production may sleep."""
