"""A restore of a cluster of Aurora: planned from what is there, done in order, taken up again where it stopped."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY  # type: ignore[import-untyped] # has no types of its own

from operations import _pulumi as cli_module
from operations import _stack as stacks
from operations._command import OK, REFUSED, WRONG
from tests.operations.conftest import ROOT, Operator

NAME = "ledger-production"
OLD, NEW = "cluster-OLD", "cluster-NEW"
START = "urn:pulumi:prod::slipway::slipway:index:Database$aws:rds/"
URNS = [
    f"{START}cluster:Cluster::database-cluster",
    *(f"{START}clusterInstance:ClusterInstance::database-instance-{n}" for n in (1, 2)),
]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Pulumi CLI that writes down what it is asked."""
    resources = [
        {"urn": urn, "type": urn.split("$")[1].split("::")[0], "id": "x", "outputs": {"clusterResourceId": OLD}}
        for urn in URNS
    ]
    (tmp_path / "state.json").write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
    tool = tmp_path / "pulumi"
    tool.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n[ "$1 $2" = "stack export" ] && cat {tmp_path}/state.json\nexit 0\n'
    )
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(cli_module, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def operator() -> Iterator[Operator]:
    somebody = Operator()
    somebody.stack = stacks.read(ROOT, "prod", ROOT / "examples" / "aurora" / "Pulumi.prod.yaml")
    yield somebody
    for stub in somebody.stubs.values():
        stub.assert_no_pending_responses()


def cluster(operator: Operator, name: str, resource_id: str | None, status: str = "available", **more: Any) -> None:
    """Have RDS describe a cluster next, or none."""
    if resource_id is None:
        operator.stub("rds").add_client_error("describe_db_clusters", "DBClusterNotFoundFault", http_status_code=404)
        return
    found = {
        "DBClusterIdentifier": name,
        "DbClusterResourceId": resource_id,
        "Status": status,
        "Engine": "aurora-postgresql",
        "Port": 5432,
        "DBSubnetGroup": "subnets",
        "DBClusterParameterGroup": "parameters",
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
        "EnabledCloudwatchLogsExports": ["postgresql"],
        "StorageType": "aurora",
        "ServerlessV2ScalingConfiguration": {"MinCapacity": 1, "MaxCapacity": 16},
        "LatestRestorableTime": dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC),
        "TagList": [{"Key": "app", "Value": "ledger"}, {"Key": "aws:cloudformation:x", "Value": "y"}],
        **more,
    }
    operator.answer("rds", "describe_db_clusters", {"DBClusters": [found]}, {"DBClusterIdentifier": name})


def instance(operator: Operator, name: str, of: str | None, status: str = "available") -> None:
    """Have RDS describe an instance of a cluster next, or none."""
    if of is None:
        operator.stub("rds").add_client_error("describe_db_instances", "DBInstanceNotFound", http_status_code=404)
        return
    found = {
        "DBInstanceIdentifier": name,
        "DBClusterIdentifier": of,
        "DBInstanceStatus": status,
        "Engine": "aurora-postgresql",
        "DBInstanceClass": "db.serverless",
        "AvailabilityZone": "us-east-1a",
        "PromotionTier": 0,
        "PerformanceInsightsEnabled": True,
        "TagList": [{"Key": "app", "Value": "ledger"}],
    }
    operator.answer("rds", "describe_db_instances", {"DBInstances": [found]}, {"DBInstanceIdentifier": name})


def three(operator: Operator, current: str | None, damaged: str | None, restored: str | None) -> None:
    """Have RDS describe what has each of the three names."""
    for name, found in ((NAME, current), (f"{NAME}-damaged", damaged), (f"{NAME}-restored", restored)):
        cluster(operator, name, found)


def rests(operator: Operator) -> None:
    operator.answer("application-autoscaling", "describe_scalable_targets", {"ScalableTargets": []})
    operator.answer("ecs", "update_service", {})


def renames(operator: Operator, old: str, new: str, resource_id: str) -> None:
    cluster(operator, old, resource_id)
    operator.answer(
        "rds",
        "modify_db_cluster",
        {},
        {"DBClusterIdentifier": old, "NewDBClusterIdentifier": new, "ApplyImmediately": True},
    )
    cluster(operator, new, resource_id)
    for n in (1, 2):
        instance(operator, f"{old}-{n}", of=new)
        asked = {
            "DBInstanceIdentifier": f"{old}-{n}",
            "NewDBInstanceIdentifier": f"{new}-{n}",
            "ApplyImmediately": True,
        }
        operator.answer("rds", "modify_db_instance", {}, asked)
        instance(operator, f"{new}-{n}", of=new)


def ends(operator: Operator) -> None:
    """RDS makes a password, and the services wake."""
    cluster(operator, NAME, NEW)
    operator.answer(
        "rds",
        "modify_db_cluster",
        {},
        {
            "DBClusterIdentifier": NAME,
            "ManageMasterUserPassword": True,
            "MasterUserSecretKmsKeyId": f"alias/{NAME}-database",
            "ApplyImmediately": True,
        },
    )
    cluster(operator, NAME, NEW, MasterUserSecret={"SecretArn": "arn:x", "SecretStatus": "active"})
    rests(operator)
    operator.describes(operator.service())
    operator.stub("ecs").add_client_error("describe_services", "AccessDeniedException", "enough")


