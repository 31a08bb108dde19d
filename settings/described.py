"""What each setting means: the text under it in its section's source.

Pydantic reads it too, if told so, whenever a section is defined, which takes longer than all else that a run does with the
settings. Here it is read when somebody asks: for a message, the schema and the reference.
"""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from settings import schema_lookup
from settings.model import Settings
from settings.model.section import Section


def sections(model: type[Section] = Settings) -> Iterator[type[Section]]:
    """Yield a section and all those inside it, the inner ones first."""
    seen: set[type[Section]] = set()

    def walk(section: type[Section]) -> Iterator[type[Section]]:
        if section in seen:
            return
        seen.add(section)
        for _, info in schema_lookup.fields(section):
            annotation: object = info.annotation
            while annotation is not None:
                inner = schema_lookup.section(annotation)
                if inner:
                    yield from walk(inner)
                annotation = None if inner else schema_lookup.step(annotation, 0)
        yield section

    return walk(model)


@cache
def describe() -> None:
    """Give each setting its description, once."""
    for section in sections():
        texts = {name: text for base in reversed(section.__mro__) for name, text in _texts(base).items()}
        for name, info in section.model_fields.items():
            info.description = info.description or texts.get(name)


def _texts(section: type) -> dict[str, str]:
    """Return the texts under a class's annotated names."""
    if not issubclass(section, Section):
        return {}
    body = _classes(inspect.getfile(section)).get(section.__qualname__, [])
    return {
        first.target.id: inspect.cleandoc(second.value.value)
        for first, second in itertools.pairwise(body)
        if isinstance(first, ast.AnnAssign)
        and isinstance(first.target, ast.Name)
        and isinstance(second, ast.Expr)
        and isinstance(second.value, ast.Constant)
        and isinstance(second.value.value, str)
    }


@cache
def _classes(path: str) -> dict[str, list[ast.stmt]]:
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return {node.name: node.body for node in tree.body if isinstance(node, ast.ClassDef)}
