"""What came of the rules beside violations: open questions, exemptions, rule errors; for the pack's own lines about its work."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

IN_ORDER: Final = "exemptions-in-order"
"""The policy that says what is amiss with exemptions and names."""


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
class RuleResult:
    """What came of one rule's look at one resource or the stack, beside its violations."""

    unknown: int = 0
    """How many questions the values known so far do not answer."""
    exempted: Sequence[Exempted] = ()
    error: str = ""
    """What the rule itself failed with."""


class ResultStore:
    """The latest result of each rule about each resource, and about the stack as a whole under an empty URN.

    The engine judges resources in overlapping calls and the stack in one more at the end. Each result replaces the one
    before it about the same control and resource, so neither the order of calls nor a preview before an update matters.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._results: dict[tuple[str, str], RuleResult] = {}
        self._first: dict[str, str] = {}

    def note(self, control: str, urn: str, result: RuleResult) -> None:
        """Replace what is known about a control and a resource; `urn` is empty for the whole stack."""
        with self._lock:
            if result == RuleResult():
                self._results.pop((control, urn), None)
            else:
                self._results[control, urn] = result

    def is_first(self, what: str, urn: str) -> bool:
        """Whether a resource is the first of a run of which something is said that is said once."""
        with self._lock:
            return self._first.setdefault(what, urn) == urn

    def begin_again(self) -> None:
        """End a run: what is said once is said again in the next."""
        with self._lock:
            self._first.clear()

    def unknown(self, urns: frozenset[str]) -> Mapping[str, int]:
        """How many open questions each control has about these resources and the stack."""
        totals: Counter[str] = Counter()
        for (control, _), result in self._about(urns):
            totals[control] += result.unknown
        return +totals

    def exempted(self, urns: frozenset[str]) -> Sequence[Exempted]:
        """The violations of these resources and the stack that are not reported, by control and resource."""
        found = [item for _, result in self._about(urns) for item in result.exempted]
        return sorted(found, key=lambda item: (item.control, item.urn))

    def rule_errors(self, urns: frozenset[str]) -> Sequence[tuple[str, str, str]]:
        """The rules that broke on these resources or the stack, as (control, URN, what happened)."""
        return [(*place, result.error) for place, result in self._about(urns) if result.error]

    def _about(self, urns: frozenset[str]) -> Sequence[tuple[tuple[str, str], RuleResult]]:
        with self._lock:
            return [item for item in self._results.items() if not item[0][1] or item[0][1] in urns]
