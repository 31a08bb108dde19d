# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.media_bucket: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.bucket_name, ["abc", "a.b-c", "x" * 63], [("ab", "'ab' is not a bucket name: 3 to 63"), ("a..b", "'a..b'"), ("1.2.3.4", "'1.2.3.4'"), ("Abc", "'Abc'"), ("xn--a", "'xn--a'"), ("a--x-s3", "'a--x-s3'"), ("a_b", "'a_b'"), ("x" * 64, "'xxx")]),
    (limits.web_origin, ["https://app.example.com", "http://localhost:3000", "https://*.example.com"], [("*", "'*' is not a web origin, such as https://app.example.com"), ("https://a.example.com/", "'https://a.example.com/' is not a web origin"), ("Ünï", "'Ünï' is not a web origin")]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS, ids=[check.__name__ for check, _, _ in CHECKS])
def test_check(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    evaluate(check, good, bad)


@given(text=st.text())
def test_any_text_is_judged(text: str) -> None:
    evaluate_text(CHECKS, text)
