# ruff: noqa: E501 - a case reads best on one line
"""Rules for log routers and for how new versions take over: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from settings import derived
from tests.settings.files import GONE, changed, mistakes

A, W, F = "slipway:services.api", "slipway:services.worker", "slipway:services.frontend"
ROUTES = {"access": "/ecs/storefront/access", "errors": "/ecs/storefront/errors"}
ROUTER = {"routes": ROUTES}
SWITCH = {"strategy": "blueGreen"}
NO_REQUESTS = {f"{A}.scaling.targets.requestsPerMinute": GONE}
PRIVATE = {"image": {"uri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/fluent-bit:3.4.14"}}
AGENT = {"image": {"uri": "public.ecr.aws/x/agent:1.2"}}

CASES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({f"{F}.logRouter": {"routes": {}}}, f"{F}.logRouter.routes: ", {f"{F}.logRouter": ROUTER}),
    ({f"{F}.logRouter": {"routes": {"Access": "/x"}}}, f"{F}.logRouter.routes.Access: ", {f"{F}.logRouter": {"routes": {"access": "/x"}}}),
    ({f"{F}.logRouter": {"routes": {"access": "/x y"}}}, f"{F}.logRouter.routes.access: '/x y' is not a log group's name", {}),
    ({f"{F}.logRouter": {**ROUTER, "memoryMib": 31}}, f"{F}.logRouter.memoryMib: ", {f"{F}.logRouter": {**ROUTER, "memoryMib": 32}}),
    ({f"{F}.logRouter": {**ROUTER, "memoryMib": 512}}, f"{F}.sidecars: the sidecars' memoryMib of 512 leaves nothing of the task's 512 for the service", {f"{F}.logRouter": {**ROUTER, "memoryMib": 511}}),
    ({f"{F}.logRouter": ROUTER, f"{W}.logRouter": {"routes": {"access": ROUTES["access"]}}}, f"{F}.logRouter.routes.access: '/ecs/storefront/access' is also that of services.worker; each needs its own", {f"{F}.logRouter": ROUTER, f"{W}.logRouter": {"routes": {"access": "/ecs/worker/access"}}}),
    ({f"{F}.logRouter": {"routes": {"access": "/x", "errors": "/x"}}}, f"{F}.logRouter.routes.errors: '/x' is also that of services.frontend; each needs its own", {}),
    ({f"{F}.logGroup": "/x", f"{F}.logRouter": {"routes": {"access": "/x"}}}, f"{F}.logRouter.routes.access: '/x' is also that of services.frontend; each needs its own", {}),
    ({f"{W}.logGroup": "/x", f"{F}.logGroup": "/x"}, f"{F}.logGroup: '/x' is also that of services.worker; each needs its own", {f"{W}.logGroup": "/x", f"{F}.logGroup": "/y"}),
    ({f"{F}.logRouter": {**ROUTER, "image": {"uri": "public.ecr.aws/x/fluent-bit:latest"}}}, f"{F}.logRouter.image.uri: the tag 'latest' moves", {f"{F}.logRouter": {**ROUTER, "image": {"uri": "public.ecr.aws/x/fluent-bit:latest", "allowMutableTag": True}}}),
    ({f"{F}.logRouter": {**ROUTER, "image": {"repository": "fluent-bit", "build": {"context": "."}}}}, f"{F}.logRouter.image.build: a router's image is not built here: give its tag, digest or uri", {f"{F}.logRouter": {**ROUTER, "image": {"repository": "fluent-bit", "tag": "3.4.14"}}}),
    ({f"{F}.logRouter": ROUTER, f"{F}.egress": []}, f"{F}.logRouter.image: is out of the tasks' reach: push it to an ECR repository in us-east-1 and name that", {f"{F}.logRouter": {**ROUTER, **PRIVATE}, f"{F}.egress": []}),
    ({f"{F}.logRouter": ROUTER, f"{F}.port": 2020}, f"{F}.port: 2020 is what the log router listens on: choose another", {f"{F}.port": 2020}),
    ({f"{F}.logRouter": ROUTER, f"{F}.sidecars": {"agent": {**AGENT, "port": 24224}}}, f"{F}.sidecars.agent.port: 24224 is what the log router listens on: choose another", {f"{F}.logRouter": ROUTER, f"{F}.sidecars": {"agent": {**AGENT, "port": 8125}}}),
    ({f"{F}.logRouter": ROUTER, f"{F}.sidecars": {"log-router": AGENT}}, f"{F}.logRouter: its container is called 'log-router' too: choose another name for that of the service", {f"{F}.sidecars": {"log-router": AGENT}}),
    ({f"{F}.deployment": {"strategy": "allAtOnce"}}, f"{F}.deployment.strategy: ", {f"{F}.deployment": {"strategy": "rolling"}}),
    ({f"{W}.deployment": SWITCH}, f"{W}.deployment.strategy: blueGreen moves requests from old tasks to new ones, and none come here: give a route, or choose rolling", {f"{F}.deployment": SWITCH}),
    ({f"{A}.deployment": SWITCH}, f"{A}.scaling.targets.requestsPerMinute: AWS does not scale by requests where deployments are blueGreen: take cpuPercent, or rolling", {f"{A}.deployment": SWITCH, **NO_REQUESTS}),
    ({f"{F}.deployment": {**SWITCH, "maximumPercent": 200}}, f"{F}.deployment.maximumPercent: goes with strategy rolling alone: leave it out, or choose that", {f"{F}.deployment": {"maximumPercent": 200}}),
    ({f"{F}.deployment": {**SWITCH, "minimumHealthyPercent": 50}}, f"{F}.deployment.minimumHealthyPercent: goes with strategy rolling alone: leave it out, or choose that", {f"{F}.deployment": {"minimumHealthyPercent": 50}}),
    ({f"{F}.deployment": {"bakeMinutes": 10}}, f"{F}.deployment.bakeMinutes: goes with strategy blueGreen, canary or linear alone: leave it out, or choose that", {f"{F}.deployment": {**SWITCH, "bakeMinutes": 10}}),
    ({f"{W}.deployment": {"rollbackPercent": 2}}, f"{W}.deployment.rollbackPercent: is of requests, and none come here: give a route, or leave it out", {f"{F}.deployment": {"rollbackPercent": 2.5}}),
    ({f"{F}.deployment": {"strategy": "linear", "stepPercent": 2, "verifyMinutes": 600}}, f"{F}.deployment.stepPercent: 2 is below 3, the least share of linear", {f"{F}.deployment": {"strategy": "linear", "stepPercent": 25, "verifyMinutes": 90}}),
    ({f"{F}.deployment": {**SWITCH, "stepPercent": 20}}, f"{F}.deployment.stepPercent: goes with strategy canary or linear alone: leave it out, or choose that", {f"{F}.deployment": {"strategy": "canary", "stepPercent": 20}}),
    ({f"{F}.deployment": {**SWITCH, "bakeMinutes": 1441}}, f"{F}.deployment.bakeMinutes: ", {f"{F}.deployment": {**SWITCH, "bakeMinutes": 1430, "verifyMinutes": 1440}}),
    ({f"{F}.deployment": {**SWITCH, "rollbackPercent": 0}}, f"{F}.deployment.rollbackPercent: ", {f"{F}.deployment": {**SWITCH, "rollbackPercent": 0.1}}),
    ({f"{F}.deployment": SWITCH, "slipway:services.frontend-alternate": {"image": {"uri": "public.ecr.aws/x/jobs:1.2"}}}, "slipway:services.frontend-alternate: alarms call the second target group of services.frontend so: choose another name", {f"{F}.deployment": SWITCH, "slipway:services.frontend-jobs": {"image": {"uri": "public.ecr.aws/x/jobs:1.2"}}}),
    ({f"{F}.deployment": SWITCH, f"{A}.route.priority": 49999}, f"{A}.route.priority: 49999 is that of services.frontend, the default where requests are moved; choose another", {f"{A}.route.priority": 49999}),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "message", "keeps"), CASES, ids=[message for _, message, _ in CASES])
def test_a_rule(breaks: dict[str, Any], message: str, keeps: dict[str, Any]) -> None:
    (found,) = mistakes(changed(breaks))
    assert found.startswith(message)
    assert mistakes(changed(keeps)) == []


def test_without_nat_the_routers_image_comes_from_ecr() -> None:
    private = {"slipway:network.nat": "none", "slipway:network.endpoints": ["ecr", "logs", "secretsmanager", "ecs"]}
    assert [
        m.partition(":")[2].partition(":")[0] for m in mistakes(changed({**private, f"{F}.logRouter": ROUTER}))
    ] == ["services.frontend.logRouter.image"]
    assert mistakes(changed({**private, f"{F}.logRouter": {**ROUTER, **PRIVATE}})) == []


def test_log_groups_of_a_service() -> None:
    parsed = settings.parse(changed({f"{F}.logRouter": ROUTER}), "test")
    assert derived.log_groups(parsed, "frontend", parsed.services["frontend"]) == [
        "/ecs/storefront-production-frontend",
        *ROUTES.values(),
    ]
    assert len(parsed.images) == len(parsed.services) + 1
