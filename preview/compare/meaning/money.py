"""Money: what a month costs more or less."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from preview.compare.meaning.statement import Situation, Statement
from preview.render import money

_CENT: Final = Decimal("0.005")
_MOST: Final = 4
_NOTICED: Final = Decimal(20)
"""Per cent more that deserve a second look."""


def by_component(situation: Situation) -> dict[str, tuple[Decimal, Decimal]]:
    """Return US dollars a month before and after by component, where they differ, the largest difference first."""
    if situation.estimate_before is None or situation.estimate_after is None:
        return {}
    before, after = situation.estimate_before.by_component(), situation.estimate_after.by_component()
    both = {name: (before.get(name, Decimal(0)), after.get(name, Decimal(0))) for name in {**before, **after}}
    changed = {name: pair for name, pair in both.items() if abs(pair[1] - pair[0]) >= _CENT}
    return dict(sorted(changed.items(), key=lambda item: (-abs(item[1][1] - item[1][0]), item[0])))


def signed(amount: Decimal) -> str:
    """Write a difference in US dollars: `+38.02`, `-4.10`, `0.00`."""
    text = money(abs(amount))
    return text if abs(amount) < _CENT else f"{'+' if amount > 0 else '-'}{text}"


def say(situation: Situation) -> Iterator[Statement]:
    """Say what a month costs more or less, and where."""
    if situation.estimate_before is None or situation.estimate_after is None:
        return
    before, after = situation.estimate_before.total, situation.estimate_after.total
    parts = by_component(situation)
    if not parts:
        return
    named = ", ".join(
        f"{name or 'no component'} {signed(new - old)}" for name, (old, new) in list(parts.items())[:_MOST]
    )
    more = f" and {len(parts) - _MOST} more" if len(parts) > _MOST else ""
    noticed = after > before and (not before or (after - before) * 100 >= before * _NOTICED)
    yield Statement(
        level="caution" if noticed else "note",
        concern="money",
        text=(
            f"A month costs {signed(after - before)} USD, {money(before)} to {money(after)}: {named}{more}"
            if abs(after - before) >= _CENT
            else f"A month costs the same {money(after)} USD, elsewhere: {named}{more}"
        ),
    )
