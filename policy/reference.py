"""Writes docs/policies.md: every control of the pack, from its rules."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from policy.control import Environment, Level
from policy.excluded import EXCLUDED
from policy.remediations import REMEDIATIONS
from policy.rule import ResourceRule, Rule
from policy.rules import MODULES, rules_of
from policy.values import Value, show

FILE: Final = Path(__file__).resolve().parents[1] / "docs" / "policies.md"

_INTRO: Final = """\
# The policy pack's controls

{count} controls judge a Pulumi program for AWS in Python, TypeScript or any other language. How to use, configure, exempt and enforce
them is in [policy/README.md](../policy/README.md). Levels are the defaults for production / staging / development: **M** stops the update
(mandatory), **a** advises, **-** is off until the policy configuration gives it a level.

This page is generated from the rules (`python -m policy.reference`).
"""
_LETTER: Final = {Level.MANDATORY: "M", Level.ADVISORY: "a", Level.DISABLED: "-"}


def text() -> str:
    """Return the page."""
    sections = list(_sections())
    count = sum(len(rules) for _, rules in sections)
    parts = [
        _INTRO.format(count=count),
        " · ".join(f"[{heading}](#{_anchor(heading)}) {len(rules)}" for heading, rules in sections)
        + " · [left out](#left-out)\n",
        *(_section(heading, rules) for heading, rules in sections),
        _left_out(),
    ]
    return "\n".join(parts)


def _sections() -> Iterator[tuple[str, Sequence[Rule]]]:
    """Each part, by the first words of its module, with its rules."""
    for module in MODULES:
        rules = rules_of(module)
        yield (module.__doc__ or "").partition(":")[0], rules


def _section(heading: str, rules: Sequence[Rule]) -> str:
    rows = [_row(rule) for rule in rules]
    table = ["| control | must hold | severity | levels | also known as |", "|---|---|---|---|---|", *rows]
    details = "\n".join(_details(rule) for rule in rules)
    return "\n".join([f"## {heading}", "", *table, "", details])


def _row(rule: Rule) -> str:
    control = rule.control
    known = [*control.fsbp, *(f"CIS {number}" for number in control.cis)]
    cells = (
        f"[`{control.name}`](#{control.name})",
        control.title,
        control.severity,
        " / ".join(_LETTER[control.levels[where]] for where in Environment),
        ", ".join(known),
    )
    return "| " + " | ".join(cells) + " |"


def _details(rule: Rule) -> str:
    control = rule.control
    facts = [
        ("Why", control.why),
        ("In Python", f"`{control.remediation}`"),
        ("Judges", ", ".join(f"`{token}`" for token in sorted(rule.types)) or "every resource"),
        ("Decides from", "one resource's inputs" if isinstance(rule, ResourceRule) else "relations in the stack"),
        ("Parameters", "; ".join(_parameters(rule))),
        ("Remediation", "at the level `remediate`" if rule.name in REMEDIATIONS else ""),
        ("Suppressible", "by the resource's own tag `slipway:suppress`" if control.suppressible else ""),
        ("Formerly", ", ".join(f"`{alias}`" for alias in control.aliases)),
        ("NIST SP 800-53 r5", ", ".join(control.nist)),
        ("checkov", ", ".join(control.checkov)),
        ("Prowler", ", ".join(control.prowler)),
        ("cdk-nag", ", ".join(control.cdk_nag)),
        ("AWS", f"<{control.url}>"),
    ]
    lines = [f"- {name}: {said}" for name, said in facts if said]
    return "\n".join([f"### {control.name}", "", *lines, ""])


def _parameters(rule: Rule) -> Iterator[str]:
    for name, parameter in rule.parameters.items():
        yield f"`{name}` ({_shown(parameter.default)})"


def _shown(value: Value) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) or "none"
    return show(value, ".*")


def _left_out() -> str:
    rows = [
        f"| {item.title} | {', '.join([*item.fsbp, *(f'CIS {n}' for n in item.cis), *item.checkov, *item.prowler, *item.cdk_nag])} | {item.why} |"
        for item in EXCLUDED
    ]
    head = ["## Left out", "", "Published controls for such an architecture that the pack does not have.", ""]
    return "\n".join([*head, "| demands | known as | why not |", "|---|---|---|", *rows, ""])


def _anchor(heading: str) -> str:
    return "".join(c for c in heading.lower().replace(" ", "-") if c.isalnum() or c in "-_")


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
