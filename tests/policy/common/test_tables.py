"""Rows that are found by their first column, without reading the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policy.common import tables

ROWS = (
    {"name": "plain", "other": 1},
    {"name": "with, a comma", "other": "}, {"},
    {"name": "ümlaut", "other": ["a", "b"]},
    {"kind": "plain", "other": 2},
    {"name": "plain", "other": 3},
    {"name": "last", "other": None},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    lines = ({"about": "nothing", "source": "a test", "made": "2026-11-30"}, *ROWS)
    made = tmp_path / "table.jsonl"
    made.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines), encoding="utf-8")
    return made


@pytest.mark.parametrize("row", [*ROWS[:4], ROWS[5]])
def test_the_first_row_with_the_value_is_found(path: Path, row: dict[str, object]) -> None:
    key, value = next(iter(row.items()))
    assert tables.row(path, key, str(value)) == row


@pytest.mark.parametrize(
    ("key", "value"), [("name", "none"), ("name", "pla"), ("other", "plain"), ("about", "nothing")]
)
def test_what_is_in_no_row_is_none(path: Path, key: str, value: str) -> None:
    assert tables.row(path, key, value) is None


@pytest.mark.parametrize("table", sorted(tables.DATA.glob("*.jsonl")), ids=lambda table: table.name)
def test_every_row_of_the_packs_tables_is_found(table: Path) -> None:
    first: dict[tuple[str, str], object] = {}
    for row in tables.rows(table):
        key, value = next(iter(row.items()))
        if isinstance(value, str) and len(row) > 1:
            first.setdefault((key, value), row)
    assert first
    for (key, value), row in first.items():
        assert tables.row(table, key, value) == row


def test_where_a_table_is_from(path: Path) -> None:
    assert tables.source(path) == "a test, 2026-11-30"
