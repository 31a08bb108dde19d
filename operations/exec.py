"""Open a shell, or run a command, in a running task of a service (ECS Exec)."""

from __future__ import annotations

import argparse

from operations import _services as services
from operations import _session_manager as sessions
from operations._command import Command, Context, service_option


def _run(context: Context, options: argparse.Namespace) -> int:
    sessions.require()
    key = options.service
    context.stack.service(key)
    task = services.running_task(context, key)
    container = options.container or key
    where = sessions.target(context.stack.cluster, task, container)
    answer = context.client("ecs").execute_command(
        cluster=context.stack.cluster,
        task=task["taskArn"],
        container=container,
        command=options.run,
        interactive=True,
    )
    session = {name[0].upper() + name[1:]: value for name, value in answer["session"].items()}
    return sessions.attach(context, session, where, {})


def _arguments(parser: argparse.ArgumentParser) -> None:
    service_option(parser)
    parser.add_argument("--container", help="another container of the task; default: the service's own")
    parser.add_argument("--run", default="/bin/sh", help="what to run; default: /bin/sh")


COMMAND = Command(
    name="exec", help="Open a shell in a running task (a service with exec: true)", run=_run, arguments=_arguments
)
