"""Host names and certificates."""

from __future__ import annotations

import re

from limits.words import name_length, short

_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def host(name: str) -> str | None:
    """Check a fully qualified lower-case host name; a leading `*.` is fine."""
    if _HOST.fullmatch(name.removeprefix("*.")):
        return None
    return f"{short(name)} is not a host name, such as app.example.com (lower case, no scheme, no path)"


def certificate_name(name: str) -> str | None:
    """Check the first host name of a certificate: ACM takes 64 characters, of the others 253."""
    return name_length(name, 64)
