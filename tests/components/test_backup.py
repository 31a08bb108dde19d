import json
from functools import cache
from typing import Any

import pytest

from components.backup import Backup, BackupArgs, BackupCopyArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

VAULT = "aws:backup/vault:Vault"
PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"
KEY = "aws:kms/key:Key"
ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
NAME_PREFIX = "storefront-production"
DATABASE = f"arn:aws:rds:eu-central-1:{ACCOUNT}:db:storefront"
BUCKET = "arn:aws:s3:::storefront-media"
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:team"


def args(**changes: Any) -> BackupArgs:
    given: dict[str, Any] = {
        "name_prefix": NAME_PREFIX,
        "account_id": ACCOUNT,
        "region": "eu-central-1",
        "databases": {"database": DATABASE},
        "buckets": {"media": BUCKET},
        "copy": BackupCopyArgs(region="eu-north-1", keep_days=14),
    }
    return BackupArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Backup("backup", args(**changes)))


@cache
def usual() -> Graph:
    return recorded()


def rule(graph: Graph) -> Any:
    rules = graph.one(PLAN).inputs["rules"]
    assert isinstance(rules, list)
    (only,) = rules
    return only


def test_contract() -> None:
    check_contract(lambda: Backup("backup", args(failures_topic_arn=TOPIC)))


def test_vaults_have_keys_of_their_own_in_their_regions() -> None:
    graph = usual()
    for name, region in (("backup", "eu-central-1"), ("backup-copy", "eu-north-1")):
        key = graph.one(KEY, f"{name}-key-key")
        vault = graph.one(VAULT, f"{name}-vault", region=region)
        assert vault.inputs["name"] == NAME_PREFIX
        assert key.inputs["region"] == region
        assert vault.inputs["kmsKeyArn"] == key.outputs["arn"]


def test_a_backup_is_made_daily_and_kept_as_asked() -> None:
    daily = rule(usual())
    assert daily["schedule"] == "cron(0 6 * * ? *)"
    assert daily["targetVaultName"] == NAME_PREFIX
    assert daily["lifecycle"] == {"deleteAfter": 30}
    assert rule(recorded(daily_at="21:45", keep_days=90))["schedule"] == "cron(45 21 * * ? *)"
    assert rule(recorded(daily_at="21:45", keep_days=90))["lifecycle"] == {"deleteAfter": 90}


def test_databases_are_snapshots_only() -> None:
    assert rule(usual())["enableContinuousBackup"] is False


def test_copies_go_to_the_other_regions_vault() -> None:
    graph = usual()
    copies = graph.one(VAULT, "backup-copy-vault")
    assert rule(graph)["copyActions"] == [
        {"destinationVaultArn": copies.outputs["arn"], "lifecycle": {"deleteAfter": 14}}
    ]
    alone = recorded(copy=None)
    assert "copyActions" not in rule(alone)
    assert len(alone.of(VAULT)) == 1
    assert alone.registered_outputs[alone.one("slipway:index:Backup").urn].get("copy_vault_arn") is None


def test_selects_the_database_and_the_bucket_once_the_role_may_save_them() -> None:
    graph = usual()
    selection = graph.one(SELECTION)
    assert selection.inputs["resources"] == [DATABASE, BUCKET]
    assert selection.inputs["planId"] == graph.one(PLAN).outputs["id"]
    assert selection.inputs["iamRoleArn"] == graph.one(ROLE).outputs["arn"]
    assert {attachment.urn for attachment in graph.of(ATTACHMENT)} <= set(selection.dependencies)


def test_selects_by_tag() -> None:
    graph = recorded(databases={}, buckets={}, tags={"backup": "daily"})
    selection = graph.one(SELECTION)
    assert "resources" not in selection.inputs
    assert selection.inputs["selectionTags"] == [{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}]


