# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.scaling: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import A, Case, F, W, evaluate, evaluate_among_others
from tests.settings.files import GONE

CASES: list[Case] = [
    ({f"{F}.tasks.count": 1}, "slipway:services.frontend.tasks: give count alone, or min and max", {f"{F}.tasks": {"count": 1}}),
    ({f"{F}.tasks.max": GONE}, "slipway:services.frontend.tasks: give min and max, or count", {f"{F}.tasks.max": 5}),
    ({f"{F}.tasks.desired": 9}, "slipway:services.frontend.tasks: min 2, desired 9 and max 4 must not decrease in this order", {f"{F}.tasks.desired": 4}),
    ({f"{A}.tasks": {"count": 2}}, "slipway:services.api.scaling: a fixed count does not scale: give tasks.min and tasks.max", {f"{A}.tasks": {"count": 2}, f"{A}.scaling": GONE}),
    ({f"{A}.tasks": {"min": 2, "max": 2}}, "slipway:services.api.scaling: min and max are both 2: nothing to scale between", {f"{A}.tasks": {"min": 2, "max": 3}}),
    ({f"{A}.scaling": {"targets": {}}}, "slipway:services.api.scaling: give targets or steps with a metric or a queue, or leave scaling out for CPU at 70 %", {f"{A}.scaling": {"targets": {"memoryPercent": 70}}}),
    ({f"{W}.scaling": {"targets": {"requestsPerMinute": 5}}}, "slipway:services.worker.scaling.targets.requestsPerMinute: only a service with a route gets requests", {f"{W}.scaling": {"targets": {"cpuPercent": 5}}}),
    ({f"{W}.scaling.steps.cpuPercent.down": 70}, "slipway:services.worker.scaling.steps.cpuPercent: down 70 must be below up 70", {f"{W}.scaling.steps.cpuPercent.down": 69}),
    ({f"{W}.scaling.targets": {"cpuPercent": 50}}, "slipway:services.worker.scaling.steps.cpuPercent: is also a target; one metric scales in one way", {f"{W}.scaling.targets": {"memoryPercent": 50}}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
