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
    yield from _shells(settings)
    missing = [name for name in limits.ENDPOINTS_WITHOUT_NAT if name not in network.endpoints]
    if network.nat == "none" and missing and settings.services:
        yield at(
            ["network", "nat"],
            f"without NAT tasks cannot start: add {limits.listed(missing, 'and')} to network.endpoints, or use single or perZone",
            ["network", "endpoints", "*"],
        )


def _shells(settings: Settings) -> Iterator[Problem]:
    """Check that people reach a task that they may open a shell in: its agent calls Systems Manager."""
    network = settings.network
    if network.nat != "none" or "ssmmessages" in network.endpoints:
        return
    for key, service in settings.services.items():
        if service.exec:
            yield at(
                ["services", key, "exec"],
                "without NAT nobody reaches its shell: add ssmmessages to network.endpoints, or use nat single or perZone",
                ["network", "nat"],
                ["network", "endpoints", "*"],
            )
