"""The policy pack's process. It answers the engine's analyzer protocol over a socket that it was born with.

The pack is run as `pulumi.policy` runs it, which is how the engine starts one. Only where the SDK opens a gRPC server there
is one that reads the same messages from the socket: a call costs a fraction of what it costs over gRPC.

A pack may be kept loaded: a process that has imported it, and each run is a copy of that.

It is run by its path where the process is started anew, so it imports nothing of this package.
"""

from __future__ import annotations

import contextlib
import contextvars
import gc
import io
import json
import multiprocessing
import os
import re
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, ClassVar, Final, NoReturn, TypeAlias

METHODS: Final = ("GetAnalyzerInfo", "ConfigureStack", "Configure", "Analyze", "AnalyzeStack")
"""The calls, by their number in a request."""
ANSWERED, FAILED, REFUSED = 0, 1, 2
"""How a call ends: with an answer, with an exception of the pack, with a refusal of the pack."""
HEAD: Final = struct.Struct("!IB")
"""Before each message: its length in bytes, and the number of the call or of how it ended."""

_SERVICE: Final = "/pulumirpc.Analyzer/"
_MODULE: Final = "pulumi.policy"
_ARGUMENTS: Final = ("127.0.0.1:0", ".")
_LENGTH: Final = struct.Struct("!I")
_DESCRIPTORS: Final = 3
_END_SECONDS: Final = 0.05
"""How long a loaded pack may take to end by itself."""
_TOGETHER: Final = 1 << 14
"""Bytes of requests that are worth a call of the system."""
_ON_THE_WAY: Final = 1 << 22
"""Bytes of requests that the system is asked to hold for the pack: what is asked about a whole stack at its end is several hundred thousand,
and who asks has other things to do meanwhile."""
_COLLECTED: Final = 50_000
"""So many objects more than before make the collector look for circles, which takes a tenth of a run if it looks as often as it does by itself."""
_KEEP: Final = "keep"
_PRIVATE: Final = "private"
_POPULATE_WRITE: Final = 23
"""https://man7.org/linux/man-pages/man2/madvise.2.html: MADV_POPULATE_WRITE."""
_MAPPING: Final = re.compile(
    r"(?m)^([0-9a-f]+)-([0-9a-f]+) rw-p .*\nSize: +(\d+) kB\n(?:[A-Z]\w+: .*\n)*?Rss: +(\d+) kB$"
)
"""A part of a process's memory that is its own to write: where it begins and ends, its size, and how much of that is in use."""


class LoadedPack:
    """A pack that is kept loaded, so that a run of it starts at once: see `Process.kept`.

    What its modules read of the configuration while they are imported would stay as it was; what its `__main__` reads is read anew
    for each run. A pack whose servicer is `rehearsable` says that a run leaves nothing behind but tables that were read and results
    of pure functions: it may be asked ahead, so that each run finds these.
    """

    def __init__(
        self,
        folder: Path,
        ahead: Iterable[tuple[str, bytes]] = (),
        *,
        copied: bool = False,
        private: bool = False,
    ) -> None:
        """Start the process that loads it, and return at once.

        Args:
            folder: the pack.
            ahead: calls, and their messages, that it is asked before the first run, if it may be.
            copied: whether a copy of this process may become it, which spares it what both would import.
            private: whether the copy that waits for the next run has all its memory for itself, so that the run is quicker; else it shares
                with the others what it does not write.
        """
        self.folder = folder.resolve()
        # A copy of this process may start a run at the same time: what one sends must arrive in one piece.
        self._turn = multiprocessing.get_context("fork").Lock()
        self._control, theirs = socket.socketpair()
        with theirs, tempfile.TemporaryFile() as asked:
            for method, request in ahead:
                asked.write(HEAD.pack(len(request), METHODS.index(method)) + request)
            asked.seek(0)
            self._process = (
                _copied_keeper(self.folder, theirs, asked, self._control.fileno(), private=private)
                if copied and may_fork()
                else _spawned_keeper(self.folder, theirs, asked, private=private)
            )

    def start(
        self, environment: Mapping[str, str], conversation: socket.socket, printed: IO[bytes], errors: IO[bytes]
    ) -> bool:
        """Start a run; False where the process has ended."""
        given = json.dumps(dict(environment)).encode()
        descriptors = [conversation.fileno(), printed.fileno(), errors.fileno()]
        with self._turn:
            try:
                socket.send_fds(self._control, [_LENGTH.pack(len(given))], descriptors)
                self._control.sendall(given)
            except OSError:
                return False
        return True

    def close(self) -> None:
        """End the process; runs that have begun go on."""
        self._control.close()
        if not _has_ended(self._process, _END_SECONDS):
            _kill(self._process)
        _wait(self._process)


