"""What stands in for ids and addresses in texts: the resource and the property that they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from preview import provider_fakes
from preview.compare.values import MISSING
from preview.graph import Graph, Resource
from preview.summary import kind as word

LEAST_TEXT: Final = 6
"""Shorter outputs are no ids, and would be found by chance in other texts."""


def region(graph: Graph, resource: Resource) -> str:
    """Return the AWS region a resource is in; empty where neither it nor its provider says."""
    own = resource.inputs.get("region")
    if isinstance(own, str):
        return own
    try:
        region = graph.urn(resource.provider.rpartition("::")[0]).inputs.get("region")
    except LookupError:
        return ""
    return region if isinstance(region, str) else ""


def all_tags(resource: Resource) -> object:
    """Return a resource's tags with those of its provider; `MISSING` where it has none."""
    for values in (resource.outputs, resource.inputs):
        if isinstance(values.get("tagsAll"), Mapping):
            return values["tagsAll"]
    return resource.inputs.get("tags", MISSING)


def symbols_of(
    resource: Resource,
    label: Resource,
    names: Mapping[str, object],
    fresh: frozenset[str],
    *,
    skip: Mapping[str, object] | None = None,
) -> tuple[tuple[str, str], ...]:
    """Return what stands for a resource's outputs in texts: the value, and its symbol."""
    given = resource.inputs if skip is None or not skip else skip
    found: dict[str, str] = {}
    for name in sorted(names):
        value = resource.outputs.get(name)
        if name in given or not isinstance(value, str) or value == provider_fakes.ACCOUNT:
            continue
        if len(value) >= LEAST_TEXT and value not in found:
            new = "new " if name in fresh else ""
            found[value] = f"{{{new}{word(label.type)} {label.name}.{name}}}"
    return tuple(found.items())


def replaced(value: object, symbols: Sequence[tuple[str, str]]) -> object:
    """Return a value, plain data, in whose texts each text of `symbols` is exchanged for its symbol."""
    if not symbols or value is MISSING:
        return value
    if isinstance(value, str):
        # The longest first: an ARN holds a name.
        for text, symbol in sorted(symbols, key=lambda item: -len(item[0])):
            if text in value:
                value = value.replace(text, symbol)
        return value
    if isinstance(value, Mapping):
        return {name: replaced(part, symbols) for name, part in value.items()}
    if isinstance(value, Sequence):
        return [replaced(part, symbols) for part in value]
    return value
