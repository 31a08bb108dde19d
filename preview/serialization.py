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


def read(struct: struct_pb2.Struct) -> tuple[dict[str, object], frozenset[str]]:
    """Turn a request's properties into plain data, and tell which top-level keys are or hold a secret."""
    values: dict[str, object] = {}
    secrets: set[str] = set()
    for key, value in sorted(struct.fields.items()):
        found: list[bool] = []
        values[key] = _plain(value, found)
        if found:
            secrets.add(key)
    return values, frozenset(secrets)


def _plain(value: struct_pb2.Value, secrets: list[bool]) -> object:  # noqa: PLR0911 - one return per kind of value
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value == UNKNOWN_TEXT else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_plain(element, secrets) for element in value.list_value.values]
        case "struct_value":
            fields = value.struct_value.fields
            if SIGNATURE not in fields:
                return {key: _plain(part, secrets) for key, part in sorted(fields.items())}
            signature = fields[SIGNATURE].string_value
            if signature == SECRET:
                secrets.append(True)
                return _plain(fields["value"], secrets)
            if signature == REFERENCE:
                return fields["urn"].string_value
            return {key: _plain(part, secrets) for key, part in sorted(fields.items()) if key != SIGNATURE}
        case _:
            return None


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
