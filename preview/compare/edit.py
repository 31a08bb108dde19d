"""An edit with all that is known of it: what the formats show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from preview.compare.masking import SECRET, masked
from preview.compare.meaning import statements
from preview.compare.meaning.money import signed
from preview.compare.meaning.statement import Situation, Statement
from preview.compare.values import MISSING, Difference, differences
from preview.words import count

if TYPE_CHECKING:
    from preview.compare.change import Change, Comparison, Kind

_CIPHERTEXT: Final = "secure"
VERBS: Final[Mapping[Kind, str]] = {
    "created": "created",
    "updated": "updated",
    "replaced": "replaced",
    "deleted": "deleted",
    "renamed": "renamed",
}
SIGNS: Final[Mapping[Kind, str]] = {"created": "+", "updated": "~", "replaced": "±", "deleted": "-", "renamed": "→"}


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A difference, what it means, and between what."""

    source: str
    """The stack file, as the user named it."""
    base: str
    """What it is compared with."""
    comparison: Comparison
    situation: Situation
    settings: tuple[Difference, ...] = ()
    """What differs between the stack files, where both sides have one. The first step of a path is the key."""
    notes: tuple[str, ...] = ()
    """What a reader must know of how it was compared."""
    hidden: frozenset[str] = field(default=frozenset(), repr=False)
    """Secrets that an exported stack holds in clear text: never shown, wherever they turn up."""

    @cached_property
    def statements(self) -> Sequence[Statement]:
        """What it means, the dangerous first."""
        return statements(self.situation)

    @property
    def headline(self) -> str:
        """The edit in one line."""
        graph = self.comparison.after
        parts = [
            f"{number} {VERBS[kind]}" for kind, number in self.comparison.counts.items() if number and kind in VERBS
        ]
        what = ", ".join(parts) or "no change"
        return f"{graph.project} {graph.stack} against {self.base}: {what}{self.money}"

    @property
    def money(self) -> str:
        """What a month costs more or less, to stand after something else; empty where no prices are known."""
        before, after = self.situation.estimate_before, self.situation.estimate_after
        if before is None or after is None:
            return ""
        difference = after.total - before.total
        return f"; {signed(difference)} USD a month" if signed(difference) != "0.00" else "; the same cost"

    @property
    def kept(self) -> str:
        """How many resources stay as they are."""
        return count(self.comparison.counts["kept"], "resource")

    def by_component(self) -> dict[str, list[Change]]:
        """Return what changes by the name of the top-level component, in the order of registration."""
        found: dict[str, list[Change]] = {}
        for change in self.comparison.changed:
            found.setdefault(self.comparison.component(change), []).append(change)
        return found


def settings(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Difference]:
    """Say what differs between two stack files' `config:` sections; of secrets only that they differ.

    What only one side has is one difference, however much is in it.
    """
    for item in _settings(before, after, ()):
        if _CIPHERTEXT in item.path:
            path = tuple(step for step in item.path if step != _CIPHERTEXT)
            yield Difference(path, *(MISSING if value is MISSING else SECRET for value in (item.before, item.after)))
        else:
            values = (_sealed(value) for value in (item.before, item.after))
            yield Difference(
                item.path, *(MISSING if value is MISSING else masked(item.path, value) for value in values)
            )


def _settings(before: Mapping[str, object], after: Mapping[str, object], path: tuple[str, ...]) -> Iterator[Difference]:
    for key in (*before, *(key for key in after if key not in before)):
        old, new = before.get(key, MISSING), after.get(key, MISSING)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _settings(old, new, (*path, key))
        elif old is MISSING or new is MISSING:
            yield Difference((*path, key), old, new)
        else:
            yield from differences(old, new, (*path, key))


def _sealed(value: object) -> object:
    """Replace ciphertext."""
    if isinstance(value, Mapping):
        return SECRET if set(value) == {_CIPHERTEXT} else {key: _sealed(part) for key, part in value.items()}
    return [_sealed(part) for part in value] if isinstance(value, list) else value
