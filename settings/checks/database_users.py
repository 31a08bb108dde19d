"""The database's users: their names, who owns what, and who logs in as whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import limits
from settings import derived
from settings.model import Container, Database, Service, Settings
from settings.problems import Place, Problem, at, found

USERS: Place = ["database", "users"]


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    database = settings.database
    if database:
        yield from _users(database)
        yield from _names(settings, database)
        yield from _image(settings, database)
    for key, service in settings.services.items():
        place = ["services", key]
        yield from _chosen(settings, [*place, "databaseUser"], service.database_user, service)
        yield from _tokens_only(settings, place, service)
        if service.migrate:
            yield from _migration(settings, [*place, "migrate", "databaseUser"], service, service.migrate.database_user)


def _users(database: Database) -> Iterator[Problem]:
    owners = [name for name, user in database.users.items() if user.rights == "owner"]
    for name, user in database.users.items():
        place: Place = [*USERS, name]
        yield from found(place, limits.rds_user(database.engine, name), ["database", "engine"])
        if name == database.username:
            yield at(
                place, f"{name!r} is the master user, which RDS looks after: choose another", ["database", "username"]
            )
        if database.iam_authentication and name == database.iam_username:
            yield at(
                place,
                f"{name!r} is iamUsername as well, whom a migration makes: take that out, or choose another",
                ["database", "iamUsername"],
                ["database", "iamAuthentication"],
            )
        if user.rights == "owner" and len(owners) > 1:
            others = limits.listed([other for other in owners if other != name], "and")
            yield at(
                [*place, "rights"],
                f"one user owns what is in the database, and {others} does, too",
                [*USERS, "*", "rights"],
            )
        if user.rights == "owner" and user.login == "iam":
            yield at(
                [*place, "login"],
                "an owner logs in with a password: the master user has its rights, and PostgreSQL on RDS would take it for one that has tokens alone",
                [*place, "rights"],
            )
    yield from _together(database)


def _together(database: Database) -> Iterator[Problem]:
    """Check that users are told apart, and that the proxy lets all of them in."""
    for name, problem in limits.apart(database.users):
        yield at([*USERS, name], problem)


def _names(settings: Settings, database: Database) -> Iterator[Problem]:
    """Check that no service has the names of the task that makes the users."""
    own = derived.users_family(settings)
    for key, service in settings.services.items() if database.users else ():
        families = (derived.family(settings, key, service), derived.migration_family(settings, key, service))
        if own in families or f"/ecs/{own}" in derived.log_groups(settings, key, service):
            yield at(
                ["services", key],
                f"{own!r} is what the task is called that makes the database's users: choose another name",
                USERS,
            )


def _image(settings: Settings, database: Database) -> Iterator[Problem]:
    """Check that the task gets to its image, and that it is the same tomorrow."""
    place: Place = ["database", "usersImage"]
    if not database.users:
        if database.users_image:
            yield at(place, "is of no use without database.users: leave it out", USERS)
        return
    image, region = derived.users_image(database), settings.aws.region
    if f".dkr.ecr.{region}." not in image.partition("/")[0] and not derived.tasks_reach_out(settings):
        yield at(
            place,
            f"{image} is out of the tasks' reach without NAT: push an image with the engine's client to an ECR repository in {region} and name that",
            ["network", "nat"],
            ["network", "tasks"],
            ["aws", "region"],
            [*USERS, "*"],
        )
    last = image.rsplit("/", maxsplit=1)[-1]
    tag = None if "@sha256:" in last else last.partition(":")[2] or "latest"
    if tag and limits.mutable_tag(tag) and settings.environment == "production":
        yield at(place, f"the tag {limits.short(tag)} moves: name a version or a digest", ["environment"])


def _chosen(settings: Settings, place: Place, user: str | None, service: Service) -> Iterator[Problem]:
    """Check that a user who is logged in as is one that the program makes, and is within reach."""
    if user is None:
        return
    known = settings.database.users if settings.database else {}
    if user not in known:
        those = limits.listed(list(known)) if known else "none"
        yield at(
            place,
            f"{limits.short(user)} is no user of database.users{limits.meant(user, known)}; there are: {those}",
            [*USERS, user],
            USERS,
            ["database"],
        )
    elif "database" not in service.uses:
        yield at(
            place,
            "is of no use without a way to the database: add database to this service's uses",
            [*place[:2], "uses", "*"],
        )


def _migration(settings: Settings, place: Place, service: Service, user: str | None) -> Iterator[Problem]:
    yield from _chosen(settings, place, user, service)
    users = settings.database.users if settings.database else {}
    if user and user in users and users[user].login == "iam" and user != service.database_user:
        yield at(
            place,
            f"{user} logs in with tokens of the service's own role, which then could do the same: choose a user with a password",
            [*USERS, user, "login"],
            [*place[:2], "databaseUser"],
        )
    if user and user in users and users[user].login == "iam" and service.migrate:
        yield from _passwords(settings, user, [*place[:-1], "secrets"], service.migrate.secrets, place)


def _tokens_only(settings: Settings, place: Place, service: Service) -> Iterator[Problem]:
    """Check that what logs in with tokens reads no password."""
    users = settings.database.users if settings.database else {}
    user = service.database_user
    if user is None or user not in users or users[user].login == "password":
        return
    containers: list[tuple[Place, Container]] = [(place, service)]
    containers += [([*place, "sidecars", name], sidecar) for name, sidecar in service.sidecars.items()]
    for where, container in containers:
        yield from _passwords(settings, user, [*where, "secrets"], container.secrets, [*place, "databaseUser"])


def _passwords(
    settings: Settings, user: str, where: Place, secrets: Mapping[str, str], chosen: Place
) -> Iterator[Problem]:
    """Check that variables name no password of a user who has none."""
    for variable, secret in secrets.items():
        if secret.partition(":")[0] == "database" or secret in settings.database_urls:
            yield at(
                [*where, variable],
                f"{user} logs in with tokens of IAM's and has no password: ask the SDK for one, or choose a user with a password",
                chosen,
                [*USERS, user, "login"],
            )