def test_without_yes_the_plan_is_shown_and_nothing_changes(operator: Operator, cli: Path) -> None:
    three(operator, OLD, None, None)
    assert operator.run("restore", "--to", "2026-11-30T11:55:00Z", "--json") == OK
    assert operator.json["done"] is False
    assert len(operator.json["plan"]) == 5
    assert (cli / "asked").read_text().splitlines() == ["stack export --stack prod"]


def test_all_five_steps(operator: Operator, cli: Path) -> None:
    three(operator, OLD, None, None)
    cluster(operator, f"{NAME}-restored", None)
    operator.answer(
        "rds",
        "restore_db_cluster_to_point_in_time",
        {},
        {
            "DBClusterIdentifier": f"{NAME}-restored",
            "SourceDBClusterIdentifier": NAME,
            "RestoreToTime": ANY,
            "DBSubnetGroupName": "subnets",
            "VpcSecurityGroupIds": ["sg-1"],
            "DBClusterParameterGroupName": "parameters",
            "Port": 5432,
            "DeletionProtection": True,
            "CopyTagsToSnapshot": True,
            "EnableIAMDatabaseAuthentication": False,
            "EnableCloudwatchLogsExports": ["postgresql"],
            "StorageType": "aurora",
            "ServerlessV2ScalingConfiguration": {"MinCapacity": 1, "MaxCapacity": 16},
            "Tags": [{"Key": "app", "Value": "ledger"}],
        },
    )
    for status in ("creating", "available"):
        cluster(operator, f"{NAME}-restored", NEW, status)
    for n in (1, 2):
        instance(operator, f"{NAME}-restored-{n}", None)
        instance(operator, f"{NAME}-{n}", of=NAME)
        operator.answer(
            "rds",
            "create_db_instance",
            {},
            {
                "DBInstanceIdentifier": f"{NAME}-restored-{n}",
                "DBClusterIdentifier": f"{NAME}-restored",
                "Engine": "aurora-postgresql",
                "DBInstanceClass": "db.serverless",
                "AvailabilityZone": "us-east-1a",
                "PromotionTier": 0,
                "EnablePerformanceInsights": True,
                "PubliclyAccessible": False,
                "Tags": [{"Key": "app", "Value": "ledger"}],
            },
        )
    for n in (1, 2):
        instance(operator, f"{NAME}-restored-{n}", of=f"{NAME}-restored")
    rests(operator)
    renames(operator, NAME, f"{NAME}-damaged", OLD)
    renames(operator, f"{NAME}-restored", NAME, NEW)
    ends(operator)
    assert operator.run("restore", "--to", "2026-11-30T11:55:00Z", "--yes") == REFUSED
    asked = (cli / "asked").read_text().splitlines()
    refresh, up = asked[1:]
    assert refresh.startswith("refresh")
    assert all(f"--target {urn}" in refresh for urn in URNS)
    assert up.startswith("up")


@pytest.mark.usefixtures("cli")
def test_one_that_stopped_between_the_names_of_instances_goes_on_from_there(operator: Operator) -> None:
    restored, damaged = f"{NAME}-restored", f"{NAME}-damaged"
    three(operator, NEW, OLD, None)
    instance(operator, f"{restored}-1", of=NAME)
    # Its first pair is done: the name is another cluster's, and no instance of the damaged one has its old name.
    cluster(operator, NAME, NEW)
    for n in (1, 2):
        instance(operator, f"{NAME}-{n}", None)
    cluster(operator, restored, None)
    for n in (1, 2):
        instance(operator, f"{restored}-{n}", of=NAME)
        operator.answer(
            "rds",
            "modify_db_instance",
            {},
            {
                "DBInstanceIdentifier": f"{restored}-{n}",
                "NewDBInstanceIdentifier": f"{NAME}-{n}",
                "ApplyImmediately": True,
            },
        )
        instance(operator, f"{NAME}-{n}", of=NAME)
    ends(operator)
    assert operator.run("restore", "--resume", "--yes") == REFUSED
    assert damaged in operator.said
    assert "Restore into" not in operator.said


@pytest.mark.parametrize(
    ("found", "words", "said"),
    [
        ((OLD, None, NEW), ("--to", "latest"), "--resume goes on with it"),
        ((OLD, "cluster-OLDER", None), ("--to", "latest"), "from an earlier restore, and its name is needed"),
        ((OLD, None, None), ("--resume",), "no restore is under way"),
        ((OLD, None, None), ("--to", "2026-11-30T12:55:00Z"), "it can be restored up to 2026-11-30T12:00:00Z"),
        ((None, None, None), ("--to", "latest"), "is gone: say database.restoreFrom"),
    ],
)
def test_refused(operator: Operator, cli: Path, found: Any, words: tuple[str, ...], said: str) -> None:
    three(operator, *found)
    assert operator.run("restore", *words, "--yes") in (WRONG, REFUSED)
    assert said in operator.said
    assert len((cli / "asked").read_text().splitlines()) == 1
