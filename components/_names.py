"""Names in AWS that begin with the stack's, so that permissions can be given by it."""

from __future__ import annotations

import hashlib
from typing import Final

FUNCTION: Final = 64
"""Characters of a function's name (Lambda's API)."""
RULE: Final = 64
"""Characters of an event rule's name (EventBridge's API)."""
DELIVERY: Final = 60
"""Characters of the name of a log delivery's source or destination (CloudWatch Logs' API)."""


def after(name_prefix: str, name: str, longest: int) -> str:
    """Return `PREFIX-NAME`, cut to what AWS takes: a short hash then tells it from others that are cut alike.

    Args:
        name_prefix: the stack's name in AWS, which is never cut.
        name: what it is.
        longest: how many characters AWS takes.
    """
    whole = f"{name_prefix}-{name}"
    if len(whole) <= longest:
        return whole
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH]
    return f"{whole[: longest - _HASH - 1].rstrip('-')}-{digest}"


_HASH = 7
