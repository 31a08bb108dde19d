"""Access lists: their rules fit."""

from __future__ import annotations

from collections.abc import Iterator

from limits import network_acls
from limits.network_acls import Ranges
from settings.checks import network as network_checks
from settings.derived import flows
from settings.model import Settings
from settings.problems import Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Check that the rules fit, once the network itself is in order."""
    network = settings.network
    if not network.acls or any(network_checks.problems(settings)):
        return
    ranges = Ranges(cidr=network.cidr, zones=network.zones)
    fitting = network_acls.too_many_rules(ranges, flows(settings), nat=network.nat != "none", quota=network.acl_rules)
    if problem := next(fitting, None):
        yield at(
            ["network", "acls"],
            f"{problem} network.aclRules beside AWS's own: take fewer ports or zones, or raise it",
            ["network", "zones", "*"],
            ["network", "cidr"],
            ["services", "*"],
        )
