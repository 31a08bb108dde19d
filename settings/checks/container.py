"""Containers: their images, variables, secrets and health checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic.alias_generators import to_snake

import limits
from policy.common import credentials
from settings import derived
from settings.model import READY_CHECKS, Container, Database, Image, LogRouter, Service, Settings, Telemetry
from settings.problems import Place, Problem, at
from settings.references import PART_SECRETS, QUEUE, REFERENCE, REFERENCES, SERVICE


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    for key, service in settings.services.items():
        place = ["services", key]
        containers: list[tuple[Place, Container]] = [(place, service)]
        containers += [([*place, "sidecars", name], sidecar) for name, sidecar in service.sidecars.items()]
        for where, container in containers:
            build = container.image.build
            if build and not Path(build.context).is_dir():
                message = f"there is no folder {limits.short(build.context)} here to build from"
                yield at([*where, "image", "build", "context"], message)


_HTTPS: Final = 443
_BEGUN: Final = re.compile(r"\$\{\w")


def problems(settings: Settings, place: Sequence[str], container: Container, service: Service) -> Iterator[Problem]:
    """Return what is wrong with a container of a service's task, whose place is given."""
    yield from image_problems(settings, place, container, service)
    for name, value in container.environment.items():
        where = [*place, "environment", name]
        if name not in container.not_secret and credentials.looks_secret(name, value):
            yield at(
                where,
                "looks like a secret in clear text: declare it in slipway:secrets and name it in the service's secrets; "
                "if it is none, say why in notSecret",
                [*place, "notSecret", "*"],
            )
            continue
        if name in container.secrets:
            yield at(where, "is also in secrets; a variable has one source", [*place, "secrets", name])
        for reference in REFERENCE.findall(value):
            yield from _reference(settings, where, reference, container, service)
        if _BEGUN.search(REFERENCE.sub("", value)):
            yield at(where, "a reference begins with ${ and has no end: close it with }")
    yield from _secrets(settings, place, container, service)
    yield from _clear_text(place, container, service)
    check = container.health_check
    if check and len(check.command) == 1 and check.command[0] in READY_CHECKS:
        if service.port is None:
            yield at(
                [*place, "healthCheck"],
                f"{check.command[0]!r} asks the service's port, and there is none: give port or a command",
                [*place[:2], "port"],
            )
    elif check and check.command[0] not in ("CMD", "CMD-SHELL"):
        yield at(
            [*place, "healthCheck", "command"],
            f"{limits.short(check.command[0])} cannot come first; allowed: CMD or CMD-SHELL, then what to run; or {limits.listed(READY_CHECKS)} alone",
            [*place, "healthCheck", "command", "*"],
        )


def _clear_text(place: Sequence[str], container: Container, service: Service) -> Iterator[Problem]:
    """Check that no secret stands in what a container runs or is built with, and that what is said to be none is there."""
    commands: dict[tuple[str, ...], Sequence[str]] = {
        ("command",): container.command,
        ("entryPoint",): container.entry_point,
        ("healthCheck", "command"): container.health_check.command if container.health_check else (),
    }
    if container is service and service.migrate:
        commands["migrate", "command"] = service.migrate.command
    arguments = container.image.build.arguments if container.image.build else {}
    yield from _secrets_in_commands(place, container, commands)
    yield from _secrets_in_build(place, container, arguments)
    yield from _not_secret(place, container, commands, arguments)


def _secrets_in_commands(
    place: Sequence[str], container: Container, commands: Mapping[tuple[str, ...], Sequence[str]]
) -> Iterator[Problem]:
    for where, words in commands.items():
        if reason := credentials.in_command(words, container.not_secret):
            yield at(
                [*place, *where],
                f"it {reason}: declare it in slipway:secrets, and let the command read a variable from there; if it is none, say why in notSecret",
                [*place, *where, "*"],
                [*place, "notSecret", "*"],
            )


