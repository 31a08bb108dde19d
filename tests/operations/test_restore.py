"""The five steps of a restore: planned from what is there, done in order, taken up again where they stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY  # type: ignore[import-untyped] # has no types of its own

from operations import _pulumi as cli_module
from operations import restore
from operations._command import OK, REFUSED, WRONG
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


def instance(operator: Operator, resource_id: str | None, status: str = "available") -> None:
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
        "MasterUserSecret": {"SecretArn": "arn:secret"},
    }
    operator.answer("rds", "describe_db_instances", {"DBInstances": [found]})


def scales(operator: Operator, *counts: int) -> None:
    for key, count in zip(("api", "frontend", "worker"), counts, strict=True):
        operator.answer("application-autoscaling", "describe_scalable_targets", {"ScalableTargets": []})
        request = {"cluster": NAME, "service": key, "desiredCount": count}
        operator.answer("ecs", "update_service", {}, request)


def well(operator: Operator) -> None:
    operator.describes(*(operator.service(key) for key in ("api", "frontend", "worker")))
    for _ in range(3):
        operator.stub("ecs").add_client_error("describe_services", "AccessDeniedException", "not yours")


def asked(cli: Path) -> list[str]:
    return [" ".join(line.split()[:2]) for line in (cli / "asked").read_text().splitlines()]


def test_without_yes_the_plan_is_shown_and_nothing_changes(operator: Operator, cli: Path) -> None:
    instance(operator, OLD)
    instance(operator, None)
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
    instance(operator, OLD)
    instance(operator, None)
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
    instance(operator, NEW)
    instance(operator, OLD)
    instance(operator, None)
    assert operator.run("restore", "--resume", "--dry-run", "--json") == OK
    assert [line[3:20] for line in operator.json["plan"]] == ["Let the program k", "Wake the services"]


@pytest.mark.usefixtures("cli")
def test_one_that_stopped_after_the_restore_does_not_restore_again(operator: Operator) -> None:
    instance(operator, OLD)
    instance(operator, NEW)
    assert operator.run("restore", "--resume", "--dry-run", "--json") == OK
    assert len(operator.json["plan"]) == 4


@pytest.mark.usefixtures("cli")
def test_a_failing_step_says_how_to_go_on(operator: Operator) -> None:
    instance(operator, OLD)
    instance(operator, None)
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
        instance(operator, OLD)
        instance(operator, None)
    assert operator.run("restore", *words) == WRONG


def test_a_time_without_a_zone_is_no_moment(operator: Operator) -> None:
    with pytest.raises(SystemExit):
        operator.run("restore", "--to", "2026-11-30T11:55:00")


@pytest.mark.usefixtures("cli")
def test_one_that_stopped_between_the_two_names_changes_the_second(operator: Operator) -> None:
    instance(operator, None)
    instance(operator, OLD)
    instance(operator, NEW)
    assert operator.run("restore", "--resume", "--dry-run", "--json") == OK
    assert [line[3:12] for line in operator.json["plan"]] == ["Stop ever", "Rename st", "Let the p", "Wake the "]


def test_names_keep_to_what_rds_takes() -> None:
    long = f"{'a' * 53}-bcdefghi"
    assert restore.restored_name(long) == f"{'a' * 53}-restored"
    assert len(restore.damaged_name("a" * 63)) <= 63
