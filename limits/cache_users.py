"""ElastiCache: users, and what an access string lets them do.

Sources: the ElastiCache user guide, "Role-Based Access Control (RBAC)" and "Authenticating with IAM"; Redis, "ACL".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from limits.words import short

CacheRights = Literal["read", "write", "all"]

_COMMANDS: Final[Mapping[CacheRights, str]] = {
    "read": "-@all +@read +@connection -@dangerous +info +cluster",
    "write": "-@all +@read +@write +@connection +@transaction +@pubsub +@scripting -@dangerous +info +cluster",
    "all": "+@all -@admin",
}
"""What clients ask a server by themselves, such as `INFO`, is in each."""
_LONGEST: Final = 40


def cache_user_id(name: str) -> str | None:
    """Check a user's id, which is its name as well."""
    if re.fullmatch(r"[a-z](?:-?[a-z0-9])*", name) and len(name) <= _LONGEST:
        return None
    return f"{short(name)} is not the id of an ElastiCache user: at most {_LONGEST} lower-case letters, digits and single inner hyphens, a letter first"


def cache_key_pattern(pattern: str) -> str | None:
    """Check a pattern of keys, as Redis matches them."""
    if re.fullmatch(r"[!-~]{1,256}", pattern):
        return None
    return f"{short(pattern)} is not a pattern of keys, such as app:*: at most 256 characters of ASCII without blanks"


def cache_tokens(engine: str, version: str) -> str | None:
    """Check that a version knows users who log in with tokens of IAM's."""
    if engine == "valkey" or tuple(int(part) for part in version.split(".")) >= (7, 0):
        return None
    return f"{engine} {version} has no users who log in with tokens of IAM's; 7.0 and newer do"


def cache_access_string(rights: CacheRights, keys: Sequence[str]) -> str:
    """Return what a user may do, in the words of Redis's ACL; channels go by the same patterns as keys.

    Args:
        rights: `read`, `write` as well, or `all` but what administrates the server.
        keys: patterns of the keys.
    """
    channels = [] if rights == "read" else [f"&{pattern}" for pattern in keys]
    return " ".join(["on", *(f"~{pattern}" for pattern in keys), *channels, _COMMANDS[rights]])
