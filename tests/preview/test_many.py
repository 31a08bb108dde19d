"""Every stack file of a folder, as one table."""

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from preview import __main__ as command
from preview import many
from tests import stacks

GOOD = "examples/extended/Pulumi.dev.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stack file that passes, one that is refused, one that is wrong and one that is no YAML."""
    made = tmp_path_factory.mktemp("stacks")
    good = (stacks.ROOT / GOOD).read_text(encoding="utf-8")
    for name, text in {
        "a/Pulumi.dev.yaml": good,
        "a/Pulumi.yaml": "name: other\n",
        "b/Pulumi.prod.yaml": good.replace("environment: development", "environment: production").replace(
            "slipway:registry: {}", "slipway:protection: {deletionProtection: false}\n  slipway:registry: {}"
        ),
        "c/Pulumi.wrong.yaml": good.replace("slipway:app:", "slipway:ap:"),
        "c/Pulumi.none.yaml": "a: [",
        ".hidden/Pulumi.dev.yaml": good,
        "node_modules/x/Pulumi.dev.yaml": good,
    }.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def rows(folder: Path) -> Sequence[many.StackRow]:
    return many.run(stacks.ROOT, many.find(folder), stacks.ROOT / "policy", {})


def test_stack_files_are_found_below_a_folder(folder: Path) -> None:
    found = [str(path.relative_to(folder)) for path in many.find(folder)]
    assert found == ["a/Pulumi.dev.yaml", "b/Pulumi.prod.yaml", "c/Pulumi.none.yaml", "c/Pulumi.wrong.yaml"]


def test_each_file_has_its_row(rows: Sequence[many.StackRow]) -> None:
    assert [row.code for row in rows] == [0, 1, 2, 2]
    assert [row.verdict for row in rows] == ["passes policy", "refused by policy", "not previewed", "not previewed"]
    assert "unknown setting; did you mean app?" in rows[3].mistakes
    assert rows[1].mandatory
    assert not rows[0].mandatory


