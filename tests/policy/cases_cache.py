from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import group, network, rule, subnet

CACHE, NODE = "elasticache/replicationGroup:ReplicationGroup", "elasticache/cluster:Cluster"
SUBNETS = "elasticache/subnetGroup:SubnetGroup"


def cache(**props: Any) -> Sample:
    """Return a replication group; it always has an id, as the engine gives it one where the program does not."""
    return res(CACHE, "redis", replicationGroupId="redis", **props)


def placed(*subnets: str) -> list[Sample]:
    chosen = res(SUBNETS, "caches", subnetIds=[Ref(name) for name in subnets])
    return [*network(), chosen, cache(subnetGroupName=Ref("caches"))]


CASES = [
    Case("cache-encrypted-at-rest", "pass", [cache(atRestEncryptionEnabled=True)]),
    Case("cache-encrypted-at-rest", "pass", [cache(atRestEncryptionEnabled="true")]),
    Case("cache-encrypted-at-rest", "pass", [cache(engine="valkey")]),
    Case("cache-encrypted-at-rest", "fail", [cache(engine="redis")], "atRestEncryptionEnabled is false (the default)"),
    Case("cache-encrypted-at-rest", "fail", [cache(atRestEncryptionEnabled="false")]),
    Case("cache-encrypted-at-rest", "undecided", [cache(atRestEncryptionEnabled=UNKNOWN)]),
    Case("cache-encrypted-at-rest", "undecided", [cache(engine=UNKNOWN)]),
    Case("cache-encrypted-in-transit", "pass", [cache(transitEncryptionEnabled=True)]),
    Case("cache-encrypted-in-transit", "fail", [cache()], "transitEncryptionEnabled is false"),
    Case(
        "cache-encrypted-in-transit",
        "fail",
        [cache(transitEncryptionEnabled=True, transitEncryptionMode="preferred")],
        "transitEncryptionMode is preferred",
    ),
    Case("cache-encrypted-in-transit", "pass", [res(NODE, "member", replicationGroupId="redis")]),
    Case("cache-encrypted-in-transit", "undecided", [cache(transitEncryptionEnabled=UNKNOWN)]),
    Case("cache-authenticated", "pass", [cache(authToken=UNKNOWN)]),
    Case("cache-authenticated", "pass", [cache(userGroupIds=["users"])]),
    Case("cache-authenticated", "fail", [cache()], "neither authToken nor userGroupIds is set"),
    Case("cache-multi-az", "pass", [cache(automaticFailoverEnabled=True, multiAzEnabled=True)]),
    Case("cache-multi-az", "fail", [cache(automaticFailoverEnabled=True)], "multiAzEnabled is false"),
    Case("cache-multi-az", "fail", [cache(multiAzEnabled=True)], "automaticFailoverEnabled is false"),
    Case("cache-multi-az", "undecided", [cache(automaticFailoverEnabled=True, multiAzEnabled=UNKNOWN)]),
    Case("cache-snapshots-kept", "pass", [cache(snapshotRetentionLimit=1)]),
    Case("cache-snapshots-kept", "pass", [res(NODE, "memcached", engine="memcached")]),
    Case("cache-snapshots-kept", "fail", [cache()], "snapshotRetentionLimit is 0, wanted at least 1 days"),
    Case("cache-snapshots-kept", "undecided", [cache(snapshotRetentionLimit=UNKNOWN)]),
    Case("cache-in-private-subnets", "pass", placed("isolated-a", "private-b")),
    Case("cache-in-private-subnets", "fail", placed("private-a", "public-a"), "subnet public-a has a route"),
    Case("cache-in-private-subnets", "fail", [cache()], "default VPC"),
    Case("cache-in-private-subnets", "undecided", [cache(subnetGroupName=UNKNOWN)]),
    Case(
        "cache-in-private-subnets",
        "fail",
        [*network(), res("elasticache/serverlessCache:ServerlessCache", "s", subnetIds=[Ref("public-a")])],
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
    Case("subnet-groups-span-zones", "pass", placed("isolated-a", "isolated-b")),
    Case("subnet-groups-span-zones", "fail", placed("isolated-a"), "lies in eu-north-1a only"),
    Case(
        "subnet-groups-span-zones",
        "undecided",
        [
            subnet("one", availabilityZone=UNKNOWN),
            res("ec2/vpc:Vpc", "vpc"),
            res(SUBNETS, "caches", subnetIds=[Ref("one")]),
        ],
    ),
    Case("subnet-groups-span-zones", "undecided", [res(SUBNETS, "caches", subnetIds=["subnet-elsewhere"])]),
    Case(
        "subnet-groups-span-zones",
        "pass",
        [
            res("ec2/subnet:Subnet", "one", availabilityZoneId="eun1-az1"),
            res("ec2/subnet:Subnet", "two", availabilityZoneId="eun1-az2"),
            res(SUBNETS, "caches", subnetIds=[Ref("one"), Ref("two")]),
        ],
    ),
]
