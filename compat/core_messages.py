"""What the SDK sends to the engine and gets back when it registers a resource, as plain objects instead of protocol buffers."""

from __future__ import annotations

import types
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi.runtime.rpc as sdk_rpc
from pulumi.runtime.proto import resource_pb2

from compat import core_values

if TYPE_CHECKING:
    from pulumi.runtime.proto import alias_pb2


class Urns:
    """The resources that a property depends on."""

    __slots__ = ("urns",)

    def __init__(self, urns: Sequence[str]) -> None:
        self.urns = urns


class RegistrationRequest:
    """What is asked of the engine: the fields of `RegisterResourceRequest` that a recorder reads."""

    __slots__ = (
        "additionalSecretOutputs",
        "aliases",
        "custom",
        "deleteBeforeReplace",
        "dependencies",
        "ignoreChanges",
        "name",
        "object",
        "parent",
        "propertyDependencies",
        "protect",
        "provider",
        "providers",
        "remote",
        "retainOnDelete",
        "type",
    )
    PropertyDependencies = Urns
    CustomTimeouts = resource_pb2.RegisterResourceRequest.CustomTimeouts
    ResourceHooksBinding = resource_pb2.RegisterResourceRequest.ResourceHooksBinding

    def __init__(
        self,
        *,
        type: str,  # noqa: A002 - the protocol's name, as all others
        name: str,
        parent: str,
        object: Any,  # noqa: A002, ANN401 - plain data, or a Struct
        custom: bool,
        remote: bool,
        protect: bool | None,
        provider: str,
        providers: Mapping[str, str],
        dependencies: Sequence[str],
        propertyDependencies: Mapping[str, Urns],  # noqa: N803
        deleteBeforeReplace: bool,  # noqa: N803
        ignoreChanges: Sequence[str] | None,  # noqa: N803
        additionalSecretOutputs: Sequence[str] | None,  # noqa: N803
        aliases: Sequence[alias_pb2.Alias] | None,
        retainOnDelete: bool | None,  # noqa: N803
        **_: object,
    ) -> None:
        self.type, self.name, self.parent, self.object = type, name, parent, object
        self.custom, self.remote, self.protect = custom, remote, bool(protect)
        self.provider, self.providers = provider, providers
        self.dependencies, self.propertyDependencies = dependencies, propertyDependencies
        self.deleteBeforeReplace, self.retainOnDelete = deleteBeforeReplace, bool(retainOnDelete)
        self.ignoreChanges, self.additionalSecretOutputs = ignoreChanges or (), additionalSecretOutputs or ()
        self.aliases = aliases or ()


@dataclass(slots=True)
class RegistrationAnswer:
    """What the engine answers: the fields of `RegisterResourceResponse` that the SDK reads."""

    urn: str
    id: str = ""
    object: dict[str, Any] = field(default_factory=dict)
    """The properties as `core_values.wire` has them."""
    propertyDependencies: dict[str, Urns] = field(default_factory=dict)  # noqa: N815 - the protocol's
    result: int = resource_pb2.Result.SUCCESS
    unknown: bool = False


class OutputsRequest:
    """What a component gave to `register_outputs`."""

    __slots__ = ("outputs", "urn")

    def __init__(self, *, urn: str, outputs: dict[str, Any]) -> None:
        self.urn, self.outputs = urn, outputs


class Messages:
    """`resource_pb2` with these messages; the others take properties as plain data as well."""

    RegisterResourceRequest = RegistrationRequest
    RegisterResourceOutputsRequest = OutputsRequest

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        found = getattr(resource_pb2, name)
        if name in {"ReadResourceRequest", "ResourceInvokeRequest"}:
            found = _taking_plain_data(found)
        setattr(self, name, found)
        return found


def _taking_plain_data(message: Callable[..., Any]) -> Callable[..., Any]:
    def made(**fields: Any) -> Any:  # noqa: ANN401 - the message's
        plain = {
            key: core_values.structured(fields[key]) for key in ("args", "properties") if type(fields.get(key)) is dict
        }
        return message(**{**fields, **plain})

    return made


def rpc() -> types.SimpleNamespace:
    """`pulumi.runtime.rpc` as it is now, with properties that become plain data."""
    return types.SimpleNamespace(**{**vars(sdk_rpc), "serialize_properties": core_values.serialize_properties})


def prepare_hooks(original: Callable[[Any, str], Awaitable[Any]]) -> Callable[[Any, str], Awaitable[Any]]:
    """Give what the SDK's function gives, but for nothing where there are no hooks."""

    async def prepare_resource_hooks(hooks: Any, name_prefix: str) -> Any:  # noqa: ANN401 - the SDK's
        return await original(hooks, name_prefix) if hooks and any(vars(hooks).values()) else None

    return prepare_resource_hooks


Declare = Callable[[pulumi.Resource, pulumi.Resource], bool]
"""Notes that one resource waits for another; False where that would be a circle."""


def expand_dependencies(
    add: Callable[[dict[str, pulumi.Resource], pulumi.Resource, pulumi.Resource | None], Awaitable[None]],
    declare: Declare,
) -> Callable[[Iterable[pulumi.Resource], pulumi.Resource | None], Awaitable[dict[str, pulumi.Resource]]]:
    """Give what the SDK's function gives; `add` is its own way with components, and with what is refused."""

    async def expand_dependencies(
        deps: Iterable[pulumi.Resource], from_resource: pulumi.Resource | None
    ) -> dict[str, pulumi.Resource]:
        expanded: dict[str, pulumi.Resource] = {}
        for resource in deps:
            if isinstance(resource, pulumi.CustomResource) and (not from_resource or declare(from_resource, resource)):
                if urn := await resource.urn.future():
                    expanded[urn] = resource
            else:
                await add(expanded, resource, from_resource)
        return expanded

    return expand_dependencies


def declare_dependency() -> Declare:
    """Give what the SDK's function gives: most of what depends on something is not depended on yet, so there is nothing to search."""
    waits_for: dict[pulumi.Resource, set[pulumi.Resource]] = {}
    awaited: set[pulumi.Resource] = set()

    def leads_to(start: pulumi.Resource, end: pulumi.Resource) -> bool:
        seen, left = {start}, [start]
        while left:
            for resource in waits_for.get(left.pop(), ()):
                if resource is end:
                    return True
                if resource not in seen:
                    seen.add(resource)
                    left.append(resource)
        return False

    def declare_dependency(from_resource: pulumi.Resource, to_resource: pulumi.Resource) -> bool:
        if from_resource is to_resource or (from_resource in awaited and leads_to(to_resource, from_resource)):
            return False
        waits_for.setdefault(from_resource, set()).add(to_resource)
        awaited.add(to_resource)
        return True

    return declare_dependency
