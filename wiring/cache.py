"""The cache."""

from __future__ import annotations

from components._cache_users import CacheUserArgs
from components.cache import CacheArgs
from components.existing_network import AnyNetwork
from settings import derived
from wiring.context import StackContext


def args(context: StackContext, network: AnyNetwork) -> CacheArgs | None:
    """Return the cache's arguments, or None where the stack has none."""
    settings, cache = context.settings, context.settings.cache
    if cache is None:
        return None
    protection = settings.protection
    return CacheArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        region=context.region,
        vpc_id=network.vpc_id,
        subnet_ids=network.isolated_subnet_ids,
        identifier=derived.cache_name(settings, cache),
        engine=cache.engine,
        version=cache.version,
        node_type=cache.node_type,
        shards=cache.shards,
        replicas=cache.replicas,
        multi_az=derived.cache_spans_zones(cache),
        parameters=cache.parameters,
        users={
            name: CacheUserArgs(rights=user.rights, keys=user.keys, login=user.login)
            for name, user in cache.users.items()
        },
        snapshot_days=cache.snapshot_days,
        snapshot_window=cache.snapshot_window,
        maintenance_window=cache.maintenance_window,
        log_days=settings.logs.retention_days,
        log_key_arn=context.log_key_arn,
        final_snapshot=protection.final_snapshot and cache.snapshot_days > 0,
        recovery_days=protection.secret_recovery_days,
        protect=protection.protect,
        key_deletion_days=protection.key_deletion_days,
        data_key_arn=context.data_key_arn("cache"),
    )
