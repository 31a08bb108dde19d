"""The form in which the Pulumi CLI writes a stack file: blank lines and columns of comments go, indentation is by two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml  # type: ignore[import-untyped] # has no stubs among our dependencies


def written(text: str) -> str:
    """Return a stack file as the CLI writes it when it changes nothing in it. The text of block scalars stays as it is."""
    return _Writer(text).text()


class _Writer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.splitlines()
        self._root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
        masked = list(text)
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.ScalarEvent):
                for index in range(event.start_mark.index, event.end_mark.index):
                    masked[index] = "\n" if text[index] == "\n" else "x"
        hidden = "".join(masked).splitlines()
        self._comments = {
            number: self._lines[number][found.start() :].rstrip()
            for number, line in enumerate(hidden)
            if (found := re.search(r"(?:^|(?<=\s))#", line))
        }
        self._next = 0

    def text(self) -> str:
        """Return the whole file."""
        lines = [*self._block(self._root, 0), *self._own(len(self._lines), 0)]
        return "\n".join(lines) + "\n"

    def _own(self, until: int, indent: int) -> Iterator[str]:
        """Return the comments on lines of their own above a line; a blank line between two stays at the top of the file only."""
        before = None
        for number in range(self._next, until):
            if number in self._comments and self._lines[number].lstrip().startswith("#"):
                if before is not None and number > before + 1:
                    yield ""
                yield " " * indent + self._comments[number]
                before = number
        self._next = max(self._next, until)

    def _behind(self, line: int) -> str:
        self._next = max(self._next, line + 1)
        comment = self._comments.get(line)
        return f" {comment}" if comment and not self._lines[line].lstrip().startswith("#") else ""

    def _block(self, node: Any, indent: int) -> Iterator[str]:
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from self._own(item.start_mark.line, indent)
                first, *rest = self._item(item, indent + 2)
                yield f"{' ' * indent}- {first.lstrip()}"
                yield from rest
            return
        for key, value in node.value:
            yield from self._own(key.start_mark.line, indent)
            head = f"{' ' * indent}{self._inline(key)}:"
            if _is_block(value):
                yield head + self._behind(key.start_mark.line)
                yield from self._block(value, indent + 2)
            else:
                tail = self._inline(value)
                yield f"{head}{' ' if tail else ''}{tail}{self._behind(_last_line(value))}"

    def _item(self, node: Any, indent: int) -> list[str]:
        if _is_block(node):
            return list(self._block(node, indent))
        return [f"{self._inline(node)}{self._behind(_last_line(node))}"]

    def _inline(self, node: Any, *, flow: bool = False) -> str:
        if isinstance(node, yaml.SequenceNode):
            return f"[{', '.join(self._inline(item, flow=True) for item in node.value)}]"
        if isinstance(node, yaml.MappingNode):
            pairs = (f"{self._inline(key, flow=True)}: {self._inline(value, flow=True)}" for key, value in node.value)
            return f"{{{', '.join(pairs)}}}"
        source = self._text[node.start_mark.index : node.end_mark.index].rstrip("\n")
        return f"'{source}'" if flow and not node.style and ":" in source else source


def _is_block(node: Any) -> bool:
    return not isinstance(node, yaml.ScalarNode) and not node.flow_style


def _last_line(node: Any) -> int:
    """Return the line on which a node ends; a block scalar ends where the next line begins."""
    line: int = node.end_mark.line
    return line - 1 if node.end_mark.column == 0 and line > node.start_mark.line else line
