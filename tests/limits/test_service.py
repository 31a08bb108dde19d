"""What AWS accepts, limits.service: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.ecs_name, ["A_b-1", "x" * 255], [("a b", "'a b' is not an ECS name: at most 255"), ("", "''"), ("x" * 256, "a text of 256")]),
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
        (limits.fargate_size, (256, 2048), None),
        (limits.fargate_size, (32768, 249856), None),
        (limits.fargate_size, (300, 512), "cpu 300 is not a Fargate size; allowed: 256, 512, 1024, 2048, 4096, 8192, 16384 or 32768"),
        (limits.fargate_size, (256, 4096), "4096 MiB does not go with cpu 256; allowed: 512, 1024 or 2048 MiB"),
        (limits.fargate_size, (8192, 20000), "20000 MiB does not go with cpu 8192; allowed: 16384 to 61440 in steps of 4096 MiB"),
    ],
)  # fmt: skip
def test_checks_of_several_values(
    check: Callable[..., str | None], arguments: Sequence[object], expected: str | None
) -> None:
    assert check(*arguments) == expected


@pytest.mark.parametrize(
    "address",
    [
        "https://otlp.example.com",
        "https://otlp.example.com:4318",
        "https://api.example.com:65535/otlp/v1",
        "https://a/",
    ],
)
def test_an_endpoint_of_https(address: str) -> None:
    assert limits.https_endpoint(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "http://a.example.com",
        "https://a:0",
        "https://a:65536",
        "https://key@a",
        "https://a/?key=x",
        "https://a/${env:X}",
        "https://",
    ],
)
def test_what_is_no_endpoint_of_https(address: str) -> None:
    assert limits.https_endpoint(address) == f"{address!r} is not {limits.HTTPS_ENDPOINT_WORDS}"
