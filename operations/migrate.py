"""Run a service's migration once more, as `pulumi up` does before a new version: the newest revision of its task."""

from __future__ import annotations

import argparse

from components import _one_off_task as tasks
from components._one_off_task import OneOffTask, TaskError
from operations import _services as services
from operations import run
from operations._command import OK, Command, Context, OperationError, service_option


def _run(context: Context, options: argparse.Namespace) -> int:
    key = options.service
    service = context.stack.service(key)
    if service.migrate is None:
        having = [name for name, other in context.stack.settings.services.items() if other.migrate]
        raise OperationError(f"services.{key} has no migrate section; with one: {', '.join(having) or 'no service'}", 2)
    family = context.stack.migration_family(key)
    definition = services.task_definition(context, family)
    revision = f"{definition['family']}:{definition['revision']}"
    image = services.image(definition, key)
    if context.dry_run:
        context.result(
            {"revision": revision, "image": image, "command": list(service.migrate.command)},
            f"Would run {revision} ({image}): {' '.join(service.migrate.command)}",
        )
        return OK
    where = run.network(services.one(context, key))["awsvpcConfiguration"]
    wanted = OneOffTask(
        task_definition=definition["taskDefinitionArn"],
        containers=[c["name"] for c in definition["containerDefinitions"] if c.get("essential", True)],
        cluster=context.stack.cluster,
        subnets=where["subnets"],
        public_ip=where.get("assignPublicIp") == "ENABLED",
        security_groups=where["securityGroups"],
        log_group=context.stack.log_group(key),
        timeout_seconds=context.timeout_seconds,
    )
    context.say(f"{revision} runs: {' '.join(service.migrate.command)}")
    try:
        arn = tasks.run(wanted, context.client("ecs"), sleep=context.sleep, clock=context.clock)
    except TaskError as error:
        raise OperationError(str(error)) from error
    context.result({"task": arn, "revision": revision, "image": image}, f"{revision} ended well.")
    return OK


COMMAND = Command(
    name="migrate",
    help="Run a service's migration again (pulumi up runs it by itself)",
    run=_run,
    arguments=service_option,
    changes=True,
)
