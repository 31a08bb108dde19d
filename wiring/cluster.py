"""The ECS cluster."""

from __future__ import annotations

from components.cluster import ClusterArgs
from settings import derived
from wiring.context import StackContext


def args(context: StackContext) -> ClusterArgs:
    """Return the cluster's arguments."""
    settings, given = context.settings, context.offer.cluster if context.offer else None
    shared = derived.offers(settings, "cluster")
    return ClusterArgs(
        cluster_name=settings.cluster.name or context.name_prefix,
        given_arn=given.arn if given else None,
        namespace_name=context.name_prefix if given else None,
        protect=shared and settings.protection.protect,
        container_insights=settings.cluster.container_insights,
        namespace=any(service.internal for service in settings.services.values()),
        # Whether the services of other stacks have shells is theirs to say.
        exec_log=shared or any(service.exec for service in settings.services.values()),
        log_days=settings.logs.retention_days,
        log_key_arn=context.log_key_arn,
    )
