"""`slipway:cluster`: the ECS cluster."""

from __future__ import annotations

from typing import Literal

from settings.model.section import EcsName, Section


class Cluster(Section):
    """The ECS cluster."""

    name: EcsName | None = None
    """Its name, such as shop-prod; default app and environment. A change replaces it and its services."""
    container_insights: Literal["enabled", "enhanced", "disabled"] = "enabled"
    """CloudWatch Container Insights: `enabled` has figures by service, `enhanced` by task and container as well. Billed by metric; a change
    restarts nothing."""
