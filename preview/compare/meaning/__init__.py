"""What a difference means for people: one file a concern, each a function from a situation to statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from preview.compare.meaning import (
    addresses,
    alarms,
    capacity,
    data,
    exposure,
    findings,
    money,
    names,
    outage,
    permissions,
    runs,
    stops,
    unknown,
    zones,
)
from preview.compare.meaning.statement import LEVELS, Situation, Statement

CONCERNS: Final[Sequence[Callable[[Situation], Iterator[Statement]]]] = (
    stops.say,
    names.say,
    data.say,
    exposure.say,
    permissions.say,
    outage.say,
    addresses.say,
    capacity.say,
    zones.say,
    alarms.say,
    findings.say,
    runs.say,
    unknown.say,
    money.say,
)


def statements(situation: Situation) -> list[Statement]:
    """Say all there is to say, the dangerous first, each once."""
    said = dict.fromkeys(statement for concern in CONCERNS for statement in concern(situation))
    return sorted(said, key=lambda statement: LEVELS.index(statement.level))
