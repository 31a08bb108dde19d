"""Tests see no prices that whoever runs them has read with `make prices`."""

import os
import tempfile

os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="slipway-tests-")
