"""CloudWatch Logs: log groups and their retention."""

from __future__ import annotations

import re

from limits.tables import LOG_RETENTION_DAYS
from limits.words import listed, short


def log_retention(days: int) -> str | None:
    """Check a CloudWatch Logs retention in days."""
    if days in LOG_RETENTION_DAYS:
        return None
    return f"{days} is not a retention CloudWatch Logs offers; allowed: {listed(LOG_RETENTION_DAYS)} days"


def log_group_name(name: str) -> str | None:
    """Check a log group's name."""
    if re.fullmatch(r"[A-Za-z0-9._/#-]{1,512}", name):
        return None
    return f"{short(name)} is not a log group's name: at most 512 letters, digits and . _ / # -"
