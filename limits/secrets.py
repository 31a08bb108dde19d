"""Secrets Manager: names and descriptions of secrets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from limits.words import short

_LONGEST_DESCRIPTION: Final = 2048


def secret_name(name: str) -> str | None:
    """Check a secret's name; one that ends like AWS's own suffix cannot be told from an ARN."""
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", name):
        return f"{short(name)} is not a secret's name: at most 512 letters, digits and /_+=.@-"
    if re.search(r"-[A-Za-z0-9]{6}$", name):
        return f"{short(name)} ends in a hyphen and six characters, which Secrets Manager takes for its own suffix; choose another name"
    return None


def secret_description_length(purpose: str | None, keys: Sequence[str]) -> str | None:
    """Check the length of what people see who fill a secret."""
    length = len(secret_description(purpose, keys) or "")
    if length <= _LONGEST_DESCRIPTION:
        return None
    return f"description and keys have {length} characters; at most {_LONGEST_DESCRIPTION} are allowed"


def secret_description(purpose: str | None, keys: Sequence[str]) -> str | None:
    """Return what people see who fill a secret: its purpose and, for a document, its keys."""
    document = f"JSON document with the keys {', '.join(keys)}" if keys else None
    return ". ".join(part.rstrip(".") for part in (purpose, document) if part) or None
