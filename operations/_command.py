"""What the operator's commands share: their options, their exit codes, how they speak, and how AWS's refusals are told."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NoReturn, TextIO

from botocore.exceptions import (  # type: ignore[import-untyped] # has no types of its own
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from components._aws_session import THROTTLED, AwsAccess, Client
from operations._stack import Stack

OK: Final = 0
REFUSED: Final = 1
"""What was asked for is not so, or did not come to a good end."""
WRONG: Final = 2
"""The command, or the stack file, is wrong; nothing was done."""
UNREACHABLE: Final = 3
"""AWS could not be asked: credentials, network, rights, throttling."""
INTERRUPTED: Final = 130
"""Stopped by a person while it waited."""

_EXPIRED: Final = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException"}
)
_MISSING: Final = frozenset(
    {
        "ClusterNotFoundException",
        "DBInstanceNotFound",
        "DBInstanceNotFoundFault",
        "LogGroupNotFoundException",
        "NoSuchBucket",
        "ReplicationGroupNotFoundFault",
        "RepositoryNotFoundException",
        "ResourceNotFoundException",
        "ServiceNotFoundException",
    }
)
_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


class OperationError(Exception):
    """The command cannot go on; the text says why and what to do next.

    Args:
        text: one or more lines.
        code: the exit code.
    """

    def __init__(self, text: str, code: int = REFUSED) -> None:
        super().__init__(text)
        self.code = code


@dataclass(kw_only=True)
class Context:
    """What a command works with."""

    stack: Stack
    """The names of what the stack file describes."""
    access: AwsAccess
    """Where AWS is called, and as whom."""
    as_json: bool = False
    """Whether the result is one JSON document on standard output; progress goes to standard error in any case."""
    timeout_seconds: float = 1800
    """Seconds until a command that waits gives up."""
    dry_run: bool = False
    """Whether to say what would be done and change nothing."""
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _clients: dict[str, Client] = field(default_factory=dict)

    def client(self, service: str, region: str | None = None) -> Client:
        """Return the client of an AWS service, by boto3's name; one for each service and region, the stack's where none is given."""
        if region in {None, self.access.region}:
            if service not in self._clients:
                self._clients |= self.access.clients(service)
            return self._clients[service]
        name = f"{service} {region}"
        if name not in self._clients:
            self._clients |= {name: replace(self.access, region=str(region)).clients(service)[service]}
        return self._clients[name]

    def clients(self, services: Sequence[str]) -> Mapping[str, Client]:
        """Return several clients by their services' names."""
        return {service: self.client(service) for service in services}

    def say(self, text: str) -> None:
        """Tell a person what is going on."""
        print(text, file=self.err, flush=True)

    def result(self, data: Mapping[str, Any], text: str) -> None:
        """Give the result: as JSON where that was asked for, else as text."""
        print(json.dumps(data, indent=2, default=str) if self.as_json else text, file=self.out, flush=True)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
        """Return rows under a head, in columns as wide as they need be."""
        cells = [list(map(str, row)) for row in (head, *rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
        )

    def until(self, what: str, done: Callable[[], bool], *, every: float = 15) -> None:
        """Wait until something is so, and say every minute that it is still waited for.

        Raises:
            OperationError: it is not so in time.
        """
        began = self.clock()
        told = 0
        while not done():
            passed = self.clock() - began
            if passed >= self.timeout_seconds:
                raise OperationError(
                    f"{what} after {self.timeout_seconds / 60:g} minutes; --timeout-minutes waits longer"
                )
            if passed // 60 > told:
                told = int(passed // 60)
                self.say(f"  {what} ({told} min)")
            self.sleep(every)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One word of the command line."""

    name: str
    """The word."""
    help: str
    """What it does, one line, as `make help` shows it."""
    run: Callable[[Context, argparse.Namespace], int]
    """Does it, and returns the exit code."""
    arguments: Callable[[argparse.ArgumentParser], None] = lambda _: None
    """Adds options of its own."""
    changes: bool = False
    """Whether it changes something, and so has --dry-run."""


def service_option(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add the option that names a service of the stack file."""
    parser.add_argument("--service", required=required, help="a service, by its name in the stack file")


def tag(text: str) -> str:
    """Return an image's tag.

    Raises:
        argparse.ArgumentTypeError: it can be none.
    """
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no image tag: at most 128 letters, digits and _ . -, a letter, digit or _ first"
        )
    return text


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number within a range."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return int(text)

    return read


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0
    if not 0 < minutes <= _MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes above 0, up to {_MOST_MINUTES}")
    return minutes


_MOST_MINUTES: Final = 1440


class _Parser(argparse.ArgumentParser):
    """Says of what is missing or wrong how `make` takes it, too."""

    def error(self, message: str) -> NoReturn:
        super().error(
            f"{message}\nWith make: --service is SERVICE=, --tag and --commit are TAG=, --out is OUT=, all else stands in ARGS='...'."
        )


def parser(commands: Sequence[Command]) -> argparse.ArgumentParser:
    """Return the command line's parser."""
    every = _Parser(prog="python -m operations", description="Run and look after a deployed stack.")
    words = every.add_subparsers(dest="command", required=True, metavar="command")
    for command in commands:
        one = words.add_parser(command.name, help=command.help, description=command.help)
        one.add_argument("--stack", default="prod", help="the stack, whose file is Pulumi.<stack>.yaml; default: prod")
        one.add_argument("--file", type=Path, help="another stack file, such as examples/rupaya/Pulumi.prod.yaml")
        one.add_argument("--profile", help="a profile of the AWS configuration; default: the environment's credentials")
        one.add_argument("--timeout-minutes", type=_minutes, default=30, help="how long it waits at most; default: 30")
        one.add_argument("--json", action="store_true", help="the result as one JSON document")
        if command.changes:
            one.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
        command.arguments(one)
    return every


def guarded(run: Callable[[], int], again: str, err: TextIO) -> int:
    """Run a command, and tell what AWS refuses in words and with the next step instead of a trace.

    Args:
        run: the command.
        again: the command line to repeat.
        err: where it is told.

    Returns:
        The exit code.
    """
    try:
        return run()
    except BrokenPipeError:
        # Whoever read the result has seen enough; what is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OperationError as error:
        print(error, file=err)
        return error.code
    except KeyboardInterrupt:
        print(
            f"Stopped. What was begun goes on in AWS; look with: python -m operations status. Again: {again}", file=err
        )
        return INTERRUPTED
    except (BotoCoreError, ClientError) as error:
        print(f"{told(error)}\nAgain: {again}", file=err)
        return REFUSED if _code(error) in _MISSING else UNREACHABLE


def told(error: Exception) -> str:
    """Return what an AWS error means, and what helps."""
    if isinstance(error, ClientError):
        return _refused(error)
    if isinstance(error, ProfileNotFound | NoCredentialsError):
        return f"No AWS credentials: {error}. Log in (aws sso login), or name a profile with --profile."
    if isinstance(error, SSOError | TokenRetrievalError):
        return f"The AWS login has ended: {error}. Log in again: aws sso login."
    if isinstance(error, EndpointConnectionError | HTTPClientError):
        return (
            f"AWS cannot be reached from here: {error}. Check the network, a proxy, and the region of the stack file."
        )
    return f"AWS could not be asked: {error}"


def _code(error: Exception) -> str:
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def _refused(error: ClientError) -> str:
    code, text = _code(error), str(error.response.get("Error", {}).get("Message", "")) or str(error)
    if code in _EXPIRED:
        return f"The AWS credentials have expired or are not known ({code}). Log in again: aws sso login."
    if code in THROTTLED:
        return f"AWS asks to slow down ({code}), also after ten tries. Wait a minute."
    if code in _MISSING:
        return f"AWS has not what {error.operation_name} asks for: {text}. Deploy first (make up), or name the right stack, region and profile."
    if code in _DENIED:
        return f"AWS does not allow {error.operation_name} to these credentials: {text}"
    return f"AWS refuses {error.operation_name}: {code}: {text}"
