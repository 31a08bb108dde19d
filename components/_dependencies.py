"""Order that properties alone do not express."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from pulumi import CustomResource, Input, Output, deferred_output


def with_dependencies(value: Input[str], *resources: CustomResource) -> Output[str]:
    """Return a value that is known only once other resources exist.

    What uses it is then made after them and deleted before them, wherever in the program it stands.
    """
    return Output.all(value, *(resource.id for resource in resources)).apply(lambda known: str(known[0]))


class DependencyBarrier:
    """Holds back resources until others exist that the program makes later: those passed to `wait_for` before the block ends.

    A block, as whatever stands before a gate that never opens would wait for ever where the program fails.
    """

    opened: Output[str]
    """Known once all that is waited for is."""

    def __init__(self) -> None:
        deferred: tuple[Output[str], Callable[[Output[str]], None]] = deferred_output()
        self.opened, self._open = deferred
        self._awaited: list[Output[str]] = []

    def wait_for(self, value: Output[str] | None) -> None:
        """Open only once this is known as well; None is nothing to wait for."""
        self._awaited += [value] if value else []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open(Output.all(*self._awaited).apply(" ".join))
