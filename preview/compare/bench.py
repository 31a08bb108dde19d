"""What a comparison costs: whole commands beside a plain preview, in turn, and the comparison of many resources alone."""

from __future__ import annotations

import dataclasses
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_RUNS: Final = 15
_COPIES: Final = 6


def measure(path: Path, base: str, runs: int = _RUNS) -> dict[str, tuple[float, float]]:
    """Return median seconds, of a clock and of processors, of a plain preview, of comparisons with an unseen and a cached base, and of a page.

    They are run in turn, so that a busy machine is as busy for each.
    """
    took: dict[str, list[tuple[float, float]]] = {"preview": [], "unseen base": [], "cached base": [], "page": []}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as cache:
            took["preview"].append(_run(path, {"XDG_CACHE_HOME": cache}))
            took["unseen base"].append(_run(path, {"XDG_CACHE_HOME": cache}, "--base", base))
            took["cached base"].append(_run(path, {"XDG_CACHE_HOME": cache}, "--base", base))
            took["page"].append(_run(path, {"XDG_CACHE_HOME": cache}, "--format", "html"))
    return {
        name: (statistics.median(wall for wall, _ in times), statistics.median(processor for _, processor in times))
        for name, times in took.items()
    }


def many(path: Path) -> tuple[int, float]:
    """Return how many resources were compared, and how many seconds of processor that took."""
    from preview import evaluation  # noqa: PLC0415 - only this figure needs the recorder in this process
    from preview.compare.difference import compare  # noqa: PLC0415 - as above

    graph = evaluation.stack_file(_ROOT, path, _ROOT / "none", {}, evaluation.Progress()).graph
    resources = [
        dataclasses.replace(item, urn=f"{item.urn}-{number}", name=f"{item.name}-{number}")
        for number in range(_COPIES)
        for item in graph.resources
    ]
    other = [
        dataclasses.replace(item, inputs={**item.inputs, "description": "other"}) if index % 10 == 0 else item
        for index, item in enumerate(resources)
    ]
    before = dataclasses.replace(graph, resources=tuple(resources))
    after = dataclasses.replace(graph, resources=tuple(other))
    begin = time.process_time()
    compare(before, after)
    return len(resources), time.process_time() - begin


def _run(path: Path, variables: Mapping[str, str], *more: str) -> tuple[float, float]:
    format_ = () if "--format" in more else ("--format", "plain")
    command = [sys.executable, "-m", "preview", "--file", str(path), *format_, *more]
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            cwd=_ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **variables},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in {0, 1}:
            errors.seek(0)
            raise RuntimeError(errors.read().decode())
    return wall, usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.prod.yaml"
        text = (_ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8")
        path.write_text(text.replace("db.t4g.medium", "db.t4g.large"), encoding="utf-8")
        times = measure(path, "HEAD:Pulumi.prod.yaml")
        resources, seconds = many(path)
    plain, plain_processor = times["preview"]
    for name, (wall, processor) in times.items():
        print(
            f"{name:<14} {wall:6.2f} s, {wall / plain:5.2f} of a preview; "
            f"processors {processor:6.2f} s, {processor / plain_processor:5.2f}"
        )
    print(f"comparing {resources} resources: {seconds:.2f} s")


if __name__ == "__main__":
    main()
