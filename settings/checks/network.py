"""The network: its zones, and a way for tasks to start."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.model import Settings
from settings.problems import Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    network, region = settings.network, settings.aws.region
    yield from found(["network", "zones"], limits.zones(network.zones), ["network", "zones", "*"])
    for index, zone in enumerate(network.zones):
        yield from found(["network", "zones", index], limits.zone(zone, region), ["aws", "region"])
    missing = [name for name in limits.ENDPOINTS_WITHOUT_NAT if name not in network.endpoints]
    if network.nat == "none" and missing and settings.services:
        yield at(
            ["network", "nat"],
            f"without NAT tasks cannot start: add {limits.listed(missing)} to network.endpoints, or use single or perZone",
            ["network", "endpoints", "*"],
        )
