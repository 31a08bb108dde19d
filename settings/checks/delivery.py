"""The roles of GitHub: from where, and names of their own."""

from __future__ import annotations

from collections.abc import Iterator

from settings.derived import LABEL
from settings.model import Settings
from settings.problems import Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    delivery = settings.delivery
    if delivery is None:
        return
    github = delivery.github
    if (github.environment is None) == (github.branch is None):
        yield at(
            ["delivery", "github"],
            "give environment or branch, whose jobs may deploy, and not both",
            ["delivery", "github", "environment"],
            ["delivery", "github", "branch"],
        )
    own = delivery.role_name or f"{settings.label}-deploy"
    if delivery.preview_role_name == own:
        yield at(
            ["delivery", "previewRoleName"],
            f"{own!r} is the deploying role; the other needs a name of its own",
            ["delivery", "roleName"],
            *LABEL,
        )
