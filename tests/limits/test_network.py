# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.network: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.network_cidr, ["10.0.0.0/16", "172.16.0.0/22", "192.168.4.0/22", "100.64.0.0/16"], [("10.0.0.0", "'10.0.0.0' is not an IPv4 range, such as 10.0.0.0/16"), ("10.0.0.0/255.255.0.0", "'10.0.0.0/255.255.0.0' is not an IPv4 range"), ("10.0.0.1/16", "'10.0.0.1/16' is not an IPv4 range: bits are set beyond its length; use 10.0.0.0/16"), ("8.8.0.0/16", "8.8.0.0/16 is not a private range; use one inside 10.0.0.0/8,"), ("10.0.0.0/23", "10.0.0.0/23 leaves no room for eight zones"), ("10.0.0.0/15", "10.0.0.0/15 leaves no room"), ("fd00::/16", "'fd00::/16' is not")]),
    (limits.address_range, ["0.0.0.0/0", "203.0.113.7/32"], [("999.1.1.1/8", "'999.1.1.1/8' is not an IPv4 range"), ("1.2.3.4/33", "'1.2.3.4/33' is not"), ("x" * 300, "a text of 300 characters is not an IPv4 range")]),
    (limits.endpoint, ["ecr", "xray"], [("ecs-", "'ecs-' is not an endpoint; did you mean ecs?; allowed: ecr, logs")]),
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
        (limits.zones, (["a", "b", "c"],), None),
        (limits.zones, ([],), "0 zones given; two to six are needed, because load balancers and databases span two"),
        (limits.zones, (list("abcdefg"),), "7 zones given; two to six are needed, because load balancers and databases span two"),
    ],
)  # fmt: skip
def test_checks_of_several_values(
    check: Callable[..., str | None], arguments: Sequence[object], expected: str | None
) -> None:
    assert check(*arguments) == expected
