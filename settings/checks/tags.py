"""Tags: none takes another's place."""

from __future__ import annotations

from collections.abc import Iterator

from settings.derived import OWN_TAGS
from settings.model import Settings
from settings.problems import Problem, at


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    if settings.environment == "production" and "owner" not in settings.tags:
        yield at(["tags"], "there is no owner among them, which the policy required-tags asks for in production")


def problems(settings: Settings) -> Iterator[Problem]:
    """Check that no tag takes another's place: IAM does not tell capital letters from small ones."""
    seen = dict.fromkeys(OWN_TAGS, "the program sets it")
    for key in settings.tags:
        if key.lower() in seen:
            yield at(["tags", key], f"{key!r} is there already: {seen[key.lower()]}; choose another key")
        seen[key.lower()] = f"as {key!r}"
