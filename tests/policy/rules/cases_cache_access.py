from tests.policy.harness import UNKNOWN, Case, Ref, res
from tests.policy.networks import group, network, rule
from tests.policy.rules.cases_cache import CACHE, NODE, SERVERLESS, USER, cache, placed

CHOSEN = {"securityGroupIds": ["sg-default"], "subnetIds": ["subnet-1", "subnet-2"]}


CASES: list[Case] = [
    Case("cache-authenticated", "pass", [cache(authToken=UNKNOWN)]),
    Case("cache-authenticated", "pass", [cache(userGroupIds=["users"])]),
    Case("cache-authenticated", "pass", [cache(globalReplicationGroupId=UNKNOWN)]),
    Case("cache-authenticated", "unknown", [res(SERVERLESS, "s", engine=UNKNOWN)]),
    Case("cache-authenticated", "fail", [cache()], "neither authToken nor userGroupIds is set"),
    Case("cache-port-not-default", "pass", [cache(port=16379)]),
    Case("cache-port-not-default", "fail", [cache()], "port is 6379, the engine's default"),
    Case(
        "cache-port-not-default",
        "fail",
        [res(NODE, "m", engine="memcached", port=11211)],
        "port is 11211, the engine's default",
    ),
    Case("cache-port-not-default", "unknown", [cache(port=UNKNOWN)]),
    Case("cache-users-need-credentials", "pass", [res(USER, "u", authenticationMode={"type": "iam"})]),
    Case(
        "cache-users-need-credentials", "pass", [res(USER, "u", noPasswordRequired=True, accessString="off ~* +@all")]
    ),
    Case(
        "cache-users-need-credentials", "fail", [res(USER, "u", noPasswordRequired=True)], "noPasswordRequired is true"
    ),
    Case(
        "cache-users-need-credentials",
        "fail",
        [res(USER, "u", authenticationMode={"type": "no-password-required"})],
        "authenticationMode is no-password-required",
    ),
    Case("cache-users-need-credentials", "unknown", [res(USER, "u", authenticationMode={"type": UNKNOWN})]),
    Case("cache-users-limited", "pass", [res(USER, "u", accessString="on ~app:* +@all")]),
    Case("cache-users-limited", "pass", [res(USER, "u", accessString="on ~* +@all -@admin -@dangerous")]),
    Case("cache-users-limited", "pass", [res(USER, "u", accessString="on ~* -@all +@read")]),
    Case("cache-users-limited", "pass", [res(USER, "u", accessString="off ~* +@all")]),
    Case(
        "cache-users-limited",
        "fail",
        [res(USER, "u", accessString="on ~* +@all")],
        "accessString allows every command on every key",
    ),
    Case(
        "cache-users-limited",
        "fail",
        [res(USER, "u", accessString="on allkeys allchannels -@all allcommands")],
        "accessString allows every command on every key",
    ),
    Case("cache-users-limited", "unknown", [res(USER, "u", accessString=UNKNOWN)]),
    Case("cache-authenticated", "pass", [res(SERVERLESS, "s", engine="valkey", userGroupId=UNKNOWN)]),
    Case(
        "cache-authenticated",
        "fail",
        [res(SERVERLESS, "s", engine="valkey")],
        "neither authToken nor userGroupIds is set",
    ),
    Case("cache-authenticated", "pass", [res(SERVERLESS, "s", engine="memcached")]),
    Case("cache-in-private-subnets", "pass", placed("isolated-a", "private-b")),
    Case("cache-in-private-subnets", "fail", placed("private-a", "public-a"), "subnet public-a has a route"),
    Case("cache-in-private-subnets", "fail", [cache()], "default VPC"),
    Case("cache-in-private-subnets", "fail", [cache(subnetGroupName="default")], "subnetGroupName is default"),
    Case("cache-in-private-subnets", "fail", [res(SERVERLESS, "s", engine="valkey")], "subnetIds is not set"),
    Case("cache-in-private-subnets", "unknown", [cache(subnetGroupName=UNKNOWN)]),
    Case(
        "cache-in-private-subnets",
        "fail",
        [*network(), res("elasticache/serverlessCache:ServerlessCache", "s", subnetIds=[Ref("public-a")])],
        "subnetIds: subnet public-a has a route to an internet gateway (Route public-igw), wanted subnets without one",
    ),
    Case(
        "cache-ingress-from-groups-only",
        "pass",
        [group("redis"), group("api"), rule("redis", source="api"), cache(securityGroupIds=[Ref("redis-group")])],
    ),
    Case(
        "cache-ingress-from-groups-only",
        "fail",
        [group("redis"), rule("redis", prefixListId="pl-1"), cache(securityGroupIds=[Ref("redis-group")])],
        "lets in a prefix list",
    ),
    Case("cache-ingress-from-groups-only", "fail", [cache()], "default group applies"),
    Case("cache-ingress-from-groups-only", "pass", [res(NODE, "member", replicationGroupId="redis")]),
    Case("cache-in-private-subnets", "pass", [res(NODE, "member", replicationGroupId="redis")]),
    *(
        Case(control, "fail", [res(SERVERLESS, "s", engine="valkey", name="s", computed=CHOSEN)], "is not set")
        for control in ("cache-ingress-from-groups-only", "cache-in-private-subnets")
    ),
    Case(
        "cache-ingress-from-groups-only",
        "fail",
        [res(CACHE, "redis", replicationGroupId="redis", computed=CHOSEN)],
        "securityGroupIds is not set",
    ),
]
