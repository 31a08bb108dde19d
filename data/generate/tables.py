"""Writing tables, and telling which are behind their sources."""

import importlib.metadata
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
PACK: Final = ROOT / "policy" / "common" / "data"
"""Tables that the policy pack reads, too: it is published by itself."""
PROGRAM: Final = ROOT / "data"
"""Tables that only the program reads."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A file of JSON values, one a line, after a first line that says where they are from."""

    path: Path
    packages: tuple[str, ...]
    """The names of the packages it is made from."""
    about: str
    """What the rows are, for who opens the file."""
    rows: tuple[Any, ...]
    """JSON values, each a line: a change of AWS's shows as the lines it changes."""

    @property
    def source(self) -> str:
        """The packages with their versions."""
        return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in self.packages)

    def text(self, made: str) -> str:
        """Return the file's text; `made` is the day it says."""
        head = {"about": self.about, "source": self.source, "made": made}
        return "".join(f"{line}\n" for line in map(compact, (head, *self.rows)))

    def is_current(self) -> bool:
        """Tell whether the file says what the packages say today, on whatever day it was made."""
        return self.path.is_file() and self.path.read_text(encoding="utf-8") == self.text(self._made())

    def write(self) -> None:
        """Write the file, with today's date if anything in it has changed."""
        if not self.is_current():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(self.text(datetime.now(tz=UTC).date().isoformat()), encoding="utf-8")

    def _made(self) -> str:
        with self.path.open(encoding="utf-8") as file:
            return str(json.loads(file.readline()).get("made"))


def compact(value: Any) -> str:  # noqa: ANN401 (whatever JSON can say)
    """Write a JSON value on one line, without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def package_file(package: str, path: str) -> Path:
    """Find a file that a package has installed.

    Raises:
        FileNotFoundError: the package has no such file, as another version of it may.
    """
    found = Path(str(importlib.metadata.distribution(package).locate_file(path)))
    if not found.is_file():
        raise FileNotFoundError(f"{package} {importlib.metadata.version(package)} has no {path}")
    return found


def package_json(package: str, path: str) -> Any:  # noqa: ANN401 (whatever JSON can say)
    """Read a JSON file of a package."""
    return json.loads(package_file(package, path).read_text(encoding="utf-8"))


def ordered(values: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Order by key, so that a file says the same whatever order its source has."""
    return dict(sorted(dict(values).items()))


def version_key(version: str) -> tuple[int, ...]:
    """Return what versions are put in order by: their numbers."""
    return tuple(map(int, re.findall(r"[0-9]+", version)))
