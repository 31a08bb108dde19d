"""Open a port on this machine that leads to the database or the cache, through a running task (Session Manager)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from operations import _databases as databases
from operations import _services as services
from operations import _session_manager as sessions
from operations._command import Command, Context, OperationError, service_option, whole

DOCUMENT = "AWS-StartPortForwardingSessionToRemoteHost"


def ends(context: Context) -> Mapping[str, tuple[str, int]]:
    """Return the host and port of what a tunnel may lead to, as AWS knows them.

    Raises:
        OperationError: a part of the stack file is not there.
    """
    found: dict[str, tuple[str, int]] = {}
    stack = context.stack
    if stack.database:
        server = databases.describe(context, stack.database)
        end = server.get("Endpoint")
        if not end:
            raise OperationError(
                f"database {stack.database} is {server['DBInstanceStatus']} and has no address; wake it: make wake"
            )
        found["database"] = (end["Address"], int(end["Port"]))
    if stack.cache:
        groups = context.client("elasticache").describe_replication_groups(ReplicationGroupId=stack.cache)
        group = groups["ReplicationGroups"][0]
        end = group.get("ConfigurationEndpoint") or group["NodeGroups"][0]["PrimaryEndpoint"]
        found["cache"] = (end["Address"], int(end["Port"]))
    return found


def _run(context: Context, options: argparse.Namespace) -> int:
    known = [part for part in ("database", "cache") if getattr(context.stack, part)]
    if options.to not in known:
        raise OperationError(
            f"{context.stack.path} has no {options.to}; a tunnel may lead to: {', '.join(known) or 'nothing'}", 2
        )
    sessions.require()
    key = options.service
    context.stack.service(key)
    task = services.running_task(context, key)
    where = sessions.target(context.stack.cluster, task, key)
    host, port = ends(context)[options.to]
    local = options.port or port
    parameters = {"host": [host], "portNumber": [str(port)], "localPortNumber": [str(local)]}
    started = context.client("ssm").start_session(Target=where, DocumentName=DOCUMENT, Parameters=parameters)
    context.say(f"localhost:{local} leads to the {options.to} ({host}:{port}) through {key}; Ctrl-C closes it")
    context.say("TLS is required; the certificate names the far host, so check it against that, or use verify-ca")
    return sessions.attach(context, started, where, {"DocumentName": DOCUMENT, "Parameters": parameters})


def _arguments(parser: argparse.ArgumentParser) -> None:
    service_option(parser)
    parser.add_argument(
        "--to", choices=("database", "cache"), default="database", help="where it leads; default: database"
    )
    parser.add_argument("--port", type=whole(1, 65535), help="the port on this machine; default: the far one")


COMMAND = Command(
    name="tunnel",
    help="Open a local port to the database or cache through a running task (a service with exec: true)",
    run=_run,
    arguments=_arguments,
)
