from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from preview import export, policies
from preview.export import SECRET, InvalidExport
from preview.graph import UNKNOWN, Graph
from preview.verdict import Finding, Verdict
from tests.preview.exports import SEALED, export_of
from tests.stacks import ROOT, evaluated, recorded

PROD = "Pulumi.prod.yaml"
FOREIGN = Path(__file__).parent / "data" / "foreign-export.json"
PREFIX = "urn:pulumi:prod::shop::"
ROOT_URN = f"{PREFIX}pulumi:pulumi:Stack::shop-prod"


def state(type_: str, name: str, /, **more: object) -> dict[str, object]:
    return {"urn": f"{PREFIX}{type_}::{name}", "type": type_, "custom": True, "parent": ROOT_URN, **more}


def document(*resources: object, version: object = 3, **more: object) -> dict[str, object]:
    root = {"urn": ROOT_URN, "type": "pulumi:pulumi:Stack", "custom": False}
    return {"version": version, "deployment": {"manifest": {}, "resources": [root, *resources], **more}}


def read(tmp_path: Path, content: object) -> export.Export:
    path = tmp_path / "export.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=4))
    return export.read(path)


def said(graph: Graph) -> Verdict:
    with policies.Pack(ROOT / "policy", project=graph.project, stack=graph.stack, values={}, dry_run=False) as pack:
        return pack.evaluate(graph)


@cache
def foreign() -> Verdict:
    return said(export.read(FOREIGN).graph)


@pytest.mark.parametrize("version", [3, 4])
def test_an_exported_program_is_the_recorded_graph(tmp_path: Path, version: int) -> None:
    recorded_graph = recorded(PROD)
    graph = read(tmp_path, export_of(recorded_graph, version=version)).graph
    assert (graph.project, graph.stack) == (recorded_graph.project, recorded_graph.stack)
    assert len(graph.resources) == len(recorded_graph.resources)
    assert graph.exports.keys() == recorded_graph.exports.keys()
    for item in recorded_graph.resources:
        found = graph.urn(item.urn)
        assert (found.name, found.type, found.parent, found.custom) == (item.name, item.type, item.parent, item.custom)
        assert (found.protect, found.dependencies, found.provider) == (item.protect, item.dependencies, item.provider)
        assert found.property_dependencies == item.property_dependencies
        assert {key: value for key, value in found.inputs.items() if key not in item.secrets} == {
            key: value for key, value in item.inputs.items() if key not in item.secrets
        }


def test_an_exported_program_is_judged_like_its_stack_file(tmp_path: Path) -> None:
    verdict = said(read(tmp_path, export_of(recorded(PROD))).graph)
    expected = evaluated(PROD)
    assert not verdict.refused
    assert not verdict.rule_errors
    assert {(item.policy, item.urn) for item in verdict.findings} == {
        (item.policy, item.urn) for item in expected.findings
    }


def test_a_foreign_stack_is_judged_rightly() -> None:
    found = {(item.policy, item.urn.rpartition("::")[2]) for item in foreign().findings if item.level == "mandatory"}
    assert ("database-in-private-subnets", "orders") in found, "its subnets' route table leads to the internet"
    assert ("database-ingress-from-groups-only", "orders") in found, "a rule of its own opens its group"
    assert not {policy for policy, name in found if name == "invoices" and "encrypt" in policy}
    assert ("bucket-public-access-blocked", "invoices") in found
    assert not foreign().rule_errors


def test_a_foreign_stack_s_secrets_stay_secret() -> None:
    everything = json.dumps([item.message for item in foreign().findings])
    assert "djE6U2VhbGVk" not in everything
    database = export.read(FOREIGN).graph.one("aws:rds/instance:Instance")
    assert database.inputs["password"] == SECRET
    assert database.secrets == {"password"}


def test_encrypted_secrets_wherever_they_are(tmp_path: Path) -> None:
    bucket = state("aws:s3/bucket:Bucket", "b", inputs={"tags": {"a": SEALED}, "list": [SEALED]}, outputs={"k": SEALED})
    found = read(tmp_path, document(bucket)).graph.one("aws:s3/bucket:Bucket")
    assert found.inputs == {"tags": {"a": SECRET}, "list": [SECRET]}
    assert found.secrets == {"tags", "list"}
    assert found.outputs == {"k": SECRET}


def test_readable_secrets_are_judged_and_never_shown(tmp_path: Path) -> None:
    secret = {**SEALED, "plaintext": json.dumps({"min": 3, "name": "hunter2"})}
    exported = read(tmp_path, document(state("aws:s3/bucket:Bucket", "b", inputs={"rule": secret})))
    assert exported.graph.one("aws:s3/bucket:Bucket").inputs == {"rule": {"min": 3, "name": "hunter2"}}
    finding = Finding(
        policy="p", level="advisory", severity="", urn="", message="name is hunter2", description="Names."
    )
    verdict = exported.redacted(Verdict(pack="x", policies=1, findings=(finding,), rule_errors=("b: hunter2!",)))
    assert [item.message for item in verdict.findings] == [f"name is {SECRET}"]
    assert verdict.rule_errors == (f"b: {SECRET}!",)
    assert "hunter2" in exported.plaintexts


def test_what_the_engine_keeps_for_itself_is_left_out(tmp_path: Path) -> None:
    inputs = {
        "__defaults": ["acl"],
        "rule": {"__defaults": [], "days": 3},
        "later": "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "role": {"4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e", "urn": "u", "id": "i"},
        "wrapped": {"4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": 7},
    }
    found = read(tmp_path, document(state("a:b:C", "c", id="x-1", inputs=inputs))).graph.one("a:b:C")
    assert found.inputs == {"rule": {"days": 3}, "later": UNKNOWN, "role": "u", "wrapped": 7}
    assert found.outputs == {"id": "x-1"}


