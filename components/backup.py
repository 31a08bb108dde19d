"""Backups that stand apart from what they save: AWS Backup, daily, with copies in another region where asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _documents as documents
from components import _names as names
from components._checked import Checked
from components._dependencies import with_dependencies
from components._role import service_role
from components.encryption_key import own_key


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupCopyArgs:
    """Copies in another region, for the loss of a whole region."""

    region: str
    """The region. A change makes a new vault there; the old one must be emptied first."""
    keep_days: int = 30
    """Days a copy is kept. Costs storage and transfer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupArgs(Checked):
    """What is saved, when, and how long it is kept.

    The account must have AWS Backup switched on for RDS and S3 in its regions (Settings, Service opt-in).

    Databases are saved as snapshots. Point-in-time restore stays with RDS, whose own window reaches to five minutes before
    the loss; AWS Backup's continuous backups would take that window over and turn every change of it into drift.
    """

    name_prefix: str
    """The stack's name in AWS, such as storefront-production: the vaults' and the plan's name."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The stack's region."""
    databases: Mapping[str, Input[str]] = field(default_factory=dict)
    """ARNs of database instances, by a short name."""
    file_systems: Mapping[str, Input[str]] = field(default_factory=dict)
    """ARNs of EFS file systems, by a short name."""
    buckets: Mapping[str, Input[str]] = field(default_factory=dict)
    """ARNs of versioned buckets, by a short name."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """What carries any of these tags is saved too."""
    daily_at: str = "06:00"
    """When a backup starts, UTC. Not within the hour before RDS's own backup and maintenance windows: it would wait or fail."""
    keep_days: int = 30
    """Days a backup is kept. Costs."""
    copy: BackupCopyArgs | None = None
    """Copies in another region; None: none."""
    failures_topic_arn: Input[str] | None = None
    """An SNS topic that hears of failed backups and copies; None: nobody does."""
    rto_minutes: int | None = None
    """The time to recovery the stack is built for, kept as the tag `rto-minutes`; None: none is agreed."""
    rpo_minutes: int | None = None
    """The loss of data it is built for, kept as the tag `rpo-minutes`: database backups every day and RDS's own window meet
    five minutes, replicated buckets fifteen; None: none is agreed."""
    empty_on_destroy: bool = False
    """Whether a vault is deleted together with its backups; otherwise AWS refuses while it holds any."""
    protect: bool = True
    """Whether Pulumi refuses to delete the vaults and their keys."""
    key_deletion_days: int = 30
    """Days the deleted keys can be brought back, 7 to 30."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not re.fullmatch(r"[A-Za-z0-9_-]{2,50}", self.name_prefix):
            yield "name_prefix", f"{self.name_prefix!r} is not a vault's name: 2 to 50 letters, digits and - _"
        if not (self.databases or self.file_systems or self.buckets or self.tags):
            yield "databases", "neither these nor file_systems, buckets or tags given: nothing would be saved"
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", self.daily_at):
            yield "daily_at", f"{self.daily_at!r} is not a time of day, such as 06:00 (UTC)"
        periods = {"keep_days": self.keep_days, "rto_minutes": self.rto_minutes, "rpo_minutes": self.rpo_minutes}
        for name, value in periods.items():
            if value is not None and value < 1:
                yield name, f"{value} is below 1"
        if self.copy is not None:
            yield "copy", limits.region(self.copy.region)
            if self.copy.region == self.region:
                yield "copy", f"{self.copy.region} is the stack's own region; name another"
            if self.copy.keep_days < 1:
                yield "copy", f"keep_days {self.copy.keep_days} is below 1"


class Backup(pulumi.ComponentResource):
    """A vault under its own key, a daily plan, and what the plan saves."""

    vault_name: Output[str]
    """The vault."""
    vault_arn: Output[str]
    """Its ARN."""
    copy_vault_arn: Output[str] | None
    """The vault in the other region; None without copies."""
    plan_id: Output[str]
    """The plan, usable once it saves something."""
    role_arn: Output[str]
    """The role of backups, which restores take as well: `aws backup start-restore-job --iam-role-arn`."""

    def __init__(self, name: str, args: BackupArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Backup", name, None, opts)
        vault = self._vault(name, args, args.region)
        copies = self._vault(f"{name}-copy", args, args.copy.region) if args.copy else None
        role, attachments = self._role(name, args)
        plan = aws.backup.Plan(
            f"{name}-plan",
            name=args.name_prefix,
            rules=[_rule(args, vault, copies)],
            tags=_objectives(args),
            opts=ResourceOptions(parent=self),
        )
        selection = aws.backup.Selection(
            f"{name}-selection",
            name=args.name_prefix,
            plan_id=plan.id,
            iam_role_arn=role.arn,
            resources=[
                arn for saved in (args.databases, args.file_systems, args.buckets) for _, arn in sorted(saved.items())
            ]
            or None,
            selection_tags=[
                aws.backup.SelectionSelectionTagArgs(type="STRINGEQUALS", key=key, value=value)
                for key, value in sorted(args.tags.items())
            ]
            or None,
            # AWS Backup tries the role when it is selected.
            opts=ResourceOptions(parent=self, depends_on=attachments),
        )
        if args.failures_topic_arn is not None:
            self._failures(name, args, args.failures_topic_arn)

        self.vault_name = vault.name
        self.vault_arn = vault.arn
        self.copy_vault_arn = copies.arn if copies else None
        self.plan_id = with_dependencies(plan.id, selection)
        self.role_arn = role.arn
        self.register_outputs(
            {
                "vault_name": self.vault_name,
                "vault_arn": self.vault_arn,
                "copy_vault_arn": self.copy_vault_arn,
                "plan_id": self.plan_id,
                "role_arn": self.role_arn,
            }
        )

    def _vault(self, name: str, args: BackupArgs, region: str) -> aws.backup.Vault:
        key = own_key(self, name, args, f"Backups of {args.name_prefix}", region=region)
        return aws.backup.Vault(
            f"{name}-vault",
            name=args.name_prefix,
            region=region,
            kms_key_arn=key.arn,
            force_destroy=args.empty_on_destroy,
            tags=_objectives(args),
            opts=ResourceOptions(parent=self, protect=args.protect),
        )

    def _role(self, name: str, args: BackupArgs) -> tuple[aws.iam.Role, Sequence[aws.iam.RolePolicyAttachment]]:
        role = service_role(
            self,
            f"{name}-role",
            service="backup.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"Saves and restores what {args.name_prefix} holds",
            account_id=args.account_id,
            boundary_arn=args.boundary_arn,
        )
        policies = dict(_POLICIES) | (dict(_BUCKET_POLICIES) if args.buckets or args.tags else {})
        start = f"arn:{documents.partition(args.region)}:iam::aws:policy/"
        attachments = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy}", role=role.name, policy_arn=f"{start}{arn}", opts=ResourceOptions(parent=self)
            )
            for policy, arn in policies.items()
        ]
        return role, attachments

    def _failures(self, name: str, args: BackupArgs, topic_arn: Input[str]) -> None:
        """Report what went wrong with the vault's backups and their copies."""
        vault = Output.format(
            "arn:{0}:backup:{1}:{2}:backup-vault:{3}",
            documents.partition(args.region), args.region, args.account_id, args.name_prefix,
        )  # fmt: skip
        patterns = {
            "backup": {
                "detail-type": ["Backup Job State Change"],
                "detail": {"state": ["ABORTED", "EXPIRED", "FAILED"], "backupVaultArn": [vault]},
            },
            "copy": {
                "detail-type": ["Copy Job State Change"],
                "detail": {"state": ["FAILED"], "sourceBackupVaultArn": [vault]},
            },
        }
        for what, pattern in patterns.items():
            if what == "copy" and args.copy is None:
                continue
            rule = aws.cloudwatch.EventRule(
                f"{name}-{what}-failed",
                name=names.after(args.name_prefix, f"{name}-{what}-failed", names.RULE),
                description=f"Failed {what} jobs of {args.name_prefix}",
                event_pattern=Output.json_dumps({"source": ["aws.backup"], **pattern}, sort_keys=True),
                opts=ResourceOptions(parent=self),
            )
            aws.cloudwatch.EventTarget(
                f"{name}-{what}-failed", rule=rule.name, arn=topic_arn, opts=ResourceOptions(parent=self)
            )


