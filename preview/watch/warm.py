"""The warm process: it has the SDKs and the recorder loaded, and is copied for each preview.

A copy is made before it is needed. It imports the program's modules, then waits for a save; what was saved decides whether that copy serves
or another one must be made. The warm process itself runs the program once, after a copy has shown that it runs, so that
every class of the SDK that it uses is there; the program's own modules are dropped after that, so that each copy has them anew.

It is asked and answers by lines of JSON over a socket that it was born with. When that closes it ends, and with it all it has started.
"""

from __future__ import annotations

import gc

# As in `preview.__main__`: a copy ends with its preview.
gc.disable()

from preview.watch import reads  # noqa: E402 - before what it is to note

reads.install()

import contextlib  # noqa: E402 - see above
import importlib  # noqa: E402 - see above
import json  # noqa: E402 - see above
import os  # noqa: E402 - see above
import select  # noqa: E402 - see above
import signal  # noqa: E402 - see above
import socket  # noqa: E402 - see above
import struct  # noqa: E402 - see above
import sys  # noqa: E402 - see above
import threading  # noqa: E402 - see above
import time  # noqa: E402 - see above
from dataclasses import dataclass  # noqa: E402 - see above
from pathlib import Path  # noqa: E402 - see above
from typing import Any, Final, NoReturn  # noqa: E402 - see above

from preview import ahead, pack_process  # noqa: E402 - see above
from preview.compare import sides  # noqa: E402 - see above
from preview.run_memory import RunMemory  # noqa: E402 - see above
from preview.watch import answer  # noqa: E402 - see above

OUTDATED: Final = 75
"""The exit code of a warm process that is out of date: start another one, and ask it."""
SPOILT: Final = 76
"""The exit code of one that the program has left in a state that cannot be copied: start another one, which does not run the program."""
_HOME: Final = Path(__file__).parents[2]
_HEAD: Final = struct.Struct("!IB")
_READY, _GOOD, _LINE, _SIDE, _UNPREPARED, _DONE = range(6)
"""What a copy sends: that it waits, that its preview is good, a line for whoever asked, its recorded side, that the program's modules cannot
be imported ahead, its end."""


@dataclass(slots=True)
class _PreviewCopy:
    """A copy of the warm process."""

    pid: int
    go: int
    """Where it is told to begin."""
    out: int
    """What it sends."""
    job: dict[str, Any] | None = None
    """What it does; None while it waits."""
    received: bytes = b""
    good: bool = False
    done: bool = False
    unprepared: bool = False


