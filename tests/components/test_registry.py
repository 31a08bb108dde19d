import json
import re
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.registry import Registry, RegistryArgs
from preview.graph import UNKNOWN, Graph
from tests.components.conftest import ACCOUNT, build

AWSX = "awsx:ecr:Repository"
KEY = "aws:kms/key:Key"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
REPOSITORY = "aws:ecr/repository:Repository"

REAL_RULES = json.loads(
    '[{"action":{"type":"expire"},"description":"untagged","rulePriority":1,"selection":'
    '{"countNumber":30,"countType":"sinceImagePushed","countUnit":"days","tagStatus":"untagged"}},'
    '{"action":{"type":"expire"},"description":"keep 50","rulePriority":2,"selection":'
    '{"countNumber":50,"countType":"imageCountMoreThan","tagStatus":"any"}}]'
)
"""What the real plugin registered for 30 days and 50 images."""


def args(**changes: Any) -> RegistryArgs:
    given: dict[str, Any] = {
        "name_prefix": "power-pto-production",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "repositories": ["power-pto/api", "power-pto/worker"],
    }
    return RegistryArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Registry("registry", args(**changes)))


def rules(graph: Graph, name: str) -> Any:
    return json.loads(str(graph.one(LIFECYCLE, name).inputs["policy"]))["rules"]


def test_contract() -> None:
    update = recorded()
    preview = build(lambda: Registry("registry", args()), mode="preview")
    assert sorted((r.type, r.name, r.parent) for r in update.resources) == sorted(
        (r.type, r.name, r.parent) for r in preview.resources
    )
    registry = update.one("slipway:index:Registry")
    assert update.children(None) == (registry,)
    assert [r.name for r in update.children(registry) if r.type == AWSX] == [
        "registry-power-pto-api",
        "registry-power-pto-worker",
    ]
    assert all(re.fullmatch(r"[a-z0-9-]+", resource.name) for resource in update.resources)
    for repository in update.of(REPOSITORY):
        assert update.urn(repository.parent).type == AWSX, "awsx makes the repository itself"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"repositories": ["Api"]}, "repositories: 'Api' is not an ECR repository's name"),
        ({"repositories": ["a"]}, "repositories: 'a' is not an ECR repository's name: 2 to 256"),
        (
            {"repositories": ["app/api", "app-api"]},
            "repositories: 'app-api' and 'app/api' differ in punctuation or case at most",
        ),
        ({"repositories": ["api", "api"]}, "repositories: 'api' and 'api' differ in punctuation or case at most"),
        ({"keep_images": 0}, "keep_images: 0 is outside 1 to 2147483647"),
        ({"untagged_days": 0}, "untagged_days: 0 is outside 1 to 2147483647"),
        ({"key_deletion_days": 31}, "key_deletion_days: 31 is outside 7 to 30"),
    ],
)
def test_refuses_what_aws_refuses(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^RegistryArgs\.") as error:
        args(**changes)
    assert problem in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_safe_by_default() -> None:
    graph = recorded()
    key = graph.one(KEY)
    encryption = [{"encryptionType": "KMS", "kmsKey": key.outputs["arn"]}]
    safe = graph.all(
        REPOSITORY,
        encryptionConfigurations=encryption,
        imageScanningConfiguration={"scanOnPush": True},
        imageTagMutability="IMMUTABLE",
        forceDelete=False,
    )
    assert [repository.inputs["name"] for repository in safe] == ["power-pto/api", "power-pto/worker"]
    for repository in safe:
        assert repository.property_dependencies["encryptionConfigurations"] == (key.urn,)


def test_what_can_be_switched_off() -> None:
    graph = recorded(scan=False, immutable=False, empty_on_destroy=True, protect=False, key_deletion_days=7)
    relaxed = graph.all(
        REPOSITORY,
        imageScanningConfiguration={"scanOnPush": False},
        imageTagMutability="MUTABLE",
        forceDelete=True,
    )
    assert relaxed == graph.of(REPOSITORY)
    assert not graph.one(KEY, deletionWindowInDays=7).protect


def test_only_the_key_is_protected() -> None:
    assert {resource.type for resource in recorded().resources if resource.protect} == {KEY}


def test_lifecycle_is_what_the_real_plugin_makes() -> None:
    graph = recorded(untagged_days=30, keep_images=50)
    for name in ("registry-power-pto-api", "registry-power-pto-worker"):
        found = rules(graph, name)
        assert [rule.pop("description") for rule in found] == [
            "Untagged images go after 30 days",
            "The newest 50 images stay",
        ]
        assert found == [{key: value for key, value in rule.items() if key != "description"} for rule in REAL_RULES]


def test_lifecycle_counts() -> None:
    found = rules(recorded(untagged_days=3, keep_images=10), "registry-power-pto-api")
    assert [rule["selection"]["countNumber"] for rule in found] == [3, 10]
    found = rules(recorded(), "registry-power-pto-api")
    assert [rule["selection"]["countNumber"] for rule in found] == [7, 50]


def test_outputs() -> None:
    graph = recorded()
    assert graph.registered_outputs[graph.one("slipway:index:Registry").urn] == {
        "urls": {repository.inputs["name"]: repository.outputs["repositoryUrl"] for repository in graph.of(REPOSITORY)},
        "arns": {repository.inputs["name"]: repository.outputs["arn"] for repository in graph.of(REPOSITORY)},
        "key_arn": graph.one(KEY).outputs["arn"],
    }


def test_arns_are_known_once_the_repository_is() -> None:
    graph = build(lambda: Registry("registry", args(region="us-gov-west-1")), mode="preview")
    outputs: Any = graph.registered_outputs[graph.one("slipway:index:Registry").urn]
    assert outputs["arns"] == outputs["urls"] == dict.fromkeys(("power-pto/api", "power-pto/worker"), UNKNOWN)


def test_arns_follow_the_partition() -> None:
    graph = recorded(region="us-gov-west-1")
    outputs: Any = graph.registered_outputs[graph.one("slipway:index:Registry").urn]
    assert outputs["arns"]["power-pto/api"] == f"arn:aws-us-gov:ecr:us-gov-west-1:{ACCOUNT}:repository/power-pto/api"


def test_provider_reaches_what_awsx_builds() -> None:
    def program() -> None:
        provider = aws.Provider("aws", region="us-east-1")
        Registry("registry", args(), pulumi.ResourceOptions(providers={"aws": provider}))

    graph = build(program)
    provider = graph.one("pulumi:providers:aws")
    for resource in (*graph.of(REPOSITORY), *graph.of(LIFECYCLE), graph.one(KEY)):
        assert resource.provider.startswith(f"{provider.urn}::"), resource


def test_tags_that_may_move_are_waived_on_the_repository() -> None:
    graph = recorded(immutable=False)
    assert graph.all(REPOSITORY, tags={"slipway:waive": "repository-tags-immutable"}) == graph.of(REPOSITORY)
    assert not any("tags" in repository.inputs for repository in recorded().of(REPOSITORY))
