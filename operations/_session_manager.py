"""Hand a Session Manager session over to the plugin that speaks its protocol."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

from operations._command import Context, OperationError

PLUGIN = "session-manager-plugin"


def attach(context: Context, session: Mapping[str, Any], target: str, parameters: Mapping[str, Any]) -> int:
    """Run the plugin in this terminal until the session ends, and return its exit code.

    Args:
        context: the stack.
        session: the session as AWS gives it: id, stream's address, token.
        target: what the session leads to, `ecs:<cluster>_<task>_<runtime id>`.
        parameters: what started the session, for the plugin's own reconnects.

    Raises:
        OperationError: the plugin is not installed.
    """
    kept = {name: session[name] for name in ("SessionId", "StreamUrl", "TokenValue")}
    words = [json.dumps(kept), context.access.region, "StartSession", context.access.profile or ""]
    words += [json.dumps({"Target": target, **parameters}), f"https://ssm.{context.access.region}.amazonaws.com"]
    return subprocess.run([_plugin(), *words], check=False).returncode  # noqa: S603 - a found program, words of our own


def _plugin() -> str:
    found = shutil.which(PLUGIN)
    if found is None:
        raise OperationError(
            f"{PLUGIN} is not on this machine; AWS's page 'Install the Session Manager plugin for the AWS CLI' says how"
        )
    return found


def require() -> None:
    """Make sure that the plugin is there before anything is opened.

    Raises:
        OperationError: it is not.
    """
    _plugin()


def target(cluster: str, task: Mapping[str, Any], container: str) -> str:
    """Return what a session to a container of a task leads to.

    Raises:
        OperationError: the task has no such running container.
    """
    names = {found["name"]: found for found in task["containers"]}
    if "runtimeId" not in names.get(container, {}):
        raise OperationError(f"the task has no running container {container!r}; there are: {', '.join(sorted(names))}")
    return f"ecs:{cluster}_{task['taskArn'].rpartition('/')[2]}_{names[container]['runtimeId']}"
