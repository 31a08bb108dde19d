"""Bring the database back to a moment, in five steps that can be taken up again where they stopped.

1. restore beside the damaged instance, with its settings; 2. stop the services, so that nobody writes; 3. let the two change names, so that
every address stays; 4. let the program know the instance by its new id, and update; 5. wake the services and look that they are well.
The damaged instance stays, stopped for nobody, under another name: delete it when nobody needs it any more.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from operations import _capacity as capacity
from operations import _pulumi as pulumi
from operations import _services as services
from operations import verify
from operations._command import OK, REFUSED, WRONG, Command, Context, OperationError

_TYPE: Final = "aws:rds/instance:Instance"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Facts:
    """How far an earlier run came."""

    known_id: str
    """The resource id of the instance that the state knows."""
    current_id: str
    """The resource id of the instance that has the name."""
    damaged: Mapping[str, Any]
    """The instance that the state knows."""
    restored: bool
    """Whether the restored one is there, not yet under the name."""

    @property
    def swapped(self) -> bool:
        return self.current_id not in {"", self.known_id}


def _run(context: Context, options: argparse.Namespace) -> int:
    identifier = context.stack.database
    if identifier is None:
        raise OperationError(f"{context.stack.path} has no database", WRONG)
    if (options.to is None) == (options.snapshot is None) and not options.resume:
        raise OperationError(
            "to which moment? --to TIME, --to latest or --snapshot NAME; --resume goes on with one begun", WRONG
        )
    deployment = json.loads(pulumi.output("stack", "export", "--stack", context.stack.name))
    facts = _facts(context, identifier, _instance(deployment)["id"])
    steps = _steps(context, options, identifier, facts)
    plan = [f"{number}. {words}" for number, (words, _) in enumerate(steps, start=1)]
    context.say("\n".join(plan))
    if context.dry_run or not options.yes:
        context.result({"plan": plan, "done": False}, "Nothing was changed: --yes does it.")
        return OK
    for number, (words, step) in enumerate(steps, start=1):
        context.say(f"{number}. {words}")
        try:
            step()
        except OperationError as error:
            raise OperationError(
                f"{error}\nStopped at step {number}; --resume goes on from here, --resume --dry-run shows what is left."
            ) from error
    wrong = verify.watch(
        context, {key: verify.rollout(context, key, found) for key, found in services.describe(context).items()}
    )
    context.result(
        {"plan": plan, "done": not wrong, "damaged": damaged_name(identifier), "problems": wrong},
        "\n".join(wrong.values())
        or f"Restored. The damaged instance is {damaged_name(identifier)}; delete it when nobody needs it.",
    )
    return REFUSED if wrong else OK


def _steps(
    context: Context, options: argparse.Namespace, identifier: str, facts: _Facts
) -> Sequence[tuple[str, Callable[[], None]]]:
    """Return what is left to do."""
    steps: list[tuple[str, Callable[[], None]]] = []
    beside = restored_name(identifier)
    if not facts.swapped:
        if not facts.restored:
            if options.resume and options.to is None and options.snapshot is None:
                raise OperationError("nothing was begun: say to which moment, --to or --snapshot", WRONG)
            moment = f"the snapshot {options.snapshot}" if options.snapshot else f"{options.to}"
            steps.append(
                (
                    f"Restore {moment} into {beside}, with the settings of {identifier}",
                    lambda: _restore(context, options, facts.damaged, beside),
                )
            )
        steps.append(("Stop every service, so that nobody writes", lambda: _stop(context)))
        steps.append(
            (
                f"Rename {identifier} to {damaged_name(identifier)}, and {beside} to {identifier}: addresses stay",
                lambda: _swap(context, identifier, beside),
            )
        )
    steps.append(("Let the program know the instance by its new id, and update", lambda: _adopt(context, identifier)))
    steps.append(("Wake the services, and look that they are well", lambda: _wake(context)))
    return steps


def _facts(context: Context, identifier: str, known_id: str) -> _Facts:
    current = _find(context, identifier)
    damaged = current if current and current["DbiResourceId"] == known_id else _find(context, damaged_name(identifier))
    if damaged is None:
        raise OperationError(
            f"there is neither {identifier} with the id that the state knows nor {damaged_name(identifier)}; restore by hand: docs/runbooks/restore.md"
        )
    return _Facts(
        known_id=known_id,
        current_id=current["DbiResourceId"] if current else "",
        damaged=damaged,
        restored=_find(context, restored_name(identifier)) is not None,
    )


def _find(context: Context, identifier: str) -> Mapping[str, Any] | None:
    rds = context.client("rds")
    try:
        found: Mapping[str, Any] = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
    except rds.exceptions.DBInstanceNotFoundFault:
        return None
    return found


def damaged_name(identifier: str) -> str:
    """Return what the damaged instance is called from then on."""
    return f"{_short(identifier)}-damaged"


def restored_name(identifier: str) -> str:
    """Return what the restored instance is called until it takes the damaged one's name."""
    return f"{_short(identifier)}-restored"


def _short(identifier: str) -> str:
    """Leave room for what is added: an instance's name has 63 characters, and no two hyphens together."""
    return identifier[:54].rstrip("-")


