"""Stacks, recorded once per run, whichever of its workers asks first; the shipped stack files, judged once as well."""

import atexit
import fcntl
import hashlib
import json
import os
import pickle
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final, TypeVar, cast

from preview import policies, project, stackfile
from preview.bench import grown
from preview.graph import Graph
from preview.pack_process import LoadedPack, Process
from preview.record import Mode, record
from preview.verdict import Verdict

ROOT: Final = Path(__file__).parent.parent
FILES: Final = (*sorted(ROOT.glob("Pulumi.*.yaml")), *sorted(ROOT.glob("examples/*/Pulumi.*.yaml")))
NAMES: Final = tuple(str(path.relative_to(ROOT)) for path in FILES)


_Made = TypeVar("_Made")


@cache
def recorded(name: str, mode: Mode = "update") -> Graph:
    """Return what the program registers for a stack file, named relative to the root."""
    file = stackfile.read(ROOT / name)
    return registered(file.stack, file.config, mode=mode, beside=file.path.parent)


def registered(stack: str, config: Mapping[str, object], *, mode: Mode = "update", beside: Path | None = None) -> Graph:
    """Return what the program registers for a stack's settings, as `record` does; the same settings are recorded once.

    It is for the program as it is: a test that changes something else records by itself.
    """
    told = project.read(ROOT).values(config), sorted(key for key, value in config.items() if project.is_secret(value))
    key = hashlib.sha256(json.dumps((stack, mode, str(beside), *told)).encode()).hexdigest()
    return _once(f"{key}.graph", lambda: record(ROOT, stack, config, mode=mode, beside=beside))


@cache
def evaluated(name: str, mode: Mode = "update") -> Verdict:
    """Return what the policy pack says about that."""
    return _once(f"{name}.{mode}.verdict", lambda: evaluate(ROOT, ROOT / name, recorded(name, mode), mode))


@cache
def with_services(count: int) -> Graph:
    """Return what the program registers for the reference stack with as many services, copies of its first one."""
    values = grown(ROOT / "Pulumi.prod.yaml", count)["config"]
    return registered("many", values)


def _once(key: str, make: Callable[[], _Made]) -> _Made:
    """Make something, or take what another worker of the same run made. Another run shares nothing."""
    folder = os.environ.get("SLIPWAY_TESTS_FOLDER")  # see tests/conftest.py
    if not folder:
        return make()
    with Path(folder, key.replace("/", "-")).open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # the second to ask waits for the first
        file.seek(0)
        if content := file.read():
            return cast("_Made", pickle.loads(zlib.decompress(content)))  # noqa: S301 - this run wrote it
        made = make()
        file.write(zlib.compress(pickle.dumps(made), level=1))
        return made


def evaluate(root: Path, path: Path, graph: Graph, mode: Mode = "update") -> Verdict:
    """Return what the pack in `root` says about a graph recorded from the stack file at `path`."""
    file, described = stackfile.read(path), project.read(root)
    values = described.values(file.config)
    Process.kept, before = _loaded(root / "policy"), Process.kept
    try:
        with policies.Pack(
            root / "policy", project=described.name, stack=file.stack, values=values, dry_run=mode == "preview"
        ) as pack:
            return pack.evaluate(graph)
    finally:
        Process.kept = before


def refusals(verdict: Verdict) -> list[str]:
    """Return the rules that failed and the mandatory findings, a sentence each."""
    mandatory = (finding for finding in verdict.findings if finding.level == "mandatory")
    return [*verdict.rule_errors, *(f"{each.policy} {each.urn}: {each.message}" for each in mandatory)]


@cache
def _loaded(folder: Path) -> LoadedPack:
    """Load a pack, which takes longer than most evaluations, once for all that this process asks it."""
    pack = LoadedPack(folder)
    atexit.register(pack.close)
    return pack


def golden(name: str) -> Path:
    """Return the file that keeps a stack's URNs."""
    return ROOT / "tests" / "golden" / f"{name.replace('/', '-')}.txt"


def urns(name: str) -> str:
    """Return a stack's URNs as that file keeps them."""
    return "\n".join(sorted(resource.urn for resource in recorded(name).resources)) + "\n"


if __name__ == "__main__":
    for stack_file in NAMES:
        golden(stack_file).write_text(urns(stack_file), encoding="utf-8")
