"""Who hears of what: windows in which alarms tell nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from preview.compare.meaning.statement import Situation, Statement
from preview.graph import Resource
from preview.words import count

_MUTE: Final = "aws:cloudwatch/alarmMuteRule:AlarmMuteRule"
_SHOWN: Final = 4


def say(situation: Situation) -> Iterator[Statement]:
    """Say which alarms tell nobody, and when."""
    for change in situation.comparison.kind("created", "updated", "replaced", type_=_MUTE):
        if change.kind == "updated" and not change.of("rule", "muteTargets"):
            continue
        alarms = _alarms(change.resource)
        more = f" and {len(alarms) - _SHOWN} more" if len(alarms) > _SHOWN else ""
        who = f"{count(len(alarms), 'alarm')} ({', '.join(alarms[:_SHOWN])}{more})"
        yield Statement(
            level="caution",
            concern="alarms",
            text=f"{who} {'tells' if len(alarms) == 1 else 'tell'} nobody {_when(change.resource)}",
            urns=(change.resource.urn,),
            setting="slipway:alarms.mutedDuring",
        )


def _alarms(rule: Resource) -> list[str]:
    targets = rule.inputs.get("muteTargets")
    names = targets.get("alarmNames") if isinstance(targets, Mapping) else None
    return [str(name) for name in names] if isinstance(names, list) else []


def _when(rule: Resource) -> str:
    given = rule.inputs.get("rule")
    schedule = given.get("schedule") if isinstance(given, Mapping) else None
    when = schedule if isinstance(schedule, Mapping) else {}
    zone = when.get("timezone") or "UTC"
    return f"for {when.get('duration')} from {when.get('expression')} on, {zone}; what is still bad then is told afterwards"
