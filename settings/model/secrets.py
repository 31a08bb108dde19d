"""`slipway:secrets`: secrets that people fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

import limits
from settings.model.section import KEY_ARN, Section
from settings.rules import form


class Secret(Section):
    """A secret that people or other systems fill: its value is never in the program, its state or this file."""

    description: str | None = None
    """What it is for, shown to whoever fills it, such as `API key of the payment provider`. A change changes nothing else."""
    keys: Sequence[Annotated[str, form("[A-Za-z0-9_.-]+", "a key: letters, digits and _ . -")]] = ()
    """The keys of a JSON document that services may read as `name:key`, such as `[username, password]`; left out, the whole value is the secret."""
    rotate_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Days after which its owner changes it, or each of its keys, such as 90; kept as a tag. Whoever hears of warnings is reminded every day
    from then on: docs/secrets.md."""
    key_rotate_days: Mapping[str, Annotated[int, Field(ge=1, le=3650)]] = Field(default_factory=dict)
    """Days by key, such as `{stripe: 90}`, for keys that have another period than `rotateDays`, or where the others have none."""
    existing: Annotated[str, form(limits.EXISTING_SOURCE, limits.EXISTING_SOURCE_WORDS)] | None = None
    """One that is there already, which the program neither makes, changes nor deletes: a secret's name in Secrets Manager, which is looked up; a
    parameter's name, such as `/shared/stripe-key`; or the ARN of either. Taking this out again makes a secret of its own, which is empty."""
    key_arn: Annotated[str, KEY_ARN] | None = None
    """The customer key in KMS that encrypts the existing one; AWS's own needs none. The key's policy has to let this account's IAM decide."""
