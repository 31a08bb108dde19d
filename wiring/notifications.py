"""Who is told, and how."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi import Output

from components.notifications import (
    AlertChannel,
    AlertChannelArgs,
    AlertRoute,
    NotificationsArgs,
    SlackChannel,
    SlackWebhook,
)
from components.secrets import Secrets
from settings import derived, model
from wiring.context import Components, StackContext


def args(context: StackContext, components: Components) -> NotificationsArgs | None:
    """Return the arguments of the topics and of who listens to them, or None where nobody is told."""
    settings, notify = context.settings, context.settings.notify
    if notify is None:
        return None
    scan = settings.media.malware_scan if settings.media else None
    channels = {channel: _channel(getattr(notify, channel), components.secrets) for channel in AlertChannel}
    return NotificationsArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        boundary_arn=context.boundary_arn,
        region=context.region,
        channels={channel: told for channel, told in channels.items() if told},
        scanned_bucket=components.media.bucket if components.media and scan else None,
        malware_route=AlertRoute.CRITICAL if scan and scan.allow_unscanned else AlertRoute.WARNING,
        cluster_name=settings.cluster.name or context.name_prefix,
        health_checks=settings.uptime_check is not None,
        chatbot_region=notify.chatbot_region,
        log_days=settings.logs.retention_days,
        log_key_arn=context.log_key_arn,
        protect=settings.protection.protect,
        key_deletion_days=settings.protection.key_deletion_days,
    )


def _channel(recipients: Sequence[model.Recipient], secrets: Secrets | None) -> AlertChannelArgs | None:
    if not recipients:
        return None
    webhooks = [recipient.slack_webhook_secret for recipient in recipients]
    return AlertChannelArgs(
        emails=[recipient.email for recipient in recipients if recipient.email],
        https={
            recipient.name or derived.DEFAULT_ENDPOINT: Output.secret(recipient.https)
            for recipient in recipients
            if recipient.https
        },
        slack_channels=[
            SlackChannel(team_id=recipient.slack_team_id, channel_id=recipient.slack_channel_id)
            for recipient in recipients
            if recipient.slack_team_id and recipient.slack_channel_id
        ],
        slack_webhooks=[
            SlackWebhook(secret=name, secret_arn=secrets.arns[name], key_arn=secrets.key_arn)
            for name in webhooks
            if name and secrets
        ],
    )
