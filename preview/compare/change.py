"""What a comparison of two graphs finds: by resource what happens to it, and by property why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from preview.compare.replacements import Effect
from preview.compare.timeline import TimeLine, of_update
from preview.graph import Graph, Resource

Kind = Literal["created", "updated", "replaced", "deleted", "renamed", "kept"]
"""What happens to a resource; `renamed` is one that an alias leads to and that stays as it is."""
KINDS: Final[tuple[Kind, ...]] = ("created", "updated", "replaced", "deleted", "renamed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property that changes."""

    path: str
    """As people write it: `containerDefinitions[api].image`."""
    plain: str
    """Without list elements, as tables have it: `containerDefinitions.image`."""
    before: object
    """`MISSING` where it was not set; ids of other resources as `{security group api-group.id}`."""
    after: object
    """`MISSING` where it is not set any more; `{new ...}` is known only after the update."""
    effect: Effect
    secret: bool = False
    """Both are secrets, of which only `[secret]` is here."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """What happens to one resource."""

    kind: Kind
    before: Resource | None
    after: Resource | None
    properties: tuple[Property, ...] = ()
    """What differs; those without effect are left out."""
    because: str = ""
    """The resource it is replaced with, where none of its own properties is the reason."""
    deleted_first: bool = False
    """Replaced by deleting the old one before the new one is made."""
    renamed: bool = False
    """Matched by an alias."""
    values: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    """Of the changed properties at the top, the old and the new value whole, ids of other resources as in `Property`."""

    @property
    def resource(self) -> Resource:
        """The resource as it will be; as it was, where it is deleted."""
        found = self.after or self.before
        if found is None:  # pragma: no cover - one side is always there
            raise LookupError("a change without a resource")
        return found

    @property
    def forced_by(self) -> tuple[Property, ...]:
        """The properties that force the replacement."""
        return tuple(item for item in self.properties if item.effect == "replace")

    @property
    def gone(self) -> bool:
        """Whether what is there now will not be there any more."""
        return self.kind in {"deleted", "replaced"}

    def of(self, *paths: str) -> tuple[Property, ...]:
        """Return the changed properties that are one of these or below one of them."""
        return tuple(
            item
            for item in self.properties
            if any(item.plain == path or item.plain.startswith(f"{path}.") for path in paths)
        )


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What an update would do."""

    before: Graph
    """The base; if it is an export or another stack, with the stand-ins that the new graph has."""
    after: Graph
    changes: tuple[Change, ...]
    """All resources, also those that are kept: in the order of registration, deleted ones last."""

    @cached_property
    def counts(self) -> Mapping[Kind, int]:
        """How many resources are created, updated, replaced, deleted, renamed and kept, as the engine counts them."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in (*KINDS, "kept")}

    @cached_property
    def time_line(self) -> TimeLine:
        """How long the update takes, by usual durations."""
        return of_update(self)

    @cached_property
    def changed(self) -> tuple[Change, ...]:
        """Those to which something happens."""
        return tuple(change for change in self.changes if change.kind != "kept")

    def kind(self, *kinds: Kind, type_: str | None = None) -> tuple[Change, ...]:
        """Return the changes of some kinds, only of one type if given."""
        return tuple(
            change for change in self.changes if change.kind in kinds and type_ in {None, change.resource.type}
        )

    def component(self, change: Change) -> str:
        """Return the name of the top-level component a resource belongs to; empty for a loose one."""
        graph = self.before if change.after is None else self.after
        found = graph.component(change.resource)
        return found.name if found else ""
