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


_PATH: Final = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_HOST: Final = (
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::[0-9]{1,5})?"
)
IMAGE_URI: Final = (
    rf"(?:{_HOST}/)?{_PATH}(?:/{_PATH})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[a-f0-9]{{64}})?"
)
"""The form of an image's address: registry, path, tag and digest."""
IMAGE_URI_WORDS: Final = (
    "an image's address, such as ghcr.io/owner/name:1.2.3: no scheme, lower-case path, tag or digest at the end"
)


def image_uri(uri: str) -> str | None:
    """Check an image's address, as `docker pull` takes it."""
    if len(uri) <= 1024 and re.fullmatch(IMAGE_URI, uri):
        return None
    bare = re.sub(r"^[a-z]+://", "", uri)
    hint = f"; did you mean {bare}?" if bare != uri and re.fullmatch(IMAGE_URI, bare) else ""
    return f"{short(uri)} is not {IMAGE_URI_WORDS}{hint}"


def mutable_tag(tag: str) -> bool:
    """Tell whether an image tag names a moving target, such as `latest` or `main`."""
    return tag.lower() in MUTABLE_TAGS or tag.lower().endswith(("-latest", ".latest"))
