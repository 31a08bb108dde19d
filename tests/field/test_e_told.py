"""What people are told: words, formats, the command line, pages."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from preview.graph import Message
from preview.pricing import estimate
from preview.render import Preview, render
from preview.reports import Report, write
from preview.summary import kind
from preview.words import count, is_plural
from tests import stacks

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("stack=staging", "stack: no target takes this; variables are written in capitals, such as STACK=staging"),
        ("STAK=staging", "STAK: no target takes this"),
        ("format=plain", "format: no target takes this"),
    ],
)
def test_a_variable_that_no_target_knows_is_refused(given: str, told: str) -> None:
    done = run("make", "preview", given)
    assert done.returncode == 2
    assert told in done.stderr
    assert not done.stdout


def test_what_targets_know_is_taken() -> None:
    done = run("make", "-n", "status", "STACK=prod", "ARGS=--json a=b", "PYTHON=python3")
    assert done.returncode == 0, done.stderr
    assert "--json a=b" in done.stdout


def test_a_first_installation_without_network_says_what_is_missing(tmp_path: Path) -> None:
    """pip's own words come first; what they mean comes last."""
    for name in ("Makefile", "requirements.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho 'ERROR: no route to host' >&2\nexit 1\n", encoding="utf-8")
    python.chmod(0o755)
    python.with_name("pip").symlink_to("python")
    done = subprocess.run(["make", "install"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "a Python package index must be reachable" in done.stderr
    assert not (tmp_path / ".venv" / ".installed").exists()


PYTHON = """#!/bin/sh
echo "$*" >> said
case "$*" in
  *"venv --without-pip"*) mkdir -p .venv/bin && ln -s "$0" .venv/bin/python ;;
  *"-m venv"*) touch .venv/bin/pip && chmod +x .venv/bin/pip ;;
  *"-m pip --python"*) cat > given; {pip} ;;
esac
"""


@pytest.mark.parametrize("has_pip", [True, False])
def test_a_first_installation_begins_with_the_locked_pip_or_that_of_the_venv(tmp_path: Path, *, has_pip: bool) -> None:
    for name in ("Makefile", "requirements.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    python = tmp_path / "python"
    python.write_text(PYTHON.replace("{pip}", "true" if has_pip else "exit 1"), encoding="utf-8")
    python.chmod(0o755)
    subprocess.run(["make", "install", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, check=True)
    said = (tmp_path / "said").read_text(encoding="utf-8").splitlines()[1:]
    assert said[0] == "-m venv --without-pip .venv"
    assert "--require-hashes -r /dev/stdin" in said[1]
    given = (tmp_path / "given").read_text(encoding="utf-8").splitlines()
    assert given[0].startswith("pip==")
    assert all("--hash=sha256:" in line for line in given[1:-1])
    assert ("-m venv .venv" in said) is not has_pip
    assert said[-1].endswith("--require-hashes -r requirements.txt")
    assert (tmp_path / ".venv" / ".installed").exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [("pdf", "FORMAT=pdf: there is no such format; allowed: rich, plain,"), ("Plain", "did you mean plain?")],
)
def test_an_unknown_format_is_one_line(given: str, told: str) -> None:
    done = run(sys.executable, "-m", "preview", "--format", given)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("form", ["rich", "json"])
def test_a_terminal_of_ascii_gets_a_preview(form: str) -> None:
    done = run(sys.executable, "-m", "preview", "--format", form, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    if form == "json":
        assert json.loads(done.stdout)["stack"] == "prod"


def shown(name: str, form: str) -> str:
    graph, verdict = stacks.recorded(name), stacks.evaluated(name)
    if form in ("plain", "markdown"):
        made = Preview(source=name, graph=graph, estimate=estimate(graph), verdict=verdict)
        return render(made, "plain" if form == "plain" else "markdown")
    return write(Report(source=name, graph=graph, verdict=verdict), "plain")


@pytest.mark.parametrize("name", stacks.NAMES)
def test_reports_count_in_good_words(name: str) -> None:
    for form in ("plain", "markdown", "report"):
        text = shown(name, form)
        assert (
            re.findall(
                r"\b1 (?:[A-Za-z]+ )?(?:tasks|days|zones|nodes|shards|replicas|policies|alarms|resources|findings|questions|subnets)\b",
                text,
            )
            == []
        )
        assert re.findall(r"\b(\d+) to \1\b", text) == []
        assert re.findall(r"\b\w+(?:lses|rses|nses|dses|tses|ysies|ssess)\b", text) == []
        assert "partly on Spot" not in text


def test_every_kind_has_a_number() -> None:
    kinds = {kind(resource.type) for name in stacks.NAMES for resource in stacks.recorded(name).resources}
    assert len(kinds) > 60
    for word in kinds:
        one, two = count(1, word), count(2, word)
        assert one.startswith("1 ")
        assert two != one
        assert not re.search(r"ses$", two) or not is_plural(word), two


def test_names_of_a_certificate_stand_between_commas() -> None:
    name = next(name for name in stacks.NAMES if "rupaya/Pulumi.prod" in name)
    text = shown(name, "plain")
    assert re.search(r"certificate +\S+, \S+", text) or "certificate        api.rupaya.com" in text


def test_a_source_outside_the_folder_is_an_address() -> None:
    graph, verdict = stacks.recorded("Pulumi.prod.yaml"), stacks.evaluated("Pulumi.prod.yaml")
    finding = stacks.evaluated(next(name for name in stacks.NAMES if stacks.evaluated(name).findings)).findings[0]
    report = Report(
        source="/tmp/a b/Pulumi.prod.yaml",
        graph=graph,
        verdict=type(verdict)(pack="p", policies=1, findings=(finding,)),
    )
    (result,) = json.loads(write(report, "sarif"))["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert location == "file:///tmp/a%20b/Pulumi.prod.yaml"


def test_no_text_is_behind_the_times() -> None:
    for path in (
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("settings/model/*.py"),
        ROOT / "README.md",
        ROOT / "slipway.schema.json",
    ):
        text = path.read_text(encoding="utf-8")
        assert "AWS Chatbot" not in text.replace("(once AWS Chatbot", ""), path
        if path.name != "policies.md":
            assert "Performance Insights" not in text.replace("(once Performance Insights)", ""), path


def test_there_is_a_page_of_what_it_does_not_do() -> None:
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert "docs/limits.md" in (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and line != "| not here | instead |"]
    assert len(rows) > 25
    assert all(len([cell for cell in row.split("|") if cell.strip()]) == 2 for row in rows)


@pytest.mark.parametrize("name", stacks.NAMES)
def test_the_verdict_begins_and_ends_a_preview_and_nobody_reads_invented_ids(name: str) -> None:
    text = shown(name, "plain")
    lines = text.splitlines()
    assert lines[0] == lines[-1]
    assert re.search(r": (?:passes|refused by) policy", lines[0])
    assert ("Services  " in "\n".join(lines[:12])) == bool(stacks.recorded(name).of("aws:ecs/service:Service"))
    assert not re.search(r"\b(?:vpc|subnet|sg)-[0-9a-f]{8,}|\b123456789012\.dkr|^Outputs", text, re.MULTILINE)
    assert max(map(len, lines)) <= 120


def test_warnings_are_counted_in_the_headline() -> None:
    warned = (
        Message(severity="warning", text="old"),
        Message(severity="warning", text="odd"),
        Message(severity="info", text="so"),
    )
    graph = dataclasses.replace(stacks.recorded("Pulumi.prod.yaml"), messages=warned)
    made = Preview(source="x", graph=graph, estimate=estimate(graph), verdict=None)
    assert ", 2 warnings, about " in render(made, "plain").splitlines()[-1]


def test_outputs_are_for_programs() -> None:
    graph, verdict = stacks.recorded("Pulumi.prod.yaml"), stacks.evaluated("Pulumi.prod.yaml")
    made = Preview(source="Pulumi.prod.yaml", graph=graph, estimate=estimate(graph), verdict=verdict)
    assert json.loads(render(made, "json"))["exports"]["vpcId"].startswith("vpc-")


def test_the_width_of_the_terminal_is_kept() -> None:
    done = run(sys.executable, "-m", "preview", "--format", "plain", COLUMNS="80")
    lines = [line for line in done.stdout.splitlines() if len(line.split()) > 3]
    assert len(lines) > 100
    assert max(map(len, lines)) <= 80
