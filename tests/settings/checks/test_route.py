# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.route: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import A, Case, F, evaluate, evaluate_among_others
from tests.settings.files import GONE

CASES: list[Case] = [
    ({f"{F}.route": {"paths": ["/x"], "priority": 100}}, "slipway:services.frontend.route.priority: 100 is also the priority of services.api; each needs its own", {f"{F}.route": {"paths": ["/x"], "priority": 101}}),
    ({f"{A}.route": {"default": True}}, "slipway:services.frontend.route.default: services.api is the default already; there can be one", {f"{A}.route": {"default": True}, f"{F}.route": GONE, f"{F}.health": GONE}),
    ({f"{F}.route": {"paths": ["/api/*"], "priority": 101}}, "slipway:services.frontend.route: services.api gets the same requests; only one of the two would be used", {f"{F}.route": {"paths": ["/api/x"], "priority": 99}}),
    ({f"{F}.port": GONE}, "slipway:services.frontend.route: requests need a port to go to: give port", {f"{F}.port": 1}),
    ({f"{F}.route": {}}, "slipway:services.frontend.route: give paths, hosts or default: true", {f"{F}.route": GONE, f"{F}.health": GONE}),
    ({f"{F}.route.priority": 5}, "slipway:services.frontend.route: the default service gets what is left over: leave paths, hosts and priority out", {f"{F}.route.priority": None}),
    ({f"{A}.route.priority": GONE}, "slipway:services.api.route: missing priority: the order among services, 1 to 50000", {f"{A}.route.priority": 1}),
    ({f"{A}.route.paths": ["/a/*", "/b/*", "/c/*"]}, "slipway:services.api.route: 6 values to match are too many for one rule; at most 5 (a path that ends in /* counts twice): take a common beginning, or write /api* for /api and /api/*, which counts once", {f"{A}.route.paths": ["/a/*", "/b/*", "/c"]}),
    ({f"{A}.route.hosts": ["www.example.com"]}, "slipway:services.api.route.hosts[0]: 'www.example.com' is on no certificate: add it to domain.alternativeHosts", {f"{A}.route.hosts": ["www.example.com"], "slipway:domain.alternativeHosts": ["*.example.com"]}),
    ({f"{A}.route.paths": ["/a*b*", "/c*d*", "/e?f*?"]}, "slipway:services.api.route: 7 wildcards (* and ?) are too many for one rule; at most 6", {f"{A}.route.paths": ["/a*b*", "/c*d*", "/e?f*"]}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
