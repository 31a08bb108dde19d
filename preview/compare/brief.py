"""Two lines at the end of a preview: what the edit of the stack file would change, against the last commit."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from preview import evaluation
from preview.compare import bases, command, sides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from preview.compare.edit import Edit
    from preview.graph import Graph


@contextlib.contextmanager
def begin(
    request: command.CompareRequest,
) -> Iterator[tuple[Callable[[Graph], None], Callable[[evaluation.Evaluation], str]]]:
    """Record the last commit in a process of its own.

    Args:
        request: the stack file, and its base.

    Yields:
        What is told the stack file's graph while the policy pack judges it, and what writes the lines, given all of it.
    """
    try:
        base = bases.find(request.base, request.root, request.path)
        with sides.Recording(base, request.path, request.pack, evaluation.config(request.policy_config)) as recording:
            comparing = command.Comparing(request, base, recording)

            def lines(evaluated: evaluation.Evaluation) -> str:
                try:
                    edit = comparing.edit(evaluated)
                except evaluation.StoppedError as stop:
                    first = str(stop).splitlines()[0]
                    return _written(f"Against {base.label}: nothing to compare with", first, request.format)
                return _written(*_lines(edit, request), request.format)

            yield comparing.begin, lines
    except bases.InvalidBase as error:
        text = str(error)
        yield (
            lambda _: None,
            lambda _: _written("Against the last commit: nothing to compare with", text, request.format),
        )


def _lines(edit: Edit, request: command.CompareRequest) -> tuple[str, str]:
    default = request.path == request.root / f"Pulumi.{edit.comparison.after.stack}.yaml"
    which = f"STACK={edit.comparison.after.stack}" if default else f"FILE={request.path}"
    hint = f"make preview {which} BASE={request.base} shows all of it"
    _, _, what = edit.headline.partition(": ")
    if not edit.statements:
        return f"Against {edit.base}: {what}", hint
    first = edit.statements[0]
    more = len(edit.statements) - 1
    also = f" (and {more} more)" if more else ""
    return f"Against {edit.base}: {what}", f"{first.level}: {first.text}{also}; {hint}"


def _written(first: str, second: str, format_: str) -> str:
    if format_ == "markdown":
        from preview.render import cell  # noqa: PLC0415 - only this format needs it

        return f"\n> {cell(first)}\n> {cell(second)}\n"
    return f"\n{first}\n{second}\n"
