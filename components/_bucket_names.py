"""Prefixes of generated bucket names, within what S3 leaves for them.

A name prefix that does not fit is cut, and a short hash of the whole tells it from others that are cut alike: buckets are granted by name alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias, get_args

Purpose: TypeAlias = Literal["requests", "media", "copy"]
"""What a bucket is for, as its name says."""
PURPOSES: Final[Sequence[Purpose]] = get_args(Purpose)

_LONGEST: Final = 27
"""What the 37 characters of a prefix leave beside `-requests-`, the longest ending."""
_HASH: Final = 7


def prefix(name_prefix: str, purpose: Purpose) -> str:
    """Return what the name of a new bucket begins with."""
    return f"{_stem(name_prefix)}-{purpose}-"


def kept(name_prefix: str) -> Sequence[str]:
    """Return the properties that a bucket keeps as it was made with: one from before the hash has a prefix without it.

    S3 renames nothing, so another prefix would be another, empty bucket. A name prefix that fits has one prefix only, and keeps nothing.
    """
    return ["bucketPrefix"] if len(name_prefix) > _LONGEST else []


def prefixes(name_prefix: str) -> Sequence[str]:
    """Return what the names of a stack's buckets may begin with: new ones, and those from before the hash."""
    stems = dict.fromkeys((_stem(name_prefix), _cut(name_prefix, _LONGEST)))
    return [f"{stem}-{purpose}-" for stem in stems for purpose in PURPOSES]


def _stem(name_prefix: str) -> str:
    if len(name_prefix) <= _LONGEST:
        return name_prefix
    return f"{_cut(name_prefix, _LONGEST - _HASH - 1).rstrip('-')}-{hashlib.sha256(name_prefix.encode()).hexdigest()[:_HASH]}"


def _cut(name_prefix: str, longest: int) -> str:
    """Return the name prefix, cut before its last part, which tells people whose copy of a stack it is."""
    rest, _, last = name_prefix.rpartition("-")
    if len(name_prefix) <= longest or not 0 < len(last) <= longest // 2:
        return name_prefix[:longest]
    return f"{rest[: longest - len(last) - 1].rstrip('-')}-{last}"
