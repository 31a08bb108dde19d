"""Values on their way from a program to the recorder and back, as plain data instead of protocol buffers.

What the SDK would write into a `Struct` is a dictionary here, with the same markers for secrets and unknown values. Kinds of values that
are rare, such as assets and components of plugins, take the SDK's own way.
"""

from __future__ import annotations

import contextlib
import enum
import functools
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, Final, NamedTuple, cast, get_args, get_origin

import pulumi
import pulumi._types as sdk_types
import pulumi.runtime.rpc as sdk_rpc
from google.protobuf import json_format, struct_pb2  # type: ignore[import-untyped] # has no stubs among our dependencies
from pulumi.output import Unknown
from pulumi.runtime import settings as sdk_settings
from pulumi.runtime.proto import resource_pb2

from compat import aws
from compat.core_outputs import ATOMS, Pending, Resolved, contains_unknowns

UNKNOWN: Final[str] = sdk_rpc.UNKNOWN
SIGNATURE: Final[str] = sdk_rpc._special_sig_key
SECRET: Final[str] = sdk_rpc._special_secret_sig
_DICTS: Final = (dict, Mapping)
_EXACT: Final = 2**53
"""Numbers are floats on their way."""
_Types = Callable[[str], Any]
_unknown: Final = cast("Callable[[], Unknown]", Unknown)


def _no_type(_: str) -> None:
    return None


class _Keys(NamedTuple):
    """How the keys of a mapping are written."""

    names: Mapping[str, str] | None
    """By Python's names, where some differ."""
    types: _Types
    """Of the values, by the written names."""
    typed: bool = True
    """False where whoever asks says how they are written."""


class _LazyType(NamedTuple):
    """The type of a property, worked out when it is asked for: for most values it says nothing."""

    types: _Types
    name: str

    def typ(self) -> Any:  # noqa: ANN401 - a type
        return self.types(self.name)


_UNTYPED: Final = _Keys(None, _no_type, typed=False)


@functools.cache
def _keys(typ: Any) -> _Keys | None:  # noqa: ANN401 - a type
    """How the keys of a mapping of this type are written; None where that depends on its values."""
    typ = sdk_types.unwrap_type(typ)
    if typ is Any:
        return _UNTYPED
    if sdk_types.is_discriminated_union(typ):
        return None
    if sdk_types.is_input_type(typ):
        return _Keys(sdk_types.input_type_py_to_pulumi_names(typ), sdk_types.input_type_types(typ).get)
    if typ is dict or get_origin(typ) in _DICTS:
        match get_args(typ):
            case (kind, inner) if kind is str:
                return _Keys(None, lambda _: inner)
        return _UNTYPED
    return _Keys(None, _no_type)


@functools.cache
def _element_type(typ: Any) -> Any:  # noqa: ANN401 - a type
    typ = sdk_types.unwrap_type(typ)
    return sdk_rpc._get_list_element_type(None if typ is Any else typ)


@functools.cache
def _generated(cls: Any) -> Mapping[str, str] | None:  # noqa: ANN401 - a class
    """The properties of an input class of the SDK by their attributes, where they are read as generated code reads them."""
    if (
        cls.__module__.partition(".")[0] not in aws.PACKAGES
        or not sdk_types.is_input_type(cls)
        or issubclass(cls, dict)
    ):
        return None
    found: dict[str, str] = {}
    for attribute, name, prop in sdk_types._py_properties(cast("Any", cls)):
        code = cast("Any", prop.fget).__code__
        if code.co_names != ("pulumi", "get") or attribute not in code.co_consts:
            return None
        found[attribute] = name
    return found


