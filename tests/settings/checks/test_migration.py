# ruff: noqa: E501 - a case reads best on one line
"""Rules for secrets that the program fills and for migrations: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from settings import derived
from tests.settings.files import GONE, changed, mistakes

A, W, F = "slipway:services.api", "slipway:services.worker", "slipway:services.frontend"
DB, CACHE = "slipway:database.urlSecret", "slipway:cache.urlSecret"
MIGRATE = {"command": ["migrate"]}
PRIVATE = {"slipway:network.nat": "none"}

CASES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({DB: "storefront/session-key", f"{A}.secrets.DATABASE_URL": "storefront/session-key", f"{W}.secrets.DATABASE_URL": "storefront/session-key"}, f"{DB}: 'storefront/session-key' is filled by the program: take it out of slipway:secrets", {}),
    ({CACHE: "storefront/session-key", f"{A}.secrets.CACHE_URL": "storefront/session-key", f"{W}.secrets.CACHE_URL": "storefront/session-key"}, f"{CACHE}: 'storefront/session-key' is filled by the program: take it out of slipway:secrets", {}),
    ({DB: "cache", f"{A}.secrets.DATABASE_URL": "cache:url", f"{W}.secrets.DATABASE_URL": "cache:url"}, f"{DB}: 'cache' is what the cache's own secret is called; choose another name", {DB: "cache-url", f"{A}.secrets.DATABASE_URL": "cache-url", f"{W}.secrets.DATABASE_URL": "cache-url"}),
    ({CACHE: "storefront/database-url", f"{A}.secrets.CACHE_URL": "storefront/database-url", f"{W}.secrets.CACHE_URL": "storefront/database-url"}, f"{CACHE}: 'storefront/database-url' is also that of the database; each needs its own", {}),
    ({f"{W}.secrets.DATABASE_URL": "storefront/database-url:password"}, f"{W}.secrets.DATABASE_URL: the secret storefront/database-url has no such key; its keys: none", {}),
    ({f"{F}.secrets": {"DATABASE_URL": "storefront/database-url"}}, f"{F}.secrets.DATABASE_URL: storefront/database-url is of no use without a way to the database: add database to this service's uses", {f"{F}.secrets": {"DATABASE_URL": "storefront/database-url"}, f"{F}.uses": ["database"]}),
    ({f"{F}.secrets": {"CACHE_URL": "storefront/cache-url"}}, f"{F}.secrets.CACHE_URL: storefront/cache-url is of no use without a way to the cache: add cache to this service's uses", {f"{F}.secrets": {"CACHE_URL": "storefront/cache-url"}, f"{F}.uses": ["cache"]}),
    (PRIVATE, "slipway:network.nat: without NAT nobody restarts the services that read a urlSecret: add ecs to network.endpoints, or use single or perZone", {**PRIVATE, "slipway:network.endpoints": ["ecr", "logs", "secretsmanager", "ecs"]}),
    ({f"{F}.migrate": MIGRATE, f"{A}.migrate": GONE}, f"{F}.migrate: brings a database up to date that it cannot reach: add database to this service's uses", {f"{F}.migrate": MIGRATE, f"{F}.uses": ["database"], f"{A}.migrate": GONE}),
    ({f"{W}.migrate": {**MIGRATE, "family": "m"}, f"{A}.migrate": {**MIGRATE, "family": "m"}}, f"{W}.migrate.family: 'm' is also that of services.api; each needs its own", {f"{W}.migrate": MIGRATE}),
    ({f"{A}.migrate": {**MIGRATE, "family": "w"}, f"{W}.family": "w"}, f"{A}.migrate.family: 'w' is also that of services.worker; each needs its own", {f"{A}.migrate": {**MIGRATE, "family": "w-migrate"}, f"{W}.family": "w"}),
    ({f"{A}.migrate": {"command": []}}, f"{A}.migrate.command: ", {}),
    ({f"{A}.migrate": {**MIGRATE, "timeoutMinutes": 0}}, f"{A}.migrate.timeoutMinutes: ", {f"{A}.migrate": {**MIGRATE, "timeoutMinutes": 1}}),
    ({f"{A}.migrate": {**MIGRATE, "timeoutMinutes": 721}}, f"{A}.migrate.timeoutMinutes: ", {f"{A}.migrate": {**MIGRATE, "timeoutMinutes": 720}}),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "message", "keeps"), CASES, ids=[message for _, message, _ in CASES])
def test_a_rule(breaks: dict[str, Any], message: str, keeps: dict[str, Any]) -> None:
    (found,) = mistakes(changed(breaks))
    assert found.startswith(message)
    assert mistakes(changed(keeps)) == []


def test_who_reads_a_secret() -> None:
    agent = {"image": {"uri": "public.ecr.aws/x/agent:1.2"}, "secrets": {"URL": "storefront/cache-url"}}
    parsed = settings.parse(
        changed({f"{W}.name": "jobs", f"{F}.sidecars": {"agent": agent}, f"{F}.uses": ["cache"]}), "test"
    )
    assert derived.readers(parsed, "storefront/database-url") == ["api", "jobs"]
    assert derived.readers(parsed, "storefront/cache-url") == ["api", "jobs", "frontend"]
    assert parsed.url_secrets == {"storefront/cache-url": "cache", "storefront/database-url": "database"}


def test_families_of_migrations() -> None:
    parsed = settings.parse(changed({}), "test")
    families = {key: derived.migration_family(parsed, key, service) for key, service in parsed.services.items()}
    assert families == {"api": "storefront-production-api-migrate", "worker": "", "frontend": ""}
    assert (parsed.services_with_migration, parsed.services_without_migration) == (["api"], ["worker", "frontend"])
