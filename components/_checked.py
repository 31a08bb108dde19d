"""Arguments that are refused where they are made, with every problem at once."""

from __future__ import annotations

from collections.abc import Iterator


class Checked:
    """What a component's arguments inherit that have something to check."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Check what AWS allows, and what has to go together.

        Raises:
            ValueError: with every problem, a line each, as `<class>.<field>: <problem>`.
        """
        problems = [f"{type(self).__name__}.{name}: {problem}" for name, problem in self._problems() if problem]
        if problems:
            raise ValueError("\n".join(problems))

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        """Yield by field what is wrong with it; None: nothing."""
        raise NotImplementedError
