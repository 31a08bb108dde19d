"""What is asked after an update."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import settings
from settings import checks
from tests.settings.files import GONE, changed, mistakes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"slipway:services.worker.smoke": [{"path": "/"}]},
            "slipway:services.worker.smoke[0]: asks through the public address, but the service has no route",
        ),
        (
            {"slipway:services.api.smoke": [{"path": "/", "host": "other.example.org"}]},
            "slipway:services.api.smoke[0].host: 'other.example.org' is none of this service's hosts; there are: shop.example.com",
        ),
        (
            {"slipway:services.api.smoke": [{"path": "/", "redirect": "/new"}]},
            "slipway:services.api.smoke[0].redirect: an answer that leads elsewhere has a status of 301 to 308, not 200: give status",
        ),
        (
            {"slipway:services.api.deployment": {"strategy": "blueGreen", "bakeMinutes": 60}},
            "slipway:services.api.deployment.verifyMinutes: 30 minutes end before blueGreen can, after 60; give at least 75",
        ),
    ],
    ids=["no route", "a host of somebody else", "a redirect with status 200", "less time than the bake takes"],
)
def test_told(changes: Mapping[str, object], message: str) -> None:
    assert message in mistakes(changed(changes))


def test_several_right_ones() -> None:
    asked: list[object] = [{"path": "/api/health", "contains": "ok", "headers": {"Strict-Transport-Security": ""}}]
    asked += [{"path": "/", "tls": False, "status": 301, "redirect": "https://shop.example.com:443/"}]
    assert mistakes(changed({"slipway:services.api.smoke": asked})) == []


def test_an_internal_balancer_is_asked_from_inside() -> None:
    smoke = {"slipway:services.api.smoke": [{"path": "/api/health"}]}
    inside = {**smoke, "slipway:loadBalancer.internal": True, "slipway:uptimeCheck": GONE}
    told = "asks an internal load balancer, so `pulumi up` has to run in the VPC, or in a network that is joined to it"
    assert [str(one) for one in checks.warnings(settings.parse(changed(inside), "test"))] == [
        f"slipway:services.api.smoke: {told}"
    ]
    assert checks.warnings(settings.parse(changed(smoke), "test")) == []


def test_without_a_domain_there_is_nothing_to_ask() -> None:
    found = mistakes(changed({"slipway:services.api.smoke": [{"path": "/"}], "slipway:domain": GONE}))
    assert any("there is no public address to ask: add slipway:domain" in line for line in found)
