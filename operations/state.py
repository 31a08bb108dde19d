"""Open a stack's state: log in to the bucket that the stack file names, and make the stack where there is none yet."""

from __future__ import annotations

import argparse
import json

from operations import _pulumi as pulumi
from operations._command import OK, REFUSED, WRONG, Command, Context, OperationError
from preview import project


def _run(context: Context, _options: argparse.Namespace) -> int:
    delivery, region = context.stack.settings.delivery, context.stack.region
    if delivery is None or not delivery.state_bucket:
        raise OperationError(
            f"{context.stack.path}: delivery.stateBucket names the bucket of the state; it is not set", WRONG
        )
    if pulumi.run(context, "login", f"s3://{delivery.state_bucket}?region={region}&awssdk=v2"):
        return REFUSED
    known = [] if context.dry_run else [stack["name"] for stack in json.loads(pulumi.output("stack", "ls", "--json"))]
    if context.stack.name in known:
        return OK
    # What the deploying role may decrypt is told by the context, where other stacks use the key, too.
    whose = "" if delivery.own_state_key else f"&context_stack={project.read(pulumi.ROOT).name}/{context.stack.name}"
    key = f"awskms:///{delivery.state_key_arn}?region={region}{whose}" if delivery.state_key_arn else "passphrase"
    return REFUSED if pulumi.run(context, "stack", "init", context.stack.name, "--secrets-provider", key) else OK


COMMAND = Command(name="state", help="Log in to the stack's state, and make the stack once", run=_run, changes=True)
