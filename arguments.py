"""What each component is given: from the settings, and from the components before it.

`__main__` says which parts there are and in which order; this module says what they are made of. Nothing here creates a resource.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi
import pulumi_aws as aws
from pulumi import Input, InvokeOptions, Output

from components import _documents as documents
from components._containers import BuildArgs, ContainerArgs, ContainerHealthCheckArgs, SecretReference
from components._log_router import LogRouterArgs
from components.alarms import (
    ApplicationMetric,
    Thresholds,
    Watched,
    WatchedDatabase,
    WatchedFunction,
    WatchedService,
)
from components.backup import BackupArgs, BackupCopyArgs
from components.budget import BudgetArgs
from components.cache import Cache, CacheArgs
from components.cdn import Cdn, CdnArgs
from components.certificate import Certificate, CertificateArgs
from components.cluster import Cluster, ClusterArgs
from components.database import Database, DatabaseArgs, Engine, PoolArgs, ReplicaArgs
from components.delivery import Delivery, DeliveryArgs, GitHubArgs
from components.dns_alias import DnsAliasArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.health_check import HealthCheckArgs as OutsideCheckArgs
from components.hibernation import Hibernation, HibernationArgs, SleeperArgs
from components.load_balancer import HealthCheckArgs, LoadBalancer, LoadBalancerArgs, OriginLock, TargetArgs
from components.media_bucket import MediaBucket, MediaBucketArgs, MediaCdnArgs, ReplicationArgs
from components.network import Nat, Network, NetworkArgs
from components.notifications import Audience, AudienceArgs, NotificationsArgs, Severity, SlackChannel, SlackWebhook
from components.observability import Observability, ObservabilityArgs
from components.registry import Registry, RegistryArgs
from components.secret_ages import AgingSecretArgs
from components.secret_urls import SecretUrlArgs, SecretUrls, SecretUrlsArgs
from components.secrets import SecretArgs, Secrets, SecretsArgs
from components.service import (
    BlueGreenArgs,
    ConnectionArgs,
    EgressArgs,
    EntryArgs,
    Metric,
    MigrateArgs,
    ScalingArgs,
    ScheduledArgs,
    Service,
    ServiceArgs,
    StepArgs,
    StepMetric,
)
from components.web_acl import RateLimit, WebAclArgs
from settings import Settings, checks, model

CLOUDFRONT_REGION = "us-east-1"
"""Where CloudFront looks for certificates and firewalls."""
LOG_KEY = "logs"
EDGE_LOG_KEY = "edge-logs"
BALANCER_CERTIFICATE = "certificate"
CDN_CERTIFICATE = "cdn-certificate"
MEDIA_CERTIFICATE = "media-certificate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The components that services are wired to; None for those that the stack does not have."""

    network: Network
    cluster: Cluster
    secrets: Secrets | None = None
    secret_urls: SecretUrls | None = None
    registry: Registry | None = None
    database: Database | None = None
    cache: Cache | None = None
    media: MediaBucket | None = None
    load_balancer: LoadBalancer | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arguments:
    """Makes the arguments of every component of one stack."""

    settings: Settings
    """The stack file."""
    account_id: Input[str]
    """The AWS account."""
    zone_id: Input[str]
    """The hosted zone; empty where the stack has no domain."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts logs; None: AWS's own."""
    edge_log_key_arn: Input[str] | None = None
    """The key that encrypts CloudFront's logs, where the stack's own is in another region."""

    def log_keys(self) -> Mapping[str, EncryptionKeyArgs]:
        """Return the arguments of the keys that encrypt logs, by component: the stack's, and CloudFront's in its region."""
        settings = self.settings
        if not settings.logs.customer_key:
            return {}
        keys = {LOG_KEY: settings.aws.region}
        if settings.cdn and settings.cdn.waf and settings.aws.region != CLOUDFRONT_REGION:
            keys[EDGE_LOG_KEY] = CLOUDFRONT_REGION
        return {
            name: EncryptionKeyArgs(
                label=settings.label,
                description=f"Logs of {settings.label}",
                account_id=self.account_id,
                region=region,
                alias=f"{settings.label}-{name}",
                services=("logs",),
                protect=settings.protection.protect,
                deletion_days=settings.protection.key_deletion_days,
            )
            for name, region in keys.items()
        }

    def with_log_keys(self, keys: Mapping[str, EncryptionKey]) -> Arguments:
        """Return these arguments with the keys that encrypt logs."""
        arns = {name: key.arn for name, key in keys.items()}
        return replace(self, log_key_arn=arns.get(LOG_KEY), edge_log_key_arn=arns.get(EDGE_LOG_KEY))

    def network(self) -> NetworkArgs:
        """Return the network's arguments."""
        network = self.settings.network
        return NetworkArgs(
            label=self.settings.label,
            account_id=self.account_id,
            region=self.settings.aws.region,
            cidr=network.cidr,
            zones=network.zones,
            nat=Nat(network.nat),
            endpoints=network.endpoints,
            flow_log_days=network.flow_log_days,
            log_key_arn=self.log_key_arn,
            flows=checks.flows(self.settings) if network.acls else None,
            acl_rules=network.acl_rules,
        )

    def secrets(self) -> SecretsArgs:
        """Return the arguments of the secrets that people fill."""
        return SecretsArgs(
            label=self.settings.label,
            account_id=self.account_id,
            region=self.settings.aws.region,
            secrets={
                name: SecretArgs(
                    name=self.settings.secret_name(name),
                    description=secret.description,
                    keys=secret.keys,
                    rotate_days=secret.rotate_days,
                )
                for name, secret in self.settings.secrets.items()
            },
            recovery_days=self.settings.protection.secret_recovery_days,
            protect=self.settings.protection.protect,
            key_deletion_days=self.settings.protection.key_deletion_days,
        )

    def registry(self, registry: model.Registry) -> RegistryArgs:
        """Return the registry's arguments."""
        return RegistryArgs(
            label=self.settings.label,
            account_id=self.account_id,
            region=self.settings.aws.region,
            repositories=self.settings.repositories,
            keep_images=registry.keep_images,
            untagged_days=registry.untagged_days,
            scan=registry.scan_on_push,
            immutable=registry.immutable_tags,
            empty_on_destroy=self.settings.protection.empty_on_destroy,
            protect=self.settings.protection.protect,
            key_deletion_days=self.settings.protection.key_deletion_days,
        )

    def database(self, database: model.Database, network: Network) -> DatabaseArgs:
        """Return the database's arguments."""
        settings, protection = self.settings, self.settings.protection
        replica, proxy = database.read_replica, database.proxy
        return DatabaseArgs(
            label=settings.label,
            account_id=self.account_id,
            region=settings.aws.region,
            vpc_id=network.vpc_id,
            subnet_ids=network.isolated_subnet_ids,
            identifier=database.name or settings.label,
            engine=Engine(database.engine),
            version=database.version,
            instance_class=database.instance_class,
            storage_gib=database.storage_gib,
            storage_type=database.storage_type,
            iops=database.iops,
            throughput=database.throughput_mibps,
            max_storage_gib=database.max_storage_gib,
            multi_az=database.multi_az,
            database_name=checks.database_name(settings, database),
            username=database.username,
            port=database.port,
            backup_days=database.backup_days,
            backup_window=database.backup_window,
            maintenance_window=database.maintenance_window,
            managed_password=database.managed_password,
            rotate_days=database.rotate_days,
            recovery_days=protection.secret_recovery_days,
            iam_authentication=database.iam_authentication,
            replica=ReplicaArgs(instance_class=replica.instance_class, zone=replica.zone) if replica else None,
            proxy=PoolArgs(connections_percent=proxy.connections_percent, idle_minutes=proxy.idle_minutes)
            if proxy
            else None,
            monitoring_seconds=database.monitoring_seconds,
            insights_days=database.insights_days,
            auto_minor_upgrade=database.auto_minor_upgrade,
            allow_major_upgrade=database.allow_major_upgrade,
            extended_support=database.extended_support,
            apply_immediately=database.apply_immediately,
            parameters=database.parameters,
            log_days=settings.logs.retention_days,
            log_key_arn=self.log_key_arn,
            deletion_protection=protection.deletion_protection,
            final_snapshot=protection.final_snapshot,
            protect=protection.protect,
            key_deletion_days=protection.key_deletion_days,
        )

    def cache(self, cache: model.Cache, network: Network) -> CacheArgs:
        """Return the cache's arguments."""
        settings, protection = self.settings, self.settings.protection
        return CacheArgs(
            label=settings.label,
            account_id=self.account_id,
            region=settings.aws.region,
            vpc_id=network.vpc_id,
            subnet_ids=network.isolated_subnet_ids,
            identifier=cache.name or settings.label,
            engine=cache.engine,
            version=cache.version,
            node_type=cache.node_type,
            shards=cache.shards,
            replicas=cache.replicas,
            multi_az=checks.cache_spans_zones(cache),
            snapshot_days=cache.snapshot_days,
            snapshot_window=cache.snapshot_window,
            maintenance_window=cache.maintenance_window,
            log_days=settings.logs.retention_days,
            log_key_arn=self.log_key_arn,
            final_snapshot=protection.final_snapshot and cache.snapshot_days > 0,
            recovery_days=protection.secret_recovery_days,
            protect=protection.protect,
            key_deletion_days=protection.key_deletion_days,
        )

    def certificates(self) -> Mapping[str, CertificateArgs]:
        """Return the arguments of every certificate, by its component's name; CloudFront takes its own from us-east-1."""
        settings, domain = self.settings, self.settings.domain
        if domain is None:
            return {}
        wanted: dict[str, tuple[Sequence[str], str | None]] = {}
        wanted[BALANCER_CERTIFICATE] = (balancer_hosts(settings, domain), None)
        if settings.cdn:
            wanted[CDN_CERTIFICATE] = (public_hosts(domain), CLOUDFRONT_REGION)
        if settings.media and settings.media.cdn and settings.media.cdn.host:
            wanted[MEDIA_CERTIFICATE] = ((settings.media.cdn.host,), CLOUDFRONT_REGION)
        return {
            name: CertificateArgs(domain=hosts[0], alternative_names=hosts[1:], zone_id=self.zone_id, region=region)
            for name, (hosts, region) in wanted.items()
        }

    def media(
        self, media: model.Media, certificates: Mapping[str, Certificate], balancer: LoadBalancer | None
    ) -> MediaBucketArgs:
        """Return the media bucket's arguments."""
        cdn, certificate = media.cdn, certificates.get(MEDIA_CERTIFICATE)
        return MediaBucketArgs(
            label=self.settings.label,
            account_id=self.account_id,
            region=self.settings.aws.region,
            bucket_name=media.bucket,
            versioning=media.versioning,
            expire_noncurrent_days=media.noncurrent_days,
            to_infrequent_access_days=media.infrequent_access_days,
            cors_origins=media.cors_origins,
            empty_on_destroy=self.settings.protection.empty_on_destroy,
            protect=self.settings.protection.protect,
            key_deletion_days=self.settings.protection.key_deletion_days,
            replication=ReplicationArgs(
                region=media.replicate.region,
                copy_name=media.replicate.bucket,
                within_fifteen_minutes=media.replicate.within_fifteen_minutes,
                deletions=media.replicate.deletions,
            )
            if media.replicate
            else None,
            cdn=MediaCdnArgs(
                host=cdn.host,
                certificate_arn=certificate.arn if certificate else None,
                price_class=cdn.price_class,
                access_log_bucket=balancer.access_log_bucket if balancer else None,
            )
            if cdn
            else None,
        )

    def load_balancer(
        self, network: Network, certificates: Mapping[str, Certificate], cloudfront_prefix_list: Input[str] | None
    ) -> LoadBalancerArgs | None:
        """Return the load balancer's arguments, or None where the stack has none."""
        settings, balancer = self.settings, self.settings.load_balancer
        if balancer is None:
            return None
        own = certificates.get(BALANCER_CERTIFICATE)
        return LoadBalancerArgs(
            label=settings.label,
            account_id=self.account_id,
            region=settings.aws.region,
            load_balancer_name=balancer.name,
            vpc_id=network.vpc_id,
            subnet_ids=network.public_subnet_ids,
            certificate_arn=own.arn if own else str(balancer.certificate_arn),
            tls_policy=balancer.tls_policy,
            http_redirect=balancer.http_redirect and settings.cdn is None,
            idle_timeout_seconds=balancer.idle_timeout_seconds,
            access_log_days=balancer.access_log_days,
            access_log_of_cdn=bool(settings.cdn or (settings.media and settings.media.cdn)),
            waf=_web_acl(balancer.waf, self.log_key_arn),
            deletion_protection=settings.protection.deletion_protection,
            empty_on_destroy=settings.protection.empty_on_destroy,
            protect=settings.protection.protect,
            origin_lock=OriginLock(prefix_list_id=cloudfront_prefix_list) if cloudfront_prefix_list else None,
            targets={
                name: _target(service, service.route, service.port)
                for name, service in settings.services.items()
                if service.route and service.port
            },
        )

    def cdn(self, balancer: LoadBalancer | None, certificates: Mapping[str, Certificate]) -> CdnArgs | None:
        """Return the arguments of CloudFront in front of the load balancer, or None where the stack has none."""
        cdn, domain = self.settings.cdn, self.settings.domain
        if cdn is None or domain is None or balancer is None or balancer.origin_secret is None:
            return None
        return CdnArgs(
            label=self.settings.label,
            hosts=public_hosts(domain),
            certificate_arn=certificates[CDN_CERTIFICATE].arn,
            origin_host=checks.origin_host(cdn, domain),
            header_name=balancer.origin_header,
            header_value=balancer.origin_secret,
            price_class=cdn.price_class,
            access_log_bucket=balancer.access_log_bucket,
            waf=_web_acl(cdn.waf, self.edge_log_key_arn or self.log_key_arn),
        )

    def aliases(
        self, balancer: LoadBalancer | None, cdn: Cdn | None, media: MediaBucket | None
    ) -> Mapping[str, DnsAliasArgs]:
        """Return the arguments of every DNS record, by its component's name."""
        settings, domain = self.settings, self.settings.domain
        if domain is None or balancer is None:
            return {}
        fronts = dict.fromkeys(balancer_hosts(settings, domain), (balancer.dns_name, balancer.zone_id, False))
        if cdn:
            fronts |= dict.fromkeys(public_hosts(domain), (cdn.domain_name, cdn.zone_id, True))
        if (
            media
            and media.cdn_domain_name
            and media.cdn_zone_id
            and settings.media
            and settings.media.cdn
            and settings.media.cdn.host
        ):
            fronts[settings.media.cdn.host] = (media.cdn_domain_name, media.cdn_zone_id, True)
        return {
            f"dns-{host.replace('-', '--').replace('.', '-')}": DnsAliasArgs(
                zone_id=self.zone_id, host=host, target=target, target_zone_id=zone, ipv6=ipv6
            )
            for host, (target, zone, ipv6) in fronts.items()
            if not host.startswith("*.")
        }

    def cluster(self) -> ClusterArgs:
        """Return the cluster's arguments."""
        settings = self.settings
        return ClusterArgs(
            cluster_name=settings.cluster.name or settings.label,
            container_insights=settings.cluster.container_insights,
            exec_log=any(service.exec for service in settings.services.values()),
            log_days=settings.logs.retention_days,
            log_key_arn=self.log_key_arn,
        )

    def secret_urls(
        self, network: Network, cluster: Cluster, database: Database | None, cache: Cache | None
    ) -> SecretUrlsArgs | None:
        """Return the arguments of the secrets that the program fills with a URL, or None where the stack has none."""
        settings = self.settings
        urls = self._database_urls(settings.database, database) if settings.database and database else {}
        if settings.cache and settings.cache.url_secret and cache:
            urls[settings.cache.url_secret] = SecretUrlArgs(
                name=settings.secret_name(settings.cache.url_secret),
                kind="redis",
                source_arn=cache.secret_arn,
                key_arn=cache.key_arn,
                host=cache.host,
                port=cache.port,
                services=checks.readers(settings, settings.cache.url_secret),
            )
        if not urls:
            return None
        return SecretUrlsArgs(
            label=settings.label,
            account_id=self.account_id,
            region=settings.aws.region,
            function_name=f"{settings.label}-secret-urls",
            urls=urls,
            vpc_id=network.vpc_id,
            subnet_ids=list(network.private_subnet_ids),
            cluster_name=cluster.name,
            log_days=settings.logs.retention_days,
            log_key_arn=self.log_key_arn,
            recovery_days=settings.protection.secret_recovery_days,
            protect=settings.protection.protect,
        )

    def _database_urls(self, given: model.Database, database: Database) -> dict[str, SecretUrlArgs]:
        """Return the URLs of the database, or of its proxy, and of its read replica, by their secrets."""
        settings, replica = self.settings, database.replica
        ends: dict[str, tuple[Input[str], int]] = {}
        if given.url_secret:
            ends[given.url_secret] = (database.address, database.port)
        if given.read_replica and given.read_replica.url_secret and replica:
            ends[given.read_replica.url_secret] = (replica.address, replica.port)
        return {
            secret: SecretUrlArgs(
                name=settings.secret_name(secret),
                kind=given.engine,
                source_arn=database.secret_arn,
                key_arn=database.key_arn,
                host=host,
                port=port,
                database=checks.database_name(settings, given),
                services=checks.readers(settings, secret),
            )
            for secret, (host, port) in ends.items()
        }

    def service(self, key: str, parts: Parts, before: Mapping[str, Service], migrated: Output[str]) -> ServiceArgs:
        """Return the arguments of a service, which changes once every migration ran; its own runs after those of the services before."""
        settings, service = self.settings, self.settings.services[key]
        tasks, network = service.tasks, parts.network
        fewest, most = _range(tasks)
        containers = [self._container(key, service, service, parts)]
        containers += [self._container(name, sidecar, service, parts) for name, sidecar in service.sidecars.items()]
        return ServiceArgs(
            label=settings.label,
            region=settings.aws.region,
            account_id=self.account_id,
            service_name=checks.service_name(settings, key, service),
            family=checks.family(settings, key, service),
            log_group_name=checks.log_group(settings, key, service),
            log_router=self._log_router(service.log_router, parts) if service.log_router else None,
            log_days=settings.logs.retention_days,
            log_key_arn=self.log_key_arn,
            cluster_arn=parts.cluster.arn,
            cluster_name=parts.cluster.name,
            containers=containers,
            cpu=service.cpu,
            memory_mib=service.memory_mib,
            architecture=service.architecture,
            ephemeral_gib=service.ephemeral_gib,
            vpc_id=network.vpc_id,
            subnet_ids=network.private_subnet_ids,
            network_cidr=network.cidr,
            s3_prefix_list_id=network.s3_prefix_list_id,
            entry=_entry(key, service, parts.load_balancer),
            connections=_connections(service, parts),
            egress=[EgressArgs(port=egress.port, cidr=egress.cidr) for egress in service.egress],
            min_tasks=fewest,
            max_tasks=most,
            desired_tasks=fewest if tasks.desired is None else tasks.desired,
            scaling=_scaling(service.scaling) if most > fewest else None,
            minimum_healthy_percent=service.deployment.minimum_healthy_percent,
            maximum_percent=service.deployment.maximum_percent,
            sleeps=settings.hibernation is not None,
            wait_for_steady_state=service.deployment.wait_for_steady_state,
            migration=self._migration(key, service, parts, before),
            after=[migrated] if settings.migrating else [],
            spot_percent=service.spot_percent,
            exec_enabled=service.exec,
            repository_arns=self._repository_arns(service, parts),
            permissions=[
                *_declared(service),
                *(_media_access(parts.media) if "media" in service.uses else ()),
                *(self._database_login(parts.database) if "database" in service.uses else ()),
            ],
            waivers=_waivers(service),
        )

    def _database_login(self, database: Database | None) -> Sequence[documents.Statement]:
        """Let a service log in with a token, as one user of the database and its replica."""
        given = self.settings.database
        if given is None or database is None or not given.iam_authentication:
            return ()
        region = self.settings.aws.region
        start = Output.format("arn:{0}:rds-db:{1}:{2}:dbuser:", documents.partition(region), region, self.account_id)
        users = [Output.concat(start, resource, "/", given.iam_username) for resource in database.resource_ids]
        return (documents.allow(["rds-db:connect"], users),)

    def delivery(self) -> Mapping[str, DeliveryArgs]:
        """Return the arguments of the roles that pipelines come with, by component, where the stack has them."""
        settings, delivery = self.settings, self.settings.delivery
        if delivery is None:
            return {}
        github, services = delivery.github, settings.services.items()
        media, domain = settings.media, settings.domain
        replicate = media.replicate if media else None
        copies = [replicate.region] if replicate else []
        copies += [settings.backup.copy_region] if settings.backup and settings.backup.copy_region else []
        # Certificates, firewalls and logs of CloudFront and the alarms of Route 53 are there.
        regions = [settings.aws.region, *([CLOUDFRONT_REGION] if domain or (media and media.cdn) else []), *copies]
        regions += [settings.notify.chatbot_region] if settings.notify else []
        families = [checks.family(settings, key, service) for key, service in services]
        families += [checks.migration_family(settings, key, settings.services[key]) for key in settings.migrating]
        buckets = [media.bucket if media else None, replicate.bucket if replicate else None]
        hosts = [*public_hosts(domain), *balancer_hosts(settings, domain)] if domain else []
        hosts += [media.cdn.host] if media and media.cdn and media.cdn.host else []
        try:
            return {
                "delivery": DeliveryArgs(
                    label=settings.label,
                    account_id=self.account_id,
                    regions=list(dict.fromkeys(regions)),
                    github=GitHubArgs(
                        repository=github.repository,
                        owner_id=github.owner_id,
                        repository_id=github.repository_id,
                        environments=[github.environment] if github.environment else [],
                        refs=[f"refs/heads/{github.branch}"] if github.branch else [],
                    ),
                    provider_arn=delivery.provider_arn,
                    role_name=delivery.role_name,
                    preview_role_name=delivery.preview_role_name,
                    session_hours=delivery.session_hours,
                    names={
                        "cluster": [settings.cluster.name or settings.label],
                        "family": families,
                        "repository": settings.repositories,
                        "database": [settings.database.name or settings.label] if settings.database else [],
                        "cache": [settings.cache.name or settings.label] if settings.cache else [],
                        "bucket": [name for name in buckets if name],
                        "secret": [settings.secret_name(name) for name in settings.secrets],
                        "written-secret": [settings.secret_name(name) for name in settings.url_secrets],
                        "log-group": [group for key, s in services for group in checks.log_groups(settings, key, s)],
                    },
                    tags={"app": settings.app, "environment": settings.environment},
                    hosts=list(dict.fromkeys(hosts)),
                    state_bucket=delivery.state_bucket,
                    state_key_arn=delivery.state_key_arn,
                    boundary_arn=delivery.boundary_arn,
                    empty_buckets=settings.protection.empty_on_destroy,
                )
            }
        except ValueError as error:
            # Only the names of all parts together show whether the role fits IAM.
            raise pulumi.RunError(f"slipway:delivery: {error}") from None

    def backup(self, parts: Parts, observability: Observability | None) -> Mapping[str, BackupArgs]:
        """Return the arguments of AWS Backup, by component, where the stack has it."""
        settings, backup, protection = self.settings, self.settings.backup, self.settings.protection
        if backup is None:
            return {}
        copy = backup.copy_region and BackupCopyArgs(region=backup.copy_region, keep_days=backup.copy_days or 30)
        return {
            "backup": BackupArgs(
                label=settings.label,
                account_id=self.account_id,
                region=settings.aws.region,
                databases={"database": parts.database.instance_arn} if parts.database else {},
                buckets={"media": parts.media.arn} if parts.media else {},
                daily_at=backup.at,
                keep_days=backup.keep_days,
                copy=copy or None,
                failures_topic_arn=_topic(observability, "team"),
                rto_minutes=backup.rto_minutes,
                rpo_minutes=backup.rpo_minutes,
                empty_on_destroy=protection.empty_on_destroy,
                protect=protection.protect,
                key_deletion_days=protection.key_deletion_days,
            )
        }

    def budget(self, observability: Observability | None) -> Mapping[str, BudgetArgs]:
        """Return the budget's arguments, by component, where the stack has one."""
        settings, budget = self.settings, self.settings.budget
        if budget is None:
            return {}
        return {
            "budget": BudgetArgs(
                label=settings.label,
                monthly_usd=budget.monthly_usd,
                topic_arn=_topic(observability, budget.notify) if budget.notify else None,
                emails=budget.emails,
                tag=(budget.by_tag, tags(settings)[budget.by_tag]) if budget.by_tag else None,
            )
        }

    def hibernation(self, parts: Parts, services: Mapping[str, Service]) -> Mapping[str, HibernationArgs]:
        """Return the arguments of nights off, by component, where the stack has them."""
        settings, hibernation = self.settings, self.settings.hibernation
        if hibernation is None:
            return {}
        return {
            "hibernation": HibernationArgs(
                label=settings.label,
                account_id=self.account_id,
                region=settings.aws.region,
                services={
                    key: SleeperArgs(
                        cluster_name=parts.cluster.name,
                        service_name=service.name,
                        min_tasks=_range(settings.services[key].tasks)[0],
                        max_tasks=_range(settings.services[key].tasks)[1],
                        scalable_target_id=service.scalable_target_id,
                    )
                    for key, service in services.items()
                },
                databases={"database": parts.database.identifier} if parts.database else {},
                sleep_at=hibernation.sleep,
                wake_at=hibernation.wake,
                time_zone=hibernation.time_zone,
                weekends=hibernation.weekends,
            )
        }

    def _migration(
        self, key: str, service: model.Service, parts: Parts, before: Mapping[str, Service]
    ) -> MigrateArgs | None:
        if service.migrate is None:
            return None
        given = self.settings.aws
        addresses = {name: address for endpoints in given.endpoints or () for name, address in endpoints.items()}
        return MigrateArgs(
            family=checks.migration_family(self.settings, key, service),
            command=service.migrate.command,
            after=[part for part in (parts.database, *(other.migration for other in before.values())) if part],
            timeout_seconds=service.migrate.timeout_minutes * 60,
            profile=given.profile,
            assume_role_arns=[str(role["roleArn"]) for role in given.assume_roles or () if "roleArn" in role],
            endpoints={name: addresses[name] for name in ("ecs", "sts") if name in addresses},
        )

    def observability(self, parts: Parts, services: Mapping[str, Service]) -> ObservabilityArgs | None:
        """Return the arguments of notifications, alarms, dashboard and health check; None where the stack has none of them."""
        settings, dashboard = self.settings, self.settings.dashboard
        if not (settings.notify or settings.alarms or dashboard or settings.health_check):
            return None
        return ObservabilityArgs(
            label=settings.label,
            region=settings.aws.region,
            watched=self._watched(parts, services),
            notifications=self._notifications(settings.notify, parts) if settings.notify else None,
            thresholds=Thresholds(**settings.alarms.model_dump(exclude={"metrics"})) if settings.alarms else None,
            dashboard_name=dashboard.name or settings.label if dashboard else None,
            health_check=_outside_check(settings),
            aging_secrets=_aging_secrets(settings, parts.secrets) if settings.notify else {},
            secrets_key_arn=parts.secrets.key_arn if parts.secrets else None,
        )

    def _notifications(self, notify: model.Notify, parts: Parts) -> NotificationsArgs:
        settings = self.settings
        audiences = {audience: _audience(getattr(notify, audience), parts.secrets) for audience in Audience}
        return NotificationsArgs(
            label=settings.label,
            account_id=self.account_id,
            region=settings.aws.region,
            audiences={audience: told for audience, told in audiences.items() if told},
            cluster_name=settings.cluster.name or settings.label,
            health_checks=settings.health_check is not None,
            chatbot_region=notify.chatbot_region,
            log_days=settings.logs.retention_days,
            log_key_arn=self.log_key_arn,
            protect=settings.protection.protect,
            key_deletion_days=settings.protection.key_deletion_days,
        )

    def _watched(self, parts: Parts, services: Mapping[str, Service]) -> Watched:
        settings, balancer, database = self.settings, parts.load_balancer, self.settings.database
        targets = {key: target.arn_suffix for key, target in balancer.targets.items()} if balancer else {}
        others = {key: t.alternate.arn_suffix for key, t in balancer.targets.items() if t.alternate} if balancer else {}
        metrics = settings.alarms.metrics if settings.alarms else {}
        return Watched(
            cluster_name=parts.cluster.name,
            container_insights=settings.cluster.container_insights != "disabled",
            services={
                key: WatchedService(
                    service_name=service.name, target_arn_suffix=targets.get(key), alternate_arn_suffix=others.get(key)
                )
                for key, service in services.items()
            },
            load_balancer_arn_suffix=balancer.arn_suffix if balancer else None,
            database=WatchedDatabase(
                identifier=parts.database.identifier,
                engine=database.engine,
                instance_class=database.instance_class,
                storage_gib=database.storage_gib,
                max_connections=database.parameters.get("max_connections"),
                replicas={"replica": parts.database.replica.identifier} if parts.database.replica else {},
            )
            if database and parts.database
            else None,
            cache_nodes=parts.cache.members if parts.cache else (),
            functions={"secret-urls": _composer(parts.secret_urls)} if parts.secret_urls else {},
            application={
                name: ApplicationMetric(**{**metric.model_dump(), "severity": Severity(metric.severity)})
                for name, metric in metrics.items()
            },
        )

    def _container(self, name: str, container: model.Container, service: model.Service, parts: Parts) -> ContainerArgs:
        own = container is service
        sidecar = container if isinstance(container, model.Sidecar) else None
        port = service.port if own else sidecar.port if sidecar else None
        values = self._values(container, parts)
        return ContainerArgs(
            name=name,
            image=self._image(container.image, parts),
            essential=own or (sidecar is not None and sidecar.essential),
            port=port,
            command=container.command,
            entry_point=container.entry_point,
            environment={variable: _filled(text, values) for variable, text in container.environment.items()},
            secrets={variable: _secret(reference, parts) for variable, reference in container.secrets.items()},
            user=container.user,
            read_only_root=container.read_only_root and not (own and service.exec),
            tmp_mib=service.tmp_mib,
            health_check=_health_check(container.health_check, port, service.health.path),
            cpu=sidecar.cpu if sidecar else None,
            memory_mib=sidecar.memory_mib if sidecar else None,
            stop_seconds=service.stop_seconds,
        )

    def _log_router(self, router: model.LogRouter, parts: Parts) -> LogRouterArgs:
        image = self._image(router.image, parts)
        if isinstance(image, BuildArgs):
            raise TypeError("the settings let no router's image be built")
        return LogRouterArgs(routes=router.routes, image=image, memory_mib=router.memory_mib)

    def _image(self, image: model.Image, parts: Parts) -> Input[str] | BuildArgs:
        if image.repository is None or parts.registry is None:
            return str(image.uri)
        url = parts.registry.urls[image.repository]
        if image.build:
            return BuildArgs(
                repository_url=url,
                context=image.build.context,
                dockerfile=image.build.dockerfile,
                arguments=image.build.arguments,
                target=image.build.target,
            )
        return Output.concat(url, f"@{image.digest}" if image.digest else f":{image.tag}")

    def _repository_arns(self, service: model.Service, parts: Parts) -> Sequence[Input[str]]:
        """Return the repositories a service pulls from: the stack's own, and ECR repositories named by address."""
        images = service.images
        own = sorted({image.repository for image in images if image.repository})
        arns: list[Input[str]] = [parts.registry.arns[name] for name in own] if parts.registry else []
        for uri in sorted({image.uri for image in images if image.uri}):
            if match := _ECR.match(uri):
                partition = documents.partition(match["region"])
                arns.append(f"arn:{partition}:ecr:{match['region']}:{match['account']}:repository/{match['name']}")
        return arns

    def _values(self, container: model.Container, parts: Parts) -> Mapping[str, Input[str]]:
        """Return what references in environment values stand for."""
        settings = self.settings
        values: dict[str, Input[str]] = {
            "app": settings.app,
            "environment": settings.environment,
            "aws.region": settings.aws.region,
            "domain.host": settings.domain.host if settings.domain else "",
            "image.tag": container.image.tag or "",
        }
        if parts.database:
            values |= {
                "database.host": parts.database.address,
                "database.port": str(parts.database.port),
                "database.name": parts.database.database_name,
                "database.iamUsername": settings.database.iam_username if settings.database else "",
                "database.replicaHost": parts.database.replica.address if parts.database.replica else "",
            }
        if parts.cache:
            values |= {"cache.host": parts.cache.host, "cache.port": str(parts.cache.port)}
        if parts.media:
            values |= {"media.bucket": parts.media.bucket, "media.url": parts.media.base_url}
        return values


