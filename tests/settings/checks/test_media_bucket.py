# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.media_bucket: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

import settings
from settings import checks
from tests.settings.checks.rules import Case, evaluate, evaluate_among_others
from tests.settings.files import GONE, as_engine, changed

CASES: list[Case] = [
    ({"slipway:media.archiveDays": 119, "slipway:media.infrequentAccessDays": 90}, "slipway:media.archiveDays: 119 is too early: files stay 30 days where infrequentAccessDays puts them, so 120 or more", {"slipway:media.archiveDays": 120, "slipway:media.infrequentAccessDays": 90}),
    ({"slipway:media.bucket": "shop-logs", "slipway:loadBalancer.accessLogBucket": "shop-logs"}, "slipway:media.bucket: 'shop-logs' is the bucket of loadBalancer.accessLogBucket, which is there already: choose another name", {"slipway:media.bucket": "shop-media", "slipway:loadBalancer.accessLogBucket": "shop-logs"}),
    ({"slipway:media.cdn.host": "shop.example.com"}, "slipway:media.cdn.host: 'shop.example.com' already leads to the application (domain.host); media needs a host of its own", {"slipway:media.cdn.host": "m.example.com"}),
    ({"slipway:domain.zoneId": GONE, "slipway:domain.zone": "example.com", "slipway:media.cdn.host": "a.example.org"}, "slipway:media.cdn.host: 'a.example.org' is not inside the zone example.com", {"slipway:media.cdn.host": "a.example.com"}),
    ({"slipway:media.cdn.host": f"{'m' * 53}.example.com"}, "slipway:media.cdn.host: a text of 65 characters is longer than the 64 characters allowed", {"slipway:media.cdn.host": f"{'m' * 52}.example.com"}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)


def test_it_is_told_that_nobody_hears_of_malware() -> None:
    quiet = {"slipway:notify": GONE, "slipway:alarms": GONE, "slipway:uptimeCheck": GONE, "slipway:budget": GONE}
    told = "nobody is told of malware, nor of what could not be scanned: add slipway:notify"
    for changes, expected in (({}, False), (quiet, True)):
        found = settings.parse(as_engine(changed({"slipway:media.malwareScan": {}, **changes})), "prod")
        assert (told in [problem.message for problem in checks.warnings(found)]) is expected
