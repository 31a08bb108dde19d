# ruff: noqa: E501 - a case reads best on one line
"""Rules of the database's users: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from settings import derived
from tests.settings.files import GONE, changed, mistakes

DB, USERS, API, WORKER = "slipway:database", "slipway:database.users", "slipway:services.api", "slipway:services.worker"
APP, OWNER, READER = {"rights": "write"}, {"rights": "owner"}, {"rights": "read"}
TOKENS = {"rights": "write", "login": "iam"}
TWO: dict[str, Any] = {USERS: {"app": APP, "migrations": OWNER}}
WITHOUT_NAT: dict[str, Any] = {
    "slipway:network.nat": "none",
    "slipway:network.endpoints": ["s3", "ecr.api", "ecr.dkr", "logs", "secretsmanager", "ecs", "ssm"],
}
OWN_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/postgres:17.6"
READS_NO_PASSWORD: dict[str, Any] = {f"{WORKER}.secrets.DATABASE_URL": GONE}

CASES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({USERS: {"app_admin": APP}, f"{DB}.username": "app_admin"}, f"{USERS}.app_admin: 'app_admin' is the master user, which RDS looks after: choose another", {USERS: {"app": APP}}),
    ({USERS: {"rdsadmin": APP}}, f"{USERS}.rdsadmin: 'rdsadmin' is reserved by postgres on RDS; choose another", {USERS: {"app": APP}}),
    ({USERS: {"rds_iam": APP}}, f"{USERS}.rds_iam: 'rds_iam' is reserved by postgres on RDS; choose another", {USERS: {"owner": APP}}),
    ({USERS: {"pg_app": APP}}, f"{USERS}.pg_app: 'pg_app' is not to be had: PostgreSQL keeps what begins with pg_ for its own roles; choose another", {USERS: {"app": APP}}),
    ({USERS: {"app": {}}}, f"{USERS}.app.rights: missing (What it may do with every table there is and will be: `read` rows; `write` them, too, as applications do; or, as `owner`, make and change the tables themselves, as migrations do)", {USERS: {"app": APP}}),
    ({USERS: {"app": APP, "App": READER}}, f"{USERS}.App: 'App' and 'app' differ in punctuation or case at most; rename or remove one", {USERS: {"app": APP, "reports": READER}}),
    ({USERS: {"app": APP, "app_user": READER}, f"{DB}.iamAuthentication": True}, f"{USERS}.app_user: 'app_user' is iamUsername as well, whom a migration makes: take that out, or choose another", {USERS: {"app": APP, "reports": READER}, f"{DB}.iamAuthentication": True}),
    ({USERS: {"tokens": {"rights": "owner", "login": "iam"}}}, f"{USERS}.tokens.login: an owner logs in with a password: the master user has its rights, and PostgreSQL on RDS would take it for one that has tokens alone", {USERS: {"tokens": TOKENS}}),
    ({f"{DB}.usersImage": OWN_IMAGE}, f"{DB}.usersImage: is of no use without database.users: leave it out", {f"{DB}.usersImage": OWN_IMAGE, USERS: {"app": APP}}),
    ({USERS: {"app": APP}, f"{DB}.usersImage": "postgres:latest"}, f"{DB}.usersImage: the tag 'latest' moves: name a version or a digest", {USERS: {"app": APP}, f"{DB}.usersImage": "postgres:17.6"}),
    ({f"{API}.databaseUser": "app"}, f"{API}.databaseUser: 'app' is no user of database.users; there are: none", {**TWO, f"{API}.databaseUser": "app"}),
    ({**TWO, f"{API}.databaseUser": "ap"}, f"{API}.databaseUser: 'ap' is no user of database.users; did you mean app?; there are: app or migrations", {**TWO, f"{API}.databaseUser": "app"}),
    ({**TWO, f"{API}.migrate.databaseUser": "admin"}, f"{API}.migrate.databaseUser: 'admin' is no user of database.users; there are: app or migrations", {**TWO, f"{API}.migrate.databaseUser": "migrations"}),
    ({**TWO, "slipway:services.frontend.databaseUser": "app"}, "slipway:services.frontend.databaseUser: is of no use without a way to the database: add database to this service's uses", {**TWO, "slipway:services.frontend.databaseUser": "app", "slipway:services.frontend.uses": ["database"]}),
    ({USERS: {"tokens": TOKENS}, f"{WORKER}.databaseUser": "tokens"}, f"{WORKER}.secrets.DATABASE_URL: tokens logs in with tokens of IAM's and has no password: ask the SDK for one, or choose a user with a password", {USERS: {"tokens": TOKENS}, f"{WORKER}.databaseUser": "tokens", **READS_NO_PASSWORD}),
    ({USERS: {"tokens": TOKENS}, f"{API}.migrate.databaseUser": "tokens"}, f"{API}.migrate.databaseUser: tokens logs in with tokens of the service's own role, which then could do the same: choose a user with a password", {**TWO, f"{API}.migrate.databaseUser": "app"}),
    ({USERS: {"tokens": TOKENS}, f"{API}.databaseUser": "tokens", f"{API}.secrets.DATABASE_URL": GONE, f"{API}.migrate.databaseUser": "tokens", f"{API}.migrate.secrets": {"PASSWORD": "database:password"}}, f"{API}.migrate.secrets.PASSWORD: tokens logs in with tokens of IAM's and has no password: ask the SDK for one, or choose a user with a password", {USERS: {"tokens": TOKENS}, f"{API}.databaseUser": "tokens", f"{API}.secrets.DATABASE_URL": GONE, f"{API}.migrate.databaseUser": "tokens"}),
    ({**TWO, f"{API}.migrate.secrets": {"DATABASE_URL": "storefront/database-ur"}}, f"{API}.migrate.secrets.DATABASE_URL: names no secret of this stack; did you mean storefront/database-url?; declare it in slipway:secrets (a value never belongs here)", {**TWO, f"{API}.migrate.secrets": {"DATABASE_URL": "storefront/database-url"}}),
    ({**TWO, f"{WORKER}.family": "storefront-production-database-users"}, "slipway:services.worker: 'storefront-production-database-users' is what the task is called that makes the database's users: choose another name", {f"{WORKER}.family": "storefront-production-database-users"}),
]  # fmt: skip


@pytest.mark.parametrize(("breaking", "message", "twin"), CASES, ids=[message[:90] for _, message, _ in CASES])
def test_a_rule_between_settings(breaking: dict[str, Any], message: str, twin: dict[str, Any]) -> None:
    assert mistakes(changed(breaking)) == [message]
    assert mistakes(changed(twin)) == []


def test_one_user_owns_the_database() -> None:
    found = mistakes(changed({USERS: {"a": OWNER, "b": OWNER}}))
    assert found == [
        f"{USERS}.a.rights: one user owns what is in the database, and b does, too",
        f"{USERS}.b.rights: one user owns what is in the database, and a does, too",
    ]


def test_the_task_reaches_its_image() -> None:
    found = mistakes(changed({**WITHOUT_NAT, USERS: {"app": APP}}))
    assert any(
        each.startswith(f"{DB}.usersImage: public.ecr.aws/docker/library/postgres:17.6-alpine is out of")
        for each in found
    )
    found = mistakes(changed({**WITHOUT_NAT, USERS: {"app": APP}, f"{DB}.usersImage": OWN_IMAGE}))
    assert not any("usersImage" in each for each in found)


def test_who_reads_which_url() -> None:
    given = settings.parse(
        changed({**TWO, f"{API}.databaseUser": "app", f"{API}.migrate.databaseUser": "migrations"}), "test"
    )
    base = "storefront/database-url"
    assert given.user_urls == {f"{base}/app": (base, "app"), f"{base}/migrations": (base, "migrations")}
    assert set(given.url_secrets) >= {base, f"{base}/app", f"{base}/migrations"}
    assert [derived.readers(given, name) for name in (base, f"{base}/app", f"{base}/migrations")] == [
        ["worker"],
        ["api"],
        [],
    ]
