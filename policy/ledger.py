"""What the rules could not decide, what is exempt and which rules broke: for the pack's own lines about its work."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Exempted:
    """A violation that is not reported."""

    control: str
    urn: str
    """The resource it is about."""
    why: str
    """What exempts it, for a message."""
    entry: object = None
    """The entry of the exemptions file, None where a tag exempts it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What came of one rule's look at one resource or the stack, beside its violations."""

    undecided: int = 0
    exempted: Sequence[Exempted] = ()
    defect: str = ""


class Ledger:
    """The latest judgement of each rule about each resource, and about the stack as a whole under an empty URN.

    The engine judges resources in overlapping calls and the stack in one more at the end. Each judgement replaces the one
    before it about the same control and resource, so neither the order of calls nor a preview before an update matters.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._judgements: dict[tuple[str, str], Judgement] = {}

    def note(self, control: str, urn: str, judgement: Judgement) -> None:
        """Replace what is known about a control and a resource; `urn` is empty for the whole stack."""
        with self._lock:
            if judgement == Judgement():
                self._judgements.pop((control, urn), None)
            else:
                self._judgements[control, urn] = judgement

    def undecided(self, urns: frozenset[str]) -> Mapping[str, int]:
        """How many open questions each control has about these resources and the stack."""
        totals: Counter[str] = Counter()
        for (control, _), judgement in self._about(urns):
            totals[control] += judgement.undecided
        return +totals

    def exempted(self, urns: frozenset[str]) -> Sequence[Exempted]:
        """The violations of these resources and the stack that are not reported, by control and resource."""
        found = [item for _, judgement in self._about(urns) for item in judgement.exempted]
        return sorted(found, key=lambda item: (item.control, item.urn))

    def defects(self, urns: frozenset[str]) -> Sequence[tuple[str, str, str]]:
        """The rules that broke on these resources or the stack, as (control, URN, what happened)."""
        return [(*place, judgement.defect) for place, judgement in self._about(urns) if judgement.defect]

    def _about(self, urns: frozenset[str]) -> Sequence[tuple[tuple[str, str], Judgement]]:
        with self._lock:
            return [item for item in self._judgements.items() if not item[0][1] or item[0][1] in urns]
