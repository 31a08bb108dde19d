"""What stands in for the SDK's own gives what the SDK gives, in the same order."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pulumi.runtime.resource as sdk_resource
import pulumi.runtime.rpc as sdk_rpc
import pytest
from pulumi import log

from compat import aws, core
from compat.versions import Tried
from preview.graph import Graph
from preview.record import Mode, RefusedError, record

PROGRAM = """
import pulumi
import pulumi_aws as aws
import pulumi_random as random


class Box(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("toy:index:Box", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        self.queue = aws.sqs.Queue(f"{name}-queue", opts=own)
        self.later = self.queue.arn.apply(lambda arn: aws.sns.Topic(f"{name}-topic", name="t", opts=own).arn)
        self.register_outputs({"arn": self.queue.arn, "later": self.later})


boxes = [Box(f"box-{number}") for number in range(4)]
password = random.RandomPassword("password", length=20)
bucket = aws.s3.Bucket("bucket", tags={"a": boxes[0].later}, opts=pulumi.ResourceOptions(depends_on=[boxes[1]]))
zone = aws.route53.get_zone_output(name="example.com")
record = aws.route53.Record(
    "record", name=bucket.bucket_domain_name, type="A", zone_id=zone.zone_id, records=[password.result]
)
both = pulumi.Output.all(bucket.arn, record.fqdn, password.result).apply(lambda parts: "/".join(parts))
old = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="older")], protect=True)
group = aws.cloudwatch.LogGroup("group", name=both, opts=old)
pulumi.export("bucket", bucket)
pulumi.export("secret", password.result)
pulumi.export("unset", group.kms_key_id)
pulumi.export("lifecycle", bucket.tags_all)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: toy\nruntime: python\nconfig:\n  aws:region: {value: eu-west-1}\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    return tmp_path


def plain(graph: Graph) -> object:
    return [
        [(r.urn, repr(r)) for r in graph.resources],
        [{name: repr(getattr(r, name)) for name in r.__slots__} for r in graph.resources],
        repr(graph.exports),
        graph.secret_exports,
        repr(graph.registered_outputs),
        graph.messages,
    ]


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_a_program_registers_the_same_in_the_same_order(
    project: Path, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = record(project, "prod", {}, mode=mode)
    monkeypatch.setattr(core, "in_less_time", contextlib.nullcontext)
    ordinary = record(project, "prod", {}, mode=mode)
    assert len(quick.resources) == (16 if mode == "update" else 12)
    assert plain(quick) == plain(ordinary)
    assert quick.secret_exports == {"secret"}


def test_a_refused_resource_is_refused_alike(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "__main__.py").write_text(
        PROGRAM + 'aws.sqs.Queue("same", name=both)\naws.sqs.Queue("same", name=both)\n'
    )
    said = []
    for _ in range(2):
        with pytest.raises(RefusedError) as caught:
            record(project, "prod", {})
        said.append(str(caught.value))
        monkeypatch.setattr(core, "in_less_time", contextlib.nullcontext)
    assert said[0] == said[1]


def test_the_sdk_is_itself_again_afterwards(project: Path) -> None:
    before = sdk_rpc.transfer_properties, sdk_resource.create_urn, log.debug
    record(project, "prod", {})
    assert (sdk_rpc.transfer_properties, sdk_resource.create_urn, log.debug) == before


@pytest.mark.parametrize(("first", "following"), [("99", "100"), ("1", "2")])
def test_another_version_than_those_tried_is_said(first: str, following: str) -> None:
    problem = Tried("pulumi", first, following).problem()
    assert problem
    assert f"from {first} up to, not including, {following}" in problem


@pytest.mark.parametrize("tried", [core.TRIED, aws.TRIED], ids=lambda tried: tried.package)
def test_the_installed_versions_were_tried_and_requirements_keep_to_them(tried: Tried) -> None:
    assert tried.problem() is None
    wanted = (Path(__file__).parents[1] / "requirements.in").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in wanted if line.startswith(f"{tried.package}>=")]
    first, _, following = line.removeprefix(f"{tried.package}>=").partition(",<")
    assert (first, following) == (tried.first, tried.next)
