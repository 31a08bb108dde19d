# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.shared: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from settings import checks
from tests.settings.checks.rules import Case, evaluate, evaluate_among_others
from tests.settings.files import GONE, ROOT, as_engine, changed, config, mistakes

N = "slipway:network"
MADE: dict[str, Any] = {f"{N}.{name}": GONE for name in ("nat", "endpoints", "acls")}
NETWORK: dict[str, Any] = {"slipway:shared": {"stack": "acme/slipway/platform", "parts": ["network"]}, **MADE}
IN_CLUSTER: dict[str, Any] = {
    "slipway:shared": {"stack": "acme/slipway/platform", "parts": ["cluster"]},
    "slipway:cluster.name": "platform-production",
}
OFFERS: dict[str, Any] = {"slipway:sharing": {"parts": ["network", "cluster"]}, f"{N}.acls": False}
EXISTING: dict[str, Any] = {
    "vpcId": "vpc-0123456789abcdef0",
    "publicSubnetIds": ["subnet-000000aa", "subnet-000000ab"],
    "privateSubnetIds": ["subnet-000000ba", "subnet-000000bb"],
    "isolatedSubnetIds": ["subnet-000000ca", "subnet-000000cb"],
}

NO_DOMAIN: dict[str, Any] = {
    "slipway:loadBalancer.certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/own",
    "slipway:uptimeCheck": GONE,
    "slipway:media.cdn": GONE,
}
FRONT: dict[str, Any] = {"slipway:sharing": {"parts": ["loadBalancer"]}}
SHARED: dict[str, Any] = {"stack": "acme/slipway/platform", "parts": ["network", "loadBalancer"], "priorityBase": 1000}
BEHIND: dict[str, Any] = {"slipway:shared": SHARED, **MADE, "slipway:loadBalancer": GONE}
ZONE: dict[str, Any] = {
    "slipway:shared": {"stack": "acme/slipway/platform", "parts": ["zone"]},
    "slipway:domain.zoneId": GONE,
}
IMAGES: dict[str, Any] = {
    "slipway:shared": {"stack": "acme/slipway/platform", "parts": ["registry"]},
    "slipway:registry": GONE,
}

