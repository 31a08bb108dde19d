"""Replace a service's tasks by new ones of the same revision, and wait until they are well."""

from __future__ import annotations

import argparse

from operations import _services as services
from operations import verify
from operations._command import OK, REFUSED, Command, Context, service_option


def _run(context: Context, options: argparse.Namespace) -> int:
    found = services.one(context, options.service)
    revision = found["taskDefinition"].rpartition("/")[2]
    if context.dry_run:
        context.result({"restarts": revision}, f"Would replace {found['runningCount']} tasks of {revision}.")
        return OK
    answer = context.client("ecs").update_service(
        cluster=context.stack.cluster, service=context.stack.services[options.service], forceNewDeployment=True
    )
    context.say(f"{options.service}: new tasks of {revision} take over")
    wrong = verify.watch(context, {options.service: verify.rollout(context, options.service, answer["service"])})
    context.result(
        {"restarted": not wrong, "revision": revision, "problem": wrong.get(options.service)},
        wrong.get(options.service) or f"{options.service} runs new tasks of {revision}.",
    )
    return REFUSED if wrong else OK


COMMAND = Command(
    name="restart",
    help="Replace a service's tasks by new ones of the same revision (after a secret changed)",
    run=_run,
    arguments=service_option,
    changes=True,
)