_ECR = re.compile(r"^(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<name>[^:@]+)")


def provider(settings: Settings) -> aws.ProviderArgs:
    """Return the AWS provider's arguments: the `aws:` keys of the stack file, and the tags on everything."""
    given = settings.aws.model_dump(exclude_none=True)
    return aws.ProviderArgs(**given, default_tags=aws.ProviderDefaultTagsArgs(tags=tags(settings)))


def tags(settings: Settings) -> Mapping[str, str]:
    """Return the tags on everything: the stack file's, and the program's own, which win."""
    own = {"app": settings.app, "environment": settings.environment, "managed-by": "pulumi"}
    return {**settings.tags, **own}


def zone_id(settings: Settings, lookup: InvokeOptions) -> Input[str]:
    """Return the id of the hosted zone, looked up where only its name is given; empty without a domain."""
    domain = settings.domain
    if domain is None:
        return ""
    return domain.zone_id or aws.route53.get_zone_output(name=domain.zone, opts=lookup).zone_id


def cloudfront_prefix_list(settings: Settings, lookup: InvokeOptions) -> Input[str] | None:
    """Return the id of AWS's list of the addresses CloudFront comes from, or None where the stack does not use it."""
    if settings.cdn is None:
        return None
    return aws.ec2.get_managed_prefix_list_output(name="com.amazonaws.global.cloudfront.origin-facing", opts=lookup).id


