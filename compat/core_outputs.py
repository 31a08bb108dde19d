"""Outputs of Pulumi's SDK with less bookkeeping, while a program is recorded.

Each function here takes as many turns of the event loop as the SDK's own, so that resources are registered in the same order.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

import pulumi
from pulumi.output import Unknown, _OutputData
from pulumi.runtime.settings import SETTINGS

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


def replacements() -> Iterator[tuple[str, object]]:
    """Give what stands in for attributes of `pulumi.Output` while the program of this context runs, by their names."""
    yield from _tracking(SETTINGS.outputs)
    yield "from_input", staticmethod(_from_input(pulumi.Output.from_input))
    yield "all", staticmethod(_all)


def _tracking(outputs: set[asyncio.Future[Any]]) -> Iterator[tuple[str, object]]:
    """Which outputs the program waits for at its end: those that are not resolved yet, or failed."""

    def settled(future: asyncio.Future[Any]) -> None:
        if not _failed(future):
            outputs.discard(future)

    def track(self: pulumi.Output[Any]) -> None:
        future: asyncio.Future[Any] = self._data
        if not future.done():
            outputs.add(future)
            future.add_done_callback(settled)
        elif _failed(future):
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
            return original(value)
        made = object.__new__(pulumi.Output)
        made._data = asyncio.get_running_loop().create_future()
        made._data.set_result(_data(set(), value, known=True, secret=False))
        return made

    return from_input


def _all(*values: Any, **named: Any) -> pulumi.Output[Any]:  # noqa: ANN401 - as above
    if values and named:
        raise ValueError("Output.all() was supplied a mix of named and unnamed inputs")
    parts = [pulumi.Output.from_input(value) for value in (named.values() if named else values)]
    return pulumi.Output._from_data(_gathered([part._data for part in parts], tuple(named)))


async def _gathered(futures: list[asyncio.Future[_OutputData[Any]]], names: tuple[str, ...]) -> _OutputData[Any]:
    """Make one of several outputs: a list of their values, or a mapping if there are names."""
    if futures and all(future.done() and not _failed(future) for future in futures):
        for _ in range(2):  # gathering takes two turns
            await asyncio.sleep(0)
        parts = [future.result() for future in futures]
    else:
        parts = await asyncio.gather(*futures)
    values = [part.value for part in parts]
    return _data(
        set().union(*[part.resources for part in parts]),
        dict(zip(names, values, strict=True)) if names else values,
        known=all(part.is_known for part in parts),
        secret=any(part.is_secret for part in parts),
    )


def _data(resources: set[pulumi.Resource], value: object, *, known: bool, secret: bool) -> _OutputData[Any]:
    """Make the data of an output whose value is known to hold nothing unknown, or is not known: it is not searched again."""
    made = object.__new__(_OutputData)
    made.resources, made.value, made.is_known, made.is_secret = resources, value, known, secret
    return made


class Pending:
    """The outputs of a resource that nobody has asked for yet."""

    __slots__ = ("_failed", "_futures", "_missing", "_resolved", "names", "resource")

    def __init__(self, resource: pulumi.Resource, names: Collection[str]) -> None:
        self.resource = resource
        self.names = names
        self._resolved: dict[str, Resolved] | None = None
        self._missing: Callable[[str], Resolved] | None = None
        self._failed: Exception | None = None
        self._futures: dict[str, asyncio.Future[_OutputData[Any]]] = {}

    def resolve(self, resolved: dict[str, Resolved], missing: Callable[[str], Resolved]) -> None:
        """Take the properties that there are, and what makes those that there are not."""
        self._resolved, self._missing = resolved, missing
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
        elif self._resolved is None:
            self.resolve({name: (value, known, secret, deps)}, lambda _: (None, False, False, None))
        else:
            self._resolved[name] = (value, known, secret, deps)

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
        for name in dict.fromkeys((*(self._resolved or ()), *self.names)):  # in the SDK's order
            if name in futures:
                self._settle(name, futures[name])

    def _settle(self, name: str, future: asyncio.Future[_OutputData[Any]]) -> None:
        if self._failed:
            future.set_exception(self._failed)
        elif self._resolved is not None and self._missing is not None:
            value, known, secret, deps = self._resolved[name] if name in self._resolved else self._missing(name)
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
