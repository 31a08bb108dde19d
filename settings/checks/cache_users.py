"""The cache's users: their ids, what their engine knows, and who logs in as whom."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings import derived
from settings.model import Container, Service, Settings
from settings.problems import Place, Problem, at, found

USERS: Place = ["cache", "users"]


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    if settings.cache:
        yield from _users(settings)
    for key, service in settings.services.items():
        yield from _chosen(settings, ["services", key], service)


def _users(settings: Settings) -> Iterator[Problem]:
    cache = settings.cache
    if cache is None or not cache.users:
        return
    for name, user in cache.users.items():
        place: Place = [*USERS, name]
        if name == "default":
            yield at(place, "is everybody who names no user, whom the program shuts out: choose another name")
        yield from found(place, limits.cache_user_id(derived.cache_user_id(settings, name)), *derived.NAME_PREFIX)
        if user.login == "iam":
            yield from found(
                [*place, "login"],
                limits.cache_tokens(cache.engine, cache.version),
                ["cache", "version"],
                ["cache", "engine"],
            )
    if cache.url_secret:
        yield at(
            ["cache", "urlSecret"],
            "has the token, whose place users take: leave it out, and let services read cache:url, which is their own user's",
            USERS,
        )


def _chosen(settings: Settings, place: Place, service: Service) -> Iterator[Problem]:
    """Check that who uses the cache names a user where there are users, and has what that user logs in with."""
    known, user = settings.cache.users if settings.cache else {}, service.cache_user
    if user is None:
        if known and "cache" in service.uses:
            yield at(
                [*place, "cacheUser"],
                f"nobody gets in to a cache with users without one: choose {limits.listed(list(known))}",
                USERS,
                [*place, "uses", "*"],
            )
        return
    if user not in known:
        those = limits.listed(list(known)) if known else "none"
        yield at(
            [*place, "cacheUser"],
            f"{limits.short(user)} is no user of cache.users{limits.meant(user, known)}; there are: {those}",
            [*USERS, user],
            USERS,
            ["cache"],
        )
        return
    if "cache" not in service.uses:
        yield at(
            [*place, "cacheUser"],
            "is of no use without a way to the cache: add cache to this service's uses",
            [*place, "uses", "*"],
        )
    if known[user].login == "password":
        return
    containers: list[tuple[Place, Container]] = [(place, service)]
    containers += [([*place, "sidecars", name], sidecar) for name, sidecar in service.sidecars.items()]
    for where, container in containers:
        for variable, secret in container.secrets.items():
            if secret.partition(":")[0] == "cache":
                yield at(
                    [*where, "secrets", variable],
                    f"{user} logs in with tokens of IAM's and has no password: ask the SDK for one, or choose a user with a password",
                    [*place, "cacheUser"],
                    [*USERS, user, "login"],
                )
