import json
from typing import Any

import pytest

from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

KEY = "aws:kms/key:Key"


def args(**changes: Any) -> EncryptionKeyArgs:
    given: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "description": "Logs of storefront-production",
        "account_id": ACCOUNT,
        "region": "eu-central-1",
        "alias": "storefront-production-logs",
    }
    return EncryptionKeyArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: EncryptionKey("logs", args(**changes)))


def statements(graph: Graph) -> dict[str, Any]:
    document = json.loads(str(graph.one(KEY).inputs["policy"]))
    assert document["Version"] == "2012-10-17"
    return {statement["Sid"]: statement for statement in document["Statement"]}


def test_contract() -> None:
    check_contract(lambda: EncryptionKey("logs", args(services=("logs", "cloudfront", "publishers"))))


def test_key_is_renewed_and_can_be_brought_back() -> None:
    graph = recorded()
    assert graph.has(KEY, enableKeyRotation=True, deletionWindowInDays=30)
    assert recorded(deletion_days=7).has(KEY, deletionWindowInDays=7)


def test_alias_names_the_key() -> None:
    graph = recorded()
    alias = graph.one("aws:kms/alias:Alias")
    assert alias.inputs["name"] == "alias/storefront-production-logs"
    assert alias.inputs["targetKeyId"] == graph.one(KEY).outputs["keyId"]


def test_lives_in_its_region() -> None:
    graph = recorded()
    assert graph.has(KEY, region="eu-central-1")
    assert graph.has("aws:kms/alias:Alias", region="eu-central-1")
    assert ":eu-central-1:" in str(graph.one(KEY).outputs["arn"])


def test_outputs() -> None:
    graph = recorded()
    key = graph.one(KEY)
    component = graph.one("slipway:index:EncryptionKey")
    assert graph.registered_outputs[component.urn] == {"arn": key.outputs["arn"], "key_id": key.outputs["keyId"]}


@pytest.mark.parametrize("protect", [True, False])
def test_protects_the_key_and_nothing_else(*, protect: bool) -> None:
    graph = recorded(protect=protect)
    assert {r.name: r.protect for r in graph.resources} == {"logs": False, "logs-key": protect, "logs-alias": False}


def test_only_the_account_uses_it_by_default() -> None:
    assert statements(recorded()) == {
        "Account": {
            "Action": ["kms:*"],
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Resource": ["*"],
            "Sid": "Account",
        }
    }


def test_logs_use_it_for_the_groups_of_the_account_and_region() -> None:
    logs = statements(recorded(services=("logs",)))["Logs"]
    assert logs["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    assert logs["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:eu-central-1:{ACCOUNT}:*"}
    }
    assert {"kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"} <= set(logs["Action"])


def test_cloudfront_uses_it_for_distributions_of_the_account() -> None:
    cloudfront = statements(recorded(services=("cloudfront",)))["CloudFront"]
    assert cloudfront["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert cloudfront["Action"] == ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"]
    assert cloudfront["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "StringLike": {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/*"},
    }


def test_publishers_use_it_for_the_account_where_they_say_for_whom() -> None:
    found = statements(recorded(services=("publishers",)))
    conditions = {s["Principal"]["Service"]: s.get("Condition") for sid, s in found.items() if sid != "Account"}
    own_account = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert conditions == {
        "backup.amazonaws.com": own_account,
        "budgets.amazonaws.com": own_account,
        "cloudwatch.amazonaws.com": own_account,
        "events.amazonaws.com": None,
    }


def test_other_partitions_have_other_arns() -> None:
    policy = str(recorded(region="us-gov-west-1", services=("logs",)).one(KEY).inputs["policy"])
    assert "arn:aws-us-gov:iam::" in policy
    assert "arn:aws:" not in policy


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"deletion_days": 6}, "EncryptionKeyArgs.deletion_days: 6 is outside 7 to 30"),
        ({"deletion_days": 31}, "EncryptionKeyArgs.deletion_days: 31 is outside 7 to 30"),
        ({"alias": "aws/mine"}, "EncryptionKeyArgs.alias: 'aws/mine' is not an alias: at most 250 letters"),
        ({"alias": "a" * 251}, "EncryptionKeyArgs.alias: 'aaaa"),
        ({"services": ("ec2",)}, "EncryptionKeyArgs.services: 'ec2' is not one that a key serves; allowed: logs"),
    ],
)
def test_refuses(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        args(**changes)
    assert str(refused.value).startswith(message)


def test_refuses_all_at_once() -> None:
    with pytest.raises(ValueError, match=r"(?s)EncryptionKeyArgs\.alias: .*\nEncryptionKeyArgs\.deletion_days: "):
        args(alias="", deletion_days=0)
