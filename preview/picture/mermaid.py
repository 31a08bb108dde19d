"""A small diagram for Markdown, within what GitHub draws: at most 500 edges and 50,000 characters, by grouping before cutting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from preview.words import count

if TYPE_CHECKING:
    from preview.picture.drawing import Drawing, Part

MOST_EDGES: Final = 500
MOST_CHARACTERS: Final = 50_000
_MOST_SERVICES: Final = 40
"""More services than people can tell apart stand as one."""


def diagram(drawing: Drawing) -> str:
    """Write the diagram: people, edge, services and data, and who talks to whom."""
    text = "\n".join(_lines(drawing, grouped=len(drawing.column("services")) > _MOST_SERVICES))
    if len(text) > MOST_CHARACTERS or text.count("-->") > MOST_EDGES:
        text = "\n".join(_lines(drawing, grouped=True))
    return text


def _lines(drawing: Drawing, *, grouped: bool) -> Iterator[str]:
    shown = [part for column in ("edge", "services", "data") for part in drawing.column(column)]
    names = {
        part.name: ("services" if grouped and part.column == "services" else f"n{index}")
        for index, part in enumerate(shown)
    }
    yield "flowchart LR"
    if drawing.open_parts:
        yield "  people((people))"
    said = set()
    for part in shown:
        place = names[part.name]
        if place == "services":
            if place not in said:
                yield f'  services["{count(len(drawing.column("services")), "service")}"]'
        else:
            yield f'  {place}["{_text(part)}"]{_class(part)}'
        said.add(place)
    edges = [("people", names[name]) for name in drawing.open_parts if name in names]
    edges += [(names[part.name], names[other]) for part in shown for other in part.talks_to if other in names]
    for one, other in list(dict.fromkeys(edges))[:MOST_EDGES]:
        if one != other:
            yield f"  {one} --> {other}"
    yield "  classDef created stroke:#1a7f37,stroke-width:3px"
    yield "  classDef deleted stroke:#cf222e,stroke-width:3px,stroke-dasharray:4"
    yield "  classDef changed stroke:#9a6700,stroke-width:3px"


def _text(part: Part) -> str:
    sign = {"created": "+ ", "deleted": "- ", "changed": "~ "}.get(part.change, "")
    name = "".join(letter if letter.isalnum() or letter in " -_./" else " " for letter in part.name)
    return f"{sign}{name}"


def _class(part: Part) -> str:
    return f":::{part.change}" if part.change else ""
