"""Access to ElastiCache: who may reach it, and who signs in."""

from collections.abc import Iterator
from typing import Final

from policy.control import EVERYWHERE, HUB, NOWHERE, OPT_IN, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.cache import is_member, may_be_memcached
from policy.rules.exposure import only_groups_reach, placement_findings
from policy.topology import CACHE, CACHE_NODE, CACHE_SERVERLESS, CACHE_SUBNETS, SUBNET, Topology
from policy.values import UNKNOWN

USER: Final = "aws:elasticache/user:User"


@resource_rule(
    Control(
        name="cache-authenticated",
        title="The cache asks for credentials",
        category="Secrets",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Anything in an allowed group could read every session.",
        remediation="aws.elasticache.ReplicationGroup(..., auth_token_wo=token.result, auth_token_wo_version=1)",
        url=HUB + "elasticache-controls.html#elasticache-6",
        fsbp=("ElastiCache.6",),
        nist=("AC-3", "IA-2"),
        checkov=("CKV_AWS_31",),
        prowler=("elasticache_redis_replication_group_auth_enabled",),
        cdk_nag=("AEC6", "ElastiCacheRedisClusterRedisAuth"),
    ),
    CACHE,
    CACHE_SERVERLESS,
)
def authenticated(cache: Resource, _config: Config) -> Iterator[Finding]:
    """The network alone is no proof of who is asking. Memcached asks nobody; a member of a global group as its primary."""
    if cache.text("engine") == "memcached" or cache.has("globalReplicationGroupId"):
        return
    asks = any(cache.has(path) for path in ("authToken", "authTokenWo", "userGroupIds", "userGroupId"))
    if not asks and may_be_memcached(cache):
        yield cache.unknown("engine is not known yet")
    elif not asks:
        yield cache.fails(
            "neither authToken nor userGroupIds is set", fix="auth_token_wo=token.result or user_group_ids=[...]"
        )


@resource_rule(
    Control(
        name="cache-port-not-default",
        title="The cache listens at an unusual port",
        category="Private subnets",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="It hides the cache from simple scans, and from nobody who is inside.",
        remediation="aws.elasticache.ReplicationGroup(..., port=16379)",
        url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/set-up.html",
        nist=("SC-7",),
        cdk_nag=("AEC5", "ElastiCacheClusterNonDefaultPort"),
    ),
    CACHE,
    CACHE_NODE,
)
def port_not_default(cache: Resource, _config: Config) -> Iterator[Finding]:
    """Scanners knock at the default ports first."""
    if is_member(cache):
        return
    usual = 11211 if cache.text("engine") == "memcached" else 6379
    port = cache.number("port", default=usual)
    if port is UNKNOWN or cache.text("engine") is UNKNOWN:
        yield cache.unknown("engine or port is not known yet")
    elif port == usual:
        yield cache.fails(f"port is {usual}, the engine's default", fix="port=<another port>")


@resource_rule(
    Control(
        name="cache-users-need-credentials",
        title="Every user of the cache has a password or IAM",
        category="Secrets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Whoever reaches the port is in.",
        remediation='aws.elasticache.User(..., authentication_mode={"type": "iam"})',
        url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
        nist=("IA-2", "AC-6"),
    ),
    USER,
)
def users_need_credentials(user: Resource, _config: Config) -> Iterator[Finding]:
    """A user that is switched off may go without."""
    access = user.text("accessString")
    if isinstance(access, str) and access.split()[:1] == ["off"]:
        return
    fix = 'authentication_mode={"type": "iam"}, or passwords_wo'
    yield from user.must_be("noPasswordRequired", wanted=False, fix=fix)
    kind = user.text("authenticationMode.type")
    if kind is UNKNOWN:
        yield user.unknown("authenticationMode is not known yet")
    elif kind.lower() == "no-password-required":
        yield user.fails("authenticationMode is no-password-required, wanted iam or password", fix=fix)


@resource_rule(
    Control(
        name="cache-users-limited",
        title="Users of the cache may do less than everything",
        category="Identity",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="An application that is taken over could otherwise empty the cache and change who signs in.",
        remediation='aws.elasticache.User(..., access_string="on ~app:* -@all +@read +@write")',
        url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
        nist=("AC-6",),
    ),
    USER,
)
def users_limited(user: Resource, _config: Config) -> Iterator[Finding]:
    """Every command on every key is the administrator's right. What is taken away after it, counts."""
    access = user.text("accessString")
    if access is UNKNOWN:
        yield user.unknown("accessString is not known yet")
        return
    words = access.lower().split()
    everything = {"+@all", "allcommands"} & set(words) and {"~*", "allkeys"} & set(words)
    if everything and "off" not in words and not any(word.startswith("-@") and word != "-@all" for word in words):
        fix = 'access_string="on ~app:* -@all +@read +@write", or -@admin -@dangerous at the end'
        yield user.fails("accessString allows every command on every key", fix=fix)


@stack_rule(
    Control(
        name="cache-in-private-subnets",
        title="No subnet of the cache leads to an internet gateway",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="In a public subnet one open group is enough to lose the data.",
        remediation="aws.elasticache.SubnetGroup(..., subnet_ids=network.isolated_subnet_ids)",
        url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SubnetGroups.html",
        fsbp=("ElastiCache.7",),
        nist=("SC-7",),
        checkov=("CKV_AWS_323",),
        prowler=("elasticache_cluster_uses_public_subnet",),
        cdk_nag=("AEC1", "ElastiCacheClusterInVPC"),
    ),
    CACHE,
    CACHE_NODE,
    CACHE_SERVERLESS,
)
def in_private_subnets(graph: Graph, _config: Config) -> Iterator[Finding]:
    """No subnet of the cache may lead to an internet gateway."""
    topology = Topology(graph)
    fix = "a subnet group of private or isolated subnets only"
    for cache in (item.inputs for item in graph.of(CACHE, CACHE_NODE)):
        if is_member(cache):
            continue
        if cache.get("subnetGroupName") in (None, "", "default"):
            state = "default" if cache.has("subnetGroupName") else "not set"
            yield cache.fails(f"subnetGroupName is {state}, so it lands in the default VPC's public subnets", fix=fix)
            continue
        groups = graph.refers(cache, "subnetGroupName", CACHE_SUBNETS)
        if not groups.found:
            yield cache.unknown("subnetGroupName names a subnet group that this stack does not hold")
        for group in groups.found:
            reach = topology.placement(graph.refers(group, "subnetIds", SUBNET))
            yield from placement_findings(cache, group.label, reach, fix)
    for cache in (item.inputs for item in graph.of(CACHE_SERVERLESS)):
        if not cache.has("subnetIds"):
            yield cache.fails("subnetIds is not set, so it lands in the default VPC's public subnets", fix=fix)
        reach = topology.placement(graph.refers(cache, "subnetIds", SUBNET))
        yield from placement_findings(cache, "subnetIds", reach, fix)


@stack_rule(
    Control(
        name="cache-ingress-from-groups-only",
        title="The cache lets in security groups, never addresses",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="An address range lets in everything that ever gets an address there.",
        remediation="aws.vpc.SecurityGroupIngressRule(..., referenced_security_group_id=service_group.id)",
        url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/elasticache-vpc-accessing.html",
        nist=("SC-7", "AC-4"),
    ),
    CACHE,
    CACHE_NODE,
    CACHE_SERVERLESS,
)
def ingress_from_groups_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Membership of a service's group opens the cache, never an address."""
    yield from only_groups_reach(graph, CACHE, CACHE_NODE, CACHE_SERVERLESS)