_POLICIES: Final[Mapping[str, str]] = {
    "backups": "service-role/AWSBackupServiceRolePolicyForBackup",
    "restores": "service-role/AWSBackupServiceRolePolicyForRestores",
}
_BUCKET_POLICIES: Final[Mapping[str, str]] = {
    "bucket-backups": "AWSBackupServiceRolePolicyForS3Backup",
    "bucket-restores": "AWSBackupServiceRolePolicyForS3Restore",
}
_START_MINUTES: Final = 60
"""Within which a backup starts; the least that AWS Backup takes."""
_COMPLETE_MINUTES: Final = 720
"""Within which it must be done."""


def _rule(args: BackupArgs, vault: aws.backup.Vault, copies: aws.backup.Vault | None) -> aws.backup.PlanRuleArgs:
    hour, minute = args.daily_at.split(":")
    return aws.backup.PlanRuleArgs(
        rule_name="daily",
        target_vault_name=vault.name,
        schedule=f"cron({int(minute)} {int(hour)} * * ? *)",
        start_window=_START_MINUTES,
        completion_window=_COMPLETE_MINUTES,
        enable_continuous_backup=False,
        lifecycle=aws.backup.PlanRuleLifecycleArgs(delete_after=args.keep_days),
        copy_actions=[
            aws.backup.PlanRuleCopyActionArgs(
                destination_vault_arn=copies.arn,
                lifecycle=aws.backup.PlanRuleCopyActionLifecycleArgs(delete_after=args.copy.keep_days),
            )
        ]
        if args.copy and copies
        else None,
    )


def _objectives(args: BackupArgs) -> Mapping[str, str] | None:
    objectives = {"rto-minutes": args.rto_minutes, "rpo-minutes": args.rpo_minutes}
    return {key: str(value) for key, value in objectives.items() if value is not None} or None
