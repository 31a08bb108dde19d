"""What a preview does before its first import: modules that wait for their first use, and code that is taken from the last run."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from compat import later, versions

ROOT = Path(__file__).parents[1]


def run(program: str, **variables: str) -> str:
    """Run a program in a process of its own, in which only what it says was replaced."""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", sorted(later.MODULES))
def test_a_module_that_waits_is_the_ordinary_one_once_it_is_used(name: str) -> None:
    ordinary = (
        f"import importlib; m = importlib.import_module({name!r}); print(sorted(n for n in vars(m) if n[0] != '_'))"
    )
    waits = (
        "import sys, types; from compat import later; later.install(); import importlib; before = set(sys.modules)\n"
        f"m = importlib.import_module({name!r}); assert later.is_pending(m) or {name!r} in before\n"
        "dir(m); later._run(m) if later.is_pending(m) else None; assert type(m) is types.ModuleType\n"
        "print(sorted(n for n in vars(m) if n[0] != '_'))"
    )
    expected, found = run(ordinary), run(waits)
    assert set(ast.literal_eval(expected)) <= set(ast.literal_eval(found))


def test_a_module_runs_at_its_first_use_and_keeps_what_was_set_before() -> None:
    assert (
        run(
            "from compat import later; later.install(); import grpc; from grpc import aio\n"
            "assert later.is_pending(grpc) and later.is_pending(aio)\n"
            "grpc.server = 'ours'; assert later.is_pending(grpc)\n"
            "assert grpc.StatusCode.OK.name == 'OK' and not later.is_pending(grpc)\n"
            "print(grpc.server, aio.server.__name__, hasattr(grpc, 'nothing'))"
        )
        == "ours server False"
    )


def test_tracing_is_ordinary_where_somebody_traces() -> None:
    program = (
        "from compat import later; later.install(); import pulumi, sys; "
        "print(later.is_pending(sys.modules['pulumi.runtime._instrumentation']))"
    )
    assert run(program) == "True"
    assert run(program, TRACEPARENT="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") == "False"


def test_a_preview_uses_none_of_what_waits_but_for_dynamic_providers() -> None:
    used = run(
        "import sys; sys.argv = ['preview', '--file', 'Pulumi.prod.yaml', '--format', 'plain', '--pack', 'none']\n"
        "import contextlib, io, preview.__main__ as command\n"
        "from compat import later\n"
        "with contextlib.redirect_stdout(io.StringIO()): command.main()\n"
        "print(sorted(n for n in later.MODULES if n in sys.modules and not later.is_pending(sys.modules[n])))"
    )
    assert set(ast.literal_eval(used)) <= {"dill", "uuid"}


@pytest.mark.parametrize("package", ["pulumi", "pulumi-aws", "pulumi_policy", "PyYAML", "typing-extensions"])
def test_versions_are_those_of_the_metadata(package: str) -> None:
    assert versions.installed(package) == importlib.metadata.version(package)


def test_a_package_that_is_not_there_is_none() -> None:
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        versions.installed("no-such-package")


GENERATED = """
from compat import generated
made = []
def keep(mode, text, make):
    made.append((mode, text))
    return make()
generated.install(keep)
import dataclasses, typing
@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    x: int
    y: "list[int]" = dataclasses.field(default_factory=list)
class Told(typing.TypedDict):
    at: "Point | None"
assert len(made) > 3 and all(mode == "exec" for mode, _ in made)
point = Point(x=1)
assert (point, repr(point), hash(Point(x=1, y=())) != 0) == (Point(x=1), "Point(x=1, y=[])", True)
try:
    point.x = 2
except dataclasses.FrozenInstanceError:
    pass
else:
    raise AssertionError
before = len(made)
assert typing.get_type_hints(Told) == {"at": typing.Optional[Point]}
assert typing.get_type_hints(Told) and made[before:] == [("eval", "Point | None")]
"""


def test_generated_code_is_asked_for_once_and_does_the_same() -> None:
    run(GENERATED)


def test_code_is_kept_where_python_may_not_write_it_beside_the_modules(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from preview import early, source_cache\n"
        f"source_cache.folder = lambda: Path({str(tmp_path)!r})\n"
        "early.install(); sys.path.insert(0, '.'); from limits import quotas, times; early.save()\n"
        "print(type(quotas.__spec__.loader).__name__, quotas.__file__, times.__doc__)"
    )
    first = run(program, PYTHONDONTWRITEBYTECODE="1")
    (kept,) = tmp_path.glob("modules.*")
    size, changed = kept.stat().st_size, kept.stat().st_mtime_ns
    assert size > 1000
    assert run(program, PYTHONDONTWRITEBYTECODE="1") == first
    assert kept.stat().st_mtime_ns == changed
    assert first.startswith(f"_KeptLoader {ROOT / 'limits' / 'quotas.py'}")
    assert run(program).startswith("SourceFileLoader")
