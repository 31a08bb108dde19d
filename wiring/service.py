"""A service: its containers, its ingress, what it may do, how it scales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pulumi import Output

from components import _documents as documents
from components import queues
from components._deployment import RollbackAlarmArgs, TrafficShiftArgs
from components._scaling import BacklogArgs, ScalingArgs, ScalingMetric, ScheduledArgs, StepArgs, StepMetric
from components._service_connect import ConnectArgs
from components._service_group import ConnectionArgs, EgressArgs
from components._target_groups import Target
from components.cache import Cache
from components.database import Database
from components.load_balancer import HTTPS
from components.media_bucket import MediaBucket
from components.service import LoadBalancerAttachmentArgs, MigrateArgs, Service, ServiceArgs
from components.shared_load_balancer import AnyLoadBalancer
from components.volumes import NFS, Volumes
from settings import derived, model
from wiring import containers, telemetry
from wiring.context import Components, StackContext
from wiring.network import task_subnets


def args(
    context: StackContext, key: str, components: Components, before: Mapping[str, Service], migrated: Output[str]
) -> ServiceArgs:
    """Return a service's arguments.

    Args:
        context: what every part may need to know.
        key: the service's key in the stack file.
        components: the parts that it is wired to.
        before: the services made before it; its migration runs after theirs.
        migrated: what uses it waits until every migration ran.
    """
    settings, service = context.settings, context.settings.services[key]
    network, deployment = components.network, service.deployment
    fewest, most = service.tasks.bounds
    images = [*service.images, *telemetry.images(settings, key)]
    return ServiceArgs(
        name_prefix=context.name_prefix,
        region=context.region,
        account_id=context.account_id,
        boundary_arn=context.boundary_arn,
        service_name=derived.service_name(settings, key, service),
        family=derived.family(settings, key, service),
        log_group_name=derived.log_group(settings, key, service),
        log_router=containers.log_router(service.log_router, components),
        log_days=settings.logs.retention_days,
        log_key_arn=context.log_key_arn,
        cluster_arn=components.cluster.arn,
        cluster_name=components.cluster.name,
        containers=telemetry.beside(context, key, containers.args(context, key, service, components), components),
        metrics_log_group=derived.metrics_log_group(settings, key, service),
        cpu=service.cpu,
        memory_mib=service.memory_mib,
        architecture=service.architecture,
        ephemeral_gib=service.ephemeral_gib,
        vpc_id=network.vpc_id,
        subnet_ids=task_subnets(context, network),
        public_ip=settings.network.tasks == "public",
        network_cidr=network.cidr,
        s3_prefix_list_id=network.s3_prefix_list_id,
        attachment=_attachment(key, service, components.balancer_of(service)),
        connect=_connect(context, key, components),
        connections=_connections(context, service, components, before),
        egress=[EgressArgs(port=egress.port, cidr=egress.cidr) for egress in service.egress],
        min_tasks=fewest,
        max_tasks=most,
        desired_tasks=fewest if service.tasks.desired is None else service.tasks.desired,
        scaling=_scaling(service.scaling, components) if most > fewest else None,
        minimum_healthy_percent=deployment.minimum_healthy_percent,
        maximum_percent=deployment.maximum_percent,
        sleeps=settings.hibernation is not None,
        migration=_migration(context, key, service, components, before),
        # A task knows only of services that were there before it.
        after=[
            *([migrated] if settings.services_with_migration else []),
            *(before[name].name for name in service.calls),
            *_user_made(service, components.database),
        ],
        spot_percent=service.spot_percent,
        exec_enabled=service.exec,
        repository_arns=containers.repository_arns(images, components),
        cached_repository_arns=containers.cached_repository_arns(images),
        volumes=[components.volumes.mounts[name] for name in sorted(service.volumes)] if components.volumes else [],
        permissions=[*_permissions(context, service, components), *telemetry.access(settings, key)],
        suppressed_controls=_suppressed_controls(service),
        not_secret=[name for container in (service, *service.sidecars.values()) for name in container.not_secret],
    )


def _user_made(service: model.Service, database: Database | None) -> Sequence[Output[str]]:
    """Return what a service waits for that logs in as a user whom the program makes."""
    return [database.users_ready] if database and database.users_ready and service.database_user else []


def _migration(
    context: StackContext, key: str, service: model.Service, components: Components, before: Mapping[str, Service]
) -> MigrateArgs | None:
    if service.migrate is None:
        return None
    endpoints = derived.endpoints(context.settings)
    own = containers.of_migration(context, key, service, service.migrate, components)
    differs = service.migrate.secrets or service.migrate.database_user != service.database_user
    return MigrateArgs(
        family=derived.migration_family(context.settings, key, service),
        command=service.migrate.command,
        containers=telemetry.beside(context, key, own, components) if differs else (),
        after=[part for part in (components.database, *(other.migration for other in before.values())) if part],
        timeout_seconds=service.migrate.timeout_minutes * 60,
        profile=context.settings.aws.profile,
        assume_role_arns=derived.role_arns(context.settings),
        endpoints={name: endpoints[name] for name in ("ecs", "sts") if name in endpoints},
    )


def _attachment(
    key: str, service: model.Service, balancer: AnyLoadBalancer | None
) -> LoadBalancerAttachmentArgs | None:
    if balancer is None:
        return None
    target = balancer.targets[key]
    rollback = _rollback(service.deployment, balancer.arn_suffix, target)
    return LoadBalancerAttachmentArgs(
        target_group_arn=target.arn,
        security_group_id=balancer.security_group_id,
        request_label=Output.concat(balancer.arn_suffix, "/", target.arn_suffix),
        health_port=service.health.port,
        grace_seconds=service.health.grace_seconds,
        shift=_shift(service.deployment, target, rollback),
        rollback=rollback,
    )


def _rollback(
    deployment: model.Deployment, load_balancer_arn_suffix: Output[str], target: Target
) -> RollbackAlarmArgs | None:
    green = target.green
    percent = deployment.rollback_percent
    if percent is None and green is None:
        return None
    groups = (target.arn_suffix, green.arn_suffix) if green else (target.arn_suffix,)
    return RollbackAlarmArgs(
        load_balancer_arn_suffix=load_balancer_arn_suffix,
        target_arn_suffixes=groups,
        percent=derived.ROLLBACK_PERCENT if percent is None else percent,
    )


def _shift(deployment: model.Deployment, target: Target, rollback: RollbackAlarmArgs | None) -> TrafficShiftArgs | None:
    green = target.green
    if green is None or rollback is None or deployment.strategy == "rolling":
        return None
    return TrafficShiftArgs(
        strategy=deployment.strategy,
        green_target_group_arn=green.arn,
        rule_arn=green.rule_arn,
        rollback=rollback,
        bake_minutes=deployment.bake_minutes,
        step_percent=deployment.step_percent,
        step_minutes=deployment.step_minutes,
        pause_minutes=deployment.pause_minutes,
    )


def _connect(context: StackContext, key: str, components: Components) -> ConnectArgs | None:
    service, namespace = context.settings.services[key], components.cluster.namespace_arn
    if namespace is None or not (service.internal or service.calls):
        return None
    return ConnectArgs(
        namespace_arn=namespace,
        name=derived.internal_name(context.settings, key) if service.internal else None,
        timeout_seconds=service.internal.timeout_seconds if service.internal else None,
        certificate_authority_arn=service.internal.certificate_authority_arn if service.internal else None,
    )


def _connections(
    context: StackContext, service: model.Service, components: Components, before: Mapping[str, Service]
) -> Mapping[str, ConnectionArgs]:
    found: dict[str, ConnectionArgs] = {}
    for name, part in (("database", components.database), ("cache", components.cache)):
        if part and name in service.uses:
            found[name] = ConnectionArgs(security_group_id=part.security_group_id, port=part.port)
    for name in service.calls:
        port = context.settings.services[name].port or 0
        found[f"calls-{name}"] = ConnectionArgs(security_group_id=before[name].security_group_id, port=port)
    if components.internal_balancer and "internalBalancer" in service.uses:
        group = components.internal_balancer.security_group_id
        found["internal-balancer"] = ConnectionArgs(security_group_id=group, port=HTTPS)
    if components.volumes and service.volumes:
        found["volumes"] = ConnectionArgs(security_group_id=components.volumes.security_group_id, port=NFS)
    if "database" in found:
        found |= _readers(context.settings.database, components.database, found["database"])
    return found


def _readers(
    wanted: model.Database | None, database: Database | None, served: ConnectionArgs
) -> Mapping[str, ConnectionArgs]:
    """Return what it takes to reach what answers queries, beside what the database is reached by."""
    replica = database.replica if database else None
    if wanted is None or replica is None:
        return {}
    beside = ConnectionArgs(security_group_id=replica.security_group_id, port=replica.port)
    if not wanted.is_cluster:
        return {"database-replica": beside}
    # A cluster's readers are behind their writer's group. Its rules keep their names whether a proxy is before it or not: another name would be
    # the same rule, which EC2 does not take twice, as the old one goes last.
    return {"database": beside, "database-proxy": served} if wanted.proxy else {}


def _scaling(scaling: model.Scaling | None, components: Components) -> ScalingArgs:
    if scaling is None:
        return ScalingArgs(targets={"cpu": 70})
    targets, steps = scaling.targets or model.Targets(), scaling.steps or model.Steps()
    tracked: Mapping[ScalingMetric, int | None] = {
        "cpu": targets.cpu_percent,
        "memory": targets.memory_percent,
        "requests": targets.requests_per_minute,
    }
    stepped: Mapping[StepMetric, model.Step | None] = {"cpu": steps.cpu_percent, "memory": steps.memory_percent}
    return ScalingArgs(
        targets={metric: value for metric, value in tracked.items() if value},
        steps={metric: _step(step) for metric, step in stepped.items() if step},
        backlog=_backlog(scaling.queue, components.queues) if scaling.queue else None,
        out_cooldown_seconds=scaling.out_cooldown_seconds,
        in_cooldown_seconds=scaling.in_cooldown_seconds,
        schedule=[
            ScheduledArgs(cron=bounds.cron, min_tasks=bounds.min, max_tasks=bounds.max, time_zone=bounds.time_zone)
            for bounds in scaling.schedule
        ],
    )


def _backlog(queue: model.QueueBacklog, made: queues.Queues | None) -> BacklogArgs:
    if made is None:
        raise LookupError(f"the queue {queue.name!r} is in no part of this stack")
    return BacklogArgs(queue_name=made.names[queue.name], messages_per_task=queue.messages_per_task)


def _step(step: model.Step) -> StepArgs:
    return StepArgs(up=step.up, down=step.down, up_minutes=step.up_minutes, down_minutes=step.down_minutes)


def _permissions(
    context: StackContext, service: model.Service, components: Components
) -> Sequence[documents.Statement]:
    """Return what the application may do in AWS: what it declares, then what the parts that it uses need."""
    return [
        *(documents.allow(permission.actions, permission.resources) for permission in service.permissions),
        *(_media_access(context, components.media) if components.media and "media" in service.uses else ()),
        *(queues.access(components.queues, service.sends, service.receives) if components.queues else ()),
        *(_database_login(context, service, components.database) if "database" in service.uses else ()),
        *(_cache_login(context, service, components.cache) if components.cache else ()),
        *(_mounting(service, components.volumes) if components.volumes else ()),
    ]


def _mounting(service: model.Service, volumes: Volumes) -> Iterator[documents.Statement]:
    """Let a service's tasks mount its volumes, each by its own access point."""
    for name, mount in sorted(service.volumes.items()):
        write = [] if mount.read_only else ["elasticfilesystem:ClientWrite"]
        through = {"StringEquals": {"elasticfilesystem:AccessPointArn": volumes.access_point_arns[name]}}
        yield documents.allow(["elasticfilesystem:ClientMount", *write], [volumes.arns[name]], through)


