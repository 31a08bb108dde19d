"""Write a version into the stack file: the tag of every image that the stack's own repositories hold."""

from __future__ import annotations

import argparse

from operations import _images
from operations import _pulumi as pulumi
from operations._command import OK, REFUSED, WRONG, Command, Context, OperationError, tag


def _run(context: Context, options: argparse.Namespace) -> int:
    known = _images.images(context)
    if unknown := [key for key in options.service or () if key not in known]:
        raise OperationError(
            f"no image of the stack's own repositories: {', '.join(unknown)}; there are: {', '.join(known) or 'none'}",
            WRONG,
        )
    keys = [key for key in known if not options.service or key in options.service]
    for key in keys:
        # A tag of digits alone would become a number without its type.
        setting = ("--path", f"slipway:services.{key}.image.tag", options.tag, "--type", "string")
        if pulumi.run(context, "config", "set", *pulumi.where(context), *setting):
            return REFUSED
    context.result({"services": keys, "tag": options.tag}, f"{', '.join(keys)}: {options.tag}")
    return OK


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tag", type=tag, required=True, help="the images' tag: the commit")
    parser.add_argument("--service", action="append", help="only this service; repeatable")


COMMAND = Command(
    name="set-images",
    help="Write an images' tag into the stack file (TAG=...)",
    run=_run,
    arguments=_arguments,
    changes=True,
)