def _restore(context: Context, options: argparse.Namespace, damaged: Mapping[str, Any], beside: str) -> None:
    rds = context.client("rds")
    settings: dict[str, Any] = {
        "DBInstanceClass": damaged["DBInstanceClass"],
        "DBSubnetGroupName": damaged["DBSubnetGroup"]["DBSubnetGroupName"],
        "VpcSecurityGroupIds": [group["VpcSecurityGroupId"] for group in damaged["VpcSecurityGroups"]],
        "DBParameterGroupName": damaged["DBParameterGroups"][0]["DBParameterGroupName"],
        "MultiAZ": damaged["MultiAZ"],
        "StorageType": damaged["StorageType"],
        "PubliclyAccessible": False,
        "DeletionProtection": True,
        "CopyTagsToSnapshot": True,
        "EnableIAMDatabaseAuthentication": damaged.get("IAMDatabaseAuthenticationEnabled", False),
        "EnableCloudwatchLogsExports": damaged.get("EnabledCloudwatchLogsExports", []),
        # Those that AWS made itself are not for others to give.
        "Tags": [tag for tag in damaged.get("TagList", ()) if not tag["Key"].startswith("aws:")],
    }
    # gp3 shows its baseline as if it were set, and refuses it below 400 GiB; what is left out is taken from the backup.
    if damaged["StorageType"] in {"io1", "io2"}:
        settings["Iops"] = damaged["Iops"]
    if damaged.get("MasterUserSecret"):
        settings["ManageMasterUserPassword"] = True
    if options.snapshot:
        rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier=beside, DBSnapshotIdentifier=options.snapshot, **settings
        )
    else:
        moment = {"UseLatestRestorableTime": True} if options.to == "latest" else {"RestoreTime": options.to}
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier=damaged["DBInstanceIdentifier"],
            TargetDBInstanceIdentifier=beside,
            **moment,
            **settings,
        )
    _available(context, beside)


def _available(context: Context, identifier: str) -> None:
    def ready() -> bool:
        found = _find(context, identifier)
        status = str(found["DBInstanceStatus"]) if found else "not there yet"
        if status.startswith(("failed", "incompatible")):
            raise OperationError(f"{identifier} is {status}; look at its events")
        return status == "available"

    context.until(f"{identifier} is not available", ready, every=30)


def _stop(context: Context) -> None:
    for key in context.stack.services:
        capacity.scale(context, key, 0, 0)


def _swap(context: Context, identifier: str, beside: str) -> None:
    for old, new in ((identifier, damaged_name(identifier)), (beside, identifier)):
        if _find(context, old) is None:
            continue
        context.client("rds").modify_db_instance(
            DBInstanceIdentifier=old, NewDBInstanceIdentifier=new, ApplyImmediately=True
        )
        _available(context, new)


def _instance(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """Return the database's instance in an exported stack, not a replica's.

    Raises:
        OperationError: there is none, or several.
    """
    found = [
        resource
        for resource in deployment.get("deployment", {}).get("resources", ())
        if resource["type"] == _TYPE and not resource.get("inputs", {}).get("replicateSourceDb")
    ]
    if len(found) != 1:
        raise OperationError(f"the state has {len(found)} database instances, not one")
    instance: dict[str, Any] = found[0]
    return instance


def adopted(deployment: dict[str, Any], resource_id: str) -> dict[str, Any]:
    """Return an exported stack whose database is another instance. The refresh that follows fills in what else is known of it."""
    instance = _instance(deployment)
    instance["id"] = resource_id
    instance.setdefault("outputs", {}).update({"id": resource_id, "resourceId": resource_id})
    return deployment


def _adopt(context: Context, identifier: str) -> None:
    deployment = json.loads(pulumi.output("stack", "export", "--stack", context.stack.name))
    current = _find(context, identifier)
    if current is None:
        raise OperationError(f"there is no {identifier}")
    urn = str(_instance(deployment)["urn"])
    if _instance(deployment)["id"] != current["DbiResourceId"]:
        folder = pulumi.ROOT / "build"
        folder.mkdir(exist_ok=True)
        before, after = (
            folder / f"{context.stack.name}-before-restore.json",
            folder / f"{context.stack.name}-restored.json",
        )
        _write(before, deployment)
        context.say(f"  the state as it was: {before}")
        _write(after, adopted(deployment, current["DbiResourceId"]))
        _must(context, "stack", "import", "--stack", context.stack.name, "--file", str(after))
    _must(context, "refresh", *pulumi.where(context), "--target", urn, "--yes")
    _must(context, "up", *pulumi.where(context), "--policy-pack", "policy", "--yes")


def _write(path: Path, deployment: Mapping[str, Any]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(deployment), encoding="utf-8")


def _must(context: Context, *words: str) -> None:
    if pulumi.run(context, *words):
        raise OperationError(f"pulumi {' '.join(words[:2])} failed")


def _wake(context: Context) -> None:
    for key, (fewest, most) in capacity.ranges(context).items():
        capacity.scale(context, key, fewest, most)


def _moment(text: str) -> str | dt.datetime:
    if text == "latest":
        return text
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither latest nor a time with its zone, such as 2026-11-30T11:55:00Z"
        )
    return moment


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=_moment, help="the moment, such as 2026-11-30T11:55:00Z, or latest")
    parser.add_argument("--snapshot", help="a snapshot instead of a moment")
    parser.add_argument("--resume", action="store_true", help="go on with a restore that stopped")
    parser.add_argument("--yes", action="store_true", help="do it; without this the plan is shown")


COMMAND = Command(
    name="restore",
    help="Bring the database back to a moment or snapshot: shows its five steps, --yes does them",
    run=_run,
    arguments=_arguments,
    changes=True,
)
