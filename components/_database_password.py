"""The master password of a database: kept by RDS and changed on a schedule, or made by the program and kept as RDS would."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from pulumi import Input, Output, ResourceOptions

from components._dependencies import with_dependencies

if TYPE_CHECKING:
    from components._database_server import DatabaseServer
    from components.database import DatabaseArgs


def made(parent: pulumi.Resource, name: str) -> Output[str]:
    """Make a password."""
    # MySQL takes 41 characters at most.
    return random.RandomPassword(
        f"{name}-password", length=40, special=False, opts=ResourceOptions(parent=parent)
    ).result


def kept(
    parent: pulumi.Resource,
    name: str,
    args: DatabaseArgs,
    key_arn: Input[str],
    server: DatabaseServer,
    password: Output[str],
) -> Output[str]:
    """Keep a password as RDS would; return the secret's ARN, usable once it is filled."""
    secret = aws.secretsmanager.Secret(
        f"{name}-secret",
        name_prefix=f"{args.name_prefix}-{name}-",
        description=f"Master user of database {args.identifier}",
        kms_key_id=key_arn,
        recovery_window_in_days=args.recovery_days,
        opts=ResourceOptions(parent=parent, protect=args.protect),
    )
    version = aws.secretsmanager.SecretVersion(
        f"{name}-secret",
        secret_id=secret.id,
        secret_string=Output.json_dumps(
            # A restored server's master user is the backup's.
            {"username": server.username if args.restore else args.username, "password": password},
            sort_keys=True,
        ),
        # Readers restart when it changes: the database must take the new password by then.
        opts=ResourceOptions(parent=parent, depends_on=list(server.answering)),
    )
    return with_dependencies(secret.arn, version)


def rotated(parent: pulumi.Resource, name: str, args: DatabaseArgs, server: DatabaseServer) -> Output[str]:
    """Have RDS change the password that it keeps; return the ARN of the secret it keeps it in."""

    def arn(secrets: Sequence[str]) -> str:
        if not secrets:
            raise pulumi.RunError(
                f"RDS keeps no password of database {args.identifier}, as happens after a restore: run make rotate, then pulumi up --refresh"
            )
        return secrets[0]

    secret_arn = server.secret_arns.apply(arn)
    aws.secretsmanager.SecretRotation(
        f"{name}-rotation",
        secret_id=secret_arn,
        rotate_immediately=False,
        rotation_rules=aws.secretsmanager.SecretRotationRotationRulesArgs(automatically_after_days=args.rotate_days),
        # A cluster changes its password only with an instance.
        opts=ResourceOptions(parent=parent, depends_on=list(server.answering)),
    )
    return secret_arn


def version(password: str) -> int:
    """Return a number that is another with another password: RDS is only told of a password when its version changes."""
    return 1 + int.from_bytes(hashlib.sha256(password.encode()).digest()[:4], "big") % (2**31 - 1)


def scram(password: str) -> str:
    """Return what PostgreSQL keeps in a password's place (RFC 5803, SCRAM-SHA-256): given this, the server never sees the password.

    Args:
        password: random, of ASCII letters, digits and signs. What salts it is derived from it, so that it is the same each time.
    """
    rounds = 4096
    salt = hashlib.sha256(b"salt" + password.encode()).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    client, server = (hmac.digest(salted, name, "sha256") for name in (b"Client Key", b"Server Key"))
    encoded = [base64.b64encode(part).decode() for part in (salt, hashlib.sha256(client).digest(), server)]
    return f"SCRAM-SHA-256${rounds}:{encoded[0]}${encoded[1]}:{encoded[2]}"
