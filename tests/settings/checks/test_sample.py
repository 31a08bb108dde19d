"""A copy of the sample tells what it still has of the sample's."""

from __future__ import annotations

from typing import Any

import settings
from settings import checks
from tests.settings.files import ROOT, SHIPPED, changed, config, mistakes


def warned(values: dict[str, Any]) -> list[str]:
    return [line for line in map(str, checks.warnings(settings.parse(values, "test"))) if "the sample's" in line]


MINE: dict[str, Any] = {
    "aws:region": "us-east-1",
    "slipway:app": "acme",
    "slipway:domain": {"zoneId": "Z0987654321ZYXWVUTSRQ", "host": "www.acme.io"},
    "slipway:media.cdn": {"host": "media.acme.io"},
}


def test_a_copy_is_told_what_is_left() -> None:
    told = warned(changed(MINE))
    assert [line.partition(": ")[0] for line in told] == [
        "slipway:database",
        "slipway:cache",
        "slipway:media",
        "slipway:secrets",
        "slipway:services",
        "slipway:delivery",
        "slipway:budget",
        "slipway:notify",
    ]
    assert (
        told[2] == "slipway:media: 'https://shop.example.com' is still the sample's: put your own there, or take it out"
    )
    assert "'octo-org/storefront'" in told[5]
    assert (
        "/integration/KEY/enqueue', 'dba@example.com', 'team@example.com'" in told[7].replace(" and", ",")
        or "KEY" in told[7]
    )


def test_shipped_files_are_their_own() -> None:
    for path in SHIPPED:
        # Documents that name PagerDuty give no key, so that theirs is a placeholder, too.
        assert [line for line in warned(config(path)) if "integration/KEY" not in line] == [], path


def test_the_samples_marks_are_in_the_sample() -> None:
    text = (ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    for mark in (*checks.sample.MARKS, *checks.sample.PEOPLE, checks.sample.HOST, f"slipway:app: {checks.sample.APP}"):
        assert mark in text


def test_a_media_host_of_the_samples_zone_is_refused() -> None:
    values = changed({**MINE, "slipway:media.cdn": {"host": "media.shop.example.com"}})
    assert mistakes(values) == [
        "slipway:media.cdn.host: 'media.shop.example.com' cannot be in the zone of www.acme.io, where its record would be made: take a host of that zone"
    ]
