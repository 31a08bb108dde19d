"""Secrets Manager: names of secrets."""

from __future__ import annotations

import re

from limits.words import short


def secret_name(name: str) -> str | None:
    """Check a secret's name; one that ends like AWS's own suffix cannot be told from an ARN."""
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", name):
        return f"{short(name)} is not a secret's name: at most 512 letters, digits and /_+=.@-"
    if re.search(r"-[A-Za-z0-9]{6}$", name):
        return f"{short(name)} ends in a hyphen and six characters, which Secrets Manager takes for its own suffix; choose another name"
    return None
