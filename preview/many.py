"""`make preview ALL=1`: every stack file in a folder, as one table.

One process loads the SDK, the program and the policy pack, and runs the program once. Each stack file is previewed by a copy of it, as many at
a time as there are processors, so that memory does not grow with the number of files and no stack sees another's state.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import selectors
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

from preview import analyzer, evaluation, pack_process, project, render, stackfile
from preview.graph import Graph
from preview.summary import resource_count
from preview.verdict import Config
from preview.words import count

Format = Literal["rich", "plain", "json", "markdown"]
FORMATS: Final[tuple[str, ...]] = ("rich", "plain", "json", "markdown")
VERSION: Final = 1
"""Of the JSON document."""

_PASSED: Final = frozenset({"node_modules", "build", "dist", "tests"})
"""Folders that hold no stacks of anybody's; one that is given itself is looked into."""
_HEADS: Final = ("Stack file", "Verdict", "Remarks", "Warnings", "USD a month", "Resources")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRow:
    """What came out for one stack file."""

    file: str
    """The file, relative to the folder where the command runs."""
    code: int
    """0, 1 where a mandatory policy refuses it, 2 where the file is wrong: as of a single preview."""
    mandatory: tuple[str, ...] = ()
    """Mandatory findings, a sentence each, and rules that failed."""
    advisory: tuple[str, ...] = ()
    """Advisory findings, a sentence each."""
    warnings: int = 0
    usd: str = ""
    """The month's known cost in US dollars, with two decimals; empty where there is none."""
    missing_prices: int = 0
    resources: int = 0
    mistakes: str = ""
    """Why there is no preview; empty where there is one."""
    at_balancer: str = ""
    """Whose load balancer it has rules at, and from which priority on, such as `acme/slipway/platform from 2000`; empty where its own."""
    hosts: tuple[str, ...] = ()
    """Host names that it makes address records of."""
    names: str = ""
    """What its names in AWS begin with, and the region, such as `storefront-production in us-east-1`."""

    @property
    def verdict(self) -> str:
        """The verdict in a few words."""
        if self.mistakes:
            return "not previewed"
        return "refused by policy" if self.code else "passes policy"


def find(folder: Path) -> Sequence[Path]:
    """Return the stack files in a folder and below, by path; hidden folders, tests and what tools install are left out."""
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _PASSED]
        found += [
            Path(where, name)
            for name in names
            if name.startswith("Pulumi.") and name.endswith(".yaml") and name != "Pulumi.yaml"
        ]
    return sorted(found)


def run(root: Path, files: Sequence[Path], pack: Path, config: Config) -> Sequence[StackRow]:
    """Preview stack files.

    Args:
        root: the project's folder.
        files: the stack files.
        pack: the policy pack's folder.
        config: levels and parameters of its policies.
    """
    try:
        if (pack / "PulumiPolicy.yaml").exists():
            pack_process.Process.kept = pack_process.LoadedPack(pack, copied=True)
        _rehearse(root, files)
        return _each(files, lambda path: _row(root, path, pack, config), os.cpu_count() or 1)
    finally:
        if pack_process.Process.kept:
            pack_process.Process.kept.close()
            pack_process.Process.kept = None