class Serializer:
    """Serializes a property as the SDK's function does: it does what is common, and leaves the rest to that."""

    def __init__(self, original: Callable[..., Any]) -> None:
        self._original = original

    async def serialize_property(
        self,
        value: Any,  # noqa: ANN401 - whatever a program has
        deps: list[pulumi.Resource] | None,
        key: str | None,
        resource: pulumi.Resource | None = None,
        transformer: Callable[[str], str] | None = None,
        typ: Any = None,  # noqa: ANN401 - a type
        *rest: bool,
        **named: bool,
    ) -> Any:  # noqa: ANN401 - as above
        """Serialize one property; `deps` gets the resources that it depends on."""
        cls = type(value)
        if any(rest) or any(named.values()):
            return await self._original(value, deps, key, resource, transformer, typ, *rest, **named)
        if cls in ATOMS or cls is pulumi.Output:
            return value if cls in ATOMS else await self._output(value, deps, key, resource, transformer, typ)
        if cls is list:
            inner = _element_type(typ) if typ else None
            return [await self._part(part, deps, key, resource, transformer, inner) for part in value]
        if cls is dict and (keys := _keys(typ) if typ else _UNTYPED):
            return await self._mapping(value, keys, deps, resource, transformer)
        getters = _generated(cast("Hashable", cls))
        if getters is None:
            return await self._original(value, deps, key, resource, transformer, typ)
        types, attributes = sdk_types.input_type_types(cls).get, value.__dict__
        return {
            name: await self._part(part, deps, key, resource, transformer, _LazyType(types, name))
            for attribute, name in getters.items()
            if (part := attributes.get(attribute)) is not None
        }

    async def _part(self, value: Any, deps: Any, key: Any, resource: Any, transformer: Any, typ: Any) -> Any:  # noqa: ANN401 - as above
        if type(value) in ATOMS:
            return value
        if isinstance(typ, _LazyType) and type(value) is not pulumi.Output:
            typ = typ.typ()
        return await self.serialize_property(value, deps, key, resource, transformer, typ)

    async def _mapping(self, value: Any, keys: _Keys, deps: Any, resource: Any, transformer: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        made: dict[str, Any] = {}
        for name, part in value.items():
            rename = transformer if not keys.typed else keys.names.get if keys.names else None
            written = (rename(name) or name) if rename else name
            made[written] = await self._part(part, deps, name, resource, transformer, _LazyType(keys.types, written))
        return made

    async def _output(self, value: Any, deps: Any, key: Any, resource: Any, transformer: Any, typ: Any) -> Any:  # noqa: ANN401 - as above
        data = await value._data
        if deps is not None:
            deps.extend(data.resources)
        plain = data.value
        if type(plain) not in ATOMS:
            promised: list[pulumi.Resource] = []
            known = plain if data.is_known or not contains_unknowns(plain) else None
            plain = await self._part(known, promised, key, resource, transformer, typ)
            if deps is not None:
                deps.extend(promised)
            data.resources.update(promised)
        if not data.is_known:
            plain = UNKNOWN
        if data.is_secret and sdk_settings.monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS):
            return {SIGNATURE: SECRET, "value": plain}
        return plain


async def serialize_properties(
    inputs: Mapping[str, Any],
    property_deps: dict[str, list[pulumi.Resource]],
    resource: pulumi.Resource | None = None,
    transformer: Callable[[str], str] | None = None,
    typ: Any = None,  # noqa: ANN401 - a type
    *rest: bool,
    **named: bool,
) -> Any:  # noqa: ANN401 - plain data, or a Struct
    """Serialize a resource's properties as the SDK does, to a dictionary; those of a component of a plugin to a `Struct`."""
    if any(rest) or any(named.values()):
        return await sdk_rpc.serialize_properties(inputs, property_deps, resource, transformer, typ, *rest, **named)
    names = sdk_types.input_type_py_to_pulumi_names(typ) if typ is not None else {}
    types: _Types = sdk_types.input_type_types(typ).get if typ is not None else _no_type
    made: dict[str, object] = {}
    for key in inputs:
        value = inputs[key]
        if value is None:
            continue
        name = (transformer(key) if transformer else key) if typ is None else names.get(key) or key
        deps: list[pulumi.Resource] = []
        if type(value) not in ATOMS:
            kind: Any = _LazyType(types, name) if type(value) is pulumi.Output else types(name)
            with _said(key, value):
                value = await sdk_rpc.serialize_property(value, deps, key, resource, transformer, kind)
        if value is not None:
            made[name] = wire(value)
            property_deps[name] = deps
    return made


@contextlib.contextmanager
def _said(key: str, value: object) -> Iterator[None]:
    """Say of what an error is, as the SDK does."""
    try:
        yield
    except (ValueError, AssertionError) as error:
        kind = ValueError if isinstance(error, ValueError) else AssertionError
        raise kind(
            f"While processing input: {key!r}, type {type(key)}, value {value!r}\n{kind.__name__} has risen: {error}"
        ) from error


def wire(value: Any) -> Any:  # noqa: ANN401 - what a program registers
    """Return a value as it is after a `Struct` has carried it; refuse what that refuses."""
    cls = type(value)
    if cls is str:
        if not value.isascii():
            value.encode()  # a `Struct` takes no lone surrogates
        return value
    if value is None or cls is bool or cls is float or (cls is int and -_EXACT <= value <= _EXACT):
        return value
    if cls is list:
        return [wire(part) for part in value]
    if cls is dict and all(type(key) is str for key in value):
        return {wire(key): wire(part) for key, part in value.items()}
    return _wire_of_other(value)


