"""What one run of the program registered, and questions one asks of it.

The same graph serves the tests, the policy run, the price list and the drawing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final


class Unknown:
    """A value that only the update brings, such as an id that AWS assigns. There is one: `UNKNOWN`."""

    def __repr__(self) -> str:
        return "(known after update)"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
"""Stands in `inputs`, `outputs` and exports wherever a first `pulumi preview` does not know the value."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resource:
    """One registration, as the engine would receive it."""

    urn: str
    """Unique name, as the engine composes it: `urn:pulumi:<stack>::<project>::<types of the ancestors>$<type>::<name>`."""
    type: str
    """Type token, such as `aws:rds/instance:Instance` or `slipway:index:Database`."""
    name: str
    """Logical name, the first argument of the resource."""
    parent: str = ""
    """URN of the parent; empty when the stack itself is the parent."""
    inputs: Mapping[str, object] = field(default_factory=dict)
    """What the program set, with camelCase keys: plain data, secrets unwrapped, `UNKNOWN` where not known yet."""
    secrets: frozenset[str] = frozenset()
    """Top-level keys of `inputs` that are a secret or hold one."""
    outputs: Mapping[str, object] = field(default_factory=dict)
    """What the provider answered: the inputs and what it adds, such as `id` and `arn`."""
    dependencies: tuple[str, ...] = ()
    """URNs of everything it waits for, through properties and `depends_on` alike, sorted."""
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each input, the URNs of the resources its value comes from, sorted."""
    provider: str = ""
    """Reference to the explicit provider, `<urn>::<id>`; empty for the default provider and for components."""
    custom: bool = True
    """False for a component."""
    remote: bool = False
    """True for a component that a plugin builds, such as those of awsx."""
    external: bool = False
    """True for what the stack only reads: others refer to it, but it is not the stack's to change."""
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    delete_before_replace: bool = False
    retain_on_delete: bool = False
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """URNs this resource had before."""

    def __repr__(self) -> str:
        return f"<{self.type} {self.name}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A line the program logged with `pulumi.log`."""

    severity: str
    """info, warning or error."""
    text: str
    urn: str = ""
    """The resource the message belongs to, if any."""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Everything one run registered. Queries name properties as the provider does (camelCase).

    A query's properties match partially: a nested mapping matches when it holds at least what is asked, a list only when
    it is equal element by element, and a callable decides for itself.
    """

    project: str
    stack: str
    resources: tuple[Resource, ...]
    """In the order of registration. The stack itself is not among them."""
    exports: Mapping[str, object]
    """Stack outputs, secrets unwrapped."""
    secret_exports: frozenset[str] = frozenset()
    """Names of the exports that are a secret or hold one."""
    registered_outputs: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """By URN, what each component gave to `register_outputs`; a component that is missing here never called it."""
    messages: tuple[Message, ...] = ()

    @cached_property
    def _by_urn(self) -> dict[str, Resource]:
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    @cached_property
    def _order(self) -> dict[str, int]:
        return {resource.urn: index for index, resource in enumerate(self.resources)}

    def urn(self, urn: str) -> Resource:
        """Return the resource with this URN.

        Raises:
            LookupError: no such resource.
        """
        try:
            return self._by_urn[urn]
        except KeyError:
            raise LookupError(f"no resource has the URN {urn}") from None

    def of(self, type_: str) -> tuple[Resource, ...]:
        """Return all resources of a type."""
        return tuple(self._by_type.get(type_, ()))

    def named(self, name: str) -> tuple[Resource, ...]:
        """Return all resources with this logical name, whatever their type."""
        return tuple(resource for resource in self.resources if resource.name == name)

    def all(self, type_: str, **props: object) -> tuple[Resource, ...]:
        """Return the resources of a type whose inputs match."""
        return tuple(resource for resource in self.of(type_) if matches(resource.inputs, props))

    def has(self, type_: str, **props: object) -> bool:
        """Tell whether a resource of the type has matching inputs."""
        return bool(self.all(type_, **props))

    def one(self, type_: str, name: str | None = None, **props: object) -> Resource:
        """Return the one resource of a type, with this name if given, whose inputs match.

        Raises:
            LookupError: none matches, or several do; the message lists the near misses.
        """
        found = [r for r in self.all(type_, **props) if name is None or r.name == name]
        if len(found) == 1:
            return found[0]
        wanted = " ".join([type_, *([name] if name else []), *(f"{key}={value!r}" for key, value in props.items())])
        if found:
            raise LookupError(f"{len(found)} resources match {wanted}: {', '.join(r.name for r in found)}")
        hints = self._near(type_, props)
        raise LookupError("\n".join([f"no resource matches {wanted}; there is:", *hints]))

    def _near(self, type_: str, props: Mapping[str, object]) -> Sequence[str]:
        """Return a line for each resource of a type, with what it has of some properties; without any, types of the same name."""
        of_type = self.of(type_)
        if of_type:
            has = [(r, [f"{k}={r.inputs[k]!r}" if k in r.inputs else f"{k} not set" for k in props]) for r in of_type]
            return [f"  {r.name}: {', '.join(found) or 'other name'}" for r, found in has]
        kind = type_.rpartition(":")[2]
        kinds = sorted({r.type for r in self.resources if r.type.rpartition(":")[2] == kind})
        return [f"  of that name there is {', '.join(kinds)}" if kinds else "  none of this type at all"]

    def children(self, resource: Resource | None) -> tuple[Resource, ...]:
        """Return the direct children; of the stack itself when given None."""
        parent = resource.urn if resource else ""
        return tuple(child for child in self.resources if child.parent == parent)

    def component(self, resource: Resource) -> Resource | None:
        """Return the top-level component it belongs to (itself, if it is one), or None for a loose resource."""
        while resource.parent:
            resource = self.urn(resource.parent)
        return None if resource.custom else resource

    def direct(self, resource: Resource, type_: str | None = None) -> tuple[Resource, ...]:
        """Return what a resource depends on directly, by any edge, only of one type if given."""
        urns = {*resource.dependencies, *(urn for urns in resource.property_dependencies.values() for urn in urns)}
        found = sorted((self._by_urn[urn] for urn in urns if urn in self._by_urn), key=lambda r: self._order[r.urn])
        return tuple(r for r in found if type_ is None or r.type == type_)

    def reaches(self, resource: Resource, other: Resource) -> bool:
        """Tell whether a resource depends on another one, directly or through others."""
        seen: set[str] = set()
        queue = [resource]
        while queue:
            for step in self.direct(queue.pop()):
                if step.urn == other.urn:
                    return True
                if step.urn not in seen:
                    seen.add(step.urn)
                    queue.append(step)
        return False


def matches(value: object, wanted: object) -> bool:
    """Tell whether a value is what is wanted, partially for mappings; a callable decides for itself."""
    if callable(wanted):
        return bool(wanted(value))
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            key in value and matches(value[key], part) for key, part in wanted.items()
        )
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        return (
            isinstance(value, Sequence)
            and not isinstance(value, str)
            and len(value) == len(wanted)
            and all(matches(element, part) for element, part in zip(value, wanted, strict=True))
        )
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
