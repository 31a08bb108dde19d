# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.secrets: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.secret_name, ["a/b_c+d=e.f@g-h", "x" * 512, "power-pto/jwt-signing-key", "shop/jwt-secret"], [("a b", "'a b' is not a secret's name: at most 512"), ("db-AbCd12", "'db-AbCd12' ends in a hyphen and six characters"), ("a-abcde1", "'a-abcde1' ends in a hyphen and six characters"), ("", "'' is not"), ("x" * 513, "a text of 513 characters")]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS, ids=[check.__name__ for check, _, _ in CHECKS])
def test_check(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    evaluate(check, good, bad)


@given(text=st.text())
def test_any_text_is_judged(text: str) -> None:
    evaluate_text(CHECKS, text)
