"""The command as a person runs it: a process with arguments, output and exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Toy = Callable[..., Path]
REPOSITORY = Path(__file__).parents[2]

PROGRAM = """
size = pulumi.Config().require_int("size")
if size > 9:
    raise pulumi.RunError("toy:size: 10 is outside 1..9\\ntoy:name: not set")
box = Box("box")
aws.kms.Key("box-key", enable_key_rotation=size > 1, opts=ResourceOptions(parent=box))
box.register_outputs({})
"""
PROJECT = "name: toy\nruntime: python\nconfig:\n  aws:region: {value: us-east-1}\n"

PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def rotates(args, report):
    if args.resource_type == "aws:kms/key:Key" and not args.props["enableKeyRotation"]:
        report("enableKeyRotation is false")

PolicyPack("toy", [ResourceValidationPolicy("rotates", "Keys rotate.", rotates, EnforcementLevel.MANDATORY)])
"""


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "preview", "--root", str(root), *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def root(toy: Toy) -> Path:
    stacks = {
        "prod": "config: {'toy:size': 2}\n",
        "small": "config: {'toy:size': 1}\n",
        "big": "config: {'toy:size': 10}\n",
    }
    return toy(PROGRAM, project=PROJECT, stack_files=stacks)


@pytest.fixture
def guarded(root: Path) -> Path:
    (root / "policy").mkdir()
    (root / "policy" / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 0.1.0\n")
    (root / "policy" / "__main__.py").write_text(PACK)
    return root


def test_plain_when_it_is_no_terminal(root: Path) -> None:
    done = run(root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("toy prod: no policy pack, about 1.00 USD a month, 1 resource\n")
    assert done.stderr == ""


def test_a_mandatory_finding_is_exit_code_1(guarded: Path) -> None:
    assert run(guarded, "--stack", "prod").returncode == 0
    refused = run(guarded, "--stack", "small", "--format", "json")
    assert refused.returncode == 1
    assert [finding["policy"] for finding in json.loads(refused.stdout)["policy"]["findings"]] == ["rotates"]


def test_a_file_anywhere(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("elsewhere") / "Pulumi.eu.yaml"
    path.write_text("config: {'toy:size': 3}\n")
    done = run(root, "--file", str(path), "--format", "markdown")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("### toy eu:")


@pytest.mark.parametrize(
    ("config", "code", "said"),
    [
        ({"rotates": "advisory"}, 0, "advisory   rotates: "),
        ({"all": {"enforcementLevel": "disabled"}}, 0, "Policy  toy, 0 policies: no findings"),
        ({"all": "disabled", "rotates": "mandatory"}, 1, "MANDATORY  rotates: "),
        (
            {"rotates": "loud"},
            2,
            "rotates: 'loud' is not a level; allowed: disabled, advisory, mandatory, remediate",
        ),
        ({"rotates": 1}, 2, "rotates: expected a level"),
        ({"all": {"days": 1}}, 2, "all: takes an enforcementLevel only"),
        ([], 2, "expected an object with policies' names as keys"),
    ],
)
def test_a_policy_configuration_sets_levels(guarded: Path, config: object, code: int, said: str) -> None:
    path = guarded / "config.json"
    path.write_text(json.dumps(config))
    done = run(guarded, "--stack", "small", "--policy-config", str(path))
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_policy_configuration_that_is_not_there(guarded: Path) -> None:
    done = run(guarded, "--policy-config", str(guarded / "none.json"))
    assert (done.returncode, done.stderr) == (2, f"{guarded}/none.json: No such file or directory\n")


def test_settings_the_program_refuses_are_exit_code_2(guarded: Path) -> None:
    done = run(guarded, "--stack", "big")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"{guarded}/Pulumi.big.yaml: toy:size: 10 is outside 1..9\ntoy:name: not set\n"


def test_a_missing_stack_lists_those_there_are(root: Path) -> None:
    done = run(root, "--stack", "prdo")
    assert done.returncode == 2
    assert done.stderr == f"{root}/Pulumi.prdo.yaml: no such file\nStacks here: big, prod, small\n"


def test_a_stack_file_that_is_not_yaml(root: Path) -> None:
    (root / "Pulumi.bad.yaml").write_text("config: {\n")
    done = run(root, "--stack", "bad")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "Pulumi.bad.yaml:2:1: not valid YAML" in done.stderr


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    done = run(tmp_path)
    assert done.returncode == 2
    assert "no Pulumi.yaml there" in done.stderr


def test_what_the_engine_would_refuse_is_one_line(root: Path) -> None:
    (root / "__main__.py").write_text("import pulumi_aws as aws\naws.s3.Bucket('a'); aws.s3.Bucket('a')\n")
    done = run(root)
    assert done.returncode == 1
    assert done.stderr.startswith("error: Duplicate resource URN")
    assert done.stderr.count("\n") == 1


def test_a_pack_that_does_not_load_says_why(guarded: Path) -> None:
    (guarded / "policy" / "__main__.py").write_text("raise SystemExit('no rules today')\n")
    done = run(guarded)
    assert done.returncode == 1
    assert "the policy pack ended while it loaded" in done.stderr
    assert "no rules today" in done.stderr


def test_a_bug_in_the_program_shows_its_traceback(root: Path) -> None:
    (root / "__main__.py").write_text("1 / 0\n")
    done = run(root)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


def test_an_unknown_format_is_refused_with_the_known_ones(root: Path) -> None:
    done = run(root, "--format", "pdf")
    assert done.returncode == 2
    assert "plain" in done.stderr


def exported(root: Path, *, rotates: bool) -> Path:
    urn = "urn:pulumi:prod::elsewhere::aws:kms/key:Key::k"
    state = {"urn": urn, "type": "aws:kms/key:Key", "custom": True, "inputs": {"enableKeyRotation": rotates}}
    path = root / "export.json"
    path.write_text(json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": [state]}}))
    return path


@pytest.mark.parametrize(("rotates", "code"), [(True, 0), (False, 1)])
def test_an_exported_stack_needs_no_program(guarded: Path, rotates: bool, code: int) -> None:  # noqa: FBT001 - a parameter of the test
    (guarded / "__main__.py").unlink()
    done = run(guarded, "--policy", "--file", str(exported(guarded, rotates=rotates)))
    assert done.returncode == code, done.stderr
    outcome = "passes policy" if rotates else "refused by policy"
    assert done.stdout.startswith(f"elsewhere prod: {outcome} (1 resource in ")


def test_a_report_of_a_stack_file(guarded: Path) -> None:
    assert run(guarded, "--policy").returncode == 0
    refused = run(guarded, "--stack", "small", "--format", "sarif")
    assert refused.returncode == 1
    (sarif,) = json.loads(refused.stdout)["runs"]
    assert [result["ruleId"] for result in sarif["results"]] == ["rotates"]
    assert sarif["tool"]["driver"]["version"] == "0.1.0"


def test_a_foreign_file_is_exit_code_2(guarded: Path) -> None:
    (guarded / "package.json").write_text('{"name": "web"}\n')
    done = run(guarded, "--policy", "--file", str(guarded / "package.json"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "expected what `pulumi stack export` writes" in done.stderr


def test_an_exported_stack_has_no_preview(guarded: Path) -> None:
    done = run(guarded, "--file", str(exported(guarded, rotates=True)))
    assert done.returncode == 2
    assert "judge it with --policy" in done.stderr


def test_a_report_needs_a_pack(root: Path) -> None:
    done = run(root, "--policy")
    assert done.returncode == 2
    assert done.stderr == "there is no policy pack to judge by; name its folder with --pack\n"
