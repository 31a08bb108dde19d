"""Windows, schedules and time zones."""

from __future__ import annotations

import calendar
import functools
import re
import zoneinfo
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from limits.words import short

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


_CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9])"


_DAY = f"({'|'.join(_DAYS)})"


_BACKUP = re.compile(f"{_CLOCK}-{_CLOCK}")


_MAINTENANCE = re.compile(f"{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}")


_AN_HOUR, _A_DAY, _A_WEEK, _SHORTEST = 60, 24 * 60, 7 * 24 * 60, 30


_WORKDAYS = range(5)


def backup_window(window: str) -> str | None:
    """Check a daily window `hh:mm-hh:mm` in UTC, 30 minutes at least."""
    match = _BACKUP.fullmatch(window)
    if not match:
        return f"{short(window)} is not a backup window, such as 03:00-04:00 (UTC)"
    return _long_enough(window, *_daily(match))


def maintenance_window(window: str) -> str | None:
    """Check a weekly window `ddd:hh:mm-ddd:hh:mm` in UTC, 30 minutes at least."""
    match = _MAINTENANCE.fullmatch(window)
    if not match:
        return f"{short(window)} is not a maintenance window, such as sun:04:30-sun:05:30 (UTC)"
    return _long_enough(window, *_weekly(match))


def cache_window(window: str) -> str | None:
    """Check a daily or weekly window of a cache, UTC, an hour at least."""
    daily, weekly = _BACKUP.fullmatch(window), _MAINTENANCE.fullmatch(window)
    _, minutes = _weekly(weekly) if weekly else _daily(daily) if daily else (0, 0)
    return None if minutes >= _AN_HOUR else f"{window} is {minutes} minutes long; ElastiCache takes {_AN_HOUR} at least"


def windows(backup: str, maintenance: str) -> str | None:
    """Check a daily backup window and a weekly maintenance window, and that they are apart."""
    daily, weekly = _BACKUP.fullmatch(backup), _MAINTENANCE.fullmatch(maintenance)
    if not (daily and weekly):
        return backup_window(backup) or maintenance_window(maintenance)
    start, length = _daily(daily)
    begin, span = _weekly(weekly)
    if problem := backup_window(backup) or maintenance_window(maintenance):
        return problem
    # A window may reach past midnight, and past the end of the week.
    for first in range(start - _A_DAY, _A_WEEK + _A_DAY, _A_DAY):
        if first < begin + span and begin < first + length:
            return f"the backup window {backup} overlaps the maintenance window {maintenance}"
    return None


def backup_start(clock: str, window: str) -> str | None:
    """Check that AWS Backup starts neither in a daily or weekly window, UTC, of a database nor in the hour before."""
    daily, weekly = _BACKUP.fullmatch(window), _MAINTENANCE.fullmatch(window)
    if daily is None and weekly is None:
        return None
    start, length = _weekly(weekly) if weekly else _daily(daily) if daily else (0, 0)
    begins = int(clock[:2]) * 60 + int(clock[3:])
    if (begins - start + _AN_HOUR) % _A_DAY >= length + _AN_HOUR:
        return None
    return f"{clock} is within {window} or the hour before, when AWS Backup starts no backup of a database"


def awake(window: str, wake: str, sleep: str, zone_name: str, *, weekends: bool) -> str | None:
    """Check that a daily or weekly window, UTC, is between `wake` and `sleep` of a time zone, in winter and in summer."""
    daily, weekly = _BACKUP.fullmatch(window), _MAINTENANCE.fullmatch(window)
    if daily is None and weekly is None:
        return None
    start, length = _weekly(weekly) if weekly else _daily(daily) if daily else (0, 0)
    rises, sets = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (wake, sleep))
    day = (sets - rises) % _A_DAY
    for month in (1, 7):
        offset = datetime(2026, month, 15, tzinfo=zoneinfo.ZoneInfo(zone_name)).utcoffset() or timedelta()
        after_waking = start + int(offset.total_seconds()) // 60 - rises
        off = weekly and not weekends and after_waking % _A_WEEK // _A_DAY not in _WORKDAYS
        if off or after_waking % _A_DAY + length > day:
            when = f"{wake} to {sleep} {zone_name}{'' if weekends else ', Monday to Friday'}"
            return f"{window} (UTC) is not within {when}, when the database is awake"
    return None


def time_zone(name: str) -> str | None:
    """Check the name of a time zone."""
    return None if name in _zones() else f"{short(name)} is not a time zone, such as Europe/Berlin or UTC"


