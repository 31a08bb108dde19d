"""Pull-through caches of ECR: repositories that the first pull of a tag makes, and fills from another registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

FILL: Final[Sequence[str]] = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")
"""What the first pull of a tag takes beside pulling. It does nothing where there is no cache."""


def may_be_cached(repository_arns: Iterable[str]) -> Sequence[str]:
    """Return the repositories that may be in a cache's namespace: those with a prefix. Nothing else tells them from others."""
    return sorted({arn for arn in repository_arns if "/" in arn.partition(":repository/")[2]})
