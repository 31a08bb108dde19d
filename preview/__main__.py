"""`python -m preview`: what a stack file would build, what the policy says, what it costs. Nothing is changed.

With `--policy` it reports only what the policy says: of a stack file, or of an exported stack, for which it needs no program.

Exit codes: 0, 1 when a mandatory policy refuses it, 2 when the file is invalid.
"""

from __future__ import annotations

import gc

# Everything made here lives until the end, so the collector would only search in vain: a third of the time.
gc.disable()

import argparse  # noqa: E402 - see above
import contextlib  # noqa: E402 - see above
import json  # noqa: E402 - see above
import os  # noqa: E402 - see above
import sys  # noqa: E402 - see above
import time  # noqa: E402 - see above
from dataclasses import dataclass, field  # noqa: E402 - see above
from pathlib import Path  # noqa: E402 - see above
from typing import TYPE_CHECKING, cast  # noqa: E402 - see above

from preview import policies, project, stackfile  # noqa: E402 - see above

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from preview import render, reports
    from preview.graph import Graph

OK, REFUSED, INVALID = 0, 1, 2
_FORMATS = ("rich", "plain", "json", "markdown")
_REPORT_FORMATS = ("sarif", "junit")
"""Those that can only say what the policy found."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _options(arguments)
    steps = _Steps()
    path = options.file or options.root / f"Pulumi.{options.stack}.yaml"
    chosen = options.format or ("rich" if sys.stdout.isatty() else "plain")
    report_only = options.policy or chosen in _REPORT_FORMATS
    try:
        judged = _judge(options, path, steps, report_only=report_only)
        shown = _report(judged, path, chosen) if report_only else _preview(judged, path, chosen)
    except _StoppedError as stop:
        sys.stdout.flush()
        print(stop, file=sys.stderr)
        return stop.code
    sys.stdout.write(shown)
    if options.timings:
        print("timings", json.dumps(steps.seconds), file=sys.stderr)
    return REFUSED if judged.verdict and judged.verdict.refused else OK


@dataclass(frozen=True, slots=True)
class _Judged:
    """What is there, and what the policy says."""

    graph: Graph
    verdict: policies.Verdict | None
    lines: Mapping[str, int] = field(default_factory=dict)


class _StoppedError(Exception):
    """There is nothing to show; the text says why."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m preview", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--stack", default="prod", help="the stack whose Pulumi.<stack>.yaml is in the root (default: prod)"
    )
    which.add_argument("--file", type=Path, help="a stack file anywhere, or with --policy an exported stack (.json)")
    parser.add_argument(
        "--format", choices=(*_FORMATS, *_REPORT_FORMATS), help="default: rich on a terminal, else plain"
    )
    parser.add_argument(
        "--policy", action="store_true", help="report what the policy says, nothing else; sarif and junit imply it"
    )
    parser.add_argument("--pack", type=Path, help="the policy pack's folder (default: policy in the root)")
    parser.add_argument(
        "--policy-config", type=Path, help="a policy configuration, as --policy-pack-config of Pulumi's CLI takes it"
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the project's folder (default: this one)")
    parser.add_argument("--timings", action="store_true", help="print on stderr how many seconds the steps took")
    return parser.parse_args(arguments)


def _judge(options: argparse.Namespace, path: Path, steps: _Steps, *, report_only: bool) -> _Judged:
    pack = options.pack or options.root / "policy"
    try:
        config = policies.read_config(options.policy_config) if options.policy_config else {}
    except policies.PackError as error:
        raise _StoppedError(str(error), INVALID) from None
    if path.suffix != ".json":
        return _judge_stack_file(options.root, path, pack, config, steps)
    if not report_only:
        raise _StoppedError(f"{path}: an exported stack has no program to preview; judge it with --policy", INVALID)
    return _judge_export(path, pack, config, steps)


def _judge_stack_file(root: Path, path: Path, folder: Path, config: policies.Config, steps: _Steps) -> _Judged:
    try:
        stack_file = stackfile.read(path)
        described = project.read(root)
    except stackfile.InvalidStackFile as error:
        known = stackfile.stacks(root)
        hint = f"\nStacks here: {', '.join(known)}" if known and not path.exists() else ""
        raise _StoppedError(f"{error}{hint}", INVALID) from None
    except project.InvalidProject as error:
        raise _StoppedError(str(error), INVALID) from None
    values = described.values(stack_file.config)
    if not (folder / "PulumiPolicy.yaml").exists():
        with steps.step("program", "Running the program"):
            return _Judged(_recorded(described.root, stack_file, None), None)
    name, stack = described.name, stack_file.stack
    with policies.Pack(folder, project=name, stack=stack, values=values, dry_run=False, config=config) as pack:
        with steps.step("program", "Running the program"):
            graph = _recorded(described.root, stack_file, pack)
        return _Judged(graph, _verdict(pack, graph, steps))


def _judge_export(path: Path, folder: Path, config: policies.Config, steps: _Steps) -> _Judged:
    from preview import export  # noqa: PLC0415 - only an exported stack needs it

    try:
        exported = export.read(path)
    except export.InvalidExport as error:
        raise _StoppedError(str(error), INVALID) from None
    if not (folder / "PulumiPolicy.yaml").exists():
        return _Judged(exported.graph, None)
    graph = exported.graph
    name, stack = graph.project, graph.stack
    with policies.Pack(folder, project=name, stack=stack, values={}, dry_run=False, config=config) as pack:
        return _Judged(graph, exported.redacted(_verdict(pack, graph, steps)), exported.lines)


def _verdict(pack: policies.Pack, graph: Graph, steps: _Steps) -> policies.Verdict:
    with steps.step("policy", "Checking the policies"):
        try:
            return pack.judge(graph)
        except policies.PackError as error:
            raise _StoppedError(str(error), REFUSED) from None


def _preview(judged: _Judged, path: Path, chosen: str) -> str:
    from preview import render  # noqa: PLC0415 - only once there is something to show
    from preview.pricing import estimate  # noqa: PLC0415 - not before the program ran

    made = render.Preview(source=str(path), graph=judged.graph, estimate=estimate(judged.graph), verdict=judged.verdict)
    return render.render(made, cast("render.Format", chosen))


def _report(judged: _Judged, path: Path, chosen: str) -> str:
    from preview import reports  # noqa: PLC0415 - only once there is something to show

    if judged.verdict is None:
        raise _StoppedError("there is no policy pack to judge by; name its folder with --pack", INVALID)
    source = path.resolve()
    here = Path.cwd()
    shown = source.relative_to(here) if source.is_relative_to(here) else source
    made = reports.Report(source=shown.as_posix(), graph=judged.graph, verdict=judged.verdict, lines=judged.lines)
    return reports.write(made, cast("reports.Format", chosen))


def _recorded(root: Path, stack_file: stackfile.StackFile, pack: policies.Pack | None) -> Graph:
    from preview import answers, awsx, lazy_aws  # noqa: PLC0415 - not before the policy pack was started
    from preview.record import InvalidStack, RefusedError, record  # noqa: PLC0415 - as above

    lazy_aws.install()
    try:
        return record(root, stack_file.stack, stack_file.config, observe=pack.observe if pack else None)
    except InvalidStack as error:
        raise _StoppedError(f"{stack_file.path}: {error}", INVALID) from None
    except (RefusedError, answers.UnknownLookupError, awsx.UnknownComponentError) as error:
        raise _StoppedError(f"error: {error}", REFUSED) from None


class _Steps:
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


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # an orderly end would take apart, for a third of a second, what the process gives back at once
