from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest

from preview.graph import UNKNOWN, Graph
from preview.project import InvalidProject
from preview.provider_fakes import UnknownLookupError
from preview.record import InvalidStack, RefusedError, record

Toy = Callable[..., Path]
Recorded = Callable[..., Graph]

NO_DEFAULTS = """
name: toy
runtime: python
config:
  pulumi:disable-default-providers: {value: [aws]}
"""

WIRED = """
    vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=ResourceOptions(protect=True))
    subnet = aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.0.1.0/24", map_public_ip_on_launch=False)
    aws.ec2.Subnet("late", vpc_id=vpc.id, cidr_block="10.0.2.0/24", opts=ResourceOptions(depends_on=[subnet]))
    pulumi.export("vpc", vpc.id)
    """


def test_update_answers_like_the_provider(recorded: Recorded) -> None:
    graph = recorded(WIRED)
    vpc = graph.one("aws:ec2/vpc:Vpc")
    vpc_id = vpc.outputs["id"]
    assert isinstance(vpc_id, str)
    assert vpc_id.startswith("vpc-")
    assert vpc.outputs["arn"] == f"arn:aws:ec2:eu-west-1:123456789012:vpc/{vpc_id}"
    assert graph.one("aws:ec2/subnet:Subnet", "subnet").inputs["vpcId"] == vpc_id
    assert graph.exports == {"vpc": vpc_id}


def test_preview_knows_only_what_the_program_set(recorded: Recorded) -> None:
    graph = recorded(WIRED, mode="preview")
    subnet = graph.one("aws:ec2/subnet:Subnet", "subnet")
    assert subnet.inputs["vpcId"] is UNKNOWN
    assert subnet.inputs["cidrBlock"] == "10.0.1.0/24"
    assert subnet.outputs["arn"] is UNKNOWN
    assert graph.exports == {"vpc": UNKNOWN}


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_edges_and_options_are_kept(recorded: Recorded, mode: str) -> None:
    graph = recorded(WIRED, mode=mode)
    vpc, subnet = graph.one("aws:ec2/vpc:Vpc"), graph.one("aws:ec2/subnet:Subnet", "subnet")
    late = graph.one("aws:ec2/subnet:Subnet", "late")
    assert vpc.protect
    assert not subnet.protect
    assert subnet.property_dependencies["vpcId"] == (vpc.urn,)
    assert subnet.property_dependencies["cidrBlock"] == ()
    assert late.dependencies == tuple(sorted([subnet.urn, vpc.urn]))
    assert subnet.urn not in late.property_dependencies["vpcId"]


def test_numbers_and_booleans_keep_their_kind(recorded: Recorded) -> None:
    graph = recorded('aws.lb.TargetGroup("group", port=80, deregistration_delay=5, slow_start=0)')
    inputs = graph.one("aws:lb/targetGroup:TargetGroup").inputs
    assert inputs["port"] == 80
    assert type(inputs["port"]) is int
    assert inputs["slowStart"] == 0


def test_urns_are_the_engines(recorded: Recorded) -> None:
    graph = recorded(
        """
        outer = Box("outer")
        inner = Box("inner", ResourceOptions(parent=outer))
        aws.s3.Bucket("bucket", opts=ResourceOptions(parent=inner))
        """
    )
    bucket = graph.one("aws:s3/bucket:Bucket")
    assert bucket.urn == "urn:pulumi:prod::toy::toy:index:Box$toy:index:Box$aws:s3/bucket:Bucket::bucket"
    assert graph.urn(bucket.parent).name == "inner"
    assert graph.one("toy:index:Box", "outer").parent == ""


def test_register_outputs_is_seen(recorded: Recorded) -> None:
    graph = recorded(
        """
        good, bad = Box("good"), Box("bad")
        good.register_outputs({"answer": 42})
        """
    )
    good, bad = graph.one("toy:index:Box", "good"), graph.one("toy:index:Box", "bad")
    assert graph.registered_outputs[good.urn] == {"answer": 42}
    assert bad.urn not in graph.registered_outputs


