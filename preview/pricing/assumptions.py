"""What an estimate takes for granted, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from preview.graph import Graph
from preview.off_hours import OffHours
from preview.price_list import PriceList
from preview.pricing.load_balancer import LOAD_BALANCER
from preview.pricing.meter import plain, region_of
from preview.pricing.model import Line
from preview.pricing.service import SERVICE

_CONFIDENCE: Final = {
    "read": "read in AWS's price list",
    "seen": "read in another source",
    "derived": "derived from one",
}
"""How sure a price is, in words: from sure to less so."""


def assumptions(
    graph: Graph, prices: PriceList, lines: Sequence[Line], off_hours: Mapping[str, OffHours]
) -> Iterator[str]:
    """Yield them, those that hold for a graph only where they do."""
    yield f"List prices of {_dated(graph, prices)}, on demand, {plain(prices.hours)} hours a month, no tax, discount or free tier."
    if graph.of(SERVICE):
        yield f"Services run their minimum number of tasks{' while they are awake' if off_hours else ' all month'}."
    yield from _nights(graph, off_hours)
    if any("serverless, " in line.what for line in lines):
        yield "Serverless databases are at their least capacity all month."
    if any("Fargate Spot" in line.what for line in lines):
        yield "Fargate Spot is priced at its usual discount, which floats."
    if graph.of(LOAD_BALANCER):
        yield "A load balancer uses one capacity unit (LCU) around the clock."
    yield from _sources(lines)


def _dated(graph: Graph, prices: PriceList) -> str:
    regions = sorted({region_of(graph, resource) for resource in graph.resources if resource.custom})
    newer = [f"{found.region} as read on {found.read}" for found in map(prices.read_for, regions) if found]
    return f"{prices.as_of}, those of {', '.join(newer)}" if newer else prices.as_of


def _nights(graph: Graph, off_hours: Mapping[str, OffHours]) -> Iterator[str]:
    """Say when what sleeps, in a sentence for each time."""
    when: dict[str, list[str]] = {}
    for urn, off in off_hours.items():
        days = "every day" if off.days == "*" else off.days
        hours = float(off.awake * 168)
        text = f"from {off.wake} to {off.sleep} {off.zone}, {days}, {hours:g} of 168 hours a week"
        when.setdefault(text, []).append(graph.urn(urn).name)
    for text, names in when.items():
        yield f"Awake {text}: {', '.join(sorted(names))}."


def _sources(lines: Sequence[Line]) -> Iterator[str]:
    """Say how many prices are how sure."""
    counts = Counter(line.confidence for line in lines)
    shown = [
        f"{counts[kind]} {'was' if counts[kind] == 1 else 'were'} {words}"
        for kind, words in _CONFIDENCE.items()
        if counts[kind]
    ]
    if shown:
        *most, last = shown
        yield f"Of {len(lines)} prices used, {' and '.join([', '.join(most), last] if most else [last])}."