class Process:
    """A started pack."""

    kept: ClassVar[LoadedPack | None] = None
    """If there is one for the folder, a started pack is a copy of it."""

    def __init__(self, folder: Path, environment: Mapping[str, str], errors: IO[bytes]) -> None:
        """Start it and return at once.

        Args:
            folder: the pack; its working directory.
            environment: its environment variables.
            errors: what takes its stderr.
        """
        self.socket, theirs = connected()
        """Our end of the conversation."""
        read, write = os.pipe()
        self.stdout = read
        """What it prints: like every pack a port first, which means nothing here."""
        self._id: _Started | None = None
        kept = self.kept if self.kept and self.kept.folder == folder.resolve() else None
        with theirs, open(write, "wb") as printed:  # noqa: PTH123 - a descriptor
            if kept and kept.start(environment, theirs, printed, errors):
                return  # it ends when we hang up, and is not ours to wait for
            self._id = (
                _forked(folder, environment, theirs, printed, errors, (self.socket.fileno(), read))
                if may_fork()
                else _spawned(folder, environment, theirs, printed, errors)
            )

    def kill(self) -> None:
        """End it and wait until it has."""
        _kill(self._id)
        self.wait()
        self.socket.close()
        os.close(self.stdout)

    def wait(self) -> None:
        """Wait until it has ended."""
        _wait(self._id)


def connected() -> tuple[socket.socket, socket.socket]:
    """Return both ends of a conversation, ours first: what it sends need not wait until the other end reads."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ON_THE_WAY)
    return ours, theirs


def own_memory() -> None:
    """Let a copy of a process have its memory for itself now, and not page by page when it is urgent.

    Linux has a call for that since 5.14. Elsewhere the garbage collector, which writes into most objects, does for most of it.
    """
    import ctypes  # noqa: PLC0415 - only a copy that waits needs it

    try:
        mapped = Path("/proc/self/smaps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        mapped = ""
    advise = getattr(ctypes.CDLL(None), "madvise", _not_known)
    done = False
    for begin, end, size, used in _MAPPING.findall(mapped):
        if int(used) * 2 >= int(size):  # what is only set aside stays so
            first = int(begin, 16)
            done |= advise(ctypes.c_void_p(first), ctypes.c_size_t(int(end, 16) - first), _POPULATE_WRITE) == 0
    if not done:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def _not_known(*_: object) -> int:
    return -1


_Started: TypeAlias = "int | subprocess.Popen[bytes]"
"""A process: a copy's id, or what was started anew."""


def _kill(process: _Started | None) -> None:
    if isinstance(process, subprocess.Popen):
        process.kill()
    elif process:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _has_ended(process: _Started, seconds: float) -> bool:
    """Wait so long for a process's end."""
    end = time.monotonic() + seconds
    with contextlib.suppress(ChildProcessError):  # waited for before
        while True:
            ended = process.poll() is not None if isinstance(process, subprocess.Popen) else _is_waited_for(process)
            if ended or time.monotonic() > end:
                return ended
            time.sleep(seconds / 20)
    return True


def _is_waited_for(process: int) -> bool:
    return os.waitpid(process, os.WNOHANG)[0] == process


def _wait(process: _Started | None) -> None:
    if isinstance(process, subprocess.Popen):
        process.wait()
    elif process:
        with contextlib.suppress(ChildProcessError):  # waited for before
            os.waitpid(process, 0)