def exports(
    settings: Settings,
    parts: Parts,
    services: Mapping[str, Service],
    cdn: Cdn | None,
    observability: Observability | None,
    deliveries: Mapping[str, Delivery],
    sleepers: Mapping[str, Hibernation],
) -> Mapping[str, Input[object]]:
    """Return the stack's outputs: what pipelines, people and other stacks need to know."""
    shown: dict[str, Input[object]] = {
        "region": settings.aws.region,
        "vpcId": parts.network.vpc_id,
        "privateSubnetIds": parts.network.private_subnet_ids,
        "clusterName": parts.cluster.name,
        "serviceNames": {key: service.name for key, service in services.items()},
        "taskFamilies": {key: service.family for key, service in services.items()},
        "logGroups": {key: service.log_group_name for key, service in services.items()},
    }
    if settings.domain:
        shown["url"] = f"https://{settings.domain.host}"
    if parts.load_balancer:
        shown["loadBalancerDnsName"] = parts.load_balancer.dns_name
    if cdn:
        shown["cdnDomainName"] = cdn.domain_name
    if parts.registry:
        shown["repositoryUrls"] = parts.registry.urls
    if parts.secrets or parts.secret_urls:
        holders = [holder for holder in (parts.secrets, parts.secret_urls) if holder]
        shown["secretArns"] = {name: arn for holder in holders for name, arn in holder.arns.items()}
    if parts.database:
        shown |= {"databaseHost": parts.database.address, "databaseSecretArn": parts.database.secret_arn}
        if parts.database.replica:
            shown["databaseReplicaHost"] = parts.database.replica.address
    if parts.cache:
        shown |= {"cacheHost": parts.cache.host, "cacheSecretArn": parts.cache.secret_arn}
    if parts.media:
        shown |= {"mediaBucket": parts.media.bucket, "mediaUrl": parts.media.base_url}
    return {**shown, **_seen(settings, observability), **_operated(deliveries, sleepers)}


