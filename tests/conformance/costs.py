"""The examples' cost tables: what the document says, and our estimate beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from preview import yaml
from preview.graph import Graph
from preview.pricing import estimate
from tests import stacks

DOCUMENTS: Final = Path(__file__).parent / "costs.yaml"
_BLOCK: Final = re.compile(r"(?<=<!-- cost -->\n).*?(?=<!-- /cost -->)", re.DOTALL)


def readme(example: str) -> Path:
    """An example's README.md, which holds its cost table between two marks."""
    return stacks.ROOT / "examples" / example / "README.md"


def renewed(example: str, graphs: Mapping[str, Graph]) -> str:
    """An example's README.md with its cost table as it is now."""
    text = readme(example).read_text(encoding="utf-8")
    if not _BLOCK.search(text):
        raise ValueError(f"{readme(example)} has no <!-- cost --> and <!-- /cost -->")
    return _BLOCK.sub(lambda _: table(example, graphs), text)


def table(example: str, graphs: Mapping[str, Graph]) -> str:
    """A document's cost table with our estimate, by stack."""
    documents: Any = yaml.load(DOCUMENTS.read_text(encoding="utf-8"))
    given: Any = documents[example]
    estimates = {stack: estimate(graphs[f"examples/{example}/Pulumi.{stack}.yaml"]) for stack in given["columns"]}
    costs = {stack: found.by_component() for stack, found in estimates.items()}
    missing = {stack: {charge.component for charge in found.missing} for stack, found in estimates.items()}
    known = {name for row in given["rows"] for name in row["components"]}
    rest = sorted({name for cost in costs.values() for name in cost} - known)
    rows = [*given["rows"], *([{"what": ", ".join(rest), "components": rest}] if rest else [])]
    every = {"what": "**total**", "document": given.get("total", {}), "components": sorted(known | set(rest))}
    stated = any("document" in row for row in given["rows"])
    heads = [f"{name}: {kind}" for name in given["columns"].values() for kind in (["document"] * stated + ["estimate"])]
    lines = [f"| US dollars a month | {' | '.join(heads)} |", f"|---|{'--:|' * len(heads)}"]
    for row in [*rows, every]:
        cells = []
        for stack, cost in costs.items():
            ours = sum((cost.get(name, Decimal(0)) for name in row["components"]), Decimal(0))
            more = "more than " * any(name in missing[stack] for name in row["components"])
            shown = f"{more}{ours:,.2f}" if ours else "not known" * bool(more)
            cells += [str(row.get("document", {}).get(stack, ""))] * stated + [shown]
        lines.append(f"| {row['what']} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])
