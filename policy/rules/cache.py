"""ElastiCache: encryption, availability, backups, who may reach it."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.network import only_groups_reach, placement_findings
from policy.topology import CACHE, CACHE_NODE, CACHE_SERVERLESS, CACHE_SUBNETS, SUBNET, Topology
from policy.values import UNKNOWN

USER: Final = "aws:elasticache/user:User"

_OLDEST: Final[dict[str, values.Value]] = {"valkey": "7.2", "redis": "7"}
"""Amazon ElastiCache User Guide, supported engine versions: Redis OSS 6 and older are out of standard support."""


def _is_member(cache: Resource) -> bool:
    """Tell whether it is a node of a replication group, which is judged instead: the group's own id has the same name."""
    return cache.type == CACHE_NODE and cache.has("replicationGroupId")


def _may_be_memcached(cache: Resource) -> bool:
    """Whether its engine is not known yet; a replication group's is never Memcached."""
    return cache.type != CACHE and cache.text("engine") is UNKNOWN


@resource_rule("cache-encrypted-at-rest", CACHE)
def encrypted_at_rest(cache: Resource, _config: Config) -> Iterator[Finding]:
    """Valkey encrypts unless told otherwise, Redis does not. A member of a global group follows its primary."""
    if cache.has("globalReplicationGroupId") and cache.get("atRestEncryptionEnabled") is None:
        return
    fix = "at_rest_encryption_enabled=True, kms_key_id=key.arn (replaces the cache)"
    engine = cache.text("engine", default="redis")
    if engine is UNKNOWN and cache.get("atRestEncryptionEnabled") is None:
        yield cache.undecided("engine is not known yet")
    else:
        yield from cache.must_be("atRestEncryptionEnabled", wanted=True, fix=fix, default=engine == "valkey")


@resource_rule("cache-encrypted-in-transit", CACHE, CACHE_NODE)
def encrypted_in_transit(cache: Resource, _config: Config) -> Iterator[Finding]:
    """TLS must be required, not merely preferred. A node of a replication group follows its group."""
    follows = cache.has("globalReplicationGroupId") and cache.get("transitEncryptionEnabled") is None
    if _is_member(cache) or follows:
        return
    fix = 'transit_encryption_enabled=True, transit_encryption_mode="required"'
    yield from cache.must_be("transitEncryptionEnabled", wanted=True, fix=fix)
    mode = cache.text("transitEncryptionMode", default="required")
    if mode is UNKNOWN:
        yield cache.undecided("transitEncryptionMode is not known yet")
    elif mode == "preferred":
        yield cache.fails("transitEncryptionMode is preferred, wanted required", fix=fix)


@resource_rule("cache-authenticated", CACHE, CACHE_SERVERLESS)
def authenticated(cache: Resource, _config: Config) -> Iterator[Finding]:
    """The network alone is no proof of who is asking. Memcached asks nobody; a member of a global group as its primary."""
    if cache.text("engine") == "memcached" or cache.has("globalReplicationGroupId"):
        return
    asks = any(cache.has(path) for path in ("authToken", "authTokenWo", "userGroupIds", "userGroupId"))
    if not asks and _may_be_memcached(cache):
        yield cache.undecided("engine is not known yet")
    elif not asks:
        yield cache.fails(
            "neither authToken nor userGroupIds is set", fix="auth_token_wo=token.result or user_group_ids=[...]"
        )


@resource_rule("cache-multi-az", CACHE)
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
    "cache-snapshots-kept",
    CACHE,
    CACHE_NODE,
    CACHE_SERVERLESS,
    minDays=Parameter({"type": "integer", "minimum": 1, "maximum": 35}, 1),
)
def snapshots_kept(cache: Resource, config: Config) -> Iterator[Finding]:
    """Memcached and the nodes of a replication group have no snapshots of their own."""
    if cache.text("engine") == "memcached" or _is_member(cache):
        return
    if _may_be_memcached(cache):
        yield cache.undecided("engine is not known yet")
        return
    least = config.number("minDays")
    yield from cache.must_reach(
        "snapshotRetentionLimit", least=least, unit="days", fix=f"snapshot_retention_limit={least}"
    )


@resource_rule("cache-under-own-key", CACHE, CACHE_SERVERLESS)
def under_own_key(cache: Resource, _config: Config) -> Iterator[Finding]:
    """Only the presence of a key counts."""
    yield from cache.must_be_set("kmsKeyId", fix="kms_key_id=key.arn (replaces the cache)")


@resource_rule("cache-minor-upgrades-automatic", CACHE, CACHE_NODE)
def minor_upgrades_automatic(cache: Resource, _config: Config) -> Iterator[Finding]:
    """The provider's default is on. A node of a replication group follows its group."""
    if not _is_member(cache):
        fix = "auto_minor_version_upgrade=True"
        yield from cache.must_be("autoMinorVersionUpgrade", wanted=True, fix=fix, default=True)


@resource_rule("cache-port-not-default", CACHE, CACHE_NODE)
def port_not_default(cache: Resource, _config: Config) -> Iterator[Finding]:
    """Scanners knock at the default ports first."""
    if _is_member(cache):
        return
    usual = 11211 if cache.text("engine") == "memcached" else 6379
    port = cache.number("port", default=usual)
    if port is UNKNOWN or cache.text("engine") is UNKNOWN:
        yield cache.undecided("engine or port is not known yet")
    elif port == usual:
        yield cache.fails(f"port is {usual}, the engine's default", fix="port=<another port>")


