from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from preview.awsx import UnknownComponentError
from preview.graph import UNKNOWN, Graph, Resource

Recorded = Callable[..., Graph]

REGISTERED = json.loads((Path(__file__).parent / "awsx-ecr-repository.json").read_text())
"""What the real plugin registered for the program below, as its state file shows it."""

PROGRAM = """
    import pulumi_awsx as awsx
    key = aws.kms.Key("key")
    repository = awsx.ecr.Repository(
        "api",
        name="power-pto/api",
        image_tag_mutability="IMMUTABLE",
        image_scanning_configuration={"scan_on_push": True},
        encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}],
        lifecycle_policy={
            "rules": [
                {"description": "keep 50", "maximum_number_of_images": 50, "tag_status": "any"},
                {"description": "untagged", "maximum_age_limit": 30, "tag_status": "untagged"},
            ]
        },
    )
    pulumi.export("url", repository.url)
    pulumi.export("name", repository.repository.name)
    pulumi.export("policy", repository.lifecycle_policy.policy)
    """


def described(graph: Graph, resource: Resource) -> dict[str, object]:
    """Describe a resource as the reference does; the reference's names and ids are those of its own run."""
    rename = {"prod::toy": "dev::ecrtest"}

    def text(value: str) -> str:
        for ours, theirs in rename.items():
            value = value.replace(ours, theirs)
        return value

    key = graph.one("aws:kms/key:Key").outputs["arn"]
    inputs = json.loads(json.dumps(dict(resource.inputs)).replace(str(key), "KEY"))
    parent = graph.urn(resource.parent).name if resource.parent else "ecrtest-dev"
    return {
        "type": resource.type,
        "name": resource.name,
        "urn": text(resource.urn),
        "parent": parent,
        "inputs": inputs,
        "propertyDependencies": {
            name: [text(urn) for urn in urns] for name, urns in resource.property_dependencies.items()
        },
    }


def reference(index: int) -> dict[str, object]:
    text = json.dumps(REGISTERED[index])
    real = "arn:aws:kms:us-east-1:123456789012:key/a178470c-9b9c-4722-95cb-de563d7da484"
    found: dict[str, object] = json.loads(text.replace(real, "KEY"))
    return found


def test_a_repository_has_the_children_the_plugin_registered(recorded: Recorded) -> None:
    graph = recorded(PROGRAM)
    component = graph.one("awsx:ecr:Repository")
    assert component.urn == REGISTERED[0]["urn"].replace("dev::ecrtest", "prod::toy")
    children = graph.children(component)
    assert [described(graph, child) for child in children] == [reference(1), reference(2)]


def test_a_repositorys_outputs(recorded: Recorded) -> None:
    graph = recorded(PROGRAM)
    assert graph.exports == {
        "url": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/power-pto/api",
        "name": "power-pto/api",
        "policy": REGISTERED[2]["inputs"]["policy"],
    }


def test_a_repository_in_a_preview(recorded: Recorded) -> None:
    graph = recorded(PROGRAM, mode="preview")
    assert graph.exports["url"] is UNKNOWN
    assert graph.exports["name"] == "power-pto/api"
    child = graph.one("aws:ecr/repository:Repository")
    assert child.inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": UNKNOWN}]


def test_the_default_lifecycle_policy_and_none(recorded: Recorded) -> None:
    graph = recorded(
        """
        import pulumi_awsx as awsx
        awsx.ecr.Repository("Plain")
        awsx.ecr.Repository("bare", lifecycle_policy={"skip": True})
        """
    )
    policies = graph.of("aws:ecr/lifecyclePolicy:LifecyclePolicy")
    assert [policy.name for policy in policies] == ["plain"]
    assert json.loads(str(policies[0].inputs["policy"]))["rules"] == [
        {
            "rulePriority": 1,
            "description": "remove untagged images",
            "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1},
            "action": {"type": "expire"},
        }
    ]


IMAGE = """
    import pulumi_awsx as awsx
    repository = awsx.ecr.Repository("api", name="toy/api")
    image = awsx.ecr.Image(
        "image", repository_url=repository.url, context="app", platform="linux/arm64", args={"A": "1"}
    )
    pulumi.export("uri", image.image_uri)
    """


def test_an_image_is_pinned_by_its_digest(recorded: Recorded) -> None:
    graph = recorded(IMAGE)
    child = graph.one("docker-build:index:Image", platforms=["linux/arm64"], context={"location": "app"}, push=True)
    assert child.parent == graph.one("awsx:ecr:Image").urn
    url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/toy/api"
    assert graph.exports["uri"] == f"{url}@{child.outputs['digest']}"
    assert str(child.outputs["digest"]).startswith("sha256:")
    assert graph.reaches(child, graph.one("aws:ecr/repository:Repository"))


def test_an_image_in_a_preview(recorded: Recorded) -> None:
    assert recorded(IMAGE, mode="preview").exports["uri"] is UNKNOWN


def test_children_use_the_provider_of_the_component(recorded: Recorded) -> None:
    graph = recorded(
        """
        import pulumi_awsx as awsx
        provider = aws.Provider("mine", region="eu-west-1")
        awsx.ecr.Repository("api", opts=ResourceOptions(providers={"aws": provider}))
        """,
        project="name: toy\nruntime: python\nconfig:\n  pulumi:disable-default-providers: {value: [aws]}\n",
    )
    provider = graph.one("pulumi:providers:aws")
    assert graph.one("aws:ecr/repository:Repository").provider.startswith(provider.urn)


def test_another_component_is_refused(recorded: Recorded) -> None:
    with pytest.raises(UnknownComponentError, match="awsx:ec2:Vpc"):
        recorded('import pulumi_awsx as awsx\nawsx.ec2.Vpc("vpc")')
