"""What will stop the update."""

from __future__ import annotations

import pytest

from preview.compare.meaning import stops
from tests.preview.compare.graphs import BUCKET, DATABASE, REPOSITORY, resource, said


def test_what_pulumi_and_aws_protect_is_not_deleted_in_one_update() -> None:
    replica = resource(DATABASE, "replica", {"identifier": "r", "deletionProtection": True}, protect=True)
    ((level, text),) = said(stops.say, [replica], [])
    assert level == "danger"
    assert "database replica would be deleted, which Pulumi's protection and AWS's deletionProtection refuse" in text
    assert "first only slipway:protection.protect: false and slipway:protection.deletionProtection: false" in text


def test_a_protected_database_is_not_replaced_either() -> None:
    old = resource(DATABASE, "d", {"identifier": "d", "storageEncrypted": "false"}, protect=True)
    new = resource(DATABASE, "d", {"identifier": "d", "storageEncrypted": "true"}, protect=True)
    ((_, text),) = said(stops.say, [old], [new])
    assert "would be replaced, which Pulumi's protection refuses" in text


@pytest.mark.parametrize(
    ("type_", "force", "what"), [(REPOSITORY, "forceDelete", "images"), (BUCKET, "forceDestroy", "objects")]
)
def test_what_holds_something_is_not_deleted(type_: str, force: str, what: str) -> None:
    ((_, text),) = said(stops.say, [resource(type_, "r", {"name": "shop/worker", "bucket": "shop/worker"})], [])
    assert f"(shop/worker) holds {what}" in text
    assert "slipway:protection.emptyOnDestroy" in text
    assert not said(stops.say, [resource(type_, "r", {force: True})], [])
    assert not said(stops.say, [resource(type_, "r", {}, retain_on_delete=True)], [])


def test_what_aws_refuses_is_named_with_its_values() -> None:
    old = resource(DATABASE, "d", {"identifier": "d", "engineVersion": "17"})
    new = resource(DATABASE, "d", {"identifier": "d", "engineVersion": "16"})
    ((level, text),) = said(stops.say, [old], [new])
    assert level == "danger"
    assert "engineVersion of database d cannot go from 17 to 16" in text


def test_a_secrets_name_is_kept_for_days() -> None:
    secret = "aws:secretsmanager/secret:Secret"
    old = resource(secret, "s", {"name": "shop/key", "region": "eu-west-1", "recoveryWindowInDays": 7})
    new = resource(secret, "s", {"name": "shop/key", "region": "us-east-1", "recoveryWindowInDays": 7})
    texts = [text for _, text in said(stops.say, [old], [new])]
    assert any("AWS keeps the name of a deleted secret for 7 days" in text for text in texts)


CLUSTER = "aws:rds/cluster:Cluster"


@pytest.mark.parametrize(
    ("type_", "engine", "old", "new", "allowed", "told"),
    [
        (DATABASE, "postgres", "16", "17", "", "goes from 16 to 17, and RDS takes another major"),
        (CLUSTER, "aurora-postgresql", "16", "17.4", "", "slipway:database.allowMajorUpgrade: true"),
        (CLUSTER, "aurora-mysql", "8.0.mysql_aurora.3.10.0", "8.4", "", "only where it is allowed"),
        (CLUSTER, "aurora-postgresql", "17", "16", "allowed", "RDS goes back to no older major version"),
        (CLUSTER, "aurora-postgresql", "16", "17", "allowed", None),
        (DATABASE, "postgres", "16.3", "16.4", "", None),
        (CLUSTER, "aurora-mysql", "8.0", "8.0.mysql_aurora.3.10.0", "", None),
        (DATABASE, "mysql", "8.0.36", "8.4", "", "only where it is allowed"),
        (DATABASE, "mariadb", "10.6", "10.11", "", "only where it is allowed"),
    ],
)  # fmt: skip
def test_another_major_version_is_to_be_allowed(
    type_: str, engine: str, old: str, new: str, allowed: str, told: str | None
) -> None:
    given = {"identifier": "d", "engine": engine, "allowMajorVersionUpgrade": allowed == "allowed"}
    sides = ([resource(type_, "d", {**given, "engineVersion": version})] for version in (old, new))
    texts = [text for level, text in said(stops.say, *sides) if level == "danger"]
    assert len(texts) == (told is not None)
    assert all(told in text for text in texts if told)


def test_nothing_stops_what_nothing_guards() -> None:
    assert not said(stops.say, [resource(DATABASE, "d", {"identifier": "d"})], [])
