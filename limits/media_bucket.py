"""S3: names of buckets and web origins."""

from __future__ import annotations

import re

from limits.words import short


def bucket_name(name: str) -> str | None:
    """Check a general purpose bucket's name."""
    shape = re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name)
    bad = ".." in name or re.fullmatch(r"[0-9.]+", name) or name.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
    if shape and not bad and not name.endswith(("-s3alias", "--ol-s3", "--x-s3", "--table-s3", ".mrap")):
        return None
    return f"{short(name)} is not a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens"


def web_origin(origin: str) -> str | None:
    """Check a web origin, as browsers send it; `*.` stands for any host below. Not `*` alone, which would be every page there is."""
    if re.fullmatch(r"https?://(?:\*\.)?[a-z0-9.-]+(?::\d{1,5})?", origin):
        return None
    return f"{short(origin)} is not a web origin, such as https://app.example.com"
