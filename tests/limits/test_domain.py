# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.domain: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.host, ["app.example.com", "*.example.com", "xn--bcher-kva.example"], [("app", "'app' is not a host name, such as app.example.com"), ("App.example.com", "'App"), ("https://a.b", "'https"), ("a..b", "'a..b'"), ("a.b/", "'a.b/'"), ("a.com\n", "'a.com"), ("*.*.a.com", "'*"), (f"{'a' * 64}.com", "a text of 68 characters")]),
    (limits.certificate_name, ["a" * 64], [("a" * 65, "a text of 65 characters is longer than the 64")]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS, ids=[check.__name__ for check, _, _ in CHECKS])
def test_check(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    evaluate(check, good, bad)


@given(text=st.text())
def test_any_text_is_judged(text: str) -> None:
    evaluate_text(CHECKS, text)


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("shop.example.com", "example.com", True),
        ("*.shop.example.com", "media.example.com", True),
        ("shop.example.com", "shop.example.net", False),
        ("shop.co.uk", "store.co.uk", False),
        ("a.shop.co.uk", "shop.co.uk", True),
        ("a.com", "b.com", False),
        ("x.foo.io", "y.foo.io", True),
    ],
)
def test_hosts_that_one_zone_can_hold(one: str, other: str, may: bool) -> None:  # noqa: FBT001 - a column
    assert limits.may_share_zone(one, other) is may
    assert limits.may_share_zone(other, one) is may


@pytest.mark.parametrize("name", ["shop.xn--p1ai", "a" * 60 + "." + "b" * 60 + ".example.com"])
def test_hosts_that_no_rule_takes(name: str) -> None:
    assert limits.host(name) is None
    assert limits.rule_host(name) is not None
