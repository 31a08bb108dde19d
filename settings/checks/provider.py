"""The `aws:` keys: regions."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.model import Settings
from settings.problems import Place, Problem, at


def elsewhere(settings: Settings, place: Place, region: str) -> Iterator[Problem]:
    """Check that a copy stands in another region, and under the same laws of AWS's as the rest."""
    own = settings.aws.region
    if region == own:
        yield at(place, f"{region} is the stack's own region; name another", ["aws", "region"])
    elif limits.partition(region) != limits.partition(own):
        yield at(place, f"{region} cannot be reached from {own}: they are of two AWS partitions", ["aws", "region"])
