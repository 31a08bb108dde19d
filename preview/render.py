"""Show a preview: rich for a terminal, plain for a log, Markdown for a pull request, JSON for a program."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, Literal, get_args

from preview import zone_loss
from preview.graph import UNKNOWN, Graph, Message, Resource
from preview.services import ServiceSummary, address, services
from preview.summary import ComponentSummary, kind, summarize
from preview.words import count

if TYPE_CHECKING:
    from rich.console import RenderableType

    from preview.picture.drawing import Drawing
    from preview.pricing import Estimate, Line
    from preview.verdict import Finding, Verdict

Format = Literal["rich", "plain", "json", "markdown"]
FORMATS: Final[tuple[str, ...]] = get_args(Format)

WIDTH: Final = 120
"""Columns of plain text where nobody says how many there are."""
_LABEL_WIDTH = 18
_LEAST_TEXT = 20
"""Columns that a text gets beside its head, however narrow the terminal is."""
_PER_MONTH = "USD a month"
_CENT = Decimal("0.01")
_MOST_CHARGES = 3
_MOST_SUBJECTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """All there is to show."""

    source: str
    """The stack file, as the user named it."""
    graph: Graph
    estimate: Estimate
    verdict: Verdict | None
    """None where the project has no policy pack."""
    width: int = WIDTH
    """Columns of plain text."""

    @property
    def services(self) -> list[ServiceSummary]:
        """The services, a line each."""
        unknown = {missing.component for missing in self.estimate.missing}
        return services(self.graph, self.estimate.by_component(), unknown)

    @property
    def sections(self) -> list[ComponentSummary]:
        """The components, summed up."""
        return summarize(self.graph, self.estimate.by_component())


def preview(graph: Graph, verdict: Verdict | None, source: str, width: int = WIDTH) -> Preview:
    """Price what was recorded, and put together what there is to show.

    Args:
        graph: what the program registered.
        verdict: what the policy pack says of it; None without one.
        source: the stack file, as the user named it.
        width: columns of plain text.
    """
    from preview.pricing import estimate  # noqa: PLC0415 - not before the program ran

    cost = estimate(graph)
    told = (Message(severity="warning", text=text) for text in cost.warnings())
    priced = replace(graph, messages=(*graph.messages, *told))
    return Preview(source=source, graph=priced, estimate=cost, verdict=verdict, width=width)


def render(preview: Preview, format_: Format) -> str:
    """Return the preview as text in one of the formats; for `rich`, with the terminal's colours."""
    match format_:
        case "json":
            return _json(preview)
        case "markdown":
            return _markdown(preview)
        case "plain":
            return _plain(preview)
        case "rich":
            return _rich(preview)


def money(amount: Decimal) -> str:
    """Write US dollars: `1,234.50`."""
    return f"{amount.quantize(_CENT, ROUND_HALF_UP):,}"


def _known(amount: Decimal | None) -> str:
    return "no price" if amount is None else money(amount)


def headline(preview: Preview) -> str:
    """Return the preview in one line."""
    warnings = sum(message.severity != "info" for message in preview.graph.messages)
    parts = [
        _policy_summary(preview),
        *([count(warnings, "warning")] if warnings else ()),
        _cost(preview.estimate),
        count(sum(section.resources for section in preview.sections), "resource"),
    ]
    return f"{preview.graph.project} {preview.graph.stack}: {', '.join(parts)}"


def _cost(estimate: Estimate) -> str:
    missing = estimate.missing_count
    total = f"{money(estimate.total)} USD a month"
    if not missing:
        return f"about {total}"
    known = f"more than {total}" if estimate.total else "cost not known"
    return f"{known} ({count(missing, 'price')} missing)"


def _policy_summary(preview: Preview) -> str:
    verdict = preview.verdict
    if verdict is None:
        return "no policy pack"
    if verdict.refused:
        return "refused by policy"
    return "passes policy" if not verdict.findings else f"passes policy with {count(len(verdict.findings), 'remark')}"


def _verdict_line(verdict: Verdict | None) -> str:
    if verdict is None:
        return "none: this project has no policy folder"
    mandatory = sum(finding.level == "mandatory" for finding in verdict.findings)
    advisory = len(verdict.findings) - mandatory
    counted = ((mandatory, "mandatory finding"), (advisory, "advisory finding"))
    outcome = " and ".join(count(number, word) for number, word in counted if number) or "no findings"
    return f"{verdict.pack}, {count(verdict.policies, 'policy')}: {outcome}"


