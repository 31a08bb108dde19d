"""File systems that services share."""

from __future__ import annotations

from components.existing_network import AnyNetwork
from components.volumes import VolumeArgs, VolumesArgs
from wiring.context import StackContext


def args(context: StackContext, network: AnyNetwork) -> VolumesArgs | None:
    """Return the arguments of the stack's file systems, or None where it has none."""
    settings = context.settings
    if not settings.volumes:
        return None
    return VolumesArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        region=context.region,
        vpc_id=network.vpc_id,
        subnet_ids=dict(zip(settings.network.zones, network.isolated_subnet_ids, strict=True)),
        volumes={
            name: VolumeArgs(user_id=volume.user_id, infrequent_access_days=volume.infrequent_access_days)
            for name, volume in settings.volumes.items()
        },
        protect=settings.protection.protect,
        key_deletion_days=settings.protection.key_deletion_days,
        data_key_arn=context.data_key_arn("volumes"),
    )