def may_fork() -> bool:
    """Whether a copy of this process can become the pack: it has a single thread and knows nothing of a pack yet."""
    return sys.platform == "linux" and threading.active_count() == 1 and "pulumi_policy" not in sys.modules


def _spawned(
    folder: Path, environment: Mapping[str, str], conversation: socket.socket, printed: IO[bytes], errors: IO[bytes]
) -> subprocess.Popen[bytes]:
    descriptor = conversation.fileno()
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-P", __file__, str(descriptor), str(folder)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=errors,
        pass_fds=[descriptor],
    )


def _spawned_keeper(folder: Path, control: socket.socket, asked: IO[bytes], *, private: bool) -> _Started:
    how = [_KEEP, *([_PRIVATE] if private else ())]
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-P", __file__, str(control.fileno()), str(folder), *how],
        stdin=asked,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[control.fileno()],
    )


def _copied_keeper(folder: Path, control: socket.socket, asked: IO[bytes], other: int, *, private: bool) -> _Started:
    def become() -> None:
        os.close(other)
        os.dup2(asked.fileno(), 0)
        with open(os.devnull, "wb") as nothing:  # noqa: PTH123 - a descriptor is needed
            _become(dict(os.environ), nothing.fileno(), nothing.fileno())

    return _copy(become, lambda ready: _keep(control, folder, ready, private=private))


def _copy(become: Callable[[], None], go_on: Callable[[Callable[[], None]], NoReturn]) -> int:
    """Copy this process; returns the copy's id.

    Args:
        become: gives the copy its descriptors and its environment.
        go_on: what the copy does, given what is to be called once the pack is loaded.
    """
    import pulumi.runtime  # noqa: F401, PLC0415 - what both import

    sys.stdout.flush()
    sys.stderr.flush()
    if pid := os.fork():
        return pid
    try:
        become()
        early = sys.modules.get(f"{__package__}.early")
        ready: Callable[[], None] = early.save if early else lambda: None
        for name in [name for name in sys.modules if name.partition(".")[0] == __package__]:
            del sys.modules[name]
        gc.freeze()
        gc.enable()
        go_on(ready)
    finally:
        os._exit(1)


def _forked(
    folder: Path,
    environment: Mapping[str, str],
    conversation: socket.socket,
    printed: IO[bytes],
    errors: IO[bytes],
    others: Sequence[int],
) -> int:
    """Copy this process, which spares the pack what both would import."""

    def become() -> None:
        for descriptor in others:
            os.close(descriptor)
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a descriptor is needed
            os.dup2(nothing.fileno(), 0)
        _become(environment, printed.fileno(), errors.fileno())

    return _copy(become, lambda ready: _run(conversation, folder, ready))


def _become(environment: Mapping[str, str], printed: int, errors: int) -> None:
    os.dup2(printed, 1)
    os.dup2(errors, 2)
    os.environ.clear()
    os.environ.update(environment)


def _enter(folder: Path) -> None:
    """Be where a pack is run."""
    os.chdir(folder)
    here = str(Path.cwd())
    sys.path[:] = [here, *(path for path in sys.path if path != here and path and Path(path).is_absolute())]
    sys.argv = [_MODULE, *_ARGUMENTS]


class _ReadyError(BaseException):
    """A pack has come so far as to serve."""


def _keep(control: socket.socket, folder: Path, ready: Callable[[], None] = lambda: None, *, private: bool) -> NoReturn:
    """Load the pack, then run a copy of this process for each job, until the other end has hung up; `ready` is called once it is loaded."""
    import pulumi.runtime  # noqa: PLC0415 - slow

    def load() -> None:
        pulumi.runtime.set_all_config({}, [])
        with contextlib.suppress(BaseException):  # each run says by itself what is wrong
            runpy.run_module(_MODULE, run_name="__main__", alter_sys=True)

    _enter(folder)
    asked = io.BufferedReader(io.FileIO(0, closefd=False))
    _open(lambda: _RehearsedServer(asked))
    contextvars.copy_context().run(load)
    ready()
    gc.collect()
    gc.freeze()  # a copy's collector writes into no page that is shared
    while threading.active_count() == 1:
        taken, took = os.pipe()
        if not os.fork():
            os.close(taken)
            _wait_for_job(control, took, folder, private=private)
        os.close(took)
        if not os.read(taken, 1):
            break
        os.close(taken)
        with contextlib.suppress(ChildProcessError):  # there is none
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    with contextlib.suppress(ChildProcessError):  # all runs have ended, as who asked has hung up
        while True:
            os.wait()
    os._exit(0)


