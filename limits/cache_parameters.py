"""ElastiCache: parameters of Redis and Valkey, and what they take.

Only what many set is here; engines add parameters with each version, and a name that is like none of these passes.
Source: the ElastiCache user guide, "Valkey and Redis OSS parameters".
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Final

from limits.words import listed, short

_SWITCH: Final = ("yes", "no")
_POLICIES: Final = (
    "volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "volatile-random", "allkeys-random", "volatile-ttl", "noeviction",
)  # fmt: skip
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "maxmemory-policy": _POLICIES,
    **dict.fromkeys(
        (
            "activedefrag", "activerehashing", "close-on-replica-write", "lazyfree-lazy-eviction", "lazyfree-lazy-expire",
            "lazyfree-lazy-server-del", "lazyfree-lazy-user-del", "lazyfree-lazy-user-flush", "replica-lazy-flush",
        ),
        _SWITCH,
    ),
}  # fmt: skip
_NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "timeout": (0, 2_147_483_647),
    "tcp-keepalive": (0, 2_147_483_647),
    "databases": (1, 1_200_000),
    "maxmemory-samples": (1, 2_147_483_647),
    "reserved-memory-percent": (0, 100),
    "slowlog-log-slower-than": (-1, 2_147_483_647),
    "slowlog-max-len": (0, 2_147_483_647),
    "hll-sparse-max-bytes": (1, 16_000),
    "lfu-decay-time": (0, 2_147_483_647),
    "lfu-log-factor": (1, 2_147_483_647),
    "latency-tracking": (0, 1),
    "repl-backlog-size": (16_384, 2_147_483_647),
    "repl-backlog-ttl": (0, 2_147_483_647),
    "active-defrag-cycle-max": (1, 75),
    "active-defrag-cycle-min": (1, 75),
    "active-defrag-threshold-lower": (1, 100),
    "active-defrag-threshold-upper": (1, 100),
}
_TEXTS: Final = {"notify-keyspace-events": r"[KEg$lszxedtmnA]*"}
_OWN: Final[Mapping[str, str]] = {
    "cluster-enabled": "the program sets it: `shards` switches cluster mode on",
    "maxmemory": "it follows from the node type; reserved-memory-percent keeps some of it back",
    "appendonly": "ElastiCache keeps snapshots and replicas instead: `snapshotDays`, `replicas`",
    "requirepass": "the program makes the token: `cache:token`",
}
_CLOSE: Final = 0.85
_LONGEST: Final = 100


def cache_parameter(name: str, value: str) -> str | None:
    """Check a parameter of the cache's engine: its name, and its value where that is known."""
    if name in _OWN:
        return f"{short(name)} cannot be set: {_OWN[name]}"
    if name in _WORDS:
        return None if value in _WORDS[name] else f"{short(value)} is not allowed; allowed: {listed(_WORDS[name])}"
    if name in _NUMBERS:
        least, most = _NUMBERS[name]
        right = re.fullmatch(r"-?\d{1,10}", value) and least <= int(value) <= most
        return None if right else f"{short(value)} is not a whole number from {least} to {most}"
    if name in _TEXTS:
        return (
            None if re.fullmatch(_TEXTS[name], value) else f"{short(value)} is not made of the letters KEg$lszxedtmnA"
        )
    known = [*_WORDS, *_NUMBERS, *_TEXTS, *_OWN]
    close = difflib.get_close_matches(name.lower()[:_LONGEST].replace("_", "-"), known, n=1, cutoff=_CLOSE)
    if close:
        return f"{short(name)} is no parameter of the cache; did you mean {close[0]}?"
    return (
        None
        if re.fullmatch(r"[a-z][a-z0-9-]{0,99}", name)
        else f"{short(name)} is not a parameter's name: lower-case letters, digits and hyphens"
    )
