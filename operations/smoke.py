"""Ask the public address what the stack file's smoke checks ask after each update."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from components import _smoke as smoke
from components._smoke import SmokeCheck, SmokeError
from operations._command import OK, REFUSED, Command, Context, OperationError
from settings import derived


def checks(context: Context) -> Sequence[SmokeCheck]:
    """Return what to ask: the stack file's smoke checks, or the front page of each host where it has none.

    Raises:
        OperationError: the stack has no domain.
    """
    hosts = context.stack.hosts
    if not hosts:
        raise OperationError(f"{context.stack.path} has no domain, so there is no public address to ask", 2)
    given = [SmokeCheck(**question) for question in derived.smoke(context.stack.settings)]
    return given or [SmokeCheck(url=f"https://{host}/", status=200) for host in hosts if not host.startswith("*.")]


def _run(context: Context, _options: argparse.Namespace) -> int:
    wanted = checks(context)
    problem = ""
    try:
        smoke.run(wanted, timeout_seconds=min(context.timeout_seconds, 120), sleep=context.sleep, clock=context.clock)
    except SmokeError as error:
        problem = str(error)
    context.result(
        {"passed": not problem, "checks": [check.url for check in wanted], "problem": problem or None},
        problem or f"{len(wanted)} smoke checks pass.",
    )
    return REFUSED if problem else OK


COMMAND = Command(name="smoke", help="Ask the public address as a visitor would", run=_run)
