"""Log groups: keys of their own, and an end."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, Parameter, resource_rule
from policy.values import UNKNOWN

LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"


@resource_rule(
    Control(
        name="log-groups-under-own-key",
        title="Log groups are encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Logs hold what users typed; a key of one's own can be withdrawn.",
        remediation="aws.cloudwatch.LogGroup(..., kms_key_id=key.arn)",
        url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        nist=("SC-28", "AU-9"),
        checkov=("CKV_AWS_158",),
        prowler=("cloudwatch_log_group_kms_encryption_enabled",),
        cdk_nag=("CloudWatchLogGroupEncrypted",),
    ),
    LOG_GROUP,
)
def log_groups_under_own_key(group: Resource, _config: Config) -> Iterator[Finding]:
    """The key's policy must let logs.<region>.amazonaws.com use it."""
    yield from group.must_have_own_key("kmsKeyId", fix="kms_key_id=key.arn")


@resource_rule(
    Control(
        name="log-retention-set",
        title="Log groups say how long they keep",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Unset means for ever: the bill grows, and personal data outlives its purpose. Parameter: minDays.",
        remediation="aws.cloudwatch.LogGroup(..., retention_in_days=90)",
        url=HUB + "cloudwatch-controls.html#cloudwatch-16",
        fsbp=("CloudWatch.16",),
        nist=("AU-11",),
        checkov=("CKV_AWS_66", "CKV_AWS_338"),
        prowler=("cloudwatch_log_group_retention_policy_specific_days_enabled",),
        cdk_nag=("CloudWatchLogGroupRetentionPeriod",),
    ),
    LOG_GROUP,
    minDays=Parameter({"type": "integer", "minimum": 1, "maximum": 3653}, 1),
)
def log_retention_set(group: Resource, config: Config) -> Iterator[Finding]:
    """0 and absent both mean for ever. The DELIVERY class has a retention of its own."""
    if group.text("logGroupClass") == "DELIVERY":
        return
    days = group.number("retentionInDays")
    least = config.number("minDays")
    if days is UNKNOWN:
        yield group.unknown("retentionInDays is not known yet")
    elif days == 0:
        yield group.fails("retentionInDays is not set, so logs are kept and paid for ever", fix="retention_in_days=90")
    elif days < least:
        what = f"retentionInDays is {values.show(days)}, wanted at least {least}"
        yield group.fails(what, fix=f"retention_in_days={least} or more")