CASES: list[Case] = [
    ({**NETWORK, "slipway:shared": {"stack": "acme/slipway/platform", "parts": ["network", "network"]}}, "slipway:shared.parts[1]: network is in the list already", NETWORK),
    ({**OFFERS, "slipway:sharing": {"parts": ["cluster", "cluster"]}}, "slipway:sharing.parts[1]: cluster is in the list already", OFFERS),
    ({**NETWORK, "slipway:shared": {"stack": "platform", "parts": ["network"]}}, "slipway:shared.stack: 'platform' is not a stack's full name, ORGANIZATION/PROJECT/STACK, such as acme/slipway/platform; in a state bucket the first is organization", NETWORK),
    ({**NETWORK, f"{N}.nat": "single"}, f"{N}.nat: is decided by the stack that shares the network: leave it out, or take network out of shared.parts", NETWORK),
    ({**NETWORK, f"{N}.existing": EXISTING}, f"{N}.existing: is decided by the stack that shares the network: leave it out, or take network out of shared.parts", NETWORK),
    ({**NETWORK, "slipway:sharing": {"parts": ["network"]}}, "slipway:sharing.parts[0]: network is acme/slipway/platform's, which others have to name themselves: take it out", {**NETWORK, "slipway:sharing": {"parts": ["cluster"]}}),
    ({**IN_CLUSTER, "slipway:cluster": GONE}, "slipway:cluster.name: missing: commands and permissions name the shared cluster; it is the name prefix of the stack that makes it, such as platform-production, unless that names it", IN_CLUSTER),
    ({**IN_CLUSTER, "slipway:services.api.name": "api"}, "slipway:services.api.name: api may be another stack's service in the shared cluster: begin it with storefront-production-, or leave it out", {**IN_CLUSTER, "slipway:services.api.name": "storefront-production-web"}),
    ({**OFFERS, f"{N}.acls": True}, f"{N}.acls: access lists let through what this stack's own services need, and nothing of those that use the network: leave them out, or take network out of sharing.parts", OFFERS),
    ({**OFFERS, "slipway:sharing": {"parts": ["zone"]}, "slipway:domain": GONE, **NO_DOMAIN}, "slipway:sharing.parts[0]: this stack has no zone: add slipway:domain, or take it out", {**OFFERS, "slipway:sharing": {"parts": ["zone"]}}),
    ({**FRONT, "slipway:services.api.route.priority": 1000}, "slipway:services.api.route.priority: 1000 is among those of the stacks that share the load balancer: give less than 1000", {**FRONT, "slipway:services.api.route.priority": 999}),
    ({**FRONT, "slipway:loadBalancer.internal": True, "slipway:uptimeCheck": GONE}, "slipway:loadBalancer.internal: one that others share faces the internet: leave it out", FRONT),
    ({**FRONT, "slipway:loadBalancer.waf": GONE, "slipway:cdn": {}}, "slipway:cdn: the load balancer answers CloudFront alone, and nobody who shares it: leave it out", FRONT),
    ({**BEHIND, "slipway:shared": {"stack": SHARED["stack"], "parts": SHARED["parts"]}}, "slipway:shared.priorityBase: missing: the first priority of this stack's rules at the shared load balancer, such as 2000; each stack has another", BEHIND),
    ({**NETWORK, "slipway:shared": {"stack": "acme/slipway/platform", "parts": ["network"], "priorityBase": 1000}}, "slipway:shared.priorityBase: is of a shared load balancer: leave it out, or add loadBalancer to shared.parts", NETWORK),
    ({**BEHIND, **{f"{N}.{name}": value for name, value in (("nat", "single"), ("endpoints", []), ("acls", False))}, "slipway:shared": {**SHARED, "parts": ["loadBalancer"]}}, "slipway:shared.parts: a load balancer reaches tasks of its own network: add network", BEHIND),
    ({**BEHIND, "slipway:loadBalancer": {"idleTimeoutSeconds": 90}}, "slipway:loadBalancer.idleTimeoutSeconds: is decided by the stack that shares the load balancer: leave it out, or take loadBalancer out of shared.parts", BEHIND),
    ({**BEHIND, "slipway:cdn": {}}, "slipway:cdn: it needs a load balancer that answers CloudFront alone: leave it out, or take loadBalancer out of shared.parts", BEHIND),
    ({**BEHIND, "slipway:services.api.route.priority": 990}, "slipway:services.api.route.priority: 990 is beyond this stack's at the shared load balancer: give 1 to 989", {**BEHIND, "slipway:services.api.route.priority": 989}),
    ({**BEHIND, "slipway:services.api.route": {"paths": ["/a/*", "/b/*", "/c/*"], "priority": 100}, "slipway:services.api.deployment": {"strategy": "blueGreen"}, "slipway:services.api.scaling": GONE}, "slipway:services.api.route: blueGreen moves the requests of one rule, and 7 values need 3: give fewer, or choose rolling", {**BEHIND, "slipway:services.api.route": {"paths": ["/a/*"], "priority": 100}, "slipway:services.api.deployment": {"strategy": "blueGreen"}, "slipway:services.api.scaling": GONE}),
    ({**ZONE, "slipway:domain.zoneId": "Z0123456789ABC"}, "slipway:domain.zoneId: is the other stack's to say: leave it out, or take zone out of shared.parts", ZONE),
    ({**IMAGES, "slipway:registry": {"keepImages": 5}}, "slipway:registry.keepImages: is decided by the stack that shares the registry: leave it out, or take registry out of shared.parts", {**IMAGES, "slipway:registry": {"repositories": ["storefront/base"]}}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[1][:60])
def test_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[1][:60])
def test_rule_among_others(case: Case) -> None:
    evaluate_among_others(case)


def test_parts_are_named_and_known() -> None:
    assert mistakes(changed({**NETWORK, "slipway:shared": {"stack": "acme/slipway/platform", "parts": []}})) != []
    (told,) = mistakes(changed({**OFFERS, "slipway:sharing": {"parts": ["database"]}}))
    assert told.startswith("slipway:sharing.parts[0]: 'database' is not allowed")


def test_the_base_is_one_of_thousands() -> None:
    (told,) = mistakes(changed({**BEHIND, "slipway:shared": {**SHARED, "priorityBase": 1500}}))
    assert told.startswith(
        "slipway:shared.priorityBase: 1500 is not the first of a stack's thousand priorities; allowed: 1000, 2000,"
    )
    assert mistakes(changed({**BEHIND, "slipway:shared": {**SHARED, "priorityBase": 49000}})) == []
    assert mistakes(changed({**BEHIND, "slipway:shared": {**SHARED, "priorityBase": 50000}})) != []


def test_sharing_without_protection_is_warned_of() -> None:
    loose = settings.parse(changed({**OFFERS, "slipway:protection.protect": False}), "prod")
    kept = settings.parse(changed(OFFERS), "prod")
    told = "slipway:sharing.parts: others stand in them, and protection.protect is off"
    assert any(str(warning).startswith(told) for warning in checks.warnings(loose))
    assert not any(str(warning).startswith(told) for warning in checks.warnings(kept))


def test_a_network_that_was_there_is_passed_on_whole() -> None:
    values = config(ROOT / "examples/platform/Pulumi.platform.yaml")
    values["slipway:network"]["existing"] = {**EXISTING}
    assert mistakes(as_engine(values)) == []
    del values["slipway:network"]["existing"]["isolatedSubnetIds"]
    assert mistakes(as_engine(values)) == [
        f"{N}.existing.isolatedSubnetIds: none given for those that use the network: give one for each of zones"
    ]
