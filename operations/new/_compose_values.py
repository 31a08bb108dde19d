"""Compose's own notations: variables of the surroundings, addresses of images, sizes, durations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_VARIABLE: Final = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)(?:(:?[-?+])([^}]*))?\})")


def text(value: object) -> str:
    """Return a value as text, with the defaults of the variables in it; a variable without a default is nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _VARIABLE.sub(_default, value) if isinstance(value, str) else str(value)


def _default(found: re.Match[str]) -> str:
    if found.group(1):
        return "$"
    return found.group(5) or "" if (found.group(4) or "").endswith("-") else ""


def unset(value: str) -> Iterator[str]:
    """Yield the variables in a text that have no default."""
    for found in _VARIABLE.finditer(value):
        name = found.group(2) or found.group(3)
        if name and not (found.group(4) or "").endswith("-"):
            yield name


def pair(word: str) -> tuple[str, str | None]:
    """Return `NAME=value` in its two parts; the value is None where there is only a name."""
    key, found, value = word.partition("=")
    return key, value if found else None


def image(address: str) -> tuple[str, str, str]:
    """Return an image address as name, `:` or nothing, and tag."""
    name, found, version = address.partition("@")[0].rpartition(":")
    return (name, found, version) if found and "/" not in version else (address, "", "")


def number(value: object) -> float:
    """Return a number of processors; 0 where there is none."""
    try:
        return float(str(value)) if value is not None else 0
    except ValueError:
        return 0


def mebibytes(value: object) -> float:
    """Return a size such as 512M or 1gb in MiB; 0 where there is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([bkmg]?)b?", str(value).lower()) if value is not None else None
    scale = {"": 1 / 2**20, "b": 1 / 2**20, "k": 1 / 1024, "m": 1, "g": 1024}
    return float(found.group(1)) * scale[found.group(2)] if found else 0


def seconds(value: object) -> float | None:
    """Return a duration such as 1m30s in seconds, or None where there is none."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 0.000001}
    found = re.findall(r"(\d+(?:\.\d+)?)(h|ms|us|m|s)", str(value)) if value is not None else []
    return sum(float(number) * units[unit] for number, unit in found) if found else None
