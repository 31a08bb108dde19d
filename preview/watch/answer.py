"""What a save is answered with: the difference to the last good preview first, then the page."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, cast

from preview import analyzer, evaluation, render
from preview.compare import command, shown
from preview.compare.sides import Side
from preview.picture import page
from preview.pricing import estimate
from preview.watch import reads

if TYPE_CHECKING:
    from preview.compare.edit import Edit
    from preview.graph import Graph
    from preview.pricing import Estimate

_BASE: Final = "the preview before"
_TRACE: Final = 6
"""As many calls of a program that ends with an exception are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRequest:
    """What to preview, and how to show it."""

    root: Path
    path: Path
    pack: Path
    format: str
    width: int

    def written(self) -> str:
        """Write it for another process."""
        return json.dumps(
            {
                "root": str(self.root),
                "path": str(self.path),
                "pack": str(self.pack),
                "format": self.format,
                "width": self.width,
            }
        )

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `written` wrote."""
        given = json.loads(text)
        paths = {name: Path(given[name]) for name in ("root", "path", "pack")}
        return cls(**paths, format=given["format"], width=given["width"])


@dataclass(frozen=True, slots=True)
class GoodPreview:
    """A good preview: what the next one is compared with."""

    side: Side


@dataclass(frozen=True, slots=True, eq=False)
class PricedSide:
    """The last good preview."""

    side: Side
    cost: Estimate | None = None

    @classmethod
    def of(cls, side: Side) -> Self:
        """Price it."""
        return cls(side, estimate(side.graph) if side.graph else None)


Answer: TypeAlias = Mapping[str, Any]
"""`kind` is `answer` (with `ok` and `text`) or `page` (with `html`)."""


def answers(request: WatchRequest, last: PricedSide | None, run: int) -> Iterator[Answer | GoodPreview]:
    """Preview the stack file as it is now.

    Args:
        request: what to preview.
        last: the last good preview; None for the first.
        run: the number that the page bears.
    """
    known: list[command.Compared] = []

    def meanwhile(graph: Graph) -> None:
        if last and last.side.graph:
            compared = command.compared(last.side.graph, graph, priced=last.cost)
            known.append(compared)
            _ = compared.comparison.time_line  # which is shown as well, and needs no verdict

    try:
        evaluated, config = _evaluated(request, request.pack, meanwhile)
    except evaluation.StoppedError as stop:
        yield {"kind": "answer", "ok": False, "text": str(stop)}
        return
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a program that is being written may raise anything
        yield {"kind": "answer", "ok": False, "text": _trace(error)}
        return
    made = _preview(request, evaluated, *known)
    edit = _edit(request, last, evaluated, config, *known) if last else None
    yield {"kind": "answer", "ok": True, "text": _text(request, made, edit)}
    changed = edit if edit and (edit.comparison.changed or edit.settings) else None
    html = page.of_edit(changed, live=run) if changed else page.of_preview(made, live=run)
    yield {"kind": "page", "html": html}
    yield GoodPreview(Side(graph=evaluated.graph, verdict=evaluated.verdict, config=config))


def rehearse(request: WatchRequest, last: PricedSide) -> list[tuple[str, bytes]]:
    """Do all of it, but write what the policy pack is asked without asking it, and keep nothing but what is loaded by that.

    Args:
        request: what to preview.
        last: a good preview of it.

    Returns:
        What the policy pack would be asked about it, as `pack_process.LoadedPack` takes it.
    """
    evaluated, config = _evaluated(request, request.root / "no pack")
    reads.taken()  # what the program reads is read anew by each copy
    graph = evaluated.graph
    asked = analyzer.asked_about(graph)
    evaluated = replace(evaluated, verdict=last.side.verdict)
    made = _preview(request, evaluated)
    edit = _edit(request, last, evaluated, config)
    _text(request, made, None)
    _text(request, made, edit)
    page.of_preview(made, live=0)
    page.of_edit(edit, live=0)
    return asked


def _evaluated(
    request: WatchRequest, pack: Path, meanwhile: Callable[[Graph], None] = lambda _: None
) -> tuple[evaluation.Evaluation, Mapping[str, object]]:
    evaluated = evaluation.stack_file(request.root, request.path, pack, {}, evaluation.Progress(), meanwhile)
    return evaluated, evaluated.config


def _preview(
    request: WatchRequest, evaluated: evaluation.Evaluation, known: command.Compared | None = None
) -> render.Preview:
    cost = known.cost if known else None
    return render.preview(evaluated.graph, evaluated.verdict, str(request.path), request.width, cost)


def _edit(
    request: WatchRequest,
    last: PricedSide,
    evaluated: evaluation.Evaluation,
    config: Mapping[str, object],
    known: command.Compared | None = None,
) -> Edit:
    return command.made(
        source=str(request.path),
        label=_BASE,
        before=last.side,
        evaluated=evaluated,
        config=config,
        priced=last.cost,
        known=known,
    )


def _text(request: WatchRequest, made: render.Preview, edit: Edit | None) -> str:
    """Write the whole preview the first time, and what has changed from then on."""
    if edit is None:
        return render.render(made, cast("render.Format", request.format))
    if not edit.comparison.changed and not edit.settings:
        return f"Nothing changes. {render.headline(made)}\n"
    text = shown.rich(edit) if request.format == "rich" else "\n".join(shown.plain(edit)) + "\n"
    return f"{text}\n{render.headline(made)}\n"


def _trace(error: BaseException) -> str:
    """Say where a program went wrong: its last calls, without ours and the SDK's event loop before them."""
    lines = traceback.format_exception(type(error), error, error.__traceback__, limit=-_TRACE)
    return "".join(lines).strip()
