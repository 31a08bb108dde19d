"""The firewall: rate limits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from limits.words import listed, short

MOST_RATE_LIMITS: Final = 9
"""Limits by path in one firewall. With all of them it needs 1233 capacity units of the 1500 that its price includes."""

RATE_WINDOWS: Final[Sequence[int]] = (60, 120, 300, 600)
"""Seconds that a rate-based rule of WAF may count."""


RATE_LIMIT_PATH: Final = r"/(?:\.?[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*(?:\.?[A-Za-z0-9_~-][A-Za-z0-9._~-]*)?\*?"
"""The form of what limited paths begin with."""


def rate_limit(requests: int) -> str | None:
    """Check the requests per window after which WAF blocks an address."""
    least, most = 10, 2_000_000_000
    return None if least <= requests <= most else f"{requests} is outside {least} to {most}"


def rate_window(seconds: int) -> str | None:
    """Check how far back WAF counts requests."""
    if seconds in RATE_WINDOWS:
        return None
    return f"{seconds} is not a window WAF counts in; allowed: {listed(RATE_WINDOWS)} seconds"


def rate_limit_path(path: str) -> str | None:
    """Check what limited paths begin with: WAF compares at most 200 characters, decoded and normalised, so `%` or `//` would match nothing."""
    if len(path) <= 200 and re.fullmatch(RATE_LIMIT_PATH, path):
        return None
    return (
        f"{short(path)} is not the beginning of a path, such as /api/*: at most 200 letters, digits and / . _ ~ -, "
        "no empty part, and a * only at the end"
    )


def path_beginning(path: str) -> str:
    """Return what a rate limit's path compares with: without the final `*`, in lower case."""
    return path.removesuffix("*").lower()


def rate_limits(paths: Sequence[str], most: int) -> str | None:
    """Check the paths of a firewall's rate limits together: how many, and each once."""
    if len(paths) > most:
        return f"{len(paths)} given; at most {most}"
    beginnings = [path_beginning(path) for path in paths]
    twice = next((path for place, path in enumerate(paths) if path_beginning(path) in beginnings[:place]), None)
    return f"{short(twice)} is there twice; each path has one limit" if twice else None
