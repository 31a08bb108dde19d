"""What a stack is made of, as its pipelines' permissions and its roles' boundary are written from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import limits
from components import _documents as documents
from components._permissions.scope import ACCOUNT, Kind, Part, SharedParts
from settings import Settings, derived, model
from wiring.certificate import balancer_hosts, media_host, public_hosts
from wiring.context import CLOUDFRONT_REGION, StackContext


def tags(settings: Settings) -> Mapping[str, str]:
    """Return the tags that everything of the stack carries, and nothing of another stack."""
    owner = {derived.OWNER_TAG: settings.owner_id} if settings.owner_id else {}
    return {"app": settings.app, "environment": settings.environment, **owner}


def regions(settings: Settings) -> Sequence[str]:
    """Return where the stack's parts are, each region once, its own first."""
    media = settings.media
    found = [settings.aws.region]
    # Certificates, firewalls and logs of CloudFront and the alarms of Route 53 are there.
    if settings.domain or settings.uptime_check or (media and media.cdn):
        found.append(CLOUDFRONT_REGION)
    if media and media.replicate:
        found.append(media.replicate.region)
    if settings.backup and settings.backup.copy_region:
        found.append(settings.backup.copy_region)
    if settings.notify:
        found.append(settings.notify.chatbot_region)
    return list(dict.fromkeys(found))


def parts(settings: Settings) -> Sequence[Part]:
    """Return what the stack is made of."""
    return list(_parts(settings))


def _parts(settings: Settings) -> Iterator[Part]:
    yield from ("network", "ecs", "key", "log")
    yield from _edge(settings)
    yield from _data(settings)
    yield from _watching(settings)
    if settings.backup:
        yield "backup"
    if settings.budget:
        yield "budget"
    if settings.media and settings.media.malware_scan:
        yield "malware-scan"
    yield from _work(settings)
    if settings.volumes:
        yield "volume"


def _work(settings: Settings) -> Iterator[Part]:
    """Yield what runs beside services, and what starts it."""
    jobs, reminds = settings.jobs, _reminds(settings)
    wanted: Mapping[Part, Sequence[object]] = {
        "function": (*settings.url_secrets, _webhooks(settings), reminds, jobs),
        "event": (settings.url_secrets, settings.notify, jobs),
        "schedule": (reminds, settings.hibernation and settings.database, jobs),
        "namespace": [service.internal for service in settings.services.values()],
        "call-certificates": authorities(settings),
        "job": (jobs,),
        "queue": (jobs, settings.queues),
    }
    yield from (part for part, reasons in wanted.items() if any(reasons))


def authorities(settings: Settings) -> Sequence[str]:
    """Return the private authorities whose certificates calls between services are encrypted with, sorted."""
    called = [service.internal for service in settings.services.values() if service.internal]
    return sorted({internal.certificate_authority_arn for internal in called if internal.certificate_authority_arn})


def _edge(settings: Settings) -> Iterator[Part]:
    balancer, cdn, media = settings.load_balancer, settings.cdn, settings.media
    own = settings.internal_balancer or not derived.shares(settings, "loadBalancer")
    logged = balancer and own and _logs_access(balancer)
    wanted: Mapping[Part, Sequence[object]] = {
        "load-balancer": (balancer,),
        "certificate": (settings.domain,),
        "dns": (settings.domain, settings.uptime_check),
        "cdn": (cdn, media and media.cdn),
        "vpc-origin": (cdn and balancer and balancer.internal,),
        "waf": (balancer and balancer.waf, cdn and cdn.waf),
        "bucket": (media, logged),
    }
    yield from (part for part, reasons in wanted.items() if any(reasons))


def _logs_access(balancer: model.LoadBalancer) -> bool:
    """Tell whether the stack makes a bucket for access logs."""
    return bool(balancer.access_log_days) and not balancer.access_log_bucket


def _data(settings: Settings) -> Iterator[Part]:
    if settings.registry:
        yield "ecr"
    if settings.database:
        yield "database"
        if settings.database.is_cluster:
            yield "database-cluster"
        if settings.database.proxy:
            yield "database-proxy"
    if settings.cache:
        yield "cache"
        if settings.cache.users:
            yield "cache-users"
    if settings.secrets or settings.url_secrets or settings.cache or settings.database:
        yield "secret"


def _watching(settings: Settings) -> Iterator[Part]:
    scaled = any(
        service.scaling and (service.scaling.steps or service.scaling.queue) for service in settings.services.values()
    )
    switched = any(service.deployment.strategy != "rolling" for service in settings.services.values())
    if settings.alarms or settings.uptime_check or scaled or switched:
        yield "alarm"
    if settings.alarms and settings.alarms.muted_during:
        yield "mute"
    if settings.dashboard:
        yield "dashboard"
    if settings.notify:
        yield "topic"
    if any(recipient.slack_channel_id for recipient in _recipients(settings)):
        yield "slack"


def _recipients(settings: Settings) -> Sequence[model.Recipient]:
    notify = settings.notify
    return [*notify.page, *notify.database, *notify.team] if notify else []


def _webhooks(settings: Settings) -> bool:
    return any(recipient.slack_webhook_secret for recipient in _recipients(settings))


def _reminds(settings: Settings) -> bool:
    """Whether there is a function that looks at the secrets' ages, once a day."""
    aging = any(secret.rotate_days or secret.key_rotate_days for secret in settings.secrets.values())
    return settings.notify is not None and aging


