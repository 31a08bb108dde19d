"""Command line: `python -m operations COMMAND --stack prod`; `make help` lists the commands as targets.

Exit codes: 0 it is so; 1 it is not so, or did not end well; 2 the command or the stack file is wrong; 3 AWS could not be asked;
130 stopped by a person.
"""

from __future__ import annotations

import importlib
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from components._aws_session import AwsAccess
from operations import _stack as stacks
from operations._command import WRONG, Command, Context, guarded, parser
from settings import derived

NAMES: Final = (
    "status",
    "verify",
    "smoke",
    "logs",
    "exec",
    "tunnel",
    "run",
    "migrate",
    "restart",
    "approve",
    "rollback",
    "rotate",
    "backup",
    "restore",
    "restore_drill",
    "wake",
    "sleep",
    "record",
    "state",
    "guard",
    "images",
    "push",
    "set_images",
    "up",
    "drift",
    "announce",
    "environment",
)
"""The modules that each hold one command, in the order that people read of them."""


def commands() -> Sequence[Command]:
    """Return every command."""
    found: list[Command] = [importlib.import_module(f"operations.{name}").COMMAND for name in NAMES]
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    known = commands()
    given = list(sys.argv[1:] if words is None else words)
    options = parser(known).parse_args(given)
    try:
        stack = stacks.read(Path(__file__).resolve().parent.parent, options.stack, options.file)
        context = Context(
            stack=stack,
            access=AwsAccess(
                region=stack.region,
                profile=options.profile or stack.settings.aws.profile,
                role_arns=derived.role_arns(stack.settings),
                endpoints=derived.endpoints(stack.settings),
                session_name="slipway-operations",
            ),
            as_json=options.json,
            timeout_seconds=options.timeout_minutes * 60,
            dry_run=getattr(options, "dry_run", False),
        )
        command = next(command for command in known if command.name == options.command)
        return guarded(lambda: command.run(context, options), f"python -m operations {shlex.join(given)}", context.err)
    except stacks.UnreadableStackError as error:
        print(error, file=sys.stderr)
        return WRONG


if __name__ == "__main__":
    sys.exit(main())
