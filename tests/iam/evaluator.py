"""Decides requests as IAM does: identity policies, a boundary, a resource's policy, and the operators that conditions have.

Within one account, as the page "Policy evaluation logic" of IAM's user guide has it; `test_evaluator` holds it against the guide's
examples.
"""

import functools
import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

Statement = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What somebody asks for."""

    action: str
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)
    """Condition keys and values; a list for keys with several values. Keys that the request does not have are left out."""
    principal: str = "arn:aws:iam::123456789012:role/somebody"


def fits(pattern: object, value: object, variables: Mapping[str, Any] | None = None) -> bool:
    """Whether a pattern with `*`, `?` and policy variables covers a value."""
    text = str(pattern)
    if "${" not in text:
        return _compiled(text).fullmatch(str(value)) is not None
    filled = _filled(text, variables or {})
    return filled is not None and _expression(filled).fullmatch(str(value)) is not None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return _expression(_filled(pattern, {}) or [])


def _expression(pieces: Iterable[tuple[str, str]]) -> re.Pattern[str]:
    parts = (re.escape(part) if kind == "text" else {"*": ".*", "?": "."}[part] for kind, part in pieces)
    return re.compile("".join(parts), re.DOTALL)


def _filled(pattern: str, variables: Mapping[str, Any]) -> list[tuple[str, str]] | None:
    """A pattern's pieces of text and wildcards; None where a variable has no value, so that nothing fits."""
    pieces: list[tuple[str, str]] = []
    for piece in re.split(r"(\$\{[^}]*\}|[*?])", pattern):
        if piece in ("*", "?"):
            pieces.append(("wildcard", piece))
        elif piece.startswith("${"):
            name, _, default = piece[2:-1].partition(",")
            value = {"*": "*", "?": "?", "$": "$"}.get(name, _ignoring_case(variables, name.strip()))
            if value is None:
                value = default.strip().strip("'") or None
            if value is None:
                return None
            pieces.append(("text", str(value)))
        else:
            pieces.append(("text", piece))
    return pieces


def _ignoring_case(context: Mapping[str, Any], key: str) -> Any:
    """Condition keys are not case-sensitive, but for the tag's name after the slash."""
    service, _, tag = key.partition("/")
    for name, value in context.items():
        other, _, other_tag = name.partition("/")
        if other.lower() == service.lower() and other_tag == tag:
            return value
    return None


def _arn_fits(pattern: object, value: object, variables: Mapping[str, Any]) -> bool:
    """ARNs are compared part by part: a `*` covers no colon but in the last part."""
    wanted, got = str(pattern).split(":", 5), str(value).split(":", 5)
    return len(wanted) == len(got) and all(fits(w, g, variables) for w, g in zip(wanted, got, strict=True))


def _number(compare: Callable[[float, float], bool]) -> Callable[[object, object, Mapping[str, Any]], bool]:
    return lambda wanted, got, _: compare(float(str(got)), float(str(wanted)))


def _date(compare: Callable[[datetime, datetime], bool]) -> Callable[[object, object, Mapping[str, Any]], bool]:
    return lambda wanted, got, _: compare(datetime.fromisoformat(str(got)), datetime.fromisoformat(str(wanted)))


def _equal(wanted: object, got: object, variables: Mapping[str, Any]) -> bool:
    filled = _filled(str(wanted), variables)
    return filled is not None and "".join(part for _, part in filled) == str(got)