_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def _seen(settings: Settings, observability: Observability | None) -> dict[str, Input[object]]:
    """Return the outputs that lead to the dashboard and to whoever is told."""
    shown: dict[str, Input[object]] = {}
    if observability and observability.dashboard_name:
        name, region = observability.dashboard_name, settings.aws.region
        console = _CONSOLES[documents.partition(region)]
        page = f"https://{region}.{console}/cloudwatch/home?region={region}#dashboards/dashboard/"
        shown |= {"dashboardName": name, "dashboardUrl": Output.concat(page, name)}
    if observability and observability.topics:
        shown["topicArns"] = {audience.value: arn for audience, arn in observability.topics.items()}
    return shown


def _operated(deliveries: Mapping[str, Delivery], sleepers: Mapping[str, Hibernation]) -> dict[str, Input[object]]:
    """Return the outputs that pipelines come in with, and that wake what sleeps."""
    roles = {"deployRoleArn": [d.role_arn for d in deliveries.values()]}
    roles["previewRoleArn"] = [d.preview_role_arn for d in deliveries.values() if d.preview_role_arn]
    shown: dict[str, Input[object]] = {name: arns[0] for name, arns in roles.items() if arns}
    for sleeping in sleepers.values():
        shown["wakeCommands"] = list(sleeping.wake_commands)
    return shown


