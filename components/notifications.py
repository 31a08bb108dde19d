"""Who is told: encrypted SNS topics with e-mail, HTTPS and Slack behind them, and what ECS reports of itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _documents as documents
from components import _ecs_events as ecs_events
from components import _malware_scan as malware_scan
from components._checked import Checked
from components._dependencies import with_dependencies
from components._function import function
from components._metrics import HEALTH_REGION
from components._role import service_role
from components.encryption_key import EncryptionKey, own_key

CHATBOT_REGIONS: Final[Sequence[str]] = ("us-east-2", "us-west-2", "eu-west-1", "ap-southeast-1")
"""Where Amazon Q Developer in chat applications (once AWS Chatbot, which its API is still called) is configured; it serves topics of every region."""


class AlertChannel(StrEnum):
    """Whom a topic reaches."""

    PAGE = "page"
    """Whoever is on call, at once."""
    DATABASE = "database"
    """Whoever looks after the database."""
    TEAM = "team"
    """The team, in working hours; deployments are reported here too."""


class AlertRoute(StrEnum):
    """Which way an alert goes: how bad it is decides, or whose part it is."""

    CRITICAL = "critical"
    """Users notice, or soon will: whoever is on call."""
    DATABASE = "database"
    """The database is in trouble: whoever looks after it."""
    WARNING = "warning"
    """Something to look at in working hours: the team."""


CHANNELS: Final[Mapping[AlertRoute, Sequence[AlertChannel]]] = {
    AlertRoute.CRITICAL: (AlertChannel.PAGE, AlertChannel.TEAM, AlertChannel.DATABASE),
    AlertRoute.DATABASE: (AlertChannel.DATABASE, AlertChannel.PAGE, AlertChannel.TEAM),
    AlertRoute.WARNING: (AlertChannel.TEAM, AlertChannel.DATABASE, AlertChannel.PAGE),
}
"""Who is told, and who instead where a stack has no such topic: what happens always reaches somebody."""


def channel_for(route: AlertRoute, channels: Collection[AlertChannel]) -> AlertChannel | None:
    """Return who of these is told; None where there is nobody at all."""
    return next((channel for channel in CHANNELS[route] if channel in channels), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackChannel:
    """A Slack channel, told by Amazon Q Developer in chat applications.

    Somebody has to connect the workspace once, in its console; an account configures a channel only once.
    """

    team_id: str
    """The workspace, such as T07EA123LEP."""
    channel_id: str
    """The channel, such as C07EZ1ABC23. A change replaces the configuration."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackWebhook:
    """An incoming webhook of Slack, called by a small Lambda function."""

    secret: str
    """The name of a secret whose whole value is the webhook's URL; people fill it."""
    secret_arn: Input[str] | None = None
    """Its ARN, where the stack makes the secret; None: it is there already."""
    key_arn: Input[str] | None = None
    """The key that encrypts it; None: AWS's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertChannelArgs:
    """Who is behind one topic."""

    emails: Sequence[str] = ()
    """E-mail addresses. Each gets a link to click before anything else is sent."""
    https: Mapping[str, Input[str]] = field(default_factory=dict)
    """HTTPS endpoints by a name of one's own, such as PagerDuty's. They may hold a key and are kept secret."""
    slack_channels: Sequence[SlackChannel] = ()
    """Slack channels, by Amazon Q Developer in chat applications."""
    slack_webhooks: Sequence[SlackWebhook] = ()
    """Slack channels, by webhooks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationsArgs(Checked):
    """Who is told."""

    name_prefix: str
    """What generated names start with, such as storefront-production, and what e-mails say they come from."""
    account_id: Input[str]
    """The AWS account, in whose name AWS's services may publish."""
    region: str
    """The AWS region of the topics."""
    channels: Mapping[AlertChannel, AlertChannelArgs]
    """Who is behind which topic. A topic that is not named does not exist."""
    scanned_bucket: Input[str] | None = None
    """The bucket whose files are scanned for malware: what is found is reported; None: nothing is."""
    malware_route: AlertRoute = AlertRoute.WARNING
    """Who is told of malware; of files that could not be scanned whoever hears of warnings is."""
    cluster_name: str | None = None
    """The ECS cluster whose deployments and failed tasks are reported; None: nothing is."""
    health_checks: bool = False
    """Whether Route 53 health checks page: in other regions than us-east-1 this takes a topic and a key there."""
    chatbot_region: Literal["us-east-2", "us-west-2", "eu-west-1", "ap-southeast-1"] = "us-east-2"
    """Where Amazon Q Developer in chat applications is configured. A change replaces its configurations."""
    log_days: int = 90
    """Days the log of the function that calls webhooks is kept."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts that log; None: AWS's own."""
    protect: bool = True
    """Whether Pulumi refuses to delete the topics' key."""
    key_deletion_days: int = 30
    """Days the deleted key can be brought back, 7 to 30."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not self.channels:
            yield "channels", f"none given; at least one of {limits.listed(list(AlertChannel))} is needed"
        for channel, args in self.channels.items():
            for name, problem in _alert_channel_problems(args):
                yield f"channels.{channel}.{name}", problem
        if self.chatbot_region not in CHATBOT_REGIONS:
            yield (
                "chatbot_region",
                f"{self.chatbot_region!r} has no Amazon Q Developer in chat applications; allowed: {limits.listed(CHATBOT_REGIONS)}",
            )
        yield "log_days", limits.log_retention(self.log_days)
        if self.cluster_name is not None:
            yield "cluster_name", limits.ecs_name(self.cluster_name)


class Notifications(pulumi.ComponentResource):
    """SNS topics, one for each channel, and everything that listens to them."""

    topics: Mapping[AlertChannel, Output[str]]
    """The topics' ARNs, usable once AWS's services may publish to them."""
    health_topic: Output[str] | None
    """The ARN of the topic in us-east-1 that Route 53's alarms tell, if that is asked for."""
    key_arn: Output[str]
    """The key that encrypts the topics."""
    notifiers: Mapping[str, Output[str]]
    """Names of the functions that call Slack's webhooks, by the webhooks' secrets."""

    def __init__(self, name: str, args: NotificationsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Notifications", name, None, opts)
        key = self._key(name, args, args.region)
        topics = {
            channel: self._topic(f"{name}-{channel}", args, args.region, key, recipients)
            for channel, recipients in args.channels.items()
        }
        heard = list(topics.values())
        self.key_arn = key.arn
        self.topics = {channel: topic.arn for channel, topic in topics.items()}
        self.health_topic = None
        paged = channel_for(AlertRoute.CRITICAL, args.channels)
        if args.health_checks and paged is not None:
            if args.region == HEALTH_REGION:
                self.health_topic = self.topics[paged]
            else:
                health_key = self._key(f"{name}-health", args, HEALTH_REGION)
                health = self._topic(f"{name}-health", args, HEALTH_REGION, health_key, args.channels[paged])
                heard.append(health)
                self.health_topic = health.arn

        for topic in heard:
            self._subscribe(topic)
        self._slack_channels(name, args, heard)
        self.notifiers = self._slack_webhooks(name, args, heard)
        reported = channel_for(AlertRoute.WARNING, args.channels)
        if args.cluster_name is not None and reported is not None:
            ecs_events.report(
                self,
                name,
                cluster_arn=self._cluster(args, "cluster", args.cluster_name),
                services=self._cluster(args, "service", f"{args.cluster_name}/"),
                topic_arn=self.topics[reported],
                name_prefix=args.name_prefix,
                region=args.region,
            )
        threats = channel_for(args.malware_route, args.channels)
        if args.scanned_bucket is not None and threats is not None and reported is not None:
            malware_scan.report(
                self,
                name,
                bucket=args.scanned_bucket,
                threats_topic_arn=self.topics[threats],
                topic_arn=self.topics[reported],
                name_prefix=args.name_prefix,
            )
        self.register_outputs(
            {
                "topics": self.topics,
                "health_topic": self.health_topic,
                "key_arn": self.key_arn,
                "notifiers": self.notifiers,
            }
        )

    @staticmethod
    def _cluster(args: NotificationsArgs, kind: str, name: str) -> Output[str]:
        prefix = f"arn:{documents.partition(args.region)}:ecs:{args.region}"
        return Output.format("{0}:{1}:{2}/{3}", prefix, args.account_id, kind, name)

    def _key(self, name: str, args: NotificationsArgs, region: str) -> EncryptionKey:
        return own_key(
            self, name, args, f"Notifications of {args.name_prefix}", region=region, services=("publishers",)
        )

    def _topic(
        self, name: str, args: NotificationsArgs, region: str, key: EncryptionKey, recipients: AlertChannelArgs
    ) -> _Topic:
        topic = aws.sns.Topic(
            name,
            name_prefix=f"{args.name_prefix}-{name.rpartition('-')[2]}-",
            display_name=args.name_prefix,
            kms_master_key_id=key.arn,
            region=region,
            opts=ResourceOptions(parent=self),
        )
        policy = aws.sns.TopicPolicy(
            name,
            arn=topic.arn,
            policy=documents.policy(*_statements(topic.arn, args)),
            region=region,
            opts=ResourceOptions(parent=self),
        )
        arn = with_dependencies(topic.arn, policy)
        return _Topic(name=name, arn=arn, region=region, recipients=recipients)

    def _subscribe(self, topic: _Topic) -> None:
        for email in topic.recipients.emails:
            aws.sns.TopicSubscription(
                f"{topic.name}-email-{limits.slug(email)}",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                region=topic.region,
                opts=ResourceOptions(parent=self),
            )
        for endpoint, url in topic.recipients.https.items():
            aws.sns.TopicSubscription(
                f"{topic.name}-https-{limits.slug(endpoint)}",
                topic=topic.arn,
                protocol="https",
                endpoint=Output.secret(url),
                # Services such as PagerDuty answer SNS's question by themselves; the update waits until they have.
                endpoint_auto_confirms=True,
                region=topic.region,
                opts=ResourceOptions(parent=self),
            )

    def _slack_channels(self, name: str, args: NotificationsArgs, topics: Sequence[_Topic]) -> None:
        """Configure each channel once, whatever the number of topics it hears: AWS allows no second configuration."""
        channels = dict.fromkeys(channel for topic in topics for channel in topic.recipients.slack_channels)
        if not channels:
            return
        # It may do what its role and the guardrail both allow; without a guardrail people could administer the account.
        reading = f"arn:{documents.partition(args.region)}:iam::aws:policy/CloudWatchReadOnlyAccess"
        role = service_role(
            self,
            f"{name}-chatbot",
            service="chatbot.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"Shows graphs of {args.name_prefix} in Slack",
            boundary_arn=args.boundary_arn,
        )
        attachment = aws.iam.RolePolicyAttachment(
            f"{name}-chatbot", role=role.name, policy_arn=reading, opts=ResourceOptions(parent=self)
        )
        for channel in channels:
            aws.chatbot.SlackChannelConfiguration(
                f"{name}-slack-{limits.slug(channel.channel_id)}",
                configuration_name=f"{args.name_prefix}-{channel.channel_id}",
                iam_role_arn=role.arn,
                slack_team_id=channel.team_id,
                slack_channel_id=channel.channel_id,
                sns_topic_arns=[topic.arn for topic in topics if channel in topic.recipients.slack_channels],
                guardrail_policy_arns=[reading],
                logging_level="ERROR",
                region=args.chatbot_region,
                opts=ResourceOptions(parent=self, depends_on=[attachment]),
            )

    def _slack_webhooks(
        self, name: str, args: NotificationsArgs, topics: Sequence[_Topic]
    ) -> Mapping[str, Output[str]]:
        """Make one function for each webhook; SNS calls it from other regions, too. Return their names by secret."""
        functions: dict[str, Output[str]] = {}
        webhooks = {webhook.secret: webhook for topic in topics for webhook in topic.recipients.slack_webhooks}
        for secret, webhook in webhooks.items():
            notifier = f"{name}-webhook-{_short(limits.slug(secret))}"
            notifying = self._notifier(notifier, args, webhook)
            functions[secret] = notifying.name
            for topic in topics:
                if secret not in {each.secret for each in topic.recipients.slack_webhooks}:
                    continue
                listener = f"{topic.name}-webhook-{limits.slug(secret)}"
                permission = aws.lambda_.Permission(
                    listener,
                    function=notifying.name,
                    action="lambda:InvokeFunction",
                    principal="sns.amazonaws.com",
                    source_arn=topic.arn,
                    region=args.region,
                    opts=ResourceOptions(parent=self),
                )
                aws.sns.TopicSubscription(
                    listener,
                    topic=topic.arn,
                    protocol="lambda",
                    endpoint=notifying.arn,
                    region=topic.region,
                    opts=ResourceOptions(parent=self, depends_on=[permission]),
                )
        return functions

    def _notifier(self, name: str, args: NotificationsArgs, webhook: SlackWebhook) -> aws.lambda_.Function:
        # Secrets Manager adds a hyphen and six characters to the name.
        secret_arn = webhook.secret_arn or Output.format(
            "arn:{0}:secretsmanager:{1}:{2}:secret:{3}-??????",
            documents.partition(args.region),
            args.region,
            args.account_id,
            webhook.secret,
        )
        allowed = [documents.allow(["secretsmanager:GetSecretValue"], [secret_arn])]
        if webhook.key_arn is not None:
            allowed.append(documents.allow(["kms:Decrypt"], [webhook.key_arn]))
        return function(
            name,
            name_prefix=args.name_prefix,
            description=f"Tells Slack what happens to {args.name_prefix}",
            handler="slack_notifier.handler",
            allowed=allowed,
            seconds=30,
            log_days=args.log_days,
            log_key_arn=args.log_key_arn,
            parent=self,
            region=args.region,
            variables={"WEBHOOK_SECRET": webhook.secret},
            boundary_arn=args.boundary_arn,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Topic:
    """A topic and who listens to it."""

    name: str
    arn: Output[str]
    region: str
    recipients: AlertChannelArgs


# AWS's services that publish, and whether they say on whose behalf: EventBridge does not, and a condition would silence it.
_PUBLISHERS: Final[Mapping[str, bool]] = {
    "backup.amazonaws.com": True,
    "budgets.amazonaws.com": True,
    "cloudwatch.amazonaws.com": True,
    "events.amazonaws.com": False,
    "events.rds.amazonaws.com": True,
}
_OWNER_ACTIONS: Final[Sequence[str]] = (
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:Publish",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
)


def _statements(topic: Output[str], args: NotificationsArgs) -> Iterator[documents.Statement]:
    """Yield the topic policy's statements; it replaces SNS's own, so that the owner has to be named."""
    owner = Output.format("arn:{0}:iam::{1}:root", documents.partition(args.region), args.account_id)
    yield documents.allow(_OWNER_ACTIONS, [topic], principal={"AWS": owner}, sid="Owner")
    for service, says_for_whom in _PUBLISHERS.items():
        yield documents.allow(
            ["sns:Publish"],
            [topic],
            {"StringEquals": {"aws:SourceAccount": args.account_id}} if says_for_whom else None,
            principal={"Service": service},
            sid="".join(word.capitalize() for word in service.split(".")[:-2]),
        )
    yield documents.deny(
        ["sns:Publish"], [topic], {"Bool": {"aws:SecureTransport": "false"}}, principal="*", sid="OnlyTls"
    )


def _alert_channel_problems(args: AlertChannelArgs) -> Iterator[tuple[str, str]]:
    for email in args.emails:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
            yield "emails", f"{email!r} is not an e-mail address"
    for endpoint, url in args.https.items():
        if isinstance(url, str) and not url.startswith("https://"):
            yield f"https.{endpoint}", "does not begin with https://"
    for channel in args.slack_channels:
        yield from _channel_problems(channel)
    for webhook in args.slack_webhooks:
        if problem := limits.secret_name(webhook.secret):
            yield "slack_webhooks", problem
    yield from _doubles(
        {
            "emails": args.emails,
            "https": list(args.https),
            "slack_channels": [channel.channel_id for channel in args.slack_channels],
            "slack_webhooks": [webhook.secret for webhook in args.slack_webhooks],
        }
    )


def _channel_problems(channel: SlackChannel) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(r"[0-9A-Z]{2,255}", channel.team_id):
        yield "slack_channels", f"{channel.team_id!r} is not a workspace's id, such as T07EA123LEP"
    if not re.fullmatch(r"[0-9A-Z]{2,255}", channel.channel_id):
        yield (
            "slack_channels",
            f"{channel.channel_id!r} is not a channel's id, such as C07EZ1ABC23; its name will not do",
        )


def _doubles(named: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for setting, names in named.items():
        slugs = [limits.slug(name) for name in names]
        for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
            yield setting, f"more than one would be called {slug!r}"


def _short(slug: str) -> str:
    """Cut what becomes part of generated names, which may have 64 characters, and keep it unlike others cut the same way."""
    most = 20
    return slug if len(slug) <= most else f"{slug[:12]}-{hashlib.sha256(slug.encode()).hexdigest()[:7]}"
