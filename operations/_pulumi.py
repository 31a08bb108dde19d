"""The Pulumi CLI, on the stack that a stack file describes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from operations._command import WRONG, Context, OperationError

ROOT: Final = Path(__file__).resolve().parents[1]


def where(context: Context) -> Sequence[str]:
    """Return the options that name the stack and its file."""
    own = ROOT / f"Pulumi.{context.stack.name}.yaml"
    path = context.stack.path.resolve()
    return ["--stack", context.stack.name, *([] if path == own else ["--config-file", str(path)])]


def run(context: Context, *words: str) -> int:
    """Run the CLI in this terminal, in the project's folder, and return its exit code; with --dry-run say what would run.

    Raises:
        OperationError: it is not installed.
    """
    if context.dry_run:
        context.say(f"Would run: pulumi {' '.join(words)}")
        return 0
    return subprocess.run([_cli(), *words], cwd=ROOT, check=False).returncode  # noqa: S603 - a found program, words of our own


def output(*words: str) -> str:
    """Run the CLI and return what it prints.

    Raises:
        OperationError: it is not installed, or fails: with its own words.
    """
    done = subprocess.run([_cli(), *words], cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603 - as above
    if done.returncode:
        raise OperationError(f"pulumi {words[0]} failed:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout


def _cli() -> str:
    found = shutil.which("pulumi")
    if found is None:
        raise OperationError("the Pulumi CLI is not on this machine: make pulumi-cli installs it", WRONG)
    return found
