# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.volumes: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import settings
from settings import checks
from tests.settings.checks.rules import Case, evaluate, evaluate_among_others
from tests.settings.files import as_engine, changed

ONE: dict[str, Any] = {"slipway:volumes": {"uploads": {}, "more": {}}}
AT = "slipway:services.api.volumes"

CASES: list[Case] = [
    ({**ONE, AT: {"upload": "/data"}}, f"{AT}.upload: there is no volume upload; slipway:volumes: uploads or more", {**ONE, AT: {"uploads": "/data"}}),
    ({AT: {"uploads": "/data"}}, f"{AT}.uploads: there is no volume uploads; slipway:volumes: none is declared", {**ONE, AT: {"uploads": "/data"}}),
    ({**ONE, AT: {"uploads": "/tmp"}}, f"{AT}.uploads.path: /tmp is the system's own folder: a volume would hide what is in it", {**ONE, AT: {"uploads": "/tmp/x"}}),
    ({**ONE, AT: {"uploads": "/data", "more": "/data/more"}}, f"{AT}.more.path: /data/more is inside the folder of volume uploads, or around it", {**ONE, AT: {"uploads": "/data", "more": "/data2"}}),
    ({**ONE, AT: {"uploads": "/data/../etc"}}, f"{AT}.uploads.path: '/data/../etc' is not a folder of the container from its root, such as /data: letters, digits and . _ - between slashes", {**ONE, AT: {"uploads": "/data/..x"}}),
    ({**ONE, AT: {"uploads": "data"}}, f"{AT}.uploads.path: 'data' is not a folder of the container from its root, such as /data: letters, digits and . _ - between slashes", {**ONE, AT: {"uploads": "/data"}}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)


def warned(changes: Mapping[str, object]) -> list[str]:
    found = settings.parse(as_engine(changed(changes)), "prod")
    return [str(warning) for warning in checks.warnings(found) if "volumes" in str(warning)]


def test_what_is_unwise_is_warned_of() -> None:
    told = "\n".join(warned(ONE))
    assert "slipway:volumes.uploads: no service mounts it" in told
    assert not warned({**ONE, AT: {"uploads": "/a", "more": "/b"}})
