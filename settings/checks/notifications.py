"""Recipients: each is one thing, and each once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import limits
from policy.common import credentials
from settings.derived import CHANNELS, DEFAULT_ENDPOINT
from settings.model import Recipient, Settings
from settings.problems import Place, Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    notify = settings.notify
    if notify is None:
        for part, told in (("alarms", settings.alarms), ("uptimeCheck", settings.uptime_check)):
            if told:
                yield at([part], "there is nobody to tell: add slipway:notify", ["notify"])
        return
    channels: Mapping[str, Sequence[Recipient]] = {name: getattr(notify, name) for name in CHANNELS}
    if not any(channels.values()):
        yield at(
            ["notify"],
            f"there is nobody in it: give {limits.listed(CHANNELS)}",
            *(["notify", name, "*"] for name in CHANNELS),
        )
    everywhere: dict[str, object] = {}
    for name, recipients in channels.items():
        seen: set[str] = set()
        for index, recipient in enumerate(recipients):
            place: Place = ["notify", name, index]
            yield from _recipient(settings, place, recipient)
            who, exactly = _who(recipient), (recipient.slack_webhook_secret, recipient.slack_team_id)
            if who and who in seen:
                yield at(place, _DOUBLES[who.partition(":")[0]], ["notify", name, "*"])
            elif any(exactly) and everywhere.setdefault(who, exactly) != exactly:
                lists: Sequence[Place] = [["notify", channel_name, "*"] for channel_name in CHANNELS]
                yield at(place, "is called nearly like another webhook or channel", *lists)
            seen.add(who)


_DOUBLES: Final[Mapping[str, str]] = {
    "email": "this address is in the list already",
    "https": "an endpoint of the list is called like this already: give each a name",
    "webhook": "this webhook, or one with nearly its name, is in the list already",
    "channel": "this channel is in the list already",
}


def _who(recipient: Recipient) -> str:
    """Return what tells a recipient from the others of its list: names that differ in signs only become the same resource."""
    for kind, name in (
        ("email", recipient.email),
        ("https", recipient.https and (recipient.name or DEFAULT_ENDPOINT)),
        ("webhook", recipient.slack_webhook_secret),
        ("channel", recipient.slack_channel_id),
    ):
        if name:
            return f"{kind}:{limits.slug(name)}"
    return ""


def _recipient(settings: Settings, place: Place, recipient: Recipient) -> Iterator[Problem]:
    named = {
        "email": recipient.email,
        "https": recipient.https,
        "slackWebhookSecret": recipient.slack_webhook_secret,
        "slackTeamId": recipient.slack_team_id or recipient.slack_channel_id,
    }
    given = [name for name, value in named.items() if value]
    if len(given) != 1:
        yield at(
            place,
            f"give one of email, https, slackWebhookSecret, or slackTeamId with slackChannelId; {' and '.join(given) or 'none'} given",
            [*place, "*"],
        )
        return
    yield from _channel(settings, place, recipient)
    yield from _endpoint(place, recipient)
    if recipient.slack_webhook_secret is not None:
        yield from _webhook(settings, [*place, "slackWebhookSecret"], recipient.slack_webhook_secret)


def _channel(settings: Settings, place: Place, recipient: Recipient) -> Iterator[Problem]:
    team, channel = recipient.slack_team_id, recipient.slack_channel_id
    if (team is None) != (channel is None):
        yield at(
            place, "Amazon Q Developer in chat applications needs slackTeamId and slackChannelId, both", [*place, "*"]
        )
    elif team and limits.partition(settings.aws.region) != "aws":
        yield at(
            [*place, "slackTeamId"],
            f"Amazon Q Developer in chat applications does not serve {settings.aws.region}: use slackWebhookSecret",
            ["aws", "region"],
        )


def _endpoint(place: Place, recipient: Recipient) -> Iterator[Problem]:
    if recipient.name and not recipient.https:
        yield at([*place, "name"], "only an https endpoint has a name here", [*place, "https"])
    if recipient.https and recipient.https.startswith("https://hooks.slack.com/"):
        yield at(
            [*place, "https"],
            "Slack does not take SNS's messages, and its address is a secret: keep it in one, and name that in slackWebhookSecret",
        )


def _webhook(settings: Settings, place: Place, name: str) -> Iterator[Problem]:
    """Check that a webhook's address is a whole secret that this stack makes."""
    secret = settings.secrets.get(name)
    if secret is None:
        yield at(
            place,
            f"names no secret of this stack{limits.meant(name, settings.secrets)}; declare it in slipway:secrets (a value never belongs here)",
            ["secrets", name],
            *([["secrets"]] if not settings.secrets else []),
        )
    elif secret.existing:
        yield at(
            place,
            f"the secret {name} is another's; the function that tells Slack reads those that this stack makes",
            ["secrets", name, "existing"],
        )
    elif secret.keys:
        yield at(
            place,
            f"the secret {name} is a document; a webhook's address is a whole secret",
            ["secrets", name, "keys", "*"],
        )


def open_keys(settings: Settings) -> Iterator[Problem]:
    """Yield addresses that are keys by themselves, such as PagerDuty's: whoever reads the stack file may then page, unless it has them encrypted."""
    for channel_name in CHANNELS if settings.notify else ():
        recipients: Sequence[Recipient] = getattr(settings.notify, channel_name)
        for index, recipient in enumerate(recipients):
            if recipient.https and credentials.is_capability_url(recipient.https):
                place: Place = ["notify", channel_name, index, "https"]
                yield at(
                    place,
                    "the address holds a key in clear text: write it encrypted, with pulumi config set --path --secret "
                    f"'slipway:notify.{channel_name}[{index}].https' ADDRESS, and change the key",
                )
