"""Tell a Slack channel what CloudWatch alarms, ECS and other services publish to an SNS topic.

Environment:
    WEBHOOK_SECRET: name or ARN of the secret whose whole value is the URL of an incoming webhook.

A failure raises: Lambda tries an event of SNS three times.
"""

from __future__ import annotations

import functools
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

import boto3  # type: ignore[import-untyped] # it ships no types

RED, GREEN, YELLOW, GREY = "#cc0000", "#2eb67d", "#ecb22e", "#9e9e9e"

_TIMEOUT_SECONDS = 10
_LONGEST_TEXT = 2900  # Slack takes 3000 characters in a block
_LONGEST_LINE = 1000
_MOST_CONTAINERS = 5
_LONGEST_TITLE = 200
_STATES = {"ALARM": ("Alarm", RED), "OK": ("Over", GREEN)}
_DEPLOYMENTS = {
    "SERVICE_DEPLOYMENT_IN_PROGRESS": ("Deployment of {0} has begun", GREY),
    "SERVICE_DEPLOYMENT_COMPLETED": ("Deployment of {0} is complete", GREEN),
    "SERVICE_DEPLOYMENT_FAILED": ("Deployment of {0} has failed", RED),
}

Message = Mapping[str, object]


class WebhookError(Exception):
    """The webhook's URL is missing or wrong. The message never holds it."""


def handler(event: Mapping[str, Sequence[Mapping[str, Message]]], _context: object) -> None:
    """Post every notification of an SNS event."""
    for record in event["Records"]:
        post(slack_message(record["Sns"]))


def post(message: Message) -> None:
    """Send a message; a URL that Slack no longer knows is read anew once, because people may have replaced it.

    Raises:
        WebhookError: the secret holds no URL.
        urllib.error.URLError: Slack did not take the message.
    """
    try:
        _send(message)
    except urllib.error.HTTPError as error:
        if error.code not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise
        webhook.cache_clear()
        _send(message)


@functools.cache
def webhook() -> str:
    """Read the webhook's URL.

    Raises:
        WebhookError: the secret holds no URL.
    """
    secret = os.environ["WEBHOOK_SECRET"]
    answer = boto3.client("secretsmanager").get_secret_value(SecretId=secret)
    url = str(answer.get("SecretString", "")).strip()
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+/[!-~]+", url):
        raise WebhookError(f"Secret {secret} holds no URL of a webhook, such as https://hooks.slack.com/services/...")
    return url


def slack_message(notification: Message) -> Message:
    """Return a notification as Slack's webhook takes it: a title, a colour and what there is to know.

    Args:
        notification: the `Sns` part of a record: `Message`, and perhaps `Subject`.
    """
    text = str(notification.get("Message", ""))
    content = _json(text)
    if "AlarmName" in content:
        title, colour, body = _alarm(content)
    elif "detail-type" in content:
        title, colour, body = _event(content)
    else:
        title, colour = str(notification.get("Subject") or "Notification"), YELLOW
        body = _escape(text) if not content else f"```{_escape(json.dumps(content, indent=1))}```"
    title = title[:_LONGEST_TITLE]
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{_escape(title)}*"}},
        *([{"type": "section", "text": {"type": "mrkdwn", "text": body}}] if body else []),
    ]
    return {"text": _escape(title), "attachments": [{"color": colour, "fallback": title, "blocks": blocks}]}


Parts = tuple[str, str, str]
"""Title, colour, and the body in Slack's own mark-up."""


def _alarm(alarm: Message) -> Parts:
    """Describe a CloudWatch alarm's change of state."""
    name, state = str(alarm["AlarmName"]), str(alarm.get("NewStateValue", ""))
    word, colour = _STATES.get(state, (state or "Alarm", YELLOW))
    said = [_escape(str(alarm.get(key) or ""), _LONGEST_LINE) for key in ("AlarmDescription", "NewStateReason")]
    return f"{word}: {name}", colour, _lines(*said, _link(str(alarm.get("AlarmArn", "")), name))


def _link(arn: str, name: str) -> str:
    """Return a link to an alarm in the console."""
    _, partition, _, region, *_ = [*arn.split(":"), "", "", ""]
    # Anybody who may publish to the topic writes the ARN: what is no region would end the link and begin another.
    if partition != "aws" or not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-[0-9]", region):
        return ""
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    return f"<{console}#alarmsV2:alarm/{urllib.parse.quote(name)}|Open the alarm>"


def _event(event: Message) -> Parts:
    """Describe an event of EventBridge."""
    kind = str(event["detail-type"])
    detail = event.get("detail")
    known: Mapping[str, Callable[[Message, Message], Parts]] = {
        "ECS Deployment State Change": _deployment,
        "ECS Task State Change": _task,
        "ECS Service Action": _service,
    }
    if isinstance(detail, Mapping) and kind in known:
        return known[kind](event, detail)
    return kind, YELLOW, f"```{_escape(json.dumps(detail, indent=1))}```"


def _deployment(event: Message, detail: Message) -> Parts:
    title, colour = _DEPLOYMENTS.get(str(detail.get("eventName")), ("Deployment of {0}", YELLOW))
    return title.format(_resource(event)), colour, _escape(str(detail.get("reason", "")))


def _service(event: Message, detail: Message) -> Parts:
    name = str(detail.get("eventName", "")).replace("_", " ").capitalize()
    colour = RED if detail.get("eventType") == "ERROR" else YELLOW
    return f"{_resource(event)}: {name}", colour, _escape(str(detail.get("reason", "")))


def _task(_event: Message, detail: Message) -> Parts:
    group = str(detail.get("group", ""))
    kind, _, name = group.partition(":")
    whose = f"A task of {name}" if kind == "service" else f"A task ({name or group or 'no group'})"
    failed = "did not start" if detail.get("stopCode") == "TaskFailedToStart" else "ended by itself"
    containers = detail.get("containers")
    ended = [
        _escape(f"{each.get('name')}: {_exit(each)}", _LONGEST_LINE // _MOST_CONTAINERS)
        for each in (containers if isinstance(containers, Sequence) else ())
        if isinstance(each, Mapping) and (each.get("exitCode") or each.get("reason"))
    ]
    reason = _escape(str(detail.get("stoppedReason", "")), _LONGEST_LINE)
    task = _escape(str(detail.get("taskArn", "")).rpartition("/")[2], _LONGEST_TITLE)
    body = _lines(reason, *ended[:_MOST_CONTAINERS], f"Task `{task}`" if task else "")
    return f"{whose} {failed}", RED, body


def _exit(container: Message) -> str:
    code, reason = container.get("exitCode"), container.get("reason")
    return ", ".join([*([f"exit code {code}"] if code is not None else []), *([str(reason)] if reason else [])])


def _resource(event: Message) -> str:
    """Return the name of the first thing an event is about."""
    resources = event.get("resources")
    first = resources[0] if isinstance(resources, Sequence) and resources else ""
    return str(first).rpartition("/")[2] or "a service"


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _escape(text: str, most: int = _LONGEST_TEXT) -> str:
    """Keep a text from being read as mark-up, and cut it to what Slack takes."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped if len(escaped) <= most else re.sub(r"&[a-z]*$", "", escaped[:most]) + "..."


def _json(text: str) -> Message:
    """Return the object a text holds, or an empty one where it holds none."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _send(message: Message) -> None:
    request = urllib.request.Request(  # noqa: S310 - the URL is checked to be HTTPS
        webhook(), json.dumps(message).encode(), {"Content-Type": "application/json; charset=utf-8"}
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - see above
        answer.read()
