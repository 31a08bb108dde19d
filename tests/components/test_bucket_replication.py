import json
from functools import cache
from typing import Any

import pytest

from components.bucket_replication import BucketReplication, BucketReplicationArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

BUCKET = "aws:s3/bucket:Bucket"
CONFIG = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
KEY = "aws:kms/key:Key"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
SOURCE = "arn:aws:s3:::storefront-media"
SOURCE_KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1111"


def args(**changes: Any) -> BucketReplicationArgs:
    given: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "account_id": ACCOUNT,
        "region": "eu-central-1",
        "bucket": "storefront-media",
        "bucket_arn": SOURCE,
        "key_arn": SOURCE_KEY,
        "to_region": "eu-north-1",
    }
    return BucketReplicationArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: BucketReplication("media-copy", args(**changes)))


@cache
def usual() -> Graph:
    return recorded()


def rule(graph: Graph) -> Any:
    rules = graph.one(CONFIG).inputs["rules"]
    assert isinstance(rules, list)
    (only,) = rules
    return only


def test_contract() -> None:
    check_contract(lambda: BucketReplication("media-copy", args()))


def test_everything_of_the_copy_is_in_the_other_region() -> None:
    graph = usual()
    there = [r for r in graph.resources if r.type.startswith(("aws:s3/", "aws:kms/")) and r.type != CONFIG]
    assert len(there) == 9
    assert {r.name: r.inputs.get("region") for r in there} == {r.name: "eu-north-1" for r in there}
    assert "region" not in graph.one(CONFIG).inputs


