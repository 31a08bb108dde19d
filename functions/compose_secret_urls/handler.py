"""Compose the URLs that services connect with from the secrets AWS keeps, and restart the services when one changes.

It runs once when the stack is made, whenever a password changes, and every few minutes in case an event was lost. Each run
compares what is with what should be, so it can be repeated or cut off at any time. A version of a URL carries the staging label
`DEPLOYED` once every service that reads it was told to restart: a version without it is unfinished work of an earlier run.

The environment variable `URLS` holds a JSON list of what `Url` describes, a long one compressed by zlib in base64.
Values of secrets are never logged, raised or returned.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode

import boto3  # type: ignore[import-untyped] # has no types of its own
from botocore.config import Config  # type: ignore[import-untyped] # as above
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped] # as above

CURRENT: Final = "AWSCURRENT"
"""The staging label of the version that services read."""
DEPLOYED: Final = "DEPLOYED"
"""The staging label of the version whose readers were all told to restart."""

_MISSING: Final = "ResourceNotFoundException"
_NOT_RUNNING: Final = ("ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException")
_CALLS: Final = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})

_Client: TypeAlias = Any  # boto3 makes its clients' methods at run time

_log = logging.getLogger(__name__)
_log.setLevel(logging.INFO)


class ComposeError(Exception):
    """Something could not be done; the text names the secret or service and the cause, a line each, never a value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Url:
    """One URL and who reads it."""

    name: str
    """Its secret's name, for messages."""
    target: str
    """ARN of the secret whose whole value it is."""
    source: str
    """ARN of the secret with the password, a JSON document."""
    scheme: str
    """What it begins with, such as postgresql."""
    host: str
    port: int
    path: str
    """The database's name; empty for none."""
    parameters: Mapping[str, str]
    """What follows the question mark."""
    username_key: str | None
    """The document's key of the user's name; None: the URL has no user."""
    password_key: str
    """The document's key of the password."""
    cluster: str
    """The ECS cluster of its readers."""
    services: Sequence[str]
    """The ECS services that read it."""

    def compose(self, credentials: Mapping[str, str]) -> str:
        """Return the URL with these credentials, percent-encoded wherever a character has a meaning of its own."""
        user = quote(credentials[self.username_key], safe="") if self.username_key else ""
        password = quote(credentials[self.password_key], safe="")
        path = f"/{quote(self.path, safe='')}" if self.path else ""
        query = f"?{urlencode(sorted(self.parameters.items()))}" if self.parameters else ""
        return f"{self.scheme}://{user}:{password}@{self.host}:{self.port}{path}{query}"


def handle(event: Mapping[str, object], context: object) -> Mapping[str, Sequence[str]]:
    """Bring every URL up to date; what called, and why, makes no difference.

    Returns:
        The names of the URLs that got a new version, and of the services that restart, as `cluster/service`.

    Raises:
        ComposeError: something could not be done. Everything else was; the next run does the rest.
    """
    del event, context
    return bring_up_to_date(
        configured(os.environ), boto3.client("secretsmanager", config=_CALLS), boto3.client("ecs", config=_CALLS)
    )


def configured(environment: Mapping[str, str]) -> Sequence[Url]:
    """Return what the environment says there is to do.

    Raises:
        ComposeError: `URLS` is missing or not what `Url` describes.
    """
    try:
        return [Url(**url) for url in json.loads(_unpacked(environment["URLS"]))]
    except KeyError:
        raise ComposeError("the environment variable URLS is not set") from None
    except (TypeError, ValueError, zlib.error) as error:
        raise ComposeError(f"the environment variable URLS is not a JSON list of URLs: {error}") from None


def _unpacked(text: str) -> str:
    """Return the list as JSON: a long one is packed, as a function's variables hold 4 KB together."""
    return text if text.startswith(("[", "{")) else zlib.decompress(base64.b64decode(text, validate=True)).decode()


def bring_up_to_date(urls: Sequence[Url], secrets: _Client, ecs: _Client) -> Mapping[str, Sequence[str]]:
    """Write the URLs that changed and restart their readers, each once; see `handle`."""
    written: list[str] = []
    unfinished: list[_Version] = []
    problems: list[str] = []
    for url in urls:
        try:
            version = _write(url, secrets)
        except ComposeError as error:
            problems.append(f"{url.name}: {error}")
            continue
        if version.since is None:
            written.append(url.name)
        if not version.is_deployed:
            unfinished.append(version)

    restarted, failed = _restart_readers(unfinished, ecs)
    problems += failed.values()
    for version in unfinished:
        try:
            if not failed.keys() & set(_readers(version.url)):
                _finish(version.url, version.id, secrets)
        except ComposeError as error:
            problems.append(f"{version.url.name}: {error}")
    if problems:
        raise ComposeError("\n".join(problems))
    return {"written": written, "restarted": restarted}


def _readers(url: Url) -> Sequence[str]:
    return [f"{url.cluster}/{service}" for service in url.services]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Version:
    """The version of a URL that services read."""

    url: Url
    id: str
    is_deployed: bool
    """Whether all its readers were told to restart."""
    since: datetime | None
    """When an earlier run wrote it; None: this run did."""


