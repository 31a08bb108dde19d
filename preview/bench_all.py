"""What `make preview ALL=1` costs: a hundred generated stack files at once, beside single previews of some of them."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from preview.bench import grown

_ROOT: Final = Path(__file__).resolve().parents[1]
_FILES: Final = 100
_SINGLES: Final = 10
_SERVICES: Final = 5
"""The files have one to so many services, in turn."""
_SAMPLE_SECONDS: Final = 0.05
"""Between two looks at the memory: a single preview of a second holds its most for a tenth of that. To look at a process takes the
system one to two milliseconds, in which it stands still, so more often would cost the time that is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a command took."""

    wall: float
    """Seconds."""
    cpu: float
    """Processor seconds, of all its processes."""
    peak: float
    """The most memory that all its processes were seen to have at a time, in MiB: what they share counts once, and what they share with
    other commands in part. Peaks between two looks are missed, in a long command fewer than in a short one. 0 where the system does not tell."""


def written(folder: Path, files: int = _FILES) -> list[Path]:
    """Write stack files that differ in their names and in how many services they have."""
    paths = []
    for number in range(files):
        document = grown(_ROOT / "Pulumi.prod.yaml", 1 + number % _SERVICES)
        document["config"]["slipway:ownerId"] = f"o{number}"
        paths.append(folder / f"{number:03}" / "Pulumi.prod.yaml")
        paths[-1].parent.mkdir()
        paths[-1].write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML
    return paths


def cost(*arguments: str) -> Cost:
    """Run `python -m preview` with arguments.

    Raises:
        RuntimeError: it did not end well; the text is what it said.
    """
    with tempfile.TemporaryFile() as errors:
        begin, before = time.perf_counter(), os.times()
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "preview", *arguments, "--format", "plain"],
            cwd=_ROOT,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        with _watched(process.pid) as peaks:
            code = process.wait()
        wall, after = time.perf_counter() - begin, os.times()
        if code not in {0, 1}:
            errors.seek(0)
            raise RuntimeError(errors.read().decode())
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall=wall, cpu=spent, peak=max(peaks, default=0.0))


@contextlib.contextmanager
def _watched(pid: int) -> Iterator[list[float]]:
    """Note meanwhile how much memory a process and its descendants have."""
    peaks: list[float] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            peaks.append(sum(map(_proportional, _tree(pid))) / 1024)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # it has ended
            for child in children.read_text(encoding="ascii").split():
                yield from _tree(int(child))


def _proportional(pid: int) -> int:
    """Return a process's memory in KiB, of what it shares its part."""
    with contextlib.suppress(OSError):  # it has ended, or the system does not tell
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = written(folder)
        sampled = paths[:: _FILES // _SINGLES]
        half = len(sampled) // 2
        singles = [cost("--file", str(path)) for path in sampled[:half]]
        whole = cost("--all", str(folder))
        singles += [cost("--file", str(path)) for path in sampled[half:]]
    wall, cpu = (_FILES * statistics.mean(getattr(one, what) for one in singles) for what in ("wall", "cpu"))
    peak = statistics.median(one.peak for one in singles)
    print(
        f"{_FILES} stack files at once, beside as many single previews ({_SINGLES} were run), {os.cpu_count()} processors"
    )
    print(f"wall    {whole.wall:7.1f} s    {whole.wall / wall:5.2f} of {wall:.1f} s")
    print(f"cpu     {whole.cpu:7.1f} s    {whole.cpu / cpu:5.2f} of {cpu:.1f} s")
    if peak:
        print(f"memory  {whole.peak:7.0f} MiB  {whole.peak / peak:5.2f} of a single preview's {peak:.0f} MiB")


if __name__ == "__main__":
    main()
