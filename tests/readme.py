"""Writes the preview that the README shows: what a newcomer sees, with parts left out."""

from __future__ import annotations

import re
from typing import Final

from preview.pricing import estimate
from preview.render import Preview, render
from tests import stacks

FILE: Final = stacks.ROOT / "README.md"
NAME: Final = "Pulumi.prod.yaml"
LEFT_OUT: Final = "..."

_BLOCK = re.compile(r"(?<=<!-- preview -->\n```\n).*?(?=```)", re.DOTALL)
_SHOWN = ("Services", "network", "database", "load-balancer", "api")
_CHARGES = 5


def shown() -> str:
    """Return the whole preview."""
    graph = stacks.recorded(NAME)
    made = Preview(source=NAME, graph=graph, estimate=estimate(graph), verdict=stacks.evaluated(NAME))
    return render(made, "plain")


def block() -> str:
    """Return the part of it that the README shows."""
    parts = shown().strip().split("\n\n")
    by_name = {part.split("  ")[0]: part for part in parts}
    policy, *findings = by_name["Policy"].splitlines()
    heading, *charges = by_name["Estimate"].splitlines()
    total = next(line for line in charges if line.startswith("  total"))
    evaluated = [policy, *([LEFT_OUT] if findings else [])]
    priced = [heading, *charges[:_CHARGES], f"  {LEFT_OUT}", total, f"  {LEFT_OUT}"]
    kept = [parts[0], *(by_name[name] for name in _SHOWN), LEFT_OUT, "\n".join(evaluated), "\n".join(priced), parts[-1]]
    return "\n\n".join(kept) + "\n"


if __name__ == "__main__":
    text = FILE.read_text(encoding="utf-8")
    FILE.write_text(_BLOCK.sub(lambda _: block(), text), encoding="utf-8")
