"""Regions and availability zones."""

from __future__ import annotations

from typing import Final

from limits import tables
from limits.words import listed, meant, short

ZONE_LETTERS: Final = "abcdefgh"
"""The letters of ordinary zones, one a block."""


_PARTITIONS: Final = ("aws", "aws-cn", "aws-us-gov")
"""The partitions that the program can build in."""
_MORE_ZONES: Final = {"cn-north-1": "d", "us-west-1": "b"}
"""Letters that some accounts have and cfn-lint's list has not: each account of an older region has its own choice of them
(EC2 user guide, "Availability Zones")."""


def region(name: str) -> str | None:
    """Check that a region is known, and in a partition that the program can build in."""
    found = tables.regions().get(name)
    if found is None:
        near = meant(name, tables.regions())
        return f"{short(name)} is not an AWS region, such as us-east-1{near} (known: {tables.regions_source()}; `make data` brings newer ones)"
    if found["partition"] not in _PARTITIONS:
        return (
            f"{name} is in the partition {found['partition']}, which is not supported; supported: {listed(_PARTITIONS)}"
        )
    if not found["zones"]:
        return f"{name} is not open yet, as far as is known here ({tables.regions_source()}; `make data` brings newer zones)"
    return None


def zone_letters(region_name: str) -> str:
    """Return the letters of a region's ordinary zones; none for a region that is not known. An account may have fewer."""
    found = tables.regions().get(region_name)
    return "".join(sorted(found["zones"] + _MORE_ZONES.get(region_name, ""))) if found else ""


def zone(name: str, region_name: str) -> str | None:
    """Check that an availability zone is one of a region's ordinary zones."""
    letters = zone_letters(region_name)
    if name[:-1] == region_name and name[-1:] and name[-1] in letters:
        return None
    if not letters:
        return f"{short(name)} is not a zone of {region_name}, whose zones are not known"
    return f"{short(name)} is not a zone of {region_name}; its zones are {listed([region_name + letter for letter in letters])}"


def partition(region_name: str) -> str:
    """Return the AWS partition of a region, the second part of its ARNs; of one that is not known, the ordinary one."""
    found = tables.regions().get(region_name)
    return found["partition"] if found else "aws"
