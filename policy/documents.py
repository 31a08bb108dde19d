"""Reading IAM policy documents."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Final

from policy import values
from policy.common import iam_actions
from policy.topology import faces_world
from policy.values import UNKNOWN, Answer, Value

CALLER: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpcarn",
        "aws:sourcevpce",
        "aws:userid",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
        "aws:ec2instancesourcevpc",
        "lambda:sourcefunctionarn",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    }
)
"""Conditions on who calls or from where: a policy for everyone is not public with one of them."""

_ALL: Final = re.compile(r"\*+|arn:\*+|arn:[^:]+(:\*+)+")
"""What matches every ARN: ``*``, ``arn:*``, ``arn:aws:*:*:*:*``. A ``*`` of IAM stands for colons, too."""

_ANOTHER_ACCOUNT: Final = "999999999999"
_ARN_PARTS: Final = 6
_ANYWHERE: Final = tuple(
    f"arn:${{Partition}}:${{Service}}:{region}:{_ANOTHER_ACCOUNT}:${{Resource}}" for region in ("", "${Region}")
)
"""The ARNs of another account, of services with regions and without."""
_OF_NO_ACCOUNT: Final = re.compile(r"[*?]*|o-[*?]+(/.*)?|vpce?-[*?]+|arn:[^:]*(:\*+)?|arn:[^:]*:[^:]*:[^:]*:[*?]*:\*+")
"""Values of conditions, in lower case, that name no account and that every account's callers meet: ``*``, ``o-*``, ``arn:aws:s3:::*``."""
_NAMED_ANYWHERE: Final = re.compile(r"arn:[^:]*:execute-api:[^:]*:[^:]*:[a-z0-9]+(/.*)?")
"""ARNs that one account's resources alone have, whatever the account in them is: an API's id is its own."""


def statements(policy: Value) -> Iterator[dict[str, Value]]:
    """The statements of a document; those not known yet are left out."""
    return (item for item in values.items(values.at(policy, "Statement")) if isinstance(item, dict))


def allows(statement: dict[str, Value]) -> bool:
    """Whether it grants rather than denies."""
    return statement.get("Effect") == "Allow"


def covers(statement: dict[str, Value], key: str, *wanted: str) -> bool:
    """Whether a list of actions or resources holds all there are or one of the wanted entries, in any letter case."""
    every = {"*:*", *(item.lower() for item in wanted)}
    return any(item.lower() in every or _ALL.fullmatch(item) for item in values.strings(statement.get(key)))


@lru_cache(maxsize=4096)
def matches(pattern: str, name: str) -> bool:
    """Whether a pattern with ``*`` and ``?`` covers a name, in any letter case."""
    begin = pattern.removesuffix("*")
    if pattern.isascii() and name.isascii() and "*" not in begin and "?" not in begin:
        begin, whole = begin.lower(), name.lower()
        return whole == begin if len(begin) == len(pattern) else whole.startswith(begin)
    return _wildcards(pattern).fullmatch(name) is not None


@lru_cache(maxsize=4096)
def _wildcards(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE | re.DOTALL)


def grants(statement: dict[str, Value], actions: Collection[str]) -> Sequence[str]:
    """Those of some actions that a statement allows, on whatever resource and condition."""
    if not allows(statement):
        return []
    if "NotAction" in statement:
        spared = list(values.strings(statement.get("NotAction")))
        return [action for action in actions if not any(matches(pattern, action) for pattern in spared)]
    patterns = list(values.strings(statement.get("Action")))
    return [action for action in actions if any(matches(pattern, action) for pattern in patterns)]


def reaches_any(statement: dict[str, Value], *kinds: str) -> bool:
    """Whether it is about every resource of a kind that an account has, whatever the resource is called.

    A kind is a service and the end of its ARNs, with ``~`` for a name that nobody would guess: ``iam:role/~``.
    """
    return "NotResource" in statement or any(
        matches(item, _unguessed(item, kind)) for item in values.strings(statement.get("Resource")) for kind in kinds
    )


def _unguessed(pattern: str, kind: str) -> str:
    """The ARN of a resource of a kind, in the partition, region and account that a pattern names."""
    _, partition, _, region, account = [*pattern.split(":"), *[""] * 4][:5]
    service, _, name = kind.partition(":")
    return f"arn:{partition}:{service}:{region}:{account}:{name}"


def conditions(statement: dict[str, Value]) -> Iterator[tuple[str, str, list[Value]]]:
    """Every condition as (operator, key in lower case, values in lower case)."""
    tests = statement.get("Condition")
    for operator, keys in tests.items() if isinstance(tests, dict) else ():
        for key, wanted in keys.items() if isinstance(keys, dict) else ():
            yield operator, key.lower(), [values.show(item, ".*").lower() for item in values.items(wanted)]


