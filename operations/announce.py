"""Tell people how a deployment went: the team's topic of the stack, and a Slack webhook where SLACK_WEBHOOK holds one."""

from __future__ import annotations

import argparse
import json
import os
import urllib.request
from typing import Final

from operations._command import OK, UNREACHABLE, WRONG, Command, Context, OperationError, tag

_SECONDS: Final = 10


def _run(context: Context, options: argparse.Namespace) -> int:
    stack = context.stack
    subject = f"{stack.settings.app} {stack.name}: {options.outcome}"
    text = "\n".join(filter(None, [subject, f"commit {options.commit}", options.link]))
    webhook, to = os.environ.get("SLACK_WEBHOOK", ""), []
    if webhook and not context.dry_run:
        if not webhook.startswith("https://hooks.slack.com/"):
            raise OperationError(
                "SLACK_WEBHOOK holds no address of a Slack webhook (https://hooks.slack.com/...)", WRONG
            )
        body = json.dumps({"text": text}).encode()
        request = urllib.request.Request(webhook, data=body, headers={"Content-Type": "application/json"})  # noqa: S310 - https, checked above
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310 - as above
                to.append("slack")
        except OSError as error:
            # Without the address: who has it can write to the channel.
            raise OperationError(
                f"Slack did not take the message: {error}; SLACK_WEBHOOK may be out of date", UNREACHABLE
            ) from None
    elif options.topic and not context.dry_run:
        context.client("sns").publish(TopicArn=options.topic, Subject=subject[:100], Message=text)
        to.append(options.topic)
    context.result(
        {"told": to, "text": text},
        text if to else f"{text}\nNobody was told: neither SLACK_WEBHOOK nor --topic is given.",
    )
    return OK


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--outcome", required=True, help="how it went, such as success or failure")
    parser.add_argument("--commit", "--tag", type=tag, required=True, help="the commit")
    parser.add_argument("--link", default="", help="where more is to be read")
    parser.add_argument(
        "--topic", default="", help="an SNS topic instead of the webhook, such as the stack's output topicArns.team"
    )


COMMAND = Command(
    name="announce",
    help="Tell the team how a deployment went (SLACK_WEBHOOK)",
    run=_run,
    arguments=_arguments,
    changes=True,
)