def _rehearse(root: Path, files: Sequence[Path]) -> None:
    """Run the program in this process for the first file that is right, so that all copies have loaded what it takes."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for path in files:
            # Whatever is wrong with a file is told by its own preview.
            with contextlib.suppress(Exception):
                graph = evaluation.stack_file(root, path, root / "no pack", {}, evaluation.Progress()).graph
                render.headline(render.preview(graph, None, str(path)))
                analyzer.asked_about(graph)
                break


def _row(root: Path, path: Path, pack: Path, config: Config) -> StackRow:
    try:
        made = evaluation.stack_file(root, path, pack, config, evaluation.Progress())
    except evaluation.StoppedError as stop:
        return StackRow(file=str(path), code=stop.code, mistakes=str(stop))
    shown = render.preview(made.graph, made.verdict, str(path))
    values = project.read(root).values(stackfile.read(path).config)
    findings = made.verdict.findings if made.verdict else ()
    broken = made.verdict.rule_errors if made.verdict else ()
    told = [
        (finding.level, f"{finding.policy}: {render.subject(finding)}: {render.statement(finding)}")
        for finding in findings
    ]
    return StackRow(
        file=str(path),
        code=evaluation.REFUSED if made.verdict and made.verdict.refused else evaluation.OK,
        mandatory=(*broken, *(text for level, text in told if level == "mandatory")),
        advisory=tuple(text for level, text in told if level != "mandatory"),
        warnings=sum(message.severity != "info" for message in shown.graph.messages),
        usd=f"{shown.estimate.total:.2f}",
        missing_prices=shown.estimate.missing_count,
        resources=resource_count(shown.graph),
        names=_names(values),
        at_balancer=_at_balancer(values),
        hosts=_hosts(shown.graph),
    )


def _names(values: Mapping[str, str]) -> str:
    """Return what the stack's names begin with, and where; nothing for a program that has other settings than Slipway's.

    The settings are read as text: the program that runs may have modules of its own that are called as ours.
    """
    if not values.get("slipway:app"):
        return ""
    parts = (values.get(f"slipway:{key}") for key in ("app", "environment", "ownerId"))
    return f"{'-'.join(part for part in parts if part)} in {values.get('aws:region')}"


def _at_balancer(values: Mapping[str, str]) -> str:
    """Return whose load balancer the stack has rules at, and from which priority on."""
    shared = json.loads(values.get("slipway:shared") or "{}")
    base = shared.get("priorityBase")
    return f"{shared.get('stack')} from {base}" if base is not None else ""


def _hosts(graph: Graph) -> tuple[str, ...]:
    """Return the host names whose only address record the stack makes; one with a `setIdentifier` is one of several."""
    records = (record.inputs for record in graph.of("aws:route53/record:Record"))
    return tuple(
        sorted(
            {
                record["name"]
                for record in records
                if record["type"] in {"A", "AAAA"}
                and isinstance(record["name"], str)
                and not record.get("setIdentifier")
            }
        )
    )


def clashes(rows: Sequence[StackRow]) -> Sequence[str]:
    """Return a sentence for all stack files whose stacks would have the same names in AWS, the same hosts, or the same priorities at one load balancer."""
    return [
        *(
            f"{', '.join(files)}: each is {names}: in one account they would take each other's resources; give one an ownerId, or another app"
            for names, files in _alike(rows, lambda row: row.names)
        ),
        *(
            f"{', '.join(files)}: each has rules at the load balancer of {where}: AWS takes no priority twice; give each a shared.priorityBase of its own"
            for where, files in _alike(rows, lambda row: row.at_balancer)
        ),
        *(
            f"{files}: each makes {of} {', '.join(hosts)}: a hosted zone takes one of a name, so the second update fails while the first stack has it"
            for files, hosts in _hosts_by_files(rows)
            for of in ["the record of" if len(hosts) == 1 else "the records of"]
        ),
    ]


def _alike(
    rows: Sequence[StackRow], of: Callable[[StackRow], str | Sequence[str]]
) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield what several stack files have alike, and these files."""
    found: dict[str, list[str]] = {}
    for row in rows:
        had = of(row)
        for one in [had] if isinstance(had, str) else had:
            if one:
                found.setdefault(one, []).append(row.file)
    yield from ((what, files) for what, files in found.items() if len(files) > 1)


