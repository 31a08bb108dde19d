"""Show what a service's containers log, as it comes or for some time back."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from operations._command import OK, Command, Context, service_option

_POLL_SECONDS = 3
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _run(context: Context, options: argparse.Namespace) -> int:
    group = context.stack.log_group(options.service)
    since = int((dt.datetime.now(tz=dt.UTC) - dt.timedelta(seconds=options.since)).timestamp() * 1000)
    seen: set[str] = set()
    deadline = context.clock() + context.timeout_seconds
    while True:
        for event in _events(context, group, since, options.filter):
            if event["eventId"] in seen:
                continue
            seen.add(event["eventId"])
            since = max(since, int(event["timestamp"]))
            _show(context, event)
        if not options.follow or context.clock() >= deadline:
            return OK
        context.sleep(_POLL_SECONDS)


def _events(context: Context, group: str, since: int, pattern: str) -> Iterator[dict[str, Any]]:
    pages = context.client("logs").get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=group, startTime=since, **({"filterPattern": pattern} if pattern else {})):
        yield from page["events"]


def _show(context: Context, event: dict[str, Any]) -> None:
    at = dt.datetime.fromtimestamp(event["timestamp"] / 1000, tz=dt.UTC)
    stream, text = str(event.get("logStreamName", "")), str(event["message"]).rstrip()
    data = {"time": at.isoformat(timespec="milliseconds"), "stream": stream, "message": text}
    context.result(data, f"{at:%H:%M:%S} {stream.rpartition('/')[2][:8]} {text}")


def duration(text: str) -> int:
    """Return the seconds of a time such as 90s, 30m, 2h or 1d.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 90s, 30m, 2h or 1d")
    return int(found[1]) * _UNITS[found[2]]


def _arguments(parser: argparse.ArgumentParser) -> None:
    service_option(parser)
    parser.add_argument(
        "--since", type=duration, default=600, metavar="TIME", help="how far back, such as 30m or 2h; default: 10m"
    )
    parser.add_argument(
        "--filter", default="", help="CloudWatch's filter pattern, such as ERROR or '{ $.level = \"error\" }'"
    )
    parser.add_argument("--follow", action="store_true", help="go on as lines come")


COMMAND = Command(
    name="logs", help="Show a service's log lines (--follow: as they come)", run=_run, arguments=_arguments
)
