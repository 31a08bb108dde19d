"""Record a stack file, or read an exported stack, and let the policy pack judge it: what every command begins with."""

from __future__ import annotations

import contextlib
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preview import policies, project, stackfile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from preview.graph import Graph
    from preview.verdict import Config, Verdict

OK, REFUSED, INVALID = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What is there, and what the policy says."""

    graph: Graph
    verdict: Verdict | None
    config: Mapping[str, object] = field(default_factory=dict)
    """Of a stack file: its `config:` section."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """Of an exported stack: where in the file each resource is, by URN, counted from 1."""


class StoppedError(Exception):
    """There is nothing to show; the text says why."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code
        """The exit code."""


class Progress:
    """The long steps: says on a terminal what is being done, wipes it afterwards, and takes the time."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def step(self, name: str, text: str) -> Iterator[None]:
        """Take the time of a step under its name and show its text meanwhile."""
        shown = f"{text} ..." if sys.stderr.isatty() else ""
        begin = time.perf_counter()
        print(shown, end="", file=sys.stderr, flush=True)
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - begin, 3)
            print(f"\r{' ' * len(shown)}\r" if shown else "", end="", file=sys.stderr, flush=True)


def config(path: Path | None) -> Config:
    """Read a policy configuration; without one, nothing is set.

    Raises:
        StoppedError: it is none.
    """
    try:
        return policies.read_config(path) if path else {}
    except policies.PackError as error:
        raise StoppedError(str(error), INVALID) from None


def stack_file(
    root: Path,
    path: Path,
    folder: Path,
    settings: Config,
    steps: Progress,
    meanwhile: Callable[[Graph], None] = lambda _: None,
    content: bytes | None = None,
) -> Evaluation:
    """Record what the program in a folder registers for a stack file, and judge it.

    Args:
        root: the project's folder.
        path: the stack file.
        folder: the policy pack; without a `PulumiPolicy.yaml` in it there is no verdict.
        settings: levels and parameters of its policies.
        steps: takes the time.
        meanwhile: is called with what was recorded while the policy pack judges it, if there is one.
        content: what the stack file is to hold; None: what it holds.

    Raises:
        StoppedError: the file or the project is invalid, or the engine would refuse the program.
    """
    try:
        read = stackfile.read(path, content)
        described = project.read(root)
    except stackfile.InvalidStackFile as error:
        known = stackfile.stacks(root)
        hint = f"\nStacks here: {', '.join(known)}" if known and not path.exists() else ""
        raise StoppedError(f"{error}{hint}", INVALID) from None
    except project.InvalidProject as error:
        raise StoppedError(str(error), INVALID) from None
    values = described.values(read.config)
    if not (folder / "PulumiPolicy.yaml").exists():
        with steps.step("program", "Running the program"):
            return Evaluation(_recorded(described.root, read, None), None, read.config)
    name, stack = described.name, read.stack
    with policies.Pack(folder, project=name, stack=stack, values=values, dry_run=False, config=settings) as pack:
        with steps.step("program", "Running the program"):
            graph = _recorded(described.root, read, pack)
        return Evaluation(graph, _verdict(pack, graph, steps, lambda: meanwhile(graph)), read.config)


def exported(path: Path, folder: Path, settings: Config, steps: Progress) -> Evaluation:
    """Read an exported stack and judge it.

    Args:
        path: what `pulumi stack export` wrote.
        folder: the policy pack, as in `stack_file`.
        settings: levels and parameters of its policies.
        steps: takes the time.

    Raises:
        StoppedError: it is none.
    """
    from preview import export  # noqa: PLC0415 - only an exported stack needs it

    try:
        read = export.read(path)
    except export.InvalidExport as error:
        raise StoppedError(str(error), INVALID) from None
    graph = read.graph
    if not (folder / "PulumiPolicy.yaml").exists():
        return Evaluation(graph, None)
    name, stack = graph.project, graph.stack
    with policies.Pack(folder, project=name, stack=stack, values={}, dry_run=False, config=settings) as pack:
        return Evaluation(graph, read.redacted(_verdict(pack, graph, steps)), lines=read.lines)


def _verdict(
    pack: policies.Pack, graph: Graph, steps: Progress, meanwhile: Callable[[], None] = lambda: None
) -> Verdict:
    with steps.step("policy", "Checking the policies"):
        try:
            return pack.evaluate(graph, meanwhile=meanwhile)
        except policies.PackError as error:
            raise StoppedError(str(error), REFUSED) from None


def _recorded(root: Path, read: stackfile.StackFile, pack: policies.Pack | None) -> Graph:
    from compat import aws, core, loop  # noqa: PLC0415 - as above
    from preview import awsx, lazy_imports, provider_fakes  # noqa: PLC0415 - not before the policy pack was started
    from preview.record import InvalidStack, RefusedError, record  # noqa: PLC0415 - as above

    for problem in (core.TRIED.problem(), aws.TRIED.problem(), loop.problem()):
        if problem:
            print(f"warning: {problem}", file=sys.stderr)
    lazy_imports.install()
    try:
        graph = record(
            root,
            read.stack,
            read.config,
            observe=pack.observe if pack else None,
            spelled=read.spelled,
            beside=read.path.parent,
        )
    except InvalidStack as error:
        raise StoppedError(f"{read.path}: {error}", INVALID) from None
    except (RefusedError, provider_fakes.UnknownLookupError, awsx.UnknownComponentError) as error:
        raise StoppedError(f"error: {error}", REFUSED) from None
    lazy_imports.save()
    return graph
