"""Relational databases: encryption, availability, settings."""

from collections.abc import Iterator
from typing import Final

from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.topology import DATABASE, DATABASE_CLUSTER, DATABASE_INSTANCE
from policy.values import UNKNOWN

GLOBAL_CLUSTER: Final = "aws:rds/globalCluster:GlobalCluster"


def is_replica(database: Resource) -> bool:
    """Whether it copies another database, from which it has much that it does not say itself."""
    return database.has("replicateSourceDb") or database.has("replicationSourceIdentifier")


def is_restored(database: Resource) -> bool:
    """Whether it begins as another's backup: a snapshot, or a moment of another database or cluster."""
    return database.has("snapshotIdentifier") or database.has("restoreToPointInTime")


def is_first_serverless(database: Resource) -> bool:
    """Tell whether it is Aurora Serverless v1, which knows no instances, tokens, exports or ports. See database-version-supported."""
    return database.type == DATABASE_CLUSTER and database.text("engineMode") == "serverless"


@resource_rule(
    Control(
        name="database-storage-encrypted",
        title="The database's storage is encrypted",
        category="Encryption",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="A snapshot or disk that leaves the account can be read. It cannot be switched on later.",
        remediation="aws.rds.Instance(..., storage_encrypted=True, kms_key_id=key.arn)",
        url=HUB + "rds-controls.html#rds-3",
        fsbp=("RDS.3", "RDS.27"),
        cis=("2.2.1",),
        nist=("SC-28",),
        checkov=("CKV_AWS_16", "CKV_AWS_96", "CKV_AWS_140"),
        prowler=("rds_instance_storage_encrypted", "rds_cluster_storage_encrypted"),
        cdk_nag=("RDS2", "RDSStorageEncrypted"),
    ),
    DATABASE,
    DATABASE_CLUSTER,
    GLOBAL_CLUSTER,
)
def storage_encrypted(database: Resource, _config: Config) -> Iterator[Finding]:
    """What is made of another inherits its encryption, and Aurora Serverless v1 is always encrypted."""
    inherits = is_replica(database) or is_restored(database) or database.has("sourceDbClusterIdentifier")
    encrypts = is_first_serverless(database)
    if not ((inherits or encrypts) and database.get("storageEncrypted") is None):
        fix = "storage_encrypted=True, kms_key_id=key.arn (an existing database must be restored from a snapshot)"
        yield from database.must_be("storageEncrypted", wanted=True, fix=fix)


@resource_rule(
    Control(
        name="database-multi-az",
        title="The database has a standby in a second zone",
        category="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Without a standby the loss of one zone is an outage of hours and a restore.",
        remediation="aws.rds.Instance(..., multi_az=True)",
        url=HUB + "rds-controls.html#rds-5",
        fsbp=("RDS.5",),
        cis=("2.2.4",),
        nist=("CP-10", "SC-36"),
        checkov=("CKV_AWS_157",),
        prowler=("rds_instance_multi_az",),
        cdk_nag=("RDS3", "RDSMultiAZSupport"),
    ),
    DATABASE,
)
def multi_az(database: Resource, _config: Config) -> Iterator[Finding]:
    """A read replica is itself the second copy."""
    if not is_replica(database):
        yield from database.must_be("multiAz", wanted=True, fix="multi_az=True (no interruption)")


@resource_rule(
    Control(
        name="database-under-own-key",
        title="The database is encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="With the account's default key, IAM alone decides who reads, and a snapshot cannot be shared safely.",
        remediation="aws.rds.Instance(..., storage_encrypted=True, kms_key_id=key.arn)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html",
        nist=("SC-12", "SC-28"),
        checkov=("CKV_AWS_327",),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def under_own_key(database: Resource, _config: Config) -> Iterator[Finding]:
    """A replica in the same region and a restored database have the key of their source."""
    if not is_replica(database) and not is_restored(database):
        yield from database.must_have_own_key("kmsKeyId", fix="kms_key_id=key.arn (replaces the database)")


@stack_rule(
    Control(
        name="database-cluster-has-standby",
        title="A database cluster has a second instance",
        category="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="With one instance a failure is an outage until a new one is up.",
        remediation="aws.rds.ClusterInstance(..., cluster_identifier=cluster.id), twice, in two zones",
        url=HUB + "rds-controls.html#rds-15",
        fsbp=("RDS.15",),
        nist=("CP-10", "SC-36"),
        prowler=("rds_cluster_multi_az",),
    ),
    DATABASE_CLUSTER,
)
def cluster_has_standby(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A reader takes over; a Multi-AZ DB cluster brings its own, and Aurora Serverless v1 needs none."""
    for cluster in graph.of(DATABASE_CLUSTER):
        mode = cluster.text("engineMode", default="provisioned")
        if cluster.has("dbClusterInstanceClass") or mode == "serverless":
            continue
        members, more = graph.companions(cluster, "clusterIdentifier", DATABASE_INSTANCE)
        if len(members) > 1:
            continue
        if more or mode is UNKNOWN:
            yield cluster.unknown("its instances cannot all be told")
        else:
            what = f"it has {len(members)} ClusterInstance{'' if len(members) == 1 else 's'}, wanted at least 2"
            yield cluster.fails(what, fix="a second aws.rds.ClusterInstance(cluster_identifier=cluster.id)")


@resource_rule(
    Control(
        name="database-groups-chosen",
        title="The database has security groups of its own",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="The VPC's default group lets in whatever else is in it.",
        remediation="aws.rds.Instance(..., db_subnet_group_name=subnets.name, vpc_security_group_ids=[group.id])",
        url=HUB + "rds-controls.html#rds-18",
        fsbp=("RDS.18",),
        nist=("AC-4", "SC-7"),
        prowler=("rds_instance_inside_vpc",),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def groups_chosen(database: Resource, _config: Config) -> Iterator[Finding]:
    """Without groups of its own it gets the VPC's default group."""
    if not database.has("vpcSecurityGroupIds"):
        what = "vpcSecurityGroupIds is not set, so the VPC's default security group guards it"
        yield database.fails(what, fix="vpc_security_group_ids=[group.id]")