def _media_access(context: StackContext, media: MediaBucket) -> Sequence[documents.Statement]:
    objects = Output.concat(media.arn, "/*")
    given = context.settings.media
    # Whether a file is scanned, its tag says, also while it cannot be read.
    looking = ["s3:GetObjectTagging"] if given and given.malware_scan else []
    return (
        documents.allow(
            ["s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", *looking], [objects]
        ),
        documents.allow(["s3:ListBucket"], [media.arn]),
        documents.allow(["kms:Decrypt", "kms:GenerateDataKey"], [media.key_arn]),
    )


def _database_login(
    context: StackContext, service: model.Service, database: Database | None
) -> Sequence[documents.Statement]:
    """Let a service log in with a token, as one user of the database and its replica."""
    given, region = context.settings.database, context.region
    if given is None or database is None:
        return ()
    user = service.database_user or given.iam_username
    if user not in derived.database_tokens(given):
        return ()
    users = documents.database_users(region, context.account_id, database.resource_ids, [user])
    return (documents.allow(["rds-db:connect"], users),)


def _cache_login(context: StackContext, service: model.Service, cache: Cache) -> Sequence[documents.Statement]:
    """Let a service log in to the cache with a token, as its own user."""
    given, user = context.settings.cache, service.cache_user
    if given is None or user is None or given.users[user].login != "iam":
        return ()
    return (documents.allow(["elasticache:Connect"], [cache.arn, cache.user_arns[user]]),)


def _suppressed_controls(service: model.Service) -> Sequence[str]:
    """Return the controls of the policy pack that a service opts out of: what its images are allowed."""
    return ["container-images-pinned"] if any(image.allow_mutable_tag for image in service.images) else []
