# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.registry: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.repository_name, ["ab", "a/b-c.d_e", "a--b", "a---b/c__d", "x" * 256], [("a", "'a' is not an ECR repository's name: 2 to 256"), ("A/b", "'A/b'"), ("a//b", "'a//b'"), ("a-", "'a-'"), ("a..b", "'a..b'"), ("a___b", "'a___b'"), ("x" * 257, "a text of 257")]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS, ids=[check.__name__ for check, _, _ in CHECKS])
def test_check(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    evaluate(check, good, bad)


@given(text=st.text())
def test_any_text_is_judged(text: str) -> None:
    evaluate_text(CHECKS, text)


def test_mutable_tags() -> None:
    assert all(limits.mutable_tag(tag) for tag in ("latest", "Main", "1-latest", "prod"))
    assert not any(limits.mutable_tag(tag) for tag in ("1.2.3", "9f2c1ab", "mainline"))


@pytest.mark.parametrize(
    "uri",
    [
        "nginx",
        "nginx:1.27",
        "ghcr.io/owner/name:1.2.3",
        "localhost:5000/a/b",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/a__b/c-d:1",
        "a/b@sha256:" + "0" * 64,
    ],
)
def test_an_images_address(uri: str) -> None:
    assert limits.image_uri(uri) is None


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("https://ghcr.io/a/b:1", "did you mean ghcr.io/a/b:1?"),
        ("docker://nginx", "did you mean nginx?"),
        ("ghcr.io/A/b", "no scheme, lower-case path"),
        ("a/b:", "'a/b:' is not"),
        ("a/b@sha256:12", "'a/b@sha256:12' is not"),
        ("a//b", "'a//b' is not"),
        ("a/b:1 ", "'a/b:1 ' is not"),
    ],
)
def test_no_images_address(uri: str, told: str) -> None:
    assert told in str(limits.image_uri(uri))
