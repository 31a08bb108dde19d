"""TLS policies of the load balancer and of CloudFront, by the oldest protocol that they let in."""

import functools
import re
from typing import Final

from policy.common import tables

_BY_HAND: Final = tables.DATA / "by_hand.jsonl"
PROTOCOLS: Final = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
"""Protocols, oldest first."""
_FORM: Final = re.compile(r"ELBSecurityPolicy-TLS13-1-([0-3])(?:-[A-Z][A-Za-z0-9]*)*-(\d{4}-\d{2})")
"""The form of today's names: which version of TLS 1 is the oldest, and the month."""


@functools.cache
def load_balancer_policies() -> dict[str, str]:
    """Return every policy of the load balancer that is known, and the oldest protocol of each: `TLSv1.2`."""
    found = (tables.row(_BY_HAND, "load balancer", protocol) for protocol in PROTOCOLS)
    return {policy: row["load balancer"] for row in found if row for policy in row["policies"]}


def load_balancer_oldest(policy: str) -> str | None:
    """Return the oldest protocol that a policy of the load balancer lets in; None if it is not known.

    A policy newer than the table is known by its name, in which AWS writes the protocol.
    """
    policies = load_balancer_policies()
    if policy in policies:
        return policies[policy]
    match = _FORM.fullmatch(policy)
    if match is None or match[2] <= max(name[-7:] for name in policies):
        return None
    return PROTOCOLS[1 + int(match[1])]


def is_modern(protocol: str | None) -> bool:
    """Tell whether a protocol is TLS 1.2 or newer."""
    return protocol in PROTOCOLS[3:]
