"""`migrate` of a service: what brings the database up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from settings.model.database_users import UserName
from settings.model.section import EcsName, EnvironmentName, Section, Text


class Migrate(Section):
    """A command that brings the database up to date, once for each version, before any service changes; if it fails, none does.

    Several services may have one: they run one after another, in the order of the services' names, never two at once.
    """

    command: Annotated[Sequence[Text], Field(min_length=1)] = Field(examples=[["alembic", "upgrade", "head"]])
    """What the service's container runs instead of its own command, with the same image, variables and secrets, such as `[python, manage.py, migrate,
    --no-input]`. It runs before each new version, and must bear being run again."""
    database_user: UserName | None = None
    """Whom of `database.users` it logs in as, such as migrations: the service's variables and secrets are that user's then. Left out: the master user.
    A change runs it again."""
    secrets: Mapping[EnvironmentName, Text] = Field(
        default_factory=dict, examples=[{"DATABASE_URL": "storefront/database-url"}]
    )
    """Variables with secrets that it has beside the service's, or in their place, such as `{DATABASE_URL: storefront/database-url}`. A change runs it
    again."""
    family: EcsName | None = None
    """The task definition's family, such as shop-migrate; default the service's with -migrate at the end. A change runs it again."""
    timeout_minutes: Annotated[int, Field(ge=1, le=720)] = 30
    """Minutes until the update gives up on it, such as 60. It runs on then, and the next update waits for it."""
