"""`python -m preview`: what a stack file would build, what the policy says, what it costs. Nothing is changed.

With `--policy` it reports only what the policy says: of a stack file, or of an exported stack, for which it needs no program.

With `--base` it shows what an update from there would change, and what that means.

Exit codes: 0, 1 when a mandatory policy refuses it, 2 when the file is invalid, 3 when `--gate` stops a comparison.
"""

from __future__ import annotations

import gc

# Everything made here lives until the end, so the collector would only search in vain: a third of the time.
gc.disable()

from preview import early  # noqa: E402 - see above

early.install()

import argparse  # noqa: E402 - see above
import contextlib  # noqa: E402 - see above
import difflib  # noqa: E402 - see above
import io  # noqa: E402 - see above
import json  # noqa: E402 - see above
import os  # noqa: E402 - see above
import shutil  # noqa: E402 - see above
import sys  # noqa: E402 - see above
from pathlib import Path  # noqa: E402 - see above
from typing import TYPE_CHECKING, NoReturn, cast  # noqa: E402 - see above

from preview import evaluation  # noqa: E402 - see above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from preview import render, reports
    from preview.graph import Graph
    from preview.pricing import Estimate

_FORMATS = ("rich", "plain", "json", "markdown", "html")
_REPORT_FORMATS = ("sarif", "junit")
"""Those that can only say what the policy found."""
_NARROWEST, _WIDEST = 60, 160
_FOR_PROGRAMS = ("json", "html", *_REPORT_FORMATS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _options(arguments)
    steps = evaluation.Progress()
    path = options.file or options.root / f"Pulumi.{options.stack}.yaml"
    chosen = options.format or ("rich" if sys.stdout.isatty() else "plain")
    report_only = options.policy or chosen in _REPORT_FORMATS
    try:
        if options.folder:
            return _all(options, chosen)
        if options.base:
            return _compare(options, path, steps, chosen)
        if report_only:
            evaluated = _evaluate(options, path, steps, report_only=True)
            shown = _report(evaluated, path, chosen)
        else:
            with _since_last_commit(options, path, chosen) as (meanwhile, since):
                cost: list[Estimate] = []

                def beside(graph: Graph) -> None:
                    cost.append(_priced(graph, chosen))
                    meanwhile(graph)

                evaluated = _evaluate(options, path, steps, beside, report_only=False)
                shown = _preview(evaluated, path, chosen, *cost) + since(evaluated)
    except evaluation.StoppedError as stop:
        sys.stdout.flush()
        print(stop, file=sys.stderr)
        return stop.code
    _write(shown, chosen)
    if options.timings:
        print("timings", json.dumps(steps.seconds), file=sys.stderr)
    return evaluation.REFUSED if evaluated.verdict and evaluated.verdict.refused else evaluation.OK


class _Parser(argparse.ArgumentParser):
    """Tells what is wrong in one line: whoever came through make has no use for a summary of options."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(evaluation.INVALID, f"{message.removeprefix('argument --format: ')}\n")


def _format(name: str) -> str:
    known = (*_FORMATS, *_REPORT_FORMATS)
    if name in known:
        return name
    close = difflib.get_close_matches(name.lower(), known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    raise argparse.ArgumentTypeError(f"FORMAT={name}: there is no such format{hint}; allowed: {', '.join(known)}")


def _write(text: str, chosen: str) -> None:
    """Write to stdout: what programs read as UTF-8, what people read with what their terminal has."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        if chosen in _FOR_PROGRAMS:
            sys.stdout.reconfigure(encoding="utf-8")
        else:
            sys.stdout.reconfigure(errors="replace")
    sys.stdout.write(text)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="python -m preview", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--stack", default="prod", help="the stack whose Pulumi.<stack>.yaml is in the root (default: prod)"
    )
    which.add_argument("--file", type=Path, help="a stack file anywhere, or with --policy an exported stack (.json)")
    which.add_argument(
        "--all", type=Path, metavar="FOLDER", help="every stack file in a folder and below, as one table", dest="folder"
    )
    parser.add_argument(
        "--format",
        type=_format,
        metavar="FORMAT",
        help=f"one of {', '.join((*_FORMATS, *_REPORT_FORMATS))} (default: rich on a terminal, else plain)",
    )
    parser.add_argument(
        "--policy", action="store_true", help="report what the policy says, nothing else; sarif and junit imply it"
    )
    parser.add_argument("--pack", type=Path, help="the policy pack's folder (default: policy in the root)")
    parser.add_argument(
        "--policy-config", type=Path, help="a policy configuration, as --policy-pack-config of Pulumi's CLI takes it"
    )
    parser.add_argument(
        "--base", help="show what changes against it: a git revision, another stack file, or an exported stack (.json)"
    )
    parser.add_argument(
        "--gate",
        choices=("destructive",),
        help="with --base: exit code 3 when what holds data is deleted or replaced without a dated waiver",
    )
    parser.add_argument("--waivers", type=Path, help="the waivers' file (default: waivers.yaml in the root)")
    parser.add_argument("--root", type=Path, default=Path(), help="the project's folder (default: this one)")
    parser.add_argument("--timings", action="store_true", help="print on stderr how many seconds the steps took")
    return parser.parse_args(arguments)


def _evaluate(
    options: argparse.Namespace,
    path: Path,
    steps: evaluation.Progress,
    meanwhile: Callable[[Graph], None] = lambda _: None,
    *,
    report_only: bool,
) -> evaluation.Evaluation:
    pack = options.pack or options.root / "policy"
    config = evaluation.config(options.policy_config)
    if path.suffix != ".json":
        return evaluation.stack_file(options.root, path, pack, config, steps, meanwhile)
    if not report_only:
        text = f"{path}: an exported stack has no program to preview; judge it with --policy"
        raise evaluation.StoppedError(text, evaluation.INVALID)
    return evaluation.exported(path, pack, config, steps)


@contextlib.contextmanager
def _since_last_commit(
    options: argparse.Namespace, path: Path, chosen: str
) -> Iterator[tuple[Callable[[Graph], None], Callable[[evaluation.Evaluation], str]]]:
    """Record the last commit meanwhile, if the stack file differs from it.

    Yields:
        What is told the stack file's graph while the policy pack judges it, and what says in two lines what would change.
    """
    from preview.compare import bases  # noqa: PLC0415 - only a preview for people needs it

    if chosen in {"json", "html"} or path.suffix == ".json" or not bases.differs_from_head(options.root, path):
        yield lambda _: None, lambda _: ""
        return
    from preview.compare import brief, command  # noqa: PLC0415 - as above

    with brief.begin(command.CompareRequest.of(options, path, "HEAD", chosen)) as since:
        yield since


def _compare(options: argparse.Namespace, path: Path, steps: evaluation.Progress, chosen: str) -> int:
    from preview.compare import command  # noqa: PLC0415 - only a comparison needs it

    if options.policy or chosen not in _FORMATS or path.suffix == ".json":
        text = f"--base compares what a stack file builds, as {', '.join(_FORMATS)}"
        raise evaluation.StoppedError(text, evaluation.INVALID)
    request = command.CompareRequest.of(options, path, options.base, chosen)
    shown, code = command.run(request, lambda meanwhile: _evaluate(options, path, steps, meanwhile, report_only=False))
    _write(shown, chosen)
    if options.timings:
        print("timings", json.dumps(steps.seconds), file=sys.stderr)
    return code


def _all(options: argparse.Namespace, chosen: str) -> int:
    from preview import many  # noqa: PLC0415 - only for many stack files

    if options.base or chosen not in many.FORMATS:
        text = f"all stack files are shown as {', '.join(many.FORMATS)}, each by itself"
        raise evaluation.StoppedError(text, evaluation.INVALID)
    files = many.find(options.folder)
    if not files:
        raise evaluation.StoppedError(f"{options.folder}: no stack file (Pulumi.STACK.yaml) in it", evaluation.INVALID)
    rows = many.run(
        options.root, files, options.pack or options.root / "policy", evaluation.config(options.policy_config)
    )
    _write(many.shown(rows, cast("many.Format", chosen), findings=options.policy), chosen)
    return many.exit_code(rows)


def _priced(graph: Graph, chosen: str) -> Estimate:
    """Price what was recorded, and load what it will be shown with."""
    from preview import render  # noqa: PLC0415 - not before the program ran
    from preview.pricing import estimate  # noqa: PLC0415 - as above

    render.load(chosen)
    return estimate(graph)


def _preview(evaluated: evaluation.Evaluation, path: Path, chosen: str, cost: Estimate | None = None) -> str:
    from preview import render  # noqa: PLC0415 - only once there is something to show

    made = render.preview(evaluated.graph, evaluated.verdict, str(path), _width(render.WIDTH), cost)
    if chosen == "html":
        from preview.picture import page  # noqa: PLC0415 - as above

        return page.of_preview(made)
    return render.render(made, cast("render.Format", chosen))


def _width(usual: int) -> int:
    """Return the terminal's columns, within reason; where there is no terminal, the usual number."""
    return min(max(shutil.get_terminal_size((usual, 0)).columns, _NARROWEST), _WIDEST)


def _report(evaluated: evaluation.Evaluation, path: Path, chosen: str) -> str:
    from preview import reports  # noqa: PLC0415 - only once there is something to show

    if evaluated.verdict is None:
        raise evaluation.StoppedError(
            "there is no policy pack to judge by; name its folder with --pack", evaluation.INVALID
        )
    source = path.resolve()
    here = Path.cwd()
    shown = source.relative_to(here) if source.is_relative_to(here) else source
    made = reports.Report(
        source=shown.as_posix(), graph=evaluated.graph, verdict=evaluated.verdict, lines=evaluated.lines
    )
    return reports.write(made, cast("reports.Format", chosen))


if __name__ == "__main__":
    code = main()
    early.save()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # an orderly end would take apart, for a third of a second, what the process gives back at once
