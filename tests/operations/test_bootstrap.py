import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3  # type: ignore[import-untyped] # ships no types
import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped] # ships no types
from moto import mock_aws

from operations.bootstrap.__main__ import main
from operations.bootstrap.state_backend import BootstrapError, StateBackendArgs, ensure

BUCKET = "expense-app-tfstate"
REGION = "eu-north-1"
DEPLOY = "arn:aws:iam::123456789012:role/expense-app-production-deploy"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


@cache
def session() -> Any:
    """One for all tests: reading the services' models takes a second each time."""
    return boto3.Session()


def args(**changes: Any) -> StateBackendArgs:
    return StateBackendArgs(**{"bucket": BUCKET, "region": REGION, **changes})


def s3() -> Any:
    return session().client("s3", region_name=REGION)


def kms() -> Any:
    return session().client("kms", region_name=REGION)


def statements() -> dict[str, Any]:
    document = json.loads(s3().get_bucket_policy(Bucket=BUCKET)["Policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


def everything() -> dict[str, Any]:
    """All that the bootstrap sets, as AWS answers it."""
    client, bucket = s3(), {"Bucket": BUCKET}
    return {
        "buckets": [found["Name"] for found in client.list_buckets()["Buckets"]],
        "keys": [found["KeyId"] for found in kms().list_keys()["Keys"]],
        "aliases": [found["AliasName"] for found in kms().list_aliases()["Aliases"]],
        "versioning": client.get_bucket_versioning(**bucket)["Status"],
        "encryption": client.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"],
        "public": client.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"],
        "ownership": client.get_bucket_ownership_controls(**bucket)["OwnershipControls"],
        "lifecycle": client.get_bucket_lifecycle_configuration(**bucket)["Rules"],
        "policy": statements(),
        "tags": client.get_bucket_tagging(**bucket)["TagSet"],
    }


def test_the_bucket_is_versioned_encrypted_and_closed() -> None:
    backend = ensure(args(), session())
    found = everything()
    assert found["buckets"] == [BUCKET]
    assert found["versioning"] == "Enabled"
    assert found["encryption"]["Rules"] == [
        {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": backend.key_arn},
            "BucketKeyEnabled": True,
        }
    ]
    assert set(found["public"].values()) == {True}
    assert len(found["public"]) == 4
    assert found["ownership"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert s3().get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == REGION


def test_the_key_is_renewed_and_has_the_buckets_name() -> None:
    backend = ensure(args(), session())
    key = kms().describe_key(KeyId=f"alias/{BUCKET}")["KeyMetadata"]
    assert key["Arn"] == backend.key_arn
    assert kms().get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is True
    other = ensure(args(key_alias="expense/state"), session())
    assert kms().describe_key(KeyId="alias/expense/state")["KeyMetadata"]["Arn"] == other.key_arn


def test_old_versions_end_after_a_while() -> None:
    ensure(args(history_days=30), session())
    (rule,) = everything()["lifecycle"]
    assert rule["Status"] == "Enabled"
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert "Expiration" not in rule


def test_the_policy_takes_tls_only_and_keeps_history() -> None:
    ensure(args(), session())
    found = statements()
    both = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    assert set(found) == {"TlsOnly", "KeepHistory"}
    assert found["TlsOnly"] == {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": both,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert found["KeepHistory"]["Effect"] == "Deny"
    assert found["KeepHistory"]["Action"] == ["s3:DeleteBucket", "s3:DeleteObjectVersion"]
    assert found["KeepHistory"]["Resource"] == both


def test_only_the_given_principals_use_the_state_and_nobody_is_locked_out_of_the_policy() -> None:
    ensure(args(principals=[DEPLOY]), session())
    only = statements()["OnlyThese"]
    assert only["Effect"] == "Deny"
    assert only["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": [DEPLOY]}}
    assert only["Resource"] == [f"arn:aws:s3:::{BUCKET}/*"]
    assert {"s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"} <= set(only["Action"])


def test_running_it_again_changes_nothing() -> None:
    first = ensure(args(principals=[DEPLOY]), session())
    before = everything()
    assert ensure(args(principals=[DEPLOY]), session()) == first
    assert everything() == before


def test_completes_a_bucket_that_exists_and_keeps_what_it_holds() -> None:
    client = s3()
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_object(Bucket=BUCKET, Key=".pulumi/meta.yaml", Body=b"version: 1\n")
    ensure(args(), session())
    assert everything()["versioning"] == "Enabled"
    client.delete_bucket_policy(Bucket=BUCKET)  # moto takes every denial for unconditional
    assert client.get_object(Bucket=BUCKET, Key=".pulumi/meta.yaml")["Body"].read() == b"version: 1\n"


def test_says_what_to_run_next() -> None:
    backend = ensure(args(), session())
    assert backend.commands == [
        f"pulumi login 's3://{BUCKET}?region={REGION}&awssdk=v2'",
        f"pulumi stack init STACK --secrets-provider 'awskms://alias/{BUCKET}?region={REGION}&context_stack=PROJECT/STACK'",
    ]


def test_the_oldest_region_takes_no_constraint() -> None:
    ensure(args(region="us-east-1"), session())
    assert (
        session().client("s3", region_name="us-east-1").get_bucket_location(Bucket=BUCKET)["LocationConstraint"] is None
    )


def make_elsewhere() -> None:
    client = session().client("s3", region_name="eu-west-1")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})


def test_a_bucket_in_another_region_is_refused() -> None:
    make_elsewhere()
    with pytest.raises(BootstrapError, match="is in eu-west-1, not in eu-north-1"):
        ensure(args(), session())


class _Refusing:
    """Answers `head_bucket` as AWS does for a bucket of another account."""

    def __init__(self, session: Any, status: int) -> None:
        self._session, self._status = session, status

    def client(self, service: str, region_name: str) -> Any:
        client = self._session.client(service, region_name=region_name)
        if service == "s3":
            client.head_bucket = self._refuse
        return client

    def _refuse(self, **_: object) -> None:
        metadata = {"HTTPStatusCode": self._status}
        raise ClientError({"Error": {"Code": str(self._status)}, "ResponseMetadata": metadata}, "HeadBucket")


def test_a_name_that_another_account_has_is_refused() -> None:
    with pytest.raises(BootstrapError, match="is taken by another account, or these credentials may not see it"):
        ensure(args(), _Refusing(session(), 403))
    assert not s3().list_buckets()["Buckets"]


def test_what_aws_answers_otherwise_is_passed_on() -> None:
    with pytest.raises(ClientError):
        ensure(args(), _Refusing(session(), 503))


def test_a_key_that_is_being_deleted_is_refused() -> None:
    backend = ensure(args(), session())
    kms().schedule_key_deletion(KeyId=backend.key_arn.rpartition("/")[2], PendingWindowInDays=7)
    with pytest.raises(BootstrapError, match=r"is PendingDeletion\. Bring it back"):
        ensure(args(), session())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bucket": "No_Bucket"}, "StateBackendArgs.bucket: 'No_Bucket' is not a bucket name"),
        ({"region": "sweden"}, "StateBackendArgs.region: 'sweden' is not an AWS region"),
        ({"key_alias": "aws/s3"}, "StateBackendArgs.key_alias: 'aws/s3' is not a key's name"),
        (
            {"principals": ["deploy"]},
            "StateBackendArgs.principals: 'deploy' is not a role or user, such as arn:aws:iam::",
        ),
        ({"history_days": 0}, "StateBackendArgs.history_days: 0 is below 1"),
    ],
)
def test_wrong_values_are_refused_before_anything_is_made(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"StateBackendArgs\.") as caught:
        args(**changes)
    assert message in str(caught.value)


def test_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bucket", BUCKET, "--region", REGION, "--allow", DEPLOY]) == 0
    assert f"pulumi login 's3://{BUCKET}?region={REGION}&awssdk=v2'" in capsys.readouterr().out
    assert "OnlyThese" in statements()


def test_command_line_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bucket", "No_Bucket", "--region", REGION]) == 2
    assert "StateBackendArgs.bucket" in capsys.readouterr().err
    make_elsewhere()
    assert main(["--bucket", BUCKET, "--region", REGION]) == 1
    assert "eu-west-1" in capsys.readouterr().err
