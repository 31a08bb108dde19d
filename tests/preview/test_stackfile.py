from __future__ import annotations

from pathlib import Path

import pytest

from preview import stackfile
from preview.stackfile import InvalidStackFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Pulumi.prod.yaml"


def test_a_stack_file(path: Path) -> None:
    path.write_text(
        "encryptionsalt: v1:abc\n"
        "config:\n"
        "  aws:region: us-east-1\n"
        "  slipway:flag: true\n"
        "  slipway:version: 0.50\n"
        "  slipway:none:\n"
        "  slipway:database: {engine: postgres, storageGib: 50, ratio: 1.50, multiAz: yes, since: 2024-01-31}\n"
        "  slipway:zones: [a, b]\n"
    )
    found = stackfile.read(path)
    assert found.stack == "prod"
    assert found.path == path
    assert found.config == {
        "aws:region": "us-east-1",
        "slipway:flag": "true",
        "slipway:version": "0.5",
        "slipway:none": "",
        "slipway:database": {
            "engine": "postgres",
            "storageGib": 50,
            "ratio": 1.5,
            "multiAz": "yes",
            "since": "2024-01-31 00:00:00 +0000 UTC",
        },
        "slipway:zones": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0o17", 15),
        ("017", 15),
        ("08", 8),
        ("0x1F", 31),
        ("1_000", 1000),
        ("-5", -5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("no", "no"),
        ("on", "on"),
        ("True", True),
        ("~", None),
        ("1.2.3", "1.2.3"),
        ("12:30:45", "12:30:45"),
        ("'5'", "5"),
    ],
)
def test_scalars_mean_what_the_engine_reads(path: Path, text: str, expected: object) -> None:
    path.write_text(f"config:\n  a:b: [{text}]\n")
    assert stackfile.read(path).config == {"a:b": [expected]}


def test_aliases_and_merges(path: Path) -> None:
    path.write_text("config:\n  a:base: &base {x: 1, y: 2}\n  a:more: {<<: *base, y: 3}\n")
    assert stackfile.read(path).config["a:more"] == {"x": 1, "y": 3}


BOMB = "config:\n  a:a0: &a0 [x]\n" + "".join(
    f"  a:a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty; it needs a config: section"),
        ("# nothing yet\n", "the file is empty; it needs a config: section"),
        ("- a\n", "expected a mapping with a config: section, found a list"),
        ("hello", "expected a mapping with a config: section, found a single value"),
        ("settings: {}\n", "no config: section; at the top level there is settings"),
        ("config:\n", "config: expected a mapping, found a single value"),
        ("config: [1]\n", "config: expected a mapping, found a list"),
        ("config: {app: x}\n", "'app' is no key; write <namespace>:<name>, such as slipway:app"),
        ("config: {3: x}\n", "'3' is no key"),
        ("3: x\nconfig: {'a:b': 1}\n", ":1:1: a name at the top level is text; put it in quotes"),
        (
            "config: {'a:b': 1}\nenvironment: [dev]\n",
            "environment: what Pulumi ESC adds to the configuration is not known offline",
        ),
        ("config: {'a:b': 1}\nencryptionsalt: [dev]\n", "encryptionsalt: expected text"),
        ("config:\n  a:b: {\n", ":3:1: not valid YAML"),
        ("config:\n\ta:b: 1\n", ":2:1: not valid YAML: a tab indents this line; YAML takes spaces only"),
        ("config:\n  a:b: 1\n  a:b: 2\n", ':3:3: not valid YAML: the key "a:b" is already on line 2'),
        ("config:\n  a:b: {x: 1, x: 2}\n", ':2:15: not valid YAML: the key "x" is already on line 2'),
        ("config: {'a:b': 1}\n---\nconfig: {}\n", "not valid YAML"),
        ("config: {'a:b': !!python/name:os.system ''}\n", "not valid YAML: a value that begins with ! needs quotes"),
        ("config: &a\n  a:b: *a\n", "an alias stands for something it is part of"),
        (BOMB, "aliases unfold into too many values"),
        (
            "config:\n  a:b: {cron: 0 7 ? * *}\n",
            ":2:15: not valid YAML: inside {} and [] a value with a question mark needs quotes: '0 7 ? * *'",
        ),
        ("config:\n  a:b: [x?]\n", ":2:9: not valid YAML: inside {} and [] a value with a question mark"),
        ("config:\n  a:b: " + "[" * 100_000, "nested deeper than 50 levels"),
        ("config: {'a:b': 1}\n#" + "x" * 1_000_000, "bytes; a stack file has at most 1,000,000"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(path: Path, text: str, problem: str) -> None:
    path.write_text(text)
    with pytest.raises(InvalidStackFile) as caught:
        stackfile.read(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert problem in message
    assert "\n" not in message


def test_not_text(path: Path) -> None:
    path.write_bytes(b"config: \xff\xfe")
    with pytest.raises(InvalidStackFile, match=r"not UTF-8 text \(byte 9\)"):
        stackfile.read(path)


def test_missing_and_misnamed(tmp_path: Path) -> None:
    with pytest.raises(InvalidStackFile, match="no such file"):
        stackfile.read(tmp_path / "Pulumi.prod.yaml")
    (tmp_path / "Pulumi.dir.yaml").mkdir()
    with pytest.raises(InvalidStackFile, match="is a directory"):
        stackfile.read(tmp_path / "Pulumi.dir.yaml")
    with pytest.raises(InvalidStackFile, match=r"a stack file is called Pulumi\.<stack>\.yaml"):
        stackfile.read(tmp_path / "prod.yaml")


def test_the_stacks_of_a_folder(tmp_path: Path) -> None:
    for name in ("Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.dev-2.yaml", "other.yaml"):
        (tmp_path / name).touch()
    assert stackfile.stacks(tmp_path) == ["dev-2", "prod"]
