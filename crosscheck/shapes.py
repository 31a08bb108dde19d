"""Inputs of Pulumi resources under the names of another description of the same thing: botocore's models, CloudFormation's schemas.

Pulumi's bridge writes the same words in camel case and in the plural where there may be several, so that a description of the
target is enough to find most names; the rest is said in tables. Standard library only, as it runs in the linters' environment, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

Names = Mapping[str, str | None]
"""By an input's path its last name in the target; None: it goes elsewhere, or nowhere."""
_APART: Final = ("region", "tags")
"""What a client is made for, and what many services are given apart."""
_KEYS: Final = ("key", "name", "tagkey", "parametername")
_VALUES: Final = ("value", "tagvalue", "parametervalue")


class Shape(Protocol):
    """What a value must look like."""

    @property
    def kind(self) -> str:
        """`structure`, `list`, `map`, `string`, `integer`, `number`, `boolean`, `document` (JSON), or something else that is taken as it is."""

    @property
    def members(self) -> Mapping[str, Shape]:
        """A structure's, by name."""

    @property
    def element(self) -> Shape:
        """A list's, or the values' of a map."""


@dataclass(kw_only=True, slots=True)
class Converted:
    """Inputs under the target's names."""

    value: Any
    unmapped: list[str] = field(default_factory=list)
    """Inputs for which the target has no name, as paths."""


def convert(value: Any, shape: Shape, names: Names) -> Converted:  # noqa: ANN401 - any plain value
    """Rename what an input holds.

    Args:
        value: plain data, as the graph has it.
        shape: what it becomes.
        names: what the words do not give, by path, such as `rules.copyActions.destinationVaultArn`.
    """
    result = Converted(value=None)
    result.value = _value(value, shape, names, "", result.unmapped)
    return result


def _value(value: Any, shape: Shape, names: Names, path: str, unmapped: list[str]) -> Any:  # noqa: ANN401, PLR0911 - a line a kind
    match shape.kind:
        case "structure":
            return _object(value, shape, names, path, unmapped)
        case "list":
            items = _items(value, shape.element)
            if not isinstance(items, list):
                return items
            return [_value(item, shape.element, names, path, unmapped) for item in items]
        case "map" if isinstance(value, Mapping):
            return {str(key): _value(item, shape.element, names, path, unmapped) for key, item in value.items()}
        case "integer" | "number" if _is_number(value):
            return _number(value)
        case "boolean" if value in ("true", "false"):
            return value == "true"
        case "string" if isinstance(value, int | float) and not isinstance(value, bool):
            return str(_number(value))
        case "document" if isinstance(value, str) and value.lstrip().startswith("{"):
            return json.loads(value)
        case _:
            return value


def _number(value: Any) -> int | float:  # noqa: ANN401 - a number, or one in a text
    if isinstance(value, int):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def _object(value: Any, shape: Shape, names: Names, path: str, unmapped: list[str]) -> Any:  # noqa: ANN401 - any plain value
    counted = set(shape.members) >= {"Quantity", "Items"}
    if counted and isinstance(value, Mapping) and set(value) == {"items"}:
        value = value["items"]
    if counted and isinstance(value, list):
        items = _value(value, shape.members["Items"], names, path, unmapped)
        return {"Quantity": len(value), **({"Items": items} if value else {})}
    if isinstance(value, list) and len(value) == 1:
        # One object, where the bridge has a list of at most one.
        value = value[0]
    return dict(_structure(value, shape, names, path, unmapped)) if isinstance(value, Mapping) else value


def _items(value: Any, element: Shape) -> Any:  # noqa: ANN401 - any plain value
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = json.loads(value)
    if isinstance(value, Mapping):
        pairs = _pairs(value, element)
        return [value] if pairs is None else pairs
    return list(value) if isinstance(value, tuple) else value


def _is_number(value: Any) -> bool:  # noqa: ANN401 - any plain value
    return not isinstance(value, bool) and re.fullmatch(r"-?\d+(\.\d+)?", str(value)) is not None


def _structure(
    value: Mapping[str, Any], shape: Shape, names: Names, path: str, unmapped: list[str]
) -> Iterator[tuple[str, Any]]:
    known = {_plain(name): name for name in shape.members}
    for key, item in value.items():
        if item is None or key.startswith("__"):
            continue
        inner = f"{path}.{key}".lstrip(".")
        wanted = names.get(inner, key)
        if wanted is None:
            continue
        name = next((known[form] for form in _forms(_plain(wanted)) if form in known), None)
        if name is None and inner not in _APART:
            unmapped.append(inner)
        elif name:
            yield name, _value(item, shape.members[name], names, inner, unmapped)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _forms(name: str) -> Iterator[str]:
    """Yield a name in the singular and plural forms that it may have."""
    yield name
    yield f"{name}s"
    yield f"{name}es"
    if name.endswith("ies"):
        yield f"{name[:-3]}y"
    if name.endswith("y"):
        yield f"{name[:-1]}ies"
    if name.endswith("es"):
        yield name[:-2]
    if name.endswith("s"):
        yield name[:-1]


def _pairs(value: Mapping[str, Any], element: Shape) -> list[dict[str, Any]] | None:
    """Return a map's items where the target lists keys and values."""
    if element.kind != "structure":
        return None
    plain = {_plain(name): name for name in element.members}
    key, item = (next((plain[form] for form in forms if form in plain), None) for forms in (_KEYS, _VALUES))
    if not key or not item or {_plain(key), _plain(item)} <= set(map(_plain, value)):
        return None
    return [{key: name, item: content} for name, content in value.items()]


def listed(value: Any) -> Sequence[Any]:  # noqa: ANN401 - one or several
    """Return what may stand alone or in a list as a list."""
    return value if isinstance(value, list | tuple) else [value]
