"""Judges changed copies of the project: what a policy or an invariant says when one line of it is another.

`python -m tests.mutation_runner STACK_FILE < changes.json > answers.json`, where a change is [file, line, instead] and an answer the
list of what is wrong. Each copy is recorded in a fork, so that the AWS SDK, the pack and what a change leaves as it was are imported once.
"""

import gc
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from preview.record import record
from preview.stackfile import read
from tests import stacks
from tests.invariants import faults

_FLOORS = ("limits", "settings", "components", "wiring")
"""From the lowest up: what a floor's modules are imported by is on it or on a higher one. The pack is not changed."""
_PACK = multiprocessing.Lock()
"""Held by who asks the pack: one is loaded for all copies."""


def evaluate(name: str, change: Sequence[str]) -> list[str]:
    """Return what is wrong with a copy of the project in which one line is changed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(stacks.ROOT, copy, ignore=shutil.ignore_patterns(".*", "docs", "tests", "examples", "build"))
        if change:
            file, line, instead = change
            source = (copy / file).read_text(encoding="utf-8")
            if source.count(line) != 1:
                return [f"does not run: {file} holds {line!r} {source.count(line)} times"]
            (copy / file).write_text(source.replace(line, instead), encoding="utf-8")
        os.chdir(copy)
        sys.path[0] = str(copy)
        changed = _FLOORS.index(change[0].partition("/")[0]) if change else 0
        for module in [module for module in sys.modules if module.partition(".")[0] in _FLOORS[changed:]]:
            del sys.modules[module]
        try:
            return _wrong(copy, copy / name)
        except Exception as error:  # noqa: BLE001 - whatever a changed program raises
            return [f"does not run: {traceback.format_exception_only(error)[-1].strip()}"]
        finally:
            os.chdir(stacks.ROOT)


def _wrong(root: Path, path: Path) -> list[str]:
    file = read(path)
    graph = record(root, file.stack, file.config)
    preview = record(root, file.stack, file.config, mode="preview")
    with _PACK:
        verdict = stacks.evaluate(stacks.ROOT, path, graph)
    found = [
        *faults(graph),
        *(f"{f.policy}: {f.message}" for f in verdict.findings),
        *verdict.rule_errors,
    ]
    if sorted(r.urn for r in graph.resources) != sorted(r.urn for r in preview.resources):
        found.append("preview and update make different resources")
    return found


def main(name: str) -> None:
    """Read changes, write answers."""
    changes = json.load(sys.stdin)
    file = read(stacks.ROOT / name)
    stacks.evaluate(stacks.ROOT, file.path, record(stacks.ROOT, file.stack, file.config))
    # The copies share what is here already, and each ends soon.
    gc.freeze()
    gc.disable()
    with multiprocessing.get_context("fork").Pool(maxtasksperchild=1) as pool:
        json.dump(pool.map(partial(evaluate, name), changes, chunksize=1), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