def public_hosts(domain: model.Domain) -> Sequence[str]:
    """Return the hosts that people use."""
    return (domain.host, *domain.alternative_hosts)


def balancer_hosts(settings: Settings, domain: model.Domain) -> Sequence[str]:
    """Return the hosts on the load balancer's certificate: the public ones, or the origin's behind CloudFront."""
    return (checks.origin_host(settings.cdn, domain),) if settings.cdn else public_hosts(domain)


def _web_acl(waf: model.Waf | None, log_key_arn: Input[str] | None) -> WebAclArgs | None:
    if waf is None:
        return None
    return WebAclArgs(
        rate_limit=waf.rate_limit,
        rate_limits=[
            RateLimit(path=item.path, limit=item.limit, window_seconds=item.window_seconds) for item in waf.rate_limits
        ],
        log_days=waf.log_days,
        log_key_arn=log_key_arn,
    )


def _target(service: model.Service, route: model.Route, port: int) -> TargetArgs:
    health = service.health
    timeout = health.timeout_seconds or min(5, health.interval_seconds - 1)
    return TargetArgs(
        port=port,
        health=HealthCheckArgs(
            path=health.path,
            port=health.port,
            interval_seconds=health.interval_seconds,
            timeout_seconds=timeout,
            healthy_after=health.healthy_after,
            unhealthy_after=health.unhealthy_after,
            matcher=health.codes,
        ),
        deregistration_seconds=health.deregistration_seconds,
        paths=route.paths,
        hosts=route.hosts,
        priority=route.priority,
        default=route.default,
        stickiness_seconds=route.sticky_seconds,
        blue_green=service.deployment.strategy == "blueGreen",
    )


