"""Tags: what every AWS service takes."""

from __future__ import annotations

import re

from limits.words import short


def tag_key(key: str) -> str | None:
    """Check the key of a tag: what every AWS service takes."""
    if re.fullmatch(r"(?!aws:)[\w .:/=+@-]{1,128}", key, re.IGNORECASE):
        return None
    return f"{short(key)} is not a tag's key: at most 128 letters, digits, spaces and . : / = + @ - _, not beginning with aws:"


def tag_value(value: str) -> str | None:
    """Check the value of a tag: what every AWS service takes."""
    if re.fullmatch(r"[\w .:/=+@-]{0,256}", value):
        return None
    return f"{short(value)} is not a tag's value: at most 256 letters, digits, spaces and . : / = + @ - _"
