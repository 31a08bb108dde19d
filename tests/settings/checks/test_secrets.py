# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.secrets: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import NO_NAT, Case, evaluate, evaluate_among_others

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

CASES: list[Case] = [
    ({"slipway:secrets.database": {}}, "slipway:secrets.database: 'database' is what the database's own secret is called; choose another name", {"slipway:secrets.databases": {}}),
    ({"slipway:protection": {"secretRecoveryDays": 3}}, "slipway:protection.secretRecoveryDays: 3 is not a recovery window Secrets Manager has; allowed: 0 or 7 to 30", {"slipway:protection": {"secretRecoveryDays": 7}}),
    ({"slipway:secrets.x": {"keys": ["a", "b", "a"]}}, "slipway:secrets.x.keys[2]: 'a' is in the list already", {"slipway:secrets.x": {"keys": ["a", "b"]}}),
    ({"slipway:secrets.storefront-session-key": {}}, "slipway:secrets.storefront-session-key: 'storefront-session-key' and 'storefront/session-key' differ in punctuation or case at most; rename or remove one", {"slipway:secrets.storefront-session-key-2": {}}),
    ({"slipway:secrets.x": {"description": "d" * 2049}}, "slipway:secrets.x: description and keys have 2049 characters; at most 2048 are allowed", {"slipway:secrets.x": {"description": "d" * 2048}}),
    ({"slipway:secrets.=": {}}, 'slipway:secrets["="]: \'=\' has neither a letter nor a digit', {"slipway:secrets.=a": {}}),
    ({"slipway:secrets.x": {"keyArn": KEY}}, "slipway:secrets.x.keyArn: goes with existing: a secret of this stack has the stack's key", {"slipway:secrets.x": {"keyArn": KEY, "existing": "shared/x"}}),
    ({"slipway:secrets.x": {"existing": "shared/x", "rotateDays": 30}}, "slipway:secrets.x.rotateDays: belongs to whoever made the existing secret: leave it out", {"slipway:secrets.x": {"rotateDays": 30}}),
    ({"slipway:secrets.x": {"existing": "/shared/x", "keys": ["a"]}}, "slipway:secrets.x.keys: ECS reads a parameter as a whole: leave them out", {"slipway:secrets.x": {"existing": "shared/x", "keys": ["a"]}}),
    ({"slipway:secrets.x": {"existing": "/shared/x"}, **NO_NAT}, "slipway:secrets.x.existing: is a parameter, out of the tasks' reach without NAT: add ssm to network.endpoints, or use single or perZone", {"slipway:secrets.x": {"existing": "shared/x"}, **NO_NAT}),
    ({"slipway:secrets.hook": {"existing": "shared/hook"}, "slipway:notify.page": [{"slackWebhookSecret": "hook"}]}, "slipway:notify.page[0].slackWebhookSecret: the secret hook is another's; the function that tells Slack reads those that this stack makes", {"slipway:secrets.hook": {}, "slipway:notify.page": [{"slackWebhookSecret": "hook"}]}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
