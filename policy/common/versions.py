"""Versions of database and cache engines: which there are, which are still created, and until when AWS supports them.

Engines are called as in AWS's API: `postgres`, `mysql`, `aurora-postgresql`, `aurora-mysql`, `redis`, `valkey`.
"""

import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from policy.common import tables

_RDS: Final = tables.DATA / "rds_versions.jsonl"
_CACHE: Final = tables.DATA / "cache_versions.jsonl"
_BY_HAND: Final = tables.DATA / "by_hand.jsonl"
_MAJOR_PARTS: Final = {"postgres": 1, "aurora-postgresql": 1, "mysql": 2, "aurora-mysql": 2}
"""How many parts of a version are its major one: of RDS's engines; of caches every version stands for itself."""
_YEARS: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Support:
    """How long AWS supports a major version."""

    standard: dt.date | None
    """The last day of standard support; None: none is announced."""
    extended: dt.date | None
    """The last day of extended support, which is paid for; None: none is announced."""

    def has_ended(self, day: dt.date | None = None) -> bool:
        """Tell whether standard support is over on a day; default today."""
        return self.standard is not None and (day or today()) > self.standard

    def extended_year(self, day: dt.date | None = None) -> int:
        """Return which year of extended support a day is in, 1 to 3, by which its price goes; 0: it is not over yet."""
        day = day or today()
        if self.standard is None or day <= self.standard:
            return 0
        return min(_YEARS, 1 + int((day - self.standard).days // 365.25))


def today() -> dt.date:
    """Return the day by which versions are judged."""
    return dt.datetime.now(tz=dt.UTC).date()


def major(engine: str, version: str) -> str:
    """Return the major version: `17` of `17.7` for PostgreSQL, `8.4` of `8.4.9` for MySQL, `6.2` of itself for Redis."""
    return ".".join(version.partition("-")[0].split(".")[: _MAJOR_PARTS.get(engine, 2)])


def numbers(version: str) -> tuple[int, ...]:
    """Return what versions are put in order by: their numbers."""
    return tuple(map(int, re.findall(r"[0-9]+", version)))


@functools.cache
def _by_hand(what: str, value: str) -> Mapping[str, Any]:
    return tables.row(_BY_HAND, what, value) or {}


@functools.cache
def _table(engine: str) -> Mapping[str, Any]:
    return tables.row(_RDS if engine in _MAJOR_PARTS else _CACHE, "engine", engine) or {}


@functools.cache
def created(engine: str) -> tuple[str, ...]:
    """Return the full versions on which RDS creates instances, or ElastiCache caches, oldest first; none for an unknown engine."""
    closed = {*_table(engine).get("closed", ()), *_by_hand("closed", engine).get("versions", ())}
    return tuple(sorted(known(engine) - closed, key=numbers))


@functools.cache
def known(engine: str) -> frozenset[str]:
    """Return every full version that there was, created or not."""
    versions: list[str] = _table(engine).get("versions", [])
    if engine not in _MAJOR_PARTS:
        return frozenset(versions)
    # RDS's list has some major versions among the full ones.
    return frozenset(version for version in versions if version != major(engine, version))


@functools.cache
def majors(engine: str) -> tuple[str, ...]:
    """Return the major versions that are created, oldest first: with extended support, too."""
    later = _by_hand("opened", engine).get("majors", ())
    return tuple(dict.fromkeys([*(major(engine, version) for version in created(engine)), *later]))


def minors(engine: str, of: str) -> Sequence[str]:
    """Return the full versions of a major one that are created, oldest first."""
    return [version for version in created(engine) if major(engine, version) == of]


def newest(engine: str, of: str) -> str | None:
    """Return the newest full version of a major one that is created, without AWS's own patches such as `-rds.20260908`."""
    found = minors(engine, of)
    return next((version for version in reversed(found) if "-" not in version), found[-1] if found else None)


def is_newer(engine: str, version: str) -> bool:
    """Tell whether a full version is newer than every one known of its major version: AWS may have added it since."""
    of = major(engine, version)
    there = [numbers(item) for item in known(engine) if major(engine, item) == of]
    return of in majors(engine) and all(numbers(version) > item for item in there)


@functools.cache
def support(engine: str, of: str) -> Support:
    """Return how long a major version is supported; without any date where none is known."""
    found = _by_hand("support", f"{engine} {of}")
    standard, extended = (
        dt.date.fromisoformat(found[name]) if found.get(name) else None for name in ("standard", "extended")
    )
    return Support(standard=standard, extended=extended)


def oldest_supported(engine: str, day: dt.date | None = None) -> str | None:
    """Return the oldest major version still in standard support on a day, default today; None for an unknown engine."""
    return next((item for item in majors(engine) if not support(engine, item).has_ended(day)), None)


def source(engine: str) -> str:
    """Return where the table of an engine's versions is from and when it was made."""
    return tables.source(_RDS if engine in _MAJOR_PARTS else _CACHE)
