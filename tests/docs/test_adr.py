"""Every decision in docs/adr says the same things, and the index lists them all."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).parents[2] / "docs" / "adr"
DECISIONS: Final = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
PARTS: Final = ["Status", "Date", "Context", "Decision", "Options not taken", "Consequences"]
EACH: Final = pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)


def parts(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8")
    return dict(re.findall(r"^\*\*([A-Z][^*]+)\.\*\* (.+(?:\n.+)*)", text, re.MULTILINE))


@EACH
def test_a_decision_says_why_and_what_else_there_was(path: Path) -> None:
    said = parts(path)
    assert list(said) == PARTS
    assert re.fullmatch(r"(?:Proposed|Accepted|Superseded by [0-9]{4})\.", said["Status"])
    assert dt.date.fromisoformat(said["Date"])
    assert all(len(said[name].split()) > 5 for name in PARTS[2:])


@EACH
def test_its_name_begins_its_title(path: Path) -> None:
    number, title = re.findall(r"\A# ([0-9]{4})\. (.+)\n", path.read_text(encoding="utf-8"))[0]
    words = "-".join([number, *re.findall(r"[a-z0-9]+", title.lower())])
    assert f"{words}-".startswith(f"{path.stem}-")


def test_numbers_have_no_gap_and_dates_rise() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    dates = [parts(path)["Date"] for path in DECISIONS]
    assert dates == sorted(dates)


def test_the_index_lists_all() -> None:
    rows = re.findall(
        r"^\| ([0-9]{4}) \| \[(.+)\]\((.+)\) \| (.+) \| (\S+) \|$",
        (FOLDER / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    expected = []
    for path in DECISIONS:
        number, title = re.findall(r"\A# ([0-9]{4})\. (.+)\n", path.read_text(encoding="utf-8"))[0]
        said = parts(path)
        expected.append((number, title, path.name, said["Status"].rstrip("."), said["Date"]))
    assert rows == expected


def test_the_design_says_what_each_decided() -> None:
    design = (DECISIONS[0].parents[1] / "design.md").read_text(encoding="utf-8")
    assert [path.name for path in DECISIONS if f"(adr/{path.name})" not in design] == []
