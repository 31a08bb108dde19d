"""How far a restore came, of an instance or of a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from operations._backups import Found


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreProgress:
    """How far an earlier run came."""

    ID: ClassVar[str]
    """What AWS calls the resource id of such a database."""

    known_id: str
    """The resource id of the one that the state knows; empty: it knows none."""
    current: Found | None
    """The one that has the name."""
    damaged: Found | None
    """The one that has the damaged one's later name."""
    restored: Found | None
    """The one that was restored, not yet under the name."""

    @property
    def swapped(self) -> bool:
        """Whether the name is already another one's than the state knows."""
        return self.current is not None and self.current[self.ID] != self.known_id

    @property
    def source(self) -> Found | None:
        """The one that the state knows, under whichever name; None: it is gone."""
        both = (one for one in (self.current, self.damaged) if one)
        return next((one for one in both if one[self.ID] == self.known_id), None)
