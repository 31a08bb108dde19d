"""The keys that encrypt logs."""

from __future__ import annotations

from collections.abc import Mapping

from components.encryption_key import EncryptionKeyArgs
from wiring.context import CLOUDFRONT_REGION, EDGE_LOG_KEY, LOG_KEY, StackContext


def args(context: StackContext) -> Mapping[str, EncryptionKeyArgs]:
    """Return the arguments of the keys that encrypt logs, by component: the stack's, and CloudFront's in its region."""
    settings = context.settings
    if not settings.logs.customer_key:
        return {}
    regions = {} if settings.logs.key_arn else {LOG_KEY: context.region}
    if settings.cdn and settings.cdn.waf and context.region != CLOUDFRONT_REGION:
        regions[EDGE_LOG_KEY] = CLOUDFRONT_REGION
    return {
        name: EncryptionKeyArgs(
            name_prefix=context.name_prefix,
            description=f"Logs of {context.name_prefix}",
            account_id=context.account_id,
            region=region,
            alias=f"{context.name_prefix}-{name}",
            services=("logs",),
            protect=settings.protection.protect,
            deletion_days=settings.protection.key_deletion_days,
        )
        for name, region in regions.items()
    }
