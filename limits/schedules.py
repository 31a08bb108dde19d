"""When schedules fire: AWS's expressions of cron, rate and at."""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from limits.words import short

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


def expression(text: str) -> str | None:
    """Check an expression of EventBridge Scheduler: `cron(...)`, `rate(...)` or `at(...)`."""
    match = _EXPRESSION.fullmatch(text)
    if match is None:
        return f"{short(text)} is not a schedule; allowed: cron(0 3 * * ? *), rate(15 minutes), at(2027-01-31T03:00:00)"
    kind, inside = match.groups()
    if kind == "cron":
        return schedule(inside)
    if kind == "at":
        return None if _moment(inside) else f"{short(text)} is no moment, such as at(2027-01-31T03:00:00)"
    return None if _RATE.fullmatch(inside) else f"{short(text)} is no rate, such as rate(15 minutes), 1 or more"


def past(text: str) -> bool:
    """Tell whether an expression names a moment that is over, wherever on earth."""
    match = _EXPRESSION.fullmatch(text)
    moment = _moment(match[2]) if match and match[1] == "at" else None
    return moment is not None and moment < datetime.now(tz=UTC).replace(tzinfo=None) - timedelta(days=1)


def longest_gap(text: str) -> int | None:
    """Return the most minutes between two firings of an expression; None where it ends, or has days such as the last of a month.

    Where a clock changes with the season it may be an hour more.
    """
    match = _EXPRESSION.fullmatch(text)
    if match is None or match[1] == "at" or expression(text):
        return None
    if match[1] == "rate":
        rate = _RATE.fullmatch(match[2])
        return int(rate[1]) * _UNITS[rate[2]] if rate else None
    fields = match[2].split(" ")
    clock = _clock(fields)
    if _special(fields) or fields[5] != "*":
        return None
    wanted = (_all(fields[3], 3), _all(fields[2], 2), _all(fields[4], 4))
    days = [day for day in range(_SAMPLE_DAYS) if _falls_on(_SAMPLE + timedelta(days=day), wanted)]
    nights = [after - before for before, after in itertools.pairwise(days)]
    if not nights:
        return None
    overnight = max(nights) * _A_DAY - clock[-1] + clock[0]
    return max([overnight, *(after - before for before, after in itertools.pairwise(clock))])


def firing_times(text: str) -> Sequence[tuple[int, int]]:
    """Return the days of the week, Monday 0, and the minutes of the day at which a cron expression may fire; none for others."""
    match = _EXPRESSION.fullmatch(text)
    if match is None or match[1] != "cron" or expression(text):
        return []
    fields = match[2].split(" ")
    days = _all("*" if _special(fields) else fields[4], 4)
    return [((day - 2) % 7, minute) for day in sorted(days) for minute in _clock(fields)]


_EXPRESSION = re.compile(r"(cron|rate|at)\((.+)\)")
_RATE = re.compile(r"([1-9]\d{0,4}) (minute|hour|day)s?")
_UNITS = {"minute": 1, "hour": 60, "day": 24 * 60}
_A_DAY = 24 * 60
_SAMPLE, _SAMPLE_DAYS = date(2027, 1, 1), 2 * 366
"""Days on which gaps are measured: always the same, with each month, and a leap year."""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - the schedule says the zone
    except ValueError:
        return None


def _special(fields: Sequence[str]) -> bool:
    """Tell whether a schedule has days that depend on the month: `L`, `15W`, `2#1`."""
    return any(_cron_part_is_special(part) for field in (fields[2], fields[4]) for part in field.split(","))


def _cron_part_is_special(part: str) -> bool:
    return part != "?" and _CRON_PART.fullmatch(part) is None


def _clock(fields: Sequence[str]) -> Sequence[int]:
    """Return the minutes of a day at which a schedule fires."""
    return [hour * 60 + minute for hour in sorted(_all(fields[1], 1)) for minute in sorted(_all(fields[0], 0))]


def _falls_on(day: date, wanted: Sequence[set[int]]) -> bool:
    """Tell whether a day is among months, days of the month and days of the week; Sunday is 1."""
    return all(
        value in values for value, values in zip((day.month, day.day, day.isoweekday() % 7 + 1), wanted, strict=True)
    )


def _all(field: str, index: int) -> set[int]:
    """Return every number that a field allows."""
    _, least, most = _CRON[index]
    return set(range(least, most + 1)) if field in ("*", "?") else _cron_values(field, index)
