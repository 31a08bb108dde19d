"""Bring the database back to a moment, in steps that can be taken up again where they stopped.

A damaged instance: 1. restore beside it, with its settings; 2. stop the services, so that nobody writes; 3. let the two change names, so that
every address stays; 4. let the program know the instance by its new id, and update; 5. wake the services and look that they are well.
The damaged instance stays under another name: delete it when nobody needs it any more. A read replica follows the damaged one, and is made anew.

A cluster of Aurora is brought back in the same steps; the program knows it by its name, so that a refresh is enough. The damaged one stays.

An instance that is gone: 1. stop the services; 2. write `database.restoreFrom` into the stack file; 3. let the program forget the instance,
and make it from the backup; 4. wake the services.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from botocore.exceptions import ClientError  # type: ignore[import-untyped] # has no types of its own

from operations import _backups as backups
from operations import _capacity as capacity
from operations import _databases as databases
from operations import _pulumi as pulumi
from operations import _restore_cluster as clusters
from operations import _services as services
from operations import verify
from operations._backups import Found
from operations._command import OK, REFUSED, WRONG, Command, Context, OperationError
from operations._restore_progress import RestoreProgress

_TYPE: Final = "aws:rds/instance:Instance"
_SETTING: Final = "slipway:database.restoreFrom"
_Steps: TypeAlias = Sequence[tuple[str, Callable[[], None]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Facts(RestoreProgress):
    """How far an earlier run came with an instance."""

    ID = "DbiResourceId"


def _run(context: Context, options: argparse.Namespace) -> int:
    identifier = context.stack.database
    if identifier is None:
        raise OperationError(f"{context.stack.path} has no database", WRONG)
    if (options.to is None) == (options.snapshot is None) and not options.resume:
        raise OperationError(
            "to which moment? --to TIME, --to latest or --snapshot NAME; --resume goes on with one begun", WRONG
        )
    deployment = json.loads(pulumi.output("stack", "export", "--stack", context.stack.name))
    if databases.is_cluster(context):
        gone, steps = False, _of_cluster(context, options, identifier, deployment)
    else:
        known = _instance(deployment)
        facts = _facts(context, identifier, known)
        gone = facts.current is None and facts.source is None
        steps = _made_anew(context, options, known, facts) if gone else _steps(context, options, identifier, facts)
    if jobs := context.stack.settings.jobs:
        context.say(
            f"Jobs are not stopped ({', '.join(sorted(jobs))}): what they write before the names change is lost."
        )
    plan = [f"{number}. {words}" for number, (words, _) in enumerate(steps, start=1)]
    context.say("\n".join(plan))
    if context.dry_run or not options.yes:
        context.result({"plan": plan, "done": False}, "Nothing was changed: --yes does it.")
        return OK
    _take(context, steps)
    return _report(context, plan, damaged=None if gone else damaged_name(identifier))


def _of_cluster(
    context: Context, options: argparse.Namespace, identifier: str, deployment: Mapping[str, Any]
) -> _Steps:
    """Return what is left to do beside a damaged cluster."""
    names = clusters.ClusterNames(own=identifier, damaged=damaged_name(identifier), restored=restored_name(identifier))
    found = clusters.facts(context, names, deployment)
    rename = (
        f"Rename {identifier} to {names.damaged}, and {names.restored} to {identifier}, with their instances: addresses stay",
        lambda: clusters.swap(context, found),
    )
    steps: list[tuple[str, Callable[[], None]]] = []
    if not found.swapped:
        clusters.check(options, found)
        words = f"Restore into {names.restored}, with the settings and instances of {identifier}"
        steps = [
            (words, lambda: clusters.restore(context, options, found)),
            ("Stop every service, so that nobody writes", lambda: _stop(context)),
            rename,
        ]
    elif not clusters.is_renamed(context, found):
        steps = [rename]
    return [
        *steps,
        (
            "Have RDS keep a password again, let the program know what is new, and update",
            lambda: _go_on(context, identifier, clusters.urns(deployment)),
        ),
        ("Wake the services, and look that they are well", lambda: _wake(context)),
    ]


def _go_on(context: Context, identifier: str, urns: Sequence[str]) -> None:
    clusters.keep_password(context, identifier)
    asked = [word for urn in urns for word in ("--target", urn)]
    _must(context, "refresh", *pulumi.where(context), *asked, "--yes")
    _must(context, "up", *pulumi.where(context), "--policy-pack", "policy", "--yes")


def _facts(context: Context, identifier: str, known: dict[str, Any] | None) -> _Facts:
    """Ask AWS for the instances of the three names."""
    facts = _Facts(
        known_id=str(known["id"]) if known else "",
        current=backups.instance(context, identifier),
        damaged=backups.instance(context, damaged_name(identifier)),
        restored=backups.instance(context, restored_name(identifier)),
    )
    if known is None and facts.current:
        raise OperationError(
            f"AWS has {identifier}, and the state has none: an update was cut off. pulumi refresh --import-pending-creates "
            f"takes it over, id {identifier}; then --resume"
        )
    return facts


def _take(context: Context, steps: _Steps) -> None:
    """Take one step after the other, and say where one that fails stopped."""
    for number, (words, step) in enumerate(steps, start=1):
        context.say(f"{number}. {words}")
        try:
            step()
        except OperationError as error:
            raise OperationError(
                f"{error}\nStopped at step {number}; --resume goes on from here, --resume --dry-run shows what is left."
            ) from error
        except KeyboardInterrupt:
            context.say(
                f"Stopped in step {number}; --resume --yes goes on from here, --resume --dry-run shows what is left."
            )
            raise


def _report(context: Context, plan: Sequence[str], damaged: str | None) -> int:
    """Look that all services are well, and say so."""
    rollouts = {key: verify.rollout(context, key, found) for key, found in services.describe(context).items()}
    wrong = verify.watch(context, rollouts)
    left = f" What was damaged is {damaged}; delete it when nobody needs it." if damaged else ""
    context.result(
        {"plan": plan, "done": not wrong, "damaged": damaged, "problems": wrong},
        "\n".join(wrong.values()) or f"Restored.{left}",
    )
    return REFUSED if wrong else OK


def _steps(context: Context, options: argparse.Namespace, identifier: str, facts: _Facts) -> _Steps:
    """Return what is left to do beside a damaged instance."""
    steps: list[tuple[str, Callable[[], None]]] = []
    beside = restored_name(identifier)
    if not facts.swapped:
        steps += _beside(context, options, identifier, facts)
        steps.append(("Stop every service, so that nobody writes", lambda: _stop(context)))
        steps.append(
            (
                f"Rename {identifier} to {damaged_name(identifier)}, and {beside} to {identifier}: addresses stay",
                lambda: _swap(context, identifier, beside),
            )
        )
    own, others = _replicas(context, identifier, facts)
    if own:
        steps.append(
            (
                f"Delete the read replica {own}, which follows the damaged instance: the update makes it anew",
                lambda: _unfollow(context, own),
            )
        )
    if others:
        context.say(
            f"{', '.join(others)} follow the damaged instance, and are not the program's: make them anew by hand."
        )
    steps.append(("Let the program know the instance by its new id, and update", lambda: _adopt(context, identifier)))
    steps.append(("Wake the services, and look that they are well", lambda: _wake(context)))
    return steps


def _beside(context: Context, options: argparse.Namespace, identifier: str, facts: _Facts) -> _Steps:
    """Return the restore itself, or the wait for one that was begun."""
    beside, source = restored_name(identifier), facts.source
    if facts.restored:
        if not options.resume:
            raise OperationError(
                f"there is {beside} already, from a restore that was begun: --resume goes on with it; to begin anew, delete it first",
                WRONG,
            )
        if facts.restored["DBInstanceStatus"] == "available":
            return []
        return [(f"Wait until {beside} is restored", lambda: _available(context, beside))]
    if options.to is None and options.snapshot is None:
        raise OperationError(
            "no restore is under way: say to which moment, --to or --snapshot. If only the services are asleep: make wake",
            WRONG,
        )
    if source is None:
        raise OperationError(f"{identifier} is not the instance that the state knows: pulumi refresh first")
    if facts.current and facts.damaged:
        raise OperationError(
            f"there is {damaged_name(identifier)} already, from an earlier restore, and its name is needed: delete it, or rename it, first"
        )
    backups.check(context, options, source)
    moment = f"the snapshot {options.snapshot}" if options.snapshot else f"{options.to}"
    words = f"Restore {moment} into {beside}, with the settings of {identifier}"
    return [(words, lambda: _restore(context, options, source, beside))]


def _made_anew(context: Context, options: argparse.Namespace, known: dict[str, Any] | None, facts: _Facts) -> _Steps:
    """Return what brings back an instance that is gone: the program makes it from a backup."""
    urn = str(known["urn"]) if known else None
    steps: list[tuple[str, Callable[[], None]]] = [
        ("Stop every service, so that nobody writes", lambda: _stop(context))
    ]
    if options.to is None and options.snapshot is None:
        if context.stack.settings.database is None or context.stack.settings.database.restore_from is None:
            raise OperationError("the database is gone: say to which moment, --to or --snapshot", WRONG)
    else:
        backup = backups.kept(context, options, facts.known_id)
        steps.append(
            (f"Write {_SETTING} into the stack file: {json.dumps(backup)}", lambda: _write_backup(context, backup))
        )
    steps.append(
        ("Let the program forget the instance that is gone, and make it from the backup", lambda: _make(context, urn))
    )
    steps.append(("Wake the services, and look that they are well", lambda: _wake(context)))
    return steps


def _write_backup(context: Context, backup: Mapping[str, str]) -> None:
    for name in ("snapshot", "source", "time"):
        if name in backup:
            setting = ("--path", f"{_SETTING}.{name}", backup[name], "--type", "string")
            _must(context, "config", "set", *pulumi.where(context), *setting)
        else:
            # What an earlier restore wrote; it need not be there.
            pulumi.run(context, "config", "rm", *pulumi.where(context), "--path", f"{_SETTING}.{name}")


def _make(context: Context, urn: str | None) -> None:
    if urn:
        _must(context, "refresh", *pulumi.where(context), "--target", urn, "--yes")
    _must(context, "up", *pulumi.where(context), "--policy-pack", "policy", "--yes")


def _replicas(context: Context, identifier: str, facts: _Facts) -> tuple[str | None, Sequence[str]]:
    """Return the program's own replica of the damaged instance, if there is one, and others."""
    following = [str(name) for name in (facts.source or {}).get("ReadReplicaDBInstanceIdentifiers", ())]
    database = context.stack.settings.database
    own = f"{identifier}-replica" if database and database.read_replica else None
    return (own if own in following else None), [name for name in following if name != own]