def _wait_for_job(control: socket.socket, took: int, folder: Path, *, private: bool) -> NoReturn:
    """Be the next run."""
    try:
        if private:
            own_memory()
        head, descriptors, *_ = socket.recv_fds(control, _LENGTH.size, _DESCRIPTORS, socket.MSG_WAITALL)
        if len(head) < _LENGTH.size or len(descriptors) < _DESCRIPTORS:
            os._exit(0)
        given = control.recv(_LENGTH.unpack(head)[0], socket.MSG_WAITALL)
        os.write(took, b".")
        os.close(took)
        control.close()
        _become(json.loads(given), *descriptors[1:])
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        _run(socket.socket(fileno=descriptors[0]), folder)
    finally:
        os._exit(1)


def _run(conversation: socket.socket, folder: Path, ready: Callable[[], None] = lambda: None) -> NoReturn:
    """Run the pack in this process, to the end of the process; `ready` is called once it serves."""
    for descriptor, name in enumerate(("stdout", "stderr"), start=1):
        setattr(sys, name, io.TextIOWrapper(io.FileIO(descriptor, "w", closefd=False), write_through=True))
    _enter(folder)
    _serve_with(conversation, ready)
    gc.set_threshold(_COLLECTED, *gc.get_threshold()[1:])
    code = 1
    try:
        runpy.run_module(_MODULE, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 - as an interpreter prints it
        traceback.print_exc()
    os._exit(code)


def _serve_with(conversation: socket.socket, ready: Callable[[], None]) -> None:
    """Let the SDK open our server."""
    _open(lambda: _Server(conversation, ready))


def _open(server: Callable[[], _Handled]) -> None:
    """Let the SDK open a server, and describe its calls without what only gRPC's own server needs."""
    import grpc  # type: ignore[import-untyped]  # noqa: PLC0415 - has no stubs among our dependencies; slow

    grpc.server = lambda *_, **__: server()
    grpc.unary_unary_rpc_method_handler = _Handler
    grpc.method_handlers_generic_handler = _Handlers


class _Handler:
    """How a call is answered."""

    def __init__(
        self,
        behaviour: Callable[[Any, Any], Any],
        request_deserializer: Callable[[bytes], Any],
        response_serializer: Callable[[Any], bytes],
    ) -> None:
        self.unary_unary = behaviour
        self.request_deserializer = request_deserializer
        self.response_serializer = response_serializer


class _Handlers:
    """How the calls of a service are answered."""

    def __init__(self, service: str, handlers: Mapping[str, _Handler]) -> None:
        self._handlers: dict[str, _Handler] = {f"/{service}/{name}": handler for name, handler in handlers.items()}

    def service(self, call: _Call) -> _Handler | None:
        return self._handlers.get(call.method)


class _Handled:
    """What of a server knows how calls are answered."""

    def __init__(self) -> None:
        self._handlers: dict[str, Any] = {}

    def add_generic_rpc_handlers(self, handlers: Any) -> None:  # noqa: ANN401 - gRPC's
        for name in METHODS:
            for handler in handlers:
                self._handlers[name] = handler.service(_Call(_SERVICE + name))

    def _answered(self, name: str, request: bytes) -> tuple[int, bytes]:
        handler = self._handlers[name]
        try:
            answer: bytes = handler.response_serializer(
                handler.unary_unary(handler.request_deserializer(request), _Context())
            )
        except _RefusedError as refusal:
            return REFUSED, str(refusal).encode()
        except Exception as error:  # noqa: BLE001 - a pack may raise anything
            return FAILED, str(error).encode()
        return ANSWERED, answer


class _RehearsedServer(_Handled):
    """Answers nobody: what it is asked is for what it loads."""

    def __init__(self, asked: IO[bytes]) -> None:
        super().__init__()
        self._asked = asked

    def add_insecure_port(self, address: str) -> NoReturn:  # noqa: ARG002 - gRPC's
        servicer = getattr(self._handlers["Analyze"].unary_unary, "__self__", None)
        while head := self._asked.read(HEAD.size):
            length, number = HEAD.unpack(head)
            request = self._asked.read(length)
            if getattr(servicer, "rehearsable", False):
                self._answered(METHODS[number], request)
        raise _ReadyError


class _Server(_Handled):
    """What the SDK takes for a gRPC server."""

    def __init__(self, conversation: socket.socket, ready: Callable[[], None]) -> None:
        super().__init__()
        self._conversation = conversation
        self._ready = ready

    def add_insecure_port(self, address: str) -> int:  # noqa: ARG002 - gRPC's
        return self._conversation.fileno()

    def start(self) -> None:
        self._ready()
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self, grace: float | None = None) -> None:
        """The process's end ends the conversation."""

    def _serve(self) -> None:
        try:
            with self._conversation.makefile("rb") as requests:
                while head := requests.read(HEAD.size):
                    length, number = HEAD.unpack(head)
                    ended, answer = self._answered(METHODS[number], requests.read(length))
                    self._conversation.sendall(HEAD.pack(len(answer), ended) + answer)
        finally:
            os._exit(0)  # the other end has hung up, perhaps before it was answered