def test_the_copy_is_private_versioned_and_encrypted_with_its_own_key() -> None:
    graph = usual()
    copy = graph.one(BUCKET)
    name = copy.outputs["bucket"]
    assert graph.has(VERSIONING, bucket=name, versioningConfiguration={"status": "Enabled"})
    assert graph.has(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        bucket=name, blockPublicAcls=True, blockPublicPolicy=True, ignorePublicAcls=True, restrictPublicBuckets=True,
    )  # fmt: skip
    assert graph.has(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        bucket=name,
        rule={"objectOwnership": "BucketOwnerEnforced"},
    )
    encryption = graph.one(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", bucket=name
    )
    assert encryption.inputs["rules"] == [
        {
            "applyServerSideEncryptionByDefault": {
                "sseAlgorithm": "aws:kms",
                "kmsMasterKeyId": graph.one(KEY).outputs["arn"],
            },
            "bucketKeyEnabled": True,
        }
    ]
    lifecycle = graph.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", bucket=name)
    assert lifecycle.inputs["rules"] == [
        {
            "id": "old-versions",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "noncurrentVersionExpiration": {"noncurrentDays": 90},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        }
    ]
    document = json.loads(str(graph.one("aws:s3/bucketPolicy:BucketPolicy", bucket=name).inputs["policy"]))
    assert document["Statement"] == [
        {
            "Action": ["s3:*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            "Effect": "Deny",
            "Principal": "*",
            "Resource": [copy.outputs["arn"], f"{copy.outputs['arn']}/*"],
            "Sid": "TlsOnly",
        }
    ]


def test_the_rule_is_of_the_second_version_and_copies_encrypted_objects() -> None:
    graph = usual()
    assert rule(graph) == {
        "id": "everything",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "priority": 1,
        "deleteMarkerReplication": {"status": "Disabled"},
        "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
        "destination": {
            "bucket": graph.one(BUCKET).outputs["arn"],
            "storageClass": "STANDARD_IA",
            "encryptionConfiguration": {"replicaKmsKeyId": graph.one(KEY).outputs["arn"]},
        },
    }


def test_the_rule_waits_for_the_copys_versioning_and_the_role() -> None:
    graph = usual()
    config = graph.one(CONFIG)
    assert config.inputs["bucket"] == "storefront-media"
    assert config.inputs["role"] == graph.one(ROLE).outputs["arn"]
    assert graph.one(VERSIONING).urn in config.dependencies
    assert graph.one(POLICY).urn in config.dependencies


def test_a_promise_of_fifteen_minutes_is_asked_for_and_measured() -> None:
    destination = rule(recorded(within_fifteen_minutes=True))["destination"]
    assert destination["replicationTime"] == {"status": "Enabled", "time": {"minutes": 15}}
    assert destination["metrics"] == {"status": "Enabled", "eventThreshold": {"minutes": 15}}


def test_deletions_are_copied_only_where_asked() -> None:
    graph = recorded(replicate_deletions=True)
    assert rule(graph)["deleteMarkerReplication"] == {"status": "Enabled"}
    assert "s3:ReplicateDelete" in str(graph.one(POLICY).inputs["policy"])
    assert "s3:ReplicateDelete" not in str(usual().one(POLICY).inputs["policy"])


def test_the_role_reads_one_bucket_and_writes_the_other() -> None:
    graph = usual()
    role = graph.one(ROLE)
    trust = json.loads(str(role.inputs["assumeRolePolicy"]))["Statement"][0]
    assert trust["Principal"] == {"Service": "s3.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert role.inputs["path"] == "/storefront-production/"
    copy = graph.one(BUCKET).outputs["arn"]
    statements = json.loads(str(graph.one(POLICY).inputs["policy"]))["Statement"]
    granted = {(action, resource) for s in statements for action in s["Action"] for resource in s["Resource"]}
    assert granted == {
        ("s3:GetReplicationConfiguration", SOURCE),
        ("s3:ListBucket", SOURCE),
        ("s3:GetObjectVersionAcl", f"{SOURCE}/*"),
        ("s3:GetObjectVersionForReplication", f"{SOURCE}/*"),
        ("s3:GetObjectVersionTagging", f"{SOURCE}/*"),
        ("s3:ReplicateObject", f"{copy}/*"),
        ("s3:ReplicateTags", f"{copy}/*"),
        ("kms:Decrypt", SOURCE_KEY),
        ("kms:Encrypt", graph.one(KEY).outputs["arn"]),
        ("kms:GenerateDataKey", graph.one(KEY).outputs["arn"]),
    }
    through = {s["Resource"][0]: s["Condition"] for s in statements if s["Action"][0].startswith("kms:")}
    assert through == {
        SOURCE_KEY: {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}},
        graph.one(KEY).outputs["arn"]: {"StringEquals": {"kms:ViaService": "s3.eu-north-1.amazonaws.com"}},
    }


def test_names() -> None:
    assert usual().one(BUCKET).inputs["bucketPrefix"] == "storefront-production-copy-"
    assert recorded(copy_name="expense-app-media-copy").has(BUCKET, bucket="expense-app-media-copy")
    long = recorded(name_prefix="a-very-long-application-name-production-jane")
    prefix = str(long.one(BUCKET).inputs["bucketPrefix"])
    assert len(prefix) <= 37
    assert "-jane-" in prefix, "its owner is told"


@pytest.mark.parametrize("protect", [True, False])
def test_protects_the_copy_and_its_key_and_nothing_else(*, protect: bool) -> None:
    graph = recorded(protect=protect)
    assert {r.type: r.protect for r in graph.resources if r.protect is protect and r.type in (BUCKET, KEY)} == {
        BUCKET: protect,
        KEY: protect,
    }
    assert not any(r.protect for r in graph.resources if r.type not in (BUCKET, KEY))


def test_outputs() -> None:
    graph = usual()
    copy = graph.one(BUCKET)
    assert graph.registered_outputs[graph.one("slipway:index:BucketReplication").urn] == {
        "bucket": copy.outputs["bucket"],
        "arn": copy.outputs["arn"],
        "key_arn": graph.one(KEY).outputs["arn"],
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"to_region": "eu-central-1"},
            "BucketReplicationArgs.to_region: eu-central-1 is the stack's own region; name another",
        ),
        ({"to_region": "north"}, "BucketReplicationArgs.to_region: 'north' is not an AWS region"),
        ({"copy_name": "UPPER"}, "BucketReplicationArgs.copy_name: 'UPPER' is not a bucket name"),
        ({"expire_noncurrent_days": 0}, "BucketReplicationArgs.expire_noncurrent_days: 0 is below 1"),
    ],
)
def test_what_aws_refuses_is_refused_before(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"BucketReplicationArgs\.") as caught:
        args(**changes)
    assert message in str(caught.value)
