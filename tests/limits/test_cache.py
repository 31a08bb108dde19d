# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.cache: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.cache_identifier, ["a", "rupaya-prod", "x" * 40], [("a--b", "'a--b' is not an ElastiCache identifier: at most 40"), ("x" * 41, "'xxx")]),
    (limits.cache_node, ["cache.r6g.large", "cache.t3.micro", "cache.m7g.large", "cache.r6gd.xlarge", "cache.r8g.16xlarge", "cache.r5.24xlarge"], [("cache.t4g.large", "'cache.t4g.large' is not a current ElastiCache node type; did you mean"), ("cache.r6gd.large", "'cache.r6gd.large'"), ("cache.t2.micro", "'cache.t2"), ("cache.m5.8xlarge", "'cache.m5"), ("db.t3.micro", "'db")]),
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
        (limits.cache_version, ("redis", "7.1"), None),
        (limits.cache_version, ("redis", "7.2"), "'7.2' is not a redis version ElastiCache creates; allowed: 6.2, 7.0 or 7.1"),
        (limits.cache_node_engine, ("valkey", "cache.m8g.large"), None),
        (limits.cache_node_engine, ("redis", "cache.m7g.large"), None),
    ],
)  # fmt: skip
def test_checks_of_several_values(
    check: Callable[..., str | None], arguments: Sequence[object], expected: str | None
) -> None:
    assert check(*arguments) == expected


def test_node_types_of_a_region() -> None:
    assert limits.cache_node_here("cache.m8g.large", "eu-central-1") is None
    found = limits.cache_node_here("cache.c7gn.large", "af-south-1")
    assert found
    assert found.startswith(
        "af-south-1 has no cache.c7gn.large; allowed: cache.<family>.<size>, of the families c8gn, "
    )
