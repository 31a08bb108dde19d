"""Deploy: `pulumi up` with the policy pack, without questions; the program itself verifies what runs afterwards."""

from __future__ import annotations

import argparse

from operations import _pulumi as pulumi
from operations._command import OK, REFUSED, Command, Context


def _run(context: Context, _options: argparse.Namespace) -> int:
    # Never without its preview: what is protected stops there, before anything is deleted.
    return REFUSED if pulumi.run(context, "up", *pulumi.where(context), "--policy-pack", "policy", "--yes") else OK


COMMAND = Command(name="up", help="Deploy with the policy pack, without questions (pulumi up)", run=_run, changes=True)