def _entry(key: str, service: model.Service, balancer: LoadBalancer | None) -> EntryArgs | None:
    if balancer is None or service.route is None:
        return None
    target, deployment = balancer.targets[key], service.deployment
    other = target.alternate
    return EntryArgs(
        target_group_arn=target.arn,
        security_group_id=balancer.security_group_id,
        request_label=Output.concat(balancer.arn_suffix, "/", target.arn_suffix),
        health_port=service.health.port,
        grace_seconds=service.health.grace_seconds,
        blue_green=BlueGreenArgs(
            alternate_target_group_arn=other.arn,
            rule_arn=other.rule_arn,
            load_balancer_arn_suffix=balancer.arn_suffix,
            target_arn_suffixes=(target.arn_suffix, other.arn_suffix),
            bake_minutes=deployment.bake_minutes,
            rollback_percent=deployment.rollback_percent,
        )
        if other
        else None,
    )


def _connections(service: model.Service, parts: Parts) -> Mapping[str, ConnectionArgs]:
    reached = {"database": parts.database, "cache": parts.cache}
    ends = {name: part for name, part in reached.items() if part and name in service.uses}
    replica = parts.database.replica if parts.database and "database" in service.uses else None
    return {
        name: ConnectionArgs(security_group_id=part.security_group_id, port=part.port)
        for name, part in {**ends, **({"database-replica": replica} if replica else {})}.items()
    }


