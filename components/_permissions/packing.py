"""Statements as documents of the size that IAM takes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Final

from components._permissions.scope import Statement

DOCUMENT_SIZE: Final = 6144
"""Characters of a managed policy, white space aside (IAM quotas)."""
TRUST_SIZE: Final = 2048
"""Characters of a role's trust policy (IAM quotas)."""
MOST_POLICIES: Final = 10
"""Managed policies of a role (IAM quotas)."""


def pack(statements: Sequence[Statement]) -> Sequence[str]:
    """Write statements as few documents, in their order, none larger than IAM takes."""
    packed: list[list[Statement]] = []
    for statement in itertools.chain.from_iterable(map(_sized, statements)):
        if packed and len(document([*packed[-1], statement])) <= DOCUMENT_SIZE:
            packed[-1].append(statement)
        else:
            packed.append([statement])
    return [document(part) for part in packed]


def document(statements: Sequence[Statement]) -> str:
    """Return the document of these statements, as short as JSON allows."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True, separators=(",", ":"))


def _sized(statement: Statement) -> Iterator[Statement]:
    """Yield a statement, or several that say the same about fewer resources each."""
    resources = statement["Resource"]
    if len(document([statement])) <= DOCUMENT_SIZE or not isinstance(resources, list) or len(resources) == 1:
        yield statement
        return
    middle = len(resources) // 2
    for number, half in enumerate((resources[:middle], resources[middle:]), start=1):
        sid = {"Sid": f"{statement['Sid']}{number}"} if "Sid" in statement else {}
        yield from _sized({**statement, **sid, "Resource": half})
