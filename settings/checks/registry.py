"""Repositories: names that stay apart."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.model import Settings
from settings.problems import Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    for _, problem in limits.apart(settings.repositories):
        yield at(["registry", "repositories"], problem)
