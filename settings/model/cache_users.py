"""`slipway:cache.users`: the cache's users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

import limits
from settings.model.section import Section
from settings.rules import Rule


class CacheUser(Section):
    """A user of the cache, in place of the one token that everybody has.

    Its password is the program's: in Pulumi's encrypted state, and in a secret of its own.
    """

    rights: Literal["read", "write", "all"] = Field(examples=["write"])
    """What it may do with its keys: `read` them; `write` them, too, with messages, transactions and scripts; or `all` but administrate the server. Neither
    of the first two lists or empties all keys. A change holds at once."""
    keys: Annotated[Sequence[Annotated[str, Rule(limits.cache_key_pattern)]], Field(min_length=1, max_length=10)] = (
        "*",
    )
    """Patterns of the keys, and of the channels, that are its own, such as `["app:*"]`; default all."""
    login: Literal["password", "iam"] = "password"
    """How it logs in: with a password, or as `iam` with a token of the service's role, which lasts 15 minutes. Services that log in so ask AWS for one
    (docs/cache.md)."""
