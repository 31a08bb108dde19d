"""A preview for a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from preview.render import plain
from preview.render.lines import (
    Preview,
    cell,
    headline,
    known,
    label,
    missing_lines,
    money,
    saving_line,
    statement,
    together,
    undecided_line,
    usage_line,
    verdict_line,
)

if TYPE_CHECKING:
    from preview.picture.drawing import Drawing
    from preview.verdict import Verdict


def text(preview: Preview) -> str:
    """Return the whole of it."""
    return "\n".join(_lines(preview)) + "\n"


def _lines(preview: Preview) -> Iterator[str]:
    from preview.picture.drawing import draw  # noqa: PLC0415 - it names findings as this module does

    estimate = preview.estimate
    yield f"### {cell(headline(preview))}"
    yield ""
    for message in preview.graph.messages:
        yield f"> {message.severity}: {cell(message.text)}"
        yield ""
    if preview.services:
        yield "| Service | Address | Size | Tasks | USD a month |"
        yield "|---|---|---|---|---:|"
        for each in preview.services:
            cells = (each.name, each.address, each.size, each.tasks, known(each.monthly))
            yield f"| {' | '.join(map(cell, cells))} |"
        yield ""
    yield "| Component | Resources | USD a month | |"
    yield "|---|---:|---:|---|"
    for section in preview.sections:
        gist = next((f"{row.label}: {row.text}" for row in section.rows if row.text), "")
        yield f"| {cell(label(section))} | {section.resources} | {money(section.monthly)} | {cell(gist)} |"
    yield f"| **total** | **{sum(s.resources for s in preview.sections)}** | **{money(estimate.total)}** | estimate |"
    yield ""
    yield from policy(preview.verdict)
    yield from (f"- {cell(saving_line(saving))}" for saving in preview.savings)
    for line in missing_lines(estimate):
        yield f"- **Missing**: {cell(line)}"
    yield from (f"- {cell(assumption)}" for assumption in estimate.assumptions)
    yield from ([f"- {cell(usage_line(estimate))}"] if estimate.usage else [])
    yield ""
    yield from diagram(draw(preview.graph, estimate, preview.verdict))
    yield "<details><summary>All components</summary>"
    yield ""
    yield "```text"
    for section in preview.sections:
        yield from plain.section_lines(section)
    yield from plain.zone_lines(preview.graph)
    yield "```"
    yield ""
    yield "</details>"


def diagram(drawing: Drawing) -> Iterator[str]:
    """Write who talks to whom as a diagram that GitHub draws."""
    from preview.picture.mermaid import diagram  # noqa: PLC0415 - only this format needs it

    yield "<details><summary>Who talks to whom</summary>"
    yield ""
    yield "```mermaid"
    yield from diagram(drawing).splitlines()
    yield "```"
    yield ""
    yield "</details>"
    yield ""


def policy(verdict: Verdict | None) -> Iterator[str]:
    """Write a verdict for a pull request: a line that sums it up, then a table of what was found."""
    yield f"**Policy** {cell(verdict_line(verdict))}"
    yield ""
    if verdict and (verdict.findings or verdict.rule_errors):
        yield "| | Policy | Resource | |"
        yield "|---|---|---|---|"
        for error in verdict.rule_errors:
            yield f"| **rule error** | | | a policy failed to run on {cell(error)} |"
        for finding, subjects in together(verdict.findings):
            level = "**mandatory**" if finding.level == "mandatory" else "advisory"
            yield f"| {level} | `{finding.policy}` | {cell(subjects)} | {cell(statement(finding))} |"
        yield ""
    if verdict and verdict.undecided:
        yield cell(undecided_line(verdict))
        yield ""
