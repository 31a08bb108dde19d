"""`slipway:database.users`: the database's users that the program makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from settings.model.section import Section
from settings.rules import form

USER_IMAGES: Final[Mapping[str, str]] = {
    "postgres": "public.ecr.aws/docker/library/postgres:17.6-alpine",
    "mysql": "public.ecr.aws/docker/library/mysql:8.4.6",
}
"""The images with the engines' own clients, from AWS's public registry."""


UserName = Annotated[
    str,
    form(
        "[A-Za-z][A-Za-z0-9_]{0,15}",
        "a database user's name: at most 16 letters, digits and underscores, a letter first",
    ),
]


class DatabaseUser(Section):
    """A user of the database, which a task of the program's makes, and keeps to what stands here.

    Its password is the program's: in Pulumi's encrypted state, and in a secret of its own. A user that is taken out logs in no more; what it owns
    stays.
    """

    rights: Literal["read", "write", "owner"] = Field(examples=["write"])
    """What it may do with every table there is and will be: `read` rows; `write` them, too, as applications do; or, as `owner`, make and change the
    tables themselves, as migrations do. One owns them: it is given those that the master user has made."""
    login: Literal["password", "iam"] = "password"
    """How it logs in: with a password, or as `iam` with a token of the service's role, which lasts 15 minutes. Services that log in so ask AWS for one
    (docs/database.md)."""
