"""Backups of databases: that they are kept, protected and complete."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
from policy.documents import matches
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.database import is_first_serverless, is_replica
from policy.rules.tags import given_tags
from policy.topology import DATABASE, DATABASE_CLUSTER
from policy.values import UNKNOWN

_COPIES: Final = (
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
)


@resource_rule(
    Control(
        name="database-backup-copies-encrypted",
        title="Copies of database backups have a key of their own region",
        category="Encryption",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="A copy in another region is as readable as its weakest key.",
        remediation="aws.rds.SnapshotCopy(..., kms_key_id=key.arn)",
        url=HUB + "rds-controls.html#rds-4",
        fsbp=("RDS.4",),
        nist=("SC-28", "CP-9"),
        checkov=("CKV_AWS_266", "CKV_AWS_245"),
        prowler=("rds_snapshots_encrypted",),
    ),
    *_COPIES,
)
def backup_copies_encrypted(copy: Resource, _config: Config) -> Iterator[Finding]:
    """A copy to another region needs a key of that region."""
    yield from copy.must_be_set("kmsKeyId", fix="kms_key_id=key.arn, a key in the region of the copy")


@resource_rule(
    Control(
        name="database-backups-kept",
        title="Automated database backups are kept long enough",
        category="Backups",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="A mistake that is found after the window has no way back. Parameter: minDays.",
        remediation="aws.rds.Instance(..., backup_retention_period=7)",
        url=HUB + "rds-controls.html#rds-11",
        fsbp=("RDS.11", "RDS.50"),
        nist=("CP-9",),
        checkov=("CKV_AWS_133",),
        prowler=("rds_instance_backup_enabled",),
        cdk_nag=("RDS13", "RDSInstanceBackupEnabled"),
    ),
    DATABASE,
    DATABASE_CLUSTER,
    minDays=Parameter({"type": "integer", "minimum": 1, "maximum": 35}, 7),
)
def backups_kept(database: Resource, config: Config) -> Iterator[Finding]:
    """Automated backups are the way back in time; a replica relies on its source."""
    if not is_replica(database):
        least = config.number("minDays")
        yield from database.must_reach(
            "backupRetentionPeriod",
            least=least,
            unit="days",
            fix=f"backup_retention_period={least}",
            default=1 if database.type == DATABASE_CLUSTER else 0,
        )


@resource_rule(
    Control(
        name="database-deletion-protected",
        title="AWS refuses to delete the database",
        category="Deletion protection",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="One wrong stack name in one destroy ends it.",
        remediation="aws.rds.Instance(..., deletion_protection=True)",
        url=HUB + "rds-controls.html#rds-8",
        fsbp=("RDS.7", "RDS.8"),
        nist=("CP-9", "SI-13"),
        checkov=("CKV_AWS_293", "CKV_AWS_139"),
        prowler=("rds_instance_deletion_protection", "rds_cluster_deletion_protection"),
        cdk_nag=("RDS10", "RDSInstanceDeletionProtectionEnabled"),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def deletion_protected(database: Resource, _config: Config) -> Iterator[Finding]:
    """AWS itself then refuses the deletion."""
    yield from database.must_be("deletionProtection", wanted=True, fix="deletion_protection=True")


@resource_rule(
    Control(
        name="database-final-snapshot-kept",
        title="A deleted database leaves a last snapshot",
        category="Backups",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Automated backups go with the instance; the last snapshot stays.",
        remediation="aws.rds.Instance(..., skip_final_snapshot=False, final_snapshot_identifier=name)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
        nist=("CP-9",),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def final_snapshot_kept(database: Resource, _config: Config) -> Iterator[Finding]:
    """The last snapshot survives the database; a replica can have none."""
    if is_replica(database):
        return
    fix = "skip_final_snapshot=False, final_snapshot_identifier=<a name that no older snapshot bears>"
    yield from database.must_be("skipFinalSnapshot", wanted=False, fix=fix)
    if database.flag("skipFinalSnapshot") is False:
        yield from database.must_be_set("finalSnapshotIdentifier", fix=fix)


SELECTION: Final = "aws:backup/selection:Selection"


_SNAPSHOTS: Final = (
    "aws:rds/snapshot:Snapshot",
    "aws:rds/clusterSnapshot:ClusterSnapshot",
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
)


@resource_rule(
    Control(
        name="database-snapshots-private",
        title="Database snapshots are not shared with everybody",
        category="Private subnets",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Anybody with an AWS account can restore the database and read it.",
        remediation='aws.rds.Snapshot(..., shared_accounts=["123456789012"])',
        url=HUB + "rds-controls.html#rds-1",
        fsbp=("RDS.1",),
        nist=("AC-3", "AC-6"),
        checkov=("CKV_AWS_302",),
        prowler=("rds_snapshots_public_access",),
    ),
    *_SNAPSHOTS,
)
def snapshots_private(snapshot: Resource, _config: Config) -> Iterator[Finding]:
    """`all` among the accounts means everybody with an AWS account."""
    shared = snapshot.get("sharedAccounts")
    if "all" in values.items(shared):
        yield snapshot.fails("sharedAccounts holds all, wanted single accounts", fix='shared_accounts=["123456789012"]')
    elif values.has_unknown(shared):
        yield snapshot.unknown("sharedAccounts are not known yet")


@resource_rule(
    Control(
        name="database-backtrack",
        title="Aurora MySQL can be wound back",
        category="Backups",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="It undoes a mistake in minutes, and costs for every change that it remembers.",
        remediation="aws.rds.Cluster(..., backtrack_window=86400)",
        url=HUB + "rds-controls.html#rds-14",
        fsbp=("RDS.14",),
        nist=("CP-9",),
        checkov=("CKV_AWS_326",),
        prowler=("rds_cluster_backtrack_enabled",),
        cdk_nag=("RDS14", "AuroraMySQLBacktrack"),
    ),
    DATABASE_CLUSTER,
)
def backtrack(cluster: Resource, _config: Config) -> Iterator[Finding]:
    """Only Aurora MySQL can be wound back in place."""
    if is_first_serverless(cluster):
        return
    engine = cluster.text("engine")
    if engine is UNKNOWN:
        yield cluster.unknown("engine is not known yet")
    elif engine == "aurora-mysql":
        yield from cluster.must_reach("backtrackWindow", least=1, unit="seconds", fix="backtrack_window=86400")


@resource_rule(
    Control(
        name="database-tags-copied-to-snapshots",
        title="Snapshots carry the database's tags",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Nobody knows whose a snapshot without tags is, so nobody removes it.",
        remediation="aws.rds.Instance(..., copy_tags_to_snapshot=True)",
        url=HUB + "rds-controls.html#rds-17",
        fsbp=("RDS.16", "RDS.17", "RDS.47", "RDS.48"),
        nist=("CM-8",),
        checkov=("CKV2_AWS_60", "CKV_AWS_313"),
        prowler=("rds_instance_copy_tags_to_snapshots", "rds_cluster_copy_tags_to_snapshots"),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def tags_copied_to_snapshots(database: Resource, _config: Config) -> Iterator[Finding]:
    """A snapshot without tags belongs to nobody."""
    yield from database.must_be("copyTagsToSnapshot", wanted=True, fix="copy_tags_to_snapshot=True")


@stack_rule(
    Control(
        name="database-in-backup-plan",
        title="AWS Backup covers the database",
        category="Backups",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="RDS's own backups end with the instance and stay in its account and region.",
        remediation="aws.backup.Selection(..., resources=[database.arn])",
        url=HUB + "rds-controls.html#rds-26",
        fsbp=("RDS.26",),
        nist=("CP-9",),
        checkov=("CKV2_AWS_8",),
        prowler=("rds_instance_protected_by_backup_plan",),
        cdk_nag=("RDSInBackupPlan",),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def in_backup_plan(graph: Graph, _config: Config) -> Iterator[Finding]:
    """AWS Backup chooses by ARN, or by a tag of the resource."""
    for database in graph.of(DATABASE, DATABASE_CLUSTER):
        if is_replica(database):
            continue
        chosen = values.some(_selects(graph, selection, database) for selection in graph.of(SELECTION))
        fix = "aws.backup.Selection(..., resources=[database.arn])"
        about = "which resources the stack's backup selections choose"
        yield from database.must_hold(chosen, "no backup Selection of this stack names it", about=about, fix=fix)


def _selects(graph: Graph, selection: Resource, database: Resource) -> values.Answer:
    """Whether a selection chooses a database; conditions and exceptions may leave it out again."""
    named = graph.refers(selection, "resources", DATABASE, DATABASE_CLUSTER)
    answers: list[values.Answer] = [
        _carries(database, wanted) for wanted in values.items(selection.get("selectionTags"))
    ]
    answers += [_names(item, database) for item in values.strings(selection.get("resources"))]
    if database in named.found:
        answers.append(True if named.exact else UNKNOWN)
    elif values.has_unknown(selection.get("resources")) and named.foreign:
        answers.append(UNKNOWN)
    chosen = values.some(answers)
    limited = any(selection.inputs.has(name) for name in ("conditions", "notResources"))
    return UNKNOWN if chosen is True and limited else chosen


def _names(pattern: str, database: Resource) -> values.Answer:
    """Whether an ARN, in which ``*`` may stand, covers a database, whose own ARN may not be known yet."""
    arn = database.get("arn")
    kind = "db" if database.type == DATABASE else "cluster"
    if isinstance(arn, str) and arn.startswith("arn:"):
        return matches(pattern, arn)
    return matches(pattern, f"arn:aws:rds:-:-:{kind}:-") or UNKNOWN


def _carries(database: Resource, wanted: values.Value) -> values.Answer:
    key, value, tags = values.at(wanted, "key"), values.at(wanted, "value"), given_tags(database)
    if UNKNOWN in (key, value):
        return UNKNOWN
    seen = tags if tags is UNKNOWN else tags.get(str(key))
    return UNKNOWN if seen is UNKNOWN else seen is not None and seen == value
