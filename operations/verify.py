"""Tell whether every service runs what its stack says: the same look that `pulumi up` takes after each deployment."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor

from components import _rollout as rollouts
from components._rollout import RolloutError, WantedRollout
from operations import _services as services
from operations._command import OK, REFUSED, Command, Context


def rollout(context: Context, key: str, found: services.Found, task_definition: str | None = None) -> WantedRollout:
    """Return what a service should run: the revision that is given, or the one ECS was last told."""
    service = context.stack.service(key)
    return WantedRollout(
        cluster=context.stack.cluster,
        service=context.stack.services[key],
        task_definition=task_definition or found["taskDefinition"],
        containers=[key, *service.sidecars],
        log_group=context.stack.log_group(key),
        strategy=service.deployment.strategy,
        timeout_seconds=context.timeout_seconds,
    )


def watch(context: Context, wanted: dict[str, WantedRollout]) -> dict[str, str]:
    """Wait for several services side by side, and return what is wrong with each; nothing where all is well."""
    clients = context.clients(rollouts.SERVICES)

    def look(item: tuple[str, WantedRollout]) -> tuple[str, str]:
        key, what = item
        try:
            rollouts.wait(what, clients, sleep=context.sleep, clock=context.clock)
        except RolloutError as error:
            return key, str(error)
        context.say(f"  {key} runs {what.revision}")
        return key, ""

    with ThreadPoolExecutor(max_workers=max(1, len(wanted))) as pool:
        return {key: problem for key, problem in pool.map(look, wanted.items()) if problem}


def _run(context: Context, options: argparse.Namespace) -> int:
    found = services.describe(context, options.service or ())
    wrong = watch(context, {key: rollout(context, key, service) for key, service in found.items()})
    runs = {key: service["taskDefinition"].rpartition("/")[2] for key, service in found.items()}
    context.result(
        {"verified": not wrong, "services": {key: {"runs": runs[key], "problem": wrong.get(key)} for key in found}},
        "\n".join(wrong.values()) or f"All {len(found)} services run what they should.",
    )
    return REFUSED if wrong else OK


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--service", action="append", help="only this service; repeatable")


COMMAND = Command(
    name="verify",
    help="Wait until every service runs its newest revision, or say why not",
    run=_run,
    arguments=_arguments,
)