def _undecided_line(verdict: Verdict) -> str:
    counts: dict[str, int] = {}
    for finding in verdict.undecided:
        counts[finding.policy] = counts.get(finding.policy, 0) + 1
    named = ", ".join(f"{policy} ({number})" if number > 1 else policy for policy, number in counts.items())
    return f"{count(len(verdict.undecided), 'question')} cannot be decided before the update: {named}"


def subject(finding: Finding) -> str:
    """Name the resource a finding is about."""
    if not finding.urn:
        return "the stack"
    name, type_ = finding.urn.rpartition("::")[2], finding.urn.split("::")[-2].rpartition("$")[2]
    return f"{kind(type_)} {name}"


def statement(finding: Finding) -> str:
    """Return the message without the resource, where it begins with it: the subject names it."""
    start, _, rest = finding.message.partition(": ")
    name = finding.urn.rpartition("::")[2]
    return rest if name and rest and start.endswith(f" {name}") else finding.message


def together(findings: Sequence[Finding]) -> list[tuple[Finding, str]]:
    """Bring findings that say the same of several resources together: the first of them, and the resources."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.policy, finding.level, statement(finding)), []).append(finding)
    return [(group[0], _subjects(group)) for group in groups.values()]


def _subjects(findings: Sequence[Finding]) -> str:
    named = ", ".join(subject(finding) for finding in findings[:_MOST_SUBJECTS])
    more = len(findings) - _MOST_SUBJECTS
    return f"{named} and {more} more" if more > 0 else named


def _charges(estimate: Estimate, component: str) -> str:
    """Name a component's largest charges."""
    sums: dict[str, Decimal] = {}
    counts: dict[str, int] = {}
    for line in estimate.lines:
        if line.component == component:
            what = line.what.partition(":")[0]
            sums[what] = sums.get(what, Decimal(0)) + line.monthly
            counts[what] = counts.get(what, 0) + (0 if line.what.endswith(": memory") else 1)
    largest = sorted(sums, key=lambda what: -sums[what])
    named = [f"{counts[what]} x {what}" if counts[what] > 1 else what for what in largest[:_MOST_CHARGES]]
    return "; ".join(named) + (" ..." if len(largest) > _MOST_CHARGES else "")


def _missing_lines(estimate: Estimate) -> list[str]:
    found: dict[str, list[str]] = {}
    for missing in estimate.missing:
        names = found.setdefault(missing.region, [])
        if missing.what not in names:
            names.append(missing.what)
    lines = [f"no price in {region} of {', '.join(what)}" for region, what in found.items()]
    if estimate.regions_to_read:
        regions = " ".join(estimate.regions_to_read)
        named = regions if len(estimate.regions_to_read) == 1 else f'"{regions}"'
        lines.append(f"read the prices from AWS's list with: make prices REGION={named}")
    if estimate.unpriced:
        lines.append(f"no price is known for {', '.join(kind(type_) for type_ in estimate.unpriced)}")
    return lines


def _totals(estimate: Estimate) -> Iterator[tuple[str, Decimal]]:
    """What the month costs, and where the stack sleeps at night what it would without, and asleep throughout."""
    yield "total", estimate.total
    if estimate.sleeps:
        yield "awake all month", estimate.awake
        yield "asleep all month", estimate.asleep


def _usage_line(estimate: Estimate) -> str:
    return "Not counted, as it depends on use: " + "; ".join(
        f"{item.what} {item.price.partition(', ')[0]}" for item in estimate.usage
    )


def _label(section: ComponentSummary) -> str:
    return section.name or "(no component)"


def _plain(preview: Preview) -> str:
    return "\n".join(_plain_lines(preview)) + "\n"


def _plain_lines(preview: Preview) -> Iterator[str]:
    width = preview.width
    yield from wrapped("", headline(preview), width)
    yield from wrapped("", _source(preview), width)
    for message in preview.graph.messages:
        yield from wrapped(f"{message.severity}: ", message.text, width)
    if preview.services:
        yield ""
        yield from _plain_services(preview)
    for section in preview.sections:
        yield ""
        yield from _plain_section(section, width)
    yield from _plain_zones(preview.graph, width)
    yield ""
    yield from plain_policy(preview.verdict, width)
    yield ""
    yield from _plain_estimate(preview)
    yield ""
    yield from wrapped("", headline(preview), width)


