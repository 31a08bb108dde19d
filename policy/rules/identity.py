"""IAM: nobody administers everything."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.documents import (
    allows,
    conditions,
    covers,
    everyone,
    grants,
    has_unread_condition,
    limited_by,
    reaches_any,
    statements,
)
from policy.values import UNKNOWN, Value

ROLE: Final = "aws:iam/role:Role"
ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
GROUPED_ATTACHMENT: Final = "aws:iam/policyAttachment:PolicyAttachment"
_HOLDERS: Final = (
    "aws:iam/policy:Policy",
    ROLE_POLICY,
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    ROLE,
)

_ADMINISTRATION: Final = r"arn:aws[a-z-]*:iam::aws:policy/(AdministratorAccess|IAMFullAccess|PowerUserAccess)"


@resource_rule(
    "no-administrator-policies",
    *_HOLDERS,
)
def no_administrator_policies(holder: Resource, _config: Config) -> Iterator[Finding]:
    """``*`` or ``iam:*`` on every resource is the whole account."""
    what = "allows administration of every resource"
    fix = "name the actions that are needed and the ARNs they are needed on"
    yield from _about_grants(holder, _administers, what, fix)


def _about_grants(
    holder: Resource, wrong: Callable[[dict[str, Value]], bool], what: str, fix: str
) -> Iterator[Finding]:
    """Findings about the statements of a resource's policies, its inline ones too.

    What administers everything has no-administrator-policies against it, and nothing else.
    """
    inline = values.items(holder.get("inlinePolicies"))
    policies: list[Value] = [holder.get("policy"), *(values.at(item, "policy") for item in inline)]
    for policy in map(values.document, policies):
        for index, statement in enumerate(statements(policy)):
            told = wrong is not _administers and _administers(statement)
            if allows(statement) and wrong(statement) and not told:
                yield holder.fails(f"statement {index + 1} {what}", fix=fix)
        if values.has_unknown(policy):
            yield holder.undecided("its policy is not known yet")


def _actions(statement: dict[str, Value]) -> list[str]:
    return [action.lower() for action in values.strings(statement.get("Action"))]


def _administers(statement: dict[str, Value]) -> bool:
    everything = covers(statement, "Action", "iam:*") or "NotAction" in statement
    return everything and covers(statement, "Resource")


@resource_rule("no-service-wildcards", *_HOLDERS)
def no_service_wildcards(holder: Resource, _config: Config) -> Iterator[Finding]:
    """``s3:*`` grants what AWS adds tomorrow, too."""

    def whole(statement: dict[str, Value]) -> bool:
        return any(re.fullmatch(r"[a-z0-9-]+:\*", action) for action in _actions(statement))

    yield from _about_grants(holder, whole, "allows every action of a service", "name the actions that are needed")


_UNBOUND: Final = re.compile(
    r"[a-z0-9-]+:(describe|list|get|head|batchget|search|lookup|view|query|scan|estimate|simulate|validate|check)"
    r"|(cloudwatch:putmetricdata|xray:put|ssmmessages:|ec2messages:|ecr:getauthorizationtoken|sts:)"
    r"|ec2:((create|delete)networkinterface|(un)?assignprivateipaddresses)$|logs:(create|update|delete)logdelivery$"
    r"|logs:putresourcepolicy$|kms:(createkey|generaterandom)$|cloudfront:create|appautoscaling:|application-autoscaling:"
    r"|iam:createservicelinkedrole$|route53:(create(healthcheck|hostedzone)|associatevpcwithhostedzone)$"
    r"|elasticloadbalancing:setwebacl$|wafv2:associatewebacl$|servicediscovery:discoverinstances|cognito-idp:createuserpool$"
    r"|ecs:(discoverpollendpoint|deregistertaskdefinition)$|tag:(un)?tagresources$"
    r"|aws-marketplace:((batch)?meterusage|registerusage|resolvecustomer)$"
    r"|textract:(detectdocumenttext|analyze(expense|id))$|rekognition:(detect(faces|labels|text)|comparefaces)$"
    r"|comprehend:(batch)?detect(dominantlanguage|keyphrases|sentiment|syntax)$|translate:translatetext$"
)
"""Actions that only read, or that AWS binds to no resource. Service Authorization Reference."""


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


def _narrowed(statement: dict[str, Value], idle: tuple[str, ...]) -> bool:
    """Whether a condition leaves some resources out, or may do so once it is known. Idle keys leave none out."""
    return has_unread_condition(statement) or any(
        not key.startswith(idle) and not {"*", ""} & set(values.strings(wanted))
        for _, key, wanted in conditions(statement)
    )


@resource_rule("no-resource-wildcards", *_HOLDERS)
def no_resource_wildcards(holder: Resource, _config: Config) -> Iterator[Finding]:
    """A condition may narrow what ``*`` leaves open."""

    def unbound(statement: dict[str, Value]) -> bool:
        changes = any(not _UNBOUND.match(action) for action in _actions(statement))
        return changes and covers(statement, "Resource") and not _narrowed(statement, _ANY_RESOURCE)

    fix = "the ARNs it is needed on, or a condition on tags"
    yield from _about_grants(holder, unbound, "allows changes to every resource without a condition", fix)


_ESCALATION: Final = {
    "iam:addusertogroup": "iam:group/~",
    "iam:attachgrouppolicy": "iam:group/~",
    "iam:attachrolepolicy": "iam:role/~",
    "iam:attachuserpolicy": "iam:user/~",
    "iam:createaccesskey": "iam:user/~",
    "iam:createloginprofile": "iam:user/~",
    "iam:createpolicyversion": "iam:policy/~",
    "iam:passrole": "iam:role/~",
    "iam:putgrouppolicy": "iam:group/~",
    "iam:putrolepolicy": "iam:role/~",
    "iam:putuserpolicy": "iam:user/~",
    "iam:setdefaultpolicyversion": "iam:policy/~",
    "iam:updateassumerolepolicy": "iam:role/~",
    "iam:updateloginprofile": "iam:user/~",
}
"""Each makes an administrator of whoever holds it for all of a kind, which stands beside it."""
_SOME_HOLDERS: Final = (
    "aws:resourcetag/",
    "iam:permissionsboundary",
    "iam:policyarn",
    "iam:resourcetag/",
)
"""Conditions that leave some roles or rights of all."""
_SOME_SERVICES: Final = ("iam:associatedresourcearn", "iam:passedtoservice")
"""Conditions on what a role is passed to. They say nothing about other actions."""


@resource_rule("no-privilege-escalation", *_HOLDERS)
def no_privilege_escalation(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Handing roles on, or writing policies, wherever one likes."""

    def escalates(statement: dict[str, Value]) -> bool:
        risky = [action for action in grants(statement, _ESCALATION) if reaches_any(statement, _ESCALATION[action])]
        bound = limited_by(statement, (*_SOME_HOLDERS, *(_SOME_SERVICES if risky == ["iam:passrole"] else ())))
        return bool(risky) and not bound and not has_unread_condition(statement)

    fix = "the ARNs of the roles (a path of one's own), with a condition on iam:PassedToService"
    yield from _about_grants(holder, escalates, "lets its holder take any role's or user's rights", fix)


