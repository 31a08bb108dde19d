"""Reminders of secrets that only people can change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _documents as documents
from components._checked import Checked
from components._function import function
from components._role import service_role


@dataclass(frozen=True, kw_only=True, slots=True)
class RotationReminderArgs:
    """A secret whose owner changes it: the whole value, or keys of its JSON document."""

    arn: Input[str]
    """Its ARN."""
    days: int | None = None
    """Days after which the whole value is changed; None: its keys have days of their own."""
    keys: Mapping[str, int] = field(default_factory=dict)
    """Days after which each of its keys is changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RotationRemindersArgs(Checked):
    """Which secrets grow old, and who is told."""

    name_prefix: str
    """What names start with, such as storefront-production."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region of the secrets."""
    secrets: Mapping[str, RotationReminderArgs]
    """The secrets by the names that the message calls them."""
    secrets_key_arn: Input[str]
    """The key that encrypts them."""
    topic_arn: Input[str]
    """The SNS topic that is told."""
    topic_key_arn: Input[str]
    """The key that encrypts the topic."""
    log_days: int = 90
    """Days the function's log is kept."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts that log; None: AWS's own."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not self.secrets:
            yield "secrets", "none given; nothing would be looked at"
        for name, secret in self.secrets.items():
            if (secret.days is None) == (not secret.keys):
                yield f"secrets.{name}", "either days or keys is needed"
            for days in (*([secret.days] if secret.days is not None else ()), *secret.keys.values()):
                if days < 1:
                    yield f"secrets.{name}", f"{days} days are below 1"
        if problem := limits.log_retention(self.log_days):
            yield "log_days", problem


class RotationReminders(pulumi.ComponentResource):
    """A function that looks at the secrets' versions once a day, and tells a topic of those that are older than agreed.

    It reads values only of secrets whose keys have days of their own: no other way tells which key a version changed.
    """

    function_name: Output[str]
    """The function's name."""

    def __init__(self, name: str, args: RotationRemindersArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:SecretAges", name, None, opts)
        looking = function(
            f"{name}-function",
            name_prefix=args.name_prefix,
            description=f"Reminds of secrets of {args.name_prefix} that are older than agreed",
            handler="report_secret_ages.handle",
            allowed=list(_statements(args)),
            seconds=300,
            log_days=args.log_days,
            log_key_arn=args.log_key_arn,
            parent=self,
            boundary_arn=args.boundary_arn,
        )
        self.function_name = looking.name
        self._schedule(name, args, looking.arn)
        self.register_outputs({"function_name": self.function_name})

    def _schedule(self, name: str, args: RotationRemindersArgs, looking: Output[str]) -> None:
        schedule = f"{name}-schedule"
        group = aws.scheduler.ScheduleGroup(
            schedule, name=f"{args.name_prefix}-secret-ages", opts=ResourceOptions(parent=self)
        )
        role = service_role(
            self,
            schedule,
            service="scheduler.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"Starts the look at the ages of the secrets of {args.name_prefix}",
            account_id=args.account_id,
            boundary_arn=args.boundary_arn,
        )
        policy = aws.iam.RolePolicy(
            schedule,
            role=role.name,
            policy=documents.policy(documents.allow(["lambda:InvokeFunction"], [looking])),
            opts=ResourceOptions(parent=self),
        )
        # In the event, as a function's environment holds 4 KB only.
        watched = [
            {"name": secret, "secret": each.arn, **({"days": each.days} if each.days else {"keys": dict(each.keys)})}
            for secret, each in sorted(args.secrets.items())
        ]
        aws.scheduler.Schedule(
            schedule,
            group_name=group.name,
            description=f"Looks at the ages of the secrets of {args.name_prefix}",
            schedule_expression="rate(1 day)",
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
            target=aws.scheduler.ScheduleTargetArgs(
                arn=looking,
                role_arn=role.arn,
                input=Output.json_dumps({"topic": args.topic_arn, "secrets": watched}),
                # The next day's run sees the same: there is no hurry to repeat one.
                retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                    maximum_event_age_in_seconds=3600, maximum_retry_attempts=2
                ),
            ),
            opts=ResourceOptions(parent=self, depends_on=[policy]),
        )


def _statements(args: RotationRemindersArgs) -> Iterator[documents.Statement]:
    secrets = [secret for _, secret in sorted(args.secrets.items())]
    yield documents.allow(["secretsmanager:ListSecretVersionIds"], [secret.arn for secret in secrets])
    if documents_read := [secret.arn for secret in secrets if secret.keys]:
        yield documents.allow(["secretsmanager:GetSecretValue"], documents_read)
        yield documents.allow(["kms:Decrypt"], [args.secrets_key_arn])
    yield documents.allow(["sns:Publish"], [args.topic_arn])
    yield documents.allow(["kms:Decrypt", "kms:GenerateDataKey"], [args.topic_key_arn])
