"""The list prices that estimates use: those of `make prices` where they were read, else the dated ones of `prices.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from preview import yaml
from preview.aws_prices import kept
from preview.source_cache import SourceCache

_PRICES: Final = Path(__file__).with_name("prices.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One list price in US dollars."""

    value: Decimal
    unit: str
    confidence: str
    """read (from AWS's price list, by `make prices`), seen (read in another source) or derived (computed from one)."""


class PriceList:
    """The list prices of one day, and newer ones of regions for which they were read."""

    def __init__(self, path: Path = _PRICES, read: Mapping[str, kept.Kept] | None = None) -> None:
        """Read a price file.

        Args:
            path: a file of the shape of `prices.yaml`.
            read: by region what `make prices` has read; default what is in the user's cache folder.
        """
        cache = SourceCache("prices")
        self.as_of, hours, self._entries = cache.of(path).get("prices", lambda: _listed(path))
        """The day the prices were collected, as YYYY-MM-DD."""
        cache.save()
        self.hours = Decimal(hours)
        """Hours in a month."""
        self._given = read
        self._read: dict[str, kept.Kept | None] = {}

    def get(self, key: str, region: str) -> Price | None:
        """Return a price, or None when the list has none for this key in this region."""
        newer = self.read_for(region)
        if newer and (found := newer.prices.get(key)):
            return Price(value=found[0], unit=found[1], confidence="read")
        unit, prices = self._entries.get(key, ("", {}))
        listed = prices.get(region) or prices.get("global")
        return Price(value=Decimal(listed[0]), unit=unit, confidence=listed[1]) if listed else None

    def read_for(self, region: str) -> kept.Kept | None:
        """Return what `make prices` has read for a region, unless the project's own list is newer."""
        if region not in self._read:
            found = kept.load(region) if self._given is None else self._given.get(region)
            self._read[region] = found if found and found.read >= self.as_of else None
        return self._read[region]


_Entries: TypeAlias = dict[str, tuple[str, dict[str, tuple[str, str]]]]
"""By what is billed, its unit and by region the price and how sure it is."""


def _listed(path: Path) -> tuple[str, str, _Entries]:
    """Return a price file's day, hours in a month and entries, with exact numbers as text."""
    document: Any = yaml.load(path.read_text(encoding="utf-8"), exact=True)
    entries = {
        key: (
            str(entry["unit"]),
            {region: (str(price["value"]), price["confidence"]) for region, price in entry["prices"].items() if price},
        )
        for key, entry in document["entries"].items()
    }
    return str(document["as_of"]), str(document["hours_per_month"]), entries


@cache
def project_prices() -> PriceList:
    """Return the project's own price list, read once."""
    return PriceList()
