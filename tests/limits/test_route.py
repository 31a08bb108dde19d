# ruff: noqa: E501 - a case reads best on one line
"""Rules of a listener: what fits into one, and how the rest is dealt out."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits import route
from limits.route import Conditions, rules, unfit, values

MANY = Conditions(paths=[f"/p{number}" for number in range(12)])


def placed(conditions: Conditions, taken: int = 0) -> Mapping[str, int]:
    """Where each path is."""
    return {path: place for place, part in rules(conditions, taken=taken).items() for path in part.paths}


def covered(parts: Sequence[Conditions]) -> set[tuple[str, str, str]]:
    """What rules take together."""
    return {
        found
        for part in parts
        for found in itertools.product(part.patterns or ["*"], part.hosts or ["*"], part.sources or ["*"])
    }


@pytest.mark.parametrize(
    ("conditions", "taken"),
    [
        (Conditions(), 0),
        (Conditions(paths=["/a/*", "/b/*", "/c"]), 0),
        (Conditions(paths=["/a/*", "/b/*"], hosts=["a.example.com"]), 0),
        (Conditions(paths=["/a/*", "/b/*"]), 1),
        (Conditions(headers={"X-A": ["1", "2"]}, methods=["GET"], query={"v": ["1"]}, sources=["192.0.2.0/24"]), 0),
    ],
)
def test_five_values_are_one_rule(conditions: Conditions, taken: int) -> None:
    assert rules(conditions, taken=taken) == {0: conditions}


@pytest.mark.parametrize(
    ("conditions", "taken"),
    [
        (MANY, 0),
        (Conditions(paths=["/a/*", "/b/*", "/c"]), 1),
        (Conditions(paths=["/a*b*", "/c*d*", "/e?f*?"]), 0),
        (replace(MANY, hosts=["a.example.com", "b.example.com"]), 0),
        (Conditions(paths=["/x/*"], hosts=[f"h{n}.example.com" for n in range(9)], headers={"X-A": ["1"]}), 1),
        (Conditions(paths=["/a/*", "/b/*", "/c/*"], hosts=["a.example.com", "b.example.com", "c.example.com"]), 1),
        (Conditions(sources=[f"192.0.2.{n}/32" for n in range(12)], methods=["GET"]), 0),
    ],
)
def test_what_does_not_fit_is_dealt_out(conditions: Conditions, taken: int) -> None:
    parts = rules(conditions, taken=taken)
    assert 1 < len(parts) <= route.RULES_OF_A_ROUTE
    assert set(parts) <= set(range(route.RULES_OF_A_ROUTE))
    assert covered(list(parts.values())) == covered([conditions])
    for part in parts.values():
        assert values(part) + taken <= route.MOST_VALUES
        assert route.too_wild(part) is None
        assert (part.headers, part.methods, part.query) == (conditions.headers, conditions.methods, conditions.query)
    assert unfit(conditions, taken=taken) is None


@given(order=st.permutations(MANY.paths))
def test_another_order_moves_nothing(order: list[str]) -> None:
    assert placed(replace(MANY, paths=order)) == placed(MANY)


def test_a_value_more_or_less_moves_hardly_any_other() -> None:
    """One that finds its place full goes to the next, so what comes after a full place may move; no more than that."""
    moved, kept = 0, 0
    for number in range(200):
        paths = [f"/{number}/{one}" for one in range(7 + number % 23)]
        before, after = placed(Conditions(paths=paths)), placed(Conditions(paths=paths[1:]))
        same = [before[path] == after[path] for path in after] if len(after) > route.MOST_VALUES else []
        moved, kept = moved + same.count(False), kept + same.count(True)
    assert kept > 50 * moved


def test_the_order_of_the_list_stays_inside_a_rule() -> None:
    for part in rules(MANY).values():
        assert list(part.paths) == [path for path in MANY.paths if path in part.paths]


@pytest.mark.parametrize(
    ("conditions", "taken", "message"),
    [
        (Conditions(paths=[f"/p{n}" for n in range(51)]), 0, "51 values to match are too many for one route, which is at most 10 rules of 5 (a path that ends in /* counts twice): take a common beginning, write /api* for /api and /api/*, which counts once, or give routes for some"),
        (Conditions(paths=["/p/*"], headers={"X-A": ["1", "2", "3"]}), 1, "6 values would have to stand in each rule, which takes 5 (a path that ends in /* counts twice, CloudFront's header once): give fewer headers, methods or query parameters, or routes for some"),
        (Conditions(paths=["/a*b*c*d*e*f*g*"]), 0, "7 wildcards (* and ?) are too many for one rule; at most 6"),
    ],
)  # fmt: skip
def test_what_fits_nowhere_is_told(conditions: Conditions, taken: int, message: str) -> None:
    assert rules(conditions, taken=taken) == {}
    assert unfit(conditions, taken=taken) == message


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (route.header_name, ["X-Tenant", "x_y!"], ["Host", "host", "a b", "", "a" * 41]),
        (route.method, ["GET", "M-SEARCH"], ["get", "", "A" * 41]),
        (route.compared, ["*acme*", "a b"], ["", "\n", "a" * 129, "\u00e9"]),
    ],
)
def test_single_values(check: object, good: Sequence[str], bad: Sequence[str]) -> None:
    assert callable(check)
    assert [check(value) for value in good] == [None] * len(good)
    assert all(check(value) for value in bad)
