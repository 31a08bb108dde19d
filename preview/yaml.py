"""Read YAML the way the engine does: scalars by YAML 1.2's rules, no key twice.

The parser is libyaml's, through PyYAML, which the Pulumi SDK brings: a 200 KB stack file takes a tenth of a second. Pure
Python parsers take several.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable
from decimal import Decimal

import yaml as _yaml  # type: ignore[import-untyped] # has no stubs among our dependencies
from yaml.constructor import SafeConstructor  # type: ignore[import-untyped] # as above
from yaml.cyaml import CParser  # type: ignore[import-untyped] # as above
from yaml.resolver import BaseResolver  # type: ignore[import-untyped] # as above

Error = _yaml.YAMLError
"""Anything that is not YAML; `MarkedYAMLError` says where."""
MarkedError = _yaml.MarkedYAMLError
Node = _yaml.Node
MappingNode = _yaml.MappingNode
ScalarNode = _yaml.ScalarNode

_MAX_NODES = 200_000
_MAX_DEPTH = 50


class _Resolver(BaseResolver):  # type: ignore[misc] # PyYAML is untyped
    """Tags plain scalars as gopkg.in/yaml.v3, the engine's parser, does."""


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
    ("merge", r"<<", "<"),
):
    _Resolver.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), ["" if c == "\0" else c for c in _first]
    )


class _Constructor(SafeConstructor):  # type: ignore[misc] # PyYAML is untyped
    """Builds plain data and refuses a key that is there twice."""

    def construct_mapping(
        self,
        node: _yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - PyYAML's signature
    ) -> dict[Hashable, object]:
        seen: dict[str, _yaml.Node] = {}
        for key, _ in node.value:
            if isinstance(key, _yaml.ScalarNode):
                if key.value in seen:
                    first = seen[key.value].start_mark
                    raise MarkedError(
                        None, None, f'the key "{key.value}" is already on line {first.line + 1}', key.start_mark
                    )
                seen[key.value] = key
        mapping: dict[Hashable, object] = super().construct_mapping(node, deep=deep)
        return mapping

    def construct_int(self, node: _yaml.ScalarNode) -> int:
        text = str(node.value).replace("_", "")
        sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
        octal = digits.isdigit() and len(digits) > 1 and digits[0] == "0"
        try:
            return int(sign + ("0o" + digits[1:] if octal else digits), 0)
        except ValueError:  # 08 and 09: no octal number, so the engine reads a decimal one
            return int(sign + digits)

    def construct_date(self, node: _yaml.ScalarNode) -> str:
        """Dates reach the program as the engine's JSON writes them."""
        return f"{dt.date.fromisoformat(node.value)}T00:00:00Z"


_Constructor.add_constructor("tag:yaml.org,2002:int", _Constructor.construct_int)
_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_date)


class _Loader(CParser, _Constructor, _Resolver):  # type: ignore[misc] # PyYAML is untyped
    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        _Constructor.__init__(self)
        _Resolver.__init__(self)


class _ExactLoader(_Loader):
    """Keeps decimal fractions exact."""

    def construct_decimal(self, node: _yaml.ScalarNode) -> Decimal:
        return Decimal(str(node.value))


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _ExactLoader.construct_decimal)
_ExactLoader.add_constructor("tag:yaml.org,2002:int", _ExactLoader.construct_decimal)


def compose(text: str) -> _yaml.Node | None:
    """Return the document's node tree, or None when it is empty.

    Raises:
        Error: not YAML, several documents, nested too deep, aliases that unfold into far more than is written, or
            what the engine's parser reads otherwise.
    """
    _check_events(text)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    if node is not None:
        _unfolded(node, {}, [])
    return node


def construct(node: _yaml.Node) -> object:
    """Return the plain data of a node."""
    return _Loader("").construct_document(node)


def load(text: str, *, exact: bool = False) -> object:
    """Return the plain data of a document; with `exact`, numbers are `Decimal`.

    Raises:
        Error: not YAML.
    """
    loader = (_ExactLoader if exact else _Loader)(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _check_events(text: str) -> None:
    """Refuse nesting that libyaml's recursive composer would not survive, and what the engine's parser reads otherwise.

    gopkg.in/yaml.v3 takes a question mark inside {} or [] for the beginning of a key, as YAML 1.1 did.
    """
    flows: list[bool] = []
    for event in _yaml.parse(text, Loader=CParser):
        if isinstance(event, _yaml.CollectionStartEvent):
            flows.append(event.flow_style)
            if len(flows) > _MAX_DEPTH:
                raise MarkedError(None, None, f"nested deeper than {_MAX_DEPTH} levels", event.start_mark)
        elif isinstance(event, _yaml.CollectionEndEvent):
            flows.pop()
        elif isinstance(event, _yaml.ScalarEvent) and "?" in event.value and not event.style and flows and flows[-1]:
            problem = f"inside {{}} and [] a value with a question mark needs quotes: '{event.value}'"
            raise MarkedError(None, None, problem, event.start_mark)


def _unfolded(node: _yaml.Node, sizes: dict[int, int], path: list[int]) -> int:
    """Count the nodes that a node stands for with all aliases unfolded."""
    if id(node) in path:
        raise MarkedError(None, None, "an alias stands for something it is part of", node.start_mark)
    if id(node) not in sizes:
        path.append(id(node))
        parts = [p for pair in node.value for p in pair] if isinstance(node, _yaml.MappingNode) else node.value
        inner = 0 if isinstance(node, _yaml.ScalarNode) else sum(_unfolded(part, sizes, path) for part in parts)
        path.pop()
        sizes[id(node)] = 1 + inner
        if sizes[id(node)] > _MAX_NODES:
            raise MarkedError(None, None, "aliases unfold into too many values", node.start_mark)
    return sizes[id(node)]
