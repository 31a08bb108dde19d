# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.network: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import Case, evaluate, evaluate_among_others

CASES: list[Case] = [
    ({"slipway:network.zones": ["us-east-1a"]}, "slipway:network.zones: 1 zone given; two to six are needed, because load balancers and databases span two", {"slipway:network.zones": ["us-east-1a", "us-east-1f"]}),
    ({"slipway:network.zones": ["us-east-1a", "us-east-1a"]}, "slipway:network.zones: us-east-1a, us-east-1a names a zone twice", {"slipway:network.zones": ["us-east-1a", "us-east-1b", "us-east-1c"]}),
    ({"slipway:network.zones": ["us-east-1a", "eu-west-1b"]}, "slipway:network.zones[1]: 'eu-west-1b' is not a zone of us-east-1; its zones are us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e or us-east-1f", {"slipway:network.zones": ["us-east-1a", "us-east-1b"]}),
    ({"slipway:network.endpoints": ["ecr", "s4"]}, "slipway:network.endpoints[1]: 's4' is not an endpoint; allowed: ecr, logs, secretsmanager, monitoring, kms, sts, ssm, ssmmessages, sqs, sns, events, ecs or xray", {"slipway:network.endpoints": ["ecr", "sqs"]}),
    ({"slipway:network.nat": "none", "slipway:network.endpoints": ["ecr", "ecs"]}, "slipway:network.nat: without NAT tasks cannot start: add logs and secretsmanager to network.endpoints, or use single or perZone", {"slipway:network.nat": "none", "slipway:network.endpoints": ["ecr", "ecs", "logs", "secretsmanager"]}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
