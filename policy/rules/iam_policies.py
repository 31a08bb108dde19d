"""IAM policies: nobody administers everything."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from policy import values
from policy.common import grants as iam_grants
from policy.common import iam_actions
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
from policy.documents import (
    allows,
    conditions,
    covers,
    grants,
    has_unread_condition,
    limited_by,
    matches,
    reaches_any,
    statements,
)
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.identity import ROLE, ROLE_POLICY
from policy.values import UNKNOWN, Value

HOLDERS: Final = (
    "aws:iam/policy:Policy",
    ROLE_POLICY,
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    ROLE,
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
)


_ADMINISTRATION: Final = r"arn:aws[a-z-]*:iam::aws:policy/(AdministratorAccess|IAMFullAccess|PowerUserAccess)"


@resource_rule(
    Control(
        name="no-administrator-policies",
        title="No policy grants administration of everything",
        category="Identity",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Whoever gets hold of such a role owns the account.",
        remediation="name the actions that are needed and the ARNs they are needed on",
        url=HUB + "iam-controls.html#iam-1",
        fsbp=("IAM.1",),
        cis=("1.15",),
        nist=("AC-6",),
        checkov=("CKV_AWS_62", "CKV2_AWS_40"),
        prowler=(
            "iam_customer_attached_policy_no_administrative_privileges",
            "iam_inline_policy_no_administrative_privileges",
        ),
        cdk_nag=("IAMPolicyNoStatementsWithAdminAccess",),
    ),
    *HOLDERS,
)
def no_administrator_policies(holder: Resource, _config: Config) -> Iterator[Finding]:
    """``*`` or ``iam:*`` on every resource is the whole account."""
    what = "allows administration of every resource"
    fix = "name the actions that are needed and the ARNs they are needed on"
    yield from _about_grants(holder, _administers, what, fix)


def documents_of(holder: Resource) -> Iterator[Value]:
    """The policies by which a resource grants something, its inline ones too."""
    if not is_called_boundary(holder):
        inline = [values.at(item, "policy") for item in values.items(holder.get("inlinePolicies"))]
        yield from map(values.document, [holder.get("policy"), holder.get("inlinePolicy"), *inline])


def is_called_boundary(holder: Resource) -> bool:
    """Whether it is a permissions boundary by its name or path: such a policy grants nothing. See boundaries-not-attached."""
    names = (holder.name, *values.strings([holder.get(path) for path in ("name", "namePrefix", "path")]))
    return holder.type == _MANAGED and any("boundar" in name.lower() for name in names)


def _about_grants(
    holder: Resource, wrong: Callable[[dict[str, Value]], bool], what: str, fix: str
) -> Iterator[Finding]:
    """Findings about the statements of a resource's policies, its inline ones too.

    What administers everything has no-administrator-policies against it, and nothing else.
    """
    for policy in documents_of(holder):
        for index, statement in enumerate(statements(policy)):
            told = wrong is not _administers and _administers(statement)
            if allows(statement) and wrong(statement) and not told:
                yield holder.fails(f"statement {index + 1} {what}", fix=fix)
        if values.has_unknown(policy):
            yield holder.unknown("its policy is not known yet")


def _actions(statement: dict[str, Value]) -> list[str]:
    return [action.lower() for action in values.strings(statement.get("Action"))]


def _administers(statement: dict[str, Value]) -> bool:
    # A pattern that covers a name which no action has, covers all that have one.
    everything = any(matches(action, "iam:~") for action in values.strings(statement.get("Action")))
    return (everything or "NotAction" in statement) and covers(statement, "Resource")


_WHOLE_SERVICE: Final = re.compile(r"[a-z0-9-]+:\*+")
_EVERY_ACTION: Final = re.compile(r"\*+(:\*+)?")


@resource_rule(
    Control(
        name="no-service-wildcards",
        title="No policy grants every action, or every action of a service",
        category="Identity",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="It grants what AWS adds to the service tomorrow, and what nobody asked for today.",
        remediation='"Action": ["s3:GetObject", "s3:PutObject"]',
        url=HUB + "iam-controls.html#iam-21",
        fsbp=("IAM.21",),
        nist=("AC-6",),
        checkov=("CKV_AWS_63",),
        cdk_nag=("IAM5", "IAMPolicyNoStatementsWithFullAccess"),
    ),
    *HOLDERS,
)
def no_service_wildcards(holder: Resource, _config: Config) -> Iterator[Finding]:
    """``s3:*`` grants what AWS adds tomorrow, too."""

    def whole(statement: dict[str, Value]) -> bool:
        return "NotAction" not in statement and any(_WHOLE_SERVICE.fullmatch(action) for action in _actions(statement))

    def everything(statement: dict[str, Value]) -> bool:
        return "NotAction" in statement or any(_EVERY_ACTION.fullmatch(action) for action in _actions(statement))

    fix = "name the actions that are needed"
    yield from _about_grants(holder, whole, "allows every action of a service", fix)
    yield from _about_grants(holder, everything, "allows every action there is, or all but a few", fix)


_ANY_RESOURCE: Final = (
    "aws:currenttime",
    "aws:epochtime",
    "aws:multifactorauth",
    "aws:principal",
    "aws:referer",
    "aws:securetransport",
    "aws:source",
    "aws:tokenissuetime",
    "aws:useragent",
    "aws:userid",
    "aws:username",
    "aws:viaawsservice",
    "aws:vpcsource",
)
"""How the keys begin that say who calls, when or how: they leave every resource within reach."""


_ANY_DATA: Final = (*_ANY_RESOURCE, "aws:requestedregion", "secretsmanager:version")
"""Those and what leaves all data of a region, or of an age."""


_UNNAMEABLE: Final = frozenset(
    {
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:CreateNetworkInterfacePermission",
        "ec2:DeleteNetworkInterface",
        "ec2:UnassignPrivateIpAddresses",
        "iam:CreateServiceLinkedRole",
        "route53:AssociateVPCWithHostedZone",
        "route53:CreateHostedZone",
        "sts:AssumeRole",
        "sts:TagSession",
    }
)
"""Actions that know resources which nobody can name before: AWS's own policies for Lambda in a VPC and for Service Discovery
have ``*``, too.