def _source(preview: Preview) -> str:
    where = address(preview.graph)
    reached = f"; it will be reached at {where}" if where else ""
    return f"from {preview.source}; nothing was changed{reached}"


def _plain_services(preview: Preview) -> Iterator[str]:
    """Write a table; where it would be too wide, addresses stand on lines of their own."""
    found = preview.services
    rows = [(each.name, each.address, each.size, each.tasks) for each in found]
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    amounts = [_known(each.monthly) for each in found]
    last = max(*map(len, amounts), len(_PER_MONTH))
    beside = wide[1] > 0 and sum(wide) + last + 2 * (len(wide) + 1) <= preview.width
    yield f"Services{_PER_MONTH:>{preview.width - len('Services')}}"
    for row, amount in zip(rows, amounts, strict=True):
        cells = [
            f"{text:<{size}}" for index, (text, size) in enumerate(zip(row, wide, strict=True)) if beside or index != 1
        ]
        line = f"  {'  '.join(cells)}"
        yield f"{line}{amount:>{max(preview.width - len(line), len(amount) + 2)}}"
        if row[1] and not beside:
            yield from wrapped(" " * (wide[0] + 4), row[1], preview.width)


def _plain_section(section: ComponentSummary, width: int = WIDTH) -> Iterator[str]:
    title = f"{_label(section)}  {section.kind}".rstrip()
    right = f"{money(section.monthly)} USD" if section.monthly else ""
    yield f"{title}{right:>{max(width - len(title), len(right) + 2)}}".rstrip()
    for row in section.rows:
        yield from wrapped(f"  {row.label:<{_LABEL_WIDTH}} ", row.text, width)
    if section.also:
        yield from wrapped(f"  {'also':<{_LABEL_WIDTH}} ", section.also, width)
    if section.protected:
        yield f"  {'protected':<{_LABEL_WIDTH}} {count(section.protected, 'resource')} that Pulumi refuses to delete"


def _plain_zones(graph: Graph, width: int = WIDTH) -> Iterator[str]:
    said = list(zone_loss.lines(graph))
    if said:
        yield ""
        yield "Loss of a zone"
        for text in said:
            yield from wrapped("  ", text, width)


def plain_policy(verdict: Verdict | None, width: int = WIDTH) -> Iterator[str]:
    """Write a verdict for a log: a line that sums it up, then what was found."""
    yield f"Policy  {_verdict_line(verdict)}"
    if verdict is None:
        return
    for error in verdict.rule_errors:
        yield from wrapped("  RULE ERROR ", f"a policy failed to run on {error}", width)
    for finding, subjects in together(verdict.findings):
        mark = "MANDATORY" if finding.level == "mandatory" else "advisory"
        yield from wrapped(f"  {mark:<10} ", f"{finding.policy}: {subjects}: {statement(finding)}", width)
    if verdict.undecided:
        yield from wrapped("  undecided  ", _undecided_line(verdict), width)


def _plain_estimate(preview: Preview) -> Iterator[str]:
    estimate = preview.estimate
    yield "Estimate  US dollars a month"
    for component, monthly in estimate.by_component().items():
        yield from wrapped(
            f"  {component or '(no component)':<24} {money(monthly):>10}  ",
            _charges(estimate, component),
            preview.width,
        )
    for what, monthly in _totals(estimate):
        yield f"  {what:<24} {money(monthly):>10}"
    for line in _missing_lines(estimate):
        yield from wrapped("  MISSING  ", line, preview.width)
    for assumption in estimate.assumptions:
        yield from wrapped("  ", assumption, preview.width)
    if estimate.usage:
        yield from wrapped("  ", _usage_line(estimate), preview.width)


def wrapped(head: str, text: str, width: int = WIDTH) -> Iterator[str]:
    """Break a text into lines that hang under its head."""
    lines = textwrap.wrap(
        text, max(width - len(head), _LEAST_TEXT), break_long_words=False, break_on_hyphens=False
    ) or [""]
    yield (head + lines[0]).rstrip()
    for line in lines[1:]:
        yield " " * len(head) + line


