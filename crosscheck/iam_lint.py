"""What parliament and policy_sentry say about IAM documents; runs in the linters' environment, which has neither Pulumi nor this project.

Documents come as JSON on standard input, findings go as JSON to standard output.
"""

from __future__ import annotations

import fnmatch
import json
import re
import sys
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from policy_sentry.querying.actions import get_action_data
from policy_sentry.querying.all import get_all_actions
from policy_sentry.util.conditions import is_condition_key_match

with warnings.catch_warnings():
    # It imports pkg_resources, and has patterns with escapes that Python does not know.
    warnings.simplefilter("ignore")
    import parliament

Document = Mapping[str, Any]
_ROLE: Final = "arn:aws:iam::123456789012:role/any"
_EVERY_ACTION: Final = get_all_actions()
_CONDITION: Final = re.compile(r"Unknown condition (\S+) for action (\S+)")


def finding(tool: str, issue: str, about: str, statement: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return one finding with the condition keys of the statement that it is about."""
    conditions: Mapping[str, Mapping[str, Any]] = (statement or {}).get("Condition", {})
    return {
        "tool": tool,
        "issue": issue,
        "about": about,
        "keys": sorted({key for keys in conditions.values() for key in keys}),
    }


def by_parliament(document: Document) -> Iterator[dict[str, Any]]:
    """Yield parliament's findings, a line an action or value.

    It knows no trust policies: these are about the role that has them. A statement with an action that it does not know is linted
    without that action.
    """
    statements: Sequence[Mapping[str, Any]] = [
        {"Resource": _ROLE, **s} if "NotResource" not in s else dict(s) for s in document["Statement"]
    ]
    found = _parliament(statements)
    unknown = {item.location["string"] for item in found if item.issue == "UNKNOWN_ACTION"}
    if unknown:
        yield from (finding("parliament", "UNKNOWN_ACTION", action, None) for action in sorted(unknown))
        statements = list(_without(statements, unknown))
        found = _parliament(statements)
    for item in found:
        line = item.location.get("line")
        about_one = statements[line - 2] if line and line > 1 else None
        for about in _about(item):
            yield finding("parliament", item.issue, about, about_one)


def _without(statements: Sequence[Mapping[str, Any]], unknown: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """Yield statements without some actions, and none whose only actions these are."""
    for statement in statements:
        if "Action" not in statement:
            yield statement
        elif known := [action for action in _listed(statement["Action"]) if action not in unknown]:
            yield {**statement, "Action": known}


def _parliament(statements: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Lint a document with a statement a line, so that a finding's line tells which it is about."""
    lines = ",\n".join(json.dumps(statement) for statement in statements)
    text = f'{{"Version": "2012-10-17", "Statement": [\n{lines}\n]}}'
    return list(parliament.analyze_policy_string(text, include_community_auditors=True).findings)


def _about(item: Any) -> Iterator[str]:  # noqa: ANN401 - parliament has no types
    match item.detail:
        case [*rows]:
            for row in rows:
                yield f"{row['action']} on {row['required_format']}" if isinstance(row, dict) else str(row)
        case str(text) if unknown := _CONDITION.fullmatch(text):
            yield f"{unknown[1]} for {unknown[2]}"
        case str(text) if text:
            yield text
        case _:
            yield from item.location.get("actions") or [""]


def by_policy_sentry(document: Document) -> Iterator[dict[str, Any]]:
    """Yield what policy_sentry's tables have against the statements that allow something."""
    for statement in document["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        for pattern in _listed(statement.get("Action", [])):
            actions = _matching(pattern)
            misfits = [found for action in actions if (found := _misfit(action, statement))]
            # What else a pattern stands for grants nothing where it does not fit.
            if len(misfits) == len(actions):
                yield finding("policy_sentry", misfits[0] if misfits else "unknown action", pattern, statement)
            for action in actions:
                yield from _action(action, statement)


@cache
def _matching(pattern: str) -> Sequence[str]:
    return sorted(action for action in _EVERY_ACTION if fnmatch.fnmatch(action.lower(), pattern.lower()))


@cache
def _table(action: str) -> tuple[str, frozenset[str], frozenset[str]]:
    """Return an action's access level, the forms of the ARNs that it knows, and its condition keys."""
    service, _, name = action.partition(":")
    rows = get_action_data(service, name)[service]
    forms = {re.sub(r"\$\{[^}]+\}", "*", row["resource_arn_format"]) for row in rows} - {"*"}
    return rows[0]["access_level"], frozenset(forms), frozenset(key for row in rows for key in row["condition_keys"])


def _misfit(action: str, statement: Mapping[str, Any]) -> str:
    """Return why an action has no effect on a statement's resources, or nothing."""
    _, forms, _ = _table(action)
    resources = _listed(statement.get("Resource", [_ROLE]))
    if "*" in resources:
        return ""
    if not forms:
        return "knows no resource"
    fits = any(parliament.is_glob_match(form, resource) for form in forms for resource in resources)
    return "" if fits else "fits no resource"


def _action(action: str, statement: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    level, forms, known = _table(action)
    if forms and "*" in _listed(statement.get("Resource", [])):
        yield finding("policy_sentry", f"star for {level}", action, statement)
    for key in finding("", "", "", statement)["keys"]:
        of_tag = key.partition("/")[0] in ("aws:ResourceTag", "aws:RequestTag", "aws:TagKeys")
        if (of_tag or not key.startswith("aws:")) and not any(is_condition_key_match(one, key) for one in known):
            yield finding("policy_sentry", "unknown key", f"{key} for {action}", statement)


def _listed(value: Any) -> list[str]:  # noqa: ANN401 - one or several
    return [value] if isinstance(value, str) else list(value)


def main() -> None:
    """Lint what is on standard input: `[document, ...]`, to `[[finding, ...], ...]`."""
    documents: list[Document] = json.load(sys.stdin)
    json.dump([[*by_parliament(one), *by_policy_sentry(one)] for one in documents], sys.stdout)


if __name__ == "__main__":
    main()
