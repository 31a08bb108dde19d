"""What a compose file or a Dockerfile says about an application, in the words of a stack file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import limits

FIRST_TAG: Final = "first"
"""The tag of images that nobody has pushed yet."""
_PART_NAME: Final = 20


class UnreadableError(Exception):
    """A file that cannot be taken over; the text has a line for each reason."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What could be taken over, and what could not.

    Args:
        services: by name, what stands in the stack file for each.
        database: engine and version, where there is a database.
        cache: engine and version, where there is a cache.
        media: whether files are kept in a bucket.
        volumes: by name, what stands in the stack file for each.
        secrets: by name, what stands in the stack file for each.
        builds: by service, the folder and the Dockerfile that its image is built from, relative to where it was found.
        left: a sentence for each thing that could not be taken over, with what to do instead.
    """

    services: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    database: Mapping[str, str] | None = None
    cache: Mapping[str, str] | None = None
    media: bool = False
    volumes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    builds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    left: Sequence[str] = ()


def part_name(name: str) -> str:
    """Return a name as stack files have it for a service: lower-case letters, digits, hyphens."""
    return re.sub(r"^[^a-z]+", "", limits.slug(name))[:_PART_NAME].strip("-") or "app"


def fargate(cpu: float, memory_mib: float) -> Mapping[str, int]:
    """Return the smallest size of a task that has so many CPU units and MiB, or the largest that there is."""
    for units, sizes in limits.FARGATE_MEMORY.items():
        fitting = [size for size in sizes if size >= memory_mib]
        if units >= cpu and fitting:
            return {"cpu": units, "memoryMib": fitting[0]}
    units, sizes = list(limits.FARGATE_MEMORY.items())[-1]
    return {"cpu": units, "memoryMib": sizes[-1]}


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises:
        UnreadableError: it is not there, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableError(f"{path}: {(error.strerror or 'unreadable').lower()}") from None
    except UnicodeDecodeError:
        raise UnreadableError(f"{path}: not a text file in UTF-8") from None
