"""An event loop for a program that waits for nothing outside its process: what rests on private names of asyncio.

Its turns are asyncio's own, so everything happens in the same order. Only what a turn costs is less: callbacks are kept without what
debugging needs, and the selector is asked now and then instead of in each turn.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections import deque
from collections.abc import Callable
from typing import Final

_ASKED_EVERY: Final = 64
"""Turns between two looks at the selector while there is something to do."""
_NAMES: Final = ("_ready", "_scheduled", "_run_once")
_HANDLE: Final = ("_cancelled", "_run")


@functools.cache
def problem() -> str | None:
    """Return a sentence if this Python's asyncio is built in another way than those that were tried, 3.11 to 3.13."""
    loop = asyncio.SelectorEventLoop()
    try:
        handle = loop.call_soon(print)
        lacks = [name for name in _NAMES if not hasattr(loop, name)]
        lacks += [name for name in _HANDLE if not hasattr(handle, name)]
        handle.cancel()
    finally:
        loop.close()
    return f"this Python's asyncio has no {', '.join(lacks)}, so a preview takes more time" if lacks else None


class _Handle:
    """A callback that is due in the next turn: asyncio's `Handle`, without what debugging needs."""

    __slots__ = ("_args", "_callback", "_cancelled", "_context")
    _callback: Callable[..., object]
    _args: tuple[object, ...]
    _cancelled: bool
    _context: contextvars.Context

    def cancel(self) -> None:
        """Do not call it."""
        self._cancelled = True

    def cancelled(self) -> bool:
        """Whether it is not called."""
        return self._cancelled

    def _run(self) -> None:
        self._context.run(self._callback, *self._args)


class _Waiting(_Handle):
    """A callback that is due some turns later. In each of them it keeps its place, as one that schedules itself again."""

    __slots__ = ("turns",)
    turns: int
    """How many turns it waits further."""

    def _run(self) -> None:
        if not self.turns:
            super()._run()
            return
        self.turns -= 1
        asyncio.get_running_loop()._ready.append(self)  # type: ignore[attr-defined] # asyncio's own turn has taken it


class InOrder(asyncio.SelectorEventLoop):
    """Runs what the SDK would hand to threads at once: the requests then arrive in the program's order, every time."""

    def run_in_executor(  # type: ignore[override] # the SDK passes no executor and awaits the result, nothing more
        self, executor: object, func: Callable[..., object], *args: object
    ) -> asyncio.Future[object]:
        """Run a function at once."""
        del executor
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - raised where the future is awaited
            future.set_exception(error)
        return future


class Loop(InOrder):
    """The same, in less time."""

    _ready: deque[_Handle]
    _scheduled: list[asyncio.TimerHandle]
    _turns = 0
    get_debug = staticmethod(bool)
    """Each future asks whether it is to note where it was made: it is not."""

    def call_soon(  # type: ignore[override] # as asyncio's, with types that are less exact
        self, callback: Callable[..., object], *args: object, context: contextvars.Context | None = None
    ) -> _Handle:
        """Arrange for a callback in the next turn."""
        handle = _Handle()
        handle._callback = callback
        handle._args = args
        handle._context = contextvars.copy_context() if context is None else context
        handle._cancelled = False
        self._ready.append(handle)
        return handle

    def call_in(self, turns: int, callback: Callable[..., object], *args: object) -> None:
        """Arrange for a callback in as many turns, at least 1, which is the next one."""
        handle = _Waiting()
        handle._callback = callback
        handle._args = args
        handle._context = contextvars.copy_context()
        handle._cancelled = False
        handle.turns = turns - 1
        self._ready.append(handle)

    def _run_once(self) -> None:
        self._turns += 1
        ready = self._ready
        if self._scheduled or not ready or not self._turns % _ASKED_EVERY:
            super()._run_once()  # type: ignore[misc] # asyncio's, private
            return
        take = ready.popleft
        for _ in range(len(ready)):
            handle = take()
            if handle._cancelled:
                continue
            if type(handle) is _Waiting and handle.turns:  # asyncio puts handles of its own here too
                handle.turns -= 1
                ready.append(handle)
                continue
            try:
                handle._context.run(handle._callback, *handle._args)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001 - as asyncio does
                message = f"Exception in callback {handle!r}"
                self.call_exception_handler({"message": message, "exception": error, "handle": handle})


def new() -> InOrder:
    """Make a loop: the quick one, where asyncio has what that rests on."""
    return InOrder() if problem() else Loop()


def call_in(turns: int, callback: Callable[..., object], *args: object) -> None:
    """Call something in as many turns of the running loop, 0 is now: as if it scheduled itself again in each of them."""
    loop = asyncio.get_running_loop()
    if turns and type(loop) is Loop:
        loop.call_in(turns, callback, *args)
        return
    turn: Callable[[], object] = functools.partial(callback, *args)
    for _ in range(turns):
        turn = functools.partial(loop.call_soon, turn)
    turn()
