"""Zones whose loss takes something with it that it did not take before."""

from __future__ import annotations

from collections.abc import Iterator

from preview import zone_loss
from preview.compare.meaning.statement import Situation, Statement


def say(situation: Situation) -> Iterator[Statement]:
    """Say what a zone's loss newly breaks."""
    before = {loss.zone: set(loss.broken) for loss in zone_loss.losses(situation.comparison.before)}
    found: dict[str, list[str]] = {}
    for loss in zone_loss.losses(situation.comparison.after):
        for text in loss.broken:
            if loss.zone not in before or text not in before[loss.zone]:
                found.setdefault(text, []).append(loss.zone)
    if not before:
        return
    for text, zones in found.items():
        yield Statement(
            level="caution",
            concern="capacity",
            text=f"The loss of {' or '.join(zones)} takes more than now: {text}",
            setting="slipway:network",
        )
