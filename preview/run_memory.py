"""What one run of a program registered and asked, for a later run in a copy of the process that registers the same.

What is taken from here is what would be worked out anew from the very same words: a registration with all its fields, types
included, and the provider that it names. Everything else is worked out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

if TYPE_CHECKING:
    from compat.core_messages import RegistrationAnswer
    from preview.graph import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRegistration:
    """A registration, and what came of it."""

    words: bytes
    """All that the answer is worked out from, but for the provider."""
    provider: Resource | None
    resource: Resource
    id: str
    answer: RegistrationAnswer


_Written: TypeAlias = dict[str, tuple["Resource", "Resource | None", bytes]]
"""Messages to the policy pack by the URN of what they are about, with that and its provider as they were recorded."""


class RunMemory:
    """What a process and its copies know of their last run."""

    kept: ClassVar[RunMemory | None] = None
    """Where there is one, runs learn from it and teach it."""

    def __init__(self) -> None:
        """Know nothing."""
        self.registrations: dict[str, KnownRegistration] = {}
        """By URN."""
        self.asked: _Written = {}
        """Of `Analyze`."""
        self.listed: _Written = {}
        """Of `AnalyzeStack`, a message with this resource alone."""


def written(
    known: Callable[[RunMemory], _Written], resource: Resource, provider: Resource | None, write: Callable[[], bytes]
) -> bytes:
    """Return a message about a recorded resource, written now if it is not known yet.

    Args:
        known: which messages.
        resource: what it is about; one that was recorded anew is another, even if it is equal.
        provider: its provider, likewise.
        write: writes it.
    """
    if RunMemory.kept is None:
        return write()
    messages = known(RunMemory.kept)
    before, under, message = messages.get(resource.urn, (None, None, b""))
    if before is not resource or under is not provider:
        message = write()
        messages[resource.urn] = (resource, provider, message)
    return message
