# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.load_balancer: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import ALONE, B, Case, evaluate, evaluate_among_others

CASES: list[Case] = [
    ({"slipway:loadBalancer.certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"}, "slipway:loadBalancer.certificateArn: the domain brings a certificate of its own: leave certificateArn out", {"slipway:loadBalancer.certificateArn": None}),
    ({"slipway:cdn": {}}, "slipway:loadBalancer.waf: behind CloudFront its rate limit would count CloudFront's own addresses: give cdn.waf instead", {"slipway:cdn": {"waf": {}}, "slipway:loadBalancer": {}}),
    ({"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/api/*", "limit": 100}, {"path": "/api/", "limit": 50}]}}, "slipway:loadBalancer.waf.rateLimits: '/api/' is there twice; each path has one limit", {"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/api/*", "limit": 100}, {"path": "/api", "limit": 50}]}}),
    ({"slipway:loadBalancer.waf": {"rateLimits": [{"path": f"/{n}", "limit": 100} for n in range(10)]}}, "slipway:loadBalancer.waf.rateLimits: 10 given; at most 9", {"slipway:loadBalancer.waf": {"rateLimits": [{"path": f"/{n}", "limit": 100} for n in range(9)]}}),
    ({"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/", "limit": 2000, "windowSeconds": 60}]}}, "slipway:loadBalancer.waf.rateLimits[0].limit: 2000 per 60 seconds is never reached: loadBalancer.waf.rateLimit blocks an address at 2000 per 300", {"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/", "limit": 1999, "windowSeconds": 60}]}}),
    ({**ALONE, f"{B}.certificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/x"}, f"{B}.certificateArn: the certificate is in eu-west-1; a load balancer in us-east-1 takes those of its own region", {**ALONE, f"{B}.certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
