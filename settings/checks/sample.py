"""What a copy of the sample stack file still has of the sample's: it passes every check, and cannot be deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import limits
from settings.model import Settings
from settings.problems import Problem, at

APP: Final = "storefront"
"""The sample's `app`, with which its repositories and secrets begin."""
HOST: Final = "shop.example.com"
"""Its `domain.host`, in which its media and origins are."""
MARKS: Final = ("octo-org/storefront", "/integration/KEY/")
"""Values that nobody has but the sample."""
PEOPLE: Final = ("team@example.com", "dba@example.com")
"""Its addresses, which are told of only beside others of the sample's: they are everybody's to use."""


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is still the sample's, by section, once the application's name or host is no longer."""
    host = settings.domain.host if settings.domain else ""
    if settings.app == APP and host in (HOST, f"staging.{HOST}"):
        return
    forms = [re.escape(mark) for mark in MARKS]
    forms += [rf"(?<![a-z0-9]){APP}(?![a-z0-9])"] if settings.app != APP else []
    forms += [rf"(?:^|[./]){re.escape(HOST)}"] if not host.endswith(HOST) else []
    given = settings.model_dump(by_alias=True, exclude_unset=True, exclude={"app", "domain", "aws"})
    left = {section: list(dict.fromkeys(_left(value, "|".join(forms)))) for section, value in given.items()}
    if not any(left.values()):
        return
    for section, value in given.items():
        found = [*left[section], *dict.fromkeys(_left(value, "|".join(map(re.escape, PEOPLE))))]
        if found:
            are, them = ("is", "it") if len(found) == 1 else ("are", "them")
            shown = [limits.short(text) for text in found]
            yield at(
                [section],
                f"{limits.listed(shown, 'and')} {are} still the sample's: put your own there, or take {them} out",
            )


def _left(value: object, form: str) -> Iterator[str]:
    """Yield the texts inside a value, and the names of its mappings, in which a pattern is found."""
    if isinstance(value, str):
        if re.search(form, value):
            yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _left(name, form)
            yield from _left(inner, form)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _left(inner, form)
