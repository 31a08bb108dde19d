"""The ECS cluster."""

from __future__ import annotations

from components.cluster import ClusterArgs
from wiring.context import StackContext


def args(context: StackContext) -> ClusterArgs:
    """Return the cluster's arguments."""
    settings = context.settings
    return ClusterArgs(
        cluster_name=settings.cluster.name or context.name_prefix,
        container_insights=settings.cluster.container_insights,
        namespace=any(service.internal for service in settings.services.values()),
        exec_log=any(service.exec for service in settings.services.values()),
        log_days=settings.logs.retention_days,
        log_key_arn=context.log_key_arn,
    )
