"""Wake a sleeping stack: the database first, then the services."""

from __future__ import annotations

import argparse

from operations import _capacity as capacity
from operations import _services as services
from operations import verify
from operations._command import OK, REFUSED, Command, Context


def _run(context: Context, _options: argparse.Namespace) -> int:
    capacity.present(context)
    wanted = capacity.ranges(context)
    if context.dry_run:
        told = ", ".join(f"{key} {fewest} to {most} tasks" for key, (fewest, most) in wanted.items())
        context.result(
            {"services": wanted, "database": context.stack.database}, f"Would start the database and give: {told}."
        )
        return OK
    capacity.database(context, awake=True)
    for key, (fewest, most) in wanted.items():
        capacity.scale(context, key, fewest, most)
    found = services.describe(context)
    wrong = verify.watch(context, {key: verify.rollout(context, key, service) for key, service in found.items()})
    until = " It sleeps again at the next evening of its schedule." if context.stack.settings.hibernation else ""
    context.result({"awake": not wrong, "problems": wrong}, "\n".join(wrong.values()) or f"Everything runs.{until}")
    return REFUSED if wrong else OK


COMMAND = Command(name="wake", help="Wake a sleeping stack and wait until it runs", run=_run, changes=True)
