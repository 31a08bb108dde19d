"""What AWS accepts, limits.words: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

import limits


@pytest.mark.parametrize(
    ("check", "arguments", "expected"),
    [
        (limits.name_length, ("abc", 3), None),
        (limits.name_length, ("abcd", 3), "'abcd' is longer than the 3 characters allowed"),
    ],
)  # fmt: skip
def test_checks_of_several_values(
    check: Callable[..., str | None], arguments: Sequence[object], expected: str | None
) -> None:
    assert check(*arguments) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("databse", "; did you mean database?"),
        ("DATABASE", "; did you mean database?"),
        ("zzz", ""),
        ("x" * 100_000, ""),
    ],
)
def test_meant(word: str, expected: str) -> None:
    assert limits.meant(word, ["database", "cache"]) == expected


def test_names_that_become_one() -> None:
    assert list(limits.apart(["a/b", "a-c", "A-B", "=", "a/b"])) == [
        ("A-B", "'A-B' and 'a/b' differ in punctuation or case at most; rename or remove one"),
        ("=", "'=' has neither a letter nor a digit"),
        ("a/b", "'a/b' and 'A-B' differ in punctuation or case at most; rename or remove one"),
    ]
