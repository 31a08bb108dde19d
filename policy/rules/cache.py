"""ElastiCache: encryption, availability, backups, versions."""

from collections.abc import Iterator

from policy import values
from policy.common import versions
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, Parameter, resource_rule
from policy.topology import CACHE, CACHE_NODE, CACHE_SERVERLESS
from policy.values import UNKNOWN


def is_member(cache: Resource) -> bool:
    """Tell whether it is a node of a replication group, which is judged instead: the group's own id has the same name."""
    return cache.type == CACHE_NODE and cache.has("replicationGroupId")


def may_be_memcached(cache: Resource) -> bool:
    """Whether its engine is not known yet; a replication group's is never Memcached."""
    return cache.type != CACHE and cache.text("engine") is UNKNOWN


@resource_rule(
    Control(
        name="cache-encrypted-at-rest",
        title="The cache is encrypted at rest",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Sessions and tokens reach disk in snapshots and swap.",
        remediation="aws.elasticache.ReplicationGroup(..., at_rest_encryption_enabled=True, kms_key_id=key.arn)",
        url=HUB + "elasticache-controls.html#elasticache-4",
        fsbp=("ElastiCache.4",),
        nist=("SC-28",),
        checkov=("CKV_AWS_29",),
        prowler=("elasticache_redis_cluster_rest_encryption_enabled",),
        cdk_nag=("AEC3", "ElastiCacheRedisClusterEncryption"),
    ),
    CACHE,
)
def encrypted_at_rest(cache: Resource, _config: Config) -> Iterator[Finding]:
    """Valkey encrypts unless told otherwise, Redis does not. A member of a global group follows its primary."""
    if cache.has("globalReplicationGroupId") and cache.get("atRestEncryptionEnabled") is None:
        return
    fix = "at_rest_encryption_enabled=True, kms_key_id=key.arn (replaces the cache)"
    engine = cache.text("engine", default="redis")
    if engine is UNKNOWN and cache.get("atRestEncryptionEnabled") is None:
        yield cache.unknown("engine is not known yet")
    else:
        yield from cache.must_be("atRestEncryptionEnabled", wanted=True, fix=fix, default=engine == "valkey")


@resource_rule(
    Control(
        name="cache-encrypted-in-transit",
        title="The cache requires TLS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Without TLS the auth token and the data cross the network in clear.",
        remediation="aws.elasticache.ReplicationGroup(..., transit_encryption_enabled=True)",
        url=HUB + "elasticache-controls.html#elasticache-5",
        fsbp=("ElastiCache.5",),
        nist=("SC-8",),
        checkov=("CKV_AWS_30",),
        prowler=("elasticache_redis_cluster_in_transit_encryption_enabled",),
        cdk_nag=("AEC3", "ElastiCacheRedisClusterEncryption"),
    ),
    CACHE,
    CACHE_NODE,
)
def encrypted_in_transit(cache: Resource, _config: Config) -> Iterator[Finding]:
    """TLS must be required, not merely preferred. A node of a replication group follows its group."""
    follows = cache.has("globalReplicationGroupId") and cache.get("transitEncryptionEnabled") is None
    if is_member(cache) or follows:
        return
    fix = 'transit_encryption_enabled=True, transit_encryption_mode="required"'
    yield from cache.must_be("transitEncryptionEnabled", wanted=True, fix=fix)
    mode = cache.text("transitEncryptionMode", default="required")
    if mode is UNKNOWN:
        yield cache.unknown("transitEncryptionMode is not known yet")
    elif mode == "preferred":
        yield cache.fails("transitEncryptionMode is preferred, wanted required", fix=fix)