def test_a_row_says_what_a_single_preview_says(
    rows: Sequence[many.StackRow], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert command.main(["--root", str(stacks.ROOT), "--file", str(stacks.ROOT / GOOD), "--format", "plain"]) == 0
    headline = capsys.readouterr().out.splitlines()[0]
    assert headline == (
        f"slipway dev: passes policy with {len(rows[0].advisory)} remarks, about {rows[0].usd} USD a month, {rows[0].resources} resources"
    )


@pytest.mark.parametrize("format_", ["plain", "rich", "markdown"])
def test_what_stops_a_stack_stands_below_the_table(rows: Sequence[many.StackRow], format_: many.Format) -> None:
    text = many.shown(rows, format_, findings=False)
    for words in (
        "refused by policy",
        "unknown setting; did you mean app?",
        "not valid YAML",
        "4 stack files: 1 stack refused by policy, 2 files not previewed",
    ):
        assert words in text
    assert "advisory:" not in text
    assert "advisory:" in many.shown(rows, format_, findings=True)


def test_json_has_everything(rows: Sequence[many.StackRow]) -> None:
    document = json.loads(many.shown(rows, "json", findings=False))
    assert document["version"] == many.VERSION
    assert [stack["code"] for stack in document["stacks"]] == [0, 1, 2, 2]
    assert document["stacks"][0]["advisory"] == list(rows[0].advisory)


def test_stacks_of_the_same_names_are_told() -> None:
    same = [many.StackRow(file=file, code=0, names="shop-production in us-east-1") for file in ("a", "b")]
    other = many.StackRow(file="c", code=0, names="shop-production in eu-west-1")
    (told,) = many.clashes([*same, other, many.StackRow(file="d", code=2, mistakes="x")])
    at = [
        many.StackRow(file=file, code=0, at_balancer=f"acme/slipway/platform from {base}")
        for file, base in (("a", 1000), ("b", 2000), ("c", 1000))
    ]
    assert many.clashes(at) == [
        "a, c: each has rules at the load balancer of acme/slipway/platform from 1000: AWS takes no priority twice; give each a shared.priorityBase of its own"
    ]
    assert told.startswith(
        "a, b: each is shop-production in us-east-1: in one account they would take each other's resources"
    )


def test_stacks_of_one_host_are_told() -> None:
    made = [
        many.StackRow(file=file, code=0, hosts=hosts)
        for file, hosts in (
            ("a", ("m.example.com", "x.example.com")),
            ("b", ("m.example.com", "x.example.com")),
            ("c", ("x.example.com",)),
            ("d", ()),
        )
    ]
    assert many.clashes(made) == [
        "a, b: each makes the record of m.example.com: a hosted zone takes one of a name, so the second update fails while the first stack has it",
        "a, b, c: each makes the record of x.example.com: a hosted zone takes one of a name, so the second update fails while the first stack has it",
    ]


def test_a_row_knows_its_hosts(rows: Sequence[many.StackRow]) -> None:
    assert rows[0].hosts == ("dev.example.com", "origin.dev.example.com")


def test_a_row_knows_its_names(rows: Sequence[many.StackRow]) -> None:
    assert rows[0].names == "extended-development in us-east-1"


def test_stacks_of_another_program_have_no_names_to_compare(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: toy\nruntime: python\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text("", encoding="utf-8")
    files = [tmp_path / f"Pulumi.{stack}.yaml" for stack in "ab"]
    for file in files:
        file.write_text("config: {aws:region: us-east-1}\n", encoding="utf-8")
    rows = many.run(tmp_path, files, tmp_path / "no pack", {})
    assert [(row.code, row.names) for row in rows] == [(0, ""), (0, "")]
    assert not many.clashes(rows)


@pytest.mark.parametrize(("codes", "code"), [([], 0), ([0, 0], 0), ([0, 1], 1), ([1, 2, 0], 2)])
def test_the_worst_file_decides(codes: Sequence[int], code: int) -> None:
    assert many.exit_code([many.StackRow(file="a", code=one) for one in codes]) == code


def test_a_copy_that_ends_early_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object) -> many.StackRow:
        os._exit(9)

    monkeypatch.setattr(many, "_row", ended)
    (row,) = many.run(stacks.ROOT, [stacks.ROOT / GOOD], stacks.ROOT / "no pack", {})
    assert row.code == 2
    assert "ended early, with exit code 9" in row.mistakes


def held() -> tuple[int, set[str]]:
    """How many files this process has open, and its children: a loaded pack of other tests may be among them."""
    children = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            parent = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
            children |= {process.name} if parent == str(os.getpid()) else set()
    return len(list(Path("/proc/self").glob("fd/*"))), children


def test_a_copy_leaves_nothing_behind(folder: Path) -> None:
    files, children = held()
    many.run(stacks.ROOT, many.find(folder / "c"), stacks.ROOT / "policy", {})
    left, remaining = held()
    assert left <= files
    assert remaining <= children


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--all", "{folder}/none"], "no stack file (Pulumi.STACK.yaml) in it"),
        (["--all", "{folder}", "--base", "HEAD"], "each by itself"),
        (["--all", "{folder}", "--format", "html"], "shown as rich, plain, json, markdown"),
        (["--all", "{folder}", "--stack", "staging"], "not allowed with argument"),
    ],
)
def test_what_does_not_go_together_is_told(
    folder: Path, words: Sequence[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [word.replace("{folder}", str(folder)) for word in words]
    try:
        code = command.main(given)
    except SystemExit as end:
        code = int(end.code or 0)
    assert code == 2
    assert told in capsys.readouterr().err


def test_the_command_ends_with_the_worst_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--root", str(stacks.ROOT), "--all", str(folder / "c"), "--format", "plain"]) == 2
    assert "2 stack files: no stack refused by policy, 2 files not previewed" in capsys.readouterr().out
