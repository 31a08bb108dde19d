"""Migrations: they reach the database, under names of their own."""

from __future__ import annotations

from collections.abc import Iterator

from settings.derived import family, migration_family
from settings.model import Settings
from settings.problems import Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Check that services that migrate the database reach it, and that the migrations share their families with none."""
    families = {family(settings, key, service): key for key, service in settings.services.items()}
    for key in settings.services_with_migration:
        place = ["services", key, "migrate"]
        own = migration_family(settings, key, settings.services[key])
        if own in families:
            yield at(
                [*place, "family"],
                f"{own!r} is also that of services.{families[own]}; each needs its own",
                ["services", families[own], "family"],
                ["services", families[own], "name"],
                ["services", families[own], "migrate", "family"],
            )
        families.setdefault(own, key)
        if "database" not in settings.services[key].uses:
            yield at(
                place,
                "brings a database up to date that it cannot reach: add database to this service's uses",
                ["services", key, "uses", "*"],
            )