SECRETS = """
    import pulumi_random as random
    password = random.RandomPassword("password", length=20)
    secret = aws.secretsmanager.Secret("secret", name="toy")
    aws.secretsmanager.SecretVersion("version", secret_id=secret.id, secret_string=password.result)
    pulumi.export("password", password.result)
    pulumi.export("arn", secret.arn)
    """


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_secrets_are_unwrapped_and_named(recorded: Recorded, mode: str) -> None:
    graph = recorded(SECRETS, mode=mode)
    version = graph.one("aws:secretsmanager/secretVersion:SecretVersion")
    assert version.secrets == {"secretString"}
    assert graph.secret_exports == {"password"}
    assert graph.exports["password"] == version.inputs["secretString"]
    if mode == "update":
        assert len(str(version.inputs["secretString"])) == 20


def test_an_input_that_is_to_be_secret_as_an_output_is_one(recorded: Recorded) -> None:
    graph = recorded(
        """
        options = pulumi.ResourceOptions(additional_secret_outputs=["description", "tags"])
        tags = {"owner": "drawn", "app": pulumi.Output.secret("toy")}
        key = aws.kms.Key("key", description="drawn", deletion_window_in_days=7, tags=tags, opts=options)
        pulumi.export("description", pulumi.Output.concat("about ", key.description))
        pulumi.export("tags", key.tags)
        pulumi.export("days", key.deletion_window_in_days)
        """
    )
    assert graph.one("aws:kms/key:Key").secrets == {"tags"}
    assert graph.exports == {"description": "about drawn", "tags": {"owner": "drawn", "app": "toy"}, "days": 7}
    assert graph.secret_exports == {"description", "tags"}


def test_outputs_nobody_waits_for_are_drained(recorded: Recorded) -> None:
    graph = recorded(
        """
        def later(id_):
            aws.s3.Bucket("inside")
            return id_
        aws.s3.Bucket("outside").id.apply(later)
        """
    )
    assert [bucket.name for bucket in graph.of("aws:s3/bucket:Bucket")] == ["outside", "inside"]


def test_a_resource_inside_apply_is_missing_in_a_preview(recorded: Recorded) -> None:
    graph = recorded('aws.s3.Bucket("a").id.apply(lambda id_: aws.s3.Bucket("b"))', mode="preview")
    assert [bucket.name for bucket in graph.of("aws:s3/bucket:Bucket")] == ["a"]


def test_duplicate_urn(recorded: Recorded) -> None:
    with pytest.raises(RefusedError, match="Duplicate resource URN 'urn:pulumi:prod::toy::aws:s3/bucket:Bucket::twin'"):
        recorded('aws.s3.Bucket("twin"); aws.s3.Bucket("twin")')


def test_a_default_provider_that_is_disabled(recorded: Recorded) -> None:
    with pytest.raises(
        RefusedError, match=r"Default provider for 'aws' disabled\. 'urn:.*::loose' must use an explicit"
    ):
        recorded('aws.s3.Bucket("loose")', project=NO_DEFAULTS)
    with pytest.raises(RefusedError, match="Default provider for 'aws' disabled"):
        recorded("aws.get_caller_identity_output()", project=NO_DEFAULTS)


def test_an_explicit_provider_reaches_children_and_sets_the_region(recorded: Recorded) -> None:
    graph = recorded(
        """
        provider = aws.Provider("mine", region="us-west-2", default_tags={"tags": {"app": "toy"}})
        box = Box("box", ResourceOptions(providers={"aws": provider}))
        aws.kms.Key("key", tags={"own": "1"}, opts=ResourceOptions(parent=box))
        aws.acm.Certificate("edge", domain_name="a.example", region="us-east-1", opts=ResourceOptions(parent=box))
        who = aws.get_caller_identity_output(opts=pulumi.InvokeOptions(provider=provider))
        pulumi.export("account", who.account_id)
        """,
        project=NO_DEFAULTS,
    )
    key = graph.one("aws:kms/key:Key")
    provider = graph.one("pulumi:providers:aws")
    assert key.provider == f"{provider.urn}::{provider.outputs['id']}"
    assert str(key.outputs["arn"]).startswith("arn:aws:kms:us-west-2:123456789012:key/")
    assert key.inputs["tags"] == {"own": "1"}
    assert key.outputs["tagsAll"] == {"app": "toy", "own": "1"}
    assert str(graph.one("aws:acm/certificate:Certificate").outputs["arn"]).startswith("arn:aws:acm:us-east-1:")
    assert graph.exports["account"] == "123456789012"


