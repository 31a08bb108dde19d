"""Host names and certificates."""

from __future__ import annotations

import re
from collections.abc import Sequence

from limits.words import name_length, short

_HOST = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])"
)
_PUBLIC = frozenset({"ac", "co", "com", "edu", "gob", "gov", "mil", "ne", "net", "nom", "or", "org"})
"""Names below a country's that belong to everybody, as `co` does in example.co.uk."""
MOST_HOSTS = 100
"""Names on one certificate, at most, once AWS has raised an account's quota of ten."""


def host(name: str) -> str | None:
    """Check a fully qualified lower-case host name, whose last label is letters; a leading `*.` is fine."""
    if _HOST.fullmatch(name.removeprefix("*.")):
        return None
    if re.fullmatch(r"[0-9.]+", name):
        return f"{short(name)} is an address, not a host name; give one such as app.example.com"
    return f"{short(name)} is not a host name, such as app.example.com (lower case, no scheme, no path, letters after the last dot)"


def rule_host(name: str) -> str | None:
    """Check a host in a load balancer's rule: 128 characters, and only letters after the last dot."""
    if problem := host(name):
        return problem
    if not name.rpartition(".")[2].isalpha():
        return f"{short(name)} cannot be in a load balancer's rule, which takes only letters after the last dot"
    return name_length(name, 128)


def certificate_name(name: str) -> str | None:
    """Check the first host name of a certificate: ACM takes 64 characters, of the others 253."""
    return name_length(name, 64)


def inside_zone(name: str, zone: str) -> bool:
    """Tell whether a host, or a wildcard for hosts, is in a zone, given by its name."""
    return f".{name.removeprefix('*.')}".endswith(f".{zone}")


def may_share_zone(one: str, other: str) -> bool:
    """Tell whether one hosted zone may hold two hosts: they end alike, in more than what everybody's names end in."""
    common = _common_end(one.removeprefix("*.").split("."), other.removeprefix("*.").split("."))
    least, country = 2, 2
    if len(common) < least:
        return False
    return len(common) > least or not (len(common[-1]) == country and common[0] in _PUBLIC)


def _common_end(one: Sequence[str], other: Sequence[str]) -> Sequence[str]:
    length = 0
    while length < min(len(one), len(other)) and one[-1 - length] == other[-1 - length]:
        length += 1
    return one[len(one) - length :]


def covers(wide: str, name: str) -> bool:
    """Tell whether a name on a certificate, or a record, is for a host: the same, or a wildcard for its last label but none further down."""
    return wide == name or (wide.startswith("*.") and name.partition(".")[2] == wide[2:])
