# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.load_balancer: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.settings.checks.rules import ALONE, B, Case, evaluate, evaluate_among_others

INSIDE: dict[str, Any] = {f"{B}.internal": True, "slipway:uptimeCheck": {"enabled": False}}
WILD = {"slipway:domain.alternativeHosts": ["*.example.com"]}
CASES: list[Case] = [
    ({"slipway:cdn": {}}, "slipway:loadBalancer.waf: behind CloudFront its rate limit would count CloudFront's own addresses: give cdn.waf instead", {"slipway:cdn": {"waf": {}}, "slipway:loadBalancer": {}}),
    ({"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/api/*", "limit": 100}, {"path": "/api/", "limit": 50}]}}, "slipway:loadBalancer.waf.rateLimits: '/api/' is there twice; each path has one limit", {"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/api/*", "limit": 100}, {"path": "/api", "limit": 50}]}}),
    ({"slipway:loadBalancer.waf": {"rateLimits": [{"path": f"/{n}", "limit": 100} for n in range(10)]}}, "slipway:loadBalancer.waf.rateLimits: 10 given; at most 9", {"slipway:loadBalancer.waf": {"rateLimits": [{"path": f"/{n}", "limit": 100} for n in range(9)]}}),
    ({"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/", "limit": 2000, "windowSeconds": 60}]}}, "slipway:loadBalancer.waf.rateLimits[0].limit: 2000 per 60 seconds is never reached: loadBalancer.waf.rateLimit blocks an address at 2000 per 300", {"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/", "limit": 1999, "windowSeconds": 60}]}}),
    ({**ALONE, f"{B}.certificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/x"}, f"{B}.certificateArn: the certificate is in eu-west-1; a load balancer in us-east-1 takes those of its own region", {**ALONE, f"{B}.certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"}),
    ({f"{B}.redirects": [{"priority": 1, "toPath": "/x"}]}, f"{B}.redirects[0]: asks for nothing: give hosts or paths", {f"{B}.redirects": [{"priority": 1, "toPath": "/x", "paths": ["/y"]}]}),
    ({f"{B}.redirects": [{"priority": 1, "paths": ["/y"]}]}, f"{B}.redirects[0]: leads nowhere: give toHost or toPath", {f"{B}.redirects": [{"priority": 1, "paths": ["/y"], "toHost": "other.example.org"}]}),
    ({f"{B}.redirects": [{"priority": 1, "paths": ["/old/*"], "toPath": "/old/new/#{path}"}]}, f"{B}.redirects[0]: leads to what it takes itself, so browsers would go round in a circle: give hosts or paths that it does not lead to", {f"{B}.redirects": [{"priority": 1, "paths": ["/old/*"], "toPath": "/new/#{path}"}]}),
    ({f"{B}.redirects": [{"priority": 1, "hosts": ["*.example.com"], "toHost": "shop.example.com"}], **WILD}, f"{B}.redirects[0]: leads to what it takes itself, so browsers would go round in a circle: give hosts or paths that it does not lead to", {f"{B}.redirects": [{"priority": 1, "hosts": ["www.example.com"], "toHost": "shop.example.com"}], **WILD}),
    ({f"{B}.redirects": [{"priority": 1, "paths": ["/y"], "toHost": "*.example.org"}]}, f"{B}.redirects[0].toHost: *.example.org is many hosts; name the one to go to", {f"{B}.redirects": [{"priority": 1, "paths": ["/y"], "toHost": "a.example.org"}]}),
    ({f"{B}.redirects": [{"priority": 100, "paths": ["/y"], "toPath": "/z"}]}, f"{B}.redirects[0].priority: 100 is also the priority of services.api; each needs its own", {f"{B}.redirects": [{"priority": 99, "paths": ["/y"], "toPath": "/z"}]}),
    ({f"{B}.redirects": [{"priority": 99, "paths": ["/*"], "toHost": "other.example.org"}]}, "slipway:services.api.route.priority: 100 comes after loadBalancer.redirects[0], which takes every request that this asks for: give this one a lower number than that", {f"{B}.redirects": [{"priority": 101, "paths": ["/*"], "toHost": "other.example.org"}]}),
    ({f"{B}.redirects": [{"priority": 1, "paths": ["/y"], "toPath": "z"}]}, f"{B}.redirects[0].toPath: 'z' is not a path to go to, such as /new or /new/#{{path}}", {f"{B}.redirects": [{"priority": 1, "paths": ["/y"], "toPath": "/z"}]}),
    ({f"{B}.sources": ["10.0.0.0/8"]}, f"{B}.sources: are of an internal one, and this one faces the internet: say internal: true, or give a route's sources", {**INSIDE, f"{B}.sources": ["10.0.0.0/8"]}),
    ({**INSIDE, f"{B}.sources": ["0.0.0.0/0"]}, f"{B}.sources: 0.0.0.0/0 is everybody, and the internet does not reach it: name the networks", {**INSIDE, f"{B}.sources": ["10.8.0.0/16"]}),
    ({**INSIDE, f"{B}.sources": ["10.8.0.0/16", "10.8.0.0/16"]}, f"{B}.sources: 10.8.0.0/16 is there twice", {**INSIDE, f"{B}.sources": ["10.8.0.0/16", "10.9.0.0/16"]}),
    ({f"{B}.internal": True}, "slipway:uptimeCheck: Route 53 asks from the internet, which an internal load balancer does not answer: leave it out", INSIDE),
    ({f"{B}.accessLogBucket": "acme-logs", f"{B}.accessLogDays": 30}, f"{B}.accessLogDays: is of the bucket that the program makes: leave it out, or accessLogBucket", {f"{B}.accessLogBucket": "acme-logs"}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
