"""A database's backups, and which of them the program could go on with."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeAlias

from operations._command import WRONG, Context, OperationError

Found: TypeAlias = Mapping[str, Any]


def instance(context: Context, identifier: str) -> Found | None:
    """Return an instance by its name; None: there is none."""
    rds = context.client("rds")
    try:
        found: Found = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
    except rds.exceptions.DBInstanceNotFoundFault:
        return None
    return found


def check(context: Context, options: argparse.Namespace, source: Found) -> None:
    """Refuse a backup that the program could not go on with.

    Raises:
        OperationError: it is not there, of another engine or user, not encrypted, or not so new.
    """
    if not options.snapshot:
        latest = source.get("LatestRestorableTime")
        if latest is None:
            raise OperationError(
                f"{source['DBInstanceIdentifier']} has no automated backups to restore: name a --snapshot"
            )
        if options.to != "latest" and options.to > latest:
            raise OperationError(f"it can be restored up to {latest:%Y-%m-%dT%H:%M:%SZ}, not to {options.to}", WRONG)
        return
    found = snapshot(context, options.snapshot)
    database = context.stack.settings.database
    fixed = {"Engine": "engine", "MasterUsername": "master user"}
    if database and database.restore_from is None:
        # Else the program leaves the key to the backup.
        fixed["KmsKeyId"] = "key"
    for name, words in fixed.items():
        if found.get(name) != source.get(name):
            raise OperationError(
                f"the snapshot {options.snapshot} has the {words} {found.get(name)}, not {source.get(name)}: "
                "the program would replace the database; name another"
                + (", or copy it with that key first" if name == "KmsKeyId" else ""),
                WRONG,
            )


def snapshot(context: Context, name: str) -> Found:
    """Return a snapshot that can be restored.

    Raises:
        OperationError: it is not there, not finished or not encrypted.
    """
    rds = context.client("rds")
    try:
        found: Found = rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0]
    except rds.exceptions.DBSnapshotNotFoundFault:
        raise OperationError(
            f"there is no snapshot {name}; aws rds describe-db-snapshots --region {context.stack.region} lists them",
            WRONG,
        ) from None
    if found.get("Status") != "available":
        raise OperationError(f"the snapshot {name} is {found.get('Status')}, not available")
    if not found.get("Encrypted"):
        raise OperationError(
            f"the snapshot {name} is not encrypted, and so would the database be: copy it with a key first (aws rds copy-db-snapshot --kms-key-id)",
            WRONG,
        )
    return found


def kept(context: Context, options: argparse.Namespace, known_id: str) -> dict[str, str]:
    """Return what `database.restoreFrom` is to say.

    Raises:
        OperationError: there is no such snapshot, or AWS kept no automated backups of the instance.
    """
    if options.snapshot:
        snapshot(context, options.snapshot)
        return {"snapshot": options.snapshot}
    asked = {"DbiResourceId": known_id} if known_id else {"DBInstanceIdentifier": str(context.stack.database)}
    pages = context.client("rds").get_paginator("describe_db_instance_automated_backups").paginate(**asked)
    kept = [found for page in pages for found in page["DBInstanceAutomatedBackups"]]
    if not kept:
        raise OperationError(
            f"{context.stack.database} is gone, and no automated backups of it are kept: name a --snapshot; "
            f"aws rds describe-db-snapshots --region {context.stack.region} lists them"
        )
    newest = max(kept, key=lambda found: str(found.get("RestoreWindow", {}).get("LatestTime", "")))
    latest = newest.get("RestoreWindow", {}).get("LatestTime")
    if options.to != "latest" and latest and options.to > latest:
        raise OperationError(f"it can be restored up to {latest:%Y-%m-%dT%H:%M:%SZ}, not to {options.to}", WRONG)
    time = "latest" if options.to == "latest" else options.to.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"source": str(newest["DBInstanceAutomatedBackupsArn"]), "time": time}
