"""Backups: something to save, when, and where copies stand."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.checks.provider import elsewhere
from settings.model import Settings
from settings.problems import Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    backup = settings.backup
    if backup is None:
        return
    if settings.database is None and settings.media is None and not settings.volumes:
        yield at(
            ["backup"],
            "there is nothing to save: add slipway:database, slipway:media or slipway:volumes",
            ["database"],
            ["media"],
            ["volumes"],
            ["volumes", "*"],
        )
    if settings.media and not settings.media.versioning:
        yield at(
            ["backup"],
            "AWS Backup saves only versioned buckets: leave media.versioning on",
            ["media", "versioning"],
        )
    if database := settings.database:
        for name, window in (
            ("backupWindow", database.backup_window),
            ("maintenanceWindow", database.maintenance_window),
        ):
            yield from found(["backup", "at"], limits.backup_start(backup.at, window), ["database", name])
    if backup.copy_region:
        yield from elsewhere(settings, ["backup", "copyRegion"], backup.copy_region)
    elif backup.copy_days is not None:
        yield at(["backup", "copyDays"], "there are no copies: give copyRegion", ["backup", "copyRegion"])
