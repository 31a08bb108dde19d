"""`slipway:extension`: a Python module of one's own that adds resources or changes properties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from settings.model.section import Section
from settings.model.service import Permission
from settings.rules import form


class Extension(Section):
    """What settings cannot say, in Python: resources of one's own beside the stack's, and single properties of the stack's."""

    module: Annotated[
        str,
        form(
            r"(?:[A-Za-z0-9_][A-Za-z0-9_-]*/){0,9}[A-Za-z_][A-Za-z0-9_]*\.py",
            "a Python file inside the project, such as extensions/search.py",
        ),
    ] = Field(examples=["extensions/search.py"])
    """The file, relative to the project's folder, such as extensions/search.py: it defines `add(parts)`, `change(resource)` or both
    (docs/extensions.md). Taking it out deletes what it added and puts back what it changed."""
    permissions: Sequence[Permission] = ()
    """What the deploying role of `delivery` may do besides, to make, read and remove what the module adds. An administrator runs the update that
    changes them."""
