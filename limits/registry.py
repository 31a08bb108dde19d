"""ECR: repositories and tags of images."""

from __future__ import annotations

import re
from typing import Final

from limits.words import short

# Tags that name a moving target: the image behind them changes without a change of the stack file.
MUTABLE_TAGS: Final[frozenset[str]] = frozenset(
    {
        "latest",
        "main",
        "master",
        "develop",
        "dev",
        "staging",
        "stage",
        "prod",
        "production",
        "stable",
        "edge",
        "nightly",
    }
)


def repository_name(name: str) -> str | None:
    """Check an ECR repository's name."""
    part = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
    if 2 <= len(name) <= 256 and re.fullmatch(rf"{part}(?:/{part})*", name):
        return None
    return f"{short(name)} is not an ECR repository's name: 2 to 256 lower-case letters, digits and inner . _ - /"


def mutable_tag(tag: str) -> bool:
    """Tell whether an image tag names a moving target, such as `latest` or `main`."""
    return tag.lower() in MUTABLE_TAGS or tag.lower().endswith(("-latest", ".latest"))
