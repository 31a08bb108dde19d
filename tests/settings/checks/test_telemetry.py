# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.telemetry: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import limits
from tests.settings.checks.rules import NO_NAT, Case, evaluate

T = "slipway:telemetry"
API = "slipway:services.api"
OWN: dict[str, Any] = {"endpoint": "https://otlp.example.com:4318"}
MIRRORED: dict[str, Any] = {
    "image": {"uri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/otel:v0.50.0"},
    "services": ["api"],
}
ISOLATED: dict[str, Any] = {**NO_NAT, T: MIRRORED}
SIDECAR: dict[str, Any] = {"image": {"uri": "public.ecr.aws/nginx/nginx:1.27"}}

CASES: list[Case] = [
    ({T: {"services": ["ap"]}}, f"{T}.services[0]: there is no service ap; slipway:services: api, worker or frontend", {T: {"services": ["api"]}}),
    ({T: {"services": ["api", "api"]}}, f"{T}.services[1]: api is in the list already", {T: {"services": ["api", "worker"]}}),
    ({T: {"headers": {"x-key": "storefront/session-key"}}}, f"{T}.headers: are sent to an endpoint of your own alone: leave them out, or give it", {T: {}}),
    ({T: {"image": {"repository": "storefront/otel", "build": {"context": "."}}}}, f"{T}.image.build: a collector's image is not built here: give its tag, digest or uri", {T: {"image": {"repository": "storefront/otel", "tag": "v0.50.0"}}}),
    ({T: {"services": ["api"]}, f"{API}.sidecars": {"agent": {**SIDECAR, "port": 4317}}}, f"{API}.sidecars.agent.port: 4317 is what the collector listens on: choose another", {T: {"services": ["worker"]}, f"{API}.sidecars": {"agent": {**SIDECAR, "port": 4317}}}),
    ({T: {"services": ["api"]}, f"{API}.sidecars": {"otel-collector": SIDECAR}}, f"{T}: its container is called 'otel-collector' too: choose another name", {T: {"services": ["api"]}, f"{API}.sidecars": {"collector": SIDECAR}}),
    ({T: {"services": ["api"], "memoryMib": 8192}}, f"{API}.sidecars: the sidecars' memoryMib of 8192 leaves nothing of the task's 1024 for the service", {T: {"services": ["api"], "memoryMib": 512}}),
    ({T: {**OWN, "services": ["api"]}}, f"{T}.endpoint: is out of reach of services.api: let it out to port 4318 by its egress, through NAT", {T: {**OWN, "services": ["api"]}, f"{API}.egress": [{"port": 443}, {"port": 4318, "cidr": "198.51.100.0/24"}]}),
    (ISOLATED, f"{T}: services.api has no way to X-Ray: add xray to network.endpoints, or let it out to HTTPS anywhere, through NAT", {**ISOLATED, "slipway:network.endpoints": [*NO_NAT["slipway:network.endpoints"], "xray"]}),
    ({T: {"endpoint": "http://otlp.example.com"}}, f"{T}.endpoint: 'http://otlp.example.com' is not {limits.HTTPS_ENDPOINT_WORDS}", {T: {"endpoint": "https://otlp.example.com"}}),
    ({T: {"samplePercent": 101}}, f"{T}.samplePercent: 101 is outside 0 to 100 (Requests that are traced, percent, such as 20; what calls a service decides for it)", {T: {"samplePercent": 100}}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)
