"""`GATE=destructive`: stop where something that holds data is deleted or replaced, unless a dated waiver says that it is meant."""

from __future__ import annotations

import datetime as dt
import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from preview import yaml
from preview.compare.meaning.data import STATEFUL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preview.compare.change import Change, Comparison

DESTRUCTIVE: Final = 3
"""The exit code."""
MOST_DAYS: Final = 31
"""How far ahead a waiver may end: it is for one update, not for ever."""
_KEYS: Final = ("resource", "reason", "owner", "expires")


class InvalidWaivers(Exception):  # noqa: N818 - reads as what it says
    """The file is no list of waivers; the text has a line for each mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """That something may be destroyed."""

    resource: str
    """`type::name`, with `*` as a wildcard, or a URN: `aws:rds/instance:Instance::database-replica`."""
    reason: str
    owner: str
    expires: dt.date
    """The last day on which it counts."""
    action: Literal["deleted", "replaced", "any"] = "any"

    def covers(self, change: Change, today: dt.date) -> bool:
        """Tell whether it is about this change and counts today."""
        resource = change.resource
        named = self.resource == resource.urn or fnmatch.fnmatchcase(f"{resource.type}::{resource.name}", self.resource)
        return named and self.action in {"any", change.kind} and today <= self.expires


def destroyed(comparison: Comparison, waivers: Sequence[Waiver], today: dt.date) -> list[Change]:
    """Return what holds data and is deleted or replaced, without those that a waiver covers or AWS keeps."""
    return unwaived(comparison.kind("deleted", "replaced"), waivers, today)


def unwaived(changes: Sequence[Change], waivers: Sequence[Waiver], today: dt.date) -> list[Change]:
    """Return those of several deletions and replacements that lose data: what AWS keeps and what a waiver covers is left out."""
    return [
        change
        for change in changes
        if change.before
        and change.before.type in STATEFUL
        and not change.before.retain_on_delete
        and not any(waiver.covers(change, today) for waiver in waivers)
    ]


def read(path: Path, today: dt.date) -> list[Waiver]:
    """Read a file of waivers; one that is not there has none.

    Raises:
        InvalidWaivers: an entry is not in order; what is expired is in order and covers nothing.
    """
    try:
        document = yaml.load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, yaml.Error) as error:
        raise InvalidWaivers(f"{path}: {' '.join(str(error).split())}") from None
    entries = document if isinstance(document, list) else [] if document is None else None
    if entries is None:
        raise InvalidWaivers(f"{path}: expected a list of waivers, each with {', '.join(_KEYS)}")
    problems: list[str] = []
    waivers = []
    for number, entry in enumerate(entries, start=1):
        found = list(_problems(entry, today))
        problems += [f"{path}: waiver {number}: {problem}" for problem in found]
        if not found:
            waivers.append(Waiver(**{**entry, "expires": _date(entry["expires"])}))
    if problems:
        raise InvalidWaivers("\n".join(problems))
    return waivers


def _problems(entry: object, today: dt.date) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield f"expected {', '.join(_KEYS)}"
        return
    for key in _KEYS:
        if not str(entry.get(key) or "").strip():
            yield f"{key} is missing"
    for key in entry.keys() - {*_KEYS, "action"}:
        yield f"{key} is not known; allowed: {', '.join(_KEYS)}, action"
    if entry.get("action", "any") not in {"deleted", "replaced", "any"}:
        yield f"action: {entry['action']!r} is not allowed; allowed: deleted, replaced or any"
    if entry.get("expires"):
        last = _date(entry["expires"])
        if last is None:
            yield f"expires: {entry['expires']!r} is no day such as 2026-12-31"
        elif (last - today).days > MOST_DAYS:
            yield f"expires: {last} is more than {MOST_DAYS} days ahead"


def _date(value: object) -> dt.date | None:
    # As the engine reads a stack file, a plain day becomes the time of its midnight.
    found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00:00.*)?", str(value))
    try:
        return dt.date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
