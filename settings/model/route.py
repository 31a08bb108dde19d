"""`route` and `health` of a service: what it gets from the load balancer, and how that tells whether it is well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

import limits
from settings.model.section import Host, Port, Section
from settings.rules import checked


class Route(Section):
    """Which requests a service gets from the load balancer."""

    paths: Sequence[Annotated[str, checked(limits.path_pattern, limits.PATH_PATTERN, limits.PATH_PATTERN_WORDS)]] = ()
    """Path patterns; `/api/*` includes `/api` itself."""
    hosts: Sequence[Host] = ()
    """Host names."""
    priority: Annotated[int, Field(ge=1, le=50000)] | None = None
    """The order among services, lowest first; required with paths or hosts."""
    default: bool = False
    """Whether it gets what no other service asks for."""
    sticky_seconds: Annotated[int, Field(ge=1, le=604_800)] | None = None
    """Seconds a visitor stays with the same task, by a cookie; each request goes to any task when left out."""


class Health(Section):
    """How the load balancer tells whether a task is well."""

    path: Annotated[str, checked(limits.health_path, limits.HEALTH_PATH, limits.HEALTH_PATH_WORDS)] = "/health"
    """The path it asks for."""
    port: Port | None = None
    """The port it asks on; default the service's."""
    interval_seconds: Annotated[int, Field(ge=5, le=300)] = 30
    """Seconds between questions."""
    timeout_seconds: Annotated[int, Field(ge=2, le=120)] | None = None
    """Seconds it waits for an answer, below the interval; default 5, or one less than a shorter interval."""
    healthy_after: Annotated[int, Field(ge=2, le=10)] = 2
    """Good answers in a row that make a task healthy."""
    unhealthy_after: Annotated[int, Field(ge=2, le=10)] = 3
    """Bad answers in a row that make a task unhealthy."""
    codes: Annotated[str, checked(limits.status_codes, limits.STATUS_CODES, limits.STATUS_CODES_WORDS)] = "200-299"
    """Status codes that count as good."""
    grace_seconds: Annotated[int, Field(ge=0, le=2_147_483_647)] = 60
    """Seconds a new task may take before its health counts."""
    deregistration_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds a leaving task may finish its requests."""
