"""The organisation's exemptions: data with a reason, an owner and an end, each of which must be in order to count."""

import dataclasses
import datetime as dt
import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final

import yaml  # type: ignore[import-untyped] # has no stubs among our dependencies
from annotated_types import MinLen

from policy.rules import ALIASES, BY_NAME

MOST_DAYS: Final = 365
"""How far ahead an exemption may end."""
SOON_DAYS: Final = 30
"""How long before its end the pack begins to remind."""
LEAST_REASON: Final = 20
"""How many characters a reason has at least."""

_Words = Annotated[str, MinLen(1)]


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """One entry of the file."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "str_strip_whitespace": True}

    control: _Words
    """The control's name in the catalogue."""
    resource: _Words
    """A URN, or ``type::name`` with ``*`` as a wildcard: ``aws:s3/bucket:Bucket::media-*``."""
    reason: Annotated[str, MinLen(LEAST_REASON)]
    """Why the risk is taken."""
    owner: _Words
    """Who answers for it."""
    ticket: _Words
    """Where it was decided."""
    expires: dt.date
    """The last day on which it counts."""

    def covers(self, control: str, urn: str) -> bool:
        """Whether it is about this finding."""
        if control != self.control:
            return False
        if self.resource.startswith("urn:"):
            return self.resource == urn
        _, _, last = urn.rpartition("$")
        kind, _, name = (last if last != urn else urn.split("::", 2)[-1]).rpartition("::")
        return fnmatch.fnmatchcase(f"{kind}::{name}", self.resource)

    def __str__(self) -> str:
        return f"until {self.expires}: {' '.join(self.reason.split())} ({self.owner}, {self.ticket})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exemptions:
    """What the file says."""

    entries: Sequence[Exemption] = ()
    """Those that count today."""
    problems: Sequence[str] = ()
    """Why others do not, a line each."""
    renamed: Sequence[str] = ()
    """Which entries call their control by a former name, a line each."""
    today: dt.date = dt.date.max

    def of(self, control: str, urn: str) -> Exemption | None:
        """What exempts a finding."""
        return next((entry for entry in self.entries if entry.covers(control, urn)), None)

    def ending(self) -> Iterator[Exemption]:
        """Those that end within `SOON_DAYS`."""
        return (entry for entry in self.entries if (entry.expires - self.today).days <= SOON_DAYS)


def load(path: Path, today: dt.date) -> Exemptions:
    """Read the exemptions file; without one, nothing is exempt.

    What is not in order exempts nothing and is reported: findings come back rather than disappear.
    """
    if not path.is_file():
        return Exemptions(today=today)
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = (
            f" line {error.problem_mark.line + 1}"
            if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark
            else ""
        )
        return Exemptions(problems=(f"{path.name}{line}: it is not YAML, so nothing is exempt",), today=today)
    listed = document.get("exemptions") if isinstance(document, Mapping) else document
    if not listed:
        return Exemptions(today=today)
    if not isinstance(listed, list):
        return Exemptions(problems=(f"{path.name}: exemptions is not a list, so nothing is exempt",), today=today)
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - slow to import, and most packs have no exemption

    adapter = TypeAdapter(Exemption)
    entries: list[Exemption] = []
    faults: list[str] = []
    renamed: list[str] = []
    for number, item in enumerate(listed, start=1):
        try:
            entry = adapter.validate_python(item)
        except ValidationError as error:
            told = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or 'entry'}: {fault['msg']}" for fault in error.errors()
            )
            faults.append(f"exemption {number}: {told}")
            continue
        if present := ALIASES.get(entry.control):
            renamed.append(f"exemption {number} calls {present} by its former name {entry.control}")
            entry = dataclasses.replace(entry, control=present)
        why = _refused(entry, today)
        if why:
            faults.append(f"exemption {number} ({entry.control} of {entry.resource}): {why}")
        else:
            entries.append(entry)
    return Exemptions(entries=tuple(entries), problems=tuple(faults), renamed=tuple(renamed), today=today)


def _refused(entry: Exemption, today: dt.date) -> str:
    if entry.control not in BY_NAME:
        return "there is no such control"
    if entry.expires < today:
        return f"expired on {entry.expires}"
    if entry.expires > today + dt.timedelta(days=MOST_DAYS):
        return f"expires on {entry.expires}, which is more than {MOST_DAYS} days ahead"
    return ""
