"""Order that properties alone do not express."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

import pulumi
from pulumi import Input, Output

Dependency = pulumi.CustomResource | Output[str]
"""A resource, or an output of one."""


def with_dependencies(value: Input[str], *before: Dependency) -> Output[str]:
    """Return a value that depends on other resources as well.

    What uses it is made after them and deleted before them, wherever in the program it stands. The value itself stays as well known as
    it is: a preview in which one of them is replaced says nothing of those that wait for it.
    """
    given = Output.from_input(value)

    async def resources() -> set[pulumi.Resource]:
        return {*await given.resources(), *await _resources(before)}

    # The SDK's types do not say that a value which is not known is None here.
    return Output(resources(), given.future(with_unknowns=True), given.is_known(), given.is_secret())  # type: ignore[arg-type]


async def _resources(before: tuple[Dependency, ...] | list[Dependency]) -> set[pulumi.Resource]:
    found: set[pulumi.Resource] = set()
    for each in before:
        found |= await each.resources() if isinstance(each, Output) else {each}
    return found


class DependencyBarrier:
    """Holds back resources until others exist that the program makes later: those passed to `wait_for` before the block ends.

    A block, as whatever stands before a barrier that never falls would wait for ever where the program fails.
    """

    passed: Output[str]
    """Depends on all that is waited for; the value says nothing."""

    def __init__(self) -> None:
        self._awaited: list[Dependency] = []
        self._complete: asyncio.Future[None] = asyncio.Future()

        async def resources() -> set[pulumi.Resource]:
            await self._complete
            return await _resources(self._awaited)

        empty = Output.from_input("")
        self.passed = Output(resources(), empty.future(), empty.is_known())  # type: ignore[arg-type] # as above

    def wait_for(self, value: Dependency | None) -> None:
        """Let nothing pass before this exists as well; None is nothing to wait for."""
        self._awaited += [value] if value else []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._complete.set_result(None)
