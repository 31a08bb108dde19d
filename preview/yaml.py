"""Read YAML as the engine's parser, gopkg.in/yaml.v3 3.0.1, does, or refuse it and say why.

libyaml scans and parses, through PyYAML, which the Pulumi SDK brings: a stack file takes a millisecond. What yaml.v3, a
translation of an older libyaml, takes otherwise is refused here; what a scalar means is yaml.v3's, number by number.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import yaml as _yaml  # type: ignore[import-untyped] # has no stubs among our dependencies
from yaml.cyaml import CParser  # type: ignore[import-untyped] # as above

from preview import yaml_mistakes
from preview.yaml_scalars import UNUSABLE, resolved, written

Place = tuple[str | int, ...]
"""A place inside a value, outside in: keys of mappings and positions in lists."""

_MAX_NODES: Final = 200_000
_MAX_DEPTH: Final = 50
_EXACT: Final = 10**18
"""From here on numbers do not reach a program digit by digit."""
_TAG: Final = "tag:yaml.org,2002:"
_BLOCKS: Final = ("|", ">")
_DASH: Final = re.compile(r"[\r\n]\s*-")
_LOST: Final = "\n\t\x85\u2028\u2029"


class Error(Exception):
    """The text is not YAML, or not as the engine reads it; `problem` says what, in one line."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        super().__init__(f"{line}:{column}: {problem}")
        self.problem = problem
        self.line = line
        """From 1."""
        self.column = column
        """From 1."""


@dataclass(slots=True, eq=False)
class Node:
    """A value with its place in the text."""

    line: int
    column: int


@dataclass(slots=True, eq=False)
class ScalarNode(Node):
    """A single value."""

    value: str
    """As written, without quotes and escapes."""
    plain: bool
    """Whether it stands without quotes, so that it may be a number, a date, true, false or nothing."""
    tag: str
    """One of `str`, `int`, `float`, `bool`, `null` where the text says so, else empty."""


