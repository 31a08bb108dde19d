"""Have Secrets Manager make a new database password now, and wait until services connect with it."""

from __future__ import annotations

import argparse

from operations import _databases as databases
from operations._command import OK, Command, Context, OperationError


def _run(context: Context, _options: argparse.Namespace) -> int:
    identifier = context.stack.database
    if identifier is None:
        raise OperationError(f"{context.stack.path} has no database", 2)
    instance = databases.describe(context, identifier)
    secret = instance.get("MasterUserSecret", {}).get("SecretArn")
    if not secret:
        database = context.stack.settings.database
        if database is None or not database.managed_password:
            raise OperationError(f"the password of {identifier} is not kept by RDS: change it where it is kept")
        return _keep(context, identifier)
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


def _keep(context: Context, identifier: str) -> int:
    """Have RDS make and keep a password, as the stack file wants: a restore may have come without one."""
    if context.dry_run:
        context.result(
            {"secret": None}, f"Would have RDS make and keep a password of {identifier}, which it does not yet."
        )
        return OK
    databases.keep_password(context, identifier, f"alias/{context.stack.name_prefix}-database")
    found: dict[str, str] = {}

    def made() -> bool:
        found.update(databases.describe(context, identifier).get("MasterUserSecret", {}))
        return found.get("SecretStatus") == "active"

    context.until("RDS has no password yet", made)
    context.result(
        {"secret": found["SecretArn"], "made": True},
        "RDS made and keeps a new password; run pulumi up --refresh, so that the program knows it.",
    )
    return OK


def _current(secret: dict[str, dict[str, list[str]]]) -> str:
    return next((version for version, stages in secret["VersionIdsToStages"].items() if "AWSCURRENT" in stages), "")


COMMAND = Command(name="rotate", help="Make a new database password now", run=_run, changes=True)
