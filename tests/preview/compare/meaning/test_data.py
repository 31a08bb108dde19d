"""Data that is lost or kept."""

from __future__ import annotations

import pytest

from preview.compare.meaning import data
from preview.graph import Resource
from tests.preview.compare.graphs import BUCKET, DATABASE, LOG_GROUP, REPOSITORY, resource, said

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


@pytest.mark.parametrize(
    ("type_", "inputs", "words"),
    [
        (DATABASE, {"skipFinalSnapshot": True}, "its data is lost: no last snapshot is made"),
        (DATABASE, {"finalSnapshotIdentifier": "last"}, "its data stays only in the last snapshot last"),
        (DATABASE, {"deleteAutomatedBackups": False}, "and in the automated backups until their days are over"),
        (DATABASE, {"replicateSourceDb": "arn:db"}, "only this copy goes"),
        (BUCKET, {"forceDestroy": True}, "all its objects and their versions are lost"),
        (REPOSITORY, {"forceDelete": True}, "its images are lost"),
        (LOG_GROUP, {"retentionInDays": 60}, "its logs of up to 60 days are lost"),
        ("aws:kms/key:Key", {"deletionWindowInDays": 7}, "AWS waits 7 days"),
        ("aws:secretsmanager/secret:Secret", {"recoveryWindowInDays": 0}, "its value is lost at once"),
        ("aws:elasticache/replicationGroup:ReplicationGroup", {}, "its content is lost: no snapshot is made"),
    ],
)
def test_what_holds_data_and_goes(type_: str, inputs: dict[str, object], words: str) -> None:
    ((_, text),) = said(data.say, [resource(type_, "r", inputs)], [])
    assert "r is deleted: " in text
    assert words in text


def test_a_replacement_says_what_forces_it() -> None:
    old = resource(DATABASE, "d", {"identifier": "d", "storageEncrypted": "false", "skipFinalSnapshot": True})
    new = resource(DATABASE, "d", {"identifier": "d", "storageEncrypted": "true", "skipFinalSnapshot": True})
    ((level, text),) = said(data.say, [old], [new])
    assert level == "danger"
    assert text.startswith("database d is replaced (forced by storageEncrypted)")


def test_what_is_retained_is_only_forgotten() -> None:
    ((level, text),) = said(data.say, [resource(BUCKET, "b", {"forceDestroy": True}, retain_on_delete=True)], [])
    assert (level, "stays in AWS" in text) == ("caution", True)


def test_what_holds_no_data_is_not_spoken_of() -> None:
    assert not said(data.say, [resource("aws:iam/role:Role", "r", {})], [])


@pytest.mark.parametrize(
    ("type_", "before", "after", "words"),
    [
        (
            LOG_GROUP,
            {"name": "/l", "retentionInDays": 60},
            {"name": "/l", "retentionInDays": 30},
            "from 60 days to 30 days",
        ),
        (LOG_GROUP, {"name": "/l"}, {"name": "/l", "retentionInDays": 30}, "from for ever to 30 days"),
        (DATABASE, {"backupRetentionPeriod": 14}, {"backupRetentionPeriod": 0}, "from 14 days to 0 days"),
        (
            LIFECYCLE,
            {"rules": [{"id": "a", "noncurrentVersionExpiration": {"noncurrentDays": 90}}]},
            {"rules": [{"id": "a", "noncurrentVersionExpiration": {"noncurrentDays": 7}}]},
            "from 90 days to 7 days",
        ),
    ],
)
def test_data_that_stays_for_less_long(
    type_: str, before: dict[str, object], after: dict[str, object], words: str
) -> None:
    assert any(
        words in text for _, text in said(data.say, [resource(type_, "r", before)], [resource(type_, "r", after)])
    )
    assert not said(data.say, [resource(type_, "r", after)], [resource(type_, "r", before)])


def test_protection_that_goes() -> None:
    old = resource(DATABASE, "d", {"identifier": "d", "deletionProtection": True}, protect=True)
    new = resource(DATABASE, "d", {"identifier": "d", "deletionProtection": False})
    texts = [text for _, text in said(data.say, [old], [new])]
    assert texts == [
        "database d: Pulumi does not refuse its deletion any more",
        "database d: AWS does not refuse its deletion any more",
    ]
    assert not said(data.say, [new], [old])


def test_versions_that_are_not_kept_any_more() -> None:
    versioning = "aws:s3/bucketVersioning:BucketVersioning"

    def status(value: str) -> Resource:
        return resource(versioning, "v", {"bucket": "b", "versioningConfiguration": {"status": value}})

    ((level, text),) = said(data.say, [status("Enabled")], [status("Suspended")])
    assert (level, "what is overwritten or deleted is lost" in text) == ("danger", True)


MOMENT = {"restoreToPointInTime": {"sourceDbInstanceIdentifier": "legacy", "useLatestRestorableTime": True}}


@pytest.mark.parametrize(
    ("backup", "words"),
    [
        ({"snapshotIdentifier": "before-42"}, "the snapshot before-42"),
        (MOMENT, "legacy as of the latest moment"),
        (
            {"restoreToPointInTime": {"sourceDbiResourceId": "db-A", "restoreTime": "2026-01-30T11:55:00Z"}},
            "db-A as of 2026-01-30T11:55:00Z",
        ),
    ],
)
def test_a_backup_makes_a_new_database_and_leaves_one_that_is_there(backup: dict[str, object], words: str) -> None:
    ignored = ["restoreToPointInTime", "snapshotIdentifier"]
    empty = resource(DATABASE, "d", {"identifier": "d"})
    filled = resource(DATABASE, "d", {"identifier": "d", **backup}, ignore_changes=ignored)
    ((level, text),) = said(data.say, [], [filled])
    assert (level, text.startswith(f"database d is made from {words}: its data")) == ("note", True)
    ((level, text),) = said(data.say, [empty], [filled])
    assert (level, text.startswith(f"database d stays as it is, without the data of {words}")) == ("caution", True)
    assert not said(data.say, [filled], [filled])


def test_a_database_that_is_made_anew_begins_with_the_backup() -> None:
    old = resource(DATABASE, "d", {"identifier": "d", "engine": "mysql"})
    new = resource(DATABASE, "d", {"identifier": "d", "engine": "postgres", **MOMENT})
    assert any("is made from legacy" in text for _, text in said(data.say, [old], [new]))


def test_files_that_are_there_cannot_be_read_once_only_scanned_ones_can() -> None:
    type_ = "aws:s3/bucketPolicy:BucketPolicy"
    asks = '{"Condition": {"StringNotEquals": {"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"}}}'
    old, new = (resource(type_, "p", {"bucket": "b", "policy": policy}) for policy in ("{}", asks))
    ((level, text),) = said(data.say, [old], [new])
    assert (level, "nobody reads files that are there already" in text) == ("danger", True)
    assert not said(data.say, [new], [old])
    assert not said(data.say, [], [new])
