"""An edit as JSON, for programs. docs/preview.md describes it; `version` grows when something changes its meaning or goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from preview.compare.meaning import money
from preview.compare.meaning.findings import appeared, went
from preview.compare.values import MISSING
from preview.graph import UNKNOWN

if TYPE_CHECKING:
    from preview.compare.change import Change, Property
    from preview.compare.edit import Edit
    from preview.verdict import Finding

VERSION: Final = 1


def written(edit: Edit, destroyed: tuple[str, ...]) -> str:
    """Write the document.

    Args:
        edit: what to write.
        destroyed: URNs of what holds data and is deleted or replaced without a waiver.
    """
    comparison, situation = edit.comparison, edit.situation
    before, after = situation.estimate_before, situation.estimate_after
    document = {
        "version": VERSION,
        "kind": "comparison",
        "project": comparison.after.project,
        "stack": comparison.after.stack,
        "source": edit.source,
        "base": edit.base,
        "notes": list(edit.notes),
        "counts": dict(comparison.counts),
        "meaning": [
            {
                "level": item.level,
                "concern": item.concern,
                "text": item.text,
                "setting": item.setting or None,
                "urns": list(item.urns),
            }
            for item in edit.statements
        ],
        "destroyed": list(destroyed),
        "settings": [
            {"path": item.text, "before": _value(item.before), "after": _value(item.after)} for item in edit.settings
        ],
        "changes": [_change(edit, change) for change in comparison.changed],
        "time": {
            "seconds": edit.comparison.time_line.seconds,
            "necessary": edit.comparison.time_line.necessary,
            "critical": [
                {"urn": step.resource.urn, "act": step.act, "begin": step.begin, "seconds": step.seconds}
                for step in edit.comparison.time_line.critical
            ],
        },
        "policy": {
            "new": [_finding(item) for item in appeared(situation)],
            "gone": [_finding(item) for item in went(situation)],
        }
        if situation.verdict_before and situation.verdict_after
        else None,
        "estimate": {
            "currency": "USD",
            "before": str(round(before.total, 2)),
            "after": str(round(after.total, 2)),
            "components": {
                name: {"before": str(round(old, 2)), "after": str(round(new, 2))}
                for name, (old, new) in money.by_component(situation).items()
            },
        }
        if before and after
        else None,
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=repr) + "\n"


def _change(edit: Edit, change: Change) -> dict[str, object]:
    resource = change.resource
    return {
        "kind": change.kind,
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "component": edit.comparison.component(change),
        "was": change.before.urn if change.renamed and change.before else None,
        "deletedFirst": change.deleted_first,
        "because": change.because or None,
        "protect": bool(change.before and change.before.protect),
        "properties": [_property(item) for item in change.properties],
    }


def _property(item: Property) -> dict[str, object]:
    return {
        "path": item.path,
        "effect": item.effect,
        "secret": item.secret,
        "wasSet": item.before is not MISSING,
        "isSet": item.after is not MISSING,
        "before": _value(item.before),
        "after": _value(item.after),
    }


def _value(value: object) -> object:
    return None if value is MISSING else repr(UNKNOWN) if value is UNKNOWN else value


def _finding(finding: Finding) -> dict[str, object]:
    return {"policy": finding.policy, "level": finding.level, "urn": finding.urn, "message": finding.message}