def _rich(preview: Preview) -> str:
    from rich.console import Console, Group  # noqa: PLC0415 - only this format needs it

    console = Console(force_terminal=True, highlight=False)
    with console.capture() as capture:
        console.print(Group(*_rich_parts(preview)))
    return capture.get()


def _rich_parts(preview: Preview) -> Iterator[RenderableType]:
    from rich.markup import escape  # noqa: PLC0415 - only this format needs it
    from rich.padding import Padding  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above
    from rich.tree import Tree  # noqa: PLC0415 - as above

    refused = preview.verdict is not None and preview.verdict.refused
    verdict = Text(headline(preview), style="bold red" if refused else "bold green")
    yield verdict
    yield Text(_source(preview), style="dim")
    for message in preview.graph.messages:
        yield Text(f"{message.severity}: {message.text}", style="yellow")
    if preview.services:
        yield Padding(_rich_services(preview.services), (1, 0, 0, 0))
    for section in preview.sections:
        cost = f"  [green]{money(section.monthly)} USD[/]" if section.monthly else ""
        tree = Tree(f"[bold]{escape(_label(section))}[/]  [dim]{escape(section.kind)}[/]{cost}", guide_style="dim")
        for row in section.rows:
            grid = Table.grid(padding=(0, 2))
            grid.add_column(width=_LABEL_WIDTH)
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
    yield Padding(rich_policy(preview.verdict), (1, 0, 0, 0))
    yield Padding(_rich_estimate(preview), (1, 0, 0, 0))
    yield Padding(verdict, (1, 0, 0, 0))


def _rich_services(found: Sequence[ServiceSummary]) -> RenderableType:
    from rich.table import Table  # noqa: PLC0415 - only this format needs it
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("Services", "", "", ""):
        table.add_column(name)
    table.add_column(_PER_MONTH, justify="right")
    for each in found:
        table.add_row(
            Text(f"  {each.name}"), Text(each.address, style="cyan"), each.size, each.tasks, _known(each.monthly)
        )
    return table


def rich_policy(verdict: Verdict | None) -> RenderableType:
    """Write a verdict for a terminal: a line that sums it up, then what was found."""
    from rich.table import Table  # noqa: PLC0415 - only this format needs it
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table.grid(padding=(0, 2))
    table.title, table.title_justify, table.title_style = f"Policy  {_verdict_line(verdict)}", "left", "bold"
    for error in verdict.rule_errors if verdict else ():
        table.add_row(Text("RULE ERROR", style="bold red"), Text(f"a policy failed to run on {error}"))
    for finding, subjects in together(verdict.findings if verdict else ()):
        mandatory = finding.level == "mandatory"
        mark = Text("MANDATORY" if mandatory else "advisory", style="bold red" if mandatory else "yellow")
        about = Text.assemble((finding.policy, "bold"), f": {subjects}: {statement(finding)}")
        table.add_row(mark, about)
    if verdict and verdict.undecided:
        table.add_row(Text("undecided", style="dim"), Text(_undecided_line(verdict), style="dim"))
    if not table.rows:
        return Text(str(table.title), style="bold")
    return table


def _rich_estimate(preview: Preview) -> RenderableType:
    from rich.console import Group  # noqa: PLC0415 - only this format needs it
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    estimate = preview.estimate
    table = Table(
        title="Estimate  US dollars a month", title_justify="left", title_style="bold", box=None, show_header=False
    )
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    for component, monthly in estimate.by_component().items():
        table.add_row(Text(component or "(no component)"), money(monthly), Text(_charges(estimate, component)))
    for what, monthly in _totals(estimate):
        style = "bold" if what == "total" else "dim"
        table.add_row(Text(what, style=style), Text(money(monthly), style=f"{style} green"), "")
    notes = [Text(f"MISSING  {line}", style="bold yellow") for line in _missing_lines(estimate)]
    notes += [Text(assumption, style="dim") for assumption in estimate.assumptions]
    if estimate.usage:
        notes.append(Text(_usage_line(estimate), style="dim"))
    return Group(table, *notes)


def _markdown(preview: Preview) -> str:
    return "\n".join(_markdown_lines(preview)) + "\n"


