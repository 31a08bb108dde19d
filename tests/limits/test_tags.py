# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.tags: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.tag_key, ["costCentre", "a b", "k:1/2=3+4@5-6_7.8", "Größe"], [("aws:x", "'aws:x' is not a tag's key"), ("AWS:x", "'AWS:x'"), ("", "''"), ("a\tb", "'a\\tb'"), ("x" * 129, "a text of 129")]),
    (limits.tag_value, ["", "a b", "x" * 256], [("a(b)", "'a(b)' is not a tag's value: at most 256"), ("x" * 257, "a text of 257")]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS, ids=[check.__name__ for check, _, _ in CHECKS])
def test_check(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    evaluate(check, good, bad)


@given(text=st.text())
def test_any_text_is_judged(text: str) -> None:
    evaluate_text(CHECKS, text)
