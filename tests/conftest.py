"""How the whole suite runs: without what belongs to whoever runs it, and with few long passes of the garbage collector."""

import atexit
import gc
import os
import shutil
import tempfile

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


def pytest_collection_finish() -> None:
    """Spare the collector what lives until the end: the AWS SDK's classes, which it would go through again and again."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
