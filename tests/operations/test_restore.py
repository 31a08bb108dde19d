"""The five steps of a restore: planned from what is there, done in order, taken up again where they stopped."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY  # type: ignore[import-untyped] # has no types of its own

from operations import _pulumi as cli_module
from operations import restore
from operations._command import INTERRUPTED, OK, REFUSED, WRONG
from settings.model import ReadReplica
from tests.operations.conftest import Operator

NAME = "storefront-production"
OLD, NEW = "db-OLD", "db-NEW"
URN = "urn:pulumi:prod::storefront::slipway:index:Database$aws:rds/instance:Instance::database-instance"


def exported(resource_id: str = OLD) -> dict[str, Any]:
    instance = {
        "urn": URN,
        "type": "aws:rds/instance:Instance",
        "id": resource_id,
        "inputs": {},
        "outputs": {"id": resource_id},
    }
    replica = {**instance, "urn": f"{URN}-replica", "id": "db-REPLICA", "inputs": {"replicateSourceDb": NAME}}
    return {"version": 3, "deployment": {"resources": [replica, instance]}}


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Pulumi CLI with a state in a file, which writes down what it is asked."""
    (tmp_path / "state.json").write_text(json.dumps(exported()))
    tool = tmp_path / "pulumi"
    tool.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> {tmp_path}/asked\n'
        f'[ "$1 $2" = "stack export" ] && cat {tmp_path}/state.json\n'
        f'[ "$1 $2" = "stack import" ] && cp "$6" {tmp_path}/state.json\n'
        f"[ -f {tmp_path}/fail ] && exit 1\nexit 0\n"
    )
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(cli_module, "ROOT", tmp_path)
    return tmp_path


def instance(operator: Operator, resource_id: str | None, status: str = "available", **more: Any) -> None:
    """Have RDS describe an instance next, or none."""
    if resource_id is None:
        operator.stub("rds").add_client_error("describe_db_instances", "DBInstanceNotFound", http_status_code=404)
        return
    found = {
        "DBInstanceIdentifier": NAME,
        "DbiResourceId": resource_id,
        "DBInstanceStatus": status,
        "DBInstanceClass": "db.t4g.medium",
        "DBSubnetGroup": {"DBSubnetGroupName": "group"},
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}],
        "DBParameterGroups": [{"DBParameterGroupName": "parameters"}],
        "MultiAZ": True,
        "StorageType": "gp3",
        # as RDS shows them where nobody set them
        "Iops": 3000,
        "StorageThroughput": 125,
        "TagList": [{"Key": "owner", "Value": "web"}, {"Key": "aws:cloudformation:stack-id", "Value": "s"}],
        "MasterUserSecret": {"SecretArn": "arn:secret", "KmsKeyId": "arn:key"},
        "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
        "Engine": "postgres",
        "MasterUsername": "app_admin",
        "LatestRestorableTime": dt.datetime(2026, 11, 30, 12, 0, tzinfo=dt.UTC),
        **more,
    }
    operator.answer("rds", "describe_db_instances", {"DBInstances": [found]})


def there(operator: Operator, current: str | None, damaged: str | None = None, restored: str | None = None) -> None:
    """Have RDS describe the three names that a restore looks at first."""
    for resource_id in (current, damaged, restored):
        instance(operator, resource_id)


def snapshot(operator: Operator, **more: Any) -> None:
    found = {"Engine": "postgres", "MasterUsername": "app_admin", "Status": "available", "Encrypted": True, **more}
    operator.answer("rds", "describe_db_snapshots", {"DBSnapshots": [found]}, {"DBSnapshotIdentifier": "before-42"})


def scales(operator: Operator, *counts: int) -> None:
    for key, count in zip(("api", "frontend", "worker"), counts, strict=True):
        operator.answer("application-autoscaling", "describe_scalable_targets", {"ScalableTargets": []})
        request = {"cluster": NAME, "service": key, "desiredCount": count}
        operator.answer("ecs", "update_service", {}, request)


def well(operator: Operator) -> None:
    operator.describes(*(operator.service(key) for key in ("api", "frontend", "worker")))
    for _ in range(3):
        operator.stub("ecs").add_client_error("describe_services", "AccessDeniedException", "not yours")


def whole(cli: Path) -> list[str]:
    return (cli / "asked").read_text().splitlines()


def asked(cli: Path) -> list[str]:
    return [" ".join(line.split()[:2]) for line in (cli / "asked").read_text().splitlines()]


def test_without_yes_the_plan_is_shown_and_nothing_changes(operator: Operator, cli: Path) -> None:
    there(operator, OLD)
    assert operator.run("restore", "--to", "latest", "--json") == OK
    assert operator.json["plan"] == [
        f"1. Restore latest into {NAME}-restored, with the settings of {NAME}",
        "2. Stop every service, so that nobody writes",
        f"3. Rename {NAME} to {NAME}-damaged, and {NAME}-restored to {NAME}: addresses stay",
        "4. Let the program know the instance by its new id, and update",
        "5. Wake the services, and look that they are well",
    ]
    assert asked(cli) == ["stack export"]


def test_all_five_steps(operator: Operator, cli: Path) -> None:
    there(operator, OLD)
    operator.answer(
        "rds",
        "restore_db_instance_to_point_in_time",
        {},
        {
            "SourceDBInstanceIdentifier": NAME,
            "TargetDBInstanceIdentifier": f"{NAME}-restored",
            "RestoreTime": ANY,
            "DBInstanceClass": "db.t4g.medium",
            "DBSubnetGroupName": "group",
            "VpcSecurityGroupIds": ["sg-1"],
            "DBParameterGroupName": "parameters",
            "MultiAZ": True,
            "StorageType": "gp3",
            "PubliclyAccessible": False,
            "DeletionProtection": True,
            "CopyTagsToSnapshot": True,
            "EnableIAMDatabaseAuthentication": False,
            "EnableCloudwatchLogsExports": [],
            "Tags": [{"Key": "owner", "Value": "web"}],
            "ManageMasterUserPassword": True,
            "MasterUserSecretKmsKeyId": "arn:key",
            "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
        },
    )
    instance(operator, NEW, "creating")
    instance(operator, NEW)
    scales(operator, 0, 0, 0)
    for old, new in ((NAME, f"{NAME}-damaged"), (f"{NAME}-restored", NAME)):
        instance(operator, OLD)
        request = {"DBInstanceIdentifier": old, "NewDBInstanceIdentifier": new, "ApplyImmediately": True}
        operator.answer("rds", "modify_db_instance", {}, request)
        instance(operator, None)
        instance(operator, NEW)
    instance(operator, NEW)
    scales(operator, 2, 2, 1)
    well(operator)
    assert operator.run("restore", "--to", "2026-11-30T11:55:00Z", "--yes") == REFUSED  # the last look was denied
    assert asked(cli) == ["stack export", "stack export", "stack import", "refresh --stack", "up --stack"]
    assert [r["id"] for r in json.loads((cli / "state.json").read_text())["deployment"]["resources"]] == [
        "db-REPLICA",
        NEW,
    ]
    before = cli / "build" / "prod-before-restore.json"
    assert json.loads(before.read_text()) == exported()
    assert before.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("cli")
def test_one_that_stopped_after_the_names_changed_goes_on_from_there(operator: Operator) -> None:
    there(operator, NEW, OLD)
    assert operator.run("restore", "--resume", "--dry-run", "--json") == OK
    assert [line[3:20] for line in operator.json["plan"]] == ["Let the program k", "Wake the services"]


@pytest.mark.usefixtures("cli")
def test_one_that_stopped_after_the_restore_does_not_restore_again(operator: Operator) -> None:
    there(operator, OLD, None, NEW)
    assert operator.run("restore", "--resume", "--dry-run", "--json") == OK
    assert len(operator.json["plan"]) == 4


@pytest.mark.usefixtures("cli")
def test_one_that_stopped_while_rds_restores_waits_for_it(operator: Operator) -> None:
    instance(operator, OLD)
    instance(operator, None)
    instance(operator, NEW, "creating")
    assert operator.run("restore", "--resume", "--dry-run", "--json") == OK
    assert operator.json["plan"][0] == f"1. Wait until {NAME}-restored is restored"
    assert len(operator.json["plan"]) == 5


@pytest.mark.usefixtures("cli")
def test_a_failing_step_says_how_to_go_on(operator: Operator) -> None:
    there(operator, OLD)
    snapshot(operator)
    operator.answer("rds", "restore_db_instance_from_db_snapshot", {})
    instance(operator, NEW, "incompatible-restore")
    assert operator.run("restore", "--snapshot", "before-42", "--yes") == REFUSED
    assert "Stopped at step 1; --resume goes on from here" in operator.said


