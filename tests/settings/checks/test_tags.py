# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.tags: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import Case, evaluate, evaluate_among_others

CASES: list[Case] = [
    ({"slipway:tags.Environment": "x"}, "slipway:tags.Environment: 'Environment' is there already: the program sets it; choose another key", {"slipway:tags.Stage": "x"}),
    ({"slipway:tags.Owner-Id": "x"}, "slipway:tags.Owner-Id: 'Owner-Id' is there already: slipway:ownerId sets it; choose another key", {"slipway:tags.Owned-By": "x"}),
    ({"slipway:tags.Owner": "x"}, "slipway:tags.Owner: 'Owner' is there already: as 'owner'; choose another key", {"slipway:tags.Owners": "x"}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