def test_the_role_saves_and_restores_for_aws_backup_only() -> None:
    graph = usual()
    role = graph.one(ROLE)
    trust = json.loads(str(role.inputs["assumeRolePolicy"]))["Statement"][0]
    assert trust["Principal"] == {"Service": "backup.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert role.inputs["path"] == f"/{NAME_PREFIX}/"
    start = "arn:aws:iam::aws:policy/"
    everything = {
        f"{start}service-role/AWSBackupServiceRolePolicyForBackup",
        f"{start}service-role/AWSBackupServiceRolePolicyForRestores",
        f"{start}AWSBackupServiceRolePolicyForS3Backup",
        f"{start}AWSBackupServiceRolePolicyForS3Restore",
    }
    assert {attachment.inputs["policyArn"] for attachment in graph.of(ATTACHMENT)} == everything
    databases = recorded(buckets={})
    assert all("S3" not in str(attachment.inputs["policyArn"]) for attachment in databases.of(ATTACHMENT))
    assert len(databases.of(ATTACHMENT)) == 2


def test_failures_are_reported() -> None:
    graph = recorded(failures_topic_arn=TOPIC)
    patterns = {r.name: json.loads(str(r.inputs["eventPattern"])) for r in graph.of(RULE)}
    vault = graph.one(VAULT, "backup-vault").outputs["arn"]
    assert patterns == {
        "backup-backup-failed": {
            "source": ["aws.backup"],
            "detail-type": ["Backup Job State Change"],
            "detail": {"state": ["ABORTED", "EXPIRED", "FAILED"], "backupVaultArn": [vault]},
        },
        "backup-copy-failed": {
            "source": ["aws.backup"],
            "detail-type": ["Copy Job State Change"],
            "detail": {"state": ["FAILED"], "sourceBackupVaultArn": [vault]},
        },
    }
    for target in graph.of(TARGET):
        assert target.inputs["arn"] == TOPIC
        assert target.inputs["rule"] == graph.one(RULE, target.name).outputs["name"]
    assert len(recorded(failures_topic_arn=TOPIC, copy=None).of(RULE)) == 1
    assert not usual().of(RULE)


def test_objectives_are_tags() -> None:
    graph = recorded(rto_minutes=60, rpo_minutes=15)
    for resource in (*graph.of(VAULT), graph.one(PLAN)):
        assert resource.inputs["tags"] == {"rto-minutes": "60", "rpo-minutes": "15"}
    assert "tags" not in usual().one(PLAN).inputs


@pytest.mark.parametrize("protect", [True, False])
def test_protects_vaults_and_keys_and_nothing_else(*, protect: bool) -> None:
    graph = recorded(protect=protect)
    assert all(resource.protect is protect for resource in (*graph.of(VAULT), *graph.of(KEY)))
    others = [r for r in graph.resources if r.type not in (VAULT, KEY)]
    assert not any(resource.protect for resource in others)


def test_a_vault_keeps_its_backups_unless_asked() -> None:
    assert all(vault.inputs["forceDestroy"] is False for vault in usual().of(VAULT))
    assert all(vault.inputs["forceDestroy"] is True for vault in recorded(empty_on_destroy=True).of(VAULT))


def test_outputs() -> None:
    graph = usual()
    vault = graph.one(VAULT, "backup-vault")
    assert graph.registered_outputs[graph.one("slipway:index:Backup").urn] == {
        "vault_name": NAME_PREFIX,
        "vault_arn": vault.outputs["arn"],
        "copy_vault_arn": graph.one(VAULT, "backup-copy-vault").outputs["arn"],
        "plan_id": graph.one(PLAN).outputs["id"],
        "role_arn": graph.one(ROLE).outputs["arn"],
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name_prefix": "a" * 51}, "is not a vault's name: 2 to 50 letters"),
        (
            {"databases": {}, "buckets": {}},
            "BackupArgs.databases: neither these nor file_systems, buckets or tags given",
        ),
        ({"daily_at": "24:00"}, "BackupArgs.daily_at: '24:00' is not a time of day, such as 06:00 (UTC)"),
        ({"keep_days": 0}, "BackupArgs.keep_days: 0 is below 1"),
        ({"rto_minutes": 0}, "BackupArgs.rto_minutes: 0 is below 1"),
        ({"rpo_minutes": 0}, "BackupArgs.rpo_minutes: 0 is below 1"),
        (
            {"copy": BackupCopyArgs(region="eu-central-1")},
            "BackupArgs.copy: eu-central-1 is the stack's own region; name another",
        ),
        ({"copy": BackupCopyArgs(region="north")}, "BackupArgs.copy: 'north' is not an AWS region"),
        ({"copy": BackupCopyArgs(region="eu-north-1", keep_days=0)}, "BackupArgs.copy: keep_days 0 is below 1"),
    ],
)
def test_what_aws_refuses_is_refused_before(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"BackupArgs\.") as caught:
        args(**changes)
    assert message in str(caught.value)
