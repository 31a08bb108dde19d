from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import group, network, rule, subnet

CACHE, NODE = "elasticache/replicationGroup:ReplicationGroup", "elasticache/cluster:Cluster"
SUBNETS = "elasticache/subnetGroup:SubnetGroup"
SERVERLESS, USER = "elasticache/serverlessCache:ServerlessCache", "elasticache/user:User"
CHOSEN = {"securityGroupIds": ["sg-default"], "subnetIds": ["subnet-1", "subnet-2"]}


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
    Case("cache-encrypted-at-rest", "pass", [cache(globalReplicationGroupId=UNKNOWN)]),
    Case("cache-encrypted-at-rest", "fail", [cache(globalReplicationGroupId="g", atRestEncryptionEnabled=False)]),
    Case("cache-encrypted-in-transit", "pass", [cache(globalReplicationGroupId=UNKNOWN)]),
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
    Case("cache-authenticated", "pass", [cache(globalReplicationGroupId=UNKNOWN)]),
    Case("cache-authenticated", "undecided", [res(SERVERLESS, "s", engine=UNKNOWN)]),
    Case("cache-authenticated", "fail", [cache()], "neither authToken nor userGroupIds is set"),
    Case("cache-multi-az", "pass", [cache(automaticFailoverEnabled=True, multiAzEnabled=True)]),
    Case("cache-multi-az", "fail", [cache(automaticFailoverEnabled=True)], "multiAzEnabled is false"),
    Case("cache-multi-az", "fail", [cache(multiAzEnabled=True)], "automaticFailoverEnabled is false"),
    Case("cache-multi-az", "pass", [cache(automaticFailoverEnabled=True, multiAzEnabled=True, numCacheClusters=2)]),
    Case(
        "cache-multi-az",
        "fail",
        [cache(automaticFailoverEnabled=True, multiAzEnabled=True, numCacheClusters=1)],
        "numCacheClusters is 1, wanted at least 2 nodes",
    ),
    Case(
        "cache-multi-az",
        "fail",
        [cache(automaticFailoverEnabled=True, multiAzEnabled=True, numNodeGroups=3, replicasPerNodeGroup=0)],
        "replicasPerNodeGroup is 0, wanted at least 1 replica",
    ),
    Case(
        "cache-multi-az",
        "fail",
        [cache(automaticFailoverEnabled=True, multiAzEnabled=True, numNodeGroups=3)],
        "no shard has a replica",
    ),
    Case(
        "cache-multi-az",
        "pass",
        [cache(automaticFailoverEnabled=True, multiAzEnabled=True, numNodeGroups=2, replicasPerNodeGroup=1)],
    ),
    Case(
        "cache-multi-az",
        "undecided",
        [cache(automaticFailoverEnabled=True, multiAzEnabled=True, replicasPerNodeGroup=UNKNOWN)],
    ),
    Case("cache-multi-az", "undecided", [cache(automaticFailoverEnabled=True, multiAzEnabled=UNKNOWN)]),
    Case("cache-snapshots-kept", "pass", [cache(snapshotRetentionLimit=1)]),
    Case("cache-snapshots-kept", "pass", [res(NODE, "memcached", engine="memcached")]),
    Case("cache-snapshots-kept", "fail", [cache()], "is 0 (the default), wanted at least 1 day"),
    Case("cache-snapshots-kept", "undecided", [res(SERVERLESS, "s", engine=UNKNOWN)]),
    Case("cache-snapshots-kept", "undecided", [cache(snapshotRetentionLimit=UNKNOWN)]),
    Case("cache-under-own-key", "pass", [cache(kmsKeyId=UNKNOWN)]),
    Case("cache-under-own-key", "fail", [cache()], "kmsKeyId is not set"),
    Case("cache-under-own-key", "fail", [res(SERVERLESS, "s", engine="valkey")]),
    Case("cache-minor-upgrades-automatic", "pass", [cache()]),
    Case("cache-minor-upgrades-automatic", "pass", [cache(autoMinorVersionUpgrade="true")]),
    Case(
        "cache-minor-upgrades-automatic",
        "fail",
        [cache(autoMinorVersionUpgrade="false")],
        "autoMinorVersionUpgrade is false",
    ),
    Case(
        "cache-minor-upgrades-automatic",
        "pass",
        [res(NODE, "m", replicationGroupId="redis", autoMinorVersionUpgrade=False)],
    ),
    Case("cache-minor-upgrades-automatic", "undecided", [cache(autoMinorVersionUpgrade=UNKNOWN)]),
    Case("cache-port-not-default", "pass", [cache(port=16379)]),
    Case("cache-port-not-default", "fail", [cache()], "port is 6379, the engine's default"),
    Case("cache-port-not-default", "fail", [res(NODE, "m", engine="memcached", port=11211)]),
    Case("cache-port-not-default", "undecided", [cache(port=UNKNOWN)]),
    Case(
        "cache-logs-delivered",
        "pass",
        [cache(logDeliveryConfigurations=[{"logType": "slow-log"}, {"logType": "engine-log"}])],
    ),
    Case(
        "cache-logs-delivered", "fail", [cache(logDeliveryConfigurations=[{"logType": "slow-log"}])], "lacks engine-log"
    ),
    Case("cache-logs-delivered", "fail", [cache()], "lacks slow-log, engine-log"),
    Case("cache-logs-delivered", "undecided", [cache(logDeliveryConfigurations=UNKNOWN)]),
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
    Case("cache-users-need-credentials", "undecided", [res(USER, "u", authenticationMode={"type": UNKNOWN})]),
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
    Case("cache-users-limited", "fail", [res(USER, "u", accessString="on allkeys allchannels -@all allcommands")]),
    Case("cache-users-limited", "undecided", [res(USER, "u", accessString=UNKNOWN)]),
    Case("cache-final-snapshot-kept", "pass", [cache(finalSnapshotIdentifier=UNKNOWN)]),
    Case("cache-final-snapshot-kept", "fail", [cache()], "finalSnapshotIdentifier is not set"),
    Case("cache-version-supported", "pass", [cache(engine="valkey", engineVersion="8.1")]),
    Case("cache-version-supported", "pass", [cache(engine="redis", engineVersion="7.1")]),
    Case(
        "cache-version-supported",
        "fail",
        [cache(engine="redis", engineVersion="6.x")],
        "engineVersion is 6.x, out of support",
    ),
    Case("cache-version-supported", "fail", [res(NODE, "n", engine="redis", engineVersion="5.0.6")], "is 5.0.6"),
    Case("cache-version-supported", "pass", [res(NODE, "n", engine="memcached", engineVersion="1.6.22")]),
    Case("cache-version-supported", "undecided", [cache(engine="redis", engineVersion=UNKNOWN)]),
    Case("cache-authenticated", "pass", [res(SERVERLESS, "s", engine="valkey", userGroupId=UNKNOWN)]),
    Case("cache-authenticated", "fail", [res(SERVERLESS, "s", engine="valkey")]),
    Case("cache-authenticated", "pass", [res(SERVERLESS, "s", engine="memcached")]),
    Case(
        "cache-encrypted-in-transit", "undecided", [cache(transitEncryptionEnabled=True, transitEncryptionMode=UNKNOWN)]
    ),
    Case("cache-in-private-subnets", "pass", placed("isolated-a", "private-b")),
    Case("cache-in-private-subnets", "fail", placed("private-a", "public-a"), "subnet public-a has a route"),
    Case("cache-in-private-subnets", "fail", [cache()], "default VPC"),
    Case("cache-in-private-subnets", "fail", [cache(subnetGroupName="default")], "subnetGroupName is default"),
    Case("cache-in-private-subnets", "fail", [res(SERVERLESS, "s", engine="valkey")], "subnetIds is not set"),
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
