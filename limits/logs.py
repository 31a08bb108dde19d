"""CloudWatch Logs: log groups and their retention."""

from __future__ import annotations

import re
from typing import Final

from limits.tables import LOG_RETENTION_DAYS
from limits.words import listed, short

LOG_PATTERN: Final = r"[^\x00-\x1f]{1,1024}"
LOG_PATTERN_WORDS: Final = "a filter pattern of CloudWatch Logs, at most 1024 characters"
_BRACKETS: Final = {"{": "}", "[": "]", "%": "%"}


def log_retention(days: int) -> str | None:
    """Check a CloudWatch Logs retention in days."""
    if days in LOG_RETENTION_DAYS:
        return None
    return f"{days} is not a retention CloudWatch Logs offers; allowed: {listed(LOG_RETENTION_DAYS)} days"


def log_group_name(name: str) -> str | None:
    """Check a log group's name."""
    if name.startswith("aws/"):
        return f"{short(name)} is not to be had: CloudWatch Logs keeps what begins with aws/ for AWS; begin it with a slash, such as /{name}"
    if re.fullmatch(r"[A-Za-z0-9._/#-]{1,512}", name):
        return None
    return f"{short(name)} is not a log group's name: at most 512 letters, digits and . _ / # -"


def log_pattern(pattern: str) -> str | None:
    """Check a filter pattern: its length, and that quotes and the brackets around it are closed."""
    if not re.fullmatch(LOG_PATTERN, pattern):
        return f"{short(pattern)} is not {LOG_PATTERN_WORDS}"
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", pattern.strip())
    if '"' in outside:
        return f"{short(pattern)} is not a filter pattern: a quotation mark is not closed"
    end = _BRACKETS.get(outside[:1])
    if end and (not outside.endswith(end) or outside == end):
        return f"{short(pattern)} is not a filter pattern: it begins with {outside[0]} and does not end with {end}"
    return None
