"""Regions and availability zones."""

from __future__ import annotations

import re
from typing import Final

from limits.words import short

# The words that regions' names are made of: a new region passes, a misspelt one does not.
_REGION = re.compile(
    r"(?:af|ap|ca|cn|eu|eu-isoe|eusc-de|il|me|mx|sa|us|us-gov|us-iso[bf]?)-"
    r"(?:central|east|west|north|south|northeast|northwest|southeast|southwest)-[1-9]"
)


ZONE_LETTERS: Final = "abcdefgh"
"""The letters of ordinary zones, one a block."""


def region(name: str) -> str | None:
    """Check the shape of a region's name."""
    return None if _REGION.fullmatch(name) else f"{short(name)} is not an AWS region, such as us-east-1"


def zone(name: str, region_name: str) -> str | None:
    """Check that an availability zone belongs to a region and is an ordinary zone, a to h."""
    if name[:-1] == region_name and name[-1:] in tuple(ZONE_LETTERS):
        return None
    return f"{short(name)} is not a zone of {region_name}; its zones are {region_name}a, {region_name}b and so on"


def partition(region_name: str) -> str:
    """Return the AWS partition of a region, the second part of its ARNs."""
    if region_name.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region_name.startswith("us-gov-") else "aws"
