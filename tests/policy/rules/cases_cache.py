from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import network

CACHE, NODE = "elasticache/replicationGroup:ReplicationGroup", "elasticache/cluster:Cluster"

SUBNETS = "elasticache/subnetGroup:SubnetGroup"

SERVERLESS, USER = "elasticache/serverlessCache:ServerlessCache", "elasticache/user:User"


def cache(**props: Any) -> Sample:
    """Return a replication group; it always has an id, as the engine gives it one where the program does not."""
    return res(CACHE, "redis", replicationGroupId="redis", **props)


def placed(*subnets: str) -> list[Sample]:
    chosen = res(SUBNETS, "caches", subnetIds=[Ref(name) for name in subnets])
    return [*network(), chosen, cache(subnetGroupName=Ref("caches"))]


CASES: list[Case] = [
    Case("cache-encrypted-at-rest", "pass", [cache(atRestEncryptionEnabled=True)]),
    Case("cache-encrypted-at-rest", "pass", [cache(atRestEncryptionEnabled="true")]),
    Case("cache-encrypted-at-rest", "pass", [cache(engine="valkey")]),
    Case("cache-encrypted-at-rest", "fail", [cache(engine="redis")], "atRestEncryptionEnabled is false (the default)"),
    Case(
        "cache-encrypted-at-rest",
        "fail",
        [cache(atRestEncryptionEnabled="false")],
        "atRestEncryptionEnabled is false, wanted true",
    ),
    Case("cache-encrypted-at-rest", "unknown", [cache(atRestEncryptionEnabled=UNKNOWN)]),
    Case("cache-encrypted-at-rest", "unknown", [cache(engine=UNKNOWN)]),
    Case("cache-encrypted-at-rest", "pass", [cache(globalReplicationGroupId=UNKNOWN)]),
    Case(
        "cache-encrypted-at-rest",
        "fail",
        [cache(globalReplicationGroupId="g", atRestEncryptionEnabled=False)],
        "atRestEncryptionEnabled is false, wanted true",
    ),
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
    Case("cache-encrypted-in-transit", "unknown", [cache(transitEncryptionEnabled=UNKNOWN)]),
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
        "unknown",
        [cache(automaticFailoverEnabled=True, multiAzEnabled=True, replicasPerNodeGroup=UNKNOWN)],
    ),
    Case("cache-multi-az", "unknown", [cache(automaticFailoverEnabled=True, multiAzEnabled=UNKNOWN)]),
    Case("cache-snapshots-kept", "pass", [cache(snapshotRetentionLimit=1)]),
    Case("cache-snapshots-kept", "pass", [res(NODE, "memcached", engine="memcached")]),
    Case("cache-snapshots-kept", "fail", [cache()], "is 0 (the default), wanted at least 1 day"),
    Case("cache-snapshots-kept", "unknown", [res(SERVERLESS, "s", engine=UNKNOWN)]),
    Case("cache-snapshots-kept", "unknown", [cache(snapshotRetentionLimit=UNKNOWN)]),
    Case("cache-under-own-key", "pass", [cache(kmsKeyId=UNKNOWN)]),
    Case("cache-under-own-key", "fail", [cache()], "kmsKeyId is not set"),
    Case("cache-under-own-key", "fail", [res(SERVERLESS, "s", engine="valkey")], "kmsKeyId is not set"),
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
    Case("cache-minor-upgrades-automatic", "unknown", [cache(autoMinorVersionUpgrade=UNKNOWN)]),
    Case(
        "cache-logs-delivered",
        "pass",
        [cache(logDeliveryConfigurations=[{"logType": "slow-log"}, {"logType": "engine-log"}])],
    ),
    Case(
        "cache-logs-delivered", "fail", [cache(logDeliveryConfigurations=[{"logType": "slow-log"}])], "lacks engine-log"
    ),
    Case("cache-logs-delivered", "fail", [cache()], "lacks slow-log, engine-log"),
    Case("cache-logs-delivered", "unknown", [cache(logDeliveryConfigurations=UNKNOWN)]),
    Case("cache-final-snapshot-kept", "pass", [cache(finalSnapshotIdentifier=UNKNOWN)]),
    Case("cache-final-snapshot-kept", "fail", [cache()], "finalSnapshotIdentifier is not set"),
    Case("cache-version-supported", "pass", [cache(engine="valkey", engineVersion="8.1")]),
    Case("cache-version-supported", "pass", [cache(engine="redis", engineVersion="7.1")]),
    Case("cache-version-supported", "pass", [cache(engine="redis", engineVersion="6.x")]),
    Case("cache-version-supported", "pass", [cache(engine="redis", engineVersion="6.2")]),
    Case(
        "cache-version-supported", "fail", [cache(engine="redis", engineVersion="5.0.6")], "out of support, wanted one"
    ),
    Case(
        "cache-version-supported",
        "fail",
        [cache(engine="redis", engineVersion="6.2")],
        'Fix: engine_version="7.1"',
        config={"oldest": {"redis": "7.1"}},
    ),
    Case("cache-version-supported", "fail", [res(NODE, "n", engine="redis", engineVersion="5.0.6")], "is 5.0.6"),
    Case("cache-version-supported", "pass", [res(NODE, "n", engine="memcached", engineVersion="1.6.22")]),
    Case("cache-version-supported", "unknown", [cache(engine="redis", engineVersion=UNKNOWN)]),
    Case(
        "cache-encrypted-in-transit", "unknown", [cache(transitEncryptionEnabled=True, transitEncryptionMode=UNKNOWN)]
    ),
]