def test_look_ups_without_an_answer_are_refused(recorded: Recorded) -> None:
    with pytest.raises(UnknownLookupError, match="aws:ec2/getAmi:getAmi"):
        recorded('aws.ec2.get_ami(owners=["self"])')
    with pytest.raises(UnknownLookupError, match="existing aws:ec2/vpc:Vpc vpc-1"):
        recorded('aws.ec2.Vpc.get("old", "vpc-1")')


def test_run_error_is_an_invalid_stack(recorded: Recorded) -> None:
    with pytest.raises(InvalidStack) as caught:
        recorded('raise pulumi.RunError("first\\nsecond")')
    assert str(caught.value) == "first\nsecond"


def test_a_missing_key_is_an_invalid_stack(recorded: Recorded) -> None:
    with pytest.raises(InvalidStack, match="toy:size"):
        recorded('pulumi.Config().require_int("size")')


def test_other_errors_pass_through(recorded: Recorded) -> None:
    with pytest.raises(ZeroDivisionError):
        recorded("1 / 0")


def test_configuration_arrives_as_the_cli_hands_it_over(recorded: Recorded) -> None:
    project = """
name: toy
runtime: python
config:
  aws:region: {value: eu-west-1}
  toy:size: {type: integer, default: 3}
  toy:colour: {type: string, default: red}
  short: 5
"""
    graph = recorded(
        """
        config = pulumi.Config()
        pulumi.export("size", config.require_int("size"))
        pulumi.export("colour", config.require("colour"))
        pulumi.export("short", config.require("short"))
        pulumi.export("on", config.require_bool("on"))
        pulumi.export("network", config.require_object("network"))
        pulumi.export("region", pulumi.Config("aws").require("region"))
        pulumi.export("where", [pulumi.get_stack(), pulumi.get_project(), pulumi.runtime.is_dry_run()])
        """,
        config={"toy:colour": "blue", "toy:on": True, "toy:network": {"zones": ["a"], "nat": 1}},
        project=project,
    )
    assert graph.exports == {
        "size": 3,
        "colour": "blue",
        "short": "5",
        "on": True,
        "network": {"zones": ["a"], "nat": 1},
        "region": "eu-west-1",
        "where": ["prod", "toy", False],
    }


def test_what_the_program_logs_is_kept(recorded: Recorded) -> None:
    graph = recorded('pulumi.log.warn("old version"); pulumi.log.debug("noise")')
    assert [(m.severity, m.text) for m in graph.messages] == [("warning", "old version")]


def test_prints_stay_off_standard_output(recorded: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    recorded('print("hello")')
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "hello\n"


def test_runs_leave_no_trace_for_the_next(toy: Toy) -> None:
    here = Path.cwd()
    root = toy('aws.s3.Bucket("a"); pulumi.export(pulumi.get_stack(), pulumi.Config().get("x") or "unset")')
    first = record(root, "one", {"toy:x": "1"})
    previewed = record(root, "two", {}, mode="preview")
    (root / "__main__.py").write_text("import pulumi\nraise pulumi.RunError('no')\n")
    with pytest.raises(InvalidStack):
        record(root, "three", {})
    (root / "__main__.py").write_text("import pulumi_aws as aws\naws.s3.Bucket('a')\n")
    assert first.exports == {"one": "1"}
    assert previewed.exports == {"two": "unset"}
    assert record(root, "four", {}).exports == {}
    assert Path.cwd() == here
    assert str(root) not in sys.path
    assert pulumi.runtime.get_root_resource() is None


def test_the_same_program_gives_the_same_graph(toy: Toy) -> None:
    root = toy(WIRED + SECRETS)
    script = (
        "import sys; from pathlib import Path; from preview.record import record;"
        f"g = record(Path({str(root)!r}), 'prod', {{}});"
        "print([(r.urn, dict(r.inputs), dict(r.outputs), r.dependencies) for r in g.resources])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(InvalidProject, match=r"no Pulumi\.yaml there"):
        record(tmp_path, "prod", {})
