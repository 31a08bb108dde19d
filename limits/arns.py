"""Amazon Resource Names."""

from __future__ import annotations

import re
from typing import Final

from limits.words import short

_PARTS: Final = 6


def arn(text: str) -> str | None:
    """Check the form of an ARN, which may have wildcards: partition, service, region, account and resource, each as it can be."""
    parts = text.split(":", _PARTS - 1)
    if text == "*" or (text.startswith("arn:") and "*" in parts[-1] and len(parts) < _PARTS):
        return None
    if len(parts) < _PARTS or parts[0] != "arn":
        return f"{short(text)} is not an ARN, such as arn:aws:sqs:us-east-1:123456789012:jobs"
    _, partition, service, region, account, resource = parts
    for what, value, form in (
        ("partition", partition, r"aws[a-z-]*"),
        ("service", service, r"[a-z0-9.-]+"),
        ("region", region, r"|[a-z]{2,4}(?:-[a-z]+){1,3}-[0-9]+"),
        ("account (12 digits)", account, r"|[0-9]{12}|aws|cloudfront"),
        ("resource", resource, r".+"),
    ):
        if not re.search(r"[*?]|\$\{", value) and not re.fullmatch(form, value):
            return f"{short(text)} is not an ARN: {short(value)} is no {what}"
    return None