Which roles may be assumed is data-access-names-resources.
"""


@lru_cache(maxsize=2048)
def _changes_what_it_could_name(pattern: str) -> bool:
    """Whether an action, or one that a pattern covers, changes something, and IAM can bind it to resources."""
    return bool(_EVERY_ACTION.fullmatch(pattern)) or any(
        action.access_level not in ("List", "Read")
        and action.name not in _UNNAMEABLE
        and iam_grants.broad([action.name]) is not None
        for action in iam_actions.matches(pattern)
    )


def _leaves_none_out(resource: str) -> bool:
    """Whether a Resource names everything, or everything of a service: ``*``, ``arn:aws:s3:::*/*``, ``arn:aws:sqs:*:123456789012:*``."""
    return (
        iam_grants.is_everything(resource) or re.fullmatch(r"arn:[^:]*:[^:]+:[^:]*:[^:]*:[*/]+", resource) is not None
    )


def _narrowed(statement: dict[str, Value], idle: tuple[str, ...]) -> bool:
    """Whether a condition leaves some resources out, or may do so once it is known. Idle keys leave none out."""
    return has_unread_condition(statement) or any(
        not key.startswith(idle) and not {"*", ""} & set(values.strings(wanted))
        for _, key, wanted in conditions(statement)
    )