def _scaling(scaling: model.Scaling | None) -> ScalingArgs:
    if scaling is None:
        return ScalingArgs(targets={"cpu": 70})
    targets, steps = scaling.targets or model.Targets(), scaling.steps or model.Steps()
    tracked: Mapping[Metric, int | None] = {
        "cpu": targets.cpu_percent,
        "memory": targets.memory_percent,
        "requests": targets.requests_per_minute,
    }
    stepped: Mapping[StepMetric, model.Step | None] = {"cpu": steps.cpu_percent, "memory": steps.memory_percent}
    return ScalingArgs(
        targets={metric: value for metric, value in tracked.items() if value},
        steps={metric: _step(step) for metric, step in stepped.items() if step},
        out_cooldown_seconds=scaling.out_cooldown_seconds,
        in_cooldown_seconds=scaling.in_cooldown_seconds,
        schedule=[
            ScheduledArgs(cron=bounds.cron, min_tasks=bounds.min, max_tasks=bounds.max, time_zone=bounds.time_zone)
            for bounds in scaling.schedule
        ],
    )


def _step(step: model.Step) -> StepArgs:
    return StepArgs(up=step.up, down=step.down, up_minutes=step.up_minutes, down_minutes=step.down_minutes)


def _range(tasks: model.Tasks) -> tuple[int, int]:
    """Return the fewest and the most tasks."""
    fewest = tasks.count if tasks.count is not None else tasks.min or 0
    return fewest, tasks.count if tasks.count is not None else tasks.max or fewest


