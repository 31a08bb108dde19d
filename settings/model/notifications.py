"""`slipway:notify`: who is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from settings.model.section import PartName, SecretName, Section
from settings.rules import form


class Recipient(Section):
    """Who is told: an e-mail address, an HTTPS endpoint, or a Slack channel by a webhook or Amazon Q Developer in chat applications (once AWS Chatbot)."""

    email: Annotated[str, form(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")] | None = None
    """An e-mail address, which gets a link to click before anything else, such as oncall@example.com."""
    https: Annotated[str, form(r"https://\S{1,2000}|\[secret\]", "an address that begins with https://")] | None = None
    """An HTTPS endpoint that takes SNS's messages, such as PagerDuty's. If it holds a key: `pulumi config set --path --secret`."""
    name: PartName | None = None
    """What an HTTPS endpoint is called, such as pagerduty, where there are several; default `endpoint`."""
    slack_webhook_secret: SecretName | None = None
    """The name of a secret of this stack whose whole value is the address of a Slack webhook, such as storefront/slack-webhook."""
    slack_team_id: Annotated[str, form("[0-9A-Z]{2,255}", "a Slack workspace's id, such as T07EA123LEP")] | None = None
    """A Slack workspace, which somebody has connected to Amazon Q Developer in chat applications once."""
    slack_channel_id: Annotated[str, form("[0-9A-Z]{2,255}", "a Slack channel's id, such as C07EZ1ABC23")] | None = None
    """A channel of that workspace, by its id."""


class Notify(Section):
    """Who is told of what. Where one of the three has nobody, one of the others is told instead."""

    page: Sequence[Recipient] = ()
    """Whoever is on call, at once: critical alarms. Such as `[{https: "https://events.pagerduty.com/..."}]`."""
    database: Sequence[Recipient] = ()
    """Whoever looks after the database, such as `[{email: dba@example.com}]`: alarms about it that are not critical."""
    team: Sequence[Recipient] = ()
    """The team: warnings, deployments, tasks that failed to start. Such as `[{slackWebhookSecret: storefront/slack-webhook}]`."""
    chatbot_region: Literal["us-east-2", "us-west-2", "eu-west-1", "ap-southeast-1"] = "us-east-2"
    """Where Amazon Q Developer in chat applications, which serves topics of every region, is configured for Slack channels."""
