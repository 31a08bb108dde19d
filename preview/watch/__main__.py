"""`python -m preview.watch`: preview a stack file again whenever it, the program or what either of them reads is saved.

It ends with Ctrl-C; exit code 0, 1 where it cannot go on, 2 where there is no such stack file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from preview import stackfile
from preview.watch import reads
from preview.watch.server import PageServer

_POLL_SECONDS: Final = 0.1
"""How often all files are looked at, of which there are hundreds."""
_GLANCE_SECONDS: Final = 0.004
"""How often the stack file is, which is saved most."""
_STILL_SECONDS: Final = 0.02
"""A file that is being written is left to its writer for as long as it still changes; the stack file alone, which is small, for less."""
_GONE_SECONDS: Final = 0.4
"""Who saves takes a file away for a moment, by renaming another one, or empties it before it is written."""
_OUTDATED, _SPOILT = 75, 76
"""Exit codes of the warm process, see `warm`, which is slow to import."""
_MOST_ENDS: Final = 3
"""As often in a row the warm process may end by itself."""
_NARROWEST, _WIDEST, _USUAL = 60, 160, 120
_ROOT: Final = Path(__file__).parents[2]


class WatchEnded(Exception):  # noqa: N818 - reads as what it says
    """There is no going on; the text says why."""


class StackWatch:
    """Sees to it that each save is answered."""

    def __init__(self, path: Path, root: Path, format_: str, server: PageServer) -> None:
        """Begin; nothing runs yet.

        Args:
            path: the stack file.
            root: the project's folder.
            format_: `rich` or `plain`.
            server: shows the page.
        """
        self._stack_file = os.path.abspath(path)  # noqa: PTH100 - as `reads` names it
        self._server = server
        width = min(max(shutil.get_terminal_size((_USUAL, 0)).columns, _NARROWEST), _WIDEST)
        self._job = json.dumps(
            {
                "root": str(root.resolve()),
                "path": str(path),
                "pack": str(root.resolve() / "policy"),
                "format": format_,
                "width": width,
            }
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._received = b""
        self._files: dict[str, dict[str, reads.Stamp]] = {"program": {self._stack_file: reads.stamp(self._stack_file)}}
        self._run = 0
        self._answered = 0
        self._ends = 0
        self._rehearse = True
        self._last: object = None
        """Of a warm process that is followed by another one: its last good preview."""
        self._saved = time.perf_counter()
        self._looked = 0.0

    def run(self) -> None:
        """Answer saves until interrupted.

        Raises:
            WatchEnded: the warm process ends again and again.
        """
        try:
            self._begin([])
            while True:
                if changed := self._changed():
                    self._saved = time.perf_counter()
                    self._begin(self._settled(changed))
                self._listen(_GLANCE_SECONDS)
        finally:
            self._stop()

    def _begin(self, changed: list[str]) -> None:
        self._run += 1
        self._ask(changed)
        self._server.ready(is_ready=False)
        if changed:
            names = ", ".join(sorted(_short(path) for path in changed))
            print(f"\n{time.strftime('%H:%M:%S')} {names}", flush=True)
            self._server.say("Previewing again ...", wrong=False)

    def _ask(self, changed: list[str]) -> None:
        if self._process is None:
            self._start()
        if self._control:
            with contextlib.suppress(OSError):  # its end is noticed
                job = {"run": self._run, "changed": changed, "last": self._last}
                self._control.sendall(json.dumps(job).encode() + b"\n")
        self._last = None

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        self._received = b""
        with theirs:
            how = "rehearse" if self._rehearse else "no rehearsal"
            command = [sys.executable, "-m", "preview.watch.warm", str(theirs.fileno()), self._job, how]
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(_import_path())},
                start_new_session=True,  # Ctrl-C is for this process, which ends the others
            )

    def _stop(self) -> None:
        """End the warm process, and all that it has started."""
        if self._control:
            self._control.close()
        if self._process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = self._control = None

    def _changed(self) -> list[str]:
        """Return what is not as it was, and take it as it is. Most of the time only the stack file is looked at."""
        now = time.monotonic()
        if now - self._looked < _POLL_SECONDS:
            return self._differing([self._stack_file])
        self._looked = now
        return self._differing(None)

    def _differing(self, only: Collection[str] | None) -> list[str]:
        found = []
        for files in self._files.values():
            for path in files if only is None else files.keys() & only:
                known = files[path]
                now = reads.stamp(path)
                if now != known:
                    files[path] = now
                    found.append(path)
        return found

    def _settled(self, changed: list[str]) -> list[str]:
        """Wait until what is being written is whole: until nothing changes for a moment, and what was taken away is back."""
        found = dict.fromkeys(changed)
        last = time.monotonic() + _GONE_SECONDS
        while True:
            began = time.monotonic()
            found.update(dict.fromkeys(self._differing(None)))
            still = _GLANCE_SECONDS if found.keys() == {self._stack_file} else _STILL_SECONDS
            time.sleep(max(0.0, began + still - time.monotonic()))
            more = self._differing(found)
            gone = any(reads.is_gone(path) for path in found)
            if not more and (not gone or time.monotonic() > last):
                return list(found)

    def _listen(self, seconds: float) -> None:
        if self._control is None:
            time.sleep(seconds)
            return
        if not select.select([self._control], [], [], seconds)[0]:
            return
        try:
            data = self._control.recv(1 << 20)
        except ConnectionResetError:
            data = b""
        if not data:
            self._again()
            return
        *lines, self._received = (self._received + data).split(b"\n")
        for line in lines:
            self._take(json.loads(line))

    def _again(self) -> None:
        """Start another warm process, as this one has ended."""
        code = self._process.wait() if self._process else 0
        self._stop()
        self._files["recorder"] = {}
        self._rehearse = self._rehearse and code != _SPOILT
        self._ends = 0 if code in {_OUTDATED, _SPOILT} else self._ends + 1
        if self._ends >= _MOST_ENDS:
            raise WatchEnded(
                f"the process that previews has ended {self._ends} times, the last time with exit code {code}"
            )
        if self._ends:
            print("The process that previews has ended; starting another one.", file=sys.stderr)
        self._start()
        if self._answered < self._run:
            self._ask([])

    def _take(self, message: dict[str, Any]) -> None:
        if message["kind"] == "files" and message["of"] == "recorder":
            self._files["recorder"] = reads.of_plain(message["files"])
        elif message["kind"] == "last":
            self._last = message["side"]
        elif message["kind"] == "ready":
            self._server.ready(is_ready=True)
        elif message["run"] != self._run:
            return  # there was a save since
        elif message["kind"] == "files":
            files = reads.of_plain(message["files"])
            self._files["program"] = files if message["ok"] else {**self._files["program"], **files}
        elif message["kind"] == "answer":
            self._answered, self._ends = self._run, 0
            self._show(message)
        else:
            self._server.show(message["run"], message["html"])
            self._server.say("", wrong=False)

    def _show(self, message: dict[str, Any]) -> None:
        text: str = message["text"].rstrip("\n")
        took = time.perf_counter() - self._saved
        print(text, flush=True)
        first = f"The page is at {self._server.address}; Ctrl-C ends it. " if self._run == 1 else ""
        what = "" if message["ok"] else "Not previewed; save again. "
        print(f"{first}{what}Answered in {took:.2f} s.", flush=True)
        if not message["ok"]:
            self._server.say(text, wrong=True)


def _short(path: str) -> str:
    here = os.path.relpath(path)
    return path if here.startswith("..") else here


def _import_path() -> Iterator[str]:
    yield str(_ROOT)
    if given := os.environ.get("PYTHONPATH"):
        yield given


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m preview.watch", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--stack", default="prod", help="the stack whose Pulumi.<stack>.yaml is in the root")
    which.add_argument("--file", type=Path, help="a stack file anywhere")
    parser.add_argument("--format", choices=("rich", "plain"), help="default: rich on a terminal, else plain")
    parser.add_argument("--root", type=Path, default=Path(), help="the project's folder (default: this one)")
    return parser.parse_args(arguments)


def _terminated(*_: object) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _options(arguments)
    path = options.file or options.root / f"Pulumi.{options.stack}.yaml"
    format_ = options.format or ("rich" if sys.stdout.isatty() else "plain")
    if not path.exists():
        known = stackfile.stacks(options.root)
        there = f"; stacks here: {', '.join(known)}" if known else ""
        print(f"{path}: no such file{there}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _terminated)
    with PageServer() as server:
        try:
            StackWatch(path, options.root, format_, server).run()
        except KeyboardInterrupt:
            print("\nStopped.")
        except WatchEnded as end:
            print(end, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
