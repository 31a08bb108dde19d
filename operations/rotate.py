"""Have Secrets Manager make a new database password now, and wait until services connect with it."""

from __future__ import annotations

import argparse

from operations._command import OK, Command, Context, OperationError


def _run(context: Context, _options: argparse.Namespace) -> int:
    identifier = context.stack.database
    if identifier is None:
        raise OperationError(f"{context.stack.path} has no database", 2)
    instance = context.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
    secret = instance.get("MasterUserSecret", {}).get("SecretArn")
    if not secret:
        raise OperationError(f"the password of {identifier} is not kept by RDS: change it where it is kept")
    secrets = context.client("secretsmanager")
    before = _current(secrets.describe_secret(SecretId=secret))
    if context.dry_run:
        context.result({"secret": secret, "version": before}, f"Would rotate {secret}, whose version is {before}.")
        return OK
    secrets.rotate_secret(SecretId=secret, RotateImmediately=True)
    context.say(f"RDS makes a new password for {identifier}; connections that are open stay")
    context.until(
        "the new password is not in use yet", lambda: _current(secrets.describe_secret(SecretId=secret)) != before
    )
    after = _current(secrets.describe_secret(SecretId=secret))
    context.result(
        {"secret": secret, "before": before, "after": after},
        "The new password is in use. Secrets with a connection URL follow within five minutes, and their services restart then.",
    )
    return OK


def _current(secret: dict[str, dict[str, list[str]]]) -> str:
    return next((version for version, stages in secret["VersionIdsToStages"].items() if "AWSCURRENT" in stages), "")


COMMAND = Command(name="rotate", help="Make a new database password now", run=_run, changes=True)
