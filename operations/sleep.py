"""Put a stack to sleep before its hour: the services first, then the database. AWS starts a stopped database again after seven days."""

from __future__ import annotations

import argparse

from operations import _capacity as capacity
from operations._command import OK, Command, Context


def _run(context: Context, options: argparse.Namespace) -> int:
    if not options.yes:
        capacity.hibernates(context)
    capacity.present(context)
    if context.dry_run:
        context.result(
            {"services": list(context.stack.services), "database": context.stack.database},
            "Would stop every task and the database.",
        )
        return OK
    for key in context.stack.services:
        capacity.scale(context, key, 0, 0)
    capacity.database(context, awake=False)
    context.result({"asleep": True}, "Asleep. Wake it with: make wake (or at the hour of its schedule).")
    return OK


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="also a stack without a hibernation section")


COMMAND = Command(name="sleep", help="Put a stack to sleep now", run=_run, arguments=_arguments, changes=True)
