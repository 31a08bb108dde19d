"""Command line: `python -m operations.bootstrap --bucket NAME --region REGION`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import boto3  # type: ignore[import-untyped] # ships no types
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped] # ships no types

from operations.bootstrap.state_backend import BootstrapError, StateBackendArgs, ensure


def main(words: Sequence[str] | None = None) -> int:
    """Make the backend and print what to run next.

    Returns:
        0, 1 where AWS refuses, 2 where an option is wrong.
    """
    parser = argparse.ArgumentParser(prog="python -m operations.bootstrap", description=ensure.__doc__)
    parser.add_argument("--bucket", required=True, help="the state bucket's name, such as expense-app-tfstate")
    parser.add_argument("--region", required=True, help="the region, such as eu-north-1")
    parser.add_argument("--key-alias", default="", help="the key's name; default: the bucket's")
    parser.add_argument(
        "--allow", action="append", default=[], metavar="ARN", help="a role or user that may use the state; repeatable"
    )
    parser.add_argument("--history-days", type=int, default=365, help="days that old versions are kept; default: 365")
    parser.add_argument(
        "--stack", default="PROJECT/STACK", help="the stack to print the commands for, such as storefront/prod"
    )
    parser.add_argument("--profile", help="the AWS profile; default: the environment's credentials")
    options = parser.parse_args(words)
    try:
        args = StateBackendArgs(
            bucket=options.bucket,
            region=options.region,
            key_alias=options.key_alias,
            principals=options.allow,
            history_days=options.history_days,
            stack=options.stack,
        )
        backend = ensure(args, boto3.Session(profile_name=options.profile))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except (BootstrapError, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"State:   {backend.url}\nSecrets: {backend.secrets_provider}\nKey:     {backend.key_arn}\n")
    print("\n".join(backend.commands))
    return 0


if __name__ == "__main__":
    sys.exit(main())
