# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.service: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import SIDECAR, A, Case, F, W, evaluate, evaluate_among_others

CASES: list[Case] = [
    ({f"{W}.name": "same", f"{F}.name": "same", f"{W}.family": "w"}, "slipway:services.frontend.name: 'same' is also that of services.worker; each needs its own", {f"{W}.name": "same", f"{F}.name": "other"}),
    ({f"{W}.family": "same", f"{F}.family": "same", f"{W}.logGroup": "a"}, "slipway:services.frontend.family: 'same' is also that of services.worker; each needs its own", {f"{W}.family": "same", f"{F}.family": "other"}),
    ({f"{W}.logGroup": "/same", f"{F}.logGroup": "/same"}, "slipway:services.frontend.logGroup: '/same' is also that of services.worker; each needs its own", {f"{W}.logGroup": "/same"}),
    ({f"{A}.memoryMib": 8192}, "slipway:services.api.memoryMib: 8192 MiB does not go with cpu 512; allowed: 1024 to 4096 in steps of 1024 MiB", {f"{A}.memoryMib": 4096}),
    ({f"{A}.tmpMib": 1024}, "slipway:services.api.tmpMib: 1024 MiB of /tmp are held in memory, of which the task has 1024 MiB: give less", {f"{A}.tmpMib": 512}),
    ({f"{A}.logGroup": "aws/api"}, "slipway:services.api.logGroup: 'aws/api' is not to be had: CloudWatch Logs keeps what begins with aws/ for AWS; begin it with a slash, such as /aws/api", {f"{A}.logGroup": "/aws/api"}),
    ({f"{A}.cpu": 500}, "slipway:services.api.cpu: cpu 500 is not a Fargate size; allowed: 256, 512, 1024, 2048, 4096, 8192, 16384 or 32768", {f"{A}.cpu": 256}),
    ({f"{A}.sidecars.agent": {**SIDECAR, "cpu": 512}}, "slipway:services.api.sidecars: the sidecars' cpu of 512 leaves nothing of the task's 512 for the service", {f"{A}.sidecars.agent": {**SIDECAR, "cpu": 256}}),
    ({f"{A}.sidecars.agent": {**SIDECAR, "memoryMib": 1024}}, "slipway:services.api.sidecars: the sidecars' memoryMib of 1024 leaves nothing of the task's 1024 for the service", {f"{A}.sidecars.agent": {**SIDECAR, "memoryMib": 512}}),
    ({f"{A}.health.timeoutSeconds": 30}, "slipway:services.api.health.timeoutSeconds: 30 must be below the interval of 30 seconds", {f"{A}.health.timeoutSeconds": 29}),
    ({f"{A}.sidecars.agent": {**SIDECAR, "before": "healthy"}}, "slipway:services.api.sidecars.agent.before: it has no healthCheck that could pass: give it one, or say started", {f"{A}.sidecars.agent": {**SIDECAR, "before": "started"}}),
    ({f"{A}.sidecars.agent": {**SIDECAR, "before": "succeeded", "essential": True}}, "slipway:services.api.sidecars.agent.before: the task stops when an essential container ends: leave essential out", {f"{A}.sidecars.agent": {**SIDECAR, "before": "succeeded"}}),
    ({f"{A}.sidecars.api": SIDECAR}, "slipway:services.api.sidecars.api: 'api' is the service's own container; choose another name", {f"{A}.sidecars.apis": SIDECAR}),
    ({f"{A}.sidecars.agent": {**SIDECAR, "port": 8000}}, "slipway:services.api.sidecars.agent.port: 8000 is taken in this task; each container listens on a port of its own", {f"{A}.sidecars.agent": {**SIDECAR, "port": 8001}}),
    ({f"{A}.sidecars": {"a": {**SIDECAR, "port": 9}, "b": {**SIDECAR, "port": 9}}}, "slipway:services.api.sidecars.b.port: 9 is taken in this task; each container listens on a port of its own", {f"{A}.sidecars": {"a": {**SIDECAR, "port": 9}, "b": SIDECAR}}),
    ({f"{W}.egress": [{"port": 443}, {"port": 8443}, {"port": 8443}]}, "slipway:services.worker.egress[2]: 8443 to 0.0.0.0/0 is there already", {f"{W}.egress": [{"port": 443}, {"port": 8443}, {"port": 8443, "cidr": "198.51.100.0/24"}]}),
    ({f"{W}.health": {"path": "/x"}}, "slipway:services.worker.health: the load balancer asks only services with a route: leave it out", {f"{F}.health": {"path": "/x"}}),
    ({f"{W}.exec": True, f"{W}.readOnlyRoot": True}, "slipway:services.worker.readOnlyRoot: exec makes the filesystem writable: take one of the two out", {f"{W}.exec": True, f"{W}.readOnlyRoot": False}),
    ({f"{F}.tasks": {"count": 2}, f"{F}.deployment": {"maximumPercent": 149}}, "slipway:services.frontend.deployment.maximumPercent: 149 with minimumHealthyPercent 100 lets no task of 2 be replaced: give 150 or more, or a lower minimumHealthyPercent", {f"{F}.tasks": {"count": 2}, f"{F}.deployment": {"maximumPercent": 150}}),
    ({f"{F}.tasks": {"count": 1}, f"{F}.deployment": {"maximumPercent": 100, "minimumHealthyPercent": 60}}, "slipway:services.frontend.deployment.maximumPercent: 100 with minimumHealthyPercent 60 lets no task of 1 be replaced: give 200 or more, or a lower minimumHealthyPercent", {f"{F}.tasks": {"count": 2}, f"{F}.deployment": {"maximumPercent": 100, "minimumHealthyPercent": 50}}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
