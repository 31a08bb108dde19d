"""Which versions of an SDK the code that rests on its private names was tried with."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata


@dataclass(frozen=True, slots=True)
class Tried:
    """A range of versions."""

    package: str
    """As it is called where it is published."""
    first: str
    """The first version that was tried, such as `3.272`."""
    next: str
    """The first one after those that were."""

    def problem(self) -> str | None:
        """Return a sentence if another version is installed than those tried."""
        found = metadata.version(self.package)
        if _numbers(self.first) <= _numbers(found) < _numbers(self.next):
            return None
        return (
            f"{self.package} {found} is installed, and this was tried with versions from {self.first} up to, not including, {self.next}. "
            f"Install what requirements.txt names."
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
