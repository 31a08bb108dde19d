"""Tell a team of secrets that are older than agreed: once a day until their owners change them, and nothing otherwise.

A key of a JSON document is as old as the oldest version in the unbroken run of versions, from the current one back, that hold the
same value; a whole secret is as old as its current version. Secrets Manager forgets deprecated versions after a while, and
a version that cannot be read ends the run: an age may be understated, never overstated.

The event is `{"topic": <ARN of an SNS topic>, "secrets": [<what Watched describes>, ...]}`.

Nothing is stored or changed. Values are never logged, raised or published. A secret that cannot be looked at is part of the message.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import boto3  # type: ignore[import-untyped] # it ships no types
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped] # as above

CURRENT: Final = "AWSCURRENT"
"""The staging label of the version that services read."""

_Client: TypeAlias = Any  # boto3 makes its clients' methods at run time


class AgeError(Exception):
    """The age of something is not known; the text says why, never a value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """One secret."""

    name: str
    """Its name, for messages."""
    secret: str
    """Its ARN."""
    days: int | None = None
    """Days after which the whole secret is changed; None: its keys have days of their own."""
    keys: Mapping[str, int] = field(default_factory=dict)
    """Days after which the keys of its JSON document are changed."""


def handle(event: Mapping[str, Any], context: object) -> None:
    """Look at every secret and publish one message about those that are due and those that could not be looked at."""
    del context
    secrets, now = boto3.client("secretsmanager"), datetime.now(UTC)
    due: list[str] = []
    problems: list[str] = []
    for each in (Watched(**each) for each in event["secrets"]):
        try:
            due += overdue(each, secrets, now)
        except AgeError as error:
            problems.append(f"- {each.name}: {error}")
        except (BotoCoreError, ClientError) as error:
            problems.append(f"- {each.name}: {_cause(error)}")
    said = [
        *(["These secrets are older than agreed. Their owners change them:", *due] if due else ()),
        *(["The age of these secrets is not known:", *problems] if problems else ()),
    ]
    if said:
        boto3.client("sns").publish(
            TopicArn=event["topic"],
            Subject="Secrets to change" if due else "Secrets of unknown age",
            Message="\n".join(said),
        )


def overdue(watched: Watched, secrets: _Client, now: datetime) -> Sequence[str]:
    """Return a line for each key, or for the whole secret, that is due.

    Raises:
        AgeError: there is no current version, it is no JSON document, or it lacks a key.
    """
    versions = _versions(watched.secret, secrets)
    if watched.days is not None:
        since = {watched.name: (versions[0]["CreatedDate"], watched.days)}
    else:
        dates = _unchanged_since(watched, versions, secrets)
        since = {f"{watched.name}, key {key}": (dates[key], days) for key, days in watched.keys.items()}
    ages = {what: ((now - date).days, days) for what, (date, days) in since.items()}
    return [
        f"- {what}: {age} days old, to be changed every {days}" for what, (age, days) in ages.items() if age >= days
    ]


def _unchanged_since(
    watched: Watched, versions: Sequence[Mapping[str, Any]], secrets: _Client
) -> Mapping[str, datetime]:
    """Return when each key got the value it has."""
    document = _document(watched.secret, versions[0]["VersionId"], secrets)
    if missing := sorted(watched.keys.keys() - document.keys()):
        raise AgeError(f"its JSON document lacks {', '.join(missing)}")
    since: dict[str, datetime] = dict.fromkeys(watched.keys, versions[0]["CreatedDate"])
    unbroken = set(watched.keys)
    for version, older in _older(watched.secret, versions[1:], secrets):
        unbroken = {key for key in unbroken if key in older and older[key] == document[key]}
        since |= dict.fromkeys(unbroken, version["CreatedDate"])
        if not unbroken:
            break
    return since


def _versions(secret: str, secrets: _Client) -> Sequence[Mapping[str, Any]]:
    """Return the current version and those made before it, the newest first."""
    found: list[Mapping[str, Any]] = []
    given: dict[str, str] = {}
    while True:
        answer = secrets.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True, **given)
        found += answer["Versions"]
        if not answer.get("NextToken"):
            break
        given = {"NextToken": answer["NextToken"]}
    current = next((version for version in found if CURRENT in version.get("VersionStages", ())), None)
    if current is None:
        raise AgeError("it has no current version: nobody has filled it yet")
    before = [v for v in found if v is not current and v["CreatedDate"] <= current["CreatedDate"]]
    return [current, *sorted(before, key=lambda version: version["CreatedDate"], reverse=True)]


def _older(
    secret: str, versions: Sequence[Mapping[str, Any]], secrets: _Client
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, object]]]:
    """Yield versions and their documents, up to one that cannot be read."""
    for version in versions:
        try:
            yield version, _document(secret, version["VersionId"], secrets)
        except (AgeError, ClientError):
            return


def _document(secret: str, version: str, secrets: _Client) -> Mapping[str, object]:
    answer = secrets.get_secret_value(SecretId=secret, VersionId=version)
    try:
        document = json.loads(answer.get("SecretString", ""))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise AgeError("its value is not a JSON document")
    return document


def _cause(error: BotoCoreError | ClientError) -> str:
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__
