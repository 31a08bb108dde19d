"""Secrets Manager: names and descriptions of secrets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from limits.words import short

_LONGEST_DESCRIPTION: Final = 2048


def secret_name(name: str) -> str | None:
    """Check a secret's name; one that ends as AWS's own suffix does cannot be told from an ARN. A word of six letters (`jwt-secret`) is no such end."""
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", name):
        return f"{short(name)} is not a secret's name: at most 512 letters, digits and /_+=.@-"
    if re.search(r"-(?![a-z]{6}$)[A-Za-z0-9]{6}$", name):
        return f"{short(name)} ends in a hyphen and six characters that are no word, which Secrets Manager takes for its own suffix; choose another name"
    return None


EXISTING_SOURCE: Final = (
    r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]{1,512}-[A-Za-z0-9]{6}"
    r"|arn:aws[a-z-]*:ssm:[a-z0-9-]+:[0-9]{12}:parameter/[A-Za-z0-9_./-]{1,1011}"
    r"|/[A-Za-z0-9_./-]{1,1010}|(?!/|arn:)[A-Za-z0-9/_+=.@-]{1,512}"
)
"""The form of what names a secret that is there already."""
EXISTING_SOURCE_WORDS: Final = (
    "a secret's name, a parameter's name that begins with a slash, or the whole ARN of either, such as "
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:shared/stripe-AbCdEf"
)


def secret_parameter(existing: str) -> bool:
    """Tell whether what is there already is in the Parameter Store, and not in Secrets Manager."""
    return existing.startswith("/") or existing.split(":")[2:3] == ["ssm"]


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
