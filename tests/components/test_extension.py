"""A user's module: what it is given, what it may do, and how its mistakes are told."""

import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.extension import Module, StackResource
from tests import stacks

EXAMPLE = "examples/extended/Pulumi.dev.yaml"


def load(tmp_path: Path, text: str) -> Module:
    (tmp_path / "own.py").write_text(text, encoding="utf-8")
    return Module.load(tmp_path, "own.py")


def test_what_it_adds_belongs_to_the_stack() -> None:
    graph = stacks.recorded(EXAMPLE)
    added = [resource for resource in graph.resources if "slipway:index:Extension$" in resource.urn]
    assert sorted(resource.name for resource in added) == ["mail-policy", "mail-senders"]
    own = next(resource for resource in graph.resources if resource.type == "slipway:index:Extension")
    assert {resource.parent for resource in added} == {own.urn}
    assert {resource.provider for resource in added} == {
        resource.provider for resource in graph.of("aws:ecs/cluster:Cluster")
    }


def test_what_it_changes_is_changed_and_nothing_else() -> None:
    (balancer,) = stacks.recorded(EXAMPLE).of("aws:lb/loadBalancer:LoadBalancer")
    assert balancer.inputs["preserveHostHeader"] is True
    assert balancer.inputs["dropInvalidHeaderFields"] is True


def test_the_deploying_role_may_what_the_stack_file_says() -> None:
    policies = [str(resource.inputs["policy"]) for resource in stacks.recorded(EXAMPLE).of("aws:iam/policy:Policy")]
    assert any(
        "route53:ChangeResourceRecordSets" in text and "hostedzone/Z0123456789ABCDEFGHIJ" in text for text in policies
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1\n", "own.py: it defines neither add\\(parts\\) nor change\\(resource\\)"),
        ("def add(:\n", "own.py:1: SyntaxError: "),
        ("import nothing_of_that_name\n", "own.py:1: ModuleNotFoundError: "),
        ("x = 1\n\ny = x / 0\n", "own.py:3: ZeroDivisionError: division by zero"),
    ],
)
def test_a_module_that_does_not_run_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(pulumi.RunError, match=f"^slipway:extension.module: {told}"):
        load(tmp_path, text)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError, match=r"own\.py: there is no such file in the project"):
        Module.load(tmp_path, "own.py")


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "other.py").write_text("def add(parts): ...\n", encoding="utf-8")
    (tmp_path / "project" / "own.py").symlink_to(tmp_path / "other.py")
    with pytest.raises(pulumi.RunError, match="no such file in the project"):
        Module.load(tmp_path / "project", "own.py")


@pytest.mark.parametrize("limit", [None, 0])
def test_an_error_in_a_function_is_told_with_its_line(
    tmp_path: Path, limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "tracebacklimit", limit, raising=False)
    module = load(tmp_path, "def change(resource):\n    return resource.nothing\n")
    assert module.change is not None
    with pytest.raises(pulumi.RunError, match=r"own\.py:2: AttributeError: "):
        module.change(StackResource(type="aws:s3/bucket:Bucket", name="a", properties={}))


def test_what_the_module_says_itself_is_told_as_it_is(tmp_path: Path) -> None:
    module = load(tmp_path, "import pulumi\n\ndef add(parts):\n    raise pulumi.RunError('no database here')\n")
    assert module.add is not None
    with pytest.raises(pulumi.RunError, match=r"^no database here$"):
        module.add(None)  # type: ignore[arg-type] # it raises before it looks


def transformed(module: Module, type_: str, **properties: Any) -> dict[str, Any] | None:
    args = pulumi.ResourceTransformationArgs(
        resource=None,  # type: ignore[arg-type] # nobody looks at it
        type_=type_,
        name="a",
        props=properties,
        opts=pulumi.ResourceOptions(),
    )
    result = module._transformed(args)  # noqa: SLF001 - what the SDK calls
    return None if result is None else dict(result.props)


def test_a_property_that_is_not_there_is_refused(tmp_path: Path) -> None:
    module = load(tmp_path, "def change(resource):\n    return {'nmae': 1, 'other': 2}\n")
    with pytest.raises(
        pulumi.RunError, match=r"nmae is not one of its properties; did you mean name\?\n.*other is not one"
    ):
        transformed(module, "aws:s3/bucket:Bucket", name="x")


@pytest.mark.parametrize("type_", ["slipway:index:Network", "pulumi:providers:aws", "pulumi:pulumi:Stack"])
def test_parts_and_providers_are_not_changed(tmp_path: Path, type_: str) -> None:
    module = load(tmp_path, "def change(resource):\n    return {'name': 1}\n")
    assert transformed(module, type_, name="x") is None


def test_a_change_keeps_the_other_properties(tmp_path: Path) -> None:
    module = load(tmp_path, "def change(resource):\n    return {'name': resource.properties['name'] + '-y'}\n")
    assert transformed(module, "aws:s3/bucket:Bucket", name="x", tags={}) == {"name": "x-y", "tags": {}}