def _unfollow(context: Context, replica: str) -> None:
    """Delete a replica of the damaged instance: all it holds is that one's data."""
    rds = context.client("rds")
    if backups.instance(context, replica) is None:
        return
    rds.modify_db_instance(DBInstanceIdentifier=replica, DeletionProtection=False, ApplyImmediately=True)
    _available(context, replica)
    try:
        rds.delete_db_instance(DBInstanceIdentifier=replica, SkipFinalSnapshot=True)
    except ClientError as error:
        raise OperationError(f"{replica} cannot be deleted: {error}") from error
    context.until(f"{replica} is not deleted", lambda: backups.instance(context, replica) is None, every=30)


def damaged_name(identifier: str) -> str:
    """Return what the damaged instance is called from then on."""
    return f"{_short(identifier)}-damaged"


def restored_name(identifier: str) -> str:
    """Return what the restored instance is called until it takes the damaged one's name."""
    return f"{_short(identifier)}-restored"


def _short(identifier: str) -> str:
    """Leave room for what is added: an instance's name has 63 characters, and no two hyphens together."""
    return identifier[:54].rstrip("-")


def _restore(context: Context, options: argparse.Namespace, damaged: Found, beside: str) -> None:
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
    if support := damaged.get("EngineLifecycleSupport"):
        settings["EngineLifecycleSupport"] = support
    if secret := damaged.get("MasterUserSecret"):
        settings["ManageMasterUserPassword"] = True
        if key := secret.get("KmsKeyId"):
            settings["MasterUserSecretKmsKeyId"] = key
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
        found = backups.instance(context, identifier)
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
        if backups.instance(context, old) is None:
            continue
        context.client("rds").modify_db_instance(
            DBInstanceIdentifier=old, NewDBInstanceIdentifier=new, ApplyImmediately=True
        )
        _available(context, new)