def _hosts_by_files(rows: Sequence[StackRow]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield stack files, and all hosts that each of them makes a record of."""
    found: dict[str, list[str]] = {}
    for host, files in _alike(rows, lambda row: row.hosts):
        found.setdefault(", ".join(files), []).append(host)
    yield from found.items()


def _each(files: Sequence[Path], made: Callable[[Path], StackRow], most: int) -> Sequence[StackRow]:
    """Make a row for each file in a copy of this process, `most` at a time; the rows are in the files' order."""
    rows: dict[Path, StackRow] = {}
    left = list(reversed(files))
    with selectors.DefaultSelector() as running:
        while left or running.get_map():
            while left and len(running.get_map()) < most:
                path = left.pop()
                running.register(*_copied(path, made))
            for key, _ in running.select():
                child: _Child = key.data
                if data := os.read(child.out, 1 << 20):
                    child.received += data
                    continue
                running.unregister(child.out)
                rows[child.path] = child.row()
    return [rows[path] for path in files]


@dataclass(slots=True)
class _Child:
    """A copy of this process."""

    path: Path
    pid: int
    out: int
    """What it sends."""
    received: bytes = b""

    def row(self) -> StackRow:
        """Return what it sent, after its end."""
        os.close(self.out)
        _, status = os.waitpid(self.pid, 0)
        if not self.received:
            end = f"the preview's process ended early, with exit code {os.waitstatus_to_exitcode(status)}"
            return StackRow(file=str(self.path), code=evaluation.INVALID, mistakes=f"{self.path}: {end}")
        given: dict[str, Any] = json.loads(self.received)
        for name in ("mandatory", "advisory", "hosts"):
            given[name] = tuple(given[name])
        return StackRow(**given)


def _copied(path: Path, made: Callable[[Path], StackRow]) -> tuple[int, int, _Child]:
    """Start a copy of this process; returns what a selector takes."""
    out, say = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        _be_copy(path, made, say)
    os.close(say)
    return out, selectors.EVENT_READ, _Child(path=path, pid=pid, out=out)


def _be_copy(path: Path, made: Callable[[Path], StackRow], say: int) -> NoReturn:
    code = 1
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            row = made(path)
        with os.fdopen(say, "wb") as told:
            told.write(json.dumps(asdict(row)).encode())
        code = 0
    except BaseException:  # noqa: BLE001 - as an interpreter prints it; the parent tells that there is no row
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def exit_code(rows: Sequence[StackRow]) -> int:
    """Return 2 where a file is wrong, else 1 where a stack is refused, else 0."""
    return max((row.code for row in rows), default=evaluation.OK)


def shown(rows: Sequence[StackRow], format_: Format, *, findings: bool) -> str:
    """Write the table, what stops a stack below it, and the sums at its end.

    Args:
        rows: what came out.
        format_: the format.
        findings: whether advisory findings are listed as well.
    """
    if format_ == "json":
        document = {
            "version": VERSION,
            "clashes": list(clashes(rows)),
            "stacks": [{**asdict(row), "verdict": row.verdict} for row in rows],
        }
        return json.dumps(document, indent=2) + "\n"
    if format_ == "rich":
        return _rich(rows, findings=findings)
    if format_ == "markdown":
        lines = [_line(_HEADS), _line(["---"] * 3 + ["---:"] * 3), *(_line(_cells(row)) for row in rows)]
        told = [f"- {text}" for text in _told(rows, findings=findings)]
        return "\n".join([*lines, "", *told, *([""] if told else []), _sum(rows)]) + "\n"
    table = [_HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(cells[index]) for cells in table) for index in range(len(_HEADS))]
    lines = [_aligned(cells, widths) for cells in table]
    return "\n".join([*lines, "", *(_told(rows, findings=findings)), _sum(rows)]) + "\n"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = 3
    placed = [
        cell.rjust(width) if index >= len(cells) - numbers else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(placed).rstrip()


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(render.cell(cell) for cell in cells)} |"


def _cells(row: StackRow) -> Sequence[str]:
    if row.mistakes:
        return (row.file, row.verdict, "", "", "", "")
    remarks = len(row.mandatory) + len(row.advisory)
    usd = f"{'more than ' if row.missing_prices else ''}{row.usd}"
    return (row.file, row.verdict, str(remarks or ""), str(row.warnings or ""), usd, str(row.resources))


def _told(rows: Sequence[StackRow], *, findings: bool) -> Iterator[str]:
    """Yield what stops stacks, and with `findings` what does not."""
    yield from clashes(rows)
    for row in rows:
        if row.mistakes:
            yield row.mistakes
        yield from (f"{row.file}: mandatory: {text}" for text in row.mandatory)
        if findings:
            yield from (f"{row.file}: advisory: {text}" for text in row.advisory)


def _sum(rows: Sequence[StackRow]) -> str:
    previewed = [row for row in rows if not row.mistakes]
    total = sum((Decimal(row.usd) for row in previewed), Decimal(0))
    more = "more than" if any(row.missing_prices for row in previewed) else "about"
    refused, wrong = sum(row.code == evaluation.REFUSED for row in previewed), len(rows) - len(previewed)
    parts = [
        f"{count(refused, 'stack')} refused by policy" if refused else "no stack refused by policy",
        *([f"{count(wrong, 'file')} not previewed"] if wrong else ()),
        f"{more} {render.money(total)} USD a month",
    ]
    return f"{count(len(rows), 'stack file')}: {', '.join(parts)}"


def _rich(rows: Sequence[StackRow], *, findings: bool) -> str:
    from rich.console import Console  # noqa: PLC0415 - only for a terminal
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, head in enumerate(_HEADS):
        table.add_column(head, justify="right" if index >= len(_HEADS) - 3 else "left", overflow="fold")
    colours = {evaluation.OK: "green", evaluation.REFUSED: "red", evaluation.INVALID: "red"}
    for row in rows:
        file, verdict, *rest = _cells(row)
        table.add_row(Text(file), Text(verdict, style=colours[row.code]), *(Text(cell) for cell in rest))
    console = Console(file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(table)
    console.print()
    for text in _told(rows, findings=findings):
        console.print(Text(text), soft_wrap=True)
    console.print(Text(_sum(rows), style="bold"), soft_wrap=True)
    written: str = console.file.getvalue()  # type: ignore[attr-defined] # the StringIO from above
    return written
