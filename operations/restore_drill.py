"""Prove that the backups can be restored: into an instance of its own, with a question to its data, the minutes measured, and all of it removed.

The instance is made from the latest restorable moment, in the database's own subnets and security groups, so only the services'
tasks reach it. It is removed in any case: after success, failure and interrupt. What an aborted drill left is removed by the next.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped] # has no types of its own

from operations import _databases as databases
from operations import _services as services
from operations import run
from operations._command import OK, REFUSED, WRONG, Command, Context, OperationError

NAMESPACE = "Slipway/RestoreDrill"
"""The CloudWatch namespace of what a drill measured."""
TAG = "slipway:drill"
"""The tag by which a drill's instances are known."""
BEGAN = "slipway:drill-began"
"""The tag that says when their drill began."""
_LONGEST: Final = dt.timedelta(hours=4)
"""After which a drill is no longer under way, so that what it left is removed."""
_MOST_RTO, _MOST_RPO = 60, 15


def _run(context: Context, options: argparse.Namespace) -> int:
    identifier = context.stack.database
    if identifier is None:
        raise OperationError(f"{context.stack.path} has no database to restore", WRONG)
    databases.must_be_instance(context, "make restore-drill")
    if options.check and not options.service:
        raise OperationError("--check runs in a service's task: name it with --service", WRONG)
    limits = _limits(context)
    rds = context.client("rds")
    source = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
    latest = source.get("LatestRestorableTime")
    if latest is None:
        raise OperationError(
            f"{identifier} has nothing to restore yet: it has no backups, or the first one is not finished"
        )
    now = dt.datetime.now(tz=dt.UTC)
    copy = f"{identifier[:40].rstrip('-')}-drill-{now:%m%d%H%M}"
    if context.dry_run:
        context.result(
            {"from": latest, "into": copy, "limits": limits},
            f"Would restore {identifier} as of {latest} into {copy}, ask it, and remove it.",
        )
        return OK
    _remove(context, _left_over(context, identifier, now))
    age, began = (now - latest).total_seconds() / 60, context.clock()
    try:
        end = _restore(context, source, copy, now)
        minutes = (context.clock() - began) / 60
        answer = _ask(context, options.service, options.check, end) if options.check else None
    finally:
        _remove_at_last(context, copy)
    measured = {"minutes": round(minutes, 1), "dataAgeMinutes": round(age, 1)}
    _publish(context, identifier, measured)
    late = [f"{name} {measured[name]:g} of at most {most}" for name, most in limits.items() if measured[name] > most]
    words = [
        f"{identifier} was restored in {measured['minutes']:g} minutes, with data {measured['dataAgeMinutes']:g} minutes old.",
        "No question was asked of the data: --service and --check do."
        if answer is None
        else f"The check ended with exit code {answer}.",
        *([f"Over the limit: {', '.join(late)}."] if late else []),
    ]
    context.result(
        {"restored": identifier, **measured, "limits": limits, "checkExitCode": answer, "withinLimits": not late},
        "\n".join(words),
    )
    return REFUSED if late or answer else OK


def _limits(context: Context) -> Mapping[str, int]:
    """Return how many minutes a restore may take, and how old its data may be."""
    backup = context.stack.settings.backup
    return {
        "minutes": (backup and backup.rto_minutes) or _MOST_RTO,
        "dataAgeMinutes": (backup and backup.rpo_minutes) or _MOST_RPO,
    }


def _remove_at_last(context: Context, copy: str) -> None:
    try:
        _remove(context, [copy])
    except (BotoCoreError, ClientError, OperationError, KeyboardInterrupt):
        context.say(
            f"{copy} could not be removed and is billed: aws rds delete-db-instance --db-instance-identifier {copy} "
            f"--skip-final-snapshot --region {context.stack.region}; a drill from {_LONGEST.seconds // 3600} hours on removes it, too"
        )
        raise


