# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.registry: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import Case, evaluate, evaluate_among_others

CASES: list[Case] = [
    ({"slipway:registry": {"repositories": ["storefront-api"]}}, "slipway:registry.repositories: 'storefront/api' and 'storefront-api' differ in punctuation or case at most; rename or remove one", {"slipway:registry": {"repositories": ["storefront-apis", "storefront/api"]}}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
