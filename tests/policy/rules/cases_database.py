from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.rules.cases_database_access import CLUSTER, db
from tests.policy.rules.cases_database_operations import MEMBER, cluster, instance


def member(name: str, of: object = None) -> Sample:
    return res(MEMBER, name, clusterIdentifier=of or Ref("c"))


CASES: list[Case] = [
    Case("database-storage-encrypted", "pass", [db(restoreToPointInTime={"sourceDbInstanceIdentifier": UNKNOWN})]),
    Case(
        "database-storage-encrypted",
        "fail",
        [db(restoreToPointInTime={"sourceDbInstanceIdentifier": UNKNOWN}, storageEncrypted=False)],
        "storageEncrypted is false, wanted true",
    ),
    Case(
        "database-storage-encrypted",
        "fail",
        [res("rds/globalCluster:GlobalCluster", "g", engine="aurora-mysql")],
        "storageEncrypted is false (the default), wanted true",
    ),
    Case("database-storage-encrypted", "pass", [res("rds/globalCluster:GlobalCluster", "g", storageEncrypted="true")]),
    Case(
        "database-storage-encrypted",
        "pass",
        [res("rds/globalCluster:GlobalCluster", "g", sourceDbClusterIdentifier=UNKNOWN)],
    ),
    Case("database-storage-encrypted", "pass", [db(storageEncrypted=True)]),
    Case("database-storage-encrypted", "pass", [res(CLUSTER, "c", storageEncrypted=True)]),
    Case("database-storage-encrypted", "pass", [db(replicateSourceDb="db-1")]),
    Case(
        "database-storage-encrypted",
        "fail",
        [db(replicateSourceDb="db-1", storageEncrypted=False)],
        "storageEncrypted is false, wanted true",
    ),
    Case("database-storage-encrypted", "pass", [db(snapshotIdentifier="snapshot-1")]),
    Case("database-storage-encrypted", "fail", [db(storageEncrypted=False)], "storageEncrypted is false, wanted true"),
    Case("database-storage-encrypted", "fail", [db()], "storageEncrypted is false (the default)"),
    Case("database-storage-encrypted", "unknown", [db(storageEncrypted=UNKNOWN)]),
    Case("database-multi-az", "pass", [db(multiAz=True)]),
    Case("database-multi-az", "pass", [db(replicateSourceDb=UNKNOWN)]),
    Case("database-multi-az", "fail", [db(multiAz=False)], "Instance db: multiAz is false"),
    Case("database-multi-az", "unknown", [db(multiAz=UNKNOWN)]),
    Case("database-storage-encrypted", "pass", [res(CLUSTER, "c", engine="aurora-mysql", engineMode="serverless")]),
    Case("database-under-own-key", "pass", [instance(kmsKeyId=UNKNOWN)]),
    Case("database-under-own-key", "pass", [instance(replicateSourceDb="db-1")]),
    Case("database-under-own-key", "pass", [cluster(snapshotIdentifier="snap-1")]),
    Case("database-under-own-key", "fail", [instance()], "kmsKeyId is not set"),
    Case("database-under-own-key", "fail", [cluster()], "kmsKeyId is not set"),
    Case("database-cluster-has-standby", "pass", [cluster(), member("one"), member("two")]),
    Case("database-cluster-has-standby", "pass", [cluster(dbClusterInstanceClass="db.m6gd.large")]),
    Case("database-cluster-has-standby", "pass", [cluster(engineMode="serverless")]),
    Case(
        "database-cluster-has-standby",
        "fail",
        [cluster(), member("one")],
        "it has 1 ClusterInstance, wanted at least 2",
    ),
    Case("database-cluster-has-standby", "fail", [cluster()], "it has 0 ClusterInstances"),
    Case("database-cluster-has-standby", "unknown", [cluster(), member("one"), member("two", of=UNKNOWN)]),
    Case("database-cluster-has-standby", "unknown", [cluster(engineMode=UNKNOWN)]),
    Case("database-groups-chosen", "pass", [instance(vpcSecurityGroupIds=[UNKNOWN])]),
    Case("database-groups-chosen", "fail", [instance()], "vpcSecurityGroupIds is not set"),
    Case(
        "database-groups-chosen",
        "fail",
        [cluster()],
        "vpcSecurityGroupIds is not set, so the VPC's default security group guards it",
    ),
]
