"""Let cfn-lint lint resources."""

import json
import os
import subprocess
from collections.abc import Iterable
from typing import Final

LINTERS: Final = "LINTERS"
"""The environment variable that names the linters' Python."""


def lint(resources: Iterable[str]) -> list[list[str]]:
    """Return what cfn-lint has against each resource.

    Args:
        resources: JSON, `[type, inputs, region]` each.

    Raises:
        RuntimeError: it ends without a verdict.
    """
    command = [os.environ[LINTERS], "-m", "crosscheck.cfn_lint"]
    done = subprocess.run(command, input=f"[{','.join(resources)}]", capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise RuntimeError(f"cfn-lint gives no verdict: {done.stderr.strip()[-500:]}")
    found: list[list[str]] = json.loads(done.stdout)
    return found
