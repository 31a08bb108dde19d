"""Judges the project with one line of it changed: what a policy or an invariant says then.

`python -m tests.mutation_runner STACK_FILE < changes.json > answers.json`, where a change is [file, line, instead] and an answer the
list of what is wrong. A change is made while its file is imported, in a fork, so that the AWS SDK, the pack and what does not rest on
the changed module are imported once; files stay as they are.
"""

import ast
import gc
import json
import multiprocessing
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

from preview import lazy_imports
from preview.record import record
from preview.stackfile import read
from tests import stacks
from tests.invariants import faults

_FLOORS = ("limits", "settings", "components", "wiring")
"""Where changes are made: the pack is loaded once for all."""
_PACK = multiprocessing.Lock()
"""Held by who asks the pack."""


def evaluate(name: str, change: Sequence[str]) -> list[str]:
    """Return what is wrong with the project once a line is changed."""
    if change:
        file, line, instead = change
        source = (stacks.ROOT / file).read_text(encoding="utf-8")
        if source.count(line) != 1:
            return [f"does not run: {file} holds {line!r} {source.count(line)} times"]
        _change(file, source.replace(line, instead))
    try:
        return _wrong(stacks.ROOT / name)
    except Exception as error:  # noqa: BLE001 - whatever a changed program raises
        return [f"does not run: {traceback.format_exception_only(error)[-1].strip()}"]


def _change(file: str, source: str) -> None:
    """Let this process import a file as another source, and what rests on it anew."""
    path, get_code = str(stacks.ROOT / file), SourceFileLoader.get_code

    def changed(self: Any, fullname: str) -> CodeType | None:
        return compile(source, path, "exec") if self.get_filename(fullname) == path else get_code(self, fullname)

    SourceFileLoader.get_code = changed  # type: ignore[method-assign] # for good: the fork is for this change
    for module in _resting_on(file.removesuffix(".py").replace("/", ".")):
        del sys.modules[module]
        package, _, attribute = module.rpartition(".")
        if package in sys.modules:
            delattr(sys.modules[package], attribute)


def _resting_on(changed: str) -> set[str]:
    """Return a module, those that import it, those that import these, and so on: with a package all that is in it."""
    found, more = set[str](), {changed}
    while more:
        found |= more
        packages = tuple(f"{module}." for module in more)
        more = {name for name, imported in _imports().items() if imported & more or name.startswith(packages)} - found
    return found


@cache
def _imports() -> Mapping[str, set[str]]:
    """Return by each module of the floors that is loaded what it imports, also inside functions."""
    return {
        name: set(_imported(Path(str(module.__file__))))
        for name, module in sys.modules.items()
        if name.partition(".")[0] in _FLOORS
    }


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _wrong(path: Path) -> list[str]:
    file = read(path)
    graph = record(stacks.ROOT, file.stack, file.config)
    with _PACK:
        verdict = stacks.evaluate(stacks.ROOT, path, graph)
    return [
        *faults(graph),
        *(f"{f.policy}: {f.message}" for f in verdict.findings),
        *verdict.rule_errors,
    ]


def main(name: str) -> None:
    """Read changes, write answers."""
    changes = json.load(sys.stdin)
    lazy_imports.install()
    file = read(stacks.ROOT / name)
    stacks.evaluate(stacks.ROOT, file.path, record(stacks.ROOT, file.stack, file.config))
    _imports()
    # The forks share what is here already, and each ends soon.
    gc.freeze()
    gc.disable()
    with multiprocessing.get_context("fork").Pool(maxtasksperchild=1) as pool:
        json.dump(pool.map(partial(evaluate, name), changes, chunksize=1), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
