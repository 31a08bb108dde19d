"""What the update runs: migrations, what makes the database's users, and functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from preview.compare.meaning.statement import Situation, Statement, named
from preview.graph import Resource

_MIGRATION: Final = "pulumi-python:dynamic/slipway:MigrationRun"
_INVOCATION: Final = "aws:lambda/invocation:Invocation"
_PASSWORD: Final = "random:index/randomPassword:RandomPassword"  # noqa: S105 - a type


def say(situation: Situation) -> Iterator[Statement]:
    """Say what runs."""
    yield from _users(situation)
    for change in situation.comparison.kind("created", "updated", "replaced", type_=_MIGRATION):
        if change.resource.inputs.get("users"):
            continue
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


def _users(situation: Situation) -> Iterator[Statement]:
    """Say which users are made in the database, and which are shut out or stay behind."""
    for change in situation.comparison.kind("created", "updated", "replaced", "deleted", type_=_MIGRATION):
        before, after = (_rights(resource) for resource in (change.before, change.after))
        if after:
            those = ", ".join(f"{name} ({rights})" for name, rights in sorted(after.items()))
            yield Statement(
                level="note",
                concern="runs",
                text=f"A task makes the database's users before migrations run: {those}; if it fails, nothing that waits for them changes",
                urns=(change.resource.urn,),
                setting="slipway:database.users",
            )
        if after and (gone := sorted(before.keys() - after.keys())):
            yield Statement(
                level="caution",
                concern="outage",
                text=f"{', '.join(gone)} can log in to the database no more; what {'they own' if len(gone) > 1 else 'it owns'} stays",
                urns=(change.resource.urn,),
                setting="slipway:database.users",
            )
        if before and not after:
            yield Statement(
                level="caution",
                concern="outage",
                text=f"{', '.join(sorted(before))} stay in the database with their rights, and their secrets go: nobody shuts them out",
                urns=(change.resource.urn,),
                setting="slipway:database.users",
            )


def _rights(run: Resource | None) -> Mapping[str, str]:
    users = run.inputs.get("users") if run else None
    return {str(name): str(rights) for name, rights in users.items()} if isinstance(users, Mapping) else {}
