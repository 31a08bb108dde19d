# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.observability: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import Case, evaluate

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CASES: list[Case] = [
    ({"slipway:logs": {"customerKey": False, "keyArn": KEY}}, "slipway:logs.keyArn: is a key of a customer's: leave it out, or customerKey", {"slipway:logs": {"keyArn": KEY}}),
    ({"slipway:logs": {"keyArn": KEY.replace("us-east-1", "eu-west-1")}}, "slipway:logs.keyArn: the key is in eu-west-1; logs in us-east-1 take one of their own region", {"slipway:logs": {"keyArn": KEY}}),
    ({"slipway:alarms.metrics": {"m": {"namespace": "Shop", "metric": "Lost", "above": 0, "dimensions": {":kind": "x"}}}}, "slipway:alarms.metrics.m.dimensions[:kind]: ':kind' is not a dimension's name: at most 255 printable characters of ASCII, a colon not first", {"slipway:alarms.metrics": {"m": {"namespace": "Shop", "metric": "Lost", "above": 0, "dimensions": {"a:kind": "x y"}}}}),
    ({"slipway:alarms.logs": {"oom": {"service": "ap", "pattern": "x"}}}, "slipway:alarms.logs.oom.service: there is no service ap; slipway:services: api, worker or frontend", {"slipway:alarms.logs": {"oom": {"service": "api", "pattern": "x"}}}),
    ({"slipway:alarms.logs": {"oom": {"service": "api", "pattern": '"x'}}}, "slipway:alarms.logs.oom.pattern: '\"x' is not a filter pattern: a quotation mark is not closed", {"slipway:alarms.logs": {"oom": {"service": "api", "pattern": '"x"'}}}),
    ({"slipway:alarms.mutedDuring": {"w": {"of": ["services.ap"], "start": "03:00", "minutes": 60}}}, "slipway:alarms.mutedDuring.w.of[0]: services.ap: there is api, worker or frontend", {"slipway:alarms.mutedDuring": {"w": {"of": ["services.api"], "start": "03:00", "minutes": 60}}}),
    ({"slipway:alarms.mutedDuring": {"w": {"of": ["queues"], "start": "03:00", "minutes": 60}}}, "slipway:alarms.mutedDuring.w.of[0]: queues: this stack has no alarms of queues", {"slipway:alarms.mutedDuring": {"w": {"of": ["cache"], "start": "03:00", "minutes": 60}}}),
    ({"slipway:alarms.mutedDuring": {"w": {"of": ["jobs"], "start": "03:00", "minutes": 60}}}, "slipway:alarms.mutedDuring.w.of[0]: 'jobs' is not whose alarms can be muted: loadBalancer, internalBalancer, services, services.<name>, database, cache, queues, queues.<name>, metrics.<name> or logs.<name>", {"slipway:alarms.mutedDuring": {"w": {"of": ["services"], "start": "03:00", "minutes": 60}}}),
    ({"slipway:alarms": {"errors5xxPercent": None, "errors4xxPercent": None, "mutedDuring": {"w": {"of": ["loadBalancer"], "start": "03:00", "minutes": 60}}}}, "slipway:alarms.mutedDuring.w.of[0]: loadBalancer: it has no alarm that may be muted", {"slipway:alarms": {"errors5xxPercent": None, "mutedDuring": {"w": {"of": ["loadBalancer"], "start": "03:00", "minutes": 60}}}}),
    ({"slipway:alarms.mutedDuring": {"w": {"of": ["database"], "start": "03:00", "minutes": 60, "days": ["sat", "sat"]}}}, "slipway:alarms.mutedDuring.w.days: sat stands there twice", {"slipway:alarms.mutedDuring": {"w": {"of": ["database"], "start": "03:00", "minutes": 60, "days": ["sat"]}}}),
    ({"slipway:alarms.mutedDuring": {"w": {"of": ["database"], "start": "03:00", "minutes": 720}, "v": {"of": ["cache"], "start": "03:00", "minutes": 1}}}, "slipway:alarms.mutedDuring: all windows together last 5047 minutes a week; at most 5040, half of it, are allowed, so that no alarm is off for good", {"slipway:alarms.mutedDuring": {"w": {"of": ["database"], "start": "03:00", "minutes": 720}}}),
    ({"slipway:alarms.mutedDuring": {"w": {"of": ["database"], "start": "3:00", "minutes": 60}}}, "slipway:alarms.mutedDuring.w.start: '3:00' is not a time of day, such as 20:00", {"slipway:alarms.mutedDuring": {"w": {"of": ["database"], "start": "03:00", "minutes": 60}}}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)