@resource_rule(
    Control(
        name="cache-multi-az",
        title="The cache fails over to a second zone by itself",
        category="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A lost zone takes a single node and everything in it.",
        remediation="aws.elasticache.ReplicationGroup(..., automatic_failover_enabled=True, multi_az_enabled=True)",
        url=HUB + "elasticache-controls.html#elasticache-3",
        fsbp=("ElastiCache.3",),
        nist=("CP-10", "SC-36"),
        checkov=("CKV2_AWS_50",),
        prowler=("elasticache_redis_cluster_automatic_failover_enabled", "elasticache_redis_cluster_multi_az_enabled"),
        cdk_nag=("AEC4", "ElastiCacheRedisClusterMultiAZ"),
    ),
    CACHE,
)
def multi_az(cache: Resource, _config: Config) -> Iterator[Finding]:
    """A replica of each shard in another zone takes over by itself."""
    fix = "num_cache_clusters=2 or replicas_per_node_group=1, automatic_failover_enabled=True, multi_az_enabled=True"
    failover = list(cache.must_be("automaticFailoverEnabled", wanted=True, fix=fix))
    failover = failover or list(cache.must_be("multiAzEnabled", wanted=True, fix=fix))
    yield from failover or _has_replicas(cache, fix)


def _has_replicas(cache: Resource, fix: str) -> Iterator[Finding]:
    """Findings about a number of replicas that the program writes."""
    if cache.has("numCacheClusters"):
        yield from cache.must_reach("numCacheClusters", least=2, unit="nodes", fix=fix)
    elif cache.has("replicasPerNodeGroup"):
        yield from cache.must_reach("replicasPerNodeGroup", least=1, unit="replicas", fix=fix)
    elif cache.has("numNodeGroups") and not cache.has("nodeGroupConfigurations"):
        yield cache.fails("replicasPerNodeGroup is not set, so no shard has a replica", fix=fix)


@resource_rule(
    Control(
        name="cache-snapshots-kept",
        title="The cache keeps snapshots",
        category="Backups",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="Queues and sessions that are only there are lost with the cluster. Parameter: minDays.",
        remediation="aws.elasticache.ReplicationGroup(..., snapshot_retention_limit=7)",
        url=HUB + "elasticache-controls.html#elasticache-1",
        fsbp=("ElastiCache.1",),
        nist=("CP-9",),
        checkov=("CKV_AWS_134",),
        prowler=("elasticache_redis_cluster_backup_enabled",),
        cdk_nag=("ElastiCacheRedisClusterAutomaticBackup",),
    ),
    CACHE,
    CACHE_NODE,
    CACHE_SERVERLESS,
    minDays=Parameter({"type": "integer", "minimum": 1, "maximum": 35}, 1),
)
def snapshots_kept(cache: Resource, config: Config) -> Iterator[Finding]:
    """Memcached and the nodes of a replication group have no snapshots of their own."""
    if cache.text("engine") == "memcached" or is_member(cache):
        return
    if may_be_memcached(cache):
        yield cache.unknown("engine is not known yet")
        return
    least = config.number("minDays")
    yield from cache.must_reach(
        "snapshotRetentionLimit", least=least, unit="days", fix=f"snapshot_retention_limit={least}"
    )


@resource_rule(
    Control(
        name="cache-under-own-key",
        title="The cache is encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="With AWS's key nobody can limit or log who reads the cache's backups.",
        remediation="aws.elasticache.ReplicationGroup(..., kms_key_id=key.arn)",
        url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
        nist=("SC-12", "SC-28"),
        checkov=("CKV_AWS_191",),
    ),
    CACHE,
    CACHE_SERVERLESS,
)
def under_own_key(cache: Resource, _config: Config) -> Iterator[Finding]:
    """ElastiCache's own key is none of one's own."""
    yield from cache.must_have_own_key("kmsKeyId", fix="kms_key_id=key.arn (replaces the cache)")


