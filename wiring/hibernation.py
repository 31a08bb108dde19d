"""The schedule that stops a stack outside working hours."""

from __future__ import annotations

from collections.abc import Mapping

from components.hibernation import HibernationArgs, ScheduledServiceArgs
from components.service import Service
from wiring.context import Components, StackContext


def args(context: StackContext, components: Components, services: Mapping[str, Service]) -> HibernationArgs | None:
    """Return the arguments of the off-hours schedule, or None where the stack always runs."""
    hibernation = context.settings.hibernation
    if hibernation is None:
        return None
    databases = {"database": components.database.identifier} if components.database else {}
    clustered = context.settings.database is not None and context.settings.database.is_cluster
    return HibernationArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        boundary_arn=context.boundary_arn,
        region=context.region,
        services={key: _service(context, key, service, components) for key, service in services.items()},
        databases={} if clustered else databases,
        clusters=databases if clustered else {},
        sleep_at=hibernation.sleep,
        wake_at=hibernation.wake,
        time_zone=hibernation.time_zone,
        weekends=hibernation.weekends,
    )


def _service(context: StackContext, key: str, service: Service, components: Components) -> ScheduledServiceArgs:
    fewest, most = context.settings.services[key].tasks.bounds
    return ScheduledServiceArgs(
        cluster_name=components.cluster.name,
        service_name=service.name,
        min_tasks=fewest,
        max_tasks=most,
        scalable_target_id=service.scalable_target_id,
    )
