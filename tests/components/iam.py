"""Decides a request by IAM policy statements, as AWS does, for the operators that the components use."""

import re
from collections.abc import Iterable, Mapping
from typing import Any


def fits(pattern: object, value: object) -> bool:
    parts = (re.escape(part) for part in re.split(r"([*?])", str(pattern)))
    expression = "".join({r"\*": ".*", r"\?": "."}.get(part, part) for part in parts)
    return re.fullmatch(expression, str(value), re.DOTALL) is not None


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def holds(operator: str, wanted: object, got: object) -> bool:
    """IAM's condition operators, those that the documents use."""
    if operator == "Null":
        return (got is None) == (wanted == "true")
    if operator == "StringNotEquals":
        return got not in listed(wanted)
    if operator == "ForAllValues:StringLike":
        return all(any(fits(one, value) for one in listed(wanted)) for value in listed(got or []))
    if operator in ("StringLike", "ArnEquals"):
        return got is not None and any(fits(one, got) for one in listed(wanted))
    if operator in ("StringEquals", "Bool"):
        return got is not None and got in listed(wanted)
    raise AssertionError(operator)


def applies(statement: Mapping[str, Any], action: str, resource: str, context: Mapping[str, object]) -> bool:
    return (
        any(fits(one.lower(), action.lower()) for one in listed(statement["Action"]))
        and any(fits(one, resource) for one in listed(statement["Resource"]))
        and all(
            holds(operator, wanted, context.get(key))
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def allows(statements: Iterable[Mapping[str, Any]], action: str, resource: str, context: Mapping[str, object]) -> bool:
    """What IAM decides: a denial beats everything, nothing is allowed that no statement allows."""
    effects = {statement["Effect"] for statement in statements if applies(statement, action, resource, context)}
    return effects == {"Allow"}
