"""The network: address ranges, zones together, endpoints."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Final

from limits.tables import ENDPOINT_SERVICES
from limits.words import listed, meant, short

# What a task needs to start in a network without a way out.
ENDPOINTS_WITHOUT_NAT: Final[Sequence[str]] = ("ecr", "logs", "secretsmanager")


ZONE_BLOCKS: Final = 8
"""How many zone blocks the network's range is cut into: AWS has no region with more than six zones."""


def zones(names: Sequence[str]) -> str | None:
    """Check that a network lists two to six different zones: load balancers and Multi-AZ databases need two."""
    if len(set(names)) != len(names):
        return f"{', '.join(name if len(name) <= 16 else short(name) for name in names)} names a zone twice"
    most = 6
    if not 2 <= len(names) <= most:
        return f"{len(names)} zone{'s' * (len(names) != 1)} given; two to six are needed, because load balancers and databases span two"
    return None


def network_cidr(cidr: str) -> str | None:
    """Check the network's range: private IPv4 with room for eight zone blocks of load-balancer-sized subnets, /16 to /22."""
    if problem := address_range(cidr):
        return problem
    network = ipaddress.IPv4Network(cidr)
    private = (
        ipaddress.IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
    )
    if not any(network.subnet_of(block) for block in private):
        return (
            f"{cidr} is not a private range; use one inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10"
        )
    if not 16 <= network.prefixlen <= 22:
        return f"{cidr} leaves no room for eight zones of public, private and isolated subnets; allowed: /16 to /22"
    return None


def address_range(cidr: str) -> str | None:
    """Check an IPv4 range, such as 10.0.0.0/16: four numbers, a slash, a length, and nothing set beyond the length."""
    try:
        network = ipaddress.IPv4Network(cidr, strict=False)
    except ValueError:
        network = None
    if network is None or not re.fullmatch(r"[0-9.]+/[0-9]{1,2}", cidr):
        return f"{short(cidr)} is not an IPv4 range, such as 10.0.0.0/16"
    if str(network) != cidr:
        return f"{cidr!r} is not an IPv4 range: bits are set beyond its length; use {network}"
    return None


def internal_sources(ranges: Sequence[str]) -> str | None:
    """Check the IPv4 ranges that reach an internal load balancer: networks, each once, and not everybody."""
    if "0.0.0.0/0" in ranges:
        return "0.0.0.0/0 is everybody, and the internet does not reach it: name the networks"
    twice = next((one for index, one in enumerate(ranges) if one in ranges[:index]), None)
    return f"{twice} is there twice" if twice else None


def endpoint(name: str) -> str | None:
    """Check the short name of an AWS service with an endpoint in the network."""
    if name in ENDPOINT_SERVICES:
        return None
    return (
        f"{short(name)} is not an endpoint{meant(name, ENDPOINT_SERVICES)}; allowed: {listed(list(ENDPOINT_SERVICES))}"
    )