def _secrets_in_build(place: Sequence[str], container: Container, arguments: Mapping[str, str]) -> Iterator[Problem]:
    for name, value in arguments.items():
        if name not in container.not_secret and credentials.looks_secret(name, value):
            yield at(
                [*place, "image", "build", "arguments", name],
                "looks like a secret, which everybody can read in the image's history: let the application read it from slipway:secrets when it starts; "
                "if it is none, say why in notSecret",
                [*place, "notSecret", "*"],
            )


def _not_secret(
    place: Sequence[str],
    container: Container,
    commands: Mapping[tuple[str, ...], Sequence[str]],
    arguments: Mapping[str, str],
) -> Iterator[Problem]:
    """Check what is said to be no secret: it is there, is none of a well-known form, and fits the tag that says so."""
    judged_by: Place = [*place, "notSecret", "*"]
    if len(said := " ".join(container.not_secret)) > (most := 256):
        yield at(
            [*place, "notSecret"],
            f"the names have {len(said)} characters together; the tag that tells the policy pack takes {most}",
            judged_by,
        )
    text = " ".join(word for words in commands.values() for word in words)
    known = [*container.environment, *arguments]
    for name in container.not_secret:
        if name not in known and name not in text:
            yield at(
                [*place, "notSecret", name],
                f"{limits.short(name)} is no variable of this container{limits.meant(name, known)}: take it out",
                [*place, "environment", "*"],
                *([*place, *where, "*"] for where in commands),
            )
        elif (value := container.environment.get(name, "")) and credentials.is_credential(value):
            yield at(
                [*place, "environment", name],
                "holds a credential of a well-known form, whatever notSecret says: declare it in slipway:secrets",
                judged_by,
            )


def image_problems(
    settings: Settings, place: Sequence[str], container: Container | LogRouter | Telemetry, service: Service
) -> Iterator[Problem]:
    """Return what is wrong with the image of a container, a log router or a collector, as a service's tasks pull it."""
    image, where = container.image, [*place, "image"]
    about = [[*where, name] for name in ("uri", "repository", "tag", "digest", "build")]
    sources = [
        name
        for name, value in (("tag", image.tag), ("digest", image.digest), ("build", image.build))
        if value is not None
    ]
    if image.uri and (image.repository or sources):
        yield at(where, "give uri alone, or repository with tag, digest or build", *about)
        return
    if not image.uri and not image.repository:
        yield at(where, "give repository with tag, digest or build, or uri", *about)
        return
    if image.repository and len(sources) != 1:
        yield at(
            where,
            f"{limits.short(image.repository)} needs exactly one of tag, digest or build; {' and '.join(sources) or 'none'} given",
            *about,
        )
    if image.repository and settings.registry is None:
        yield at(
            [*where, "repository"],
            f"{limits.short(image.repository)} is in no registry: add slipway:registry (`slipway:registry: {{}}` is enough), or give uri",
            ["registry"],
            ["shared", "*"],
        )
    yield from _reach(settings, place, image.uri or "", service)
    yield from _credentials(settings, where, image)
    yield from _moving_tag(settings, where, image)


def _moving_tag(settings: Settings, where: Place, image: Image) -> Iterator[Problem]:
    """Check that production runs no image whose tag may name another one tomorrow."""
    tag = image.tag
    if image.uri:
        last = image.uri.rsplit("/", maxsplit=1)[-1]
        tag = None if "@sha256:" in last else last.partition(":")[2] or "latest"
    if tag and limits.mutable_tag(tag) and settings.environment == "production" and not image.allow_mutable_tag:
        what = f"the tag {limits.short(tag)} moves, so nobody can tell what runs or go back to it"
        yield at(
            [*where, "uri" if image.uri else "tag"],
            f"{what}; use a commit or digest, or say allowMutableTag: true",
            ["environment"],
            [*where, "allowMutableTag"],
        )


_LOGIN: Final = ("username", "password")


