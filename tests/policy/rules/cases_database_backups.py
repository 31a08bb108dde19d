from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.rules.cases_database_access import db
from tests.policy.rules.cases_database_operations import SELECTION, SNAPSHOT, cluster, instance

COPY = "rds/snapshotCopy:SnapshotCopy"


def selection(**props: Any) -> Sample:
    return res(SELECTION, "selection", **props)


CASES: list[Case] = [
    Case("database-backup-copies-encrypted", "pass", [res(COPY, "copy", kmsKeyId="key")]),
    Case("database-backup-copies-encrypted", "pass", [res(COPY, "copy", kmsKeyId=UNKNOWN)]),
    Case("database-backup-copies-encrypted", "fail", [res(COPY, "copy")], "kmsKeyId is not set"),
    Case("database-backups-kept", "pass", [db(backupRetentionPeriod=7)]),
    Case("database-backups-kept", "fail", [db(backupRetentionPeriod=1)], "is 1, wanted at least 7 days"),
    Case("database-backups-kept", "fail", [db()], "is 0 (the default), wanted at least 7 days"),
    Case("database-backups-kept", "fail", [db(backupRetentionPeriod=13)], "at least 14", config={"minDays": 14}),
    Case("database-backups-kept", "unknown", [db(backupRetentionPeriod=UNKNOWN)]),
    Case("database-deletion-protected", "pass", [db(deletionProtection=True)]),
    Case("database-deletion-protected", "fail", [db()], "deletionProtection is false (the default)"),
    Case("database-deletion-protected", "unknown", [db(deletionProtection=UNKNOWN)]),
    Case("database-final-snapshot-kept", "pass", [db(finalSnapshotIdentifier="last")]),
    Case("database-final-snapshot-kept", "pass", [db(finalSnapshotIdentifier=UNKNOWN)]),
    Case("database-final-snapshot-kept", "fail", [db(skipFinalSnapshot=True)], "skipFinalSnapshot is true"),
    Case("database-final-snapshot-kept", "fail", [db()], "finalSnapshotIdentifier is not set"),
    Case("database-snapshots-private", "pass", [res(SNAPSHOT, "s", sharedAccounts=["123456789012"])]),
    Case("database-snapshots-private", "pass", [res("rds/snapshotCopy:SnapshotCopy", "s")]),
    Case(
        "database-snapshots-private", "fail", [res(SNAPSHOT, "s", sharedAccounts=["all"])], "sharedAccounts holds all"
    ),
    Case(
        "database-snapshots-private",
        "unknown",
        [res("rds/clusterSnapshot:ClusterSnapshot", "s", sharedAccounts=UNKNOWN)],
    ),
    Case("database-snapshots-private", "unknown", [res(SNAPSHOT, "s", sharedAccounts=["123456789012", UNKNOWN])]),
    Case("database-backtrack", "pass", [cluster(backtrackWindow=86400)]),
    Case("database-backtrack", "pass", [cluster(engine="aurora-postgresql")]),
    Case("database-backtrack", "fail", [cluster()], "backtrackWindow is 0"),
    Case("database-backtrack", "unknown", [cluster(engine=UNKNOWN)]),
    Case("database-tags-copied-to-snapshots", "pass", [instance(copyTagsToSnapshot=True)]),
    Case("database-tags-copied-to-snapshots", "fail", [cluster()], "copyTagsToSnapshot is false (the default)"),
    Case("database-tags-copied-to-snapshots", "unknown", [instance(copyTagsToSnapshot=UNKNOWN)]),
    Case("database-in-backup-plan", "pass", [instance(), selection(resources=[Ref("db", "arn")])]),
    Case("database-in-backup-plan", "pass", [instance(), selection(resources=["*"])]),
    Case(
        "database-in-backup-plan",
        "pass",
        [
            instance(tags={"backup": "daily"}),
            selection(selectionTags=[{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}]),
        ],
    ),
    Case("database-in-backup-plan", "pass", [instance(replicateSourceDb="db-1")]),
    Case("database-in-backup-plan", "pass", [cluster(), selection(resources=["arn:aws:rds:*:*:cluster:*"])]),
    Case(
        "database-in-backup-plan",
        "unknown",
        [instance(), selection(resources=["*"], conditions=[{"stringEquals": [{"key": "k", "value": "v"}]}])],
    ),
    Case(
        "database-in-backup-plan", "unknown", [instance(), selection(resources=["*"], notResources=["arn:aws:rds:a"])]
    ),
    Case(
        "database-in-backup-plan",
        "fail",
        [instance(arn="arn:aws:rds:eu-north-1:1:db:one"), selection(resources=["arn:aws:rds:*:*:cluster:*"])],
        "no backup Selection of this stack names it",
    ),
    Case("database-in-backup-plan", "fail", [instance()], "no backup Selection of this stack names it"),
    Case(
        "database-in-backup-plan",
        "fail",
        [instance(tags={"backup": "none"}), selection(selectionTags=[{"key": "backup", "value": "daily"}])],
        "no backup Selection of this stack names it",
    ),
    Case(
        "database-in-backup-plan",
        "unknown",
        [instance(tags=UNKNOWN), selection(selectionTags=[{"key": "a", "value": "b"}])],
    ),
]
