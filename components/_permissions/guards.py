"""What a pipeline is refused whatever else is attached to its role."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from components import _documents as documents
from components._permissions import actions as known
from components._permissions.scope import ACCOUNT, OWNER_TAG, Scope, Statement

_ESCALATION: Final = (
    "iam:AddClientIDToOpenIDConnectProvider iam:Create*Alias iam:CreateInstanceProfile iam:CreateOpenIDConnectProvider"
    " iam:CreatePolicy* iam:CreateSAMLProvider iam:DeleteAccount* iam:DeleteOpenIDConnectProvider iam:DeletePolicy*"
    " iam:RemoveClientIDFromOpenIDConnectProvider iam:SetDefaultPolicyVersion iam:UpdateAccount*"
    " iam:UpdateOpenIDConnectProviderThumbprint iam:UpdateSAMLProvider iam:*AccessKey* iam:*Group* iam:*LoginProfile*"
    " iam:*MFADevice* iam:*User*"
)
_OWN_ROLE: Final = (
    "iam:AttachRolePolicy iam:DeleteRole* iam:DetachRolePolicy iam:PassRole iam:PutRole* iam:TagRole iam:UntagRole"
    " iam:UpdateAssumeRolePolicy iam:UpdateRole*"
)
_ACCOUNT: Final = (
    "account:* billing:Put* billing:Update* cloudtrail:DeleteTrail cloudtrail:StopLogging cloudtrail:UpdateTrail"
    " config:DeleteConfigurationRecorder config:StopConfigurationRecorder ec2:DisableEbsEncryptionByDefault"
    " ecr:DeleteRegistryPolicy ecr:PutRegistry* ecs:PutAccountSetting* guardduty:DeleteDetector guardduty:UpdateDetector"
    " organizations:* s3:PutAccountPublicAccessBlock securityhub:DisableSecurityHub"
)
_BACKUPS: Final = (
    "backup:DeleteRecoveryPoint backup:PutBackupVaultAccessPolicy backup:UpdateRecoveryPointLifecycle"
    " elasticache:DeleteSnapshot rds:DeleteDBInstanceAutomatedBackup rds:DeleteDBSnapshot"
)
_CLUSTER_BACKUPS: Final = "rds:DeleteDBClusterAutomatedBackup rds:DeleteDBClusterSnapshot"
_GLOBAL: Final = ("billing", "budgets", "chatbot", "cloudfront", "iam", "kms", "route53", "s3", "sts")
"""Services that have one place for all regions, or whose resources may be elsewhere, as Pulumi's state is."""
_TAGLESS: Final = ("iam", "route53", "s3", "sts")
"""Services of which a tag must not or cannot tell whose a resource is: the identity provider may be another stack's."""


def guards(scope: Scope) -> Iterator[Statement]:
    """Refuse what would widen the pipeline's own power, change the account, end backups or touch other stacks."""
    yield documents.deny(_ESCALATION.split(), ["*"], sid="NoEscalation")
    yield documents.deny(["iam:DeleteRolePermissionsBoundary"], ["*"], sid="NoLessBounds")
    if scope.boundary_arn:
        # No call about a role without the boundary gets through, nor one that gives a role another.
        unbounded = {"StringNotEquals": {"iam:PermissionsBoundary": scope.boundary_arn}}
        making = ["AttachRolePolicy", "CreateRole", "PutRolePermissionsBoundary", "PutRolePolicy"]
        yield documents.deny([f"iam:{action}" for action in making], ["*"], unbounded, sid="NoUnboundedRoles")
    if scope.own_roles:
        own = [f"arn:{scope.partition}:iam::{ACCOUNT}:role/{name}" for name in scope.own_roles]
        yield documents.deny(_OWN_ROLE.split(), own, sid="NotItself")
    yield documents.deny(_ACCOUNT.split(), ["*"], sid="NoAccountSettings")
    clustered = _CLUSTER_BACKUPS.split() if "database-cluster" in scope.parts else []
    yield documents.deny([*_BACKUPS.split(), *clustered], ["*"], sid="NoLossOfBackups")
    bypass = {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}}
    yield documents.deny(["kms:CreateKey", "kms:PutKeyPolicy"], ["*"], bypass, sid="NoLockout")
    region = "aws:RequestedRegion"
    elsewhere: dict[str, Mapping[str, object]] = {"StringNotEquals": {region: list(scope.regions)}}
    elsewhere["Null"] = {region: "false"}
    yield _deny_all_but([f"{service}:*" for service in _GLOBAL], elsewhere, "NowhereElse")
    yield from _foreign(scope)


def _foreign(scope: Scope) -> Iterator[Statement]:
    """Refuse what another stack's tags are on, however it is named, and the stack's tags for what it did not make."""
    words = (table.get(part, "") for part in scope.parts for table in (known.READS, known.WRITES))
    services = dict.fromkeys(word.partition(":")[0] for listed in words for word in listed.split())
    actions = [f"{service}:*" for service in services if service not in _TAGLESS]
    for number, (tag, value) in enumerate(sorted(scope.tags.items()), start=1):
        theirs = {"StringNotEquals": {f"aws:ResourceTag/{tag}": value}, "Null": {f"aws:ResourceTag/{tag}": "false"}}
        if actions:
            yield _but_shared(scope, documents.deny(actions, ["*"], theirs, sid=f"NothingForeign{number}"))
    if actions and OWNER_TAG not in scope.tags:
        # A copy of the stack has the same tags, and its owner's beside them.
        somebodys = {"Null": {f"aws:ResourceTag/{OWNER_TAG}": "false"}}
        yield _but_shared(scope, documents.deny(actions, ["*"], somebodys, sid="NothingOwned"))
    yield from _takeovers(scope, services)


def _takeovers(scope: Scope, services: Collection[str]) -> Iterator[Statement]:
    """Refuse to tag as the stack's what is there already, of services that do not tell when something is made."""
    telling = {service for service in known.TAGGING if service not in known.TELLS_CREATION}
    made = {(word.partition(":")[0], type_) for word, type_ in known.CREATES.items()}
    types = sorted((service, type_) for service, type_ in made if service in telling and service in services)
    # A pattern of two letters and more is a thing that is there; in making one, its ARN ends with a star.
    there = [
        arn
        for service, type_ in types
        for arn in scope.arns(service, [f"{known.NAMED_BY_AWS[f'{service}:{type_}']}??*"])
    ]
    tagging = [known.TAGGING[service] for service in dict(types)]
    for number, (key, value) in enumerate(scope.tagged.items(), start=1):
        if there:
            yield documents.deny(tagging, there, {"StringNotEquals": {key: value}}, sid=f"NoTakeover{number}")


def _but_shared(scope: Scope, refusal: Statement) -> Statement:
    """Leave out of a refusal what another stack lets this one use: what is allowed of that, a statement of its own says."""
    if not scope.shared.arns:
        return refusal
    return {
        **{key: value for key, value in refusal.items() if key != "Resource"},
        "NotResource": list(scope.shared.arns),
    }


def _deny_all_but(actions: list[str], conditions: Mapping[str, Mapping[str, object]], sid: str) -> Statement:
    return {"Condition": conditions, "Effect": "Deny", "NotAction": sorted(actions), "Resource": ["*"], "Sid": sid}
