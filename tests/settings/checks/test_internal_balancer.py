# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.internal_balancer and of routes through it: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from settings import checks
from tests.settings.checks.rules import A, B, Case, F, W, evaluate, evaluate_among_others
from tests.settings.files import GONE, changed

I = "slipway:internalBalancer"  # noqa: E741 - as the others
THROUGH: dict[str, Any] = {"through": "internalBalancer", "paths": ["/api/*"], "priority": 100}
INSIDE: dict[str, Any] = {I: {"sources": ["10.8.0.0/16"]}, f"{A}.route": THROUGH}
USED: dict[str, Any] = {I: {}, f"{A}.route": THROUGH, f"{W}.uses": ["database", "cache", "media", "internalBalancer"]}
ELSEWHERE = "arn:aws:acm:eu-west-1:123456789012:certificate/x"
HERE = "arn:aws:acm:us-east-1:123456789012:certificate/x"
MANY = [{"paths": [f"/{letter}"], "priority": number} for number, letter in enumerate("abcdefghij", 1)]

CASES: list[Case] = [
    ({**INSIDE, f"{B}.internal": True, "slipway:uptimeCheck": GONE}, f"{I}: is a second one, beside a load balancer that faces the internet: a stack with one alone says loadBalancer: {{internal: true}}", INSIDE),
    ({**INSIDE, f"{I}.name": "shop", f"{B}.name": "Shop"}, f"{I}.name: 'shop' is what the other load balancer is called: AWS takes a name once, so choose another", {**INSIDE, f"{I}.name": "shop-in", f"{B}.name": "shop"}),
    ({**INSIDE, I: {"sources": ["0.0.0.0/0"]}}, f"{I}.sources: 0.0.0.0/0 is everybody, and the internet does not reach it: name the networks", INSIDE),
    ({**INSIDE, I: {"sources": ["10.8.0.0/16", "10.8.0.0/16"]}}, f"{I}.sources: 10.8.0.0/16 is there twice", INSIDE),
    ({**INSIDE, f"{I}.certificateArn": ELSEWHERE}, f"{I}.certificateArn: the certificate is in eu-west-1; a load balancer in us-east-1 takes those of its own region", {**INSIDE, f"{I}.certificateArn": HERE}),
    ({**INSIDE, f"{I}.hosts": ["shop.example.com"]}, f"{I}.hosts[0]: 'shop.example.com' already leads to the application (domain.host); the internal load balancer needs a host of its own", {**INSIDE, f"{I}.hosts": ["in.shop.example.com"]}),
    ({**INSIDE, f"{I}.hosts": ["in.example.org"]}, f"{I}.hosts[0]: 'in.example.org' cannot be in the zone of shop.example.com, where its record would be made: take a host of that zone", {**INSIDE, f"{I}.hosts": ["in.example.com"]}),
    ({**INSIDE, f"{I}.hosts": ["*.in.example.com"]}, f"{I}.hosts[0]: '*.in.example.com' is many hosts; name one to be called by first", {**INSIDE, f"{I}.hosts": ["a.in.example.com", "*.in.example.com"]}),
    ({**INSIDE, f"{A}.route.hosts": ["shop.example.com"]}, f"{A}.route.hosts[0]: 'shop.example.com' is on no certificate: add it to internalBalancer.hosts", {**INSIDE, f"{A}.route.hosts": ["internal.shop.example.com"]}),
    ({f"{A}.route": THROUGH}, f"{A}.route.through: there is no internal load balancer: add slipway:internalBalancer", INSIDE),
    ({f"{W}.uses": ["database", "cache", "media", "internalBalancer"]}, f"{W}.uses[3]: 'internalBalancer' is not in this stack: add slipway:internalBalancer", USED),
    ({**INSIDE, f"{W}.environment.INSIDE": "${internalBalancer.url}"}, f"{W}.environment.INSIDE: ${{internalBalancer.url}} is out of this service's reach: add internalBalancer to its uses", {**USED, f"{W}.environment.INSIDE": "${internalBalancer.url}"}),
    ({**INSIDE, f"{A}.smoke": [{"path": "/api/health"}]}, f"{A}.smoke[0]: asks through the public address, which does not lead to the services of internalBalancer: leave it out", {**INSIDE, f"{F}.smoke": [{"path": "/"}]}),
    ({**INSIDE, f"{A}.routes": [{"paths": ["/x"], "priority": 100}]}, f"{A}.routes[0].priority: 100 is also the priority of services.api; each needs its own", {**INSIDE, f"{F}.routes": [{"paths": ["/x"], "priority": 100}]}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({I: {"sources": ["10.8.0.0/16"]}}, "leads to no service: give one a route through it, as {through: internalBalancer, default: true}"),
        ({**INSIDE, I: {}}, "nobody reaches it: give sources, or name it in the uses of the services that do"),
    ],
)  # fmt: skip
def test_one_that_is_of_no_use_is_told_of(changes: dict[str, Any], told: str) -> None:
    assert [str(one) for one in checks.warnings(settings.parse(changed(changes), "test"))] == [f"{I}: {told}"]
    for kept in (INSIDE, USED):
        assert not checks.warnings(settings.parse(changed(kept), "test"))


def test_each_balancer_has_a_default_of_its_own() -> None:
    both = {**INSIDE, f"{A}.route": {"through": "internalBalancer", "default": True}}
    assert not checks.problems(settings.parse(changed(both), "test"))


def test_behind_cloudfront_the_internal_one_is_not() -> None:
    """No header takes a value of its rules, sources are who asks, and it speaks what tasks speak."""
    route = {"through": "internalBalancer", "sources": [f"10.{n}.0.0/16" for n in range(5)], "priority": 1}
    behind = {
        **INSIDE,
        f"{A}.route": route,
        f"{A}.protocol": "http2",
        f"{A}.deployment.strategy": "blueGreen",
        f"{A}.scaling.targets.requestsPerMinute": GONE,
        f"{B}.waf": GONE,
        "slipway:cdn": {},
    }
    assert not checks.problems(settings.parse(changed(behind), "test"))


def test_without_a_domain_it_needs_a_certificate_and_names() -> None:
    alone = {"slipway:domain": GONE, "slipway:uptimeCheck": GONE, "slipway:media.cdn": {}, f"{B}.certificateArn": HERE}
    given = {**INSIDE, I: {"sources": ["10.8.0.0/16"], "certificateArn": HERE, "hosts": ["in.example.com"]}}
    assert not checks.problems(settings.parse(changed({**alone, **given}), "test"))
    with pytest.raises(settings.InvalidSettings, match="under a name: add slipway:domain, or give certificateArn and"):
        settings.parse(changed({**alone, **given, f"{I}.hosts": GONE}), "test")