def _markdown_lines(preview: Preview) -> Iterator[str]:
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
            cells = (each.name, each.address, each.size, each.tasks, _known(each.monthly))
            yield f"| {' | '.join(map(cell, cells))} |"
        yield ""
    yield "| Component | Resources | USD a month | |"
    yield "|---|---:|---:|---|"
    for section in preview.sections:
        gist = next((f"{row.label}: {row.text}" for row in section.rows if row.text), "")
        yield f"| {cell(_label(section))} | {section.resources} | {money(section.monthly)} | {cell(gist)} |"
    yield f"| **total** | **{sum(s.resources for s in preview.sections)}** | **{money(estimate.total)}** | estimate |"
    yield ""
    yield from markdown_policy(preview.verdict)
    for line in _missing_lines(estimate):
        yield f"- **Missing**: {cell(line)}"
    yield from (f"- {cell(assumption)}" for assumption in estimate.assumptions)
    yield from ([f"- {cell(_usage_line(estimate))}"] if estimate.usage else [])
    yield ""
    yield from markdown_diagram(draw(preview.graph, estimate, preview.verdict))
    yield "<details><summary>All components</summary>"
    yield ""
    yield "```text"
    for section in preview.sections:
        yield from _plain_section(section)
    yield from _plain_zones(preview.graph)
    yield "```"
    yield ""
    yield "</details>"


def markdown_diagram(drawing: Drawing) -> Iterator[str]:
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


def markdown_policy(verdict: Verdict | None) -> Iterator[str]:
    """Write a verdict for a pull request: a line that sums it up, then a table of what was found."""
    yield f"**Policy** {cell(_verdict_line(verdict))}"
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
        yield cell(_undecided_line(verdict))
        yield ""


def cell(text: str) -> str:
    """Return a text that a cell of a Markdown table can hold."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _json(preview: Preview) -> str:
    graph, estimate, verdict = preview.graph, preview.estimate, preview.verdict
    document = {
        "version": 1,
        "project": graph.project,
        "stack": graph.stack,
        "source": preview.source,
        "resources": [_resource(graph, resource) for resource in graph.resources],
        "exports": _masked(graph.exports, graph.secret_exports),
        "messages": [asdict(message) for message in graph.messages],
        "policy": None
        if verdict is None
        else {
            "pack": verdict.pack,
            "policies": verdict.policies,
            "refused": verdict.refused,
            "findings": [asdict(finding) for finding in verdict.findings],
            "undecided": [asdict(finding) for finding in verdict.undecided],
            "defects": list(verdict.rule_errors),
        },
        "zoneLoss": [asdict(loss) for loss in zone_loss.losses(graph)],
        "estimate": {
            "currency": "USD",
            "asOf": estimate.as_of,
            "monthly": money(estimate.total).replace(",", ""),
            "awake": str(estimate.awake.quantize(_CENT)),
            "asleep": str(estimate.asleep.quantize(_CENT)),
            "budget": None if estimate.budget is None else str(estimate.budget.quantize(_CENT)),
            "services": {name: str(sum_.quantize(_CENT)) for name, sum_ in estimate.by_service().items()},
            "components": {name: str(sum_.quantize(_CENT)) for name, sum_ in estimate.by_component().items()},
            "lines": [_line(line) for line in estimate.lines],
            "missing": [asdict(missing) for missing in estimate.missing],
            "usage": [asdict(usage) for usage in estimate.usage],
            "unpriced": list(estimate.unpriced),
            "assumptions": list(estimate.assumptions),
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _line(line: Line) -> dict[str, object]:
    amounts = {name: str(getattr(line, name).quantize(Decimal("0.0001"))) for name in ("monthly", "awake", "asleep")}
    return {**asdict(line), **amounts}


def _resource(graph: Graph, resource: Resource) -> dict[str, object]:
    component = graph.component(resource)
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "parent": resource.parent,
        "component": component.name if component else "",
        "custom": resource.custom,
        "protect": resource.protect,
        "provider": resource.provider,
        "inputs": _masked(resource.inputs, resource.secrets),
        "dependencies": list(resource.dependencies),
        "propertyDependencies": {key: list(urns) for key, urns in resource.property_dependencies.items()},
    }


def _masked(values: Mapping[str, object], secrets: frozenset[str]) -> dict[str, object]:
    return {key: "[secret]" if key in secrets else _jsonable(value) for key, value in values.items()}


def _jsonable(value: object) -> object:
    if value is UNKNOWN:
        return repr(UNKNOWN)
    if isinstance(value, Mapping):
        return {key: _jsonable(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_jsonable(part) for part in value]
    return value
