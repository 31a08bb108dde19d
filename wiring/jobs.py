"""Commands that run at times."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Output

from components.jobs import JobArgs, JobsArgs
from components.service import Service
from settings import derived, model
from wiring.context import Components, StackContext


def args(
    context: StackContext, components: Components, services: Mapping[str, Service], migrated: Output[str]
) -> JobsArgs | None:
    """Return the arguments of the stack's jobs, or None where it has none; they change once every migration ran."""
    settings = context.settings
    if not settings.jobs:
        return None
    return JobsArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        region=context.region,
        cluster_arn=components.cluster.arn,
        jobs={key: _job(context, key, job, services[job.service]) for key, job in settings.jobs.items()},
        after=[migrated] if settings.services_with_migration else [],
        log_days=settings.logs.retention_days,
        log_key_arn=context.log_key_arn,
        boundary_arn=context.boundary_arn,
    )


def _job(context: StackContext, key: str, job: model.Job, service: Service) -> JobArgs:
    return JobArgs(
        task=service.task,
        command=job.command,
        schedule=job.schedule,
        family=derived.job_family(context.settings, key, job),
        time_zone=job.time_zone,
        enabled=job.enabled,
        retries=job.retries,
        timeout_minutes=job.timeout_minutes,
        cpu=job.cpu,
        memory_mib=job.memory_mib,
    )
