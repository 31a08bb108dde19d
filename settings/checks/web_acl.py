"""Rate limits of a firewall, against each other and the general one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import limits
from limits import MOST_RATE_LIMITS
from settings.model import Waf
from settings.problems import Place, Problem, at, found


def problems(place: Sequence[str], waf: Waf) -> Iterator[Problem]:
    """Check the limits by path against each other and against the general one, which counts 300 seconds."""
    paths = [item.path for item in waf.rate_limits]
    yield from found(
        [*place, "rateLimits"], limits.rate_limits(paths, MOST_RATE_LIMITS), [*place, "rateLimits", "*", "path"]
    )
    for index, item in enumerate(waf.rate_limits):
        here: Place = [*place, "rateLimits", index]
        if item.limit * 300 >= waf.rate_limit * max(item.window_seconds, 300):
            yield at(
                [*here, "limit"],
                f"{item.limit} per {item.window_seconds} seconds is never reached: {'.'.join(place)}.rateLimit blocks an address at {waf.rate_limit} per 300",
                [*here, "windowSeconds"],
                [*place, "rateLimit"],
            )