def _credentials(settings: Settings, where: Place, image: Image) -> Iterator[Problem]:
    """Check what tasks log in to a registry with: a document of two keys in Secrets Manager."""
    name, place = image.credentials, [*where, "credentials"]
    if name is None:
        return
    if not image.uri or ".dkr.ecr." in image.uri.partition("/")[0]:
        yield at(place, "are not for ECR, where the tasks' role is let in: leave them out", [*where, "uri"])
        return
    secret = settings.secrets.get(name)
    if secret is None:
        yield at(
            place,
            f"names no secret of this stack{limits.meant(name, settings.secrets)}; declare it in slipway:secrets with the keys username and password",
            ["secrets", name],
            *([["secrets"]] if not settings.secrets else []),
        )
    elif secret.existing and limits.secret_parameter(secret.existing):
        yield at(
            place, f"{name} is a parameter; ECS takes a login from Secrets Manager alone", ["secrets", name, "existing"]
        )
    elif not set(_LOGIN) <= set(secret.keys):
        yield at(
            place,
            f"{name} needs the keys username and password: give it keys: [username, password]",
            ["secrets", name, "keys", "*"],
        )


def _reach(settings: Settings, place: Sequence[str], uri: str, service: Service) -> Iterator[Problem]:
    """Check that tasks get to the registry of an image: that of the stack's own account and region has an endpoint in the network."""
    registry = uri.partition("/")[0]
    if not uri or f".dkr.ecr.{settings.aws.region}." in registry:
        return
    let_out = ":" in registry or any(e.port == _HTTPS and e.cidr == "0.0.0.0/0" for e in service.egress)
    if not derived.tasks_reach_out(settings) or not let_out:
        yield at(
            [*place, "image"],
            f"is out of the tasks' reach: push it to an ECR repository in {settings.aws.region} and name that, "
            "or let them out to HTTPS anywhere, through NAT",
            ["network", "nat"],
            ["network", "tasks"],
            ["aws", "region"],
            [*place[:2], "egress", "*"],
        )


def _named(settings: Settings, where: Sequence[str], reference: str, service: Service) -> Iterator[Problem]:
    """Check a reference to a queue or a service by its name."""
    part, name, _ = reference.split(".")
    if part == "services":
        if name not in service.calls:
            yield at(
                where,
                f"${{{_cut(reference)}}} is out of this service's reach: add {limits.short(name)} to its calls{limits.meant(name, service.calls)}",
                [*where[:2], "calls", "*"],
            )
    elif name not in settings.queues:
        yield at(
            where,
            f"${{{_cut(reference)}}}: {limits.short(name)} is no queue of this stack{limits.meant(name, list(settings.queues))}",
            ["queues"],
            ["queues", "*"],
        )
    elif name not in (*service.sends, *service.receives):
        yield at(
            where,
            f"${{{reference}}} is out of this service's reach: add {name} to its sends or receives",
            [*where[:2], "sends", "*"],
            [*where[:2], "receives", "*"],
        )


_USED: Final = ("database", "cache", "media", "internalBalancer")
"""Parts that a service names in `uses`."""


def _reference(
    settings: Settings, where: Sequence[str], reference: str, container: Container, service: Service
) -> Iterator[Problem]:
    part = reference.partition(".")[0]
    named = reference.split(".")[1:2]
    if (QUEUE.fullmatch(reference) or SERVICE.fullmatch(reference)) and named != ["NAME"]:
        yield from _named(settings, where, reference, service)
    elif reference not in REFERENCES or named == ["NAME"]:
        known = list(REFERENCES)
        meant = limits.meant(reference, known)
        yield at(where, f"${{{_cut(reference)}}} stands for nothing{meant}; allowed in ${{}}: {limits.listed(known)}")
    elif part in (*_USED, "domain") and getattr(settings, to_snake(part)) is None:
        yield at(where, f"${{{reference}}} needs slipway:{part}, which this stack does not have", [part])
    elif part in _USED and part not in service.uses:
        yield at(
            where,
            f"${{{reference}}} is out of this service's reach: add {part} to its uses",
            [*where[:2], "uses", "*"],
        )
    elif part == "database" and settings.database:
        yield from _of_database(settings.database, where, reference)
    elif reference == "image.tag" and not container.image.tag:
        yield at(where, "${image.tag} needs an image with a tag", [*where[:-2], "image"], [*where[:-2], "image", "tag"])


