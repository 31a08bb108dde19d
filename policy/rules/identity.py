"""IAM: nobody administers everything."""

import re
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Resource
from policy.rule import Config, resource_rule
from policy.rules.documents import allows, covers, statements
from policy.values import UNKNOWN, Value

ROLE: Final = "aws:iam/role:Role"

_ADMINISTRATION: Final = r"arn:aws[a-z-]*:iam::aws:policy/(AdministratorAccess|IAMFullAccess|PowerUserAccess)"


@resource_rule(
    "no-administrator-policies",
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    ROLE,
)
def no_administrator_policies(holder: Resource, _config: Config) -> Iterator[Finding]:
    """``*`` or ``iam:*`` on every resource is the whole account."""
    inline = values.items(holder.get("inlinePolicies"))
    policies: list[Value] = [holder.get("policy"), *(values.at(item, "policy") for item in inline)]
    for policy in map(values.document, policies):
        for index, statement in enumerate(statements(policy)):
            if _administers(statement):
                yield holder.fails(
                    f"statement {index + 1} allows administration of every resource",
                    fix="name the actions that are needed and the ARNs they are needed on",
                )
        if values.has_unknown(policy):
            yield holder.undecided("its policy is not known yet")


def _administers(statement: dict[str, Value]) -> bool:
    everything = covers(statement, "Action", "iam:*") or "NotAction" in statement
    return allows(statement) and everything and covers(statement, "Resource")


@resource_rule(
    "no-administrator-attachments",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    ROLE,
)
def no_administrator_attachments(holder: Resource, _config: Config) -> Iterator[Finding]:
    """AWS's ready-made administrator policies."""
    for path in ("policyArn", "policyArns", "managedPolicyArns"):
        for arn in values.items(holder.get(path)):
            if arn is UNKNOWN:
                yield holder.undecided(f"{path} is not known yet")
            elif isinstance(arn, str) and (match := re.fullmatch(_ADMINISTRATION, arn)):
                yield holder.fails(f"{path} is {match[1]}", fix="a policy of one's own with just the actions needed")
