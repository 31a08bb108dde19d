"""`slipway:volumes.<name>`, and where services mount them: files that tasks share and that outlive them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from settings.model.section import Section
from settings.rules import form

MountPath = Annotated[
    str,
    form(
        r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]+){1,16}",
        "a folder of the container from its root, such as /data: letters, digits and . _ - between slashes",
    ),
]


class Volume(Section):
    """A file system on EFS: encrypted with its own key, in every zone, reached only from services that mount it."""

    user_id: Annotated[int, Field(ge=0, le=4_294_967_295)] = 1000
    """The user and group, by number, such as 1001, that every file belongs to and everybody writes as, whatever the containers' `user` is. A change makes
    another access point: files that are there keep their owner."""
    infrequent_access_days: Literal[1, 7, 14, 30, 60, 90, 180, 270, 365] | None = Field(default=None, examples=[30])
    """Days without a reading after which files move to a storage class that costs a twentieth, and each reading then costs; the first reading
    brings them back. Off when left out."""


class Mount(Section):
    """Where a service has a volume."""

    path: MountPath = Field(examples=["/data"])
    """The folder in the service's own container, such as /data. A change rolls out new tasks."""
    read_only: bool = False
    """Whether the service can only read."""


def _at(value: object) -> object:
    """Read a folder alone as a mount there."""
    return {"path": value} if isinstance(value, str) else value


MountAt = Annotated[Mount, BeforeValidator(_at, json_schema_input_type=Mount | MountPath)]
