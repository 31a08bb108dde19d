"""Logs: the key that encrypts them."""

from __future__ import annotations

from collections.abc import Iterator

from settings.model import Settings
from settings.problems import Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    logs, place = settings.logs, ["logs", "keyArn"]
    if logs.key_arn is None:
        return
    if not logs.customer_key:
        yield at(place, "is a key of a customer's: leave it out, or customerKey", ["logs", "customerKey"])
    if (region := logs.key_arn.split(":")[3]) != settings.aws.region:
        yield at(
            place,
            f"the key is in {region}; logs in {settings.aws.region} take one of their own region",
            ["aws", "region"],
        )