def everyone(statement: dict[str, Value]) -> bool:
    """Whether it is about anybody at all: ``*`` alone, among the AWS principals, or all but a few.

    What it grants to a name that every account may have, it grants to anybody, too.
    """
    principal = statement.get("Principal")
    named = [*values.strings(values.at(principal, "AWS")), *values.strings(_unnamed(principal))]
    loose = allows(statement) and any(map(is_anybody, named))
    return principal == "*" or "*" in named or loose or "NotPrincipal" in statement


def _unnamed(principal: Value) -> Value:
    """What stands under ``*`` in place of a kind of principals: ``{"*": "*"}``."""
    return principal.get("*") if isinstance(principal, dict) else None


_WITHOUT_TLS: Final = tuple([(test, "aws:securetransport", ["false"])] for test in ("Bool", "BoolIfExists"))


def refuses_plain_http(statement: dict[str, Value], *actions: str) -> bool:
    """Whether it denies everybody all actions there are, or one of some, without TLS and under no other condition."""
    return (
        statement.get("Effect") == "Deny"
        and covers(statement, "Action", *actions)
        and everyone(statement)
        and "NotPrincipal" not in statement
        and list(conditions(statement)) in _WITHOUT_TLS
    )


def denies_plain_http(policy: Value, *actions: str) -> Answer:
    """Whether a statement of a policy does what `refuses_plain_http` asks for."""
    denied = any(refuses_plain_http(statement, *actions) for statement in statements(policy))
    return denied or (UNKNOWN if values.has_unknown(policy) else False)


def is_anybody(value: Value) -> bool:
    """Whether what a condition demands can be met by the callers of any account, such as 999999999999."""
    return isinstance(value, str) and _fits_another_account(value.lower())


@lru_cache(maxsize=4096)
def _fits_another_account(wanted: str) -> bool:
    if _OF_NO_ACCOUNT.fullmatch(wanted) or faces_world(wanted):
        return True
    if re.fullmatch(r"[0-9*?]+", wanted):
        return matches(wanted, _ANOTHER_ACCOUNT)
    if not re.match(r"arn:|[*?][^@]*:", wanted) or _NAMED_ANYWHERE.fullmatch(wanted):
        return False
    parts = wanted.split(":", _ARN_PARTS - 1)
    if len(parts) == _ARN_PARTS:
        # Each part of a whole ARN is compared by itself. A bucket's has no account, and its name is one account's alone.
        owned = parts[2] == "s3" and not parts[5].startswith(("*", "?"))
        return not owned and matches(parts[4], _ANOTHER_ACCOUNT)
    return not re.search(r"[0-9]{12}", wanted) and any(iam_actions.can_be(arn, wanted) for arn in _ANYWHERE)


def limited_by(statement: dict[str, Value], keys: Collection[str]) -> bool:
    """Whether a condition on one of the keys (in lower case) lets only given values through.

    A key that ends in ``/`` or ``:`` stands for all that begin with it. A negated, optional or null test does not limit,
    nor does one that any value passes.
    """
    return any(
        _is_one_of(key, keys)
        and not re.search("not|ifexists|null|forallvalues", operator.lower())
        and not any(map(is_anybody, wanted))
        for operator, key, wanted in conditions(statement)
    )


def _is_one_of(key: str, keys: Collection[str]) -> bool:
    return key in keys or any(item[-1] in "/:" and key.startswith(item) for item in keys)


def is_public(policy: Value, callers: Collection[str] = CALLER) -> Answer:
    """Whether a resource's policy lets everyone in, without a condition on one of these keys, which say who calls or from where."""
    public = any(
        allows(statement)
        and everyone(statement)
        and not limited_by(statement, callers)
        and not has_unread_condition(statement)
        for statement in statements(policy)
    )
    return public or (UNKNOWN if is_open_question(policy) else False)


def is_open_question(policy: Value) -> bool:
    """Whether it is unknown whom a policy is about; unknown resources and values of conditions do not matter."""
    return UNKNOWN in values.items(values.at(policy, "Statement")) or any(
        values.has_unknown([statement.get("Effect"), statement.get("Principal")]) or has_unread_condition(statement)
        for statement in statements(policy)
    )


def has_unread_condition(statement: dict[str, Value]) -> bool:
    """Whether there are conditions, and which is not known yet."""
    tests = statement.get("Condition")
    return tests is UNKNOWN or (isinstance(tests, dict) and UNKNOWN in tests.values())