@pytest.mark.usefixtures("cli")
@pytest.mark.parametrize(
    "words",
    [(), ("--to", "latest", "--snapshot", "x"), ("--resume", "--dry-run")],
    ids=["no moment", "two moments", "nothing begun"],
)
def test_refused(operator: Operator, words: tuple[str, ...]) -> None:
    if "--resume" in words:
        there(operator, OLD)
    assert operator.run("restore", *words) == WRONG


def test_a_time_without_a_zone_is_no_moment(operator: Operator) -> None:
    with pytest.raises(SystemExit):
        operator.run("restore", "--to", "2026-11-30T11:55:00")


@pytest.mark.usefixtures("cli")
def test_one_that_stopped_between_the_two_names_changes_the_second(operator: Operator) -> None:
    there(operator, None, OLD, NEW)
    assert operator.run("restore", "--resume", "--dry-run", "--json") == OK
    assert [line[3:12] for line in operator.json["plan"]] == ["Stop ever", "Rename st", "Let the p", "Wake the "]


def test_names_keep_to_what_rds_takes() -> None:
    long = f"{'a' * 53}-bcdefghi"
    assert restore.restored_name(long) == f"{'a' * 53}-restored"
    assert len(restore.damaged_name("a" * 63)) <= 63


@pytest.mark.usefixtures("cli")
@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"MasterUsername": "postgres"}, "has the master user postgres, not app_admin"),
        ({"Engine": "mysql"}, "has the engine mysql, not postgres"),
        ({"Encrypted": False}, "is not encrypted"),
        ({"KmsKeyId": "arn:other"}, "has the key arn:other, not None: the program would replace the database"),
        ({"Status": "creating"}, "is creating, not available"),
    ],
)
def test_a_snapshot_that_the_program_could_not_go_on_with_is_refused_before_anything(
    operator: Operator, found: dict[str, Any], words: str
) -> None:
    there(operator, OLD)
    snapshot(operator, **found)
    assert operator.run("restore", "--snapshot", "before-42", "--yes") in {REFUSED, WRONG}
    assert words in operator.said


@pytest.mark.usefixtures("cli")
def test_a_snapshot_that_is_not_there(operator: Operator) -> None:
    there(operator, OLD)
    operator.stub("rds").add_client_error("describe_db_snapshots", "DBSnapshotNotFound", http_status_code=404)
    assert operator.run("restore", "--snapshot", "before-43") == WRONG
    assert "there is no snapshot before-43; aws rds describe-db-snapshots" in operator.said


@pytest.mark.usefixtures("cli")
def test_a_moment_after_the_last_backup_is_refused(operator: Operator) -> None:
    there(operator, OLD)
    assert operator.run("restore", "--to", "2026-11-30T12:05:00Z") == WRONG
    assert "it can be restored up to 2026-11-30T12:00:00Z" in operator.said


@pytest.mark.usefixtures("cli")
def test_two_at_once_the_second_begins_nothing(operator: Operator) -> None:
    there(operator, OLD, None, NEW)
    assert operator.run("restore", "--to", "latest", "--yes") == WRONG
    assert f"there is {NAME}-restored already, from a restore that was begun: --resume goes on with it" in operator.said


@pytest.mark.usefixtures("cli")
def test_a_name_that_an_earlier_restore_left_is_told_before_the_long_wait(operator: Operator) -> None:
    there(operator, OLD, "db-ELDER")
    assert operator.run("restore", "--to", "latest", "--yes") == REFUSED
    assert f"there is {NAME}-damaged already" in operator.said


@pytest.mark.usefixtures("cli")
def test_an_interrupt_says_how_to_go_on(operator: Operator) -> None:
    there(operator, OLD)
    operator.answer("rds", "restore_db_instance_to_point_in_time", {})
    instance(operator, NEW, "creating")

    def interrupted() -> None:
        raise KeyboardInterrupt

    assert operator.run("restore", "--to", "latest", "--yes", on_sleep=interrupted) == INTERRUPTED
    assert "Stopped in step 1; --resume --yes goes on from here" in operator.said


def following(operator: Operator, *replicas: str) -> None:
    instance(operator, NEW)
    instance(operator, OLD, ReadReplicaDBInstanceIdentifiers=list(replicas))
    instance(operator, None)


def with_replica(operator: Operator) -> None:
    database = operator.stack.settings.database
    assert database is not None
    settings = operator.stack.settings.model_copy(
        update={"database": database.model_copy(update={"read_replica": ReadReplica(), "managed_password": False})}
    )
    operator.stack = replace(operator.stack, settings=settings)