class WarmProcess:
    """The warm process."""

    def __init__(self, control: socket.socket, request: answer.WatchRequest, *, rehearse: bool) -> None:
        """Start the policy pack's process.

        Args:
            control: the other end asks there.
            request: what to preview.
            rehearse: whether to run the program once in this process.
        """
        self._control = control
        self._asked = b""
        self._request = request
        self._last: answer.PricedSide | None = None
        self._copy: _PreviewCopy | None = None
        self._own = frozenset(sys.modules)
        self._modules: list[str] = []
        """The program's, in the order in which it imports them."""
        self._next: dict[str, Any] | None = None
        """The job that waits until the last good preview is here."""
        self._rehearsed = not rehearse
        self._ahead = True
        """Whether copies are made before they are needed."""
        self._program: set[str] = set()
        """The files that a copy reads before it is told to begin."""
        RunMemory.kept = RunMemory()
        self._asked_ahead: list[tuple[str, bytes]] = []
        """What the policy pack was asked about the last good preview, once it was rehearsed."""
        self._pack_files: dict[str, reads.Stamp] = {}
        self._recorder_files = self._files_of_recorder()
        self._start_pack()
        self._tell_files()

    def serve(self) -> NoReturn:
        """Answer until the other end has hung up, or until this process is out of date."""
        while True:
            copy = self._copy
            waiting: list[socket.socket | int] = [self._control, *([copy.out] if copy else [])]
            for source in select.select(waiting, [], [])[0]:
                if source is self._control:
                    self._listen()
                elif copy and copy is self._copy:
                    self._receive(copy)
            if self._copy is None and self._last is not None and self._ahead:
                if not self._rehearsed:
                    self._rehearse(self._last)
                self._copy = self._copied()

    def _listen(self) -> None:
        received = self._control.recv(1 << 16)
        if not received:
            self._end(0)
        *lines, self._asked = (self._asked + received).split(b"\n")
        for line in lines:
            self._begin(json.loads(line))

    def _begin(self, job: dict[str, Any]) -> None:
        """Begin a run; the one that is going on is not wanted any more."""
        if last := job.pop("last", None):
            self._last = answer.PricedSide.of(sides.side_of(last))
        changed = set(job["changed"])
        if changed & self._recorder_files.keys():
            self._end(OUTDATED)
        if self._copy and self._copy.good:
            waiting = self._next["changed"] if self._next else []
            self._next = {**job, "changed": [*waiting, *changed]}
            return
        of_pack = changed & self._pack_files.keys()
        if changed & self._program:
            self._modules = []  # whether they can still be imported ahead is found out anew
        if self._copy and (self._copy.job or of_pack or changed & self._program):
            self._stop(self._copy)
        if of_pack:
            self._start_pack()
            self._tell_files()
        self._ahead = True
        self._copy = self._copy or self._copied()
        self._copy.job = job
        with contextlib.suppress(OSError):  # its end is noticed
            os.write(self._copy.go, json.dumps(job).encode() + b"\n")

    def _receive(self, copy: _PreviewCopy) -> None:
        data = os.read(copy.out, 1 << 20)
        if not data:
            self._stop(copy)
            self._follow(copy)
            return
        copy.received += data
        while len(copy.received) >= _HEAD.size:
            length, kind = _HEAD.unpack_from(copy.received)
            if len(copy.received) < _HEAD.size + length:
                return
            payload = copy.received[_HEAD.size : _HEAD.size + length]
            copy.received = copy.received[_HEAD.size + length :]
            self._take(copy, kind, payload)

    def _follow(self, copy: _PreviewCopy) -> None:
        """Do what is to be done after a copy has ended."""
        if job := self._next:
            self._next = None
            self._begin(job)
        if job or copy.done:
            return
        if copy.unprepared:
            if copy.job:
                self._begin({**copy.job, "changed": []})
        elif copy.job:
            text = "the preview's process ended before it was done"
            self._send({"run": copy.job["run"], "kind": "answer", "ok": False, "text": text, "seconds": 0})
        else:
            self._ahead = False  # the next save shows what is wrong

    def _take(self, copy: _PreviewCopy, kind: int, payload: bytes) -> None:
        if kind == _LINE:
            self._control.sendall(payload + b"\n")
        elif kind == _SIDE:
            document = json.loads(payload)
            self._program = set(document["program"])
            self._modules = document["modules"]
            self._last = answer.PricedSide.of(sides.side_of(document["side"]))
        elif kind == _GOOD:
            copy.good = True
        elif kind == _READY:
            self._send({"kind": "ready"})
        elif kind == _UNPREPARED:
            self._modules, copy.unprepared = [], True
        else:
            copy.done = True

    def _send(self, message: dict[str, object]) -> None:
        self._control.sendall(json.dumps(message).encode() + b"\n")

    def _start_pack(self) -> None:
        folder = self._request.pack
        if pack_process.Process.kept:
            pack_process.Process.kept.close()
        if (folder / "PulumiPolicy.yaml").exists():
            pack_process.Process.kept = pack_process.LoadedPack(folder, self._asked_ahead, private=True)
        files = [path for path in folder.rglob("*") if path.suffix in {".py", ".yaml", ".json"}]
        self._pack_files = {str(path): reads.stamp(str(path)) for path in [*files, folder / "PulumiPolicy.yaml"]}
        reads.taken()

    def _files_of_recorder(self) -> dict[str, reads.Stamp]:
        reads.note(reads.of_modules(name for name, module in sys.modules.items() if ahead.is_kept(name, module)))
        reads.note(path for suffix in ("yaml", "j2") for path in (_HOME / "preview").rglob(f"*.{suffix}"))
        return {
            path: found for path, found in reads.taken().items() if path.startswith(str(_HOME)) and Path(path).is_file()
        }

    def _tell_files(self) -> None:
        self._send({"kind": "files", "of": "recorder", "files": {**self._pack_files, **self._recorder_files}})

    def _rehearse(self, last: answer.PricedSide) -> None:
        """Run once in this process what a copy has run, so that all later copies have loaded what it takes."""
        self._rehearsed = True
        environment, folder, path = dict(os.environ), Path.cwd(), list(sys.path)
        try:
            with (
                Path(os.devnull).open("w") as nothing,
                contextlib.redirect_stdout(nothing),
                contextlib.redirect_stderr(nothing),
            ):
                self._asked_ahead = answer.rehearse(self._request, last)
        except Exception as error:  # noqa: BLE001 - a program may raise anything; no save is lost by it
            print(f"Saves will be answered more slowly, as a trial ended with {error!r}.", file=sys.stderr)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        sys.path[:] = path
        if threading.active_count() > 1:
            self._end(SPOILT)
        ahead.drop(ahead.program_modules(self._request.root, self._own))
        self._start_pack()
        self._recorder_files |= self._files_of_recorder()
        self._tell_files()
        gc.collect()

    def _copied(self) -> _PreviewCopy:
        """Make a copy of this process that waits to be told to begin."""
        go, told = os.pipe()
        out, say = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            os.close(go)
            os.close(say)
            return _PreviewCopy(pid=pid, go=told, out=out)
        try:
            os.close(told)
            os.close(out)
            self._control.close()
            self._be_copy(go, say)
        finally:
            os._exit(1)

    def _be_copy(self, go: int, say: int) -> NoReturn:
        def send(kind: int, payload: bytes) -> None:
            data = _HEAD.pack(len(payload), kind) + payload
            while data:
                data = data[os.write(say, data) :]

        root = self._request.root
        sys.dont_write_bytecode = (
            True  # what is compiled within a second of its source's change may be found for the next one
        )
        importlib.invalidate_caches()
        reads.forget()
        graph = self._last.side.graph if self._last else None
        if self._modules and graph and not ahead.imported(self._modules, root, graph.project, graph.stack):
            send(_UNPREPARED, b"")
            os._exit(0)
        pack_process.own_memory()
        prepared = reads.taken()
        send(_READY, b"")
        with os.fdopen(go, "rb") as told:
            line = told.readline()
        if not line:
            os._exit(0)
        job = json.loads(line)
        begin = time.perf_counter()
        run = job["run"]
        for message in answer.answers(self._request, self._last, run):
            if isinstance(message, answer.GoodPreview):
                modules = ahead.program_modules(root, self._own)
                program = [*prepared, *(str(path) for path in reads.of_modules(modules))]
                document = {"side": sides.plain(message.side), "modules": modules, "program": program}
                send(_SIDE, json.dumps(document).encode())
                continue
            if message["kind"] == "answer" and message["ok"]:
                send(_GOOD, b"")
            seconds = round(time.perf_counter() - begin, 3)
            send(_LINE, json.dumps({"run": run, "seconds": seconds, **message}).encode())
            if message["kind"] == "answer":
                files = {**reads.taken(), **prepared}
                if not message["ok"]:
                    files |= reads.folders()
                told_files = {"run": run, "kind": "files", "of": "program", "ok": message["ok"], "files": files}
                send(_LINE, json.dumps(told_files).encode())
        send(_DONE, b"")
        os._exit(0)

    def _stop(self, copy: _PreviewCopy) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(copy.pid, signal.SIGKILL)
        os.waitpid(copy.pid, 0)
        os.close(copy.go)
        os.close(copy.out)
        self._copy = None

    def _end(self, code: int) -> NoReturn:
        """End this process and what it has started. Where another one follows, it is told what was previewed last."""
        if code and self._last:
            self._send({"kind": "last", "side": sides.plain(self._last.side)})
        if self._copy:
            self._stop(self._copy)
        if pack_process.Process.kept:
            pack_process.Process.kept.close()
        os._exit(code)


def main(arguments: list[str]) -> NoReturn:
    """Serve: on which socket, what, and whether to run the program once in this process."""
    control = socket.socket(fileno=int(arguments[0]))
    WarmProcess(control, answer.WatchRequest.read(arguments[1]), rehearse=arguments[2] == "rehearse").serve()


if __name__ == "__main__":
    main(sys.argv[1:])