@stack_rule(
    Control(
        name="no-resource-wildcards",
        title="No policy lets its holder change every resource",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="One compromised task then reaches what belongs to others.",
        remediation='"Resource": [bucket.arn.apply(lambda arn: arn + "/*")], or a condition on tags',
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_minimum-permissions.html",
        nist=("AC-6",),
        checkov=("CKV_AWS_355", "CKV_AWS_290", "CKV_AWS_111", "CKV_AWS_356"),
        cdk_nag=("IAMNoWildcardPermissions",),
    ),
    *HOLDERS,
)
def no_resource_wildcards(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A condition may narrow what ``*`` leaves open. A permissions boundary grants nothing by itself."""

    def unbound(statement: dict[str, Value]) -> bool:
        changes = any(map(_changes_what_it_could_name, values.strings(statement.get("Action"))))
        everywhere = "NotResource" in statement or any(map(_leaves_none_out, values.strings(statement.get("Resource"))))
        return changes and everywhere and not _narrowed(statement, _ANY_RESOURCE)

    fix = "the ARNs it is needed on, or a condition on tags"
    spared = set() if _attached_somewhere(graph) else _named(graph, _BOUNDARIES) - _named(graph, _ATTACHMENTS)
    for holder in graph.of(*HOLDERS):
        if holder.urn not in spared:
            yield from _about_grants(
                holder.inputs, unbound, "allows changes to every resource without a condition", fix
            )


_MANAGED: Final = "aws:iam/policy:Policy"
_BOUNDARIES: Final = ((ROLE, "permissionsBoundary"), ("aws:iam/user:User", "permissionsBoundary"))
_ATTACHMENTS: Final = (
    (ROLE, "managedPolicyArns"),
    ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "policyArn"),
    ("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "policyArns"),
    ("aws:iam/userPolicyAttachment:UserPolicyAttachment", "policyArn"),
    ("aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive", "policyArns"),
    ("aws:iam/groupPolicyAttachment:GroupPolicyAttachment", "policyArn"),
    ("aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive", "policyArns"),
    ("aws:iam/policyAttachment:PolicyAttachment", "policyArn"),
)
"""What gives a managed policy to somebody, and the property that names it."""


def _named(graph: Graph, places: Sequence[tuple[str, str]]) -> set[str]:
    """The URNs of the managed policies that some properties name."""
    return {
        policy.urn
        for token, path in places
        for holder in graph.of(token)
        for policy in graph.refers(holder.inputs, path, _MANAGED).found
    }


def _attached_somewhere(graph: Graph) -> bool:
    """Whether an attachment names a policy that cannot be told yet: it may be any."""
    return any(
        values.has_unknown(holder.inputs.get(path)) and not graph.refers(holder.inputs, path, _MANAGED).found
        for token, path in _ATTACHMENTS
        for holder in graph.of(token)
    )


_ESCALATION: Final = {
    "glue:updatedevendpoint": "glue:devEndpoint/~",
    "iam:addusertogroup": "iam:group/~",
    "iam:attachgrouppolicy": "iam:group/~",
    "iam:attachrolepolicy": "iam:role/~",
    "iam:attachuserpolicy": "iam:user/~",
    "iam:createaccesskey": "iam:user/~",
    "iam:createloginprofile": "iam:user/~",
    "iam:createpolicyversion": "iam:policy/~",
    "iam:createservicespecificcredential": "iam:user/~",
    "iam:deleterolepermissionsboundary": "iam:role/~",
    "iam:deleteuserpermissionsboundary": "iam:user/~",
    "iam:passrole": "iam:role/~",
    "iam:putgrouppolicy": "iam:group/~",
    "iam:putrolepermissionsboundary": "iam:role/~",
    "iam:putrolepolicy": "iam:role/~",
    "iam:putuserpermissionsboundary": "iam:user/~",
    "iam:putuserpolicy": "iam:user/~",
    "iam:resetservicespecificcredential": "iam:user/~",
    "iam:setdefaultpolicyversion": "iam:policy/~",
    "iam:updateassumerolepolicy": "iam:role/~",
    "iam:updateloginprofile": "iam:user/~",
    "lambda:updatefunctioncode": "lambda:function:~",
}
"""Each gives whoever holds it for all of a kind, which stands beside it, the rights of others: by who they are or by what runs as them."""


_SOMEHOLDERS: Final = (
    "aws:resourcetag/",
    "iam:permissionsboundary",
    "iam:policyarn",
    "iam:resourcetag/",
)
"""Conditions that leave some roles or rights of all."""


_SOME_SERVICES: Final = ("iam:associatedresourcearn", "iam:passedtoservice")
"""Conditions on what a role is passed to. They say nothing about other actions."""


@resource_rule(
    Control(
        name="no-privilege-escalation",
        title="No policy lets its holder take the rights of others",
        category="Identity",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Whoever may pass any role, or write any policy, is an administrator.",
        remediation='"Action": "iam:PassRole", "Resource": role.arn, "Condition": {"StringEquals": {"iam:PassedToService": ...}}',
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
        nist=("AC-6",),
        checkov=("CKV_AWS_286", "CKV_AWS_287", "CKV_AWS_289", "CKV_AWS_109", "CKV_AWS_110"),
        prowler=("iam_policy_allows_privilege_escalation", "iam_inline_policy_allows_privilege_escalation"),
    ),
    *HOLDERS,
)
def no_privilege_escalation(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Handing roles on, or writing policies, wherever one likes."""

    def escalates(statement: dict[str, Value]) -> bool:
        risky = [action for action in grants(statement, _ESCALATION) if reaches_any(statement, _ESCALATION[action])]
        bound = limited_by(statement, (*_SOMEHOLDERS, *(_SOME_SERVICES if risky == ["iam:passrole"] else ())))
        return bool(risky) and not bound and not has_unread_condition(statement)

    fix = "the ARNs of the roles (a path of one's own), with a condition on iam:PassedToService"
    yield from _about_grants(holder, escalates, "lets its holder take any role's or user's rights", fix)


_DATA: Final = {
    "dynamodb:BatchGetItem": ("dynamodb:table/~",),
    "dynamodb:ExportTableToPointInTime": ("dynamodb:table/~",),
    "dynamodb:GetItem": ("dynamodb:table/~",),
    "dynamodb:GetRecords": ("dynamodb:table/~/stream/~",),
    "dynamodb:PartiQLSelect": ("dynamodb:table/~", "dynamodb:table/~/index/~"),
    "dynamodb:Query": ("dynamodb:table/~", "dynamodb:table/~/index/~"),
    "dynamodb:Scan": ("dynamodb:table/~", "dynamodb:table/~/index/~"),
    "rds-data:BatchExecuteStatement": ("rds:cluster:~",),
    "rds-data:ExecuteStatement": ("rds:cluster:~",),
    "rds-db:connect": ("rds-db:dbuser:~/~",),
    "redshift-serverless:GetCredentials": ("redshift-serverless:workgroup/~",),
    "redshift:GetClusterCredentials": ("redshift:dbuser:~/~",),
    "redshift:GetClusterCredentialsWithIAM": ("redshift:dbname:~/~",),
    "s3:GetObject": ("s3:~/~",),
    "s3:GetObjectVersion": ("s3:~/~",),
    "secretsmanager:BatchGetSecretValue": ("secretsmanager:secret:~",),
    "secretsmanager:GetSecretValue": ("secretsmanager:secret:~",),
    "sqs:ReceiveMessage": ("sqs:~",),
    "ssm:GetParameter": ("ssm:parameter/~",),
    "ssm:GetParameters": ("ssm:parameter/~",),
    "ssm:GetParametersByPath": ("ssm:parameter/~",),
    "sts:AssumeRole": ("iam:role/~",),
}
"""Actions that hand out data or credentials, with the kinds of resources that have them.

All but BatchGetSecretValue, which reads by the other, take a resource.
"""


@resource_rule(
    Control(
        name="data-access-names-resources",
        title="Policies let read data and credentials of named resources only",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="One compromised task then carries away what belongs to every other system of the account.",
        remediation='"Action": "secretsmanager:GetSecretValue", "Resource": [secret.arn]',
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_minimum-permissions.html",
        nist=("AC-6", "AC-4"),
        checkov=("CKV_AWS_288", "CKV_AWS_287", "CKV_AWS_107", "CKV_AWS_108"),
    ),
    *HOLDERS,
)
def data_access_names_resources(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Reading is enough to carry everything away. With kms:Decrypt it is decryption-names-keys."""

    def reads(statement: dict[str, Value]) -> bool:
        return not _narrowed(statement, _ANY_DATA) and any(
            reaches_any(statement, *_DATA[action]) for action in grants(statement, _DATA)
        )

    fix = "the ARNs that are read, such as secret.arn, or a condition on tags"
    yield from _about_grants(holder, reads, "lets its holder read data or credentials of every resource", fix)


@resource_rule(
    Control(
        name="no-administrator-attachments",
        title="AWS's administrator policies are not attached",
        category="Identity",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Whoever gets hold of such a role owns the account.",
        remediation="a policy of one's own with just the actions needed",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
        nist=("AC-6",),
        checkov=("CKV_AWS_274", "CKV2_AWS_56"),
        prowler=("iam_aws_attached_policy_no_administrative_privileges",),
        cdk_nag=("IAM4", "IAMNoManagedPolicies"),
    ),
    *dict(_ATTACHMENTS),
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
)
def no_administrator_attachments(holder: Resource, _config: Config) -> Iterator[Finding]:
    """AWS's ready-made administrator policies."""
    for path in ("policyArn", "policyArns", "managedPolicyArn", "managedPolicyArns"):
        for arn in values.items(holder.get(path)):
            if arn is UNKNOWN:
                yield holder.unknown(f"{path} is not known yet")
            elif isinstance(arn, str) and (match := re.fullmatch(_ADMINISTRATION, arn)):
                yield holder.fails(f"{path} is {match[1]}", fix="a policy of one's own with just the actions needed")


@stack_rule(
    Control(
        name="boundaries-not-attached",
        title="Permissions boundaries are not attached as policies",
        category="Identity",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="A boundary allows the most that a role may be given; attached, it gives all of that.",
        remediation="aws.iam.Role(..., permissions_boundary=boundary.arn), and a policy of its own for what it does",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
        nist=("AC-6",),
    ),
    _MANAGED,
)
def boundaries_not_attached(graph: Graph, _config: Config) -> Iterator[Finding]:
    """The controls about what policies grant leave out what is called a boundary."""
    attached, vague = _named(graph, _ATTACHMENTS), _attached_somewhere(graph)
    for policy in graph.of(_MANAGED):
        if is_called_boundary(policy.inputs):
            yield from policy.must_hold(
                policy.urn not in attached and (UNKNOWN if vague else True),
                "it is called a permissions boundary, and attached as a policy",
                about="whether it is attached",
                fix="permissions_boundary=<this>.arn on the role, and a policy of its own for what it does",
            )


@resource_rule(
    Control(
        name="no-inline-policies",
        title="Policies are resources of their own",
        category="Identity",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="An inline policy cannot be shared or found by itself; it also goes with its role, which many prefer.",
        remediation="aws.iam.Policy(...) with aws.iam.RolePolicyAttachment",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
        nist=("AC-6",),
        cdk_nag=("IAMNoInlinePolicy",),
    ),
    ROLE_POLICY,
    ROLE,
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
)
def no_inline_policies(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Some organisations want each policy to be a resource of its own."""
    if holder.type != ROLE or holder.has("inlinePolicies"):
        yield holder.fails("it is an inline policy", fix="aws.iam.Policy with aws.iam.RolePolicyAttachment")
