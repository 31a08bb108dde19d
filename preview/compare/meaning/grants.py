"""What IAM's statements grant, and whether one grant holds all that another does."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_ANY_OF: Final = frozenset(
    {"ArnEquals", "ArnLike", "IpAddress", "StringEquals", "StringEqualsIgnoreCase", "StringLike"}
)
"""Operators that let through what matches one of their values: fewer values let through less."""
_PATTERNS: Final = frozenset({"ArnEquals", "ArnLike", "StringLike"})
"""Those of them whose values are patterns."""


@dataclass(frozen=True, slots=True)
class Names:
    """The actions, resources or principals that an element of a statement names."""

    patterns: tuple[str, ...]
    """With `*` and `?`, as IAM reads them."""
    is_negated: bool = False
    """Everything but these, as `NotAction` says it."""

    def __str__(self) -> str:
        listed = ", ".join(self.patterns)
        return f"all but {listed}" if self.is_negated else listed

    def holds(self, other: Names) -> bool:
        """Whether all that the other names is named by this one.

        A pattern is held by another one, not by several together: `s3:Get*` is more than every action of today that begins so.
        """
        if not other.is_negated:
            return all(
                not any(_meet(pattern, but) for but in self.patterns)
                if self.is_negated
                else any(_within(pattern, wider) for wider in self.patterns)
                for pattern in other.patterns
            )
        if self.is_negated:
            return all(any(_within(but, wider) for wider in other.patterns) for but in self.patterns)
        return any(set(pattern) == {"*"} for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class Grant:
    """One action of a statement, on one of its resources, for one of its principals."""

    principal: Names
    action: Names
    """In lower case, as IAM does not tell cases apart."""
    resource: Names
    condition: str
    """As JSON with sorted keys; empty without one."""
    shown: str
    """The action as the statement has it."""

    def __str__(self) -> str:
        who = f"{self.principal} " if self.principal.patterns else ""
        where = str(self.resource)
        what = "" if not where else " on everything" if where == "*" else f" on {where}"
        return f"{who}{self.shown}{what}{' under a condition' if self.condition else ''}"

    def is_held(self, others: Collection[Grant]) -> bool:
        """Whether one of the others grants all of it, under the same condition or a wider one."""
        return any(
            other.action.holds(self.action)
            and other.resource.holds(self.resource)
            and other.principal.holds(self.principal)
            and _narrows(self.condition, other.condition)
            for other in others
        )


def grants(policy: object, effect: str) -> Iterator[Grant]:
    """Return what a policy's statements of one effect (`Allow`, `Deny`) are about."""
    statements = policy.get("Statement") if isinstance(policy, Mapping) else None
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, Mapping) or statement.get("Effect") != effect:
            continue
        condition = statement.get("Condition")
        limits = json.dumps(condition, sort_keys=True, default=repr) if condition else ""
        for principal in _named(statement, "Principal"):
            for action in _named(statement, "Action"):
                lower = Names(tuple(pattern.lower() for pattern in action.patterns), action.is_negated)
                for resource in _named(statement, "Resource"):
                    yield Grant(principal, lower, resource, limits, str(action))


def is_policy(document: object) -> bool:
    """Whether a document is an IAM policy."""
    statements = document.get("Statement") if isinstance(document, Mapping) else None
    listed = statements if isinstance(statements, list) else [statements]
    return any(isinstance(statement, Mapping) and "Effect" in statement for statement in listed)


def _named(statement: Mapping[str, object], element: str) -> Iterator[Names]:
    """Yield each pattern of an element by itself; those of a negated one belong together, and without either there is nothing to name."""
    if patterns := _texts(statement.get(element)):
        yield from (Names((pattern,)) for pattern in patterns)
    elif patterns := _texts(statement.get(f"Not{element}")):
        yield Names(tuple(patterns), is_negated=True)
    else:
        yield Names(())


def _texts(value: object) -> list[str]:
    if isinstance(value, Mapping):  # of principals, by their kind
        return sorted(text for part in value.values() for text in _texts(part))
    if isinstance(value, list):
        return [str(part) for part in value]
    return [value] if isinstance(value, str) and value else []


@lru_cache(maxsize=10_000)
def _wider(pattern: str) -> re.Pattern[str]:
    parts = (
        ".*" if part == "*" else "[^*]" if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern)
    )
    return re.compile("".join(parts), re.DOTALL)


def _within(pattern: str, wider: str) -> bool:
    """Whether all that a pattern matches is matched by another one."""
    return pattern == wider or _wider(wider).fullmatch(pattern) is not None


@lru_cache(maxsize=10_000)
def _meet(one: str, other: str) -> bool:
    """Whether there is something that both patterns match."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return _meet(one[1:], other) or _meet(one, other[1:])
    if other[0] == "*":
        return _meet(other, one)
    return (one[0] == other[0] or "?" in {one[0], other[0]}) and _meet(one[1:], other[1:])


def _narrows(condition: str, old: str) -> bool:
    """Whether a condition lets through no more than an old one: each of its tests stays, with no values more."""
    new_tests, old_tests = (_tests(text) for text in (condition, old))
    return all(
        (values := new_tests.get(test)) is not None and (values == wider or _fewer(test[0], values, wider))
        for test, wider in old_tests.items()
    )


def _fewer(operator: str, values: list[str], wider: list[str]) -> bool:
    """Whether values of a test let through no more than others do."""
    if operator not in _ANY_OF or not values:
        return False
    if operator in _PATTERNS:
        return all(any(_within(value, pattern) for pattern in wider) for value in values)
    return set(values) <= set(wider)


def _tests(condition: str) -> dict[tuple[str, str], list[str]]:
    """Return the values of each test of a condition, by operator and key."""
    tests = json.loads(condition) if condition else {}
    return {
        (operator, key): _texts(values) or [json.dumps(values)]
        for operator, keys in tests.items()
        for key, values in (keys.items() if isinstance(keys, dict) else ())
    }
