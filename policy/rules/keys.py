"""Logs and topics: keys of one's own, and logs that end."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Resource
from policy.rule import Config, Parameter, resource_rule
from policy.values import UNKNOWN

LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
TOPIC: Final = "aws:sns/topic:Topic"


@resource_rule("log-groups-under-own-key", LOG_GROUP)
def log_groups_under_own_key(group: Resource, _config: Config) -> Iterator[Finding]:
    """The key's policy must let logs.<region>.amazonaws.com use it."""
    yield from group.must_be_set("kmsKeyId", fix="kms_key_id=key.arn")


@resource_rule("log-retention-set", LOG_GROUP, minDays=Parameter({"type": "integer", "minimum": 1, "maximum": 3653}, 1))
def log_retention_set(group: Resource, config: Config) -> Iterator[Finding]:
    """0 and absent both mean for ever. The DELIVERY class has a retention of its own."""
    if group.text("logGroupClass") == "DELIVERY":
        return
    days = group.number("retentionInDays")
    least = config.number("minDays")
    if days is UNKNOWN:
        yield group.undecided("retentionInDays is not known yet")
    elif days == 0:
        yield group.fails("retentionInDays is not set, so logs are kept and paid for ever", fix="retention_in_days=90")
    elif days < least:
        what = f"retentionInDays is {values.show(days)}, wanted at least {least}"
        yield group.fails(what, fix=f"retention_in_days={least} or more")


@resource_rule("topics-encrypted", TOPIC)
def topics_encrypted(topic: Resource, _config: Config) -> Iterator[Finding]:
    """With alias/aws/sns CloudWatch alarms cannot publish: it takes a key of one's own."""
    yield from topic.must_be_set("kmsMasterKeyId", fix="kms_master_key_id=key.arn")
    if topic.text("kmsMasterKeyId") == "alias/aws/sns":
        yield topic.fails(
            "kmsMasterKeyId is alias/aws/sns, under which alarms cannot publish", fix="kms_master_key_id=key.arn"
        )
