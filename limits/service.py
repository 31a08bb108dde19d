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