def _restore(context: Context, source: Mapping[str, Any], copy: str, now: dt.datetime) -> Mapping[str, Any]:
    """Restore into an instance of its own, and return its address and port."""
    rds = context.client("rds")
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=source["DBInstanceIdentifier"],
        TargetDBInstanceIdentifier=copy,
        UseLatestRestorableTime=True,
        DBInstanceClass=source["DBInstanceClass"],
        DBSubnetGroupName=source["DBSubnetGroup"]["DBSubnetGroupName"],
        VpcSecurityGroupIds=[group["VpcSecurityGroupId"] for group in source["VpcSecurityGroups"]],
        PubliclyAccessible=False,
        MultiAZ=False,
        DeletionProtection=False,
        CopyTagsToSnapshot=False,
        Tags=[
            {"Key": TAG, "Value": source["DBInstanceIdentifier"]},
            {"Key": BEGAN, "Value": now.isoformat(timespec="seconds")},
        ],
    )
    context.say(f"{copy} is being restored")
    found: dict[str, Any] = {}

    def ready() -> bool:
        found.update(rds.describe_db_instances(DBInstanceIdentifier=copy)["DBInstances"][0])
        status = str(found["DBInstanceStatus"])
        if status in {
            "failed",
            "incompatible-restore",
            "incompatible-network",
            "incompatible-parameters",
            "storage-full",
        }:
            raise OperationError(f"the restore ended as {status}; look at the events of {copy}")
        return status == "available"

    context.until("the restore is not finished", ready, every=30)
    end: Mapping[str, Any] = found["Endpoint"]
    return end


def _ask(context: Context, key: str, check: Sequence[str], end: Mapping[str, Any]) -> int:
    """Run the check in a task of a service, told where the restored data is, and return its exit code."""
    found = services.one(context, key)
    told = [f"RESTORED_HOST={end['Address']}", f"RESTORED_PORT={end['Port']}"]
    code, _ = run.task(context, key, found, ["env", *told, *check])
    return code


def _left_over(context: Context, identifier: str, now: dt.datetime) -> Sequence[str]:
    """Return the instances that earlier drills of this database left.

    Raises:
        OperationError: a drill is under way.
    """
    pages = context.client("rds").get_paginator("describe_db_instances").paginate()
    found: list[str] = []
    for instance in (instance for page in pages for instance in page["DBInstances"]):
        tags = {tag["Key"]: tag["Value"] for tag in instance.get("TagList", ())}
        if tags.get(TAG) != identifier or instance["DBInstanceStatus"] == "deleting":
            continue
        name, began = str(instance["DBInstanceIdentifier"]), tags.get(BEGAN)
        if began and now - dt.datetime.fromisoformat(began) < _LONGEST:
            raise OperationError(
                f"a drill is under way since {began}, in {name}: wait for its end. If it was cut off: "
                f"aws rds delete-db-instance --db-instance-identifier {name} --skip-final-snapshot --region {context.stack.region}"
            )
        found.append(name)
    return found


def _remove(context: Context, identifiers: Sequence[str]) -> None:
    """Remove instances, waiting out what they are busy with; one that is not there is removed."""
    rds = context.client("rds")
    for identifier in identifiers:

        def gone(identifier: str = identifier) -> bool:
            try:
                rds.delete_db_instance(
                    DBInstanceIdentifier=identifier, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
                )
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in {"DBInstanceNotFound", "DBInstanceNotFoundFault"}:
                    return True
                if code in {"InvalidDBInstanceState", "InvalidDBInstanceStateFault"}:
                    status = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0][
                        "DBInstanceStatus"
                    ]
                    return bool(status == "deleting")
                raise
            return True

        context.until(f"{identifier} cannot be removed yet", gone, every=30)
        context.say(f"{identifier} is removed")


def _publish(context: Context, identifier: str, measured: Mapping[str, float]) -> None:
    context.client("cloudwatch").put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {
                "MetricName": name[0].upper() + name[1:],
                "Dimensions": [{"Name": "Database", "Value": identifier}],
                "Value": value,
            }
            for name, value in measured.items()
        ],
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--service", help="the service whose task asks")
    parser.add_argument(
        "--check",
        type=shlex.split,
        help="the command that asks the restored data in the service's container, with RESTORED_HOST and RESTORED_PORT set",
    )


COMMAND = Command(
    name="restore-drill",
    help="Restore the latest backup into an isolated instance, ask it, measure, remove it",
    run=_run,
    arguments=_arguments,
    changes=True,
)
