"""The tables: what a deployment document asks of the program, and what the recorded stacks show for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from preview import yaml
from preview.graph import Graph
from tests import stacks
from tests.conformance.evidence import CHECKS, Evidence

EXAMPLES: Final = ("expense-app", "rupaya", "power-pto", "mattilda", "spendsense")
REQUIREMENTS: Final = Path(__file__).parent / "requirements.yaml"

for _example in EXAMPLES:
    import_module(f"tests.conformance.{_example.replace('-', '_')}")


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One thing that a document asks of the program."""

    name: str
    """Its id, as in CONFORMANCE.md."""
    example: str
    says: str
    """In our own words."""
    stacks: Sequence[str]
    """The stack files it applies to."""
    optional: bool = False
    """Whether the document itself says so."""
    open: str = ""
    """Why it is not met yet; empty where it is."""

    @property
    def files(self) -> Sequence[str]:
        """The stack files, relative to the root."""
        return [f"examples/{self.example}/Pulumi.{stack}.yaml" for stack in self.stacks]

    def seen(self, graphs: Mapping[str, Graph]) -> Evidence:
        """What the stacks show.

        Raises:
            AssertionError: a value is another.
            LookupError: a resource is missing.
        """
        found = Evidence([])
        for stack, file in zip(self.stacks, self.files, strict=True):
            shown = CHECKS[self.name](graphs[file])
            found += Evidence([("", f"**{stack}**")]) + shown if len(self.stacks) > 1 else shown
        return found


@cache
def requirements() -> Sequence[Requirement]:
    """Every requirement on the program, by example and id."""
    given: Any = yaml.load(REQUIREMENTS.read_text(encoding="utf-8"))
    return [
        Requirement(name=name, example=example, **row) for example, rows in given.items() for name, row in rows.items()
    ]


def recorded() -> Mapping[str, Graph]:
    """The examples' stacks, by file."""
    return {name: stacks.recorded(name) for name in stacks.NAMES if name.startswith("examples/")}


def met(requirement: Requirement, graphs: Mapping[str, Graph]) -> Evidence | None:
    """What is seen where a requirement is met, else None."""
    try:
        return requirement.seen(graphs)
    except (AssertionError, LookupError):
        return None


def table(example: str, graphs: Mapping[str, Graph]) -> str:
    """An example's CONFORMANCE.md."""
    rows = [requirement for requirement in requirements() if requirement.example == example]
    lines = [*_rows(rows, graphs)]
    count = sum("| met |" in line for line in lines)
    files = ", ".join(sorted({f"`{file.rpartition('/')[2]}`" for row in rows for file in row.files}))
    return "\n".join(
        [
            f"# What {example}'s deployment document asks, and what the program makes of it",
            "",
            f"Written by `make conformance` from {files}: {count} of {len(rows)} met.",
            "Requirements on pipelines, on the application and on people are not in this table.",
            "",
            "| id | requirement | resource | value seen | verdict |",
            "|---|---|---|---|---|",
            *lines,
            "",
        ]
    )


def _rows(rows: Sequence[Requirement], graphs: Mapping[str, Graph]) -> Iterator[str]:
    for row in rows:
        evidence = None if row.open else met(row, graphs)
        says = f"{row.says} (optional)" if row.optional else row.says
        if evidence is None:
            yield _row(row.name, says, "", row.open or "not as asked", "open")
            continue
        parts = [(resource, value) for resource, value in evidence.parts]
        yield _row(
            row.name,
            says,
            "<br>".join(resource for resource, _ in parts),
            "<br>".join(value for _, value in parts),
            "met",
        )


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def path(example: str) -> Path:
    """Where an example's table is kept."""
    return stacks.ROOT / "examples" / example / "CONFORMANCE.md"
