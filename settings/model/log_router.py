"""`logRouter` of a service: log groups by what a line says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from settings.model.container import Image
from settings.model.section import LogGroup, PartName, Section

LOG_ROUTER_IMAGE: Final = "public.ecr.aws/aws-observability/aws-for-fluent-bit:3.4.14"
"""AWS for Fluent Bit, from AWS's public registry."""


class LogRouter(Section):
    """A Fluent Bit container (AWS FireLens) that sends a service's JSON log lines to log groups by their field `log_type`."""

    routes: Annotated[Mapping[PartName, LogGroup], Field(min_length=1, max_length=10)] = Field(
        examples=[{"access": "/ecs/storefront/access"}]
    )
    """Log groups by the value of `log_type`; each is made. All other lines go to the service's own log group."""
    image: Image = Field(default_factory=lambda: Image(uri=LOG_ROUTER_IMAGE))
    """AWS for Fluent Bit; default a fixed version from AWS's public registry."""
    memory_mib: Annotated[int, Field(ge=32, le=8192)] = 64
    """Memory set aside for it of the task's, MiB, such as 128 for many lines. A change rolls out new tasks."""
