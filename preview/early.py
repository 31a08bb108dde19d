"""What a preview's process does before it imports anything else, so that imports cost less."""

from __future__ import annotations

import os

from compat import generated, later
from preview.source_cache import Texts

_texts: list[Texts] = []


def install() -> None:
    """Load what is not used later, and take code that the standard library would generate from the last run."""
    later.install()
    os.environ.setdefault(
        "PYDANTIC_DISABLE_PLUGINS", "__all__"
    )  # to look for them is to read what every package describes
    if not _texts:
        _texts.append(Texts("generated"))
        generated.install(_texts[0].code)


def save() -> None:
    """Keep what this run compiled for the next one."""
    for texts in _texts:
        texts.save()
