"""A short-lived copy of a stack for a pull request: made, brought up to date, taken down; and what is left over swept away.

The copy has its own names (`ownerId`), its own host, no protection, and nothing that tells or charges people: it is thrown away.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped] # has no stubs among our dependencies

from operations import _pulumi as pulumi
from operations._command import OK, REFUSED, WRONG, Command, Context, OperationError, whole
from operations._images import registry_host
from preview import project, stackfile
from settings import InvalidSettings, Settings, parse, schema_lookup

_PREFIX: Final = "pr-"
_LEFT_OUT: Final = ("registry", "delivery", "backup", "budget", "uptimeCheck", "notify", "alarms", "dashboard")
_GONE: Final = frozenset({"closed", "unlabeled"})
_UNPROTECTED: Final = {
    "protect": False,
    "deletionProtection": False,
    "finalSnapshot": False,
    "emptyOnDestroy": True,
    "secretRecoveryDays": 0,
    "keyDeletionDays": 7,
}


def copy(config: Mapping[str, Any], number: int, registry: str) -> dict[str, Any]:
    """Return the configuration of a pull request's own copy of a stack.

    Args:
        config: the stack's configuration by full key.
        number: the pull request's number.
        registry: the host that holds the stack's images: the copy runs them and has no repositories of its own.
    """
    owner = f"pr{number}"
    made = {
        key: value
        for key, value in config.items()
        if schema_lookup.todays(Settings, key.partition(":")[2]) not in _LEFT_OUT
    }
    made |= {"slipway:ownerId": owner, "slipway:protection": _UNPROTECTED}
    made["slipway:services"] = {
        key: _by_address(service, registry) for key, service in made.get("slipway:services", {}).items()
    }
    if domain := dict(made.get("slipway:domain", {})):
        domain.pop("alternativeHosts", None)
        made["slipway:domain"] = domain | {"host": f"{owner}.{domain['host']}"}
    for section in ("database", "cache", "cluster", "loadBalancer"):
        if isinstance(made.get(f"slipway:{section}"), Mapping):
            # A backup's data are not a pull request's to see.
            kept = {k: v for k, v in made[f"slipway:{section}"].items() if k not in {"name", "restoreFrom"}}
            made[f"slipway:{section}"] = kept
    if media := dict(made.get("slipway:media", {})):
        made["slipway:media"] = {k: v for k, v in media.items() if k not in {"bucket", "replicate", "cdn"}}
    return made


def _by_address(service: Mapping[str, Any], registry: str) -> Mapping[str, Any]:
    """Return a service whose image is named by its whole address, and whose variables say the tag in words."""
    image = service["image"]
    if "repository" not in image:
        return service
    rest = {key: value for key, value in image.items() if key not in {"repository", "tag", "digest"}}
    version = f"@{image['digest']}" if "digest" in image else f":{image['tag']}"
    variables = {
        name: str(value).replace("${image.tag}", str(image.get("tag", "")))
        for name, value in service.get("environment", {}).items()
    }
    return {
        **service,
        "image": rest | {"uri": f"{registry}/{image['repository']}{version}"},
        **({"environment": variables} if variables else {}),
    }


def _run(context: Context, options: argparse.Namespace) -> int:
    if (options.number is None) == (options.sweep_days is None):
        raise OperationError("give either --number or --sweep-days", WRONG)
    if options.sweep_days is not None:
        return _sweep(context, options.sweep_days)
    return _remove(context, f"{_PREFIX}{options.number}") if options.event in _GONE else _up(context, options.number)


def _up(context: Context, number: int) -> int:
    name = f"{_PREFIX}{number}"
    made = copy(_plain(context.stack.path), number, registry_host(context))
    try:
        parse(project.read(pulumi.ROOT).values(made), name)
    except InvalidSettings as error:
        raise OperationError(str(error), WRONG) from error
    file = pulumi.ROOT / f"Pulumi.{name}.yaml"
    if context.dry_run:
        context.result({"stack": name, "config": made}, yaml.safe_dump({"config": made}, sort_keys=False))
        return OK
    file.write_text(yaml.safe_dump({"config": made}, sort_keys=False), encoding="utf-8")
    if pulumi.run(context, "stack", "select", "--create", name):
        return REFUSED
    return REFUSED if pulumi.run(context, "up", "--stack", name, "--policy-pack", "policy", "--yes") else OK


def _plain(path: Path) -> Mapping[str, Any]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    prefixed = {key if ":" in key else f"slipway:{key}": value for key, value in document["config"].items()}
    # What the CLI would refuse is told by the reader that knows its ways.
    stackfile.read(path)
    return prefixed


def _remove(context: Context, name: str) -> int:
    if not context.dry_run and name not in _known(context):
        context.say(f"there is no stack {name}")
        return OK
    if pulumi.run(context, "destroy", "--stack", name, "--yes"):
        return REFUSED
    return REFUSED if pulumi.run(context, "stack", "rm", name, "--yes") else OK


def _known(context: Context) -> Mapping[str, dt.datetime | None]:
    """Return the short-lived stacks there are, and when each was last updated."""
    del context
    listed = json.loads(pulumi.output("stack", "ls", "--json"))
    found = {stack["name"]: stack.get("lastUpdate") for stack in listed if stack["name"].startswith(_PREFIX)}
    return {name: dt.datetime.fromisoformat(at) if at else None for name, at in found.items()}


def _sweep(context: Context, days: int) -> int:
    oldest = dt.datetime.now(tz=dt.UTC) - dt.timedelta(days=days)
    old = [name for name, at in _known(context).items() if at is None or at < oldest]
    failed = [name for name in old if _remove(context, name) != OK]
    left = f"; not removed: {', '.join(failed)}" if failed else ""
    context.result(
        {"swept": [name for name in old if name not in failed], "failed": failed},
        f"{len(old) - len(failed)} stacks removed{left}",
    )
    return REFUSED if failed else OK


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--number", type=whole(1, 999999999), help="the pull request")
    parser.add_argument(
        "--event", default="labeled", help="what happened to it, as GitHub calls it; closed takes the copy down"
    )
    parser.add_argument(
        "--sweep-days", type=whole(1, 365), help="take down every copy that was not updated for so many days"
    )


COMMAND = Command(
    name="environment",
    help="Make, update or remove a pull request's own copy of a stack",
    run=_run,
    arguments=_arguments,
    changes=True,
)
