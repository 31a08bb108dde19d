import json
from typing import Any

import pytest

from components.volumes import VolumeArgs, Volumes, VolumesArgs
from preview.graph import Graph, Resource
from tests import stacks
from tests.components.conftest import ACCOUNT, build, check_contract

SYSTEM = "aws:efs/fileSystem:FileSystem"
TARGET = "aws:efs/mountTarget:MountTarget"
POINT = "aws:efs/accessPoint:AccessPoint"
POLICY = "aws:efs/fileSystemPolicy:FileSystemPolicy"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
EXAMPLE = "examples/extended/Pulumi.dev.yaml"


def args(**changes: Any) -> VolumesArgs:
    usual: dict[str, Any] = {
        "name_prefix": "shop-production",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "vpc_id": "vpc-1",
        "subnet_ids": {"us-east-1a": "subnet-a", "us-east-1b": "subnet-b"},
        "volumes": {"uploads": VolumeArgs()},
    }
    return VolumesArgs(**{**usual, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Volumes("volumes", args(**changes)))


def given(resource: Resource) -> dict[str, Any]:
    return dict(resource.inputs)


def id_of(resource: Resource) -> str:
    return str(resource.outputs["arn"]).rpartition("/")[2]


def test_contract() -> None:
    check_contract(lambda: Volumes("volumes", args()))


def test_a_file_system_is_encrypted_protected_and_in_every_zone() -> None:
    graph = recorded()
    (system,) = graph.of(SYSTEM)
    (key,) = graph.of("aws:kms/key:Key")
    assert system.inputs["encrypted"] is True
    assert system.inputs["kmsKeyId"] == key.outputs["arn"]
    assert system.inputs["throughputMode"] == "elastic"
    assert "lifecyclePolicies" not in system.inputs
    assert system.protect
    targets = graph.of(TARGET)
    assert sorted(given(target)["subnetId"] for target in targets) == ["subnet-a", "subnet-b"]
    assert {tuple(given(target)["securityGroups"]) for target in targets} == {
        (id_of(graph.one("aws:ec2/securityGroup:SecurityGroup")),)
    }


def test_everybody_is_one_user_in_one_folder() -> None:
    (point,) = recorded(volumes={"uploads": VolumeArgs(user_id=33)}).of(POINT)
    assert point.inputs["posixUser"] == {"gid": 33, "uid": 33}
    assert given(point)["rootDirectory"]["creationInfo"] == {"ownerGid": 33, "ownerUid": 33, "permissions": "0750"}


def test_nobody_comes_in_without_iam_and_tls() -> None:
    (policy,) = recorded().of(POLICY)
    allowed, denied = json.loads(given(policy)["policy"])["Statement"]
    assert allowed["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert allowed["Condition"] == {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    assert denied["Effect"] == "Deny"
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(("days", "word"), [(1, "AFTER_1_DAY"), (30, "AFTER_30_DAYS")])
def test_files_that_nobody_reads_move(days: int, word: str) -> None:
    (system,) = recorded(volumes={"uploads": VolumeArgs(infrequent_access_days=days)}).of(SYSTEM)
    assert system.inputs["lifecyclePolicies"] == [
        {"transitionToIa": word},
        {"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"volumes": {}}, "VolumesArgs.volumes: none given"),
        ({"subnet_ids": {}}, "VolumesArgs.subnet_ids: none given"),
        ({"volumes": {"a": VolumeArgs(user_id=-1)}}, "a: user_id -1 is outside 0 to 4294967295"),
        ({"volumes": {"a": VolumeArgs(infrequent_access_days=2)}}, "a: infrequent_access_days is 2; allowed: 1, 7"),
    ],
)
def test_what_aws_would_refuse_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        args(**changes)


def test_tasks_mount_by_the_access_point_over_tls() -> None:
    graph = stacks.recorded(EXAMPLE)
    (task,), (system,), (point,) = graph.of(TASK), graph.of(SYSTEM), graph.of(POINT)
    (volume,) = given(task)["volumes"]
    assert volume["efsVolumeConfiguration"] == {
        "authorizationConfig": {"accessPointId": id_of(point), "iam": "ENABLED"},
        "fileSystemId": id_of(system),
        "transitEncryption": "ENABLED",
    }
    (container,) = json.loads(given(task)["containerDefinitions"])
    assert container["mountPoints"] == [{"containerPath": "/data", "readOnly": False, "sourceVolume": "uploads"}]


def test_a_task_starts_only_once_every_zone_has_its_mount_target() -> None:
    graph = stacks.recorded(EXAMPLE)
    (task,) = graph.of(TASK)
    assert {target.urn for target in graph.of(TARGET)} <= set(task.dependencies)
    assert {policy.urn for policy in graph.of(POLICY)} <= set(task.dependencies)


def test_only_the_service_that_mounts_may_mount() -> None:
    graph = stacks.recorded(EXAMPLE)
    (point,) = graph.of(POINT)
    texts = [str(policy.inputs["policy"]) for policy in graph.of("aws:iam/rolePolicy:RolePolicy")]
    (granted,) = [text for text in texts if "elasticfilesystem:" in text]
    (statement,) = [one for one in json.loads(granted)["Statement"] if "elasticfilesystem:ClientMount" in one["Action"]]
    assert statement["Condition"] == {"StringEquals": {"elasticfilesystem:AccessPointArn": point.outputs["arn"]}}
    ports = [
        rule.inputs.get("fromPort") for rule in graph.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    ]
    assert ports.count(2049) == 1


def test_backups_take_the_file_systems_in() -> None:
    graph = stacks.recorded(EXAMPLE)
    (selection,) = graph.of("aws:backup/selection:Selection")
    assert selection.inputs["resources"] == [graph.one(SYSTEM).outputs["arn"]]
