"""A preview for a log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from preview import zone_loss
from preview.graph import Graph
from preview.render.lines import (
    LABEL_WIDTH,
    PER_MONTH,
    WIDTH,
    Preview,
    charges,
    headline,
    known,
    label,
    missing_lines,
    money,
    reached,
    saving_line,
    statement,
    together,
    totals,
    undecided_line,
    usage_line,
    verdict_line,
    wrapped,
)
from preview.summary import ComponentSummary
from preview.words import count

if TYPE_CHECKING:
    from preview.verdict import Verdict


def text(preview: Preview) -> str:
    """Return the whole of it."""
    return "\n".join(_lines(preview)) + "\n"


def _lines(preview: Preview) -> Iterator[str]:
    width = preview.width
    yield from wrapped("", headline(preview), width)
    yield from wrapped("", reached(preview), width)
    for message in preview.graph.messages:
        yield from wrapped(f"{message.severity}: ", message.text, width)
    if preview.services:
        yield ""
        yield from _services(preview)
    for section in preview.sections:
        yield ""
        yield from section_lines(section, width)
    yield from zone_lines(preview.graph, width)
    yield ""
    yield from policy(preview.verdict, width)
    yield ""
    yield from _estimate(preview)
    yield ""
    yield from wrapped("", headline(preview), width)


def _services(preview: Preview) -> Iterator[str]:
    """Write a table; where it would be too wide, addresses stand on lines of their own."""
    found = preview.services
    rows = [(each.name, each.address, each.size, each.tasks) for each in found]
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    amounts = [known(each.monthly) for each in found]
    last = max(*map(len, amounts), len(PER_MONTH))
    beside = wide[1] > 0 and sum(wide) + last + 2 * (len(wide) + 1) <= preview.width
    yield f"Services{PER_MONTH:>{preview.width - len('Services')}}"
    for row, amount in zip(rows, amounts, strict=True):
        cells = [
            f"{text:<{size}}" for index, (text, size) in enumerate(zip(row, wide, strict=True)) if beside or index != 1
        ]
        line = f"  {'  '.join(cells)}"
        yield f"{line}{amount:>{max(preview.width - len(line), len(amount) + 2)}}"
        if row[1] and not beside:
            yield from wrapped(" " * (wide[0] + 4), row[1], preview.width)


def section_lines(section: ComponentSummary, width: int = WIDTH) -> Iterator[str]:
    """Write a component with what is in it."""
    title = f"{label(section)}  {section.kind}".rstrip()
    right = f"{money(section.monthly)} USD" if section.monthly else ""
    yield f"{title}{right:>{max(width - len(title), len(right) + 2)}}".rstrip()
    for row in section.rows:
        yield from wrapped(f"  {row.label:<{LABEL_WIDTH}} ", row.text, width)
    if section.also:
        yield from wrapped(f"  {'also':<{LABEL_WIDTH}} ", section.also, width)
    if section.protected:
        yield f"  {'protected':<{LABEL_WIDTH}} {count(section.protected, 'resource')} that Pulumi refuses to delete"


def zone_lines(graph: Graph, width: int = WIDTH) -> Iterator[str]:
    """Write what the loss of a zone takes away."""
    said = list(zone_loss.lines(graph))
    if said:
        yield ""
        yield "Loss of a zone"
        for text in said:
            yield from wrapped("  ", text, width)


def policy(verdict: Verdict | None, width: int = WIDTH) -> Iterator[str]:
    """Write a verdict for a log: a line that sums it up, then what was found."""
    yield f"Policy  {verdict_line(verdict)}"
    if verdict is None:
        return
    for error in verdict.rule_errors:
        yield from wrapped("  RULE ERROR ", f"a policy failed to run on {error}", width)
    for finding, subjects in together(verdict.findings):
        mark = "MANDATORY" if finding.level == "mandatory" else "advisory"
        yield from wrapped(f"  {mark:<10} ", f"{finding.policy}: {subjects}: {statement(finding)}", width)
    if verdict.undecided:
        yield from wrapped("  undecided  ", undecided_line(verdict), width)


def _estimate(preview: Preview) -> Iterator[str]:
    estimate = preview.estimate
    yield "Estimate  US dollars a month"
    for component, monthly in estimate.by_component().items():
        yield from wrapped(
            f"  {component or '(no component)':<24} {money(monthly):>10}  ",
            charges(estimate, component),
            preview.width,
        )
    for what, monthly in totals(estimate):
        yield f"  {what:<24} {money(monthly):>10}"
    for saving in preview.savings:
        yield from wrapped("  ", saving_line(saving), preview.width)
    for line in missing_lines(estimate):
        yield from wrapped("  MISSING  ", line, preview.width)
    for assumption in estimate.assumptions:
        yield from wrapped("  ", assumption, preview.width)
    if estimate.usage:
        yield from wrapped("  ", usage_line(estimate), preview.width)
