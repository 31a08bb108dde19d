# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.registry: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.judging import Case, judge, judge_text

CHECKS: list[Case] = [
    (limits.repository_name, ["ab", "a/b-c.d_e", "a--b", "a---b/c__d", "x" * 256], [("a", "'a' is not an ECR repository's name: 2 to 256"), ("A/b", "'A/b'"), ("a//b", "'a//b'"), ("a-", "'a-'"), ("a..b", "'a..b'"), ("a___b", "'a___b'"), ("x" * 257, "a text of 257")]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS, ids=[check.__name__ for check, _, _ in CHECKS])
def test_check(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    judge(check, good, bad)


@given(text=st.text())
def test_any_text_is_judged(text: str) -> None:
    judge_text(CHECKS, text)


def test_mutable_tags() -> None:
    assert all(limits.mutable_tag(tag) for tag in ("latest", "Main", "1-latest", "prod"))
    assert not any(limits.mutable_tag(tag) for tag in ("1.2.3", "9f2c1ab", "mainline"))
