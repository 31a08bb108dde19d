"""Reading tables: files of JSON values, one a line, after a first line that says where they are from."""

import functools
import json
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
    content = path.read_bytes()
    begin = content.find(f"\n{{{json.dumps(key)}:{json.dumps(value)},".encode()) + 1
    return json.loads(content[begin : content.find(b"\n", begin)]) if begin else None
