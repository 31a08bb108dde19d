"""Tell whether what is deployed is what the stack file says: a refreshing preview that expects no changes."""

from __future__ import annotations

import argparse

from operations import _pulumi as pulumi
from operations._command import OK, REFUSED, Command, Context


def _run(context: Context, _options: argparse.Namespace) -> int:
    words = ("preview", *pulumi.where(context), "--refresh", "--expect-no-changes", "--diff", "--non-interactive")
    return REFUSED if pulumi.run(context, *words) else OK


COMMAND = Command(name="drift", help="Fail where something differs from the stack file (changes by hand)", run=_run)
