"""`slipway:secrets`: secrets that people fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from settings.model.section import Section
from settings.rules import form


class Secret(Section):
    """A secret that people or other systems fill: its value is never in the program, its state or this file."""

    description: str | None = None
    """What it is for, shown to whoever fills it. A change changes nothing else."""
    keys: Sequence[Annotated[str, form("[A-Za-z0-9_.-]+", "a key: letters, digits and _ . -")]] = ()
    """The keys of a JSON document that services may read as `name:key`, such as `[username, password]`; left out, the whole value is the secret."""
    rotate_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Days after which its owner changes it, or each of its keys; kept as a tag. Whoever hears of warnings is reminded every day
    from then on: docs/secrets.md."""
    key_rotate_days: Mapping[str, Annotated[int, Field(ge=1, le=3650)]] = Field(default_factory=dict)
    """Days by key, for keys that have another period than `rotateDays`, or where the others have none."""
