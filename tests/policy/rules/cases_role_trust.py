from typing import Any

from tests.policy.harness import UNKNOWN, Case, Sample, res
from tests.policy.rules.cases_iam_policies import ROLE_OF_IDENTITY, document

GITHUB = "token.actions.githubusercontent.com"


def trusts(principal: Any, **more: Any) -> Sample:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
    return res(ROLE_OF_IDENTITY, "r", assumeRolePolicy=document(statement))


def trusts_later(principal: Any) -> Sample:
    """Return a role whose trust policy is an object with conditions that are not known yet."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, "Condition": UNKNOWN}
    return res(ROLE_OF_IDENTITY, "r", assumeRolePolicy={"Version": "2012-10-17", "Statement": [statement]})


def github(**tests: Any) -> Sample:
    provider = {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{GITHUB}"}
    return trusts(provider, Condition=tests)


def oidc(host: str, **tests: Any) -> Sample:
    return trusts({"Federated": f"arn:aws:iam::123456789012:oidc-provider/{host}"}, Condition=tests)


AUDIENCE = {f"{GITHUB}:aud": "sts.amazonaws.com"}

SERVICE = {"Service": "ecs-tasks.amazonaws.com"}


CASES: list[Case] = [
    Case("role-trust-not-public", "pass", [trusts(SERVICE)]),
    Case("role-trust-not-public", "pass", [trusts("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})]),
    Case("role-trust-not-public", "fail", [trusts("*")], "statement 1, trusts everybody"),
    Case("role-trust-not-public", "fail", [trusts({"AWS": ["*"]})], "assumeRolePolicy, statement 1, trusts everybody"),
    Case("role-trust-not-public", "unknown", [res(ROLE_OF_IDENTITY, "r", assumeRolePolicy=UNKNOWN)]),
    Case(
        "role-trust-bound-to-account", "pass", [trusts(SERVICE, Condition={"StringEquals": {"aws:SourceAccount": "1"}})]
    ),
    Case("role-trust-bound-to-account", "pass", [trusts({"AWS": "arn:aws:iam::123456789012:root"})]),
    Case("role-trust-bound-to-account", "fail", [trusts(SERVICE)], "trusts a service for every account"),
    Case("role-trust-bound-to-account", "unknown", [res(ROLE_OF_IDENTITY, "r", assumeRolePolicy=UNKNOWN)]),
    Case(
        "oidc-trust-pinned",
        "pass",
        [github(StringEquals={**AUDIENCE, f"{GITHUB}:sub": "repo:acme/shop:environment:production"})],
    ),
    Case(
        "oidc-trust-pinned",
        "pass",
        [github(StringEquals=AUDIENCE, StringLike={f"{GITHUB}:sub": ["repo:acme/*", "repo:acme@*/shop@*:ref:*"]})],
    ),
    Case("oidc-trust-pinned", "pass", [trusts(SERVICE)]),
    Case("oidc-trust-pinned", "fail", [github(StringEquals=AUDIENCE)], "trusts repositories of any owner"),
    Case("oidc-trust-pinned", "pass", [github(StringEquals={f"{GITHUB}:sub": "repo:acme/shop:x"})]),
    Case(
        "oidc-trust-pinned",
        "fail",
        [github(StringEquals=AUDIENCE, StringLike={f"{GITHUB}:sub": "repo:*"})],
        "assumeRolePolicy, statement 1, trusts repositories of any owner",
    ),
    Case(
        "oidc-trust-pinned",
        "fail",
        [github(StringEquals=AUDIENCE, StringLike={f"{GITHUB}:sub": "repo:ac*/shop:*"})],
        "assumeRolePolicy, statement 1, trusts repositories of any owner",
    ),
    Case("oidc-trust-pinned", "unknown", [res(ROLE_OF_IDENTITY, "r", assumeRolePolicy=UNKNOWN)]),
    Case(
        "oidc-trust-pinned",
        "pass",
        [github(StringLike={f"{GITHUB}:aud": "*", f"{GITHUB}:sub": "repo:acme/shop:*"})],
    ),
    Case("oidc-trust-pinned", "fail", [oidc("gitlab.com")], "any token of its identity provider"),
    Case(
        "oidc-trust-pinned",
        "fail",
        [oidc("gitlab.com", StringEquals={"gitlab.com:aud": "https://gitlab.com"})],
        "subjects of any owner",
    ),
    Case(
        "oidc-trust-pinned",
        "fail",
        [oidc("gitlab.com", StringLike={"gitlab.com:sub": "project_path:*"})],
        "assumeRolePolicy, statement 1, trusts subjects of any owner: the provider's sub is open, wanted one that names the owner",
    ),
    Case(
        "oidc-trust-pinned",
        "pass",
        [oidc("gitlab.com", StringLike={"gitlab.com:sub": "project_path:acme/*:ref_type:branch:ref:main"})],
    ),
    Case(
        "oidc-trust-pinned",
        "pass",
        [oidc("app.terraform.io", StringLike={"app.terraform.io:sub": "organization:acme:project:*:workspace:*"})],
    ),
    Case(
        "oidc-trust-pinned",
        "fail",
        [oidc("oidc.eks.eu-north-1.amazonaws.com/id/A")],
        "assumeRolePolicy, statement 1, takes any token of its identity provider: neither sub nor aud is set, wanted one of them",
    ),
    Case(
        "oidc-trust-pinned",
        "pass",
        [
            oidc(
                "oidc.eks.eu-north-1.amazonaws.com/id/A",
                StringEquals={"oidc.eks.eu-north-1.amazonaws.com/id/A:sub": "system:serviceaccount:shop:api"},
            )
        ],
    ),
    Case(
        "oidc-trust-pinned",
        "pass",
        [oidc("ci.example.com/acme", StringEquals={"ci.example.com/acme:aud": "shop"})],
    ),
    Case(
        "oidc-trust-pinned",
        "fail",
        [oidc("ci.example.com", StringLike={"ci.example.com:sub": "*"})],
        "assumeRolePolicy, statement 1, takes any token of its identity provider: neither sub nor aud is set, wanted one of them",
    ),
    Case("oidc-trust-pinned", "unknown", [trusts_later({"Federated": f"arn:x:oidc-provider/{GITHUB}"})]),
    Case("role-trust-not-public", "unknown", [trusts_later("*")]),
    Case(
        "role-trust-not-public",
        "fail",
        [trusts("*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}})],
        "assumeRolePolicy, statement 1, trusts everybody",
    ),
    Case(
        "role-trust-not-public",
        "fail",
        [trusts("*", Condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}})],
        "assumeRolePolicy, statement 1, trusts everybody",
    ),
    Case(
        "role-trust-not-public",
        "pass",
        [trusts("*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/*"}})],
    ),
    *(
        Case(
            "role-trust-not-public",
            verdict,
            [trusts({"AWS": "*"}, Condition={"ForAnyValue:StringLike": test})],
            "assumeRolePolicy, statement 1, trusts everybody",
        )
        for verdict, test in (
            ("pass", {"aws:PrincipalOrgPaths": ["o-abc123def4/r-ab12/*"]}),
            ("fail", {"aws:PrincipalOrgPaths": ["o-*/*"]}),
        )
    ),
]