@resource_rule("cache-logs-delivered", CACHE)
def logs_delivered(cache: Resource, _config: Config) -> Iterator[Finding]:
    """What was slow, and what the engine did."""
    listed = cache.get("logDeliveryConfigurations")
    kinds = [values.at(item, "logType") for item in values.items(listed)]
    missing = [kind for kind in ("slow-log", "engine-log") if kind not in kinds]
    if missing and (listed is UNKNOWN or UNKNOWN in kinds):
        yield cache.undecided("logDeliveryConfigurations are not known yet")
    elif missing:
        fix = 'log_delivery_configurations=[{"log_type": "slow-log", ...}, {"log_type": "engine-log", ...}]'
        yield cache.fails(f"logDeliveryConfigurations lacks {', '.join(missing)}", fix=fix)


@resource_rule("cache-users-need-credentials", USER)
def users_need_credentials(user: Resource, _config: Config) -> Iterator[Finding]:
    """A user that is switched off may go without."""
    access = user.text("accessString")
    if isinstance(access, str) and access.split()[:1] == ["off"]:
        return
    fix = 'authentication_mode={"type": "iam"}, or passwords_wo'
    yield from user.must_be("noPasswordRequired", wanted=False, fix=fix)
    kind = user.text("authenticationMode.type")
    if kind is UNKNOWN:
        yield user.undecided("authenticationMode is not known yet")
    elif kind.lower() == "no-password-required":
        yield user.fails("authenticationMode is no-password-required, wanted iam or password", fix=fix)


@resource_rule("cache-users-limited", USER)
def users_limited(user: Resource, _config: Config) -> Iterator[Finding]:
    """Every command on every key is the administrator's right. What is taken away after it, counts."""
    access = user.text("accessString")
    if access is UNKNOWN:
        yield user.undecided("accessString is not known yet")
        return
    words = access.lower().split()
    everything = {"+@all", "allcommands"} & set(words) and {"~*", "allkeys"} & set(words)
    if everything and "off" not in words and not any(word.startswith("-@") and word != "-@all" for word in words):
        fix = 'access_string="on ~app:* -@all +@read +@write", or -@admin -@dangerous at the end'
        yield user.fails("accessString allows every command on every key", fix=fix)


@resource_rule("cache-final-snapshot-kept", CACHE)
def final_snapshot_kept(cache: Resource, _config: Config) -> Iterator[Finding]:
    """A deleted cache takes its data with it otherwise."""
    yield from cache.must_be_set("finalSnapshotIdentifier", fix='final_snapshot_identifier="<a name>"')


@resource_rule(
    "cache-version-supported",
    CACHE,
    CACHE_NODE,
    oldest=Parameter({"type": "object", "additionalProperties": {"type": "string"}}, _OLDEST),
)
def version_supported(cache: Resource, config: Config) -> Iterator[Finding]:
    """Older versions get no fixes. A node of a replication group and a member of a global one follow it."""
    if _is_member(cache) or cache.has("globalReplicationGroupId"):
        return
    engine, version = cache.text("engine", default="redis"), cache.text("engineVersion")
    if UNKNOWN in (engine, version):
        yield cache.undecided("engine or engineVersion is not known yet")
        return
    oldest = config.texts("oldest").get(str(engine))
    if oldest and version and values.version(str(version)) < values.version(oldest):
        shown = values.show(version, "[0-9.x]+")
        what = f"engineVersion is {shown}, out of support, wanted {oldest} or newer"
        yield cache.fails(what, fix=f'engine_version="{oldest}"')


@stack_rule("cache-in-private-subnets", CACHE, CACHE_NODE, CACHE_SERVERLESS)
def in_private_subnets(graph: Graph, _config: Config) -> Iterator[Finding]:
    """No subnet of the cache may lead to an internet gateway."""
    topology = Topology(graph)
    fix = "a subnet group of private or isolated subnets only"
    for cache in (item.written for item in graph.of(CACHE, CACHE_NODE)):
        if _is_member(cache):
            continue
        if cache.get("subnetGroupName") in (None, "", "default"):
            state = "default" if cache.has("subnetGroupName") else "not set"
            yield cache.fails(f"subnetGroupName is {state}, so it lands in the default VPC's public subnets", fix=fix)
            continue
        groups = graph.refers(cache, "subnetGroupName", CACHE_SUBNETS)
        if not groups.found:
            yield cache.undecided("subnetGroupName names a subnet group that this stack does not hold")
        for group in groups.found:
            reach = topology.placement(graph.refers(group, "subnetIds", SUBNET))
            yield from placement_findings(cache, group.label, reach, fix)
    for cache in (item.written for item in graph.of(CACHE_SERVERLESS)):
        if not cache.has("subnetIds"):
            yield cache.fails("subnetIds is not set, so it lands in the default VPC's public subnets", fix=fix)
        reach = topology.placement(graph.refers(cache, "subnetIds", SUBNET))
        yield from placement_findings(cache, "subnetIds", reach, fix)


@stack_rule("cache-ingress-from-groups-only", CACHE, CACHE_NODE, CACHE_SERVERLESS)
def ingress_from_groups_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Membership of a service's group opens the cache, never an address."""
    yield from only_groups_reach(graph, CACHE, CACHE_NODE, CACHE_SERVERLESS)