def names(settings: Settings) -> Mapping[Kind, Sequence[str]]:
    """Return the names that the stack file gives, by kind: what else there is starts with the stack's own name."""
    services = settings.services.items()
    families = [derived.family(settings, key, service) for key, service in services]
    families += [
        derived.migration_family(settings, key, settings.services[key]) for key in settings.services_with_migration
    ]
    families += [derived.job_family(settings, key, job) for key, job in settings.jobs.items()]
    return {
        "cluster": [settings.cluster.name or settings.name_prefix],
        "family": families,
        "repository": settings.repositories if settings.registry else [],
        "database": list(_databases(settings)),
        "database-cluster": list(_clusters(settings)),
        "database-backup": list(_backups(settings)),
        "cache": [settings.cache.name or settings.name_prefix] if settings.cache else [],
        "bucket": _buckets(settings.media),
        "secret": [settings.secret_name(name) for name in (*settings.own_secrets, *settings.url_secrets)],
        "log-group": [group for key, service in services for group in derived.log_groups(settings, key, service)],
    }


def shared(context: StackContext) -> SharedParts:
    """Return what another stack made and lets this one use."""
    settings, offer, region = context.settings, context.offer, context.region
    start = f"arn:{limits.partition(region)}:{{}}:{region}:{ACCOUNT}:{{}}"
    arns = []
    existing = settings.network.existing
    if derived.shares(settings, "network") and existing:
        arns.append(start.format("ec2", f"vpc/{existing.vpc_id}"))
        # Mount targets of file systems are made in them.
        subnets = existing.isolated_subnet_ids if settings.volumes else ()
        arns += [start.format("ec2", f"subnet/{subnet}") for subnet in subnets]
    in_cluster = derived.shares(settings, "cluster")
    if in_cluster:
        arns.append(start.format("ecs", f"cluster/{settings.cluster.name}"))
    registry = derived.shares(settings, "registry")
    arns += [start.format("ecr", f"repository/{name}") for name in (settings.repositories if registry else ())]
    balancer = offer.load_balancer if offer and derived.shares(settings, "loadBalancer") else None
    if balancer:
        arns += [balancer.listener_arn, start.format("ec2", f"security-group/{balancer.security_group_id}")]
    return SharedParts(
        cluster=in_cluster,
        registry=registry,
        listener_arn=balancer.listener_arn if balancer else None,
        balancer_group=balancer.security_group_id if balancer else None,
        arns=arns,
        stack=settings.shared.stack.partition("/")[2] if settings.shared else "",
    )


def _databases(settings: Settings) -> Iterator[str]:
    database = settings.database
    if database and not database.is_cluster:
        name = database.name or settings.name_prefix
        yield name
        if database.read_replica:
            yield f"{name}-replica"


def _clusters(settings: Settings) -> Iterator[str]:
    if settings.database and settings.database.is_cluster:
        yield settings.database.name or settings.name_prefix


def _backups(settings: Settings) -> Iterator[str]:
    """Yield what a new database may be made from, as ARNs or their last parts; a deleted one's id does not say which backup is its."""
    database = settings.database
    backup = database.restore_from if database else None
    if database is None or backup is None:
        return
    kinds = ("cluster-snapshot", "cluster", "cluster-auto-backup") if database.is_cluster else _OF_INSTANCES
    snapshot, server, automated = kinds
    if backup.snapshot:
        yield backup.snapshot if backup.snapshot.startswith("arn:") else f"{snapshot}:{backup.snapshot}"
    if backup.source:
        by_name = limits.rds_identifier(backup.source) is None
        named = f"{server}:{backup.source}" if by_name else f"{automated}:*"
        yield backup.source if backup.source.startswith("arn:") else named


_OF_INSTANCES: Final = ("snapshot", "db", "auto-backup")


def _buckets(media: model.Media | None) -> Sequence[str]:
    if media is None:
        return []
    given = [media.bucket, media.replicate.bucket if media.replicate else None]
    return [name for name in given if name]


def hosts(settings: Settings) -> Sequence[str]:
    """Return every host that the stack has a record or a certificate of, each once."""
    domain, media = settings.domain, media_host(settings)
    found = [*public_hosts(domain), *balancer_hosts(settings, domain)] if domain else []
    inside = derived.internal_hosts(settings) if domain else []
    return list(dict.fromkeys([*found, *inside, *([media] if media else [])]))


_GRANTS: Final = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
"""What AWS's services are given of a key for what they keep with it, and nobody else."""


def making_with_given_key(settings: Settings) -> Iterator[documents.Statement]:
    """Yield what a pipeline needs of a key that is there already: to make what is encrypted with it, and to write and read secrets."""
    if settings.encryption:
        using = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"]
        yield documents.allow([*using, "kms:RetireGrant"], [settings.encryption.key_arn])
        yield documents.allow(["kms:CreateGrant"], [settings.encryption.key_arn], _GRANTS)


def using_given_key(settings: Settings) -> Iterator[documents.Statement]:
    """Yield what the stack's roles may need of it."""
    if settings.encryption:
        using = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        yield documents.allow(using, [settings.encryption.key_arn])
        if settings.backup:
            yield documents.allow(["kms:CreateGrant"], [settings.encryption.key_arn], _GRANTS)