@functools.cache
def _zones() -> set[str]:
    # These are files of a system, not places: AWS knows none of them.
    return zoneinfo.available_timezones() - {"Factory", "localtime", "posixrules", "leapseconds"}


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


_NAMED = {
    3: dict(zip(_MONTHS, range(1, 13), strict=True)),
    4: dict(zip(_WEEKDAYS, range(1, 8), strict=True)),
}


_CRON = (
    ("minutes", 0, 59),
    ("hours", 0, 23),
    ("day of month", 1, 31),
    ("month", 1, 12),
    ("day of week", 1, 7),
    ("year", 1970, 2199),
)


_CRON_PART = re.compile(r"(\*|[A-Z]{3}|\d{1,4})(?:-([A-Z]{3}|\d{1,4}))?(?:/(\d{1,4}))?")


def schedule(expression: str) -> str | None:
    """Check AWS's six fields of cron, of which exactly one of the day of the month and the day of the week is `?`."""
    fields = expression.split(" ")
    if len(fields) != len(_CRON):
        return f"{short(expression)} is not a schedule: six fields are needed, such as 0 8 ? * MON-FRI *"
    if (fields[2] == "?") == (fields[4] == "?"):
        return f"{short(expression)} is not a schedule: exactly one of day of month and day of week must be ?"
    for index, (field, (what, least, most)) in enumerate(zip(fields, _CRON, strict=True)):
        if field != "?" and not all(_cron_part(part, index, least, most) for part in field.split(",")):
            return f"{short(expression)} is not a schedule: {short(field)} is not allowed for {what}; allowed: {least} to {most}"
        if field == "?" and index not in (2, 4):
            return f"{short(expression)} is not a schedule: ? can only stand for a day"
    if not _comes(fields):
        return f"{short(expression)} is not a schedule: that day never comes, or is past"
    return None


def _comes(fields: Sequence[str]) -> bool:
    """Tell whether there is a day to come in a schedule's days of the month, months and years."""
    months = _cron_values(fields[3], 3) or set(range(1, 13))
    years = _cron_values(fields[5], 5)
    this_year = datetime.now(tz=UTC).year
    if years and max(years) < this_year:
        return False
    days = _cron_values(fields[2], 2)
    leap = not years or any(calendar.isleap(year) for year in years if year >= this_year)
    return not days or any(
        min(days) <= (29 if month == 2 and leap else calendar.monthrange(2027, month)[1]) for month in months
    )


def _cron_values(field: str, index: int) -> set[int]:
    """Return every number that a field names; none where it is `*`, `?` or has something other than numbers and ranges."""
    names, (_, least, most) = _NAMED.get(index, {}), _CRON[index]
    found: set[int] = set()
    for part in field.split(","):
        match = _CRON_PART.fullmatch(part)
        if match is None or (match[1] == "*" and not match[3]):
            return set()
        ends = [
            names.get(end, int(end) if end.isdecimal() else -1) for end in (match[1], match[2]) if end and end != "*"
        ]
        first = ends[0] if ends else least
        last = ends[1] if len(ends) > 1 else most if match[3] else first
        found.update(range(first, last + 1, int(match[3] or 1)))
    return found


def _cron_part(part: str, index: int, least: int, most: int) -> bool:
    names = _NAMED.get(index, {})
    match = _CRON_PART.fullmatch(part)
    if match is None:
        special = {2: r"L|LW|(?:[1-9]|0[1-9]|[12][0-9]|3[01])W", 4: r"[1-7]L|[1-7]#[1-5]|L"}.get(index)
        return bool(special and re.fullmatch(special, part))
    first, last, step = match.groups()
    if first == "*":
        return last is None and (step is None or 1 <= int(step) <= most)
    values = [names.get(end, int(end) if end.isdecimal() else -1) for end in (first, last) if end is not None]
    return all(least <= value <= most for value in values) and values == sorted(values) and step != "0"


def _long_enough(window: str, _: int, length: int) -> str | None:
    return None if length >= _SHORTEST else f"{window!r} lasts {length} minutes; at least {_SHORTEST} are needed"


def _daily(match: re.Match[str]) -> tuple[int, int]:
    """Return start and length in minutes."""
    start = int(match[1]) * 60 + int(match[2])
    return start, (int(match[3]) * 60 + int(match[4]) - start) % _A_DAY


def _weekly(match: re.Match[str]) -> tuple[int, int]:
    """Return start and length in minutes, from Monday on."""
    begin = _DAYS.index(match[1]) * _A_DAY + int(match[2]) * 60 + int(match[3])
    return begin, (_DAYS.index(match[4]) * _A_DAY + int(match[5]) * 60 + int(match[6]) - begin) % _A_WEEK
