"""How the whole suite runs: without what belongs to whoever runs it, with the SDK as previews load it, and few long collections of garbage."""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
import xdist  # type: ignore[import-untyped] # has no types of its own

if "PYTEST_XDIST_WORKER" not in os.environ:
    # One folder for the run: its workers inherit the environment.
    _folder = tempfile.mkdtemp(prefix="slipway-tests-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    os.environ["SLIPWAY_TESTS_FOLDER"] = _folder
    # Tests see no prices that whoever runs them has read with `make prices`.
    os.environ["XDG_CACHE_HOME"] = _folder
    # A make inside a test is nobody's child: under `make test` it would say which folder it enters.
    for _name in ("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS"):
        os.environ.pop(_name, None)

gc.disable()  # what is imported and collected stays


def pytest_sessionstart(session: pytest.Session) -> None:
    """Load of the AWS SDK what is used, as previews do; `tests/preview/test_lazy_imports.py` holds that against the whole of it."""
    if not xdist.is_xdist_controller(session):
        from preview import lazy_imports  # noqa: PLC0415 - where tests run, not where they are handed out

        lazy_imports.install()
        _begin_elsewhere(session.config)


def _begin_elsewhere(config: pytest.Config) -> None:
    """Let each worker import another part of the tests first, so that they compile different files where none is compiled yet."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker and {Path(name).resolve() for name in config.args} == {Path(__file__).parent}:
        files = sorted(map(str, Path(__file__).parent.rglob("test_*.py")))
        first = len(files) * int(worker) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        config.args = [*files[first:], *files[:first]]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what was compiled of it for the next run, and collect garbage, once: pytest itself goes five times through all that is left."""
    if not xdist.is_xdist_controller(session):
        from preview import lazy_imports  # noqa: PLC0415 - as above

        lazy_imports.save()
        gc.collect()
        gc.freeze()


_LONGEST = (
    "tests/test_mutations.py",
    "tests/examples/test_app.py",
    "tests/policy/test_properties.py",
    "tests/settings/test_reading.py",
    "tests/conformance/test_stated_values.py",
    "tests/iam/test_needs.py",
    "tests/iam/test_boundary.py",
    "tests/policy/test_reference.py",
    "tests/preview/test_lazy_imports.py",
    "tests/preview/test_many.py",
    "tests/test_database_options.py",
    "tests/wiring/test_load_balancer.py",
    "tests/test_program.py",
)
"""Files that take longer than others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that all workers end at about the same time; in all of them in the same order."""
    longest = {Path(__file__).parents[1] / name: place for place, name in enumerate(_LONGEST)}
    if gone := [path for path in longest if not path.is_file()]:
        raise pytest.UsageError(f"among the longest files, but not there: {gone}")
    items.sort(key=lambda item: (longest.get(item.path, len(longest)), item.path))


def pytest_collection_finish() -> None:
    """Spare the collector what lives until the end, such as the AWS SDK's classes, and what is gone soon without it.

    A recorded stack is some hundred thousand objects, which references alone free.
    """
    gc.freeze()
    gc.set_threshold(3_000_000, 10, 10)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    """Take back what a dynamic resource sets where it alone is the process: without traces the SDK waits for ever."""
    yield
    if hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit
