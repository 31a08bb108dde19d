"""How a network's range is cut into subnets."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from limits.network import ZONE_BLOCKS


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneSubnets:
    """The subnets of one availability zone."""

    zone: str
    """The zone, such as us-east-1a."""
    public: str
    """Range of the subnet for what faces the internet: a quarter of the zone's block."""
    private: str
    """Range of the subnet for services: half of the zone's block."""
    isolated: str
    """Range of the subnet for data, without a way out: a quarter of the zone's block."""

    @property
    def letter(self) -> str:
        """The zone's letter in its region."""
        return self.zone[-1]


def layout(cidr: str, zones: Sequence[str]) -> Sequence[ZoneSubnets]:
    """Return the subnets of each zone, in the order of the zones.

    The range is cut into eight blocks, and a zone's block follows from its letter alone: adding, removing or reordering
    zones moves no subnet of the others.

    Args:
        cidr: the network's range, /16 to /22.
        zones: availability zones a to h of one region.
    """
    return tuple(_subnets(cidr, zone) for zone in zones)


@lru_cache
def _subnets(cidr: str, zone: str) -> ZoneSubnets:
    blocks = list(ipaddress.IPv4Network(cidr).subnets(prefixlen_diff=ZONE_BLOCKS.bit_length() - 1))
    private, rest = blocks[ord(zone[-1]) - ord("a")].subnets()
    public, isolated = rest.subnets()
    return ZoneSubnets(zone=zone, public=str(public), private=str(private), isolated=str(isolated))