def test_a_replica_that_follows_the_damaged_instance_is_deleted_and_made_anew(operator: Operator, cli: Path) -> None:
    with_replica(operator)
    following(operator, f"{NAME}-replica", "reports")
    instance(operator, "db-REPLICA")
    request = {"DBInstanceIdentifier": f"{NAME}-replica", "DeletionProtection": False, "ApplyImmediately": True}
    operator.answer("rds", "modify_db_instance", {}, request)
    instance(operator, "db-REPLICA")
    request = {"DBInstanceIdentifier": f"{NAME}-replica", "SkipFinalSnapshot": True}
    operator.answer("rds", "delete_db_instance", {}, request)
    instance(operator, "db-REPLICA", "deleting")
    instance(operator, None)
    instance(operator, NEW)
    scales(operator, 2, 2, 1)
    well(operator)
    operator.run("restore", "--resume", "--yes")
    assert f"1. Delete the read replica {NAME}-replica, which follows the damaged instance" in operator.said
    assert "reports follow the damaged instance, and are not the program's" in operator.said
    refresh = next(line for line in whole(cli) if line.startswith("refresh"))
    assert refresh.count("--target") == 2
    assert f"{URN}-replica" in refresh


def test_without_a_replica_none_is_deleted(operator: Operator, cli: Path) -> None:
    following(operator, f"{NAME}-replica")
    assert operator.run("restore", "--resume", "--dry-run", "--json") == OK
    assert len(operator.json["plan"]) == 2
    assert asked(cli) == ["stack export"]


def backups(operator: Operator, *found: dict[str, Any]) -> None:
    answer = {"DBInstanceAutomatedBackups": list(found)}
    operator.answer("rds", "describe_db_instance_automated_backups", answer, {"DbiResourceId": OLD})


KEPT = {
    "DBInstanceAutomatedBackupsArn": "arn:aws:rds:us-east-1:123456789012:auto-backup:ab-1",
    "RestoreWindow": {"LatestTime": dt.datetime(2026, 11, 30, 12, 0, tzinfo=dt.UTC)},
}


def test_an_instance_that_is_gone_is_made_by_the_program_from_its_kept_backups(operator: Operator, cli: Path) -> None:
    there(operator, None)
    backups(operator, KEPT)
    scales(operator, 0, 0, 0)
    scales(operator, 2, 2, 1)
    well(operator)
    operator.run("restore", "--to", "2026-11-30T12:55:00+01:00", "--yes")
    assert "2. Write slipway:database.restoreFrom into the stack file: " in operator.said
    lines = whole(cli)
    assert [" ".join(line.split()[:2]) for line in lines] == [
        "stack export",
        "config rm",
        "config set",
        "config set",
        "refresh --stack",
        "up --stack",
    ]
    assert f"slipway:database.restoreFrom.source {KEPT['DBInstanceAutomatedBackupsArn']} --type string" in lines[2]
    assert "slipway:database.restoreFrom.time 2026-11-30T11:55:00Z --type string" in lines[3]
    assert f"--target {URN} --yes" in lines[4]


def test_an_instance_that_is_gone_comes_back_from_a_snapshot(operator: Operator, cli: Path) -> None:
    there(operator, None)
    snapshot(operator, MasterUsername="whoever")
    assert operator.run("restore", "--snapshot", "before-42", "--json") == OK
    assert '{"snapshot": "before-42"}' in operator.json["plan"][1]
    assert asked(cli) == ["stack export"]


@pytest.mark.usefixtures("cli")
def test_an_instance_that_is_gone_without_backups(operator: Operator) -> None:
    there(operator, None)
    backups(operator)
    assert operator.run("restore", "--to", "latest", "--yes") == REFUSED
    assert "no automated backups of it are kept: name a --snapshot" in operator.said


@pytest.mark.usefixtures("cli")
def test_a_gone_instance_needs_a_moment(operator: Operator) -> None:
    there(operator, None)
    assert operator.run("restore", "--resume", "--yes") == WRONG
    assert "the database is gone: say to which moment" in operator.said


def test_an_instance_that_the_state_does_not_know_is_not_touched(operator: Operator, cli: Path) -> None:
    (cli / "state.json").write_text(json.dumps({"version": 3, "deployment": {"resources": []}}))
    there(operator, NEW)
    assert operator.run("restore", "--to", "latest", "--yes") == REFUSED
    assert "an update was cut off. pulumi refresh --import-pending-creates" in operator.said
