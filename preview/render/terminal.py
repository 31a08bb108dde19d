"""A preview for a terminal, with colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from preview import zone_loss
from preview.render.lines import (
    LABEL_WIDTH,
    PER_MONTH,
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
)
from preview.services import ServiceSummary
from preview.words import count

if TYPE_CHECKING:
    from preview.verdict import Verdict


def text(preview: Preview) -> str:
    """Return the whole of it, with escape sequences for colours."""
    console = Console(force_terminal=True, highlight=False)
    with console.capture() as capture:
        console.print(Group(*_parts(preview)))
    return capture.get()


def _parts(preview: Preview) -> Iterator[RenderableType]:
    refused = preview.verdict is not None and preview.verdict.refused
    verdict = Text(headline(preview), style="bold red" if refused else "bold green")
    yield verdict
    yield Text(reached(preview), style="dim")
    for message in preview.graph.messages:
        yield Text(f"{message.severity}: {message.text}", style="yellow")
    if preview.services:
        yield Padding(_services(preview.services), (1, 0, 0, 0))
    for section in preview.sections:
        cost = f"  [green]{money(section.monthly)} USD[/]" if section.monthly else ""
        tree = Tree(f"[bold]{escape(label(section))}[/]  [dim]{escape(section.kind)}[/]{cost}", guide_style="dim")
        for row in section.rows:
            grid = Table.grid(padding=(0, 2))
            grid.add_column(width=LABEL_WIDTH)
            grid.add_column()
            grid.add_row(Text(row.label, style="cyan"), Text(row.text))
            tree.add(grid)
        if section.also:
            tree.add(Text(f"also {section.also}", style="dim"))
        if section.protected:
            tree.add(Text(f"{count(section.protected, 'resource')} that Pulumi refuses to delete", style="dim"))
        yield Padding(tree, (1, 0, 0, 0))
    if zones := list(zone_loss.lines(preview.graph)):
        yield Padding(Text("Loss of a zone", style="bold"), (1, 0, 0, 0))
        yield from (Text(f"  {text}") for text in zones)
    yield Padding(policy(preview.verdict), (1, 0, 0, 0))
    yield Padding(_estimate(preview), (1, 0, 0, 0))
    yield Padding(verdict, (1, 0, 0, 0))


def _services(found: Sequence[ServiceSummary]) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("Services", "", "", ""):
        table.add_column(name)
    table.add_column(PER_MONTH, justify="right")
    for each in found:
        table.add_row(
            Text(f"  {each.name}"), Text(each.address, style="cyan"), each.size, each.tasks, known(each.monthly)
        )
    return table


def policy(verdict: Verdict | None) -> RenderableType:
    """Write a verdict for a terminal: a line that sums it up, then what was found."""
    table = Table.grid(padding=(0, 2))
    table.title, table.title_justify, table.title_style = f"Policy  {verdict_line(verdict)}", "left", "bold"
    for error in verdict.rule_errors if verdict else ():
        table.add_row(Text("RULE ERROR", style="bold red"), Text(f"a policy failed to run on {error}"))
    for finding, subjects in together(verdict.findings if verdict else ()):
        mandatory = finding.level == "mandatory"
        mark = Text("MANDATORY" if mandatory else "advisory", style="bold red" if mandatory else "yellow")
        about = Text.assemble((finding.policy, "bold"), f": {subjects}: {statement(finding)}")
        table.add_row(mark, about)
    if verdict and verdict.undecided:
        table.add_row(Text("undecided", style="dim"), Text(undecided_line(verdict), style="dim"))
    if not table.rows:
        return Text(str(table.title), style="bold")
    return table


def _estimate(preview: Preview) -> RenderableType:
    estimate = preview.estimate
    table = Table(
        title="Estimate  US dollars a month", title_justify="left", title_style="bold", box=None, show_header=False
    )
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    for component, monthly in estimate.by_component().items():
        table.add_row(Text(component or "(no component)"), money(monthly), Text(charges(estimate, component)))
    for what, monthly in totals(estimate):
        style = "bold" if what == "total" else "dim"
        table.add_row(Text(what, style=style), Text(money(monthly), style=f"{style} green"), "")
    notes = [Text(saving_line(saving), style="dim green") for saving in preview.savings]
    notes += [Text(f"MISSING  {line}", style="bold yellow") for line in missing_lines(estimate)]
    notes += [Text(assumption, style="dim") for assumption in estimate.assumptions]
    if estimate.usage:
        notes.append(Text(usage_line(estimate), style="dim"))
    return Group(table, *notes)
