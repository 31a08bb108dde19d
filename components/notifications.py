"""Who is told: encrypted SNS topics with e-mail, HTTPS and Slack behind them, and what ECS reports of itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _documents as documents
from components._metrics import HEALTH_REGION
from components.encryption_key import EncryptionKey, EncryptionKeyArgs

CHATBOT_REGIONS: Final[Sequence[str]] = ("us-east-2", "us-west-2", "eu-west-1", "ap-southeast-1")
"""Where AWS Chatbot is configured; it serves topics of every region."""


class Audience(StrEnum):
    """Whom a topic reaches."""

    PAGE = "page"
    """Whoever is on call, at once."""
    DATABASE = "database"
    """Whoever looks after the database."""
    TEAM = "team"
    """The team, in working hours; deployments are reported here too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackChannel:
    """A Slack channel, told by AWS Chatbot.

    Somebody has to connect the workspace once, in Chatbot's console; an account configures a channel only once.
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
class AudienceArgs:
    """Who is behind one topic."""

    emails: Sequence[str] = ()
    """E-mail addresses. Each gets a link to click before anything else is sent."""
    https: Mapping[str, Input[str]] = field(default_factory=dict)
    """HTTPS endpoints by a name of one's own, such as PagerDuty's. They may hold a key and are kept secret."""
    slack_channels: Sequence[SlackChannel] = ()
    """Slack channels, by AWS Chatbot."""
    slack_webhooks: Sequence[SlackWebhook] = ()
    """Slack channels, by webhooks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotificationsArgs:
    """Who is told."""

    label: str
    """What generated names start with, such as storefront-production, and what e-mails say they come from."""
    account_id: Input[str]
    """The AWS account, in whose name AWS's services may publish."""
    region: str
    """The AWS region of the topics."""
    audiences: Mapping[Audience, AudienceArgs]
    """Who is behind which topic. A topic that is not named does not exist."""
    cluster_name: str | None = None
    """The ECS cluster whose deployments and failed tasks are reported; None: nothing is."""
    health_checks: bool = False
    """Whether Route 53 health checks page: in other regions than us-east-1 this takes a topic and a key there."""
    chatbot_region: Literal["us-east-2", "us-west-2", "eu-west-1", "ap-southeast-1"] = "us-east-2"
    """Where AWS Chatbot is configured. A change replaces its configurations."""
    log_days: int = 90
    """Days the log of the function that calls webhooks is kept."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts that log; None: AWS's own."""
    protect: bool = True
    """Whether Pulumi refuses to delete the topics' key."""
    key_deletion_days: int = 30
    """Days the deleted key can be brought back, 7 to 30."""

    def __post_init__(self) -> None:
        """Check AWS's limits.

        Raises:
            ValueError: with every problem, a line each.
        """
        problems = [f"NotificationsArgs.{problem}" for problem in self._problems()]
        if problems:
            raise ValueError("\n".join(problems))

    def _problems(self) -> Iterator[str]:
        if not self.audiences:
            yield f"audiences: none given; at least one of {limits.listed(list(Audience))} is needed"
        for audience, args in self.audiences.items():
            for problem in _audience_problems(args):
                yield f"audiences.{audience}: {problem}"
        if self.chatbot_region not in CHATBOT_REGIONS:
            yield f"chatbot_region: {self.chatbot_region!r} has no AWS Chatbot; allowed: {limits.listed(CHATBOT_REGIONS)}"
        if problem := limits.log_retention(self.log_days):
            yield f"log_days: {problem}"
        if self.cluster_name is not None and (problem := limits.ecs_name(self.cluster_name)):
            yield f"cluster_name: {problem}"


class Notifications(pulumi.ComponentResource):
    """SNS topics, one for each audience, and everything that listens to them."""

    topics: Mapping[Audience, Output[str]]
    """The topics' ARNs, known once AWS's services may publish to them."""
    health_topic: Output[str] | None
    """The ARN of the topic in us-east-1 that Route 53's alarms tell, if there is one."""

    def __init__(self, name: str, args: NotificationsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Notifications", name, None, opts)
        key = self._key(f"{name}-key", args, args.region, args.label)
        topics = {audience: self._topic(f"{name}-{audience}", args, args.region, key) for audience in args.audiences}
        listeners = {_Listened(topic, args.region, audience): args.audiences[audience] for audience, topic in topics.items()}
        self.topics = {audience: topic.arn for audience, topic in topics.items()}
        self.health_topic = None
        if args.health_checks:
            paged = first_of(PAGED, args.audiences)
            self.health_topic = self.topics[paged]
            if args.region != HEALTH_REGION:
                health_key = self._key(f"{name}-health-key", args, HEALTH_REGION, f"{args.label}-health")
                health = self._topic(f"{name}-health", args, HEALTH_REGION, health_key)

        self.register_outputs({"topics": self.topics, "health_topic": self.health_topic})
