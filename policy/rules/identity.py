"""IAM: users, passwords, and how roles are kept."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.values import UNKNOWN

ROLE: Final = "aws:iam/role:Role"


ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"


ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


GROUPED_ATTACHMENT: Final = "aws:iam/policyAttachment:PolicyAttachment"


_EXCLUSIVE: Final = "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive"


@resource_rule(
    Control(
        name="no-user-policies",
        title="Rights belong to roles and groups, not to users",
        category="Identity",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Nobody sees who may do what, and nobody takes it away again.",
        remediation="aws.iam.GroupPolicyAttachment(...)",
        url=HUB + "iam-controls.html#iam-2",
        fsbp=("IAM.2",),
        cis=("1.14",),
        nist=("AC-6",),
        checkov=("CKV_AWS_40",),
        prowler=("iam_policy_attached_only_to_group_or_roles",),
        cdk_nag=("IAMUserNoPolicies",),
    ),
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    _EXCLUSIVE,
    GROUPED_ATTACHMENT,
)
def no_user_policies(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Rights belong to roles and groups. A list that is kept empty gives none."""
    given = {GROUPED_ATTACHMENT: "users", _EXCLUSIVE: "policyArns"}.get(holder.type)
    if given is None or holder.has(given):
        yield holder.fails("it gives rights to a user", fix="a role, or a group with aws.iam.GroupPolicyAttachment")


@resource_rule(
    Control(
        name="no-users-from-programs",
        title="Programs make no IAM users or access keys",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="The key stands in the state, is never rotated, and outlives whoever made it.",
        remediation="aws.iam.OpenIdConnectProvider and a role that trusts it",
        url=HUB + "iam-controls.html#iam-3",
        fsbp=("IAM.3",),
        cis=("1.13",),
        nist=("IA-5",),
        checkov=("CKV_AWS_273", "CKV2_AWS_22"),
        prowler=("iam_rotate_access_key_90_days",),
    ),
    "aws:iam/user:User",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/userLoginProfile:UserLoginProfile",
)
def no_users_from_programs(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Keys that never end, and land in the state."""
    yield holder.fails(
        "programs make no users, keys or passwords", fix="a role: for people by Identity Center, for CI by OIDC"
    )


@stack_rule(
    Control(
        name="role-policies-not-mixed",
        title="A role's policies are managed in one way",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="The role's own list is complete: each update takes away what attachments add, and the next puts it back.",
        remediation="aws.iam.RolePolicyAttachment(...) only",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html",
        nist=("CM-3",),
    ),
    ROLE,
)
def role_policies_not_mixed(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A role's own lists are complete: they take away what attachments add, at every other update."""
    for path, kind, fix in (
        ("managedPolicyArns", ATTACHMENT, "only aws.iam.RolePolicyAttachment, or only managed_policy_arns"),
        ("inlinePolicies", ROLE_POLICY, "only aws.iam.RolePolicy, or only inline_policies"),
    ):
        for role in graph.of(ROLE):
            if not role.inputs.has(path):
                continue
            others, more = graph.companions(role, "role", kind)
            grouped, vague = _grouped(graph, role) if kind == ATTACHMENT else ([], False)
            others, more = [*others, *grouped], more or vague
            if others:
                yield role.fails(f"{path} is set and {others[0].label} adds to it", fix=fix)
            elif more:
                yield role.unknown(f"whether others add to its {path}")


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


@resource_rule(
    Control(
        name="role-has-boundary",
        title="Roles have a permissions boundary",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="It caps what a pipeline that makes roles can give away; it needs a boundary that the organisation keeps.",
        remediation="aws.iam.Role(..., permissions_boundary=boundary.arn)",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
        nist=("AC-6",),
    ),
    ROLE,
)
def role_has_boundary(role: Resource, _config: Config) -> Iterator[Finding]:
    """What a role may never do, whoever writes its policies."""
    yield from role.must_be_set("permissionsBoundary", fix="permissions_boundary=boundary.arn")


@resource_rule(
    Control(
        name="password-policy-strong",
        title="The account's password policy is strong",
        category="Identity",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Where people sign in with passwords. Parameters: minLength, minReuse, maxDays.",
        remediation="aws.iam.AccountPasswordPolicy(minimum_password_length=14, password_reuse_prevention=24, "
        "max_password_age=90, require_symbols=True, ...)",
        url=HUB + "iam-controls.html#iam-7",
        fsbp=("IAM.7",),
        cis=("1.7", "1.8"),
        nist=("IA-5",),
        checkov=("CKV_AWS_9", "CKV_AWS_10", "CKV_AWS_13", "CKV_AWS_11", "CKV_AWS_12", "CKV_AWS_14", "CKV_AWS_15"),
        prowler=("iam_password_policy_minimum_length_14", "iam_password_policy_reuse_24"),
    ),
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
        yield policy.unknown("maxPasswordAge is not known yet")
    elif not 0 < days <= most:
        seen = f"{values.show(days)} days" if days else "not set, so passwords never end"
        yield policy.fails(f"maxPasswordAge is {seen}, wanted at most {most} days", fix=f"max_password_age={most}")