@dataclass(slots=True, eq=False)
class SequenceNode(Node):
    """A list."""

    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class MappingNode(Node):
    """A mapping."""

    pairs: list[tuple[Node, Node]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class AliasNode(Node):
    """Stands for a node that has an anchor."""

    target: Node


def compose(text: str) -> Node | None:
    """Return the document's node tree, or None when it is empty.

    Raises:
        Error: not YAML, several documents, nested too deep, or what the engine's parser reads otherwise.
    """
    if (hidden := text.find("\ufeff", 1)) > 0:
        line = text.count("\n", 0, hidden) + 1
        raise Error(
            "an invisible character (a byte order mark) stands here; delete it",
            line,
            hidden - text.rfind("\n", 0, hidden),
        )
    try:
        return _Builder(text.removeprefix("\ufeff")).document()
    except _yaml.YAMLError as error:
        problem, line, column = yaml_mistakes.explain(text, error)
        raise Error(problem, line, column) from None


@dataclass(slots=True)
class Data:
    """What a node means."""

    value: object
    """Text, numbers, true, false, None, lists and mappings."""
    spelled: dict[Place, str]
    """How the text has them: the scalars whose spelling the engine changes, such as 1.10 or 0x1F, by their place in the value."""


def construct(node: Node) -> Data:
    """Return what a node means to the engine.

    Raises:
        Error: aliases that unfold into far more than is written, a key that is no text, or a tag whose value is another kind.
    """
    constructor = _Constructor()
    return Data(constructor.value(node, (), 0), constructor.spelled)


def load(text: str, *, exact: bool = False) -> object:
    """Return the plain data of a document; with `exact`, numbers are `Decimal`.

    Raises:
        Error: not YAML.
    """
    node = compose(text)
    return None if node is None else _Constructor(exact=exact).value(node, (), 0)


@functools.lru_cache(maxsize=16)
def loaded(text: str) -> object:
    """Return what `load` does, worked out once for a document that is asked for again and again; nobody may change it."""
    return load(text)


class _Builder:
    """Makes nodes from libyaml's events."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._events: Iterator[_yaml.Event] = _yaml.parse(text, Loader=CParser)
        self._anchors: dict[str, Node] = {}
        self._open: set[Node] = set()

    def document(self) -> Node | None:
        next(self._events)
        start = next(self._events)
        if isinstance(start, _yaml.StreamEndEvent):
            return None
        if start.version or start.tags:
            raise _error(start, "a line that begins with % is no part of a stack file; leave it out")
        node = self._node(next(self._events), flow=False, depth=0)
        next(self._events)
        more = next(self._events)
        if isinstance(more, _yaml.DocumentStartEvent):
            raise _error(more, "a second document begins here; the engine reads only the first")
        return node

    def _node(self, event: _yaml.Event, *, flow: bool, depth: int) -> Node:
        if isinstance(event, _yaml.ScalarEvent):
            return self._anchored(event, self._scalar(event, flow=flow))
        if isinstance(event, _yaml.AliasEvent):
            return self._alias(event)
        if depth == _MAX_DEPTH:
            raise _error(event, f"nested deeper than {_MAX_DEPTH} levels")
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        mapping = isinstance(event, _yaml.MappingStartEvent)
        _tag(event, "map" if mapping else "seq")
        node: SequenceNode | MappingNode = MappingNode(line, column) if mapping else SequenceNode(line, column)
        self._open.add(self._anchored(event, node))
        parts: list[Node] = []
        before = event
        for inner in self._events:
            if isinstance(inner, _yaml.CollectionEndEvent):
                break
            if mapping and len(parts) % 2 and _is_stuck(before, inner):
                name, _, value = before.value.partition(":")
                raise _error(before, f"a colon needs a space behind it: {name}: {value}")
            parts.append(self._node(inner, flow=event.flow_style, depth=depth + 1))
            before = inner
        if isinstance(node, MappingNode):
            node.pairs = list(zip(parts[::2], parts[1::2], strict=True))
            _check_twice(node)
        else:
            node.items = parts
        self._open.remove(node)
        return node

    def _anchored(self, event: _yaml.Event, node: Node) -> Node:
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: _yaml.AliasEvent) -> Node:
        if event.anchor not in self._anchors:
            raise _error(
                event,
                f"a value that begins with * needs quotes; *{event.anchor} stands for a value marked &{event.anchor} further up, which there is not",
            )
        target = self._anchors[event.anchor]
        if target in self._open:
            raise _error(event, "an alias stands for something it is part of")
        return AliasNode(event.start_mark.line + 1, event.start_mark.column + 1, target)

    def _scalar(self, event: _yaml.ScalarEvent, *, flow: bool) -> ScalarNode:
        plain = not event.style
        if plain and flow and "?" in event.value:
            raise _error(event, f"inside {{}} and [] a value with a question mark needs quotes: '{event.value}'")
        if event.style == '"':
            source = self._text[event.start_mark.index : event.end_mark.index]
            if "\\/" in re.findall(r"\\.", source, re.DOTALL):
                raise _error(event, "\\/ is no escape to the engine; write / alone")
        if plain and _DASH.search(self._text[event.start_mark.index : event.end_mark.index]):
            raise _error(
                event, "a line of this value begins with a dash; an element of a list needs a space after its dash"
            )
        if event.style in _BLOCKS and not event.value:
            raise _error(
                event, f"a value that begins with {event.style} needs quotes; no text follows on the lines below"
            )
        if "\n" in event.value and event.value[0] in _LOST:
            raise _error(event, "text of several lines cannot begin with an empty line or a tab: the engine loses it")
        tag = _tag(event, "str", "int", "float", "bool", "null")
        return ScalarNode(event.start_mark.line + 1, event.start_mark.column + 1, event.value, plain, tag)


def _is_stuck(name: _yaml.Event, value: _yaml.Event) -> bool:
    """Tell whether a name in {} ends without a colon and has one inside: `{engine:postgres}`."""
    return (
        isinstance(name, _yaml.ScalarEvent)
        and isinstance(value, _yaml.ScalarEvent)
        and not name.style
        and ":" in name.value
        and name.end_mark.index == value.start_mark.index
    )


def _tag(event: _yaml.Event, *known: str) -> str:
    """Return a node's tag, shortened; empty without one."""
    given: str = event.tag or ""
    tag = given.removeprefix(_TAG)
    if not given or (tag in known and tag != given):
        return tag
    shown = f"!!{tag}" if tag != given else tag
    raise _error(event, f"a value that begins with ! needs quotes; the tag {shown} has no use in a stack file")


def _check_twice(node: MappingNode) -> None:
    seen: dict[str, ScalarNode] = {}
    for key, _ in node.pairs:
        if isinstance(key, ScalarNode):
            if key.value in seen:
                problem = f'the key "{key.value}" is already on line {seen[key.value].line}'
                raise Error(problem, key.line, key.column)
            seen[key.value] = key


class _Constructor:
    """Makes data from nodes, as yaml.v3's decoder counts and merges."""

    def __init__(self, *, exact: bool = False) -> None:
        self.spelled: dict[Place, str] = {}
        self._scalar: Callable[[ScalarNode], object] = _exact if exact else _plain
        self._decoded = 0
        self._by_alias = 0
        self._aliases = 0

    def value(self, node: Node, place: Place, depth: int) -> object:
        self._count(node, depth)
        match node:
            case AliasNode():
                self._aliases += 1
                value = self.value(node.target, place, depth + 1)
                self._aliases -= 1
                return value
            case ScalarNode():
                value = self._scalar(node)
                if node.plain and (written(value) != node.value or _is_huge(value)):
                    self.spelled[place] = node.value
                return value
            case SequenceNode():
                return [self.value(part, (*place, index), depth + 1) for index, part in enumerate(node.items)]
            case MappingNode():
                return self._mapping(node, place, depth)
        raise AssertionError(node)

    def _mapping(self, node: MappingNode, place: Place, depth: int) -> dict[str, object]:
        mapping: dict[str, object] = {}
        merged: list[Node] = []
        for key, part in node.pairs:
            self._count(key, depth)
            if isinstance(key, ScalarNode) and key.value == "<<":
                merged += _merged(key, part)
                continue
            name = _key(key)
            if name in mapping:
                raise Error(f'the key "{name}" is there already', key.line, key.column)
            mapping[name] = self.value(part, (*place, name), depth + 1)
        for part in merged:
            more = self.value(part, (*place, "<<"), depth + 1)
            assert isinstance(more, dict)  # noqa: S101 - _merged lets nothing else through
            self._take(mapping, more, place)
        return mapping

    def _take(self, mapping: dict[str, object], more: Mapping[str, object], place: Place) -> None:
        """Add what a mapping does not have yet, and move what is known of it from under `<<`."""
        at = len(place)
        for inner in [inner for inner in self.spelled if inner[: at + 1] == (*place, "<<")]:
            text = self.spelled.pop(inner)
            if inner[at + 1] not in mapping:
                self.spelled[*place, *inner[at + 1 :]] = text
        for name, value in more.items():
            mapping.setdefault(name, value)

    def _count(self, node: Node, depth: int) -> None:
        self._decoded += 1
        self._by_alias += self._aliases > 0
        if self._decoded > _MAX_NODES or (
            self._by_alias > 100 and self._decoded > 1000 and self._by_alias > 0.99 * self._decoded  # noqa: PLR2004 - yaml.v3's
        ):
            raise Error("aliases unfold into too many values", node.line, node.column)
        if depth > 2 * _MAX_DEPTH:
            raise Error(f"nested deeper than {_MAX_DEPTH} levels", node.line, node.column)


def _merged(key: ScalarNode, value: Node) -> list[Node]:
    if not key.plain:
        raise Error('the key "<<" merges mappings to the engine, also in quotes', key.line, key.column)
    parts = value.items if isinstance(value, SequenceNode) else [value]
    for part in parts:
        if not isinstance(part.target if isinstance(part, AliasNode) else part, MappingNode):
            raise Error("<< merges a mapping, or a list of mappings, and nothing else", part.line, part.column)
    return parts


def _key(node: Node) -> str:
    """Return a key, which is text; a number that reads as it is written is text as well."""
    while isinstance(node, AliasNode):
        node = node.target
    if not isinstance(node, ScalarNode):
        what = "a template" if isinstance(node, MappingNode) else "a list"
        raise Error(f"{what} cannot be a name; put text that begins with {{ or [ in quotes", node.line, node.column)
    value = _plain(node)
    name = value if isinstance(value, str) else "<nil>" if value is None else written(value)
    if node.plain and name != node.value:
        raise Error(
            f"the name {node.value or 'of nothing'} needs quotes; without, it becomes '{name}'", node.line, node.column
        )
    return name


def is_text(node: Node) -> bool:
    """Tell whether a node is text to the engine, and no number, date, true, false, nothing, list or mapping."""
    return isinstance(node, ScalarNode) and (not node.plain or resolved(node.value, dates=True)[0] == "str")


def _is_huge(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) >= _EXACT


def _exact(node: ScalarNode) -> object:
    value = _plain(node)
    return Decimal(node.value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _plain(node: ScalarNode) -> object:
    """Return what a scalar means to the engine after it has read, written out and read the file again."""
    if not node.plain and node.tag in ("", "str"):
        return node.value
    if node.tag == "str":
        return node.value
    kind, value = resolved(node.value, dates=node.tag == "")
    if node.tag and kind != node.tag and (node.tag, kind) != ("float", "int"):
        raise Error(f"{node.value!r} does not fit its tag !!{node.tag}", node.line, node.column)
    if value is UNUSABLE:
        raise Error(
            f"{node.value} is a number that no setting takes, and the engine refuses it; put it in quotes if it is text",
            node.line,
            node.column,
        )
    return value


def _error(event: _yaml.Event, problem: str) -> Error:
    return Error(problem, event.start_mark.line + 1, event.start_mark.column + 1)
