"""The load balancer: its name, TLS policies, rules and health checks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from limits.tables import TLS_POLICIES
from limits.words import listed, meant, short
from policy.common import tls

_WILDCARD: Final = re.compile(r"[*?]")
LAST_PRIORITY: Final = 50000
"""The highest number, and so the last place, of a listener's rule."""
LAST_WEIGHTED_PRIORITY: Final = LAST_PRIORITY - 1
"""The priority of the default target's rule where its deployments are blue/green."""
HEALTH_PATH: Final = "/[!-~]{0,1023}"
"""The form of a path that a load balancer asks for."""


HEALTH_PATH_WORDS: Final = "a path: a slash, then no spaces and nothing outside ASCII, such as /health"


PATH_PATTERN: Final = r"/[A-Za-z0-9_.$/~\"'@:+&*?-]{0,127}"
"""The form of a path pattern."""


PATH_PATTERN_WORDS: Final = (
    "a path pattern, such as /api/*: a slash, then at most 127 letters, digits and _ - . $ / ~ \" ' @ : + & * ?"
)


STATUS_CODES: Final = "[2-4][0-9]{2}(?:-[2-4][0-9]{2})?(?:,[2-4][0-9]{2}(?:-[2-4][0-9]{2})?)*"
"""The form of status codes."""


STATUS_CODES_WORDS: Final = "a list of status codes from 200 to 499, such as 200-299 or 200,302"


GRPC_CODES: Final = "[0-9]{1,2}(?:-[0-9]{1,2})?(?:,[0-9]{1,2}(?:-[0-9]{1,2})?)*"
"""The form of gRPC's status codes."""


GRPC_CODES_WORDS: Final = "a list of gRPC's status codes from 0 to 99, such as 0 or 0,12"


def tls_policy(name: str) -> str | None:
    """Check the name of a load balancer's TLS policy: known, or newer than the table, and nothing below TLS 1.2."""
    oldest = tls.load_balancer_oldest(name)
    if tls.is_modern(oldest):
        return None
    what = f"lets {oldest} in, and TLS 1.2 is the least" if oldest else "is not a policy of the load balancer"
    usual = ("ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")
    rest = f"the {len(TLS_POLICIES) - len(usual)} others of TLS 1.2 and newer (docs/configuration.md)"
    return f"{short(name)} {what}{meant(name, TLS_POLICIES)}; allowed: {listed([*usual, rest])}"


def health_path(path: str) -> str | None:
    """Check a path that a load balancer asks for to find out a target's health."""
    return None if re.fullmatch(HEALTH_PATH, path) else f"{short(path)} is not {HEALTH_PATH_WORDS}"


def path_pattern(pattern: str) -> str | None:
    """Check a pattern of paths, as a load balancer's rule takes it."""
    if re.fullmatch(PATH_PATTERN, pattern):
        return None
    return f"{short(pattern)} is not {PATH_PATTERN_WORDS}"


def pattern_covers(wide: str, narrow: str) -> bool:
    """Tell whether a pattern with * and ? matches everything that another one matches."""
    if wide in ("*", narrow):
        return True
    if not narrow.startswith(_WILDCARD.split(wide, maxsplit=1)[0]):
        return False
    reached = {0}
    for sign in narrow:
        reached = _skipped(wide, reached)
        reached = {
            place if wide[place] == "*" else place + 1
            for place in reached
            if place < len(wide) and (wide[place] == "*" or wide[place] == sign or (wide[place] == "?" and sign != "*"))
        }
    return len(wide) in _skipped(wide, reached)


def _skipped(pattern: str, places: Iterable[int]) -> set[int]:
    """Return places in a pattern, and those after any * there, which may stand for nothing."""
    found = set(places)
    for place in places:
        here = place
        while here < len(pattern) and pattern[here] == "*":
            here += 1
            found.add(here)
    return found


def status_codes(codes: str) -> str | None:
    """Check the status codes of a good answer: codes and ranges of them from 200 to 499."""
    return None if _ranges(STATUS_CODES, codes) else f"{short(codes)} is not {STATUS_CODES_WORDS}"


def grpc_codes(codes: str) -> str | None:
    """Check the status codes of a good answer by gRPC: codes and ranges of them from 0 to 99."""
    return None if _ranges(GRPC_CODES, codes) else f"{short(codes)} is not {GRPC_CODES_WORDS}"


def success_codes(codes: str) -> str | None:
    """Check status codes of whichever kind; which of the two, the protocol decides."""
    if _ranges(STATUS_CODES, codes) or _ranges(GRPC_CODES, codes):
        return None
    return f"{short(codes)} is not {STATUS_CODES_WORDS}"


def _ranges(form: str, codes: str) -> bool:
    ranges = [[int(end) for end in part.split("-")] for part in codes.split(",")] if re.fullmatch(form, codes) else []
    return bool(ranges) and all(ends == sorted(ends) for ends in ranges)


def grpc_path(path: str) -> str | None:
    """Check the path of a health check by gRPC: a service and one of its methods."""
    if re.fullmatch(r"/[A-Za-z0-9_.]+/[A-Za-z0-9_]+", path):
        return None
    return f"{short(path)} is not a gRPC method, such as /grpc.health.v1.Health/Check"


def load_balancer_name(name: str) -> str | None:
    """Check a load balancer's name: at most 32 letters, digits and inner hyphens, not beginning with `internal-`."""
    if re.fullmatch(r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?", name):
        return None
    return f"{short(name)} is not a load balancer's name: at most 32 letters, digits and inner hyphens, not beginning with internal-"
