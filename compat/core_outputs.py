"""Outputs of Pulumi's SDK with less bookkeeping, while a program is recorded.

Each function here takes as many turns of the event loop as the SDK's own, so that resources are registered in the same order.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Final

import pulumi
from pulumi.output import Unknown, _OutputData
from pulumi.runtime.settings import SETTINGS

from compat import loop as loops

ATOMS: Final = frozenset({str, bool, int, float, type(None)})
"""The types of values that hold nothing else."""
Resolved = tuple[object, bool, bool, "set[pulumi.Resource] | None"]
"""A property: its value, whether it is known, whether it is secret, and what it depends on."""


def contains_unknowns(value: object) -> bool:
    """Whether a value is one that only an update knows, or holds one."""
    if type(value) in ATOMS:
        return False
    seen: set[int] = set()
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, Unknown):
            return True
        if not isinstance(part, dict | list) or id(part) in seen:
            continue
        seen.add(id(part))
        left += [item for item in (dict.values(part) if isinstance(part, dict) else part) if type(item) not in ATOMS]
    return False


class TrackedOutputs:
    """What the SDK has a set for: the outputs that the program waits for at its end. They stay in the order in which they were made."""

    __slots__ = ("_futures",)

    def __init__(self) -> None:
        self._futures: dict[asyncio.Future[Any], None] = {}

    def __len__(self) -> int:
        return len(self._futures)

    def __iter__(self) -> Iterator[asyncio.Future[Any]]:
        return iter(self._futures)

    def add(self, future: asyncio.Future[Any]) -> None:
        """Wait for one more."""
        self._futures[future] = None

    def discard(self, future: asyncio.Future[Any]) -> None:
        """Do not wait for one."""
        self._futures.pop(future, None)

    def clear(self) -> None:
        """Wait for none."""
        self._futures.clear()


def replacements() -> Iterator[tuple[str, object]]:
    """Give what stands in for attributes of `pulumi.Output` while the program of this context runs, by their names."""
    tracked = TrackedOutputs()
    SETTINGS.outputs = tracked
    yield from _tracking(tracked)
    yield "from_input", staticmethod(_from_input(pulumi.Output.from_input))
    yield "all", staticmethod(_all)


def _tracking(outputs: TrackedOutputs) -> Iterator[tuple[str, object]]:
    """Which outputs the program waits for at its end: those that were not resolved yet when they were made, or had failed.

    The SDK strikes each off when it is resolved. That costs a turn for each, and waiting for one that is resolved costs nothing.
    """

    def track(self: pulumi.Output[Any]) -> None:
        future: asyncio.Future[Any] = self._data
        if not future.done() or _failed(future):
            outputs.add(future)

    def untrack(self: pulumi.Output[Any]) -> None:
        outputs.discard(self._data)

    def from_data(cls: type[pulumi.Output[Any]], data: Any) -> pulumi.Output[Any]:  # noqa: ANN401 - an awaitable
        made = object.__new__(cls)
        if inspect.iscoroutine(data):
            made._data = asyncio.Task(data, loop=asyncio.get_running_loop(), name="output")
        else:
            made._data = asyncio.ensure_future(data)
        track(made)
        return made

    yield "_track", track
    yield "_untrack", untrack
    yield "_from_data", classmethod(from_data)


def _failed(future: asyncio.Future[Any]) -> bool:
    return future.cancelled() or future.exception() is not None


def _from_input(original: Callable[[Any], pulumi.Output[Any]]) -> Callable[[Any], pulumi.Output[Any]]:
    def from_input(value: Any) -> pulumi.Output[Any]:  # noqa: ANN401 - whatever a program has
        if type(value) not in ATOMS:
            if value and type(value) in _CONTAINERS and _turns(value) is not None:
                return _Lifted(value, original).output
            return original(value)
        made = object.__new__(pulumi.Output)
        made._data = asyncio.get_running_loop().create_future()
        made._data.set_result(_data(set(), value, known=True, secret=False))
        return made

    return from_input


_CONTAINERS: Final = frozenset({dict, list})


def _turns(value: Any) -> int | None:  # noqa: ANN401 - as above
    """After how many turns the SDK has made an output of plain data; None where it is more than that.

    It makes one of each part and gathers them, those of a mapping after its keys.
    """
    if type(value) in ATOMS:
        return 0
    if type(value) is list:
        parts: Iterable[Any] = value
        at_once, after = _OF_LIST
    elif type(value) is dict and all(type(key) is str for key in value):
        parts = value.values()
        at_once, after = _OF_DICT
    else:
        return None
    longest = 0
    for part in parts:
        turns = _turns(part)
        if turns is None:
            return None
        longest = max(longest, turns)
    return 0 if not value else longest + after if longest else at_once


_OF_LIST: Final = (3, 2)
_OF_DICT: Final = (8, 7)
"""Turns where no part takes any, and turns after the last part."""


def _copied(value: Any) -> Any:  # noqa: ANN401 - as above
    """Copy plain data as the SDK does: what is empty stays what it is."""
    if type(value) is list and value:
        return [_copied(part) for part in value]
    return {key: _copied(part) for key, part in value.items()} if type(value) is dict and value else value


class _Lifted:
    """Makes an output of plain data, in as many turns as the SDK, which makes one of each part."""

    __slots__ = ("_future", "_loop", "_original", "_value", "output")

    def __init__(self, value: Any, original: Callable[[Any], pulumi.Output[Any]]) -> None:  # noqa: ANN401 - as above
        self._value = value.copy()
        self._original = original
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[_OutputData[Any]] = self._loop.create_future()
        self.output: pulumi.Output[Any] = object.__new__(pulumi.Output)
        self.output._data = self._future
        self.output._track()
        self._loop.call_soon(self._begin)

    def _begin(self) -> None:
        turns = _turns(self._value)
        if turns is None:  # somebody has put more into it since
            self._original(self._value)._data.add_done_callback(self._take)
            return
        loops.call_in(max(turns - 1, 0), self._end, _copied(self._value))

    def _end(self, value: Any) -> None:  # noqa: ANN401 - as above
        self._future.set_result(_data(set(), value, known=True, secret=False))

    def _take(self, made: asyncio.Future[_OutputData[Any]]) -> None:
        if made.cancelled():
            self._future.cancel()
        elif error := made.exception():
            self._future.set_exception(error)
        else:
            self._future.set_result(made.result())


def _all(*values: Any, **named: Any) -> pulumi.Output[Any]:  # noqa: ANN401 - as above
    if values and named:
        raise ValueError("Output.all() was supplied a mix of named and unnamed inputs")
    parts = [pulumi.Output.from_input(value) for value in (named.values() if named else values)]
    made = object.__new__(pulumi.Output)
    made._data = _Gathered([part._data for part in parts], tuple(named)).whole
    made._track()
    return made


class _Gathered:
    """Makes one output of several: a list of their values, or a mapping if there are names.

    It takes the turns that a task takes which waits for them, and is none: there are thousands of them.
    """

    __slots__ = ("_left", "_loop", "_names", "_parts", "whole")

    def __init__(self, parts: list[asyncio.Future[_OutputData[Any]]], names: tuple[str, ...]) -> None:
        self._parts = parts
        self._names = names
        self._loop = asyncio.get_running_loop()
        self._left = 0
        self.whole: asyncio.Future[_OutputData[Any]] = self._loop.create_future()
        self._loop.call_soon(self._begin)

    def _begin(self) -> None:
        if not self._parts:
            self._loop.call_soon(self._end)
            return
        if all(part.done() and not _failed(part) for part in self._parts):
            loops.call_in(2, self._end)  # which gathering takes
            return
        waited = dict.fromkeys(part for part in self._parts if not part.done() or _failed(part))
        self._left = len(waited)
        for part in waited:
            part.add_done_callback(self._settled)

    def _settled(self, part: asyncio.Future[_OutputData[Any]]) -> None:
        self._left -= 1
        if self._left < 0:
            return
        if _failed(part):
            self._left = 0
            self._loop.call_soon(self._fail, part)
        elif not self._left:
            self._loop.call_soon(self._end)

    def _fail(self, part: asyncio.Future[_OutputData[Any]]) -> None:
        error = None if part.cancelled() else part.exception()
        if error is None:
            self.whole.cancel()
        elif not self.whole.done():
            self.whole.set_exception(error)

    def _end(self) -> None:
        if self.whole.done():
            return
        parts = [part.result() for part in self._parts]
        values = [part.value for part in parts]
        data = _data(
            set().union(*[part.resources for part in parts]),
            dict(zip(self._names, values, strict=True)) if self._names else values,
            known=all(part.is_known for part in parts),
            secret=any(part.is_secret for part in parts),
        )
        self.whole.set_result(data)


def _data(resources: set[pulumi.Resource], value: object, *, known: bool, secret: bool) -> _OutputData[Any]:
    """Make the data of an output whose value is known to hold nothing unknown, or is not known: it is not searched again."""
    made = object.__new__(_OutputData)
    made.resources, made.value, made.is_known, made.is_secret = resources, value, known, secret
    return made


class Pending:
    """The outputs of a resource that nobody has asked for yet."""

    __slots__ = ("_failed", "_futures", "_order", "_resolved", "_single", "names", "resource")

    def __init__(self, resource: pulumi.Resource, names: Collection[str]) -> None:
        self.resource = resource
        self.names = names
        self._order: Iterable[str] = ()
        self._resolved: Callable[[str], Resolved] | None = None
        self._single: dict[str, Resolved] = {}
        self._failed: Exception | None = None
        self._futures: dict[str, asyncio.Future[_OutputData[Any]]] = {}

    def resolve(self, order: Iterable[str], resolved: Callable[[str], Resolved]) -> None:
        """Take the names of the properties that there are, in the SDK's order, and what gives one by its name."""
        self._order, self._resolved = order, resolved
        self._settle_later()

    def resolve_one(
        self,
        name: str,
        value: object,
        known: bool,
        secret: bool,
        deps: set[pulumi.Resource] | None,
        failed: Exception | None,
    ) -> None:
        """Take one property; this is one of the SDK's resolvers, all of which are called in the same turn."""
        if failed:
            self.fail(failed)
            return
        self._single[name] = (value, known, secret, deps)
        if self._resolved is None:
            self.resolve(self._single, lambda name: self._single.get(name, (None, False, False, None)))

    def fail(self, error: Exception) -> None:
        """Take the reason why there are none."""
        self._failed = error
        self._settle_later()

    def output(self, name: str) -> pulumi.Output[Any]:
        """Make an output."""
        future = asyncio.get_running_loop().create_future()
        if self._resolved is None and self._failed is None:
            self._futures[name] = future
        else:
            self._settle(name, future)
        return pulumi.Output._from_data(future)

    def _settle_later(self) -> None:
        # A turn of the loop later, as the SDK does.
        if self._futures:
            asyncio.get_running_loop().call_soon(self._settle_all)

    def _settle_all(self) -> None:
        futures, self._futures = self._futures, {}
        for name in dict.fromkeys((*self._order, *self.names)):
            if name in futures:
                self._settle(name, futures[name])

    def _settle(self, name: str, future: asyncio.Future[_OutputData[Any]]) -> None:
        if self._failed:
            future.set_exception(self._failed)
        elif self._resolved is not None:
            value, known, secret, deps = self._resolved(name)
            future.set_result(_OutputData({*(deps or ()), self.resource}, value, known, secret))


class Outputs(dict[str, Any]):
    """A resource's attributes, its outputs among them as soon as they are asked for."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - whatever a resource has
        value = super().__getitem__(name)
        if isinstance(value, Pending):
            value = self[name] = value.output(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as above
        """Return one, or the default."""
        value = super().get(name, default)
        return self[name] if isinstance(value, Pending) else value

    def values(self) -> Any:  # noqa: ANN401 - as above
        """Return them all."""
        return [self[name] for name in self]

    def items(self) -> Any:  # noqa: ANN401 - as above
        """Return them all, with their names."""
        return [(name, self[name]) for name in self]
