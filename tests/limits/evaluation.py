"""How a check of one value is tried: what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Case = tuple[Callable[..., str | None], list[object], list[tuple[object, str]]]
"""A check, values that pass, and values that do not with the beginning of what is told."""


def evaluate(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    """Try a check."""
    assert {value: check(value) for value in good} == dict.fromkeys(good)
    for value, message in bad:
        problem = check(value)
        assert problem is not None, value
        assert problem.startswith(message)
        assert "x" * 65 not in problem


def evaluate_text(cases: Sequence[Case], text: str) -> None:
    """Try any text: it is judged in a few words."""
    for check, good, _ in cases:
        if isinstance(good[0], str):
            assert check(text) is None or len(str(check(text))) < 2000
