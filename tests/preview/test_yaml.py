"""What the engine reads, recorded; and the words for what is no YAML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from preview import project, stackfile, yaml

RECORDED: list[tuple[str, dict[str, str] | None]] = json.loads(
    (Path(__file__).parent / "data" / "engine-stack-files.json").read_text(encoding="utf-8")
)["cases"]

ON_PURPOSE = (
    "has no use in a stack file",  # tags
    "needs quotes; without, it becomes",  # names that are numbers, dates or nothing
    "also in quotes",  # '<<'
    "needs a space behind it",  # {a:1}
    "the engine loses it",  # text that begins with an empty line
    "the engine reads only the first",
    "byte order mark",
    "a line that begins with %",
    "is no escape in double quotes",
    "no text follows on the lines below",
    "a line of this value begins with a dash",
    "needs quotes; *a stands for a value",
    "a name at the top level is text",
)
"""What is refused though the engine reads it: it is never what people mean."""


def read(folder: Path, text: str) -> dict[str, str]:
    """Return the configuration that a program gets in the preview."""
    path = folder / "Pulumi.prod.yaml"
    path.write_bytes(text.encode())
    found = stackfile.read(path)
    return project.Project(root=folder, name="a").values(found.config, found.spelled)


def meant(values: dict[str, str]) -> dict[str, Any]:
    """Return values decoded where they are objects: the engine's JSON and ours spell alike, but for escapes."""
    return {
        key: json.loads(text, parse_int=_number) if text[:1] in ("{", "[") else text for key, text in values.items()
    }


def _number(digits: str) -> float:
    """Return a number as a program reads it: a large one is no exact one."""
    return int(digits) if len(digits) < 19 else float(digits)


def test_every_recorded_file_is_read_as_the_engine_reads_it_or_refused(tmp_path: Path) -> None:
    """All in one: the file system takes longer than the reading."""
    equal, refused = 0, []
    for text, expected in RECORDED:
        if expected is None or "secure: x}" in text:
            continue
        try:
            found = read(tmp_path, text)
        except stackfile.InvalidStackFile as error:
            refused.append((text, str(error)))
        else:
            assert meant(found) == meant(expected), text
            equal += 1
    assert equal > 780
    assert [case for case in refused if not any(reason in case[1] for reason in ON_PURPOSE)] == []
    assert len(refused) < 60


def test_what_the_engine_refuses_is_refused(tmp_path: Path) -> None:
    wrong = [text for text, expected in RECORDED if expected is None and "secure: x}" not in text]
    assert len(wrong) > 70
    for text in wrong:
        with pytest.raises(stackfile.InvalidStackFile) as caught:
            read(tmp_path, text)
        assert "\n" not in str(caught.value)


def test_encrypted_values_stay_closed(tmp_path: Path) -> None:
    assert read(tmp_path, "config:\n  a:b: {secure: v1:x}\n  a:c: [{secure: v1:y}]\n  a:d: {secure: 5}\n") == {
        "a:b": "[secret]",
        "a:c": '["[secret]"]',
        "a:d": '{"secure":5}',
    }


