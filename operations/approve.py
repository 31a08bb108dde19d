"""Let a deployment that waits for a person go on, or take it back (`deployment.pauseMinutes`)."""

from __future__ import annotations

import argparse

from components import _rollout as rollouts
from operations import _services as services
from operations._command import OK, Command, Context, OperationError, service_option


def _run(context: Context, options: argparse.Namespace) -> int:
    key, ecs = options.service, context.client("ecs")
    services.one(context, key)
    listed = rollouts.deployments(ecs, context.stack.cluster, context.stack.services[key], status=["IN_PROGRESS"])
    arns = [found["serviceDeploymentArn"] for found in listed]
    described = ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"] if arns else []
    waiting = [
        (found["serviceDeploymentArn"], hook["hookId"])
        for found in described
        for hook in found.get("lifecycleHookDetails", ())
        if hook.get("status") == "AWAITING_ACTION"
    ]
    if not waiting:
        raise OperationError(f"no deployment of {key} waits for anybody; make status shows what runs")
    arn, hook = waiting[0]
    action = "ROLLBACK" if options.reject else "CONTINUE"
    words = "goes back" if options.reject else "goes on"
    if context.dry_run:
        context.result({"deployment": arn, "action": action}, f"Would answer {action} to {arn}.")
        return OK
    ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook, action=action)
    context.result(
        {"deployment": arn, "action": action}, f"The deployment of {key} {words}; make verify waits for its end."
    )
    return OK


def _arguments(parser: argparse.ArgumentParser) -> None:
    service_option(parser)
    parser.add_argument("--reject", action="store_true", help="take it back instead")


COMMAND = Command(
    name="approve",
    help="Let a deployment that waits for a person go on (--reject: take it back)",
    run=_run,
    arguments=_arguments,
    changes=True,
)
