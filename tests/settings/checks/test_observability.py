# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.observability: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import Case, evaluate

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CASES: list[Case] = [
    ({"slipway:logs": {"customerKey": False, "keyArn": KEY}}, "slipway:logs.keyArn: is a key of a customer's: leave it out, or customerKey", {"slipway:logs": {"keyArn": KEY}}),
    ({"slipway:logs": {"keyArn": KEY.replace("us-east-1", "eu-west-1")}}, "slipway:logs.keyArn: the key is in eu-west-1; logs in us-east-1 take one of their own region", {"slipway:logs": {"keyArn": KEY}}),
    ({"slipway:alarms.logs": {"oom": {"service": "ap", "pattern": "x"}}}, "slipway:alarms.logs.oom.service: there is no service ap; slipway:services: api, worker or frontend", {"slipway:alarms.logs": {"oom": {"service": "api", "pattern": "x"}}}),
    ({"slipway:alarms.logs": {"oom": {"service": "api", "pattern": '"x'}}}, "slipway:alarms.logs.oom.pattern: '\"x' is not a filter pattern: a quotation mark is not closed", {"slipway:alarms.logs": {"oom": {"service": "api", "pattern": '"x"'}}}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)