def _wire_of_other(value: Any) -> Any:  # noqa: ANN401 - as above
    """The same for what is rare: members of enumerations, huge numbers, tuples."""
    if isinstance(value, str):
        return wire(str.__str__(value))
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, tuple):
        return [wire(part) for part in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {wire(key): wire(part) for key, part in dict.items(value)}
    return json_format.MessageToDict(structured({"value": value}))["value"]


def structured(values: Mapping[str, object]) -> struct_pb2.Struct:
    """Return properties as the protocol has them."""
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


class Resolvers(dict[str, Callable[..., None]]):
    """What the answer to a registration sets: outputs that are made when they are asked for, and the others."""

    def __init__(self, others: Mapping[str, Callable[..., None]], pending: Pending) -> None:
        super().__init__(others)
        self.pending = pending

    def each(self) -> dict[str, Callable[..., None]]:
        """One function for each property, as the SDK has them."""
        return {**self, **{name: functools.partial(self.pending.resolve_one, name) for name in self.pending.names}}


def resolve_outputs(original: Callable[..., None]) -> Callable[..., None]:
    """Give what the SDK's function gives, of an answer that is plain data."""

    def resolve_outputs(
        resource: Any,  # noqa: ANN401 - a resource, of which private attributes are read
        inputs: Any,  # noqa: ANN401 - plain data or a Struct
        outputs: Any,  # noqa: ANN401 - as above
        deps: Mapping[str, set[pulumi.Resource]],
        resolvers: Any,  # noqa: ANN401 - ours or the SDK's
        custom: bool,
        by_types: bool = False,
        keep_unknowns: bool = False,
        resolve_missing_as_unknown: bool = False,
    ) -> None:
        if isinstance(outputs, dict) and isinstance(resolvers, Resolvers):
            answer = _Answer(resource, by_types=by_types)
            answer.take(outputs, inputs, keep_unknowns=keep_unknowns)
            answer.resolve(resolvers, deps, missing_is_known=not resolve_missing_as_unknown)
            return
        original(
            resource,
            structured(inputs) if isinstance(inputs, dict) else inputs,
            structured(outputs) if isinstance(outputs, dict) else outputs,
            deps,
            resolvers.each() if isinstance(resolvers, Resolvers) else resolvers,
            custom,
            by_types,
            keep_unknowns,
            resolve_missing_as_unknown,
        )

    return resolve_outputs


class AnsweredProperties(dict[str, Any]):
    """The properties of an answer that may be given again, in the same words, to a resource of the same class."""

    __slots__ = ("_read",)

    def __init__(self, properties: Mapping[str, Any]) -> None:
        super().__init__(properties)
        self._read: tuple[type, bool, dict[str, tuple[str, Any]]] | None = None

    def read(self, cls: type, *, by_types: bool) -> dict[str, tuple[str, Any]]:
        """Return what was read of them for this class before: by the property its name in Python, and its value.

        A value that holds others is `_LATER`: it is known to have the property's type, and made anew for who asks for it.
        """
        if self._read is None or self._read[:2] != (cls, by_types):
            self._read = (cls, by_types, {})
        return self._read[2]


_LATER: Final = object()


class _Answer:
    """A resource's properties as the engine answered them, on their way to its outputs."""

    def __init__(self, resource: Any, *, by_types: bool) -> None:  # noqa: ANN401 - private attributes are read
        self._resource = resource
        self._by_types = by_types
        self._kinds = _kinds(cast("Hashable", type(resource)))
        self._names = sdk_types.resource_pulumi_to_py_names(type(resource)) if by_types else {}
        self._dry = sdk_settings.is_dry_run()
        self._properties: dict[str, Any] = {}

    def take(self, outputs: Mapping[str, Any], inputs: Mapping[str, Any], *, keep_unknowns: bool) -> None:
        """Read the answer, and from the inputs what it leaves out."""
        read: dict[str, tuple[str, Any]] = {}
        if isinstance(outputs, AnsweredProperties) and keep_unknowns:
            read = outputs.read(type(self._resource), by_types=self._by_types)
        for key, sent in outputs.items():
            if key in read:
                name, value = read[key]
                self._properties[name] = functools.partial(self._taken, key, sent) if value is _LATER else value
                continue
            value = self._taken(key, sent, keep_unknowns=keep_unknowns)
            if value is not None:
                name = self._named(key)
                self._properties[name] = value
                read[key] = (name, value if type(value) in ATOMS else _LATER)
        if self._dry and not cast("Callable[[], bool]", sdk_settings.is_legacy_apply_enabled)():
            return
        for key, sent in inputs.items():
            if self._named(key) not in self._properties:
                value = received(sent, keep_unknowns=self._dry, dry=self._dry)
                self._properties[self._named(key)] = self._translated(key, value, forgiving=True)

    def resolve(
        self, resolvers: Resolvers, deps: Mapping[str, set[pulumi.Resource]], *, missing_is_known: bool
    ) -> None:
        """Hand each property to its output."""
        dependencies = {self._named(key): found for key, found in deps.items()}
        known = not self._dry and missing_is_known
        properties, dry = self._properties, self._dry

        def resolved(name: str) -> Resolved:
            if name not in properties:
                return None, known, False, dependencies.get(name)
            value = properties[name]
            if type(value) is functools.partial:
                value = value()
            secret = type(value) not in ATOMS and sdk_rpc.is_rpc_secret(value)
            plain = sdk_rpc.unwrap_rpc_secret(value) if secret else value
            return plain, not dry or plain is not None, secret, dependencies.get(name)

        resolvers.pending.resolve(properties, resolved)
        for name, resolve in resolvers.items():
            resolve(*resolved(name), None)

    def _taken(self, key: str, sent: Any, *, keep_unknowns: bool = True) -> Any:  # noqa: ANN401 - of any kind
        """Read a property; None where nothing is known of it."""
        value = received(sent, keep_unknowns=keep_unknowns or self._dry, dry=self._dry)
        return None if value is None else self._translated(key, value, forgiving=False)

    def _named(self, key: str) -> str:
        return self._names.get(key) or key if self._by_types else str(self._resource.translate_output_property(key))

    def _translated(self, key: str, value: Any, *, forgiving: bool) -> Any:  # noqa: ANN401 - of any kind
        if type(value) in ATOMS:
            return self._kinds.atom(key, value)
        return sdk_rpc.translate_output_properties(
            value,
            _same if self._by_types else self._resource.translate_output_property,
            self._kinds.typ(key),
            self._by_types,
            sdk_rpc._Path(self._named(key), resource=f"{self._resource._name}"),
            forgiving,
        )


def resolve_outputs_due_to_exception(original: Callable[..., None]) -> Callable[..., None]:
    """Give what the SDK's function gives."""

    def resolve_outputs_due_to_exception(resolvers: Any, error: Exception) -> None:  # noqa: ANN401 - ours or the SDK's
        if isinstance(resolvers, Resolvers):
            resolvers.pending.fail(error)
        original(resolvers, error)

    return resolve_outputs_due_to_exception


def _same(name: str) -> str:
    return name


class _Kinds:
    """The types of a resource's outputs, each worked out once."""

    def __init__(self, cls: type) -> None:
        self._types = sdk_types.resource_types(cls).get
        self._known: dict[str, Any] = {}

    def typ(self, key: str) -> Any:  # noqa: ANN401 - a type
        """Return a property's type."""
        if key not in self._known:
            self._known[key] = self._types(key)
        return self._known[key]

    def atom(self, key: str, value: Any) -> Any:  # noqa: ANN401 - a value that holds nothing else
        """Return a value as its type has it: members of enumerations, whole numbers."""
        if value is None:
            return None
        typ = self.typ(key)
        if typ in ATOMS and not (typ is int and type(value) is float):
            return value
        typ = sdk_types.unwrap_optional_type(typ) if typ else None
        if isinstance(typ, type) and issubclass(typ, enum.Enum):
            return typ(value)
        return int(value) if typ is int and type(value) is float else value


_kinds = functools.cache(_Kinds)


def received(value: Any, *, keep_unknowns: bool, dry: bool) -> Any:  # noqa: ANN401 - plain data
    """Return a value of an answer as the SDK reads it from a `Struct`.

    Args:
        value: what the answer holds.
        keep_unknowns: whether values that only an update knows stay, or are None.
        dry: whether this is a preview: inside a secret they stay then only.
    """
    cls = type(value)
    if cls is str:
        return value if value != UNKNOWN else _unknown() if keep_unknowns else None
    if cls is int:
        return float(value)
    if cls is list:
        parts = [received(part, keep_unknowns=keep_unknowns, dry=dry) for part in value]
        if any(_is_secret(part) for part in parts):
            return sdk_rpc.wrap_rpc_secret([sdk_rpc.unwrap_rpc_secret(part) for part in parts])
        return parts
    return _received_mapping(value, keep_unknowns=keep_unknowns, dry=dry) if cls is dict else value


def _received_mapping(value: dict[str, Any], *, keep_unknowns: bool, dry: bool) -> Any:  # noqa: ANN401 - plain data
    if SIGNATURE in value:
        if value[SIGNATURE] == SECRET:
            return sdk_rpc.wrap_rpc_secret(received(value["value"], keep_unknowns=dry, dry=dry))
        return sdk_rpc.deserialize_property(structured(value), keep_unknowns)
    found = {key: received(part, keep_unknowns=keep_unknowns, dry=dry) for key, part in value.items()}
    found = {key: part for key, part in found.items() if part is not None}
    if any(_is_secret(part) for part in found.values()):
        return sdk_rpc.wrap_rpc_secret({key: sdk_rpc.unwrap_rpc_secret(part) for key, part in found.items()})
    return found


def _is_secret(value: object) -> bool:
    return type(value) is dict and bool(sdk_rpc.is_rpc_secret(value))