def _write(url: Url, secrets: _Client) -> _Version:
    """Give a URL a new version if it has to change, and return the version that there is then."""
    is_new = False
    for _ in range(_TRIES):
        value = _composed(url, secrets)
        current = _read(url.target, secrets)
        if current is not None and current.get("SecretString") == value:
            since = None if is_new else current["CreatedDate"]
            is_deployed = DEPLOYED in current["VersionStages"]
            return _Version(url=url, id=current["VersionId"], is_deployed=is_deployed, since=since)
        # ECS starts no task that reads a secret without a value, so the first version has no readers to restart.
        stages = [CURRENT] if current else [CURRENT, DEPLOYED]
        try:
            made = secrets.put_secret_value(SecretId=url.target, SecretString=value, VersionStages=stages)
        except (BotoCoreError, ClientError) as error:
            raise ComposeError(f"{url.target} cannot be written: {_cause(error)}") from None
        _log.info("%s has the new version %s", url.name, made["VersionId"])
        # The password may have changed meanwhile, or another run have written an older one: it is looked at again.
        is_new = True
    raise ComposeError(f"{url.target} changes again and again; do two functions write it?")


_TRIES = 4
"""How often a URL is written until nobody else changes it or what it is made from."""


def _composed(url: Url, secrets: _Client) -> str:
    try:
        return url.compose(_credentials(url, secrets))
    except UnicodeError:
        # The error's own message would quote the value.
        raise ComposeError(f"the JSON document in {url.source} has characters that no URL can hold") from None


def _credentials(url: Url, secrets: _Client) -> Mapping[str, str]:
    """Return the user's name and password."""
    found = _read(url.source, secrets)
    if found is None:
        raise ComposeError(f"the secret {url.source} does not exist or has no value")
    try:
        document = json.loads(found.get("SecretString", ""))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        # The parser's own message could quote the value.
        raise ComposeError(f"the value of {url.source} is not a JSON document")
    wanted = [key for key in (url.username_key, url.password_key) if key]
    missing = [key for key in wanted if not (isinstance(document.get(key), str) and document[key])]
    if missing:
        raise ComposeError(f"the JSON document in {url.source} has no text under {' and '.join(missing)}")
    return {key: document[key] for key in wanted}


def _read(arn: str, secrets: _Client) -> Mapping[str, Any] | None:
    """Return the version of a secret that counts, or None where there is none."""
    try:
        version: Mapping[str, Any] = secrets.get_secret_value(SecretId=arn, VersionStage=CURRENT)
    except ClientError as error:
        if error.response["Error"]["Code"] == _MISSING:
            return None
        raise ComposeError(f"{arn} cannot be read: {_cause(error)}") from None
    except BotoCoreError as error:
        raise ComposeError(f"{arn} cannot be read: {_cause(error)}") from None
    return version


def _restart_readers(versions: Sequence[_Version], ecs: _Client) -> tuple[Sequence[str], Mapping[str, str]]:
    """Have ECS replace the tasks of every service that reads one of these versions and started before it was there.

    Returns:
        The services that restart, and what is wrong with those that cannot. One that does not run is in neither: it reads the
        URL when it starts.
    """
    restarted: list[str] = []
    failed: dict[str, str] = {}
    for reader in dict.fromkeys(reader for version in versions for reader in _readers(version.url)):
        cluster, _, service = reader.partition("/")
        read = [version.since for version in versions if reader in _readers(version.url)]
        try:
            if _started_since(cluster, service, read, ecs):
                _log.info("%s has started since", reader)
                continue
            ecs.update_service(cluster=cluster, service=service, forceNewDeployment=True)
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"] in _NOT_RUNNING:
                _log.info("%s does not run yet", reader)
            else:
                failed[reader] = f"the service {reader} cannot be restarted: {_cause(error)}"
        else:
            _log.info("%s restarts", reader)
            restarted.append(reader)
    return restarted, failed


def _started_since(cluster: str, service: str, written: Sequence[datetime | None], ecs: _Client) -> bool:
    """Tell whether the tasks that a service starts now have read every version: an earlier run may have restarted it.

    Else one reader that cannot restart would have the others restart at every run.
    """
    earlier = [when for when in written if when is not None]
    if len(earlier) < len(written):
        return False
    found = ecs.describe_services(cluster=cluster, services=[service])["services"]
    started = [each["createdAt"] for every in found for each in every["deployments"] if each["status"] == "PRIMARY"]
    return bool(started) and max(started) >= max(earlier)


def _finish(url: Url, version: str, secrets: _Client) -> None:
    """Mark a version as known to all its readers."""
    try:
        versions = secrets.describe_secret(SecretId=url.target).get("VersionIdsToStages", {})
        before = next((found for found, stages in versions.items() if DEPLOYED in stages), None)
        if before != version:
            origin = {"RemoveFromVersionId": before} if before else {}
            secrets.update_secret_version_stage(
                SecretId=url.target, VersionStage=DEPLOYED, MoveToVersionId=version, **origin
            )
    except (BotoCoreError, ClientError) as error:
        raise ComposeError(f"{url.target} cannot be marked as deployed: {_cause(error)}") from None


def _cause(error: BotoCoreError | ClientError) -> str:
    """Tell what went wrong in a call, leaving out what could repeat the request."""
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        denied = f" ({error.response['Error'].get('Message', '')})" if code == "AccessDeniedException" else ""
        return f"{error.operation_name} answered {code}{denied}"
    return f"{type(error).__name__}; is there a way from its subnets to AWS, a NAT gateway or endpoints?"
