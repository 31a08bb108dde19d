"""`make prices REGION=eu-central-1`: read AWS's price list for regions, for previews to use."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import limits
from preview.aws_prices import kept, offers
from preview.aws_prices.download import DownloadError, NotThereError, lines

SOURCE: Final = "https://pricing.us-east-1.amazonaws.com"
"""Where AWS publishes its price list, for everybody."""
_LIST: Final = "/offers/v1.0/aws/{}/current/region_index.json"


def main(arguments: Sequence[str] | None = None, source: str = SOURCE) -> int:
    """Read the price list for regions.

    Args:
        arguments: the command line, without the program's name.
        source: the address of the price list.

    Returns:
        0: every region's prices are written; 1: one's are not, and what was there before stays; 2: there is no such region.
    """
    parser = argparse.ArgumentParser(prog="make prices", description=__doc__)
    parser.add_argument("regions", nargs="+", metavar="REGION", help="such as eu-central-1")
    regions = parser.parse_args(arguments).regions
    refused = [problem for region in regions if (problem := _refused(region))]
    for problem in refused:
        print(problem, file=sys.stderr)
    if refused:
        return 2
    return max([_region(region, source) for region in regions])


def _refused(region: str) -> str | None:
    if problem := limits.region(region):
        return problem
    if limits.partition(region) == "aws-cn":
        return f"{region}: AWS's price list has no regions of China, whose prices are in CNY"
    return None


def _region(region: str, source: str) -> int:
    """Read a region's prices, and write them if every service could be read."""
    prices: dict[str, tuple[Decimal, str]] = {}
    published: dict[str, str] = {}
    try:
        for offer in offers.OFFERS:
            address = _address(offer.code, region, source)
            if address is None:
                print(f"{region}: {offer.code} is not offered there", file=sys.stderr)
                continue
            found = offers.read(offer, lines(address))
            prices.update(found.prices)
            published[offer.code] = found.published
            print(f"{region}: {len(found.prices)} prices of {offer.code}, {found.published[:10]}", file=sys.stderr)
        if not prices:
            print(f"{region}: nothing of it is in the price list at {source}. Nothing was written", file=sys.stderr)
            return 1
        today = datetime.now(tz=UTC).date().isoformat()
        target = kept.save(kept.Kept(region=region, read=today, published=published, prices=prices))
    except (DownloadError, offers.ChangedFormatError, OSError) as error:
        print(f"{region}: {error}. Nothing was written, previews use the prices that they had", file=sys.stderr)
        return 1
    print(f"{region}: {len(prices)} prices in {target}")
    return 0


def _address(code: str, region: str, source: str) -> str | None:
    """Return the address of a service's file for a region, or None where the service is not offered there."""
    try:
        text = "".join(lines(source + _LIST.format(code)))
    except NotThereError:
        return None
    try:
        index: Any = json.loads(text)["regions"]
        found = index.get(region)
        return f"{source}{found['currentVersionUrl'].removesuffix('.json')}.csv" if found is not None else None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise offers.ChangedFormatError(f"{code}: its list of regions is not of the documented form") from None


if __name__ == "__main__":
    sys.exit(main())
