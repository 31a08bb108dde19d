"""One self-contained page: no network, no build step, for light and dark screens, paper, keyboards and screen readers."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from preview import zone_loss
from preview.picture.drawing import draw
from preview.render import headline, money, saving_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from preview.compare.edit import Edit
    from preview.graph import Graph
    from preview.picture.drawing import Part
    from preview.pricing import Estimate
    from preview.render import Preview
    from preview.verdict import Verdict

_TEMPLATE: Final = "page.html.j2"
_COLUMNS: Final = (("edge", "Edge"), ("services", "Services"), ("data", "Data"))
SIGNS: Final = {"created": "+", "updated": "~", "replaced": "±", "deleted": "−", "renamed": "→", "changed": "~"}  # noqa: RUF001 - a minus that reads as one


def of_preview(preview: Preview, live: int | None = None) -> str:
    """Draw a stack.

    Args:
        preview: all there is to show.
        live: of a page that is served: its number; it loads itself anew when its server has a newer one.
    """
    title = headline(preview)
    saved = [saving_line(saving) for saving in preview.savings]
    return _page(title, preview.source, preview.graph, preview.estimate, preview.verdict, None, live, saved)


def of_edit(edit: Edit, live: int | None = None) -> str:
    """Draw what an edit does to a stack; `live` as in `of_preview`."""
    situation = edit.situation
    if situation.estimate_after is None:  # pragma: no cover - the command always has one
        raise ValueError("an edit is drawn with its cost")
    return _page(
        edit.headline, edit.source, edit.comparison.after, situation.estimate_after, situation.verdict_after, edit, live
    )


@cache
def template() -> Template:
    """Return what a page is written with."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only this format needs it

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(_TEMPLATE)


def _page(
    title: str,
    source: str,
    graph: Graph,
    estimate: Estimate,
    verdict: Verdict | None,
    edit: Edit | None,
    live: int | None,
    saved: Sequence[str] = (),
) -> str:
    drawing = draw(graph, estimate, verdict, edit)
    dear = max((part.monthly for part in drawing.parts), default=Decimal(0))
    return template().render(
        title=title,
        live=live,
        source=source,
        project=graph.project,
        stack=graph.stack,
        drawing=drawing,
        columns=[(label, drawing.column(name)) for name, label in _COLUMNS],  # type: ignore[arg-type] # columns
        edit=edit,
        **_about(edit),
        signs=SIGNS,
        money=money,
        width=lambda amount: int(100 * amount / dear) if dear else 0,
        parts=sorted(drawing.parts, key=_cost),
        total=estimate.total,
        total_before=edit.situation.estimate_before.total if edit and edit.situation.estimate_before else None,
        verdict=verdict,
        zones=list(zone_loss.lines(graph)),
        saved=saved,
    )


def _about(edit: Edit | None) -> dict[str, object]:
    """Return what is only shown of an edit."""
    if edit is None:
        return {"settings": [], "time": ""}
    from preview.compare.shown import line, time  # noqa: PLC0415 - a stack alone does without the comparison

    return {"settings": [line(item) for item in edit.settings], "time": time(edit)}


def _cost(part: Part) -> tuple[Decimal, str]:
    return -max(part.monthly, part.before or Decimal(0)), part.name
