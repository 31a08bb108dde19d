"""Reading tables: files of JSON values, one a line, after a first line that says where they are from."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parent / "data"
"""The folder of the tables that the pack brings along."""


@functools.cache
def source(path: Path) -> str:
    """Return where a table is from and when it was made: `cfn-lint 1.58.0, 2026-11-30`."""
    with path.open(encoding="utf-8") as file:
        head = json.loads(file.readline())
    return f"{head['source']}, {head['made']}"


def rows(path: Path) -> tuple[Any, ...]:
    """Return a table's rows."""
    with path.open(encoding="utf-8") as file:
        file.readline()
        return tuple(map(json.loads, file))


def row(path: Path, key: str, value: str) -> Any | None:  # noqa: ANN401 (whatever JSON can say)
    """Return the row whose first column is `key` with this value, parsing no other; None if there is none."""
    content, begins = _lines(path)
    begin = begins.get(f"{{{json.dumps(key)}:{json.dumps(value)}".encode())
    return None if begin is None else json.loads(content[begin : content.find(b"\n", begin)])


@functools.cache
def _lines(path: Path) -> tuple[bytes, Mapping[bytes, int]]:
    """Return a table's text, and where each row begins, by the text of its first column."""
    content = path.read_bytes()
    begins: dict[bytes, int] = {}
    end = content.find(b"\n")
    while end >= 0 and (begin := end + 1) < len(content):
        begins.setdefault(content[begin : content.find(b'",', begin) + 1], begin)
        end = content.find(b"\n", begin)
    return content, begins
