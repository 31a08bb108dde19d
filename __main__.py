"""The whole stack, outside in: which parts there are, and what each is wired to."""

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOptions, ResourceOptions

import settings
import wiring
from components._dependencies import DependencyBarrier
from components._optional import Optional
from components.backup import Backup
from components.boundary import Boundary
from components.budget import Budget
from components.cache import Cache
from components.cdn import Cdn
from components.certificate import Certificate
from components.cluster import Cluster
from components.connection_string_secrets import ConnectionStringSecrets
from components.database import Database
from components.delivery import Delivery
from components.dns_alias import DnsAlias
from components.encryption_key import EncryptionKey
from components.extension import Extension
from components.hibernation import Hibernation
from components.jobs import Jobs
from components.media_bucket import MediaBucket
from components.network import Network
from components.observability import Observability
from components.queues import Queues
from components.registry import Registry
from components.rollout import Rollout
from components.secrets import Secrets
from components.service import Service
from components.shared_load_balancer import load_balancer
from components.volumes import Volumes

config = settings.load()
with wiring.refusals.told_as_settings():
    own = wiring.extension.load(config)
    provider = aws.Provider("aws", wiring.provider.args(config))
    options = ResourceOptions(providers={"aws": provider})
    part = Optional(options)
    context = wiring.context.resolve(config, InvokeOptions(provider=provider))
    context = context.with_boundary(part(Boundary, "boundary", wiring.boundary.args(context)))
    log_keys = {name: EncryptionKey(name, args, options) for name, args in wiring.encryption_key.args(context).items()}
    context = context.with_log_keys(log_keys)
    network = wiring.network.existing(context) or Network("network", wiring.network.args(context), options)
    secrets = part(Secrets, "secrets", wiring.secrets.args(context))
    registry = wiring.registry.shared(context) or part(Registry, "registry", wiring.registry.args(context))
    cluster = Cluster("cluster", wiring.cluster.args(context), options)
    database = part(Database, "database", wiring.database.args(context, network, cluster))
    cache = part(Cache, "cache", wiring.cache.args(context, network))
    volumes = part(Volumes, "volumes", wiring.volumes.args(context, network))

    certificates = {name: Certificate(name, args, options) for name, args in wiring.certificate.args(context).items()}
    balancer_args = wiring.load_balancer.args(context, network, certificates)
    balancer = load_balancer("load-balancer", balancer_args, options) if balancer_args else None
    internal_args = wiring.internal_balancer.args(context, network, certificates, balancer)
    internal = part(load_balancer, "internal-balancer", internal_args)
    media = part(MediaBucket, "media", wiring.media_bucket.args(context, certificates, balancer))
    cdn = part(Cdn, "cdn", wiring.cdn.args(context, balancer, certificates))
    aliases = wiring.dns_alias.args(context, balancer, internal, cdn, media)
    public = [DnsAlias(name, args, options) for name, args in aliases.items()]

    url_args = wiring.connection_string_secrets.args(context, network, cluster, database, cache)
    urls = part(ConnectionStringSecrets, "secret-urls", url_args)
    queues = part(Queues, "queues", wiring.queues.args(context))
    parts = wiring.Components(
        network, cluster, secrets, urls, registry, database, cache, media, balancer, internal, queues, volumes
    )

    services: dict[str, Service] = {}
    with DependencyBarrier() as migrations:
        for key in config.services_in_order:
            with wiring.refusals.told_as_settings("services", key):
                service_args = wiring.service.args(context, key, parts, services, migrations.passed)
                services[key] = Service(key, service_args, options)
            migrations.wait_for(services[key].migrated)
    jobs = part(Jobs, "jobs", wiring.jobs.args(context, parts, services, migrations.passed))
    observability = part(Observability, "observability", wiring.observability.args(context, parts, services, jobs))
    part(Backup, "backup", wiring.backup.args(context, parts, observability))
    part(Budget, "budget", wiring.budget.args(context, observability))
    delivery = part(Delivery, "delivery", wiring.delivery.args(context, network.vpc_id))
    part(Extension, "extension", wiring.extension.args(context, own, parts, services))
    part(Rollout, "rollout", wiring.rollout.args(context, parts, services, public))
    hibernation = part(Hibernation, "hibernation", wiring.hibernation.args(context, parts, services))

    outputs = wiring.outputs.of(context, parts, services, cdn, observability, delivery, hibernation, jobs)
    for name, value in outputs.items():
        pulumi.export(name, value)