def _of_database(database: Database, where: Sequence[str], reference: str) -> Iterator[Problem]:
    """Check that the database has what a reference stands for."""
    if reference == "database.replicaHost" and not database.answers_queries:
        more, what = ("readers", "at least one reader") if database.is_cluster else ("readReplica", "a replica")
        yield at(
            where,
            f"${{database.replicaHost}} needs {what}: add database.{more}",
            ["database", more],
            ["database", "engine"],
        )
    elif reference == "database.iamUsername" and not database.iam_authentication:
        yield at(
            where,
            "${database.iamUsername} needs IAM authentication: say database.iamAuthentication: true",
            ["database", "iamAuthentication"],
        )


def _secrets(settings: Settings, place: Sequence[str], container: Container, service: Service) -> Iterator[Problem]:
    """Check the secrets of a container, and what a service's own has besides where it migrates the database."""
    for name, value in container.secrets.items():
        yield from secret_problems(settings, [*place, "secrets", name], value, service.uses)
    if container is service and service.migrate:
        for name, value in service.migrate.secrets.items():
            yield from secret_problems(settings, [*place, "migrate", "secrets", name], value, service.uses)


def secret_problems(settings: Settings, where: Sequence[str], value: str, uses: Sequence[str]) -> Iterator[Problem]:
    """Return what is wrong with a reference to a secret, by a service that uses some parts."""
    name, _, key = value.partition(":")
    if name in PART_SECRETS:
        yield from _part_secret(settings, where, value, uses)
        return
    declared = [*settings.secrets, *settings.url_secrets]
    if name not in declared:
        yield at(
            where,
            f"names no secret of this stack{limits.meant(name, declared)}; declare it in slipway:secrets (a value never belongs here)",
            ["secrets", name],
            ["database", "urlSecret"],
            ["database", "readReplica", "urlSecret"],
            ["database", "readers", "urlSecret"],
            ["cache", "urlSecret"],
            *([["secrets"]] if not settings.secrets else []),
        )
        return
    part = settings.url_secrets.get(name)
    if part and part not in uses:
        yield at(
            where,
            f"{name} is of no use without a way to the {part}: add {part} to this service's uses",
            [*where[:2], "uses", "*"],
            [part, "urlSecret"],
        )
    known = list(settings.secrets[name].keys) if name in settings.secrets else []
    about = ["secrets", name, "keys", "*"]
    if key and key not in known:
        yield at(
            where,
            f"the secret {name} has no such key{limits.meant(key, known)}; its keys: {limits.listed(known) if known else 'none'}",
            about,
        )
    if known and not key:
        yield at(
            where,
            f"the secret {name} is a document; write {name}:{known[0]}, with one of its keys {limits.listed(known)}",
            about,
        )


def _part_secret(settings: Settings, where: Sequence[str], value: str, uses: Sequence[str]) -> Iterator[Problem]:
    """Check a reference to a secret that AWS or the program makes for a part, such as `database:password`."""
    name, _, key = value.partition(":")
    known = list(PART_SECRETS[name])
    if getattr(settings, name) is None:
        yield at(where, f"{name} is not in this stack: add slipway:{name}", [name])
    elif key not in known:
        yield at(
            where, f"the {name}'s secret has no such key; allowed: {limits.listed([f'{name}:{k}' for k in known])}"
        )
    elif name not in uses:
        yield at(
            where,
            f"{value} is of no use without a way to the {name}: add {name} to this service's uses",
            [*where[:2], "uses", "*"],
        )


def _cut(text: str) -> str:
    most = 40
    return text if len(text) <= most else "..."
