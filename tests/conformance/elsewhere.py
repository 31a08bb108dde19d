"""What the documents ask of pipelines, of the application and of people: where in the project each is met."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped] # has no stubs among our dependencies

from tests import stacks

FILE: Final = Path(__file__).parent / "elsewhere.yaml"
_POINTER: Final = re.compile(
    r"(?P<file>[^#>:]+?)(?:#(?P<heading>.+)| > (?P<job>[\w-]+): (?P<step>.+)|: (?P<words>.+))", re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """A requirement, and one place where it is met."""

    name: str
    example: str
    says: str
    at: str

    def missing(self) -> str:
        """Return what is not there; empty where it is."""
        found = _POINTER.fullmatch(self.at)
        if found is None:
            return f"{self.at!r} points nowhere"
        path = stacks.ROOT / found["file"]
        if not path.is_file():
            return f"there is no file {found['file']}"
        text = path.read_text(encoding="utf-8")
        if found["heading"]:
            headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
            return "" if found["heading"] in headings else f"{found['file']} has no heading {found['heading']!r}"
        if found["job"]:
            return (
                ""
                if found["step"] in " ".join(_steps(yaml.safe_load(text), found["job"]))
                else f"{self.at}: no such step"
            )
        return "" if found["words"] in text else f"{found['file']} does not say {found['words']!r}"


def _steps(workflow: Mapping[str, Any], job: str) -> Iterator[str]:
    for step in workflow["jobs"].get(job, {}).get("steps", ()):
        yield str(step.get("name", ""))
        yield str(step.get("run", ""))


@cache
def pointers() -> Sequence[Pointer]:
    """Every place, by example and id."""
    given: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [
        Pointer(name=name, example=example, says=row["says"], at=at)
        for example, rows in given.items()
        for name, row in rows.items()
        for at in row["at"]
    ]
