# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.cdn: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import CDN, Case, evaluate, evaluate_among_others

CASES: list[Case] = [
    ({"slipway:cdn": {"waf": {"rateLimit": 100, "rateLimits": [{"path": "/", "limit": 200, "windowSeconds": 600}]}}, "slipway:loadBalancer": {}}, "slipway:cdn.waf.rateLimits[0].limit: 200 per 600 seconds is never reached: cdn.waf.rateLimit blocks an address at 100 per 300", {"slipway:cdn": {"waf": {"rateLimit": 100, "rateLimits": [{"path": "/", "limit": 199, "windowSeconds": 600}]}}, "slipway:loadBalancer": {}}),
    ({**CDN, "slipway:domain.host": f"{'a' * 41}.shop.example.com"}, "slipway:cdn.originHost: a text of 65 characters is longer than the 64 characters allowed", {**CDN, "slipway:domain.host": f"{'a' * 40}.shop.example.com"}),
    ({**CDN, "slipway:cdn": {"certificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/x"}}, "slipway:cdn.certificateArn: the certificate is in eu-west-1; CloudFront takes those of us-east-1 alone", {**CDN, "slipway:cdn": {"certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"}}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
