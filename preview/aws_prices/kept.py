"""The prices that `make prices` has read, a file a region in the user's cache folder."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

_FORM: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A region's prices."""

    region: str
    read: str
    """The day on which they were read from AWS, as YYYY-MM-DD."""
    published: Mapping[str, str]
    """When AWS published each service's file."""
    prices: Mapping[str, tuple[Decimal, str]]
    """US dollars and unit by the key of `prices.yaml`."""


def folder() -> Path:
    """Return where they are: `slipway/prices` in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "slipway" / "prices"


def load(region: str) -> Kept | None:
    """Return a region's prices, or None where none were read or the file is damaged: `make prices` writes it anew."""
    try:
        document: Any = json.loads((folder() / f"{region}.json").read_text(encoding="utf-8"))
        if document["form"] != _FORM or document["region"] != region:
            return None
        prices = {key: (Decimal(value), str(unit)) for key, (value, unit) in document["prices"].items()}
        return Kept(region=region, read=str(document["read"]), published=dict(document["published"]), prices=prices)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidOperation):
        return None


def save(kept: Kept) -> Path:
    """Write a region's prices, whole or not at all, and return the file.

    Raises:
        OSError: the folder cannot be written.
    """
    target = folder() / f"{kept.region}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "form": _FORM,
        "region": kept.region,
        "read": kept.read,
        "published": dict(kept.published),
        "prices": {key: [str(value), unit] for key, (value, unit) in kept.prices.items()},
    }
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=target.name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
        Path(temporary).replace(target)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    return target
