"""What will stop the update: what Pulumi, the provider or AWS refuses, and in which order it goes in two updates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from preview.compare import replacements
from preview.compare.meaning.statement import Situation, Statement, named, number, shown

if TYPE_CHECKING:
    from preview.compare.change import Change
    from preview.graph import Resource

_GUARDS: Final = {
    "aws:cloudwatch/logGroup:LogGroup": ("deletionProtectionEnabled", True),
    "aws:cognito/userPool:UserPool": ("deletionProtection", "ACTIVE"),
    "aws:docdb/cluster:Cluster": ("deletionProtection", True),
    "aws:dynamodb/table:Table": ("deletionProtectionEnabled", True),
    "aws:lb/loadBalancer:LoadBalancer": ("enableDeletionProtection", True),
    "aws:neptune/cluster:Cluster": ("deletionProtection", True),
    "aws:rds/cluster:Cluster": ("deletionProtection", True),
    "aws:rds/instance:Instance": ("deletionProtection", True),
}
"""By type, the property with which AWS refuses a deletion, and its value."""

_DATABASES: Final = frozenset({"aws:rds/cluster:Cluster", "aws:rds/instance:Instance"})

_MUST_BE_EMPTY: Final = {
    "aws:backup/vault:Vault": ("forceDestroy", "recovery points"),
    "aws:ecr/repository:Repository": ("forceDelete", "images"),
    "aws:route53/zone:Zone": ("forceDestroy", "records"),
    "aws:s3/bucket:Bucket": ("forceDestroy", "objects"),
}
"""By type, the property that lets a deletion empty it first, and what it holds."""

_SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type
_RECOVERY_DAYS: Final = 30


def say(situation: Situation) -> Iterator[Statement]:
    """Say what stops the update before it is done."""
    for change in situation.comparison.changed:
        if change.gone and change.before:
            yield from _protected(situation, change, change.before)
            yield from _not_empty(situation, change, change.before)
        if change.kind in {"updated", "replaced"}:
            yield from _refused(situation, change)
        if change.kind == "updated" and change.before and change.after:
            yield from _major_upgrade(situation, change, change.before, change.after)
        if change.kind == "replaced" and change.before and change.after:
            yield from _name_in_recovery(situation, change, change.before, change.after)


def _stops(situation: Situation, change: Change, about: Resource, text: str) -> Statement:
    return Statement(level="danger", concern="stops", text=text, urns=(about.urn,), setting=situation.setting(change))


def _protected(situation: Situation, change: Change, before: Resource) -> Iterator[Statement]:
    guard, value = _GUARDS.get(before.type, ("", None))
    guarded = bool(guard) and before.inputs.get(guard) == value
    if not before.protect and not guarded:
        return
    by = ["Pulumi's protection"] * before.protect + [f"AWS's {guard}"] * guarded
    first = ["slipway:protection.protect: false"] * before.protect
    first += ["slipway:protection.deletionProtection: false"] * guarded
    yield _stops(
        situation,
        change,
        before,
        f"The update stops: {named(before)} would be {change.kind}, which {' and '.join(by)} "
        f"{'refuse' if len(by) > 1 else 'refuses'}. If it is meant, in two updates: first only "
        f"{' and '.join(first)}, with everything else as it is, then this edit",
    )


def _not_empty(situation: Situation, change: Change, before: Resource) -> Iterator[Statement]:
    if before.type not in _MUST_BE_EMPTY or before.retain_on_delete:
        return
    force, content = _MUST_BE_EMPTY[before.type]
    if before.inputs.get(force) is True:
        return
    physical = before.inputs.get("name") or before.inputs.get("bucket")
    called = f" ({physical})" if isinstance(physical, str) and physical != before.name else ""
    yield _stops(
        situation,
        change,
        before,
        f"The update stops if {named(before)}{called} holds {content}: it would be {change.kind}, and AWS deletes it only "
        f"empty. Empty it first, or switch slipway:protection.emptyOnDestroy on in an update before this one, so that "
        f"the {content} go with it",
    )


def _refused(situation: Situation, change: Change) -> Iterator[Statement]:
    rule = replacements.rules().get(change.resource.type)
    for item in change.properties:
        consequence = replacements.consequence(change.resource.type, item.plain)
        if item.effect != "refused" and "refuses a change" not in consequence:
            continue
        top = item.plain.partition(".")[0]
        why = (rule.depends.get(item.plain) or rule.depends.get(top) or "") if rule else ""
        why = why if item.effect == "refused" else consequence
        values = "" if item.secret else f" from {shown(item.before)} to {shown(item.after)}"
        yield _stops(
            situation,
            change,
            change.resource,
            f"The update stops: {item.path} of {named(change.resource)} cannot go{values}{f' ({why})' if why else ''}",
        )


def _major_upgrade(situation: Situation, change: Change, before: Resource, after: Resource) -> Iterator[Statement]:
    """Say where RDS refuses another major version, which it takes only when told that it may, and never an older one."""
    if after.type not in _DATABASES or any(item.effect == "refused" for item in change.properties):
        return
    engine = after.inputs.get("engine")
    old, new = (_major(engine, side.inputs.get("engineVersion")) for side in (before, after))
    if engine != before.inputs.get("engine") or not old or not new or old == new:
        return
    if new < old:
        why, instead = "RDS goes back to no older major version", "Restore a backup of it into another database"
    elif after.inputs.get("allowMajorVersionUpgrade") is not True:
        why = "RDS takes another major version only where it is allowed"
        instead = (
            "Add slipway:database.allowMajorUpgrade: true and applyImmediately: true for this update; "
            "the database is away for minutes, and there is no way back but a snapshot"
        )
    else:
        return
    yield _stops(
        situation,
        change,
        after,
        f"The update stops: engineVersion of {named(after)} goes from {before.inputs['engineVersion']} to "
        f"{after.inputs['engineVersion']}, and {why}. {instead}",
    )


def _major(engine: object, version: object) -> tuple[int, ...]:
    """Return the numbers of a major version: 17 of PostgreSQL 17.4, 8.0 of MySQL 8.0.36; none where it is not known."""
    numbers = [int(part) for part in re.findall(r"\d+", version)] if isinstance(version, str) else []
    of_two = isinstance(engine, str) and not engine.endswith(("postgres", "postgresql"))
    return tuple(numbers[: 2 if of_two else 1])


def _name_in_recovery(situation: Situation, change: Change, before: Resource, after: Resource) -> Iterator[Statement]:
    if after.type != _SECRET or "name" not in after.inputs:
        return
    days = number(before, "recoveryWindowInDays")
    days = _RECOVERY_DAYS if days is None else days
    if days and before.inputs.get("name") == after.inputs["name"]:
        yield _stops(
            situation,
            change,
            after,
            f"The update stops: {named(after)} would be deleted and made again under its name, and AWS keeps the name of a "
            f"deleted secret for {days} days. Give the new one another name",
        )
