"""What every format says of a preview, in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from preview.graph import Graph, Message
from preview.services import ServiceSummary, address, services
from preview.summary import ComponentSummary, kind, resource_count, summarize
from preview.words import count

if TYPE_CHECKING:
    from preview.pricing import Estimate, Saving
    from preview.verdict import Finding, Verdict


WIDTH: Final = 120
"""Columns of plain text where nobody says how many there are."""
_LEAST_TEXT = 20
"""Columns that a text gets beside its head, however narrow the terminal is."""
LABEL_WIDTH = 18
PER_MONTH = "USD a month"
CENT = Decimal("0.01")
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

    @property
    def savings(self) -> Sequence[Saving]:
        """What its money-saving steps save, the most first."""
        from preview.pricing import savings  # noqa: PLC0415 - not before the program ran

        return savings(self.graph, self.estimate)


def preview(
    graph: Graph, verdict: Verdict | None, source: str, width: int = WIDTH, cost: Estimate | None = None
) -> Preview:
    """Price what was recorded, and put together what there is to show.

    Args:
        graph: what the program registered.
        verdict: what the policy pack says of it; None without one.
        source: the stack file, as the user named it.
        width: columns of plain text.
        cost: what the graph costs, where that was worked out before.
    """
    from preview.pricing import estimate  # noqa: PLC0415 - not before the program ran

    cost = cost or estimate(graph)
    told = (Message(severity="warning", text=text) for text in cost.warnings())
    priced = replace(graph, messages=(*graph.messages, *told))
    return Preview(source=source, graph=priced, estimate=cost, verdict=verdict, width=width)


def money(amount: Decimal) -> str:
    """Write US dollars: `1,234.50`."""
    return f"{amount.quantize(CENT, ROUND_HALF_UP):,}"


def known(amount: Decimal | None) -> str:
    """Write an amount, or that no price is known."""
    return "no price" if amount is None else money(amount)


def headline(preview: Preview) -> str:
    """Return the preview in one line."""
    warnings = sum(message.severity != "info" for message in preview.graph.messages)
    parts = [
        _policy_summary(preview),
        *([count(warnings, "warning")] if warnings else ()),
        _cost(preview.estimate),
        count(resource_count(preview.graph), "resource"),
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


def verdict_line(verdict: Verdict | None) -> str:
    """Sum up a verdict in a line."""
    if verdict is None:
        return "none: this project has no policy folder"
    mandatory = sum(finding.level == "mandatory" for finding in verdict.findings)
    advisory = len(verdict.findings) - mandatory
    counted = ((mandatory, "mandatory finding"), (advisory, "advisory finding"))
    outcome = " and ".join(count(number, word) for number, word in counted if number) or "no findings"
    return f"{verdict.pack}, {count(verdict.policies, 'policy')}: {outcome}"


def undecided_line(verdict: Verdict) -> str:
    """Say what cannot be decided before the update."""
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


def charges(estimate: Estimate, component: str) -> str:
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


def missing_lines(estimate: Estimate) -> list[str]:
    """Say which prices are missing, and how to read them."""
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


def saving_line(saving: Saving) -> str:
    """Return what a step saves, and what the stack gives up by it."""
    return f"saves {money(saving.monthly)}: {saving.step} ({saving.setting}); {saving.gives_up}"


def totals(estimate: Estimate) -> Iterator[tuple[str, Decimal]]:
    """What the month costs, and where the stack sleeps at night what it would without, and asleep throughout."""
    yield "total", estimate.total
    if estimate.sleeps:
        yield "awake all month", estimate.awake
        yield "asleep all month", estimate.asleep


def usage_line(estimate: Estimate) -> str:
    """Say what depends on use, with its unit prices."""
    return "Not counted, as it depends on use: " + "; ".join(
        f"{item.what} {item.price.partition(', ')[0]}" for item in estimate.usage
    )


def label(section: ComponentSummary) -> str:
    """Name a component."""
    return section.name or "(no component)"


def reached(preview: Preview) -> str:
    """Say where a preview is from, and at what address the stack will be reached."""
    where = address(preview.graph)
    reached = f"; it will be reached at {where}" if where else ""
    return f"from {preview.source}; nothing was changed{reached}"


def wrapped(head: str, text: str, width: int = WIDTH) -> Iterator[str]:
    """Break a text into lines that hang under its head."""
    lines = textwrap.wrap(
        text, max(width - len(head), _LEAST_TEXT), break_long_words=False, break_on_hyphens=False
    ) or [""]
    yield (head + lines[0]).rstrip()
    for line in lines[1:]:
        yield " " * len(head) + line


def cell(text: str) -> str:
    """Return a text that a cell of a Markdown table can hold."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