class _Call:
    """Which call a handler is looked up for."""

    invocation_metadata = ()

    def __init__(self, method: str) -> None:
        self.method = method


class _RefusedError(Exception):
    """The pack refused a call."""


class _Context:
    """What a pack may do with a call besides answering it."""

    def abort(self, code: object, details: str) -> NoReturn:  # noqa: ARG002 - gRPC's
        raise _RefusedError(details)

    def set_code(self, code: object) -> None:
        """What follows is an exception."""

    def set_details(self, details: str) -> None:
        """As above."""


class EndedError(Exception):
    """The other end has hung up."""


class LateError(Exception):
    """No answer came in time."""


class Conversation:
    """Our side: requests are sent as far as the pack takes them, so that neither side ever waits for the other to read."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)  # noqa: FBT003 - its only parameter
        self._socket = connected
        self._out = bytearray()
        self._in = bytearray()

    def ask(self, method: str, request: bytes) -> None:
        """Take a request. Many small ones are sent together, as far as the pack takes them now."""
        self._out += HEAD.pack(len(request), METHODS.index(method)) + request
        if len(self._out) >= _TOGETHER:
            self.send()

    def send(self) -> None:
        """Send all requests that the pack takes now."""
        with contextlib.suppress(EndedError):  # who waits for the answer is told
            self._exchange()

    def answer(self, seconds: float) -> tuple[int, bytes]:
        """Wait for the next answer; they come in the order of the requests.

        Raises:
            LateError: it took longer than that.
            EndedError: the pack has hung up.
        """
        end = time.monotonic() + seconds
        while True:
            if len(self._in) >= HEAD.size:
                length, ended = HEAD.unpack_from(self._in)
                if len(self._in) >= HEAD.size + length:
                    answer = bytes(self._in[HEAD.size : HEAD.size + length])
                    del self._in[: HEAD.size + length]
                    return ended, answer
            left = end - time.monotonic()
            if left <= 0 or not any(select.select([self._socket], [self._socket] if self._out else [], [], left)[:2]):
                raise LateError
            self._exchange()

    def _exchange(self) -> None:
        """Send and receive what can be at once."""
        try:
            while self._out:
                del self._out[: self._socket.send(self._out)]
        except BlockingIOError:
            pass
        except OSError:
            self._out.clear()
        try:
            while received := self._socket.recv(1 << 18):
                self._in += received
        except BlockingIOError:
            return
        except OSError:
            pass
        raise EndedError


if __name__ == "__main__":
    _given = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    if _KEEP in sys.argv[3:]:
        _keep(*_given, private=_PRIVATE in sys.argv[4:])
    _run(*_given)
