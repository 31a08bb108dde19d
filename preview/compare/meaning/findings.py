"""Findings of the policy pack that appear or go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from preview.compare.difference import key
from preview.compare.meaning.statement import Situation, Statement
from preview.render import statement as without_subject
from preview.render import together

if TYPE_CHECKING:
    from preview.verdict import Finding, Verdict


def appeared(situation: Situation) -> list[Finding]:
    """Return the findings that the base has not."""
    return _only(situation.verdict_after, situation.verdict_before)


def went(situation: Situation) -> list[Finding]:
    """Return the findings that only the base has."""
    return _only(situation.verdict_before, situation.verdict_after)


def say(situation: Situation) -> Iterator[Statement]:
    """Say what the policy pack newly finds, and what it does not find any more."""
    if situation.verdict_before is None or situation.verdict_after is None:
        return
    for finding, subjects in together(appeared(situation)):
        refuses = finding.level == "mandatory"
        yield Statement(
            level="danger" if refuses else "caution",
            concern="findings",
            text=f"New finding{', which refuses the update' if refuses else ''}: {finding.policy}: {subjects}: {without_subject(finding)}",
            urns=(finding.urn,) if finding.urn else (),
        )
    if gone := went(situation):
        named = ", ".join(f"{finding.policy} ({subjects})" for finding, subjects in together(gone)[:5])
        more = len(together(gone)) - 5
        yield Statement(
            level="note",
            concern="findings",
            text=f"Not found any more: {named}{f' and {more} more' if more > 0 else ''}",
            urns=tuple(finding.urn for finding in gone if finding.urn),
        )


def _only(one: Verdict | None, other: Verdict | None) -> list[Finding]:
    known = {_identity(finding) for finding in other.findings} if other else set()
    return [finding for finding in one.findings if _identity(finding) not in known] if one else []


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.policy, finding.level, key(finding.urn)
