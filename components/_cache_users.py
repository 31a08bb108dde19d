"""The users of a cache: who they are, what they may do, and the group that lets them in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from pulumi import Output, ResourceOptions

import limits
from components import _database_password as passwords

if TYPE_CHECKING:
    from components.cache import CacheArgs


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheUserArgs:
    """A user of the cache. A change is made in place and holds at once."""

    rights: limits.CacheRights
    """What it may do: `read` its keys, `write` them as well, or `all` but administrate the server."""
    keys: Sequence[str] = ("*",)
    """Patterns of its keys, and of its channels."""
    login: Literal["password", "iam"] = "password"
    """Whether it logs in with a password of the program's, or with a token of IAM's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheUsers:
    """Users that there are."""

    group_id: Output[str]
    """The group that the cache lets in."""
    arns: Mapping[str, Output[str]]
    """Their ARNs by name."""
    passwords: Mapping[str, Output[str]]
    """The passwords of those that have one, by name; each known once the user has it."""


def problems(args: CacheArgs) -> Iterator[tuple[str, str | None]]:
    """Check AWS's limits."""
    for name, user in args.users.items():
        yield "users", limits.cache_user_id(user_id(args, name))
        if name == "default":
            yield "users", "'default' is everybody who names no user; choose another name"
        if user.login == "iam":
            yield "users", limits.cache_tokens(args.engine, args.version)
        if not user.keys:
            yield "users", f"{name!r} has no keys"
        for pattern in user.keys:
            yield "users", limits.cache_key_pattern(pattern)


def user_id(args: CacheArgs, name: str) -> str:
    """Return the id of a user, which is its name in the cache too, as tokens of IAM's take."""
    return f"{args.name_prefix}-{name}"


def make(parent: pulumi.Resource, name: str, args: CacheArgs) -> CacheUsers:
    """Make the users and their group; who names none is shut out."""
    users, known = {}, {}
    for each, wanted in sorted(args.users.items()):
        password = _password(parent, f"{name}-password-{each}") if wanted.login == "password" else None
        access = limits.cache_access_string(wanted.rights, wanted.keys)
        id_ = user_id(args, each)
        users[each] = _user(parent, f"{name}-user-{each}", id_, id_, access, password)
        if password is not None:
            known[each] = Output.all(password, users[each].arn).apply(lambda both: str(both[0]))
    # A group has to have one of this name, and has AWS's otherwise, who may do everything without a password.
    id_, password = user_id(args, "default"), _password(parent, f"{name}-password-default")
    default = _user(parent, f"{name}-user-default", id_, "default", "off ~* -@all", password)
    group = aws.elasticache.UserGroup(
        f"{name}-users",
        engine=_ENGINE,
        user_group_id=f"{args.name_prefix}-users",
        user_ids=[member.user_id for member in (*users.values(), default)],
        opts=ResourceOptions(parent=parent),
    )
    return CacheUsers(
        group_id=group.user_group_id, arns={each: user.arn for each, user in users.items()}, passwords=known
    )


def _password(parent: pulumi.Resource, name: str) -> Output[str]:
    return random.RandomPassword(name, length=64, special=False, opts=ResourceOptions(parent=parent)).result


def _user(
    parent: pulumi.Resource,
    logical_name: str,
    id_: str,
    user_name: str,
    access: str,
    password: Output[str] | None,
) -> aws.elasticache.User:
    return aws.elasticache.User(
        logical_name,
        user_id=id_,
        user_name=user_name,
        engine=_ENGINE,
        access_string=access,
        authentication_mode=aws.elasticache.UserAuthenticationModeArgs(type="iam") if password is None else None,
        passwords_wo=password,
        passwords_wo_version=None if password is None else password.apply(passwords.version),
        opts=ResourceOptions(parent=parent),
    )


_ENGINE: Final = "redis"
"""Whose users they are: Valkey takes those of Redis, and Redis none of Valkey's, so that a cache becomes Valkey without its users changing first."""
