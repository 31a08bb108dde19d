"""Prefixes of generated bucket names, within what S3 leaves for them."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 27
"""What the 37 characters of a prefix leave beside `-requests-`, the longest ending."""


def stem(label: str) -> str:
    """Return what generated bucket names begin with: the label, cut before its last part, which tells copies of a stack apart."""
    rest, _, last = label.rpartition("-")
    if len(label) <= _LONGEST or not 0 < len(last) <= _LONGEST // 2:
        return label[:_LONGEST]
    return f"{rest[: _LONGEST - len(last) - 1].rstrip('-')}-{last}"
