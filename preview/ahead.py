"""A program's modules, imported before it runs: in a process that is copied, or that waits."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, cast

from compat import core
from preview import lazy_imports, record

_RECORDER: Final = frozenset({"preview", "compat"})
_TABLES: Final = frozenset({"limits", "policy"})
"""Packages of this project that hold pure functions over tables: they are kept with the tables that they have read."""
_HOME: Final = Path(__file__).parents[1]


def named(root: Path) -> list[str]:
    """Return the modules that a program imports first of all, in its order; none where its text is not Python."""
    try:
        tree = ast.parse((root / "__main__.py").read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    return list(dict.fromkeys(_imported_by(tree.body)))


def _imported_by(statements: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            yield statement.module


def imported(modules: Iterable[str], root: Path, project: str, stack: str | None) -> bool:
    """Import a program's modules; False where one of them asks for what is not known yet: the configuration, or the stack's name.

    What is broken is left for the run, which says so.

    Args:
        modules: their names.
        root: the project's folder.
        project: the project's name.
        stack: the stack's; None where it is to be imported for several.
    """
    lazy_imports.install()
    before = frozenset(sys.modules)
    try:
        with core.without_configuration(project, stack), record.inside(root.resolve()):
            for name in modules:
                importlib.import_module(name)
            _build_models()
    except core.ConfigurationAskedError:
        drop(program_modules(root, before))
        return False
    except Exception:  # noqa: BLE001 - a program may raise anything, and will once more
        drop(program_modules(root, before))
    return True


def program_modules(root: Path, own: frozenset[str]) -> list[str]:
    """Name the modules that a program has imported from its folder, in the order in which it did; `own` are not its."""
    folder = root.resolve()
    return [
        name
        for name, module in sys.modules.items()
        if name not in own
        and name != "__main__"
        and not is_kept(name, module)
        and (file := getattr(module, "__file__", None))
        and "site-packages" not in file
        and Path(file).is_relative_to(folder)
    ]


def is_kept(name: str, module: object) -> bool:
    """Whether a module belongs to what records, and not to the program."""
    package = name.partition(".")[0]
    if package in _TABLES:
        return Path(getattr(module, "__file__", None) or "").is_relative_to(_HOME)
    return package in _RECORDER


def drop(modules: Iterable[str]) -> None:
    """Forget modules, so that they are imported anew."""
    for name in modules:
        del sys.modules[name]


def _build_models() -> None:
    """Make what pydantic would make of each model when it is first asked for."""
    if pydantic := sys.modules.get("pydantic"):
        waiting = list(pydantic.BaseModel.__subclasses__())
        while waiting:
            model = waiting.pop()
            waiting += model.__subclasses__()
            if getattr(sys.modules.get(model.__module__), model.__name__, None) is model:
                cast("Any", model).model_rebuild(raise_errors=False)
