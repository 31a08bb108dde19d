"""`slipway:backup`: backups by AWS Backup."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

import limits
from settings.model.section import Clock, Section
from settings.rules import Rule


class Backup(Section):
    """Daily backups of the database and the media bucket by AWS Backup, in a vault with a key of its own."""

    keep_days: Annotated[int, Field(ge=1, le=36500)] = 30
    """Days a backup is kept, such as 30. A change holds for new backups; those there keep their day. Billed by GiB and month."""
    at: Clock = "06:00"
    """When backups start, UTC: not within the hour before the database's own windows. Such as 06:00."""
    copy_region: Annotated[str, Rule(limits.region)] | None = None
    """Another region that backups are copied to, such as `us-west-2`, for the loss of a whole one. The copies and the way there are billed by
    GiB."""
    copy_days: Annotated[int, Field(ge=1, le=36500)] | None = None
    """Days a copy is kept, such as 90; default 30. A change holds for new copies."""
    rto_minutes: Annotated[int, Field(ge=1)] | None = None
    """The time to recovery that is agreed, minutes, such as 240. Kept as a tag for whoever audits; changes nothing else."""
    rpo_minutes: Annotated[int, Field(ge=1)] | None = None
    """The loss of data that is agreed, minutes, such as 5, which the database's point-in-time restore meets. Kept as a tag; changes nothing
    else."""
