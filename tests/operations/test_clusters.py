"""Commands about a database that is a cluster of Aurora: calls of its own, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from operations import _stack as stacks
from operations._command import OK, WRONG
from tests.operations.conftest import ROOT, Operator

NAME = "ledger-production"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-1-AbCdEf"


@pytest.fixture
def operator() -> Iterator[Operator]:
    somebody = Operator()
    somebody.stack = stacks.read(ROOT, "prod", ROOT / "examples" / "aurora" / "Pulumi.prod.yaml")
    yield somebody
    for stub in somebody.stubs.values():
        stub.assert_no_pending_responses()


def cluster(operator: Operator, **more: Any) -> None:
    found = {"Status": "available", "Endpoint": f"{NAME}.cluster-1.rds.amazonaws.com", "Port": 5432, **more}
    operator.answer("rds", "describe_db_clusters", {"DBClusters": [found]}, {"DBClusterIdentifier": NAME})


def test_a_snapshot_is_the_clusters(operator: Operator) -> None:
    operator.answer(
        "rds", "create_db_cluster_snapshot", {"DBClusterSnapshot": {"DBClusterSnapshotArn": "arn:snapshot"}}
    )
    for state in ("creating", "available"):
        operator.answer("rds", "describe_db_cluster_snapshots", {"DBClusterSnapshots": [{"Status": state}]})
    assert operator.run("backup", "--name", "before-42", "--json") == OK
    assert operator.json == {"snapshot": "before-42", "arn": "arn:snapshot", "database": NAME}


def test_the_password_is_the_clusters(operator: Operator) -> None:
    cluster(operator, MasterUserSecret={"SecretArn": SECRET})
    for number, version in enumerate(("one", "two", "two")):
        stages = {f"{version}-0123456789abcdef0123456789abcdef": ["AWSCURRENT"]}
        operator.answer("secretsmanager", "describe_secret", {"VersionIdsToStages": stages})
        if number == 0:
            operator.answer("secretsmanager", "rotate_secret", {})
    assert operator.run("rotate", "--json") == OK
    assert operator.json["secret"] == SECRET


def test_a_cluster_without_the_password_that_rds_should_keep_gets_one(operator: Operator) -> None:
    cluster(operator)
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
    cluster(operator, MasterUserSecret={"SecretArn": SECRET, "SecretStatus": "active"})
    assert operator.run("rotate", "--json") == OK
    assert operator.json == {"secret": SECRET, "made": True}


def test_all_its_instances_wake(operator: Operator) -> None:
    operator.describes(operator.service())
    for state in ("stopped", "stopped"):
        cluster(operator, Status=state, Endpoint="")
    operator.answer("rds", "start_db_cluster", {}, {"DBClusterIdentifier": NAME})
    cluster(operator, Status="available")
    operator.answer("application-autoscaling", "describe_scalable_targets", {"ScalableTargets": []})
    operator.answer("ecs", "update_service", {})
    operator.run("wake")
    assert f"database {NAME} starts" in operator.said


def test_what_goes_on_with_instances_only_is_refused(operator: Operator) -> None:
    assert operator.run("restore-drill") == WRONG
    assert "works with instances of RDS; of a cluster restore a moment by hand" in operator.said
