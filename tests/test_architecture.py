"""What docs/architecture.md says of floors and names."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from tests import stacks

_FLOORS: Final[Mapping[str, Sequence[str]]] = {
    "__main__.py": ("components", "settings", "wiring"),
    "wiring": ("compat", "components", "limits", "policy.common", "settings"),
    "components": ("limits", "policy.common"),
    "settings": ("compat", "limits", "policy.common"),
    "limits": ("policy.common",),
    "policy": (),
    "functions": (),
}
"""What each floor may import of the others."""

_PYTHON: Final = (*_FLOORS, "compat", "crosscheck", "data", "operations", "preview")
"""Where the program's own source is."""
_MOST_PATHS: Final = 15
"""What a person follows at once. A function with more is a table, or several functions with names."""

_SAME_PART: Final[Sequence[Sequence[str]]] = (["components", "settings"], ["limits", "settings"])
"""A section of the stack file, and what is built from it or checked of it, may have one name."""
_VIEWS: Final[Mapping[str, Sequence[Sequence[str]]]] = dict.fromkeys(
    ("Finding", "Graph", "Resource", "Unknown", "Verdict"), (["policy", "preview"],)
)
"""The pack is published without the preview, and has its own view of a graph."""


def modules(floor: str) -> list[Path]:
    """Return the source files of a floor."""
    path = stacks.ROOT / floor
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Yield what a file imports, also inside functions and for types only."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("floor", _FLOORS)
def test_imports_run_downwards_only(floor: str) -> None:
    own = {path.parent.name for path in stacks.ROOT.glob("*/__init__.py")} - {floor}
    wrong = [
        f"{path.relative_to(stacks.ROOT)} imports {name}"
        for path in modules(floor)
        for name in imported(path)
        if name.partition(".")[0] in own
        and not any(name == allowed or name.startswith(f"{allowed}.") for allowed in _FLOORS[floor])
    ]
    assert wrong == []


def test_checks_know_no_wiring_and_models_no_checks() -> None:
    for path in modules("settings/model"):
        assert not [name for name in imported(path) if name.startswith("settings.checks")], path


def test_a_class_name_means_one_thing() -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for floor in _PYTHON:
        for path in modules(floor):
            for node in parsed(path).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].add(str(path.relative_to(stacks.ROOT)))
    twice = {
        name: sorted(found)
        for name, found in places.items()
        if len(found) > 1 and sorted(path.partition("/")[0] for path in found) not in _VIEWS.get(name, _SAME_PART)
    }
    assert twice == {}


def paths(function: ast.AST) -> int:
    """Return how many ways lead through a function: one, and one for each branch, loop, handler, condition and filter.

    Those in expressions count, which the linter's own rule leaves out; those of functions inside are theirs.
    """
    count, todo = 1, list(ast.iter_child_nodes(function))
    while todo:
        node = todo.pop()
        match node:
            case (
                ast.If()
                | ast.IfExp()
                | ast.For()
                | ast.AsyncFor()
                | ast.While()
                | ast.ExceptHandler()
                | ast.match_case()
            ):
                count += 1
            case ast.BoolOp():
                count += len(node.values) - 1
            case ast.comprehension():
                count += 1 + len(node.ifs)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
        todo += ast.iter_child_nodes(node)
    return count


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(parsed(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def test_paths_are_counted() -> None:
    source = """
def f(a):
    if a and a > 1 or a is None:
        return [x for x in a if x]
    try:
        return (lambda: 1 if a else 2)()
    except ValueError:
        def g(b):
            return b if b else 0
        return g(a)
"""
    assert paths(ast.parse(source).body[0]) == 1 + 1 + 2 + 2 + 1 + 1


def test_a_function_can_be_followed() -> None:
    long = [
        f"{path.relative_to(stacks.ROOT)}: {function.name} has {count}"
        for floor in _PYTHON
        for path in modules(floor)
        for function in functions(path)
        if (count := paths(function)) > _MOST_PATHS
    ]
    assert long == [], (
        f"at most {_MOST_PATHS} ways through a function: make a table of it, or small functions with names"
    )


def test_the_bill_of_materials_fits_on_a_page() -> None:
    assert len((stacks.ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) <= 90


def test_the_page_names_what_is_there() -> None:
    text = (stacks.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for floor in _FLOORS:
        assert f"{floor}" in text
    for name in ("wiring/refusals.py", "components/_dependencies.py", "policy/topology.py", "preview/analyzer.py"):
        assert name in text
        assert (stacks.ROOT / name).is_file()
