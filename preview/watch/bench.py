"""How long a save is waited for while a stack is watched, beside whole commands `make preview` of the same stack file, in turn."""

from __future__ import annotations

import http.client
import json
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_RUNS: Final = 15
_CLASSES: Final = ("db.t4g.medium", "db.t4g.large")


def measure(text: str, classes: tuple[str, str] = _CLASSES, runs: int = _RUNS) -> dict[str, list[float]]:
    """Return wall seconds of each run: `cold`, a command; `answer`, from a save to its answer in the terminal; `page`, to the page's.

    Args:
        text: a stack file.
        classes: what is in it, and what it is changed to and back.
        runs: how many saves and commands.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.prod.yaml"
        path.write_text(text, encoding="utf-8")
        command = [sys.executable, "-u", "-m", "preview.watch", "--file", str(path), "--format", "plain"]
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            return _measured(process, path, text, classes, runs)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def _measured(
    process: subprocess.Popen[str], path: Path, text: str, classes: tuple[str, str], runs: int
) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {"cold": [], "answer": [], "page": []}
    printed = process.stdout
    if printed is None:  # pragma: no cover - it is a pipe
        raise TypeError("no pipe")
    port = int(re.findall(r"127\.0\.0\.1:(\d+)", _answered(printed))[0])
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/events")
    events = connection.getresponse()
    shown = _told(events, 0, ready=False)
    for run in range(runs):
        began = time.perf_counter()
        make = ["make", "--silent", "preview", f"FILE={path}", "FORMAT=plain"]
        subprocess.run(make, cwd=_ROOT, capture_output=True, check=True)  # noqa: S603 - our own command
        took["cold"].append(time.perf_counter() - began)
        _told(events, shown - 1, ready=True)  # a second or two after the answer before, on an idle machine
        old, new = classes if run % 2 == 0 else classes[::-1]
        text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        began = time.perf_counter()
        _answered(printed)
        took["answer"].append(time.perf_counter() - began)
        shown = _told(events, shown, ready=False)
        took["page"].append(time.perf_counter() - began)
    connection.close()
    return took


def _answered(printed: IO[str]) -> str:
    said = ""
    for line in printed:
        said += line
        if "Answered in" in line:
            return said
    raise RuntimeError(f"it ended: {said}")


def _told(events: http.client.HTTPResponse, after: int, *, ready: bool) -> int:
    """Wait until there is a page after this one, or also until the next save is waited for, and return the page's number."""
    for line in events:
        if line.startswith(b"data: "):
            state = json.loads(line.removeprefix(b"data: "))
            if state["page"] > after and (state["ready"] or not ready):
                return int(state["page"])
    raise RuntimeError("the server hung up")


def main() -> None:
    """Measure the reference stack and print."""
    took = measure((_ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8"))
    cold = statistics.median(took["cold"])
    print(f"while it is watched, median of {_RUNS} saves beside as many commands in turn")
    for name, seconds in took.items():
        ratio = statistics.median(one / other for one, other in zip(seconds, took["cold"], strict=True))
        print(f"{name:<14} {statistics.median(seconds):6.2f} s  {ratio:5.2f} of make preview ({cold:.2f} s)")


if __name__ == "__main__":
    main()