_MATCHES: Final[Mapping[str, Callable[[object, object, Mapping[str, Any]], bool]]] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": lambda w, g, v: _equal(str(w).lower(), str(g).lower(), v),
    "StringLike": fits,
    "ArnEquals": _arn_fits,
    "ArnLike": _arn_fits,
    "Bool": lambda w, g, _: str(w).lower() == str(g).lower(),
    "NumericEquals": _number(operator.eq),
    "NumericLessThan": _number(operator.lt),
    "NumericLessThanEquals": _number(operator.le),
    "NumericGreaterThan": _number(operator.gt),
    "NumericGreaterThanEquals": _number(operator.ge),
    "DateEquals": _date(operator.eq),
    "DateLessThan": _date(operator.lt),
    "DateGreaterThan": _date(operator.gt),
    "IpAddress": lambda w, g, _: ipaddress.ip_address(str(g)) in ipaddress.ip_network(str(w)),
    "BinaryEquals": lambda w, g, _: w == g,
}
_NEGATED: Final = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}


def listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def holds(given: str, wanted: object, got: object, variables: Mapping[str, Any]) -> bool:
    """Whether one operator with one key of a condition is met."""
    if given == "Null":
        return (got is None) == (str(wanted).lower() == "true")
    quantifier, _, name = given.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = name in _NEGATED
    matches = _MATCHES[_NEGATED.get(name, name)]

    def one(value: object) -> bool:
        return any(matches(each, value, variables) for each in listed(wanted)) is not negated

    if quantifier == "ForAllValues":
        return got is None or all(one(value) for value in listed(got))
    if got is None:
        return if_exists or (negated and not quantifier)
    if quantifier == "ForAnyValue":
        return any(one(value) for value in listed(got))
    assert not isinstance(got, (list, tuple)), f"{given} on several values needs ForAllValues or ForAnyValue"
    return one(got)


@functools.cache
def _covered(patterns: Sequence[str], action: str) -> bool:
    """Whether one of a statement's actions covers an action in lower case: asked again for each resource."""
    return any(fits(pattern.lower(), action) for pattern in patterns)


def applies(statement: Statement, request: Request) -> bool:
    """Whether a statement is about a request; a statement without a resource is one of a role's trust."""
    action, context = request.action.lower(), request.context
    if "Action" in statement and not _covered(tuple(listed(statement["Action"])), action):
        return False
    if "NotAction" in statement and _covered(tuple(listed(statement["NotAction"])), action):
        return False
    if "Resource" in statement and not any(
        fits(one, request.resource, context) for one in listed(statement["Resource"])
    ):
        return False
    if "NotResource" in statement and any(
        fits(one, request.resource, context) for one in listed(statement["NotResource"])
    ):
        return False
    return all(
        holds(given, wanted, _ignoring_case(context, key), context)
        for given, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def decides(
    request: Request,
    identity: Iterable[Statement],
    *,
    boundary: Sequence[Statement] | None = None,
    resource_policy: Sequence[Statement] = (),
) -> bool:
    """Whether IAM lets a role of the account do something to a resource of the account.

    A refusal beats everything. The resource's policy is enough by itself where it names the role's session; where it names the role,
    a boundary must not leave the action out.
    """
    met = [statement for statement in identity if applies(statement, request)]
    bounds = None if boundary is None else [statement for statement in boundary if applies(statement, request)]
    granted = [s for s in resource_policy if _named(s, request.principal) and applies(s, request)]
    if any(statement["Effect"] == "Deny" for statement in (*met, *(bounds or ()), *granted)):
        return False
    if not met and not granted:
        return False
    return bounds is None or bool(bounds)


def _named(statement: Statement, principal: str) -> bool:
    def among(named: object) -> bool:
        wanted = named if isinstance(named, (list, str)) else [one for each in named.values() for one in listed(each)]  # type: ignore[attr-defined]  # a mapping
        account = f"arn:aws:iam::{principal.split(':')[4]}:root"
        return any(one in ("*", principal, account, principal.split(":")[4]) for one in listed(wanted))

    if "NotPrincipal" in statement:
        return not among(statement["NotPrincipal"])
    return among(statement["Principal"])


def allows(statements: Iterable[Statement], action: str, resource: str, context: Mapping[str, object]) -> bool:
    """What identity policies alone decide."""
    return decides(Request(action=action, resource=resource, context=context), statements)
