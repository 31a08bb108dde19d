"""Resource policies: of queues, tables, file systems, event buses, vaults and log groups, that let nobody in unnamed."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, Control, Severity
from policy.documents import CALLER, is_anybody, is_public
from policy.model import Finding, Resource
from policy.rule import Config, ResourceRule, resource_rule
from policy.values import UNKNOWN, Answer

_FILE_SYSTEM_CALLERS: Final = CALLER | {"elasticfilesystem:accessedviamounttarget"}


_CONDITION: Final = 'name the principal, or add a condition such as {"StringEquals": {"aws:PrincipalOrgID": ...}}'


def public_findings(
    resource: Resource, path: str, *, fix: str = _CONDITION, callers: frozenset[str] = CALLER
) -> Iterator[Finding]:
    """Yield a finding where the policy in a property lets everybody in; none where there is no policy.

    Args:
        resource: what has the policy.
        path: the property.
        fix: what to write instead.
        callers: the condition keys that say who calls or from where.
    """
    yield from resource.must_hold(
        values.negated(is_public(values.document(resource.get(path)), callers)),
        f'{path} allows Principal "*" without a condition on who calls or from where',
        about=path,
        fix=fix,
    )


def _not_public(control: Control, *types: str, path: str, callers: frozenset[str] = CALLER) -> ResourceRule:
    """A rule that a policy in a property lets nobody in whom it does not name."""

    def evaluate(resource: Resource, _config: Config) -> Iterator[Finding]:
        yield from public_findings(resource, path, callers=callers)

    return resource_rule(control, *types)(evaluate)


queue_policy_not_public = _not_public(
    Control(
        name="queue-policy-not-public",
        title="Queues are not open to everybody",
        category="Exposure",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Anybody can then read, fake or delete messages.",
        remediation="aws.sqs.QueuePolicy(..., policy=...) with a principal",
        url=HUB + "sqs-controls.html#sqs-3",
        nist=("AC-3", "AC-4"),
        fsbp=("SQS.3",),
        checkov=("CKV_AWS_168",),
        prowler=("sqs_queues_not_publicly_accessible",),
    ),
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:sqs/queue:Queue",
    path="policy",
)

table_policy_not_public = _not_public(
    Control(
        name="table-policy-not-public",
        title="Tables are not open to everybody",
        category="Exposure",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Anybody can then read or change every item.",
        remediation="aws.dynamodb.ResourcePolicy(..., policy=...) with a principal",
        url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html",
        nist=("AC-3", "AC-4"),
        prowler=("dynamodb_table_cross_account_access",),
    ),
    "aws:dynamodb/resourcePolicy:ResourcePolicy",
    path="policy",
)

file_system_policy_not_public = _not_public(
    Control(
        name="file-system-policy-not-public",
        title="File systems are not open to everybody",
        category="Exposure",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Whoever reaches a mount target mounts it, without any identity.",
        remediation='"Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}, or a principal',
        url="https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html",
        nist=("AC-3", "AC-4"),
        prowler=("efs_not_publicly_accessible",),
    ),
    "aws:efs/fileSystemPolicy:FileSystemPolicy",
    path="policy",
    callers=_FILE_SYSTEM_CALLERS,
)

_EVENT_PERMISSION: Final = "aws:cloudwatch/eventPermission:EventPermission"


@resource_rule(
    Control(
        name="event-bus-policy-not-public",
        title="Event buses are not open to everybody",
        category="Exposure",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Anybody can then send events, on which the application acts.",
        remediation="aws.cloudwatch.EventBusPolicy(..., policy=...) with a principal",
        url=HUB + "eventbridge-controls.html#eventbridge-3",
        nist=("AC-3", "AC-4"),
        fsbp=("EventBridge.3",),
        prowler=("eventbridge_bus_exposed",),
    ),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    _EVENT_PERMISSION,
)
def event_bus_policy_not_public(resource: Resource, _config: Config) -> Iterator[Finding]:
    """By a policy, or by a permission, which is one statement of it."""
    if resource.type != _EVENT_PERMISSION:
        yield from public_findings(resource, "policy")
        return
    principal, organisation = resource.text("principal"), resource.get("condition.value")
    named: Answer = UNKNOWN if principal is UNKNOWN else principal != "*"
    limited: Answer = UNKNOWN if organisation is UNKNOWN else not (organisation is None or is_anybody(organisation))
    yield from resource.must_hold(
        values.some([named, limited]),
        'principal is "*", and no condition names an organisation',
        about="principal",
        fix='condition={"key": "aws:PrincipalOrgID", "type": "StringEquals", "value": organisation.id}, or an account',
    )


backup_vault_policy_not_public = _not_public(
    Control(
        name="backup-vault-policy-not-public",
        title="Backup vaults are not open to everybody",
        category="Exposure",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Anybody can then copy the backups into an account of their own.",
        remediation="aws.backup.VaultPolicy(..., policy=...) with a principal",
        url="https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html",
        nist=("AC-3", "AC-4"),
    ),
    "aws:backup/vaultPolicy:VaultPolicy",
    path="policy",
)

log_policy_not_public = _not_public(
    Control(
        name="log-policy-not-public",
        title="Log groups are not open to everybody",
        category="Exposure",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Anybody can then write false lines into the logs.",
        remediation="aws.cloudwatch.LogResourcePolicy(..., policy_document=...) with a service and aws:SourceAccount",
        url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html",
        nist=("AC-3", "AC-4"),
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    path="policyDocument",
)
