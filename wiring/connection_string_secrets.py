"""The secrets that the program fills with a connection URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi import Input

import limits
from components._dependencies import Dependency
from components.cache import Cache
from components.cluster import Cluster
from components.connection_string_secrets import ConnectionStringArgs, ConnectionStringSecretsArgs
from components.database import Database
from components.existing_network import AnyNetwork
from settings import derived, model
from wiring.context import StackContext


def args(
    context: StackContext, network: AnyNetwork, cluster: Cluster, database: Database | None, cache: Cache | None
) -> ConnectionStringSecretsArgs | None:
    """Return the arguments of the secrets that the program fills with a URL, or None where the stack has none."""
    settings = context.settings
    urls = {
        **(_database_urls(context, settings.database, database) if settings.database and database else {}),
        **(_cache_urls(context, settings.cache, cache) if settings.cache and cache else {}),
    }
    if not urls:
        return None
    return ConnectionStringSecretsArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        boundary_arn=context.boundary_arn,
        region=context.region,
        function_name=f"{context.name_prefix}-secret-urls",
        urls=urls,
        vpc_id=network.vpc_id,
        subnet_ids=list(network.private_subnet_ids),
        cluster_name=cluster.name,
        log_days=settings.logs.retention_days,
        log_key_arn=context.log_key_arn,
        recovery_days=settings.protection.secret_recovery_days,
        protect=settings.protection.protect,
    )


def _database_urls(
    context: StackContext, given: model.Database, database: Database
) -> Mapping[str, ConnectionStringArgs]:
    """Return the URLs of the database, or of its proxy, and of what answers queries only, by their secrets, of each user whose URL is read."""
    settings, replica = context.settings, database.replica
    ends: dict[str, tuple[Input[str], int]] = {}
    if given.url_secret:
        ends[given.url_secret] = (database.address, database.port)
    if given.queries_secret and replica:
        ends[given.queries_secret] = (replica.address, replica.port)
    urls: dict[str, tuple[Input[str], Sequence[Dependency], tuple[Input[str], int]]] = {
        secret: (database.secret_arn, (), end) for secret, end in ends.items()
    }
    for name, (secret, user) in settings.user_urls.items():
        urls[name] = (database.user_secrets[user].arn, [database.user_secret_arns[user]], ends[secret])
    return {
        secret: ConnectionStringArgs(
            name=settings.secret_name(secret),
            kind=limits.rds_dialect(given.engine),
            source_arn=source_arn,
            key_arn=database.key_arn,
            host=host,
            port=port,
            database=derived.database_name(settings, given),
            services=derived.readers(settings, secret),
            after=after,
        )
        for secret, (source_arn, after, (host, port)) in urls.items()
    }


def _cache_urls(context: StackContext, given: model.Cache, cache: Cache) -> Mapping[str, ConnectionStringArgs]:
    if not given.url_secret:
        return {}
    return {
        given.url_secret: ConnectionStringArgs(
            name=context.settings.secret_name(given.url_secret),
            kind="redis",
            source_arn=cache.secret_arn,
            key_arn=cache.key_arn,
            host=cache.host,
            port=cache.port,
            services=derived.readers(context.settings, given.url_secret),
        )
    }
