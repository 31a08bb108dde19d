"""Trust of roles: who may take them."""

import re
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, OPT_IN, Control, Severity
from policy.documents import CALLER, allows, conditions, everyone, has_unread_condition, limited_by, statements
from policy.model import Finding, Resource
from policy.rule import Config, resource_rule
from policy.rules.identity import ROLE
from policy.values import Value


def _trust(role: Resource) -> Iterator[tuple[int, dict[str, Value]]]:
    return (
        (index + 1, statement)
        for index, statement in enumerate(statements(values.document(role.get("assumeRolePolicy"))))
        if allows(statement)
    )


def _untold(role: Resource) -> Iterator[Finding]:
    if values.has_unknown(values.document(role.get("assumeRolePolicy"))):
        yield role.unknown("assumeRolePolicy is not known yet")


_CALLERS: Final = CALLER | {"sts:externalid"}


@resource_rule(
    Control(
        name="role-trust-not-public",
        title="No role trusts everybody",
        category="Identity",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Any AWS account can then act with its rights.",
        remediation='"Principal": {"Service": "ecs-tasks.amazonaws.com"}',
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html",
        nist=("AC-3",),
        checkov=("CKV_AWS_60", "CKV_AWS_283"),
    ),
    ROLE,
)
def role_trust_not_public(role: Resource, _config: Config) -> Iterator[Finding]:
    """``*`` as the principal is every account there is."""
    yield from _untold(role)
    for number, statement in _trust(role):
        if everyone(statement) and not limited_by(statement, _CALLERS) and not has_unread_condition(statement):
            yield role.fails(
                f"assumeRolePolicy, statement {number}, trusts everybody", fix="name the account, service or provider"
            )


@resource_rule(
    Control(
        name="role-trust-bound-to-account",
        title="Roles for services are bound to the account",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="A service that acts for another customer could be made to use the role; not every service sends the condition's key.",
        remediation='"Condition": {"StringEquals": {"aws:SourceAccount": account_id}}',
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
        nist=("AC-3",),
        prowler=("iam_role_cross_service_confused_deputy_prevention",),
    ),
    ROLE,
)
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


_SHARED: Final = ("gitlab.com", "app.terraform.io", "agent.buildkite.com")
"""Issuers beside GitHub of tokens for everybody's projects. Any project of GitHub or GitLab asks for what audience it likes."""


_PROVIDER: Final = re.compile(r"arn:[^:]*:.*oidc-provider/(.+)")


_LOOSE_SUBJECT: Final = re.compile(r"\*.*|[^:]*:\*.*|[^:]*:[^/:]*\*[^/:]*([/:].*)?")


@resource_rule(
    Control(
        name="oidc-trust-pinned",
        aliases=("github-trust-pinned",),
        title="Roles for identity providers, such as GitHub Actions, name whose tokens they take",
        category="Identity",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Every repository on GitHub, or every user of the provider, can otherwise take the role.",
        remediation='"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/shop:environment:production"}',
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
        nist=("AC-3", "IA-8"),
        checkov=("CKV_AWS_393", "CKV_AWS_358"),
    ),
    ROLE,
)
def oidc_trust_pinned(role: Resource, _config: Config) -> Iterator[Finding]:
    """Shared issuers, such as GitHub: a subject that names the owner. Others: a subject, or an audience of one's own.

    For which audience an issuer's tokens count at all, the account's identity provider says.
    """
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
    if issuer == _GITHUB:
        if not owned:
            fix = f'"StringLike": {{"{_GITHUB}:sub": "repo:<owner>/<repository>:environment:<name>"}}'
            yield "trusts repositories of any owner", fix
        return
    aimed = bool(audiences) and not any(re.fullmatch(r"[*?]*", audience) for audience in audiences)
    fix = '"StringLike": {"<provider>:sub": "<the subject that the provider gives one\'s own project>"}'
    if issuer in _SHARED and tests and not owned:
        yield "trusts subjects of any owner: the provider's sub is open, wanted one that names the owner", fix
    elif not subjects - {"*", ""} and not aimed:
        yield "takes any token of its identity provider: neither sub nor aud is set, wanted one of them", fix


def _is_loose(subject: str) -> bool:
    """Whether a subject leaves the owner open. GitHub's newer form puts an id behind owner and repository: ``owner@12``."""
    return _LOOSE_SUBJECT.fullmatch(re.sub(r"@(\*|[0-9]+)", "", subject)) is not None
