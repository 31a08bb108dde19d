"""Secrets: those people fill and those the program fills."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from pydantic.alias_generators import to_camel

import limits
from settings import derived
from settings.model import Secret, Settings
from settings.problems import Place, Problem, at, found
from settings.references import PART_SECRETS


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    for name in settings.secrets:
        if name in PART_SECRETS:
            yield at(["secrets", name], f"{name!r} is what the {name}'s own secret is called; choose another name")
        for key in settings.secrets[name].key_rotate_days:
            if key not in settings.secrets[name].keys:
                known = ", ".join(settings.secrets[name].keys) or "none"
                yield at(
                    ["secrets", name, "keyRotateDays", key],
                    f"{key!r} is not among the secret's keys; declared: {known}",
                    ["secrets", name, "keys", "*"],
                )
    for name, secret in settings.secrets.items():
        for index, key in enumerate(secret.keys):
            if key in secret.keys[:index]:
                yield at(["secrets", name, "keys", index], f"{limits.short(key)} is in the list already")
        yield from found(["secrets", name], limits.secret_description_length(secret.description, secret.keys))
        yield from _existing(settings, ["secrets", name], secret)
    for name, problem in limits.apart(settings.secrets):
        yield at(["secrets", name], problem)
    yield from _url_secrets(settings)
    days = settings.protection.secret_recovery_days
    if 0 < days < 7:  # noqa: PLR2004 - the bound is in the message
        yield at(
            ["protection", "secretRecoveryDays"],
            f"{days} is not a recovery window Secrets Manager has; allowed: 0 or 7 to 30",
        )


def _existing(settings: Settings, place: Place, secret: Secret) -> Iterator[Problem]:
    """Check what goes with a secret that somebody else looks after."""
    if secret.existing is None:
        if secret.key_arn:
            yield at(
                [*place, "keyArn"],
                "goes with existing: a secret of this stack has the stack's key",
                [*place, "existing"],
            )
        return
    for name in ("description", "rotate_days", "key_rotate_days"):
        if name in secret.model_fields_set:
            setting = to_camel(name)
            yield at(
                [*place, setting], "belongs to whoever made the existing secret: leave it out", [*place, "existing"]
            )
    if not limits.secret_parameter(secret.existing):
        return
    if secret.keys:
        yield at([*place, "keys"], "ECS reads a parameter as a whole: leave them out", [*place, "existing"])
    if not derived.tasks_reach_out(settings) and "ssm" not in settings.network.endpoints:
        yield at(
            [*place, "existing"],
            "is a parameter, out of the tasks' reach without NAT: add ssm to network.endpoints, or use single or perZone",
            ["network", "nat"],
            ["network", "tasks"],
            ["network", "endpoints", "*"],
        )


def _url_secrets(settings: Settings) -> Iterator[Problem]:
    """Check the secrets that the program fills."""
    database, cache = settings.database, settings.cache
    copies = "readers" if database and database.is_cluster else "replica"
    urls = {
        "database": database.url_secret if database else None,
        "cache": cache.url_secret if cache else None,
        f"database's {copies}": database.queries_secret if database else None,
    }
    places: Mapping[str, Place] = {
        "database": ["database", "urlSecret"],
        "cache": ["cache", "urlSecret"],
        "database's replica": ["database", "readReplica", "urlSecret"],
        "database's readers": ["database", "readers", "urlSecret"],
    }
    for part, url in urls.items():
        if url in settings.secrets:
            yield at(
                places[part], f"{url!r} is filled by the program: take it out of slipway:secrets", ["secrets", str(url)]
            )
        elif url in PART_SECRETS:
            yield at(places[part], f"{url!r} is what the {url}'s own secret is called; choose another name")
    for (first, one), (second, other) in itertools.combinations(urls.items(), 2):
        if one and other and limits.slug(one) == limits.slug(other):
            yield at(places[second], f"{one!r} is also that of the {first}; each needs its own", places[first])
    yield from _restarts(settings, list(places.values()))


def _restarts(settings: Settings, places: Sequence[Place]) -> Iterator[Problem]:
    """Check that the function that fills secrets gets to ECS, to restart the services that read them."""
    network = settings.network
    wanted = ["ecs", "secretsmanager"] if network.tasks == "public" else ["ecs"]
    missing = [name for name in wanted if name not in network.endpoints]
    if settings.url_secrets and network.nat == "none" and missing:
        yield at(
            ["network", "nat"],
            "without NAT nobody restarts the services that read a urlSecret: "
            f"add {limits.listed(missing, 'and')} to network.endpoints, or use single or perZone",
            ["network", "endpoints", "*"],
            ["network", "tasks"],
            *places,
        )
