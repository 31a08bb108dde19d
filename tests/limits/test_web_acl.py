# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.web_acl: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.rate_limit, [10, 2_000_000_000], [(9, "9 is outside 10 to 2000000000"), (2_000_000_001, "2000000001 is outside")]),
    (limits.rate_window, [60, 120, 300, 600], [(0, "0 is not a window WAF counts in; allowed: 60, 120, 300 or 600 seconds"), (180, "180 is not")]),
    (limits.rate_limit_path, ["/", "/*", "/api/*", "/api*", "/.well-known/a.b", "/A_b~c-1", "/" + "x" * 199], [("api/*", "'api/*' is not the beginning of a path, such as /api/*: at most 200"), ("//", "'//'"), ("/*/a", "'/*/a'"), ("/a/../b", "'/a/../b'"), ("/./a", "'/./a'"), ("/%61", "'/%61'"), ("/a?b", "'/a?b'"), ("/a\n", "'/a\\n'"), ("", "''"), ("/" + "x" * 200, "a text of 201 characters")]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS, ids=[check.__name__ for check, _, _ in CHECKS])
def test_check(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    evaluate(check, good, bad)


@given(text=st.text())
def test_any_text_is_judged(text: str) -> None:
    evaluate_text(CHECKS, text)


@pytest.mark.parametrize(
    ("check", "arguments", "expected"),
    [
        (limits.rate_limits, (["/api/*", "/api"], 2), None),
        (limits.rate_limits, (["/api/*", "/API/"], 2), "'/API/' is there twice; each path has one limit"),
        (limits.rate_limits, (["/a", "/b", "/c"], 2), "3 given; at most 2"),
    ],
)  # fmt: skip
def test_checks_of_several_values(
    check: Callable[..., str | None], arguments: Sequence[object], expected: str | None
) -> None:
    assert check(*arguments) == expected
