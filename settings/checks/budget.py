"""The budget: somebody is told, of a tag that is there."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.derived import OWN_TAGS
from settings.model import Settings
from settings.problems import Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    budget = settings.budget
    if budget is None:
        return
    if not budget.emails and budget.notify is None:
        yield at(
            ["budget"], "nobody would be told: give emails or notify", ["budget", "emails", "*"], ["budget", "notify"]
        )
    if budget.notify and settings.notify is None:
        yield at(["budget", "notify"], f"there is no {budget.notify} to tell: add slipway:notify", ["notify"])
    elif budget.notify and settings.notify and not getattr(settings.notify, budget.notify):
        yield at(
            ["budget", "notify"],
            f"nobody is in notify.{budget.notify}: add somebody, or name another",
            ["notify", budget.notify, "*"],
        )
    tags = [*settings.tags, *OWN_TAGS]
    if budget.by_tag and budget.by_tag not in tags:
        yield at(
            ["budget", "byTag"],
            f"nothing carries the tag {budget.by_tag!r}{limits.meant(budget.by_tag, tags)}; allowed: {limits.listed(tags)}",
            ["tags", "*"],
        )
