"""Show an edit: rich for a terminal, plain for a log, Markdown for a pull request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from preview.compare.edit import SIGNS, VERBS
from preview.compare.masking import SECRET
from preview.compare.meaning import money as _money
from preview.compare.meaning.findings import appeared, went
from preview.compare.meaning.money import signed
from preview.compare.values import MISSING, Difference
from preview.graph import UNKNOWN
from preview.render import cell, money, wrapped
from preview.render.markdown import diagram
from preview.summary import kind
from preview.words import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from preview.compare.change import Change, Property
    from preview.compare.edit import Edit
    from preview.compare.meaning.statement import Statement

_WIDTH: Final = 120
_LONGEST: Final = 70
_MOST_PROPERTIES: Final = 8
_MOST_SETTINGS: Final = 12
_MINUTE: Final = 60
_NOTICED: Final = 0.04
_DASHBOARD: Final = "aws:cloudwatch/dashboard:Dashboard"
_MARKDOWN_LIMIT: Final = 60_000
"""Characters: GitHub takes 65,536 for a comment."""
MARKS: Final = {"danger": "DANGER", "caution": "caution", "note": "note"}


def value(given: object, most: int = _LONGEST) -> str:
    """Write a value in one short line."""
    if given is MISSING:
        return "(not set)"
    if given is UNKNOWN:
        return repr(UNKNOWN)
    words = given.replace("\n", " ") if isinstance(given, str) else json.dumps(given, ensure_ascii=False, default=repr)
    text = words or '""'
    return text if len(text) <= most else f"{text[: most - 4]} ..."


def line(item: Property | Difference) -> str:
    """Write a property that changes: `instanceClass: db.t4g.medium -> db.t4g.large`."""
    path = item.text if isinstance(item, Difference) else item.path
    if item.before == item.after == SECRET:
        return f"{path}: {SECRET} changes, and is not shown"
    if item.before is MISSING:
        return f"{path}: + {value(item.after, _LONGEST * 2)}"
    if item.after is MISSING:
        return f"{path}: - {value(item.before, _LONGEST * 2)}"
    before, after = value(item.before, 10_000), value(item.after, 10_000)
    start = _common(before, after)
    if len(before) > _LONGEST or len(after) > _LONGEST:
        before, after = (f"{'... ' if start else ''}{text[start:]}" for text in (before, after))
    return f"{path}: {value(before)} -> {value(after)}"


def _common(one: str, other: str) -> int:
    """Return where two long texts begin to differ, a few characters before."""
    length = next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return max(0, length - 20)


def mark(item: Property) -> str:
    """Say what a property's change does, where it is no plain update."""
    return {"replace": "  forces replacement", "unknown": "  effect not known", "refused": "  refused"}.get(
        item.effect, ""
    )


def about(change: Change) -> str:
    """Name a change's resource, and say why and in which order it is replaced."""
    text = f"{kind(change.resource.type)} {change.resource.name}"
    if not change.resource.custom:
        text += " (component)"
    if change.renamed and change.before:
        text += f" (was {change.before.name})"
    if change.kind == "replaced":
        why = f"goes with {change.because}" if change.because else ""
        order = "the old one goes first" if change.deleted_first else "the new one is made first"
        text += f" ({', '.join(filter(None, [why, order]))})"
    if change.resource.protect and change.kind in {"deleted", "replaced"}:
        text += " [protected]"
    return text


def plain(edit: Edit) -> Iterator[str]:
    """Write an edit for a log."""
    yield edit.headline
    yield f"from {edit.source}; nothing was changed, and what AWS gives out is named after its resource: {{vpc network-vpc.id}}"
    for note in edit.notes:
        yield from wrapped("note: ", note)
    yield ""
    yield "What it means" if edit.statements else "It means nothing for what runs"
    for statement in edit.statements:
        yield from wrapped(f"  {MARKS[statement.level]:<8} ", f"{statement.text}{_where(statement)}")
    yield from _plain_settings(edit)
    for component, changes in edit.by_component().items():
        yield ""
        yield f"{component or '(no component)'}  {_sum(changes)}"
        yield from _plain_changes(changes)
    yield ""
    yield f"Kept  {edit.kept}"
    yield from _plain_policy(edit)
    yield from _plain_money(edit)


def _where(statement: Statement) -> str:
    return f" [{statement.setting}]" if statement.setting else ""


