"""`python -m preview`: what a stack file would build, what the policy says, what it costs. Nothing is changed.

Exit codes: 0, 1 when a mandatory policy refuses it, 2 when the stack file is invalid.
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
from pathlib import Path  # noqa: E402 - see above
from typing import TYPE_CHECKING, cast  # noqa: E402 - see above

from preview import policies, project, stackfile  # noqa: E402 - see above

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preview.graph import Graph
    from preview.render import Format, Preview

OK, REFUSED, INVALID = 0, 1, 2
_FORMATS = ("rich", "plain", "json", "markdown")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _options(arguments)
    steps = _Steps()
    try:
        made = _preview(options.root, options.file or options.root / f"Pulumi.{options.stack}.yaml", steps)
    except _StoppedError as stop:
        sys.stdout.flush()
        print(stop, file=sys.stderr)
        return stop.code
    from preview.render import render  # noqa: PLC0415 - only once there is something to show

    chosen = options.format or ("rich" if sys.stdout.isatty() else "plain")
    sys.stdout.write(render(made, cast("Format", chosen)))
    if options.timings:
        print("timings", json.dumps(steps.seconds), file=sys.stderr)
    return REFUSED if made.verdict and made.verdict.refused else OK


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
    which.add_argument("--file", type=Path, help="a stack file anywhere")
    parser.add_argument("--format", choices=_FORMATS, help="default: rich on a terminal, else plain")
    parser.add_argument("--root", type=Path, default=Path(), help="the project's folder (default: this one)")
    parser.add_argument("--timings", action="store_true", help="print on stderr how many seconds the steps took")
    return parser.parse_args(arguments)


def _preview(root: Path, path: Path, steps: _Steps) -> Preview:
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
    folder = described.root / "policy"
    if not (folder / "PulumiPolicy.yaml").exists():
        return _judged(described.root, stack_file, None, steps)
    with policies.Pack(folder, project=described.name, stack=stack_file.stack, values=values, dry_run=False) as pack:
        return _judged(described.root, stack_file, pack, steps)


def _judged(root: Path, stack_file: stackfile.StackFile, pack: policies.Pack | None, steps: _Steps) -> Preview:
    with steps.step("program", "Running the program"):
        graph = _recorded(root, stack_file, pack)
    with steps.step("policy", "Checking the policies"):
        try:
            verdict = pack.judge(graph) if pack else None
        except policies.PackError as error:
            raise _StoppedError(str(error), REFUSED) from None
    from preview.pricing import estimate  # noqa: PLC0415 - not before the program ran
    from preview.render import Preview  # noqa: PLC0415 - as above

    return Preview(source=str(stack_file.path), graph=graph, estimate=estimate(graph), verdict=verdict)


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
