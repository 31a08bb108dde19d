"""Variables that say how to reach a database or a cache: what stands in a stack file instead of their values."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final

_FIELD: Final = re.compile(r"(?:^PG|^|_)(HOST|HOSTNAME|SERVER|PORT|DB|NAME|DATABASE|USER|USERNAME|PASSWORD|PASS)$")
_OF_DATABASE: Final = {
    **dict.fromkeys(("HOST", "HOSTNAME", "SERVER"), ("environment", "${database.host}")),
    "PORT": ("environment", "${database.port}"),
    **dict.fromkeys(("DB", "NAME", "DATABASE"), ("environment", "${database.name}")),
    **dict.fromkeys(("USER", "USERNAME"), ("secrets", "database:username")),
    **dict.fromkeys(("PASSWORD", "PASS"), ("secrets", "database:password")),
}
_OF_CACHE: Final = {
    **dict.fromkeys(("HOST", "HOSTNAME", "SERVER"), ("environment", "${cache.host}")),
    "PORT": ("environment", "${cache.port}"),
    **dict.fromkeys(("PASSWORD", "PASS"), ("secrets", "cache:token")),
}
_ABOUT_DATABASE: Final = re.compile(
    r"^(?:DB|DATABASE|POSTGRES|POSTGRESQL|PG|MYSQL|MARIADB|SQL)(?:_|(?=HOST|PORT|USER|PASS|DATA))"
)
_ABOUT_CACHE: Final = re.compile(r"^(?:REDIS|CACHE|VALKEY|BROKER|CELERY)_")
_KINDS: Final = {"database": (_ABOUT_DATABASE, _OF_DATABASE), "cache": (_ABOUT_CACHE, _OF_CACHE)}


def field(key: str, part: str | None, parts: Container[str]) -> tuple[str, str] | None:
    """Return where a variable of one field goes, and what stands there; None where it is none of what the stack has.

    Args:
        key: the variable's name, such as DB_HOST: its last word is the field.
        part: database or cache, where the value names it.
        parts: what of them the stack has: their names say it otherwise.
    """
    name = key.upper()
    ending = _FIELD.search(name)
    for kind, (names, fields) in _KINDS.items() if ending else ():
        if kind in parts and (part == kind or names.search(name)) and ending and ending[1] in fields:
            return fields[ending[1]]
    return None


def part_of(reference: str) -> str:
    """Return the part that a reference is to."""
    return next((part for part in ("database", "cache") if part in reference), "media")
