# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.regions: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.region, ["us-east-1", "ap-southeast-7", "us-gov-west-1", "cn-northwest-1"], [("us-esat-1", "'us-esat-1' is not an AWS region, such as us-east-1"), ("us-east-1\n", "'us-east-1\\n'"), ("us-east-1a", "'us-east-1a'"), ("US-EAST-1", "'US"), ("xx-east-1", "'xx"), ("", "''")]),
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
        (limits.zone, ("us-east-1f", "us-east-1"), None),
        (limits.zone, ("us-east-1-bos-1a", "us-east-1"), "'us-east-1-bos-1a' is not a zone of us-east-1; its zones are us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e or us-east-1f"),
        (limits.zone, ("us-east-1", "us-east-1"), "'us-east-1' is not a zone of us-east-1; its zones are us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e or us-east-1f"),
        (limits.zone, ("", ""), "'' is not a zone of , whose zones are not known"),
    ],
)  # fmt: skip
def test_checks_of_several_values(
    check: Callable[..., str | None], arguments: Sequence[object], expected: str | None
) -> None:
    assert check(*arguments) == expected


@pytest.mark.parametrize(
    ("region", "problem"),
    [
        ("us-east-9", "'us-east-9' is not an AWS region, such as us-east-1; did you mean us-east-"),
        (
            "eusc-de-east-1",
            "eusc-de-east-1 is in the partition aws-eusc, which is not supported; supported: aws, aws-cn or aws-us-gov",
        ),
        ("us-iso-east-1", "us-iso-east-1 is in the partition aws-iso, which is not supported"),
        ("us-isob-east-1", "us-isob-east-1 is in the partition aws-iso-b, which is not supported"),
        ("aws-global", "'aws-global' is not an AWS region"),
    ],
)
def test_regions_that_are_none_or_not_supported(region: str, problem: str) -> None:
    found = limits.region(region)
    assert found
    assert found.startswith(problem)


def test_zones_are_those_of_the_region() -> None:
    assert limits.zone("eu-central-1c", "eu-central-1") is None
    assert limits.zone("us-west-1b", "us-west-1") is None
    assert limits.zone("eu-central-1h", "eu-central-1") == (
        "'eu-central-1h' is not a zone of eu-central-1; its zones are eu-central-1a, eu-central-1b or eu-central-1c"
    )
