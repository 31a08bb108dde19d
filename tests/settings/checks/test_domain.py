# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.domain: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import Case, evaluate, evaluate_among_others
from tests.settings.files import GONE

CASES: list[Case] = [
    ({"slipway:domain.zone": "example.com"}, "slipway:domain: give zoneId or zone, the id or the name of the Route 53 hosted zone, and not both", {"slipway:domain.zone": "example.com", "slipway:domain.zoneId": GONE}),
    ({"slipway:domain.zoneId": GONE}, "slipway:domain: give zoneId or zone, the id or the name of the Route 53 hosted zone, and not both", {}),
    ({"slipway:domain.zoneId": GONE, "slipway:domain.zone": "example.com", "slipway:domain.alternativeHosts": ["notexample.com"]}, "slipway:domain.alternativeHosts[0]: 'notexample.com' is not inside the zone example.com", {"slipway:domain.alternativeHosts": ["*.shop.example.com"]}),
    ({"slipway:domain.alternativeHosts": ["shop.example.com"]}, "slipway:domain.alternativeHosts[0]: names 'shop.example.com' again, as domain.host does", {"slipway:domain.alternativeHosts": ["www.example.com"]}),
    ({"slipway:domain.host": f"{'a' * 49}.shop.example.com"}, "slipway:domain.host: a text of 66 characters is longer than the 64 characters allowed", {"slipway:domain.host": f"{'a' * 47}.shop.example.com"}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