def _topic(observability: Observability | None, audience: str) -> Input[str] | None:
    """Return the topic of an audience, or of another where that has nobody; None where nobody is told of anything."""
    topics = observability.topics if observability else {}
    return topics.get(Audience(audience)) or next(iter(topics.values()), None)


def _health_check(check: model.HealthCheck | None, port: int | None, path: str) -> ContainerHealthCheckArgs | None:
    if check is None:
        return None
    url = f"http://localhost:{port}{path}"
    ready = {
        "python": (
            "CMD",
            "python",
            "-c",
            f"import urllib.request; urllib.request.urlopen('{url}', timeout={check.timeout_seconds})",
        ),
        "curl": ("CMD-SHELL", f"curl -f {url} || exit 1"),
    }
    return ContainerHealthCheckArgs(
        command=ready.get(check.command[0], check.command),
        interval_seconds=check.interval_seconds,
        timeout_seconds=check.timeout_seconds,
        retries=check.retries,
        start_seconds=check.start_seconds,
    )


def _filled(text: str, values: Mapping[str, Input[str]]) -> Input[str]:
    """Put values in the place of references; the settings made sure that each stands for something."""
    pieces = checks.REFERENCE.split(text)
    if len(pieces) == 1:
        return text
    return Output.concat(*(values[piece] if index % 2 else piece for index, piece in enumerate(pieces)))


def _secret(reference: str, parts: Parts) -> SecretReference:
    name, _, key = reference.partition(":")
    if name == "database" and parts.database:
        return SecretReference(arn=parts.database.secret_arn, key=key, key_arn=parts.database.key_arn)
    if name == "cache" and parts.cache:
        return SecretReference(arn=parts.cache.secret_arn, key=key, key_arn=parts.cache.key_arn)
    if parts.secrets and name in parts.secrets.arns:
        return SecretReference(arn=parts.secrets.arns[name], key=key or None, key_arn=parts.secrets.key_arn)
    if parts.secret_urls and name in parts.secret_urls.arns:
        return SecretReference(arn=parts.secret_urls.arns[name], key_arn=parts.secret_urls.key_arns[name])
    raise LookupError(f"the secret {name!r} belongs to no part of this stack")


def _composer(urls: SecretUrls) -> WatchedFunction:
    return WatchedFunction(
        function_name=urls.function_name,
        failing="connection URLs are no longer kept in step with passwords: after the next rotation, services cannot connect",
        severity=Severity.DATABASE,
        # One run and its two repetitions: what comes and goes says nothing.
        errors=2,
        minutes=15,
    )


def _aging_secrets(settings: Settings, secrets: Secrets | None) -> Mapping[str, AgingSecretArgs]:
    """Return the secrets that have a period, and whose values people change."""
    aging: dict[str, AgingSecretArgs] = {}
    for name, secret in settings.secrets.items():
        days = {key: secret.key_rotate_days.get(key, secret.rotate_days) for key in secret.keys}
        keys = {key: period for key, period in days.items() if period is not None}
        if secrets and (keys or (secret.rotate_days is not None and not secret.keys)):
            whole = None if keys else secret.rotate_days
            aging[settings.secret_name(name)] = AgingSecretArgs(arn=secrets.arns[name], days=whole, keys=keys)
    return aging


def _outside_check(settings: Settings) -> OutsideCheckArgs | None:
    check = settings.health_check
    if check is None or settings.domain is None:
        return None
    return OutsideCheckArgs(
        label=settings.label,
        host=settings.domain.host,
        path=check.path,
        interval_seconds=check.interval_seconds,
        failures=check.failures,
    )


def _audience(listeners: Sequence[model.Listener], secrets: Secrets | None) -> AudienceArgs | None:
    if not listeners:
        return None
    webhooks = [listener.slack_webhook_secret for listener in listeners]
    return AudienceArgs(
        emails=[listener.email for listener in listeners if listener.email],
        https={
            listener.name or checks.DEFAULT_ENDPOINT: Output.secret(listener.https)
            for listener in listeners
            if listener.https
        },
        slack_channels=[
            SlackChannel(team_id=listener.slack_team_id, channel_id=listener.slack_channel_id)
            for listener in listeners
            if listener.slack_team_id and listener.slack_channel_id
        ],
        slack_webhooks=[
            SlackWebhook(secret=name, secret_arn=secrets.arns[name], key_arn=secrets.key_arn)
            for name in webhooks
            if name and secrets
        ],
    )


def _waivers(service: model.Service) -> Sequence[str]:
    """Return the controls of the policy pack that a service opts out of: what its images are allowed."""
    return ["container-images-pinned"] if any(image.allow_mutable_tag for image in service.images) else []


def _declared(service: model.Service) -> Sequence[documents.Statement]:
    return [documents.allow(permission.actions, permission.resources) for permission in service.permissions]


def _media_access(media: MediaBucket | None) -> Sequence[documents.Statement]:
    if media is None:
        return ()
    objects = Output.concat(media.arn, "/*")
    return (
        documents.allow(["s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], [objects]),
        documents.allow(["s3:ListBucket"], [media.arn]),
        documents.allow(["kms:Decrypt", "kms:GenerateDataKey"], [media.key_arn]),
    )
