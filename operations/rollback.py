"""Say, or do, what brings a service back to the image that ran before.

The program is the only writer of images, so the way back is the way forward: the former tag in the stack file, then an update.
`--now` is for an emergency without the program: it points the service at the former revision, which the next update undoes
unless the stack file says the same.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Sequence

from operations import _services as services
from operations import verify
from operations._command import OK, REFUSED, Command, Context, OperationError, service_option


def former(context: Context, key: str, current: str, to: str | None) -> str:
    """Return the ARN of the revision to go back to: the newest one before the current that has another image.

    Args:
        context: the stack.
        key: the service.
        current: ARN of the revision that runs.
        to: a revision's number or an image tag; None: the last other image.

    Raises:
        OperationError: there is none.
    """
    family, _, number = current.rpartition("/")[2].rpartition(":")
    pages = context.client("ecs").get_paginator("list_task_definitions").paginate(familyPrefix=family, sort="DESC")
    arns: Sequence[str] = [arn for page in pages for arn in page["taskDefinitionArns"] if _family(arn) == family]
    runs = services.image(services.task_definition(context, current), key)
    for arn in sorted(arns, key=_number, reverse=True):
        if to is not None and _number(arn) == (int(to) if re.fullmatch(r"\d{1,5}", to) else -1):
            return arn
        if _number(arn) >= int(number):
            continue
        image = services.image(services.task_definition(context, arn), key)
        if image.endswith(f":{to}") if to is not None else image != runs:
            return arn
    wanted = (
        f"no revision of {family} has the tag or number {to}"
        if to
        else f"no earlier revision of {family} has another image"
    )
    raise OperationError(f"{wanted}; make status shows what runs")


def _run(context: Context, options: argparse.Namespace) -> int:
    key = options.service
    found = services.one(context, key)
    current = found["taskDefinition"]
    back = former(context, key, current, options.to)
    image = services.image(services.task_definition(context, back), key)
    commands = _commands(context, key, image)
    data = {"service": key, "runs": _revision(current), "former": _revision(back), "image": image, "commands": commands}
    text = "\n".join([f"{key} runs {_revision(current)}; before it, {_revision(back)} ran {image}.", *commands])
    if not options.now or context.dry_run:
        context.result(data, text)
        return OK
    context.client("ecs").update_service(
        cluster=context.stack.cluster, service=context.stack.services[key], taskDefinition=back
    )
    context.say(
        f"{key} goes back to {_revision(back)}; then write it down, or the next update brings the newer image again:"
    )
    for command in commands:
        context.say(f"  {command}")
    wrong = verify.watch(context, {key: verify.rollout(context, key, found, back)})
    context.result(
        data | {"done": not wrong, "problem": wrong.get(key)}, wrong.get(key) or f"{key} runs {_revision(back)}."
    )
    return REFUSED if wrong else OK


def _commands(context: Context, key: str, image: str) -> Sequence[str]:
    """Return the commands that bring an image back by the program."""
    where = ["--stack", context.stack.name]
    path = context.stack.path
    where += ["--config-file", str(path)] if path.parent.name else []
    setting, value = (
        ("image.digest", image.rpartition("@")[2]) if "@" in image else ("image.tag", image.rpartition(":")[2])
    )
    settings = ["--path", f"slipway:services.{key}.{setting}", value, "--type", "string"]
    return [shlex.join(["pulumi", "config", "set", *where, *settings]), shlex.join(["pulumi", "up", *where])]


def _revision(arn: str) -> str:
    return arn.rpartition("/")[2]


def _family(arn: str) -> str:
    return _revision(arn).rpartition(":")[0]


def _number(arn: str) -> int:
    return int(arn.rpartition(":")[2])


def _arguments(parser: argparse.ArgumentParser) -> None:
    service_option(parser)
    parser.add_argument("--to", help="an image tag, or a revision's number; default: the image before")
    parser.add_argument("--now", action="store_true", help="an emergency: point ECS at it at once, without the program")


COMMAND = Command(
    name="rollback",
    help="Show the commands that bring back a service's former image (--now: do it at once, past the program)",
    run=_run,
    arguments=_arguments,
    changes=True,
)
