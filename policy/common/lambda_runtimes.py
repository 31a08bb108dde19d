"""Lambda's runtimes and their ends."""

import datetime as dt
import functools
from typing import Final

from policy.common import tables
from policy.common.versions import today

_TABLE: Final = tables.DATA / "lambda_runtimes.jsonl"


@functools.cache
def ends() -> dict[str, dt.date | None]:
    """Return every runtime and the day on which AWS stops supporting it; None: no day is announced."""
    return {row["runtime"]: row["ends"] and dt.date.fromisoformat(row["ends"]) for row in tables.rows(_TABLE)}


def has_ended(runtime: str, day: dt.date | None = None) -> bool:
    """Tell whether AWS no longer supports a runtime on a day, default today; an unknown one it does: it is newer than the table."""
    end = ends().get(runtime)
    return end is not None and end <= (day or today())
