"""The bucket for uploads."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Output

import limits
from components._malware_scan import MalwareScanArgs
from components.certificate import Certificate
from components.media_bucket import MediaBucketArgs, MediaCdnArgs, ReplicationArgs
from components.shared_load_balancer import AnyLoadBalancer
from settings import model
from wiring.certificate import MEDIA_CERTIFICATE
from wiring.context import StackContext


def args(
    context: StackContext, certificates: Mapping[str, Certificate], balancer: AnyLoadBalancer | None
) -> MediaBucketArgs | None:
    """Return the media bucket's arguments, or None where the stack has none."""
    media, protection = context.settings.media, context.settings.protection
    if media is None:
        return None
    return MediaBucketArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        boundary_arn=context.boundary_arn,
        region=context.region,
        bucket_name=media.bucket,
        versioning=media.versioning,
        expire_noncurrent_days=media.noncurrent_days,
        to_infrequent_access_days=media.infrequent_access_days,
        to_archive_days=media.archive_days,
        cors_origins=media.cors_origins,
        empty_on_destroy=protection.empty_on_destroy,
        protect=protection.protect,
        key_deletion_days=protection.key_deletion_days,
        data_key_arn=context.data_key_arn("media"),
        replication=_replication(media.replicate),
        malware_scan=MalwareScanArgs(allow_unscanned=media.malware_scan.allow_unscanned)
        if media.malware_scan
        else None,
        backup_role_arn=_backup_role(context) if context.settings.backup else None,
        cdn=_cdn(media.cdn, certificates.get(MEDIA_CERTIFICATE), balancer),
    )


def _backup_role(context: StackContext) -> Output[str]:
    """Return the ARN of the role of AWS Backup as a pattern: it is made later, and named by Pulumi with seven characters at the end."""
    start = f"arn:{limits.partition(context.region)}:iam::"
    return Output.concat(start, context.account_id, f":role/{context.name_prefix}/backup-role-???????")


def _replication(replicate: model.Replicate | None) -> ReplicationArgs | None:
    if replicate is None:
        return None
    return ReplicationArgs(
        region=replicate.region,
        copy_name=replicate.bucket,
        within_fifteen_minutes=replicate.within_fifteen_minutes,
        deletions=replicate.deletions,
    )


def _cdn(
    cdn: model.MediaCdn | None, certificate: Certificate | None, balancer: AnyLoadBalancer | None
) -> MediaCdnArgs | None:
    if cdn is None:
        return None
    return MediaCdnArgs(
        host=cdn.host,
        certificate_arn=certificate.arn if certificate else None,
        price_class=cdn.price_class,
        access_log_bucket=balancer.access_log_bucket if balancer else None,
    )
