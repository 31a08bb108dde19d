"""What alarms and the dashboard look at."""

from __future__ import annotations

from collections.abc import Mapping

from components._alarm_rules import Thresholds, see
from components._alarm_targets import (
    AlarmTargets,
    ApplicationMetric,
    CalledTarget,
    DatabaseAlarmTarget,
    DeadLettersAlarmTarget,
    FunctionAlarmTarget,
    JobAlarmTarget,
    LogPattern,
    QueueAlarmTarget,
    ServiceAlarmTarget,
)
from components.alarms import MutedWindowArgs
from components.connection_string_secrets import ConnectionStringSecrets
from components.database import Database
from components.jobs import Jobs
from components.notifications import AlertRoute
from components.queues import Queues
from components.service import Service
from settings import Settings, derived, model
from wiring.context import Components, StackContext


def thresholds(alarms: model.Alarms | None) -> Thresholds | None:
    """Return when alarms go off, or None where the stack has none."""
    others = {"metrics", "logs", "muted_during"}
    return Thresholds(**alarms.model_dump(exclude=others)) if alarms else None


def muted_during(alarms: model.Alarms | None) -> Mapping[str, MutedWindowArgs]:
    """Return when alarms tell nobody."""
    return {
        name: MutedWindowArgs(
            of=[_part(place) for place in window.of],
            start=window.start,
            minutes=window.minutes,
            days=window.days,
            time_zone=window.time_zone,
        )
        for name, window in (alarms.muted_during if alarms else {}).items()
    }


def _part(place: str) -> str:
    """Return where a place in the stack file is in what is looked at."""
    kind, dot, key = place.partition(".")
    named = {
        "loadBalancer": "load_balancer",
        "internalBalancer": "internal_balancer",
        "cache": "cache_nodes",
        "metrics": "application",
    }
    return f"{named.get(kind, kind)}{dot}{f'queue-{key}' if kind == 'queues' and key else key}"


def targets(
    context: StackContext, components: Components, services: Mapping[str, Service], jobs: Jobs | None
) -> AlarmTargets:
    """Return what is looked at."""
    settings, balancer, internal = context.settings, components.load_balancer, components.internal_balancer
    return AlarmTargets(
        cluster_name=components.cluster.name,
        container_insights=settings.cluster.container_insights != "disabled",
        services={key: _service(settings.services[key], key, service, components) for key, service in services.items()},
        load_balancer_arn_suffix=balancer.arn_suffix if balancer else None,
        load_balancer_shared=derived.shares(settings, "loadBalancer"),
        internal_balancer_arn_suffix=internal.arn_suffix if internal else None,
        database=_database(settings.database, components.database),
        cache_nodes=components.cache.members if components.cache else (),
        functions={"secret-urls": _connection_strings(components.connection_strings)}
        if components.connection_strings
        else {},
        jobs=_jobs(settings, jobs) if jobs else {},
        queues=_queues(settings, components.queues) if components.queues else {},
        dead_letters={**({"jobs": _job_letters(jobs)} if jobs else {}), **_queue_letters(components.queues)},
        volumes=components.volumes.ids if components.volumes else {},
        called=_called(settings, services),
        application=_application(settings.alarms),
        logs=_logs(context, services),
    )


def _called(settings: Settings, services: Mapping[str, Service]) -> Mapping[str, CalledTarget]:
    return {
        key: CalledTarget(
            name=derived.internal_name(settings, key),
            service_name=services[key].name,
            callers={caller: services[caller].name for caller, by in settings.services.items() if key in by.calls},
        )
        for key, service in settings.services.items()
        if service.internal
    }


def _jobs(settings: Settings, jobs: Jobs) -> Mapping[str, JobAlarmTarget]:
    return {
        key: JobAlarmTarget(
            stack=settings.name_prefix, late_minutes=late, route=AlertRoute(settings.jobs[key].severity)
        )
        for key, late in jobs.late_minutes.items()
    }


def _queues(settings: Settings, queues: Queues) -> Mapping[str, QueueAlarmTarget]:
    return {
        f"queue-{key}": QueueAlarmTarget(queue_name=queues.names[key], age_minutes=queue.alarm_minutes)
        for key, queue in settings.queues.items()
    }


def _queue_letters(queues: Queues | None) -> Mapping[str, DeadLettersAlarmTarget]:
    return {
        f"queue-{key}": DeadLettersAlarmTarget(
            queue_name=name,
            failing=f"messages of queue {key} could not be worked on, and are kept for 14 days: see why, then send them back{see('queues')}",
        )
        for key, name in (queues.dead_letter_names if queues else {}).items()
    }


def _job_letters(jobs: Jobs) -> DeadLettersAlarmTarget:
    return DeadLettersAlarmTarget(
        queue_name=jobs.dead_letter_queue_name,
        failing=f"a job could not be started, or its end not be looked at: the messages in the queue say which{see('jobs')}",
    )


def _service(given: model.Service, key: str, service: Service, components: Components) -> ServiceAlarmTarget:
    balancer = components.balancer_of(given)
    target = balancer.targets.get(key) if balancer else None
    green = target.green if target else None
    return ServiceAlarmTarget(
        service_name=service.name,
        target_arn_suffix=target.arn_suffix if target else None,
        green_arn_suffix=green.arn_suffix if green else None,
        internal=derived.inside(given),
    )


def _database(given: model.Database | None, database: Database | None) -> DatabaseAlarmTarget | None:
    if given is None or database is None:
        return None
    return DatabaseAlarmTarget(
        identifier=database.identifier,
        engine=given.engine,
        instance_class=given.instance_class,
        storage_gib=given.storage_gib,
        acus=(given.serverless.min_capacity, given.serverless.max_capacity) if given.serverless else None,
        max_connections=given.parameters.get("max_connections"),
        replicas={"replica": database.replica.identifier} if database.replica else {},
    )


def _application(alarms: model.Alarms | None) -> Mapping[str, ApplicationMetric]:
    return {
        name: ApplicationMetric(**{**metric.model_dump(exclude={"severity"}), "route": AlertRoute(metric.severity)})
        for name, metric in (alarms.metrics if alarms else {}).items()
    }


def _logs(context: StackContext, services: Mapping[str, Service]) -> Mapping[str, LogPattern]:
    alarms = context.settings.alarms
    return {
        name: LogPattern(
            log_group_name=services[lines.service].log_group_name,
            pattern=lines.pattern,
            metric=name,
            namespace=f"Slipway/{context.name_prefix}",
            above=lines.above,
            minutes=lines.minutes,
            route=AlertRoute(lines.severity),
        )
        for name, lines in (alarms.logs if alarms else {}).items()
    }


def _connection_strings(urls: ConnectionStringSecrets) -> FunctionAlarmTarget:
    return FunctionAlarmTarget(
        function_name=urls.function_name,
        failing="connection URLs are no longer kept in step with passwords: after the next rotation, services cannot connect",
        route=AlertRoute.DATABASE,
        # One run and its two repetitions: what comes and goes says nothing.
        errors=2,
        minutes=15,
    )
