"""The text of a stack file, from what was found and what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml  # type: ignore[import-untyped] # has no stubs among our dependencies

import limits
from operations.new._draft import Draft

_WIDTH: Final = 4096
"""Columns at which YAML would fold a text: never."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What no compose file says.

    Args:
        app: the application's name.
        environment: production, staging or development.
        region: the AWS region.
        host: the host name; empty where nothing is reached from outside.
        zone_id: the Route 53 hosted zone of the host.
        owner: the team that it belongs to, as a tag.
        github: OWNER/REPOSITORY of the workflows that deploy it; empty: none.
        email: who is told of alarms; empty: nobody, and there are no alarms.
    """

    app: str
    environment: str
    region: str
    host: str = ""
    zone_id: str = ""
    owner: str = ""
    github: str = ""
    email: str = ""


def config(found: Draft, answers: Answers) -> Mapping[str, Any]:
    """Return the `config:` section."""
    return {key: value for _, key, value in _sections(found, answers)}


def text(found: Draft, answers: Answers, schema: str) -> str:
    """Return the whole file, with a comment above what is to be looked at.

    Args:
        found: what was taken over.
        answers: what was answered.
        schema: the path of `slipway.schema.json` from where the file will be, for editors.
    """
    lines = [f"# yaml-language-server: $schema={schema}", "config:"]
    for comment, key, value in _sections(found, answers):
        lines += [f"  # {comment}"] if comment else []
        lines += [f"  {line}" for line in _yaml({key: value}).splitlines()]
    if found.left:
        lines += [
            "# Not taken over, or to be looked at:",
            *(f"# - {' '.join(sentence.split())}" for sentence in found.left),
        ]
    return "\n".join(lines) + "\n"


def _sections(found: Draft, answers: Answers) -> Iterator[tuple[str, str, Any]]:
    """Yield comment, key and value of each section, in the order of the shipped files."""
    app, production = answers.app, answers.environment == "production"
    routed = any("route" in service for service in found.services.values())
    letters = limits.zone_letters(answers.region)
    yield "", "aws:region", answers.region
    yield "names start with it", "slipway:app", app
    yield "how strict the policy pack is", "slipway:environment", answers.environment
    yield "on everything", "slipway:tags", {"owner": answers.owner or app}
    yield (
        "one way out for all zones; `perZone` lives on when a zone fails, for about 33 USD a month more",
        "slipway:network",
        {"cidr": "10.20.0.0/16", "zones": [f"{answers.region}{letter}" for letter in letters[:2]], "nat": "single"},
    )
    if routed:
        yield "the hosted zone must exist", "slipway:domain", {"zoneId": answers.zone_id, "host": answers.host}
        yield "", "slipway:loadBalancer", {"httpRedirect": True}
    if any("repository" in service["image"] for service in found.services.values()):
        yield "", "slipway:registry", {"keepImages": 50, "untaggedDays": 7}
    if found.database is not None:
        about = "its URL is composed inside AWS, again at every rotation"
        yield about, "slipway:database", _database(found.database, app, production=production)
    if found.cache is not None:
        kind = "cache.t4g.small" if production else "cache.t4g.micro"
        yield (
            "",
            "slipway:cache",
            {**found.cache, "nodeType": kind, "replicas": int(production), "urlSecret": f"{app}/cache-url"},
        )
    if found.media:
        yield "", "slipway:media", {}
    if found.volumes:
        yield "files that tasks share and that outlive them", "slipway:volumes", found.volumes
    if found.secrets:
        yield "declared here, filled by people: README, Secrets", "slipway:secrets", found.secrets
    yield "the images' tag is a commit once a pipeline pushes them", "slipway:services", found.services
    yield from _around(found, answers)


def _database(given: Mapping[str, str], app: str, *, production: bool) -> Mapping[str, Any]:
    """Return the database's section: of an engine and a version, as large as an environment needs it."""
    instance = "db.t4g.medium" if production else "db.t4g.micro"
    return {
        **given,
        **_database_name(given["engine"], app),
        "instanceClass": instance,
        "storageGib": 20,
        "maxStorageGib": 100,
        "multiAz": production,
        "backupDays": 14 if production else 7,
        **({"insightsDays": None} if limits.rds_insights(given["engine"], instance) else {}),
        "urlSecret": f"{app}/database-url",
    }


def _database_name(engine: str, app: str) -> Mapping[str, str]:
    """Return another name for the database than the application's, where RDS does not take that."""
    name = app.replace("-", "_")
    return {} if limits.rds_database(engine, name) is None else {"databaseName": f"app_{name}"}


def _around(found: Draft, answers: Answers) -> Iterator[tuple[str, str, Any]]:
    """Yield who deploys it, what is saved, and who is told."""
    if answers.github:
        github = {"repository": answers.github, "environment": answers.environment}
        yield "who deploys; `make pipelines` writes the workflows", "slipway:delivery", {"github": github}
    if answers.environment == "production" and (found.database is not None or found.volumes):
        yield "", "slipway:backup", {"keepDays": 35}
    if answers.email:
        told = [{"email": answers.email}]
        yield "who is told of what", "slipway:notify", {"page": told, "team": told}
        yield "", "slipway:alarms", {}


def _yaml(value: Mapping[str, Any]) -> str:
    written: str = yaml.safe_dump(
        _plain(value), sort_keys=False, width=_WIDTH, allow_unicode=True, default_flow_style=False
    )
    return written


def _plain(value: object) -> object:
    """Copy a value, so that what stands twice is written twice and not as an anchor."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
