"""How the whole suite runs: without what belongs to whoever runs it, with the SDK as previews load it, and few long collections of garbage."""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Generator

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


def pytest_sessionstart(session: pytest.Session) -> None:
    """Load of the AWS SDK what is used, as previews do; `tests/preview/test_lazy_imports.py` holds that against the whole of it."""
    if not xdist.is_xdist_controller(session):
        from preview import lazy_imports  # noqa: PLC0415 - where tests run, not where they are handed out

        lazy_imports.install()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what was compiled of it for the next run."""
    if not xdist.is_xdist_controller(session):
        from preview import lazy_imports  # noqa: PLC0415 - as above

        lazy_imports.save()


def pytest_collection_finish() -> None:
    """Spare the collector what lives until the end: the AWS SDK's classes, which it would go through again and again."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    """Take back what a dynamic resource sets where it alone is the process: without traces the SDK waits for ever."""
    yield
    if hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit
