"""ECS: names and Fargate's task sizes."""

from __future__ import annotations

import itertools
import re
from typing import Final

from limits.tables import FARGATE_MEMORY
from limits.words import listed, short

LOG_ROUTER: Final = "log-router"
"""The log router's container in a task."""
LOG_ROUTER_PORTS: Final = (2020, 24224)
"""What it listens on inside the task: its health, and FireLens's own port."""
COLLECTOR: Final = "otel-collector"
"""The collector of OpenTelemetry in a task."""
COLLECTOR_PORTS: Final = (4317, 4318, 13133)
"""What it listens on inside the task: OTLP over gRPC and HTTP, and its health."""


HTTPS_ENDPOINT: Final = r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?"
HTTPS_ENDPOINT_WORDS: Final = (
    "an address such as https://otlp.example.com:4318/v1: https, a host, a port from 1 to 65535 and a path"
)
"""What an address that is called is made of: no login, no query, and nothing that a configuration would read as a variable."""


def https_endpoint(address: str) -> str | None:
    """Check the address of an endpoint of HTTPS."""
    match = re.fullmatch(HTTPS_ENDPOINT, address)
    port = address.removeprefix("https://").partition("/")[0].partition(":")[2]
    if match and (not port or 1 <= int(port) <= _LAST_PORT):
        return None
    return f"{short(address)} is not {HTTPS_ENDPOINT_WORDS}"


_LAST_PORT: Final = 65_535


def fargate_size(cpu: int, memory_mib: int) -> str | None:
    """Check a Fargate task size: CPU in units (1024 = one vCPU), memory in MiB."""
    if cpu not in FARGATE_MEMORY:
        return f"cpu {cpu} is not a Fargate size; allowed: {listed(list(FARGATE_MEMORY))}"
    allowed = FARGATE_MEMORY[cpu]
    if memory_mib in allowed:
        return None
    step = allowed[1] - allowed[0]
    regular = all(b - a == step for a, b in itertools.pairwise(allowed))
    shown = f"{allowed[0]} to {allowed[-1]} in steps of {step}" if regular and len(allowed) > 3 else listed(allowed)
    return f"{memory_mib} MiB does not go with cpu {cpu}; allowed: {shown} MiB"


def ecs_name(name: str) -> str | None:
    """Check the name of a cluster, service or task definition family."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
        return None
    return f"{short(name)} is not an ECS name: at most 255 letters, digits, hyphens and underscores"