@resource_rule(
    Control(
        name="cache-minor-upgrades-automatic",
        title="Minor versions are upgraded by ElastiCache",
        category="Operations",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="Fixes for known holes wait until somebody remembers.",
        remediation="aws.elasticache.ReplicationGroup(..., auto_minor_version_upgrade=True)",
        url=HUB + "elasticache-controls.html#elasticache-2",
        fsbp=("ElastiCache.2",),
        nist=("SI-2",),
        checkov=("CKV_AWS_322",),
        prowler=("elasticache_redis_cluster_auto_minor_version_upgrades",),
    ),
    CACHE,
    CACHE_NODE,
)
def minor_upgrades_automatic(cache: Resource, _config: Config) -> Iterator[Finding]:
    """The provider's default is on. A node of a replication group follows its group."""
    if not is_member(cache):
        fix = "auto_minor_version_upgrade=True"
        yield from cache.must_be("autoMinorVersionUpgrade", wanted=True, fix=fix, default=True)


@resource_rule(
    Control(
        name="cache-logs-delivered",
        title="The cache's slow and engine logs are delivered",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Nothing else says which command held everything up.",
        remediation="aws.elasticache.ReplicationGroup(..., log_delivery_configurations=[...])",
        url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Log_Delivery.html",
        nist=("AU-2",),
    ),
    CACHE,
)
def logs_delivered(cache: Resource, _config: Config) -> Iterator[Finding]:
    """What was slow, and what the engine did."""
    listed = cache.get("logDeliveryConfigurations")
    kinds = [values.at(item, "logType") for item in values.items(listed)]
    missing = [kind for kind in ("slow-log", "engine-log") if kind not in kinds]
    if missing and (listed is UNKNOWN or UNKNOWN in kinds):
        yield cache.unknown("logDeliveryConfigurations are not known yet")
    elif missing:
        fix = 'log_delivery_configurations=[{"log_type": "slow-log", ...}, {"log_type": "engine-log", ...}]'
        yield cache.fails(f"logDeliveryConfigurations lacks {', '.join(missing)}", fix=fix)


@resource_rule(
    Control(
        name="cache-final-snapshot-kept",
        title="A deleted cache leaves a last snapshot",
        category="Backups",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="What it held is gone with it.",
        remediation='aws.elasticache.ReplicationGroup(..., final_snapshot_identifier="shop-final")',
        url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html",
        nist=("CP-9",),
    ),
    CACHE,
)
def final_snapshot_kept(cache: Resource, _config: Config) -> Iterator[Finding]:
    """A deleted cache takes its data with it otherwise."""
    yield from cache.must_be_set("finalSnapshotIdentifier", fix='final_snapshot_identifier="<a name>"')


@resource_rule(
    Control(
        name="cache-version-supported",
        title="The cache's version is supported",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="It gets no fixes any more. Parameter: oldest, by engine.",
        remediation='aws.elasticache.ReplicationGroup(..., engine="valkey", engine_version="8.1")',
        url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/supported-engine-versions.html",
        nist=("SI-2", "SA-22"),
    ),
    CACHE,
    CACHE_NODE,
    oldest=Parameter({"type": "object", "additionalProperties": {"type": "string"}}, {}),
)
def version_supported(cache: Resource, config: Config) -> Iterator[Finding]:
    """Older versions get no fixes. A node of a replication group and a member of a global one follow it."""
    if is_member(cache) or cache.has("globalReplicationGroupId"):
        return
    engine, version = cache.text("engine", default="redis"), cache.text("engineVersion")
    if UNKNOWN in (engine, version):
        yield cache.unknown("engine or engineVersion is not known yet")
        return
    oldest = config.texts("oldest").get(str(engine)) or versions.oldest_supported(str(engine))
    seen = values.version(str(version))
    if oldest and seen and seen < values.version(oldest)[: len(seen)]:
        shown = values.show(version, "[0-9.x]+")
        what = f"engineVersion is {shown}, out of support, wanted one not older than {oldest}"
        yield cache.fails(what, fix=f'engine_version="{versions.newest(str(engine), oldest) or oldest}"')