_DATA: Final = {
    "dynamodb:BatchGetItem": ("dynamodb:table/~",),
    "dynamodb:GetItem": ("dynamodb:table/~",),
    "dynamodb:Query": ("dynamodb:table/~", "dynamodb:table/~/index/~"),
    "dynamodb:Scan": ("dynamodb:table/~", "dynamodb:table/~/index/~"),
    "rds-db:connect": ("rds-db:dbuser:~/~",),
    "redshift:GetClusterCredentials": ("redshift:dbuser:~/~",),
    "s3:GetObject": ("s3:~/~",),
    "secretsmanager:BatchGetSecretValue": ("secretsmanager:secret:~",),
    "secretsmanager:GetSecretValue": ("secretsmanager:secret:~",),
    "ssm:GetParameter": ("ssm:parameter/~",),
    "ssm:GetParameters": ("ssm:parameter/~",),
    "ssm:GetParametersByPath": ("ssm:parameter/~",),
    "sts:AssumeRole": ("iam:role/~",),
}
"""Actions that hand out data or credentials, with the kinds of resources that have them.

All but BatchGetSecretValue, which reads by the other, take a resource.
"""


@resource_rule("data-access-names-resources", *_HOLDERS)
def data_access_names_resources(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Reading is enough to carry everything away. With kms:Decrypt it is decryption-names-keys."""

    def reads(statement: dict[str, Value]) -> bool:
        return not _narrowed(statement, _ANY_DATA) and any(
            reaches_any(statement, *_DATA[action]) for action in grants(statement, _DATA)
        )

    fix = "the ARNs that are read, such as secret.arn, or a condition on tags"
    yield from _about_grants(holder, reads, "lets its holder read data or credentials of every resource", fix)


def _trust(role: Resource) -> Iterator[tuple[int, dict[str, Value]]]:
    return (
        (index + 1, statement)
        for index, statement in enumerate(statements(values.document(role.get("assumeRolePolicy"))))
        if allows(statement)
    )


def _untold(role: Resource) -> Iterator[Finding]:
    if values.has_unknown(values.document(role.get("assumeRolePolicy"))):
        yield role.undecided("assumeRolePolicy is not known yet")


_CALLERS: Final = (
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:sourceaccount",
    "aws:sourcearn",
    "sts:externalid",
)


@resource_rule("role-trust-not-public", ROLE)
def role_trust_not_public(role: Resource, _config: Config) -> Iterator[Finding]:
    """``*`` as the principal is every account there is."""
    yield from _untold(role)
    for number, statement in _trust(role):
        if everyone(statement) and not limited_by(statement, _CALLERS) and not has_unread_condition(statement):
            yield role.fails(
                f"assumeRolePolicy, statement {number}, trusts everybody", fix="name the account, service or provider"
            )


@resource_rule("role-trust-bound-to-account", ROLE)
def role_trust_bound_to_account(role: Resource, _config: Config) -> Iterator[Finding]:
    """A service acts for every customer; the condition says for which."""
    yield from _untold(role)
    for number, statement in _trust(role):
        service = values.at(statement.get("Principal"), "Service")
        bound = limited_by(statement, ("aws:sourceaccount", "aws:sourcearn")) or has_unread_condition(statement)
        if service not in (None, []) and not bound:
            fix = '"Condition": {"StringEquals": {"aws:SourceAccount": account_id}}'
            yield role.fails(f"assumeRolePolicy, statement {number}, trusts a service for every account", fix=fix)


_GITHUB: Final = "token.actions.githubusercontent.com"
_SHARED: Final = (_GITHUB, "gitlab.com", "app.terraform.io", "agent.buildkite.com")
"""Issuers of tokens for everybody's projects. Any project of GitHub or GitLab asks for what audience it likes."""
_PROVIDER: Final = re.compile(r"arn:[^:]*:.*oidc-provider/(.+)")
_LOOSE_SUBJECT: Final = re.compile(r"\*.*|[^:]*:\*.*|[^:]*:[^/:]*\*[^/:]*([/:].*)?")


@resource_rule("github-trust-pinned", ROLE)
def github_trust_pinned(role: Resource, _config: Config) -> Iterator[Finding]:
    """GitHub: the audience, and a subject that names the owner. Others: a subject that does, or an audience of one's own."""
    yield from _untold(role)
    for number, statement in _trust(role):
        if has_unread_condition(statement):
            continue
        tests = {
            (key, item)
            for operator, key, wanted in conditions(statement)
            if not re.search("not|ifexists|null|forallvalues", operator.lower())
            for item in values.strings(wanted)
        }
        for federated in values.strings(values.at(statement.get("Principal"), "Federated")):
            if match := _PROVIDER.fullmatch(federated):
                for what, fix in _unpinned(match[1], tests):
                    yield role.fails(f"assumeRolePolicy, statement {number}, {what}", fix=fix)


def _unpinned(issuer: str, tests: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What a role for an issuer's tokens leaves open, with the fix. `tests` are pairs of a key and a value it may have."""
    audiences, subjects = (
        {item for key, item in tests if key == f"{issuer.lower()}:{claim}"} for claim in ("aud", "sub")
    )
    owned = bool(subjects) and not any(_is_loose(subject) for subject in subjects)
    aimed = bool(audiences) and not any(re.fullmatch(r"[*?]*", audience) for audience in audiences)
    if issuer == _GITHUB and not aimed:
        yield "takes tokens for any audience", f'"StringEquals": {{"{_GITHUB}:aud": "sts.amazonaws.com"}}'
    if issuer == _GITHUB and not owned:
        fix = f'"StringLike": {{"{_GITHUB}:sub": "repo:<owner>/<repository>:environment:<name>"}}'
        yield "trusts repositories of any owner", fix
    fix = '"StringLike": {"<provider>:sub": "<the subject that the provider gives one\'s own project>"}'
    if issuer in _SHARED[1:] and tests and not owned:
        yield "trusts subjects of any owner: the provider's sub is open, wanted one that names the owner", fix
    elif issuer != _GITHUB and not subjects - {"*", ""} and not aimed:
        yield "takes any token of its identity provider: neither sub nor aud is set, wanted one of them", fix


def _is_loose(subject: str) -> bool:
    """Whether a subject leaves the owner open. GitHub's newer form puts an id behind owner and repository: ``owner@12``."""
    return _LOOSE_SUBJECT.fullmatch(re.sub(r"@(\*|[0-9]+)", "", subject)) is not None


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


@resource_rule(
    "no-user-policies",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    GROUPED_ATTACHMENT,
)
def no_user_policies(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Rights belong to roles and groups."""
    if holder.type != GROUPED_ATTACHMENT or holder.has("users"):
        yield holder.fails("it gives rights to a user", fix="a role, or a group with aws.iam.GroupPolicyAttachment")


@resource_rule(
    "no-users-from-programs",
    "aws:iam/user:User",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/userLoginProfile:UserLoginProfile",
)
def no_users_from_programs(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Keys that never end, and land in the state."""
    yield holder.fails(
        "programs make no users, keys or passwords", fix="a role: for people by Identity Center, for CI by OIDC"
    )


@resource_rule(
    "no-inline-policies", ROLE_POLICY, ROLE, "aws:iam/userPolicy:UserPolicy", "aws:iam/groupPolicy:GroupPolicy"
)
def no_inline_policies(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Some organisations want each policy to be a resource of its own."""
    if holder.type != ROLE or holder.has("inlinePolicies"):
        yield holder.fails("it is an inline policy", fix="aws.iam.Policy with aws.iam.RolePolicyAttachment")


@stack_rule("role-policies-not-mixed", ROLE)
def role_policies_not_mixed(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A role's own lists are complete: they take away what attachments add, at every other update."""
    for path, kind, fix in (
        ("managedPolicyArns", ATTACHMENT, "only aws.iam.RolePolicyAttachment, or only managed_policy_arns"),
        ("inlinePolicies", ROLE_POLICY, "only aws.iam.RolePolicy, or only inline_policies"),
    ):
        for role in graph.of(ROLE):
            if not role.written.has(path):
                continue
            others, more = graph.companions(role, "role", kind)
            grouped, vague = _grouped(graph, role) if kind == ATTACHMENT else ([], False)
            others, more = [*others, *grouped], more or vague
            if others:
                yield role.fails(f"{path} is set and {others[0].label} adds to it", fix=fix)
            elif more:
                yield role.undecided(f"whether others add to its {path}")


def _grouped(graph: Graph, role: Resource) -> tuple[list[Resource], bool]:
    """The attachments for many that name a role, and whether others may do so."""
    named = [(item, graph.refers(item, "roles", ROLE)) for item in graph.of(GROUPED_ATTACHMENT)]
    sure = [item for item, chosen in named if chosen.exact and role in chosen.found]
    vague = any(
        role in chosen.found or (bool(chosen.foreign) and values.has_unknown(item.get("roles")))
        for item, chosen in named
        if item not in sure
    )
    return sure, vague


@resource_rule("role-has-boundary", ROLE)
def role_has_boundary(role: Resource, _config: Config) -> Iterator[Finding]:
    """What a role may never do, whoever writes its policies."""
    yield from role.must_be_set("permissionsBoundary", fix="permissions_boundary=boundary.arn")


@resource_rule(
    "password-policy-strong",
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    minLength=Parameter({"type": "integer", "minimum": 6, "maximum": 128}, 14),
    minReuse=Parameter({"type": "integer", "minimum": 1, "maximum": 24}, 24),
    maxDays=Parameter({"type": "integer", "minimum": 1, "maximum": 1095}, 90),
)
def password_policy_strong(policy: Resource, config: Config) -> Iterator[Finding]:
    """Where a program declares the account's policy."""
    length, reuse = config.number("minLength"), config.number("minReuse")
    fix = f"minimum_password_length={length}, password_reuse_prevention={reuse}"
    yield from policy.must_reach("minimumPasswordLength", least=length, unit="characters", fix=fix, default=6)
    yield from policy.must_reach("passwordReusePrevention", least=reuse, unit="passwords", fix=fix)
    for kind in ("Lowercase", "Uppercase"):
        yield from policy.must_be(
            f"require{kind}Characters", wanted=True, fix=f"require_{kind.lower()}_characters=True"
        )
    for kind in ("Numbers", "Symbols"):
        yield from policy.must_be(f"require{kind}", wanted=True, fix=f"require_{kind.lower()}=True")
    most, days = config.number("maxDays"), policy.number("maxPasswordAge")
    if days is UNKNOWN:
        yield policy.undecided("maxPasswordAge is not known yet")
    elif not 0 < days <= most:
        seen = f"{values.show(days)} days" if days else "not set, so passwords never end"
        yield policy.fails(f"maxPasswordAge is {seen}, wanted at most {most} days", fix=f"max_password_age={most}")
