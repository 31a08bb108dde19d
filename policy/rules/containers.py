"""Containers: what a task definition may hold."""

import re
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Resource
from policy.rule import Config, Parameter, resource_rule
from policy.values import UNKNOWN, Value

TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"

_IDENTIFIER: Final = r"[A-Za-z0-9_.-]{1,64}"
_SECRET_NAME: Final = re.compile(
    r"(?i)(PASSWORD|PASSWD|PASSPHRASE|(^|_)PWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|SIGNING_?KEY"
    r"|ENCRYPTION_?KEY|CREDENTIAL)"
)
_ABOUT_A_SECRET: Final = re.compile(
    r"(?i)_(ARN|NAME|ID|FILE|PATH|DIR|URL|URI|ENDPOINT|HOST|PORT|TTL|EXPIRY|EXPIRES?|EXPIRATION|SECONDS|MINUTES|HOURS"
    r"|DAYS|LENGTH|COUNT|LIMIT|ENABLED|REQUIRED|ALGORITHM|ISSUER|AUDIENCE|TYPE|REGION|VERSION|PREFIX|HEADER|IN)$"
)
_HARMLESS: Final = re.compile(r"(?i)|true|false|yes|no|on|off|none|null")
_SECRET_VALUE: Final = re.compile(
    r"(?:AKIA|ASIA)[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s:@]*:[^/\s@]+@"
    r"|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|[rs]k_live_[A-Za-z0-9]{10,}"
    r"|AIza[\w-]{30,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.|SG\.[\w-]{16,}\.[\w-]{16,}"
)
_MUTABLE: Final[list[Value]] = [
    "latest",
    "main",
    "master",
    "trunk",
    "stable",
    "edge",
    "dev",
    "develop",
    "development",
    "nightly",
    "next",
    "current",
    "release",
    "prod",
    "production",
    "staging",
    "test",
    "lts",
]


def _containers(task: Resource) -> Iterator[tuple[str, dict[str, Value]]]:
    """Each container whose definition is known, with the name that messages use."""
    for index, container in enumerate(values.items(values.document(task.get("containerDefinitions")))):
        if isinstance(container, dict):
            name = values.show(container.get("name"), _IDENTIFIER)
            yield name if container.get("name") and name != "another value" else str(index + 1), container


def _unread(task: Resource) -> Iterator[Finding]:
    if values.has_unknown(values.document(task.get("containerDefinitions"))):
        yield task.undecided("containerDefinitions are not known yet")


@resource_rule("container-secrets-not-in-environment", TASK)
def secrets_not_in_environment(task: Resource, _config: Config) -> Iterator[Finding]:
    """Anybody who may describe the task reads its environment; secrets are injected by reference."""
    yield from _unread(task)
    for name, container in _containers(task):
        for variable in values.items(container.get("environment")):
            key, value = values.at(variable, "name"), values.at(variable, "value")
            reason = _looks_secret(key, value)
            if reason and isinstance(key, str):
                yield task.fails(
                    f"container {name}, environment variable {values.show(key, _IDENTIFIER)} {reason}",
                    fix='{"name": ..., "valueFrom": secret.arn} under secrets, the value in Secrets Manager',
                )


def _looks_secret(key: Value, value: Value) -> str:
    if not isinstance(key, str) or not isinstance(value, str):
        return ""
    if _SECRET_VALUE.search(value):
        return "has a value that looks like a credential"
    named = _SECRET_NAME.search(key) and not _ABOUT_A_SECRET.search(key)
    if (named or re.search(r"(?i)ACCESS_?KEY_ID$", key)) and not _HARMLESS.fullmatch(value):
        return "is named like a secret"
    return ""


@resource_rule(
    "container-images-pinned",
    TASK,
    mutableTags=Parameter({"type": "array", "items": {"type": "string"}}, _MUTABLE),
)
def images_pinned(task: Resource, config: Config) -> Iterator[Finding]:
    """A digest or a version: the same definition always runs the same code."""
    yield from _unread(task)
    mutable = set(config.words("mutableTags"))
    for name, container in _containers(task):
        image = container.get("image")
        if not isinstance(image, str) or re.search(r"@sha256:[0-9a-f]{64}$", image):
            continue
        tag = image.rsplit("/", 1)[-1].partition("@")[0].partition(":")[2]
        if not tag or tag.lower() in mutable:
            seen = f"the moving tag {tag}" if tag else "no tag"
            yield task.fails(
                f"container {name} has an image with {seen}, wanted a digest or a version",
                fix="image=<repository>@sha256:<digest>, or a tag that is never pushed again",
            )


@resource_rule("container-not-privileged", TASK)
def not_privileged(task: Resource, _config: Config) -> Iterator[Finding]:
    """A privileged container is root on its host."""
    yield from _unread(task)
    for name, container in _containers(task):
        if values.flag(container.get("privileged"), default=False) is True:
            yield task.fails(f"container {name} has privileged true, wanted false", fix='leave "privileged" out')


@resource_rule("container-not-root", TASK)
def not_root(task: Resource, _config: Config) -> Iterator[Finding]:
    """Without a user the image decides, and most images decide for root."""
    yield from _unread(task)
    for name, container in _containers(task):
        user = values.text(container.get("user"))
        if user is not UNKNOWN and (account := user.partition(":")[0]) in ("", "root", "0"):
            seen = f"user {account}" if account else "no user"
            yield task.fails(f"container {name} has {seen}, wanted another than root", fix='"user": "1000"')


@resource_rule("container-root-filesystem-read-only", TASK)
def root_filesystem_read_only(task: Resource, _config: Config) -> Iterator[Finding]:
    """An intruder cannot leave tools behind; a volume for /tmp keeps programs working."""
    yield from _unread(task)
    for name, container in _containers(task):
        if values.flag(container.get("readonlyRootFilesystem"), default=False) is False:
            yield task.fails(
                f"container {name} has readonlyRootFilesystem false, wanted true",
                fix='"readonlyRootFilesystem": True with a volume mounted at /tmp',
            )
