"""Take a snapshot of the database now, and wait until it can be restored."""

from __future__ import annotations

import argparse
import datetime as dt
import re

from operations import _databases as databases
from operations._command import OK, WRONG, Command, Context, OperationError


def snapshot(context: Context, identifier: str, name: str) -> str:
    """Take a snapshot, wait until it is available, and return its ARN. An interrupt leaves it being made; it is never half of one.

    Raises:
        OperationError: the database cannot be backed up as it is now, or it takes too long.
    """
    tags = [
        {"Key": "app", "Value": context.stack.settings.app},
        {"Key": "environment", "Value": context.stack.settings.environment},
    ]
    arn = databases.take_snapshot(context, identifier, name, tags)
    context.say(f"{name} is being made")

    def done() -> bool:
        status = databases.snapshot_status(context, name)
        if status in {"failed", "deleting"}:
            raise OperationError(f"the snapshot {name} is {status}; look at the database's events")
        return status == "available"

    context.until("the snapshot is not finished", done)
    return arn


def _run(context: Context, options: argparse.Namespace) -> int:
    identifier = context.stack.database
    if identifier is None:
        raise OperationError(
            f"{context.stack.path} has no database; the media bucket keeps its versions by itself", WRONG
        )
    # What the deploying role may make begins so.
    name = options.name or f"{identifier}-backup-{dt.datetime.now(tz=dt.UTC):%Y%m%d-%H%M%S}"
    if not re.fullmatch(r"[a-zA-Z](?:-?[a-zA-Z0-9]){0,254}", name):
        raise OperationError(
            f"--name: {name!r} is no snapshot's name: a letter, then letters, digits and single hyphens", WRONG
        )
    if context.dry_run:
        context.result({"snapshot": name, "database": identifier}, f"Would take {name} of {identifier}.")
        return OK
    arn = snapshot(context, identifier, name)
    context.result({"snapshot": name, "arn": arn, "database": identifier}, f"{name} can be restored.")
    return OK


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help="the snapshot's name; default: the database's and the time")


COMMAND = Command(
    name="backup",
    help="Take a snapshot of the database and wait until it can be restored",
    run=_run,
    arguments=_arguments,
    changes=True,
)
