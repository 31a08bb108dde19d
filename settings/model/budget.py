"""`slipway:budget`: what a month may cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

from settings.model.section import Section, TagKey
from settings.rules import form

EMAIL: Final = form(r"[^@\s]+@[^@\s]+", "an e-mail address, such as ops@example.com")


class Budget(Section):
    """A monthly budget: a word at 80 % by forecast, another when it is spent."""

    monthly_usd: Annotated[int, Field(ge=1)] = Field(examples=[250])
    """US dollars a month, such as 600. People are told at shares of it, of what was spent and of what AWS forecasts; nothing is stopped."""
    emails: Annotated[Sequence[Annotated[str, EMAIL]], Field(max_length=10)] = ()
    """E-mail addresses that are told, ten at most, such as `[team@example.com]`."""
    notify: Literal["page", "database", "team"] | None = None
    """A list of slipway:notify that is told as well, such as team."""
    by_tag: TagKey | None = None
    """Count only what carries this stack's value of the tag, such as app, once it is activated as a cost allocation tag; default everything in the
    account."""