def _plain_settings(edit: Edit) -> Iterator[str]:
    if not edit.settings:
        return
    yield ""
    yield "Settings"
    for item in edit.settings[:_MOST_SETTINGS]:
        yield from wrapped("  ", line(item))
    if len(edit.settings) > _MOST_SETTINGS:
        yield f"  and {len(edit.settings) - _MOST_SETTINGS} more"


def _plain_changes(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        yield from wrapped(f"  {SIGNS[change.kind]} ", about(change))
        shown = _most(change)
        yield from (text for item in shown for text in wrapped("      ", f"{line(item)}{mark(item)}"))
        if len(change.properties) > len(shown):
            yield f"      and {len(change.properties) - len(shown)} more places"


def _most(change: Change) -> Sequence[Property]:
    """Return the properties worth a line: those that force a replacement first, and few of a dashboard, which moves as a whole."""
    most = 2 if change.resource.type == _DASHBOARD else _MOST_PROPERTIES
    return sorted(change.properties, key=lambda item: item.effect != "replace")[:most]


def _sum(changes: Sequence[Change]) -> str:
    return ", ".join(
        f"{number} {verb}" for kind, verb in VERBS.items() if (number := sum(change.kind == kind for change in changes))
    )


def duration(seconds: float) -> str:
    """Write a time for people: `40 s`, `3 min`, `1 h 10 min`."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / _MINUTE)
    return f"{minutes} min" if minutes < _MINUTE else f"{minutes // _MINUTE} h {minutes % _MINUTE} min"


def time(edit: Edit) -> str:
    """Say how long the update takes and what decides it; empty where nothing is to be done."""
    line = edit.comparison.time_line
    if not line.steps:
        return ""
    chain = [step for step in line.critical if step.seconds >= line.seconds * _NOTICED] or line.critical[-1:]
    named = ", then ".join(
        f"{step.act} {kind(step.resource.type)} {step.resource.name} ({duration(step.seconds)})" for step in chain
    )
    return f"about {duration(line.seconds)}, by usual durations; what decides it: {named}"


def _policy_line(edit: Edit) -> str:
    before, after = edit.situation.verdict_before, edit.situation.verdict_after
    if before is None or after is None:
        return "not compared: there is no policy pack"
    return f"{count(len(after.findings), 'finding')}, {len(appeared(edit.situation))} new, {len(went(edit.situation))} gone"


def _plain_policy(edit: Edit) -> Iterator[str]:
    yield f"Policy  {_policy_line(edit)}"
    if words := time(edit):
        yield from wrapped("Time  ", words)


def _plain_money(edit: Edit) -> Iterator[str]:
    before, after = edit.situation.estimate_before, edit.situation.estimate_after
    if before is None or after is None:
        return
    yield f"Estimate  {money(before.total)} to {money(after.total)} USD a month ({signed(after.total - before.total)})"
    for component, (old, new) in _money.by_component(edit.situation).items():
        yield f"  {component or '(no component)':<24} {money(old):>10} {money(new):>10} {signed(new - old):>10}"


def rich(edit: Edit) -> str:
    """Write an edit for a terminal, with its colours."""
    from rich.console import Console, Group  # noqa: PLC0415 - only this format needs it

    console = Console(force_terminal=True, highlight=False)
    with console.capture() as capture:
        console.print(Group(*_rich(edit)))
    return capture.get()


def _rich(edit: Edit) -> Iterator[RenderableType]:
    from rich.padding import Padding  # noqa: PLC0415 - only this format needs it
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above
    from rich.tree import Tree  # noqa: PLC0415 - as above

    styles = {"danger": "bold white on red", "caution": "bold yellow", "note": "cyan"}
    colours = {"created": "green", "updated": "yellow", "replaced": "magenta", "deleted": "red", "renamed": "cyan"}
    worst = edit.statements[0].level if edit.statements else "note"
    yield Text(edit.headline, style="bold red" if worst == "danger" else "bold")
    yield Text(f"from {edit.source}; nothing was changed", style="dim")
    yield from (Text(f"note: {note}", style="yellow") for note in edit.notes)
    if edit.statements:
        table = Table.grid(padding=(0, 2))
        table.title, table.title_justify, table.title_style = "What it means", "left", "bold"
        for statement in edit.statements:
            table.add_row(
                Text(MARKS[statement.level], style=styles[statement.level]),
                Text.assemble(statement.text, (_where(statement), "dim")),
            )
        yield Padding(table, (1, 0, 0, 0))
    if edit.settings:
        settings = [Text(f"  {line(item)}") for item in edit.settings[:_MOST_SETTINGS]]
        yield Padding(Text("Settings", style="bold"), (1, 0, 0, 0))
        yield from settings
    for component, changes in edit.by_component().items():
        tree = Tree(
            Text.assemble((component or "(no component)", "bold"), (f"  {_sum(changes)}", "dim")), guide_style="dim"
        )
        for change in changes:
            node = tree.add(Text(f"{SIGNS[change.kind]} {about(change)}", style=colours[change.kind]))
            shown = _most(change)
            for item in shown:
                node.add(Text.assemble(line(item), (mark(item), "bold red")))
            if len(change.properties) > len(shown):
                node.add(Text(f"and {len(change.properties) - len(shown)} more places", style="dim"))
        yield Padding(tree, (1, 0, 0, 0))
    yield Padding(Text(f"Kept  {edit.kept}"), (1, 0, 0, 0))
    yield from (Text(text) for text in (*_plain_policy(edit), *_plain_money(edit)))


def markdown(edit: Edit) -> str:
    """Write an edit as one comment of a pull request: the most important first, details folded, never too long for one."""
    lines = list(_markdown_head(edit))
    tail = [*_markdown_tail(edit), *_markdown_picture(edit)]
    room = _MARKDOWN_LIMIT - sum(len(text) + 1 for text in (*lines, *tail)) - 400
    if room < 0:  # statements alone fill it
        kept: list[str] = []
        for text in lines:
            if sum(map(len, kept)) + len(text) > _MARKDOWN_LIMIT - 2_000:
                kept += ["", "More does not fit here: `FORMAT=plain` has all of it.", ""]
                break
            kept.append(text)
        return "\n".join(kept) + "\n"
    folded: list[str] = []
    for component, changes in edit.by_component().items():
        part = [f"{component or '(no component)'}  {_sum(changes)}", *_plain_changes(changes), ""]
        part = [text.replace("```", "'''") for text in part]
        if sum(len(text) + 1 for text in (*folded, *part)) > room:
            folded.append("... and more: FORMAT=plain has all of it")
            break
        folded += part
    if folded:
        lines += [
            f"<details><summary>{_sum(edit.comparison.changed)}, {edit.kept} kept</summary>",
            "",
            "```text",
            *folded,
            "```",
            "",
            "</details>",
            "",
        ]
    return "\n".join([*lines, *tail]) + "\n"


def _markdown_picture(edit: Edit) -> Iterator[str]:
    from preview.picture.drawing import draw  # noqa: PLC0415 - only this format needs it

    situation = edit.situation
    if situation.estimate_after is not None and edit.comparison.changed:
        yield ""
        yield from diagram(draw(edit.comparison.after, situation.estimate_after, None, edit))


def _markdown_head(edit: Edit) -> Iterator[str]:
    yield f"### {cell(edit.headline)}"
    yield ""
    for note in edit.notes:
        yield f"> {cell(note)}"
        yield ""
    icons = {"danger": "🛑 **danger**", "caution": "⚠️ caution", "note": "note"}
    if edit.statements:
        yield "| | What it means | Setting |"
        yield "|---|---|---|"
        for statement in edit.statements:
            setting = f"`{statement.setting}`" if statement.setting else ""
            yield f"| {icons[statement.level]} | {cell(statement.text)} | {setting} |"
        yield ""
    if edit.settings:
        yield f"<details{'' if len(edit.settings) > _MOST_SETTINGS else ' open'}><summary>{count(len(edit.settings), 'setting')}</summary>"
        yield ""
        yield from (f"- `{line(item).replace('`', chr(39))}`" for item in edit.settings[: _MOST_SETTINGS * 4])
        yield ""
        yield "</details>"
        yield ""


def _markdown_tail(edit: Edit) -> Iterator[str]:
    yield f"**Policy** {cell(_policy_line(edit))}"
    if words := time(edit):
        yield ""
        yield f"**Time** {cell(words)}"
    parts = _money.by_component(edit.situation)
    if parts:
        yield ""
        yield "| USD a month | before | after | |"
        yield "|---|---:|---:|---:|"
        for component, (old, new) in parts.items():
            yield f"| {cell(component or '(no component)')} | {money(old)} | {money(new)} | {signed(new - old)} |"
