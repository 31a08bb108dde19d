"""Reading IAM policy documents."""

import re
from collections.abc import Collection, Iterator

from policy import values
from policy.topology import faces_world
from policy.values import Value


def statements(policy: Value) -> Iterator[dict[str, Value]]:
    """The statements of a document; those not known yet are left out."""
    return (item for item in values.items(values.at(policy, "Statement")) if isinstance(item, dict))


def allows(statement: dict[str, Value]) -> bool:
    """Whether it grants rather than denies."""
    return statement.get("Effect") == "Allow"


def covers(statement: dict[str, Value], key: str, *wanted: str) -> bool:
    """Whether a list of actions or resources holds ``*`` or one of the wanted entries, in any letter case."""
    every = {"*", "*:*", *(item.lower() for item in wanted)}
    return any(item.lower() in every for item in values.strings(statement.get(key)))


def conditions(statement: dict[str, Value]) -> Iterator[tuple[str, str, list[Value]]]:
    """Every condition as (operator, key in lower case, values in lower case)."""
    tests = statement.get("Condition")
    for operator, keys in tests.items() if isinstance(tests, dict) else ():
        for key, wanted in keys.items() if isinstance(keys, dict) else ():
            yield operator, key.lower(), [values.show(item, ".*").lower() for item in values.items(wanted)]


def everyone(statement: dict[str, Value]) -> bool:
    """Whether it is about anybody at all: ``*`` alone, among the AWS principals, or all but a few."""
    principal = statement.get("Principal")
    return principal == "*" or "*" in values.strings(values.at(principal, "AWS")) or "NotPrincipal" in statement


def limited_by(statement: dict[str, Value], keys: Collection[str]) -> bool:
    """Whether a condition on one of the keys (in lower case) lets only given values through.

    A negated, optional or null test does not, nor does one that any value passes.
    """
    return any(
        key in keys
        and not re.search("not|ifexists|null|forallvalues", operator.lower())
        and not any(isinstance(item, str) and (item in ("*", "") or faces_world(item)) for item in wanted)
        for operator, key, wanted in conditions(statement)
    )
