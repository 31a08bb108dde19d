"""Parts that a stack file may leave out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pulumi import ResourceOptions

Args = TypeVar("Args")
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Optional:
    """Makes components where there are arguments for them."""

    options: ResourceOptions
    """The options of every component made."""

    def __call__(
        self, component: Callable[[str, Args, ResourceOptions], Part], name: str, args: Args | None
    ) -> Part | None:
        """Make a component, or none where there are no arguments."""
        return None if args is None else component(name, args, self.options)