def test_what_the_engine_spells_otherwise_is_kept_as_written(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text("config:\n  a:b: 012\n  a:c: {x: [1.10, 5, TRUE], <<: {x: 0x1, y: 1e3}}\n  a:d: '012'\n")
    assert stackfile.read(path).spelled == {
        "a:b": {(): "012"},
        "a:c": {("x", 0): "1.10", ("x", 2): "TRUE", ("y",): "1e3"},
    }


HEAD = "config:\n  slipway:app: shop\n"
TAIL = "  slipway:cache: {}\n  slipway:registry: {}\n"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("  slipway:database:\n\tengine: postgres", "4:1: a tab indents this line; YAML takes spaces only"),
        ('  slipway:database:\n    engine: postgres\n\tversion: "17"', "5:1: a tab indents this line"),
        ('  slipway:database:\n    engine:postgres\n    version: "17"', "4:5: a colon needs a space behind it: engine: postgres"),
        ('  slipway:database:\n    version: "17"\n    engine:postgres', "5:5: a colon needs a space behind it: engine: postgres"),
        ("  slipway:database: {engine:postgres, size: 5}", "3:22: a colon needs a space behind it: engine: postgres"),
        ("  slipway:database: {engine:}", "a colon inside {} and [] needs a space behind it"),
        ('  slipway:database:\n    version: "17\n    engine: postgres', "4:14: the quote that begins here has no end"),
        ('  slipway:database:\n    version: "17\n    engine: "postgres"', "4:14: the quote that begins here ends only on line 5"),
        ("  slipway:database: {version: '17, engine: postgres}\n  slipway:x: 'a'", "3:31: the quote that begins here ends only on line 4"),
        ('  slipway:database:\n    version: "17"\n      engine: x', "5:7: indented by 6 spaces, deeper than line 4 (4), which has a value already"),
        ('  slipway:database:\n    version: "17"\n   engine: x', "5:4: indented by 3 spaces, which fits no line above; 2 or 4 would"),
        ('   slipway:database:\n    version: "17"', "3:4: indented by 3 spaces, deeper than line 2 (2), which has a value already"),
        (' slipway:database:\n    version: "17"', "3:2: indented by 1 space, which fits no line above; 2 would"),
        ("  slipway:tags: {owner: @platform}", "3:25: a value that begins with @ needs quotes"),
        ("  slipway:tags:\n    owner: `platform`", "4:12: a value that begins with ` needs quotes"),
        ("  slipway:tags:\n    owner: %platform", "4:12: a value that begins with % needs quotes"),
        ("  slipway:domain:\n    host: *.example.com", "4:11: a value that begins with * needs quotes"),
        ("  slipway:x: [*api]", "3:15: a value that begins with * needs quotes"),
        ("  slipway:x:\n    a: & b", "4:8: a value that begins with & needs quotes"),
        ("  slipway:x: !Ref foo", "3:14: a value that begins with ! needs quotes"),
        ("  slipway:x: | grep", "3:14: a value that begins with | needs quotes"),
        ("  slipway:x: >5", "3:14: a value that begins with > needs quotes"),
        ("  slipway:x: - a", "3:14: a list begins on the line below its name, or stands in brackets"),
        ("  slipway:x:\n    zones:\n      -us-east-1a\n      -us-east-1b\n    cidr: x", "5:7: a line of this value begins with a dash"),
        ("  slipway:x:\n    zones:\n      - us-east-1a\n      -us-east-1b\n    cidr: x", "6:7: an element of a list needs a space after its dash"),
        ("  slipway:x:\n    zones:\n      - us-east-1a\n     - us-east-1b", "6:6: indented by 5 spaces, which fits no line above; 6 would"),
        ("  slipway:x: a: b", "3:15: a second colon in this line"),
        ("  slipway:tags:\n    note: see: that", "4:14: a second colon in this line"),
        ('  slipway:database:\n    engine postgres\n    version: "17"', "4:5: no colon in this line"),
        ("  slipway:x = 5", "3:3: no colon in this line"),
        ("  slipway:x:\n    zones: [a, b\n    cidr: x", "4:12: the [ that begins here has no ] before line 5"),
        ("  slipway:tags: {owner: platform", "3:17: the { that begins here has no } before line 4"),
        ("  slipway:x: [a, b}", "3:19: } closes what [ began; write ]"),
        ("  slipway:x: [a, b]]", "3:20: a ] too many"),
        ('  slipway:x: ["a" "b"]', "3:19: a comma is missing here"),
        ("  slipway:x: {a: b c: d}", "3:21: a second colon; is a comma missing before it?"),
        ("  slipway:x: [a,, b]", "3:17: a value is missing before this comma"),
        ("  slipway:x: [- a]", "inside [] elements stand without dashes"),
        ('  slipway:x: "a" b', "3:18: text after the quote that ends the value"),
        ("  slipway:x: [a] b", "3:18: text after the bracket that ends the value"),
        ('  slipway:x: "\\d+"', "\\d is no escape in double quotes; in single quotes a backslash is itself"),
        ('  slipway:x: "C:\\new\\users"', "\\u is no escape in double quotes"),
        ('  slipway:x: "a\\/b"', "\\/ is no escape to the engine; write / alone"),
        ("  slipway:x: {{ app }}", "3:15: a template cannot be a name"),
        ("  slipway:x:\n    a: {{ app }}-x", "a stack file knows no templates"),
        ("  slipway:x: a\x07b", "3:15: the character U+0007 cannot stand in YAML"),
        ("  slipway:app: y", '3:3: the key "slipway:app" is already on line 2'),
        ("  slipway:x: {a: b, a: c}", '3:21: the key "a" is already on line 3'),
        ("  slipway:x:\n    a: 1\n    - b", "5:5: an element of a list among names"),
        ("  slipway:x:\n    - b\n    a: 1", "5:5: a name among the elements of a list"),
        ("  slipway:x: {cron: 0 7 ? * *}", "3:21: inside {} and [] a value with a question mark needs quotes"),
        ("  slipway:x: {017: a}", "3:15: the name 017 needs quotes; without, it becomes '15'"),
        ("  slipway:x: {2026-11-30: a}", "3:15: the name 2026-11-30 needs quotes"),
        ("  slipway:x: {~: a}", "3:15: the name ~ needs quotes"),
        ("  slipway:x: {<<: 5}", "<< merges a mapping"),
        ("  slipway:x: .inf", "3:14: .inf is a number that no setting takes"),
        ("  slipway:x: !!int five", "3:14: 'five' does not fit its tag !!int"),
        ("  slipway:x: a\ufeffb", "3:15: an invisible character (a byte order mark)"),
        ("%YAML 1.2\n---", "a line that begins with % is no part of a stack file"),
    ],
)  # fmt: skip
def test_common_mistakes_are_told_where_they_are(lines: str, told: str) -> None:
    text = f"{lines}\n{HEAD}" if lines.startswith("%") else f"{HEAD}{lines}\n{TAIL}"
    with pytest.raises(yaml.Error) as caught:
        yaml.load(text)
    assert told in str(caught.value)


def test_numbers_may_be_read_exactly() -> None:
    assert str(yaml.load("a: [1.10, 5, x]", exact=True)) == "{'a': [Decimal('1.10'), Decimal('5'), 'x']}"


def test_a_number_of_thousands_of_digits_is_read_as_one() -> None:
    assert yaml.load("a: " + "1" * 5000) == {"a": "1" * 5000}
    assert yaml.load("a: " + "1" * 200) == {"a": float("1" * 200)}
