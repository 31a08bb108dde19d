# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.network: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.settings.checks.rules import Case, evaluate, evaluate_among_others
from tests.settings.files import GONE

N = "slipway:network"
EIP = "eipalloc-0123456789abcde0"
GIVEN: dict[str, Any] = {
    "vpcId": "vpc-0123456789abcdef0",
    "publicSubnetIds": ["subnet-000000aa", "subnet-000000ab"],
    "privateSubnetIds": ["subnet-000000ba", "subnet-000000bb"],
    "isolatedSubnetIds": ["subnet-000000ca", "subnet-000000cb"],
}
MADE = {f"{N}.{name}": GONE for name in ("nat", "endpoints", "acls")}

CASES: list[Case] = [
    ({"slipway:network.zones": ["us-east-1a"]}, "slipway:network.zones: 1 zone given; two to six are needed, because load balancers and databases span two", {"slipway:network.zones": ["us-east-1a", "us-east-1f"]}),
    ({"slipway:network.zones": ["us-east-1a", "us-east-1a"]}, "slipway:network.zones: us-east-1a, us-east-1a names a zone twice", {"slipway:network.zones": ["us-east-1a", "us-east-1b", "us-east-1c"]}),
    ({"slipway:network.zones": ["us-east-1a", "eu-west-1b"]}, "slipway:network.zones[1]: 'eu-west-1b' is not a zone of us-east-1; its zones are us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e or us-east-1f", {"slipway:network.zones": ["us-east-1a", "us-east-1b"]}),
    ({"slipway:network.endpoints": ["ecr", "s4"]}, "slipway:network.endpoints[1]: 's4' is not an endpoint; allowed: ecr, logs, secretsmanager, monitoring, kms, sts, ssm, ssmmessages, sqs, sns, events, ecs or xray", {"slipway:network.endpoints": ["ecr", "sqs"]}),
    ({"slipway:network.nat": "none", "slipway:network.endpoints": ["ecr", "ecs"]}, "slipway:network.nat: without NAT tasks cannot start: add logs and secretsmanager to network.endpoints, or use single or perZone", {"slipway:network.nat": "none", "slipway:network.endpoints": ["ecr", "ecs", "logs", "secretsmanager"]}),
    ({f"{N}.natAllocationIds": [EIP + "0"]}, f"{N}.natAllocationIds: 1 given, and there are 2 NAT gateways: give one for each, or none", {f"{N}.natAllocationIds": [EIP + "0", EIP + "1"]}),
    ({f"{N}.natAllocationIds": [EIP + "0", EIP + "0"]}, f"{N}.natAllocationIds[1]: {EIP}0 is in the list already", {f"{N}.natAllocationIds": [EIP + "0"], f"{N}.nat": "single"}),
    ({f"{N}.natAllocationIds": ["203.0.113.7"], f"{N}.nat": "single"}, f"{N}.natAllocationIds[0]: '203.0.113.7' is not an allocation id, such as eipalloc-0123456789abcdef0", {f"{N}.natAllocationIds": [EIP + "0"], f"{N}.nat": "single"}),
    ({f"{N}.existing": GIVEN, **MADE, f"{N}.nat": "single"}, f"{N}.nat: is of a network that the program makes: leave it out, or existing", {f"{N}.existing": GIVEN, **MADE}),
    ({f"{N}.existing": {**GIVEN, "publicSubnetIds": ["subnet-000000aa"]}, **MADE}, f"{N}.existing.publicSubnetIds: 1 given for 2 zones: give one for each, in their order", {f"{N}.existing": GIVEN, **MADE}),
    ({f"{N}.existing": {k: v for k, v in GIVEN.items() if k != "isolatedSubnetIds"}, **MADE}, f"{N}.existing.isolatedSubnetIds: none given for database, cache and volumes: give one for each of zones", {f"{N}.existing": GIVEN, **MADE}),
    ({f"{N}.existing": {**GIVEN, "isolatedSubnetIds": [*GIVEN["privateSubnetIds"][:1], "subnet-000000cc"]}, **MADE}, f"{N}.existing.isolatedSubnetIds[0]: subnet-000000ba is given already; each tier has subnets of its own", {f"{N}.existing": GIVEN, **MADE}),
    ({f"{N}.natAllocationIds": [EIP + "0"], f"{N}.nat": "regional"}, f"{N}.natAllocationIds: a regional NAT gateway has addresses of AWS's choice: leave them out, or use perZone", {f"{N}.nat": "regional"}),
    ({f"{N}.tasks": "public", f"{N}.acls": False}, f"{N}.nat: tasks in public subnets leave by the internet gateway, so a NAT gateway would be paid for nothing: say none", {f"{N}.tasks": "public", f"{N}.acls": False, f"{N}.nat": "none", f"{N}.endpoints": ["ecs", "secretsmanager"]}),
    ({f"{N}.tasks": "public", f"{N}.nat": "none", f"{N}.endpoints": ["ecs", "secretsmanager"]}, f"{N}.acls: access lists are written for tasks in private subnets: leave them out, or say tasks: private", {f"{N}.tasks": "public", f"{N}.acls": False, f"{N}.nat": "none", f"{N}.endpoints": ["ecs", "secretsmanager"]}),
    ({f"{N}.tasks": "public", f"{N}.nat": "none", f"{N}.acls": False, f"{N}.endpoints": ["ecs"]}, f"{N}.nat: without NAT nobody restarts the services that read a urlSecret: add secretsmanager to network.endpoints, or use single or perZone", {f"{N}.tasks": "public", f"{N}.acls": False, f"{N}.nat": "none", f"{N}.endpoints": ["ecs", "secretsmanager"]}),
    ({f"{N}.existing": {**GIVEN, "privateSubnetIds": []}, **MADE, "slipway:loadBalancer.internal": True, "slipway:uptimeCheck": GONE}, f"{N}.existing.privateSubnetIds: none given for the load balancer: give one for each of zones", {f"{N}.existing": {**GIVEN, "publicSubnetIds": []}, **MADE, "slipway:loadBalancer.internal": True, "slipway:uptimeCheck": GONE}),
    ({f"{N}.existing": {**GIVEN, "privateSubnetIds": []}, **MADE}, f"{N}.existing.privateSubnetIds: none given for the tasks: give one for each of zones", {f"{N}.existing": {**GIVEN, "privateSubnetIds": []}, **MADE, f"{N}.tasks": "public", "slipway:database.urlSecret": GONE, "slipway:cache.urlSecret": GONE, "slipway:services.api.secrets": {}, "slipway:services.worker.secrets": {}}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
