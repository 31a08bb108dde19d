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
from tests.conformance import elsewhere
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

    def seen(self, graphs: Mapping[str, Graph]) -> Mapping[str, Evidence]:
        """What each stack shows, by stack.

        Raises:
            AssertionError: a value is another.
            LookupError: a resource is missing.
        """
        return {stack: CHECKS[self.name](graphs[file]) for stack, file in zip(self.stacks, self.files, strict=True)}


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


def met(requirement: Requirement, graphs: Mapping[str, Graph]) -> Mapping[str, Evidence] | None:
    """What is seen where a requirement is met, else None."""
    try:
        return requirement.seen(graphs)
    except (AssertionError, LookupError):
        return None


def table(example: str, graphs: Mapping[str, Graph]) -> str:
    """An example's CONFORMANCE.md."""
    rows = [requirement for requirement in requirements() if requirement.example == example]
    seen = {row.name: None if row.open else met(row, graphs) for row in rows}
    lines = [line for row in rows for line in _rows(row, seen[row.name])]
    count = sum(evidence is not None for evidence in seen.values())
    files = ", ".join(sorted({f"`{file.rpartition('/')[2]}`" for row in rows for file in row.files}))
    return "\n".join(
        [
            f"# What {example}'s deployment document asks, and what the program makes of it",
            "",
            f"Written by `make conformance` from {files}: {count} of {len(rows)} met.",
            "What it asks of pipelines, of the application and of people follows below.",
            "",
            "| id | requirement | stack | resource | value seen | verdict |",
            "|---|---|---|---|---|---|",
            *lines,
            "",
            "## Pipelines, application, operation",
            "",
            "| id | requirement | where |",
            "|---|---|---|",
            *_elsewhere(example),
            "",
        ]
    )


def _elsewhere(example: str) -> Iterator[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for pointer in elsewhere.pointers():
        if pointer.example == example:
            found.setdefault((pointer.name, pointer.says), []).append(pointer.at)
    for (name, says), places in found.items():
        yield _row(name, says, "<br>".join(places))


def _rows(row: Requirement, evidence: Mapping[str, Evidence] | None) -> Iterator[str]:
    says = f"{row.says} (optional)" if row.optional else row.says
    if evidence is None:
        yield _row(row.name, says, ", ".join(row.stacks), "", row.open or "not as asked", "open")
        return
    # Stacks that show the same share a line.
    alike: dict[tuple[str, str], list[str]] = {}
    for stack, shown in evidence.items():
        alike.setdefault(_cells(shown), []).append(stack)
    for (resources, values), names in alike.items():
        yield _row(row.name, says, ", ".join(names), resources, values, "met")


def _cells(evidence: Evidence) -> tuple[str, str]:
    """The resources and the values seen on them, a line each; values of one resource stand together."""
    values: dict[str, list[str]] = {}
    last = ""
    for resource, value in evidence.parts:
        last = resource or last
        seen = values.setdefault(last, [])
        seen += [value] if value not in seen else []
    # Sorted, as resources register in the order in which what they wait for is there.
    rows = sorted(values.items())
    return "<br>".join(resource for resource, _ in rows), "<br>".join("; ".join(seen) for _, seen in rows)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def path(example: str) -> Path:
    """Where an example's table is kept."""
    return stacks.ROOT / "examples" / example / "CONFORMANCE.md"
