"""What the update runs: migrations and functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from preview.compare.meaning.statement import Situation, Statement, named

_MIGRATION: Final = "pulumi-python:dynamic/slipway:MigrationRun"
_INVOCATION: Final = "aws:lambda/invocation:Invocation"
_PASSWORD: Final = "random:index/randomPassword:RandomPassword"  # noqa: S105 - a type


def say(situation: Situation) -> Iterator[Statement]:
    """Say what runs."""
    for change in situation.comparison.kind("created", "updated", "replaced", type_=_MIGRATION):
        component = situation.comparison.component(change)
        yield Statement(
            level="note",
            concern="runs",
            text=f"The migration of {component or change.resource.name} runs, before any service changes; if it fails, none does",
            urns=(change.resource.urn,),
            setting=f"slipway:services.{component}.migrate" if component else "",
        )
    for change in situation.comparison.kind("created", "replaced", type_=_INVOCATION):
        yield Statement(
            level="note",
            concern="runs",
            text=f"{named(change.resource)} calls its function once, during the update",
            urns=(change.resource.urn,),
            setting=situation.setting(change),
        )
    for change in situation.comparison.kind("replaced", type_=_PASSWORD):
        forced = ", ".join(item.path for item in change.forced_by)
        yield Statement(
            level="caution",
            concern="outage",
            text=f"{named(change.resource)} is made anew ({forced}): who still has the old password is refused until it reads the new one",
            urns=(change.resource.urn,),
            setting=situation.setting(change),
        )
