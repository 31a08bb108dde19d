"""Windows and time zones."""

from __future__ import annotations

import functools
import re
import zoneinfo
from datetime import datetime, timedelta

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
