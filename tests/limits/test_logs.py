# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.logs: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
import limits.logs
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.log_retention, [1, 90, 3653], [(0, "0 is not a retention CloudWatch Logs offers; allowed: 1, 3, 5,"), (91, "91 is not"), (-1, "-1 is not")]),
    (limits.log_group_name, ["/ecs/a_b#1.c", "x" * 512], [("aws/x", "'aws/x' is not to be had"), ("a b", "'a b' is not a log group's name: at most 512"), ("a:b", "'a:b'"), ("x" * 513, "a text of 513")]),
    (limits.logs.log_pattern, ["ERROR", '"out of memory"', '{ $.level = "}" }', "?A ?B", "[ip, user, status=5*]", "%5..%", r'"a \" b"'], [("", "'' is not a filter pattern"), ("x" * 1025, "a text of 1025 characters is not a filter pattern"), ('"x', "'\"x' is not a filter pattern: a quotation mark"), ("{ $.a = 1", "'{ $.a = 1' is not a filter pattern: it begins with {"), ("[a, b", "'[a, b' is"), ("%", "'%' is")]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS, ids=[check.__name__ for check, _, _ in CHECKS])
def test_check(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    evaluate(check, good, bad)


@given(text=st.text())
def test_any_text_is_judged(text: str) -> None:
    evaluate_text(CHECKS, text)
