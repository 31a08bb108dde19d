"""What wiring's functions are given: the context of the reference application's stack file, or of a change of it."""

from collections.abc import Mapping
from typing import Final

import settings
from preview.graph import Graph
from preview.record import Mode
from tests import stacks
from tests.settings.files import GONE, changed
from wiring.context import StackContext

IN_FRONT: Final[Mapping[str, object]] = {"slipway:loadBalancer.waf": GONE, "slipway:cdn": {"waf": {"rateLimit": 2000}}}
"""CloudFront in front of the load balancer."""
ACCOUNT: Final = "123456789012"


def context(changes: Mapping[str, object] | None = None) -> StackContext:
    """Return the context of the reference production stack with changes by place."""
    return StackContext(
        settings=settings.parse(changed(changes or {}), "prod"), account_id=ACCOUNT, zone_id="Z0123456789ABC"
    )


def graph(changes: Mapping[str, object], mode: Mode = "update") -> Graph:
    """Return what the whole program registers for the reference production stack with changes by place."""
    return stacks.registered("prod", changed(changes), mode=mode)
