"""A small diagram for Markdown, within what GitHub draws: at most 500 edges and 50,000 characters, by grouping before cutting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from preview.words import count

if TYPE_CHECKING:
    from preview.picture.drawing import Drawing, Part

MOST_EDGES: Final = 500
MOST_CHARACTERS: Final = 50_000
_MOST_SERVICES: Final = 40
"""More services than people can tell apart stand as one."""
_GROUP: Final = "services"
"""The node that stands for all services together."""


def diagram(drawing: Drawing) -> str:
    """Write the diagram: people, edge, services and data, and who talks to whom."""
    text = "\n".join(_lines(drawing, grouped=len(drawing.column("services")) > _MOST_SERVICES))
    if len(text) > MOST_CHARACTERS or text.count("-->") > MOST_EDGES:
        text = "\n".join(_lines(drawing, grouped=True))
    return text


def _lines(drawing: Drawing, *, grouped: bool) -> Iterator[str]:
    shown = [part for column in ("edge", "services", "data") for part in drawing.column(column)]
    names = {part.name: f"n{index}" for index, part in enumerate(shown)}
    if grouped:
        names |= {part.name: _GROUP for part in shown if part.column == "services"}
    yield "flowchart LR"
    if drawing.open_parts:
        yield "  people((people))"
    for place, part in {names[part.name]: part for part in shown}.items():
        yield f"  {place}{_node(part) if place != _GROUP else _group(drawing)}"
    for one, other in _edges(drawing, shown, names):
        if one != other:
            yield f"  {one} --> {other}"
    yield "  classDef created stroke:#1a7f37,stroke-width:3px"
    yield "  classDef deleted stroke:#cf222e,stroke-width:3px,stroke-dasharray:4"
    yield "  classDef changed stroke:#9a6700,stroke-width:3px"


def _edges(drawing: Drawing, shown: Sequence[Part], names: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    found = [("people", names[name]) for name in drawing.open_parts if name in names]
    found += [(names[part.name], names[other]) for part in shown for other in part.talks_to if other in names]
    return list(dict.fromkeys(found))[:MOST_EDGES]


def _group(drawing: Drawing) -> str:
    return f'["{count(len(drawing.column("services")), "service")}"]'


def _node(part: Part) -> str:
    return f'["{_text(part)}"]{_class(part)}'


def _text(part: Part) -> str:
    sign = {"created": "+ ", "deleted": "- ", "changed": "~ "}.get(part.change, "")
    name = "".join(letter if letter.isalnum() or letter in " -_./" else " " for letter in part.name)
    return f"{sign}{name}"


def _class(part: Part) -> str:
    return f":::{part.change}" if part.change else ""
