"""What an update does to each resource, as the engine decides it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from preview import export
from preview.compare.difference import compare
from preview.compare.values import MISSING
from preview.graph import Graph, Resource
from preview.record import record
from tests.preview.compare.graphs import (
    BUCKET,
    COMPONENT,
    DATABASE,
    LOG_GROUP,
    SERVICE,
    TASK,
    edit,
    graph,
    one,
    resource,
    urn,
)
from tests.preview.exports import export_of
from tests.stacks import recorded

ROLE = "aws:iam/role:Role"
SUBNET = "aws:ec2/subnet:Subnet"
PROVIDER = "pulumi:providers:aws"


def task(tag: str) -> Resource:
    return resource(
        TASK, "api-task", {"family": "api", "containerDefinitions": f'[{{"name": "api", "image": "api:{tag}"}}]'}
    )


def service(of: Resource, **more: object) -> Resource:
    return resource(
        SERVICE,
        "api-service",
        {"name": "api", "taskDefinition": of.outputs["arn"], **more},
        refs={"taskDefinition": of},
    )


def test_what_a_replacement_makes_new_reaches_what_is_given_its_ids() -> None:
    old, new = task("1"), task("2")
    changed = edit([old, service(old)], [new, service(new)])
    assert dict(changed.counts) | {"renamed": 0} == {
        "created": 0, "updated": 1, "replaced": 1, "deleted": 0, "renamed": 0, "kept": 0,
    }  # fmt: skip
    assert [item.path for item in one(changed, "api-task").forced_by] == ["containerDefinitions[api].image"]
    (given,) = one(changed, "api-service").properties
    assert (given.before, given.after) == ("{task api-task.arn}", "{new task api-task.arn}")


def test_a_name_that_stays_says_nothing_to_what_is_given_it() -> None:
    def stack(path: str) -> list[Resource]:
        role = resource(ROLE, "role", {"name": "fixed", "path": path, "assumeRolePolicy": "{}"})
        policy = {"role": role.outputs["id"], "policy": "{}"}
        return [role, resource("aws:iam/rolePolicy:RolePolicy", "policy", policy, refs={"role": role})]

    changed = edit(stack("/"), stack("/deep/"))
    assert one(changed, "role").kind == "replaced"
    assert one(changed, "role").deleted_first  # the bridge does so for a name that is given and stays
    assert one(changed, "policy").kind == "replaced"  # the engine takes along what cannot be without it
    assert one(changed, "policy").because == "role role"


def test_the_new_one_is_made_first_where_the_name_is_generated() -> None:
    old = resource(SUBNET, "a", {"cidrBlock": "10.0.0.0/24", "vpcId": "vpc-1"})
    new = resource(SUBNET, "a", {"cidrBlock": "10.0.1.0/24", "vpcId": "vpc-1"})
    assert not one(edit([old], [new]), "a").deleted_first
    first = dataclasses.replace(new, delete_before_replace=True)
    assert one(edit([old], [first]), "a").deleted_first


def test_ignored_changes_are_none() -> None:
    old = resource(SERVICE, "s", {"name": "s", "desiredCount": 2})
    new = resource(SERVICE, "s", {"name": "s", "desiredCount": 5}, ignore_changes=("desiredCount",))
    assert one(edit([old], [new]), "s").kind == "kept"


def test_a_running_stack_keeps_its_buckets_with_the_names_from_before_the_hash() -> None:
    after = recorded("examples/spendsense/Pulumi.dev.yaml")
    generated = [found for found in after.of(BUCKET) if "bucketPrefix" in found.inputs]
    assert {found.inputs["bucketPrefix"] for found in generated} == {
        "spendsense-d-chuong-bd96e3a-media-",
        "spendsense-d-chuong-bd96e3a-requests-",
    }

    def former(found: Resource) -> Resource:
        if found not in generated:
            return found
        ending = str(found.inputs["bucketPrefix"]).removeprefix("spendsense-d-chuong-bd96e3a-")
        return dataclasses.replace(
            found, inputs={**found.inputs, "bucketPrefix": f"spendsense-developme-chuong-{ending}"}, ignore_changes=()
        )

    before = dataclasses.replace(after, resources=tuple(former(found) for found in after.resources))
    kinds = {item.kind for item in compare(before, after).changes}
    assert kinds <= {"kept"}
    # Without that each would be replaced.
    bare = dataclasses.replace(
        after, resources=tuple(dataclasses.replace(found, ignore_changes=()) for found in after.resources)
    )
    replaced = {item.after.name for item in compare(before, bare).changes if item.after and item.kind == "replaced"}
    assert {found.name for found in generated} <= replaced


def test_an_alias_renames_and_keeps() -> None:
    old = resource(BUCKET, "old", {"bucket": "b"})
    new = resource(BUCKET, "new", {"bucket": "b"}, aliases=(old.urn,))
    changed = edit([old], [new])
    assert [(item.kind, item.renamed) for item in changed.changes] == [("renamed", True)]
    assert edit([old], [resource(BUCKET, "new", {"bucket": "b"})]).counts["deleted"] == 1


def test_what_is_below_a_renamed_component_is_renamed_with_it() -> None:
    parent = resource(COMPONENT, "worker")
    child = resource(LOG_GROUP, "worker-log", {"name": "/w"}, parent=parent.urn)
    moved = resource(COMPONENT, "jobs", aliases=(parent.urn,))
    below = resource(LOG_GROUP, "jobs-log", {"name": "/w"}, parent=moved.urn)
    assert [item.kind for item in edit([parent, child], [moved, below]).changes] == ["renamed", "renamed"]


def test_a_moved_stack_is_all_made_anew() -> None:
    def stack(region: str) -> list[Resource]:
        provider = resource(PROVIDER, "aws", {"region": region})
        other = f"{provider.urn}::id"
        return [
            provider,
            resource(SUBNET, "a", {"cidrBlock": "10.0.0.0/24", "vpcId": "vpc-1"}, provider=other),
            resource(ROLE, "role", {"assumeRolePolicy": "{}"}, provider=other),
        ]

    changed = edit(stack("eu-west-1"), stack("us-east-1"))
    assert [item.path for item in one(changed, "a").forced_by] == ["region"]
    assert one(changed, "aws").kind == "replaced"


def test_default_tags_update_what_takes_them() -> None:
    def tagged(owner: str) -> Resource:
        plain = resource(BUCKET, "b", {"bucket": "b"})
        return dataclasses.replace(plain, outputs={**plain.outputs, "tagsAll": {"owner": owner}})

    (item,) = one(edit([tagged("a")], [tagged("b")]), "b").properties
    assert (item.path, item.before, item.after) == ("tags.owner", "a", "b")


def test_secrets_are_not_even_in_the_result() -> None:
    old = resource(DATABASE, "d", {"identifier": "d", "password": "one-two-three"}, secrets=frozenset({"password"}))
    new = resource(DATABASE, "d", {"identifier": "d", "password": "four-five-six"}, secrets=frozenset({"password"}))
    changed = one(edit([old], [new]), "d")
    (item,) = changed.properties
    assert (item.secret, item.before, item.after) == (True, "[secret]", "[secret]")
    assert "password" not in changed.values


def test_what_looks_like_a_secret_is_not_shown_either() -> None:
    def environment(value: str) -> Resource:
        containers = json.dumps([{"name": "a", "environment": [{"name": "DB_PASSWORD", "value": value}]}])
        return resource(TASK, "t", {"family": "t", "containerDefinitions": containers})

    (item,) = one(edit([environment("hunter2-x")], [environment("hunter3-y")]), "t").properties
    assert (item.secret, item.before, item.after) == (True, "[secret]", "[secret]")


def test_two_stacks_are_matched_by_type_and_name() -> None:
    def stack(name: str) -> Graph:
        group = resource("aws:ec2/securityGroup:SecurityGroup", "group", {"vpcId": "vpc-1"}, stack=name)
        function = {"vpcConfig": {"securityGroupIds": [group.outputs["id"]]}}
        return graph(
            group,
            resource("aws:lambda/function:Function", "f", function, stack=name, refs={"vpcConfig": group}),
            stack=name,
        )

    assert compare(stack("staging"), stack("prod")).counts["kept"] == 2


def test_what_stays_in_aws_is_still_deleted_from_the_stack() -> None:
    old = resource(LOG_GROUP, "l", {"name": "/l"}, retain_on_delete=True)
    assert edit([old], []).counts["deleted"] == 1


def test_an_export_of_what_the_program_made_differs_in_nothing(tmp_path: Path) -> None:
    made = recorded("Pulumi.prod.yaml")
    document = export_of(made)
    for item in document["deployment"]["resources"]:
        if item.get("inputs"):  # as the provider leaves it: what it filled in, and what it lists of that
            item["inputs"] |= {"filledIn": "by the provider", "__defaults": ["filledIn"]}
    # Real ids and accounts are others than the stand-ins; a prefix list is looked up.
    text = json.dumps(document).replace("123456789012", "210987654321")
    for resource_ in made.resources:
        id_ = resource_.outputs.get("id")
        if isinstance(id_, str) and id_.startswith(("sg-", "vpc-", "subnet-", "rtb-", "eipalloc-", "nat-", "igw-")):
            text = text.replace(id_, id_.partition("-")[0] + "-" + id_[::-1][:17])
    path = tmp_path / "export.json"
    path.write_text(text)
    read = export.read(path)
    changed = compare(read.graph, made, given=read.given)
    assert [(item, item.properties) for item in changed.changed] == []


def test_an_export_shows_what_the_program_gives_otherwise(tmp_path: Path) -> None:
    made = resource(LOG_GROUP, "l", {"name": "/l", "retentionInDays": 30})
    document = export_of(graph(made))
    document["deployment"]["resources"][1]["inputs"]["skipDestroy"] = False
    document["deployment"]["resources"][1]["inputs"]["__defaults"] = ["skipDestroy"]
    path = tmp_path / "export.json"
    path.write_text(json.dumps(document))
    read = export.read(path)
    new = resource(LOG_GROUP, "l", {"name": "/l", "retentionInDays": 60, "skipDestroy": False})
    (item,) = one(compare(read.graph, graph(new), given=read.given), "l").properties
    assert (item.path, item.before, item.after) == ("retentionInDays", 30, 60)


def test_encrypted_values_of_an_export_count_as_the_same(tmp_path: Path) -> None:
    made = resource(DATABASE, "d", {"identifier": "d", "password": "x"}, secrets=frozenset({"password"}))
    document = export_of(graph(made))
    path = tmp_path / "export.json"
    path.write_text(json.dumps(document))
    read = export.read(path)
    assert compare(read.graph, graph(made), given=read.given).counts["kept"] == 1


def test_a_property_that_is_taken_out_says_so() -> None:
    old = resource(LOG_GROUP, "l", {"name": "/l", "retentionInDays": 30})
    (item,) = one(edit([old], [resource(LOG_GROUP, "l", {"name": "/l"})]), "l").properties
    assert item.after is MISSING


def test_two_thousand_resources_are_compared() -> None:
    made = recorded("Pulumi.prod.yaml")
    many = [
        dataclasses.replace(item, urn=f"{item.urn}-{number}", name=f"{item.name}-{number}")
        for number in range(6)
        for item in made.resources
    ]
    changed = [
        dataclasses.replace(item, inputs={**item.inputs, "description": "other"}) if index % 10 == 0 else item
        for index, item in enumerate(many)
    ]
    before, after = graph(*many), graph(*changed)
    assert len(many) > 2000
    found = {change.resource.urn for change in compare(before, after).kind("updated", "replaced")}
    assert found <= {item.urn for item in many[::10]}
    assert len(found) > 200


@pytest.fixture
def recorded_program(toy: Callable[..., Path]) -> Callable[..., Graph]:
    return lambda program: record(toy(program), "prod", {})


@pytest.mark.parametrize("name", ["a", "b"])
def test_urns_are_told_apart_by_ancestors_and_name(name: str) -> None:
    old = resource(BUCKET, name, {}, parent=urn(COMPONENT, "one"))
    new = resource(BUCKET, name, {}, parent=urn(COMPONENT, "two"))
    assert edit([old], [new]).counts["kept"] == 1  # the same types and name: the engine composes the same URN


def test_aliases_of_every_form_are_followed(recorded_program: Callable[..., Graph]) -> None:
    before = recorded_program("""
        Box("old")
        home = Box("home")
        aws.kms.Key("moved")
        aws.kms.Key("was-here", opts=ResourceOptions(parent=home))
    """)
    after = recorded_program("""
        from pulumi import Alias, ROOT_STACK_RESOURCE
        Box("new", ResourceOptions(aliases=[Alias(name="old")]))
        home = Box("home")
        aws.kms.Key("moved", opts=ResourceOptions(parent=home, aliases=[Alias(parent=ROOT_STACK_RESOURCE)]))
        aws.kms.Key("is-here", opts=ResourceOptions(aliases=[Alias(name="was-here", parent=home)]))
    """)
    assert {item.resource.name: item.kind for item in compare(before, after).changes} == {
        "new": "renamed",
        "home": "kept",
        "moved": "renamed",
        "is-here": "renamed",
    }