def test_old_copies_and_interrupted_operations(tmp_path: Path) -> None:
    now = state("a:b:C", "c", inputs={"age": "new"})
    exported = read(
        tmp_path,
        document(
            now,
            {**now, "delete": True, "inputs": {"age": "old"}},
            state("a:b:C", "gone", pendingReplacement=True),
            pending_operations=[{"resource": state("a:b:C", "half"), "type": "creating"}],
        ),
    )
    assert [item.name for item in exported.graph.resources] == ["c"]
    assert exported.graph.resources[0].inputs == {"age": "new"}
    assert [item.text for item in exported.graph.messages] == [
        "gone was deleted to be made again, and is not judged",
        "creating half was interrupted: the export may not say what there is of it",
    ]


def test_what_is_only_read_is_referred_to_but_not_judged(tmp_path: Path) -> None:
    inputs = {"storageEncrypted": False, "publiclyAccessible": True}
    own, other = (
        state("aws:rds/instance:Instance", name, inputs=inputs, outputs=inputs, external=name == "other")
        for name in ("own", "other")
    )
    graph = read(tmp_path, document(own, other)).graph
    assert [item.name for item in graph.resources if item.external] == ["other"]
    public = {item.urn for item in said(graph).findings if item.policy == "database-not-public"}
    assert public == {own["urn"]}


def test_what_is_only_read_tells_about_others_but_nothing_is_found_about_it(tmp_path: Path) -> None:
    def read_only(type_: str, **outputs: object) -> dict[str, object]:
        return state(type_, "other", id=f"{type_}-1", outputs=outputs, external=True)

    database = {"engine": "postgres", "dbSubnetGroupName": "theirs"}
    graph = read(
        tmp_path,
        document(
            read_only("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16"),
            read_only("aws:s3/bucket:Bucket", bucket="theirs"),
            read_only("aws:ec2/routeTable:RouteTable", routes=[{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}]),
            read_only("aws:ec2/subnet:Subnet", vpcId="aws:ec2/vpc:Vpc-1"),
            read_only(
                "aws:ec2/routeTableAssociation:RouteTableAssociation",
                subnetId="aws:ec2/subnet:Subnet-1",
                routeTableId="aws:ec2/routeTable:RouteTable-1",
            ),
            read_only("aws:rds/subnetGroup:SubnetGroup", name="theirs", subnetIds=["aws:ec2/subnet:Subnet-1"]),
            state("aws:rds/instance:Instance", "own", id="own", inputs=database, outputs=database),
        ),
    ).graph
    findings = said(graph).findings
    assert {item.urn.rpartition("::")[2] for item in findings if item.urn} == {"own"}
    (placed,) = [item.message for item in findings if item.policy == "database-in-private-subnets"]
    assert "subnet other has a route to an internet gateway" in placed


def test_providers_come_first_and_lines_are_known(tmp_path: Path) -> None:
    provider = state("pulumi:providers:aws", "default", inputs={"region": "eu-west-1"})
    exported = read(tmp_path, document(state("a:b:C", "c"), provider))
    assert [item.name for item in exported.graph.resources] == ["default", "c"]
    text = (tmp_path / "export.json").read_text().splitlines()
    assert f"{PREFIX}a:b:C::c" in text[exported.lines[f"{PREFIX}a:b:C::c"] - 1]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", r"export\.json:1:2: not valid JSON"),
        ("[]", "expected what `pulumi stack export` writes, .*; found a list"),
        ("null", "found nothing"),
        ("3", "found a number"),
        ({"runs": [], "version": "2.1.0"}, "found runs, version"),
        ({"version": 3, "checkpoint": {}}, "state file of a backend"),
        (document(version=2), "version is 2; known are 3 and 4"),
        (document(version=5), "version is 5; known are 3 and 4"),
        (document(version=True), "version is true"),
        ({"version": 3, "deployment": []}, "deployment: expected an object, found a list"),
        ({"version": 3, "deployment": {}}, "nothing to judge"),
        (document("x"), r"deployment\.resources\[1\]: expected an object, found a text"),
        (document({"urn": "nonsense", "type": "t"}), r"resources\[1\]\.urn: 'nonsense' is no URN"),
        (document({"urn": f"{PREFIX}a:b:C::c"}), r"resources\[1\]\.type: expected a text, found nothing"),
        (document(state("a:b:C", "c", inputs=[1])), r"resources\[1\]\.inputs: expected an object, found a list"),
        (document(state("a:b:C", "c", dependencies=[1])), r"\.dependencies: expected a list of texts"),
        (document(state("a:b:C", "c"), state("a:b:C", "c")), "a second resource has the URN"),
        (document({"urn": "urn:pulumi:dev::shop::a:b:C::c", "type": "a:b:C"}), "of another stack"),
        (document(pending_operations=[{}]), r"pending_operations\[0\]\.resource: expected an object"),
        ("[" * 200_000, "nested too deeply"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path: Path, content: Any, expected: str) -> None:
    with pytest.raises(InvalidExport, match=expected) as caught:
        read(tmp_path, content)
    assert "\n" not in str(caught.value)


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(InvalidExport, match="no such file"):
        export.read(tmp_path / "none.json")
    (tmp_path / "bytes.json").write_bytes(b'{"a": "\xff"}')
    with pytest.raises(InvalidExport, match=r"not UTF-8 text \(byte 8\)"):
        export.read(tmp_path / "bytes.json")
