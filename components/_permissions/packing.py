"""Statements as documents of the size that IAM takes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from components._documents import Statement

DOCUMENT_SIZE: Final = 6144
"""Characters of a managed policy, white space aside (IAM quotas)."""
TRUST_SIZE: Final = 2048
"""Characters of a role's trust policy (IAM quotas)."""
MOST_POLICIES: Final = 10
"""Managed policies of a role (IAM quotas)."""


def pack(statements: Sequence[Statement]) -> Sequence[str]:
    """Write statements as few documents, in their order, none larger than IAM takes."""
    packed: list[list[Statement]] = []
    room = 0
    for statement in itertools.chain.from_iterable(map(_sized, statements)):
        size = len(_text(statement)) + 1  # the comma before it
        if packed and size <= room:
            packed[-1].append(statement)
        else:
            packed.append([statement])
            room = DOCUMENT_SIZE - len(document([])) + 1
        room -= size
    return [document(part) for part in packed]


@lru_cache
def grouped(names: tuple[str, ...], most: int) -> Sequence[str]:
    """Return patterns of what names begin with, no more than these: those that have most in common share one.

    Args:
        names: names, or patterns that end with `*`.
        most: at least 1.
    """
    found: list[str] = []
    pattern = ""
    # What begins as a pattern does comes right after it.
    for name in sorted(set(names), key=lambda name: (name.removesuffix("*"), not name.endswith("*"))):
        if pattern and name.startswith(pattern[:-1]):
            continue
        found.append(name)
        pattern = name if name.endswith("*") else pattern
    found.sort()
    shared = [_common_start(*pair) for pair in itertools.pairwise(found)]
    while len(found) > most:
        longest = max(shared, key=len)
        first = shared.index(longest)
        found[first : first + 2] = [f"{longest}*"]
        before = max(first - 1, 0)
        shared[before : first + 2] = [_common_start(*pair) for pair in itertools.pairwise(found[before : first + 2])]
    return tuple(found)


def _common_start(one: str, other: str) -> str:
    pairs = zip(one.rstrip("*"), other.rstrip("*"), strict=False)
    return "".join(letter for letter, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def merged(statements: Sequence[Statement], apart: Sequence[Statement] = ()) -> Sequence[Statement]:
    """Return fewer statements: those that allow something of named resources without a condition become one.

    An action is about resources of its own service, whatever else is named beside them. What another pattern holds is left out.

    Args:
        statements: the statements.
        apart: those among them that stay by themselves, as what they name is not the stack's own.
    """
    alike = [
        one
        for one in statements
        if set(one) == {"Action", "Effect", "Resource"} and _names_resources(one) and one not in apart
    ]
    if not alike:
        return statements
    union = {
        "Action": _fewest(action for one in alike for action in _texts(one["Action"])),
        "Effect": "Allow",
        "Resource": _fewest(arn for one in alike for arn in _texts(one["Resource"])),
    }
    return [union, *(one for one in statements if one not in alike)]


def _fewest(patterns: Iterable[str]) -> list[str]:
    """Return the patterns without those that another one holds."""
    given = tuple(patterns)
    return list(grouped(given, len(given)))


def _names_resources(statement: Statement) -> bool:
    resources = _texts(statement["Resource"])
    return statement["Effect"] == "Allow" and all(arn.startswith("arn:") for arn in resources)


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def document(statements: Sequence[Statement]) -> str:
    """Return the document of these statements, as short as JSON allows."""
    return _text({"Version": "2012-10-17", "Statement": list(statements)})


def _text(part: Mapping[str, object]) -> str:
    return json.dumps(part, sort_keys=True, separators=(",", ":"))


def _sized(statement: Statement) -> Iterator[Statement]:
    """Yield a statement, or several that say the same about fewer resources each."""
    resources = statement.get("Resource")
    if len(document([statement])) <= DOCUMENT_SIZE or not isinstance(resources, list) or len(resources) == 1:
        yield statement
        return
    middle = len(resources) // 2
    for number, half in enumerate((resources[:middle], resources[middle:]), start=1):
        sid = {"Sid": f"{statement['Sid']}{number}"} if "Sid" in statement else {}
        yield from _sized({**statement, **sid, "Resource": half})
