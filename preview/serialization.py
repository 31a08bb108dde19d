"""The engine's property values on the wire, to and from plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from google.protobuf import struct_pb2  # type: ignore[import-untyped] # has no stubs among our dependencies

from preview.graph import UNKNOWN

# The wire format of the engine's property values:
# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go and .../resource/sig/sig.go
UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker, not a secret
REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"


def read(given: Mapping[str, object] | struct_pb2.Struct) -> tuple[dict[str, object], frozenset[str]]:
    """Turn a request's properties into plain data, and tell which top-level keys are or hold a secret."""
    values: dict[str, object] = {}
    secrets: set[str] = set()
    wired = properties(given)
    for key in sorted(wired):
        found: list[bool] = []
        values[key] = _opened(wired[key], found)
        if found:
            secrets.add(key)
    return values, frozenset(secrets)


def properties(given: Mapping[str, object] | struct_pb2.Struct) -> dict[str, object]:
    """Return properties as they are sent, with the engine's markers in it, as plain data."""
    return (
        {key: _plain(value) for key, value in given.fields.items()}
        if isinstance(given, struct_pb2.Struct)
        else {**given}
    )


def _opened(value: object, secrets: list[bool]) -> object:
    """Take the engine's markers out of a value; a secret adds to `secrets`."""
    if isinstance(value, str):
        return UNKNOWN if value == UNKNOWN_TEXT else value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, list):
        return [_opened(part, secrets) for part in value]
    return _opened_mapping(value, secrets) if isinstance(value, dict) else value


def _opened_mapping(value: dict[str, object], secrets: list[bool]) -> object:
    signature = value.get(SIGNATURE)
    if signature == SECRET:
        secrets.append(True)
        return _opened(value["value"], secrets)
    if signature == REFERENCE:
        return value["urn"]
    return {key: _opened(value[key], secrets) for key in sorted(value) if key != SIGNATURE}


def _plain(value: struct_pb2.Value) -> object:
    match value.WhichOneof("kind"):
        case "list_value":
            return [_plain(element) for element in value.list_value.values]
        case "struct_value":
            return {key: _plain(part) for key, part in value.struct_value.fields.items()}
        case "null_value" | None:
            return None
        case kind:
            return getattr(value, kind)


def sealed(value: object) -> dict[str, object]:
    """Return what is sent already, marked as a secret."""
    return {SIGNATURE: SECRET, "value": value}


def wired(value: object, *, secret: bool = False) -> object:
    """Return plain data as it is sent, marked as a secret if it is one; `UNKNOWN` becomes the engine's marker."""
    if secret:
        return sealed(wired(value))
    if value is UNKNOWN:
        return UNKNOWN_TEXT
    if isinstance(value, Mapping):
        return {key: wired(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [wired(part) for part in value]
    return value if isinstance(value, str | bool | int | float) else None


def write(struct: struct_pb2.Struct, values: Mapping[str, object]) -> None:
    """Write plain data into a request's properties; `UNKNOWN` becomes the engine's marker."""
    for key, value in values.items():
        _fill(struct.fields[key], value)


def put(struct: struct_pb2.Struct, key: str, value: object, *, secret: bool = False) -> None:
    """Write one property, marked as a secret if it is one."""
    if secret:
        field = struct.fields[key].struct_value
        field.fields[SIGNATURE].string_value = SECRET
        _fill(field.fields["value"], value)
    else:
        _fill(struct.fields[key], value)


def _fill(target: struct_pb2.Value, value: object) -> None:
    if value is UNKNOWN:
        target.string_value = UNKNOWN_TEXT
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, Mapping):
        target.struct_value.SetInParent()
        for key, part in value.items():
            _fill(target.struct_value.fields[key], part)
    elif isinstance(value, Sequence):
        target.list_value.SetInParent()
        for part in value:
            _fill(target.list_value.values.add(), part)
    else:
        target.null_value = struct_pb2.NULL_VALUE