def _instance(deployment: Mapping[str, Any], *, replica: bool = False) -> dict[str, Any] | None:
    """Return the database's instance in an exported stack, or its replica; None: it has none.

    Raises:
        OperationError: there are several.
    """
    found: list[dict[str, Any]] = [
        resource
        for resource in deployment.get("deployment", {}).get("resources", ())
        if resource["type"] == _TYPE and bool(resource.get("inputs", {}).get("replicateSourceDb")) is replica
    ]
    if len(found) > 1:
        raise OperationError(
            f"the state has {len(found)} database instances, not one: restore by hand, docs/runbooks/restore.md"
        )
    return found[0] if found else None


def adopted(deployment: dict[str, Any], resource_id: str) -> dict[str, Any]:
    """Return an exported stack whose database is another instance. The refresh that follows fills in what else is known of it."""
    if instance := _instance(deployment):
        instance["id"] = resource_id
        instance.setdefault("outputs", {}).update({"id": resource_id, "resourceId": resource_id})
    return deployment


def _adopt(context: Context, identifier: str) -> None:
    deployment = json.loads(pulumi.output("stack", "export", "--stack", context.stack.name))
    current, known = backups.instance(context, identifier), _instance(deployment)
    if current is None or known is None:
        raise OperationError(f"there is no {identifier}" if current is None else "the state knows no database any more")
    if known["id"] != current["DbiResourceId"]:
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
    replica = _instance(deployment, replica=True)
    targets = [str(one["urn"]) for one in (known, replica) if one]
    asked = [word for urn in targets for word in ("--target", urn)]
    _must(context, "refresh", *pulumi.where(context), *asked, "--yes")
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
