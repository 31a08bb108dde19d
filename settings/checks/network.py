"""The network: its zones, and a way for tasks to start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic.alias_generators import to_camel

import limits
from settings import derived
from settings.model import ExistingNetwork, Network, Settings
from settings.problems import Place, Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    network, region = settings.network, settings.aws.region
    yield from found(["network", "zones"], limits.zones(network.zones), ["network", "zones", "*"])
    for index, zone in enumerate(network.zones):
        yield from found(["network", "zones", index], limits.zone(zone, region), ["aws", "region"])
    if derived.shares(settings, "network"):
        yield from _shared(network)
        return
    if network.existing:
        yield from _existing(settings, network, network.existing)
        return
    yield from _addresses(network)
    yield from _public_tasks(settings)
    yield from _shells(settings)
    missing = [name for name in limits.ENDPOINTS_WITHOUT_NAT if name not in network.endpoints]
    if not derived.tasks_reach_out(settings) and missing and settings.services:
        yield at(
            ["network", "nat"],
            f"without NAT tasks cannot start: add {limits.listed(missing, 'and')} to network.endpoints, or use single or perZone",
            ["network", "endpoints", "*"],
            ["network", "tasks"],
        )


_MADE: Final = ("nat", "nat_allocation_ids", "endpoints", "flow_log_days", "acls", "acl_rules")
"""Settings of a network that the program makes."""
_BALANCER: Final = "the load balancer"


def _shared(network: Network) -> Iterator[Problem]:
    """Check that nothing is said of a network that another stack makes but what it is: its range and its zones."""
    for name in ("existing", *_MADE):
        if name in network.model_fields_set:
            yield at(
                ["network", to_camel(name)],
                "is decided by the stack that shares the network: leave it out, or take network out of shared.parts",
                ["shared", "parts", "*"],
            )


def _existing(settings: Settings, network: Network, existing: ExistingNetwork) -> Iterator[Problem]:
    """Check what can be known of a network before AWS is asked."""
    place = ["network", "existing"]
    for name in _MADE:
        if name in network.model_fields_set:
            setting = to_camel(name)
            yield at(["network", setting], "is of a network that the program makes: leave it out, or existing", place)
    first: dict[str, Place] = {}
    for name, (ids, whose) in _tiers(settings, existing).items():
        where: Place = [*place, name]
        about: Sequence[Place] = (
            ["network", "zones", "*"],
            [*where, "*"],
            ["network", "tasks"],
            ["loadBalancer", "internal"],
            ["internalBalancer"],
        )
        if whose and not ids:
            yield at(where, f"none given for {whose}: give one for each of zones", *about)
        elif ids and len(ids) != len(network.zones):
            message = f"{len(ids)} given for {len(network.zones)} zones: give one for each, in their order"
            yield at(where, message, *about)
        for index, subnet in enumerate(ids):
            taken = first.setdefault(subnet, [*where, index])
            if list(taken) != [*where, index]:
                yield at([*where, index], f"{subnet} is given already; each tier has subnets of its own", taken)


def _tiers(settings: Settings, existing: ExistingNetwork) -> Mapping[str, tuple[Sequence[str], str]]:
    """Return each tier's subnets, and for whom they are needed; empty: for nobody."""
    balancer = settings.load_balancer
    outward = balancer is not None and not balancer.internal
    inward = settings.internal_balancer is not None or (balancer is not None and balancer.internal)
    tasks = "the tasks" if settings.services else ""
    public = settings.network.tasks == "public"
    function = "the tasks" if settings.url_secrets else ""
    stores = settings.database or settings.cache or settings.volumes
    return {
        "publicSubnetIds": (existing.public_subnet_ids, _BALANCER if outward else tasks if public else ""),
        "privateSubnetIds": (
            existing.private_subnet_ids,
            _BALANCER if inward else function if public else tasks or function,
        ),
        "isolatedSubnetIds": (existing.isolated_subnet_ids, "database, cache and volumes" if stores else ""),
    }


def _public_tasks(settings: Settings) -> Iterator[Problem]:
    """Check what goes with tasks in the public subnets, whose way out is the internet gateway."""
    network = settings.network
    if network.tasks != "public":
        return
    if network.nat != "none":
        yield at(
            ["network", "nat"],
            "tasks in public subnets leave by the internet gateway, so a NAT gateway would be paid for nothing: say none",
            ["network", "tasks"],
        )
    if network.acls:
        yield at(
            ["network", "acls"],
            "access lists are written for tasks in private subnets: leave them out, or say tasks: private",
            ["network", "tasks"],
        )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what only AWS knows."""
    existing = settings.network.existing
    if settings.network.tasks == "public":
        yield at(
            ["network", "tasks"],
            "each task has a public address, and nothing but its security group keeps the internet from it, which is two layers less than in a private subnet; "
            "services-without-public-ip and services-in-private-subnets are told to let it be",
        )
    if existing:
        yield at(
            ["network", "existing"],
            f"what {existing.vpc_id} has is known to AWS alone: an offline preview takes range, zones, routes and free addresses as this file has them; "
            "`pulumi preview` asks",
        )


def _addresses(network: Network) -> Iterator[Problem]:
    """Check that each NAT gateway has an address of its own."""
    given, place = network.nat_allocation_ids, ["network", "natAllocationIds"]
    if given and network.nat == "regional":
        yield at(
            place,
            "a regional NAT gateway has addresses of AWS's choice: leave them out, or use perZone",
            ["network", "nat"],
        )
        return
    gateways = {"single": 1, "perZone": len(network.zones)}.get(network.nat, 0)
    if given and len(given) != gateways:
        yield at(
            place,
            f"{len(given)} given, and there are {gateways} NAT gateways: give one for each, or none",
            ["network", "nat"],
            ["network", "zones", "*"],
        )
    for index, address in enumerate(given):
        if address in given[:index]:
            yield at([*place, index], f"{address} is in the list already")


def _shells(settings: Settings) -> Iterator[Problem]:
    """Check that people reach a task that they may open a shell in: its agent calls Systems Manager."""
    network = settings.network
    if derived.tasks_reach_out(settings) or "ssmmessages" in network.endpoints:
        return
    for key, service in settings.services.items():
        if service.exec:
            yield at(
                ["services", key, "exec"],
                "without NAT nobody reaches its shell: add ssmmessages to network.endpoints, or use nat single or perZone",
                ["network", "nat"],
                ["network", "tasks"],
                ["network", "endpoints", "*"],
            )
