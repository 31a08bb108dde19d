"""Which versions of an SDK the code that rests on its private names was tried with."""

from __future__ import annotations

import functools
import importlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path


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
        found = installed(self.package)
        if _numbers(self.first) <= _numbers(found) < _numbers(self.next):
            return None
        return (
            f"{self.package} {found} is installed, and this was tried with versions from {self.first} up to, not including, {self.next}. "
            f"Install what requirements.txt names."
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


@functools.cache
def installed(package: str) -> str:
    """Return the version of an installed package, by the name of the folder that describes it where there is one of its name.

    It stays what it is while this process runs.
    `importlib.metadata` reads the same from within that folder, and takes longer to import than all packages' versions to find.

    Raises:
        importlib.metadata.PackageNotFoundError: it is not installed.
    """
    name = re.sub(r"[-_.]+", "_", package).lower()
    for entry in sys.path:
        found = [
            path.name.removesuffix(".dist-info").rpartition("-")
            for path in Path(entry).glob("*.dist-info")
            if path.name.lower().startswith(name)
        ]
        versions = [version for described, _, version in found if re.sub(r"[-_.]+", "_", described).lower() == name]
        if len(versions) == 1:
            return versions[0]
        if versions:
            break
    return str(importlib.import_module("importlib.metadata").Distribution.from_name(package).version)
