"""Backups apart from the database's own."""

from __future__ import annotations

from components.backup import BackupArgs, BackupCopyArgs
from components.observability import Observability
from settings import model
from wiring.context import Components, StackContext
from wiring.observability import topic


def args(context: StackContext, components: Components, observability: Observability | None) -> BackupArgs | None:
    """Return the arguments of AWS Backup, or None where the stack does without."""
    backup, protection = context.settings.backup, context.settings.protection
    if backup is None:
        return None
    return BackupArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        boundary_arn=context.boundary_arn,
        region=context.region,
        databases={"database": components.database.instance_arn} if components.database else {},
        file_systems=components.volumes.arns if components.volumes else {},
        buckets={"media": components.media.arn} if components.media else {},
        daily_at=backup.at,
        keep_days=backup.keep_days,
        copy=_copy(backup),
        failures_topic_arn=topic(observability, "team"),
        rto_minutes=backup.rto_minutes,
        rpo_minutes=backup.rpo_minutes,
        empty_on_destroy=protection.empty_on_destroy,
        protect=protection.protect,
        key_deletion_days=protection.key_deletion_days,
    )


def _copy(backup: model.Backup) -> BackupCopyArgs | None:
    if not backup.copy_region:
        return None
    return BackupCopyArgs(region=backup.copy_region, keep_days=backup.copy_days or 30)
