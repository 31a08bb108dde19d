"""DynamoDB tables: recovery, keys, deletion."""

from collections.abc import Iterator
from typing import Final

from policy.control import HUB, IN_PRODUCTION, NOWHERE, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, resource_rule

TABLE: Final = "aws:dynamodb/table:Table"


@resource_rule(
    Control(
        name="table-recovery",
        title="Tables can be restored to any second",
        category="Backups",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A mistake in the application has no way back.",
        remediation='aws.dynamodb.Table(..., point_in_time_recovery={"enabled": True})',
        url=HUB + "dynamodb-controls.html#dynamodb-2",
        fsbp=("DynamoDB.2",),
        nist=("CP-9",),
        checkov=("CKV_AWS_28",),
        prowler=("dynamodb_tables_pitr_enabled",),
        cdk_nag=("DDB3",),
    ),
    TABLE,
)
def table_recovery(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Off by default."""
    yield from resource.must_be(
        "pointInTimeRecovery.enabled", wanted=True, fix='point_in_time_recovery={"enabled": True}'
    )


@resource_rule(
    Control(
        name="table-under-own-key",
        title="Tables are encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="DynamoDB's own key cannot be withdrawn.",
        remediation='aws.dynamodb.Table(..., server_side_encryption={"enabled": True, "kms_key_arn": key.arn})',
        url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html",
        nist=("SC-12", "SC-28"),
        checkov=("CKV_AWS_119",),
        prowler=("dynamodb_tables_kms_cmk_encryption_enabled",),
    ),
    TABLE,
)
def table_under_own_key(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Without a key it is one of AWS's, and where the block is not enabled, one that nobody sees."""
    fix = 'server_side_encryption={"enabled": True, "kms_key_arn": key.arn}'
    found = list(resource.must_have_own_key("serverSideEncryption.kmsKeyArn", fix=fix))
    yield from found or resource.must_be("serverSideEncryption.enabled", wanted=True, fix=fix)


@resource_rule(
    Control(
        name="table-deletion-protected",
        title="AWS refuses to delete the table",
        category="Deletion protection",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="One wrong stack name in one destroy ends it.",
        remediation="aws.dynamodb.Table(..., deletion_protection_enabled=True)",
        url=HUB + "dynamodb-controls.html#dynamodb-6",
        fsbp=("DynamoDB.6",),
        nist=("CP-9",),
        prowler=("dynamodb_table_deletion_protection_enabled",),
    ),
    TABLE,
)
def table_deletion_protected(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Off by default."""
    yield from resource.must_be("deletionProtectionEnabled", wanted=True, fix="deletion_protection_enabled=True")
