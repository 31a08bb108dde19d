# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.backup: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import Case, evaluate, evaluate_among_others

CASES: list[Case] = [
    ({"slipway:backup": {"at": "02:00"}}, "slipway:backup.at: 02:00 is within 03:00-04:00 or the hour before, when AWS Backup starts no backup of a database", {"slipway:backup": {"at": "01:59"}}),
    ({"slipway:backup": {"at": "05:29"}}, "slipway:backup.at: 05:29 is within sun:04:30-sun:05:30 or the hour before, when AWS Backup starts no backup of a database", {"slipway:backup": {"at": "05:30"}}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
