"""Show a preview: rich for a terminal, plain for a log, Markdown for a pull request, JSON for a program.

Each format is a module; `lines` has what all of them say.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from preview.render import markdown, plain, program
from preview.render.lines import (
    WIDTH,
    Preview,
    cell,
    headline,
    money,
    preview,
    saving_line,
    statement,
    subject,
    together,
    wrapped,
)

__all__ = [
    "FORMATS",
    "WIDTH",
    "Format",
    "Preview",
    "cell",
    "headline",
    "load",
    "money",
    "preview",
    "render",
    "saving_line",
    "statement",
    "subject",
    "together",
    "wrapped",
]

Format = Literal["rich", "plain", "json", "markdown"]
FORMATS: Final[tuple[str, ...]] = get_args(Format)


def load(format_: str) -> None:
    """Import what a format is written with, ahead of it: what libraries there are to be imported takes longer than to write it."""
    match format_:
        case "rich":
            from preview.render import terminal  # noqa: F401, PLC0415 - no other format needs what it imports
        case "html":
            from preview.picture import page  # noqa: PLC0415 - as above

            page.template()


def render(preview: Preview, format_: Format) -> str:
    """Return the preview as text in one of the formats; for `rich`, with the terminal's colours."""
    match format_:
        case "json":
            return program.text(preview)
        case "markdown":
            return markdown.text(preview)
        case "plain":
            return plain.text(preview)
        case "rich":
            from preview.render import terminal  # noqa: PLC0415 - no other format needs what it imports

            return terminal.text(preview)
