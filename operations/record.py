"""Write down what was deployed: who, which commit, which images, how it went. Into the bucket that holds the state."""

from __future__ import annotations

import argparse
import datetime as dt
import json

from operations import _services as services
from operations._command import OK, WRONG, Command, Context, OperationError, tag, whole


def _run(context: Context, options: argparse.Namespace) -> int:
    settings = context.stack.settings
    bucket = options.bucket or (settings.delivery.state_bucket if settings.delivery else None)
    if not bucket:
        raise OperationError("no bucket: name one with --bucket, or delivery.stateBucket in the stack file", WRONG)
    now = dt.datetime.now(tz=dt.UTC)
    found = services.describe(context)
    entry = {
        "stack": context.stack.name,
        "app": settings.app,
        "environment": settings.environment,
        "at": now.isoformat(timespec="seconds"),
        "by": options.by or context.client("sts").get_caller_identity()["Arn"],
        "commit": options.commit,
        "result": options.result,
        "seconds": options.seconds,
        "policy": options.policy,
        "services": {
            key: {
                "revision": service["taskDefinition"].rpartition("/")[2],
                "image": services.image(services.task_definition(context, service["taskDefinition"]), key),
                "tasks": service["runningCount"],
            }
            for key, service in found.items()
        },
    }
    key = f"records/{settings.app}/{context.stack.name}/{now:%Y/%m/%Y-%m-%dT%H%M%SZ}.json"
    if not context.dry_run:
        context.client("s3").put_object(
            Bucket=bucket, Key=key, Body=json.dumps(entry, indent=2).encode(), ContentType="application/json"
        )
    written = "Would write" if context.dry_run else "Wrote"
    context.result({"bucket": bucket, "key": key, "record": entry}, f"{written} s3://{bucket}/{key}")
    return OK


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--commit", "--tag", type=tag, required=True, help="the commit that was deployed")
    parser.add_argument("--result", required=True, choices=("succeeded", "failed", "rolled-back"), help="how it went")
    parser.add_argument("--seconds", type=whole(0, 999999), help="how long it took")
    parser.add_argument("--policy", help="the policy pack's verdict, such as passed")
    parser.add_argument("--by", help="who deployed; default: who these credentials are")
    parser.add_argument("--bucket", help="another bucket than the stack file's delivery.stateBucket")


COMMAND = Command(
    name="record",
    help="Write a deployment's record into the state bucket",
    run=_run,
    arguments=_arguments,
    changes=True,
)
