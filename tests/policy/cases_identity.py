import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

ROLE, POLICY, ROLE_POLICY = "iam/role:Role", "iam/policy:Policy", "iam/rolePolicy:RolePolicy"
ATTACHMENT, GROUPED = "iam/rolePolicyAttachment:RolePolicyAttachment", "iam/policyAttachment:PolicyAttachment"
ACCOUNT = "arn:aws:iam::123456789012:"
GITHUB = "token.actions.githubusercontent.com"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def grants(action: Any, resource: Any = "*", **more: Any) -> Sample:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return res(POLICY, "p", policy=document(statement))


def inline(action: Any, resource: Any = "*") -> Sample:
    policy = document({"Effect": "Allow", "Action": action, "Resource": resource})
    return res(ROLE, "r", inlinePolicies=[{"name": "own", "policy": policy}])


def trusts(principal: Any, **more: Any) -> Sample:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
    return res(ROLE, "r", assumeRolePolicy=document(statement))


def trusts_later(principal: Any) -> Sample:
    """Return a role whose trust policy is an object with conditions that are not known yet."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, "Condition": UNKNOWN}
    return res(ROLE, "r", assumeRolePolicy={"Version": "2012-10-17", "Statement": [statement]})


def github(**tests: Any) -> Sample:
    provider = {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{GITHUB}"}
    return trusts(provider, Condition=tests)


def oidc(host: str, **tests: Any) -> Sample:
    return trusts({"Federated": f"arn:aws:iam::123456789012:oidc-provider/{host}"}, Condition=tests)


AUDIENCE = {f"{GITHUB}:aud": "sts.amazonaws.com"}
SERVICE = {"Service": "ecs-tasks.amazonaws.com"}
STRONG: dict[str, Any] = {
    "minimumPasswordLength": 14,
    "passwordReusePrevention": 24,
    "maxPasswordAge": 90,
    "requireLowercaseCharacters": True,
    "requireUppercaseCharacters": True,
    "requireNumbers": True,
    "requireSymbols": True,
}

CASES = [
    Case("no-service-wildcards", "pass", [grants("s3:Get*")]),
    Case(
        "no-service-wildcards",
        "fail",
        [grants(["s3:GetObject", "sqs:*"], "arn:aws:sqs:::q")],
        "every action of a service",
    ),
    Case("no-service-wildcards", "fail", [inline("s3:*", "arn:aws:s3:::b/*")]),
    Case("no-service-wildcards", "pass", [res(POLICY, "p", policy=document({"Effect": "Deny", "Action": "s3:*"}))]),
    Case("no-service-wildcards", "undecided", [res(POLICY, "p", policy=UNKNOWN)]),
    Case("no-resource-wildcards", "pass", [grants("s3:PutObject", "arn:aws:s3:::b/*")]),
    Case("no-resource-wildcards", "pass", [grants(["ec2:DescribeVpcs", "ecr:GetAuthorizationToken"])]),
    Case("no-resource-wildcards", "pass", [grants("ecs:StopTask", Condition={"ArnEquals": {"ecs:cluster": "arn"}})]),
    Case("no-resource-wildcards", "fail", [grants("s3:PutObject")], "statement 1 allows changes to every resource"),
    Case("no-resource-wildcards", "fail", [inline(["s3:Get*", "sqs:SendMessage"], ["*"])]),
    Case("no-resource-wildcards", "undecided", [res(ROLE_POLICY, "p", policy=UNKNOWN)]),
    Case("data-access-names-resources", "pass", [grants("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:a")]),
    Case("data-access-names-resources", "pass", [grants("s3:GetObject", "arn:aws:s3:::shop-media/*")]),
    Case("data-access-names-resources", "pass", [grants("s3:ListAllMyBuckets")]),
    Case("data-access-names-resources", "pass", [grants("s3:Get*", ["arn:aws:s3:::b/*", "arn:aws:sqs:*:*:*"])]),
    Case(
        "data-access-names-resources",
        "pass",
        [grants("ssm:GetParameter", Condition={"StringEquals": {"aws:ResourceTag/app": "shop"}})],
    ),
    Case(
        "data-access-names-resources",
        "fail",
        [grants("secretsmanager:GetSecretValue")],
        "statement 1 lets its holder read data or credentials of every resource",
    ),
    Case("data-access-names-resources", "fail", [grants("dynamodb:*", "arn:aws:dynamodb:*:*:table/*")]),
    Case("data-access-names-resources", "fail", [grants("sts:AssumeRole", "arn:aws:iam::*:role/*")]),
    Case("data-access-names-resources", "fail", [inline("s3:Get*", ["arn:aws:s3:::*"])]),
    Case("data-access-names-resources", "undecided", [res(POLICY, "p", policy=UNKNOWN)]),
    Case("no-privilege-escalation", "pass", [grants("iam:PassRole", "arn:aws:iam::123456789012:role/shop/*")]),
    Case(
        "no-privilege-escalation",
        "pass",
        [grants("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "x"}})],
    ),
    Case("no-privilege-escalation", "pass", [grants("iam:GetRole")]),
    Case("no-privilege-escalation", "fail", [grants("iam:PassRole")], "take any role's or user's rights"),
    Case("no-privilege-escalation", "fail", [grants("iam:Put*", "arn:aws:iam::123456789012:role/*")]),
    Case("no-privilege-escalation", "fail", [inline(["s3:GetObject", "iam:CreatePolicyVersion"])]),
    Case("no-privilege-escalation", "undecided", [res(POLICY, "p", policy=UNKNOWN)]),
    Case("role-trust-not-public", "pass", [trusts(SERVICE)]),
    Case("role-trust-not-public", "pass", [trusts("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})]),
    Case("role-trust-not-public", "fail", [trusts("*")], "statement 1, trusts everybody"),
    Case("role-trust-not-public", "fail", [trusts({"AWS": ["*"]})]),
    Case("role-trust-not-public", "undecided", [res(ROLE, "r", assumeRolePolicy=UNKNOWN)]),
    Case(
        "role-trust-bound-to-account", "pass", [trusts(SERVICE, Condition={"StringEquals": {"aws:SourceAccount": "1"}})]
    ),
    Case("role-trust-bound-to-account", "pass", [trusts({"AWS": "arn:aws:iam::123456789012:root"})]),
    Case("role-trust-bound-to-account", "fail", [trusts(SERVICE)], "trusts a service for every account"),
    Case("role-trust-bound-to-account", "undecided", [res(ROLE, "r", assumeRolePolicy=UNKNOWN)]),
    Case(
        "github-trust-pinned",
        "pass",
        [github(StringEquals={**AUDIENCE, f"{GITHUB}:sub": "repo:acme/shop:environment:production"})],
    ),
    Case(
        "github-trust-pinned",
        "pass",
        [github(StringEquals=AUDIENCE, StringLike={f"{GITHUB}:sub": ["repo:acme/*", "repo:acme@*/shop@*:ref:*"]})],
    ),
    Case("github-trust-pinned", "pass", [trusts(SERVICE)]),
    Case("github-trust-pinned", "fail", [github(StringEquals=AUDIENCE)], "trusts repositories of any owner"),
    Case(
        "github-trust-pinned", "fail", [github(StringEquals={f"{GITHUB}:sub": "repo:acme/shop:x"})], "for any audience"
    ),
    Case("github-trust-pinned", "fail", [github(StringEquals=AUDIENCE, StringLike={f"{GITHUB}:sub": "repo:*"})]),
    Case(
        "github-trust-pinned", "fail", [github(StringEquals=AUDIENCE, StringLike={f"{GITHUB}:sub": "repo:ac*/shop:*"})]
    ),
    Case("github-trust-pinned", "undecided", [res(ROLE, "r", assumeRolePolicy=UNKNOWN)]),
    Case(
        "github-trust-pinned",
        "fail",
        [github(StringLike={f"{GITHUB}:aud": "*", f"{GITHUB}:sub": "repo:acme/shop:*"})],
        "for any audience",
    ),
    Case("github-trust-pinned", "fail", [oidc("gitlab.com")], "any token of its identity provider"),
    Case(
        "github-trust-pinned",
        "fail",
        [oidc("gitlab.com", StringEquals={"gitlab.com:aud": "https://gitlab.com"})],
        "subjects of any owner",
    ),
    Case("github-trust-pinned", "fail", [oidc("gitlab.com", StringLike={"gitlab.com:sub": "project_path:*"})]),
    Case(
        "github-trust-pinned",
        "pass",
        [oidc("gitlab.com", StringLike={"gitlab.com:sub": "project_path:acme/*:ref_type:branch:ref:main"})],
    ),
    Case(
        "github-trust-pinned",
        "pass",
        [oidc("app.terraform.io", StringLike={"app.terraform.io:sub": "organization:acme:project:*:workspace:*"})],
    ),
    Case("github-trust-pinned", "fail", [oidc("oidc.eks.eu-north-1.amazonaws.com/id/A")]),
    Case(
        "github-trust-pinned",
        "pass",
        [
            oidc(
                "oidc.eks.eu-north-1.amazonaws.com/id/A",
                StringEquals={"oidc.eks.eu-north-1.amazonaws.com/id/A:sub": "system:serviceaccount:shop:api"},
            )
        ],
    ),
    Case(
        "github-trust-pinned",
        "pass",
        [oidc("ci.example.com/acme", StringEquals={"ci.example.com/acme:aud": "shop"})],
    ),
    Case("github-trust-pinned", "fail", [oidc("ci.example.com", StringLike={"ci.example.com:sub": "*"})]),
    Case("github-trust-pinned", "undecided", [trusts_later({"Federated": f"arn:x:oidc-provider/{GITHUB}"})]),
    Case("role-trust-not-public", "undecided", [trusts_later("*")]),
    Case(
        "role-trust-not-public",
        "fail",
        [trusts("*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}})],
    ),
    Case("role-trust-not-public", "fail", [trusts("*", Condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}})]),
    Case(
        "role-trust-not-public",
        "pass",
        [trusts("*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/*"}})],
    ),
    Case("no-privilege-escalation", "fail", [grants("*", "arn:aws:iam::123456789012:role/*")]),
    Case(
        "no-privilege-escalation",
        "fail",
        [grants("iam:PassRole", Condition={"Bool": {"aws:SecureTransport": "true"}})],
    ),
    Case(
        "no-privilege-escalation",
        "fail",
        [grants("iam:PassRole", Condition={"StringLike": {"iam:PassedToService": "*"}})],
    ),
    Case(
        "no-privilege-escalation",
        "fail",
        [grants("iam:PutRolePolicy", Condition={"StringEquals": {"iam:PassedToService": "ecs.amazonaws.com"}})],
    ),
    Case(
        "no-privilege-escalation",
        "pass",
        [grants("iam:PutRolePolicy", Condition={"StringEquals": {"iam:PermissionsBoundary": "arn"}})],
    ),
    Case(
        "no-privilege-escalation",
        "fail",
        [
            res(
                POLICY,
                "p",
                policy=document({"Effect": "Allow", "Action": "iam:PassRole", "NotResource": "arn:aws:iam::1:role/a"}),
            )
        ],
    ),
    Case(
        "no-resource-wildcards",
        "fail",
        [grants("sqs:SendMessage", Condition={"Bool": {"aws:SecureTransport": "true"}})],
    ),
    Case(
        "no-resource-wildcards",
        "fail",
        [grants("sqs:SendMessage", Condition={"StringLike": {"aws:ResourceTag/app": "*"}})],
    ),
    Case(
        "no-resource-wildcards",
        "pass",
        [grants("sqs:SendMessage", Condition={"Null": {"aws:ResourceTag/app": "false"}})],
    ),
    *(
        Case("no-privilege-escalation", "fail", [grants(action, resource)])
        for action, resource in (
            ("iam:CreatePolicyVersion", ACCOUNT + "policy/*"),
            ("iam:SetDefaultPolicyVersion", ACCOUNT + "policy/*"),
            ("iam:PutGroupPolicy", ACCOUNT + "group/*"),
            ("iam:AddUserToGroup", ACCOUNT + "group/*"),
            ("iam:PassRole", ACCOUNT + "*"),
            ("iam:*", ACCOUNT + "*"),
            ("iam:PassRole", "arn:*:iam::*:role/*"),
            ("iam:PassRole", "arn:aws:iam:*"),
        )
    ),
    *(
        Case("no-privilege-escalation", "pass", [grants(action, resource)])
        for action, resource in (
            ("iam:CreatePolicyVersion", ACCOUNT + "policy/shop/*"),
            ("iam:*", ACCOUNT + "instance-profile/*"),
            (["iam:PassRole", "iam:GetPolicy"], [ACCOUNT + "role/api", ACCOUNT + "policy/*"]),
        )
    ),
    Case("no-administrator-policies", "fail", [grants("*", "arn:aws:*:*:*:*")]),
    Case("no-administrator-policies", "fail", [grants("*", "arn:*")], "allows administration of every resource"),
    Case("no-administrator-policies", "pass", [grants("*", "arn:aws:s3:::*")]),
    *(
        Case("data-access-names-resources", "fail", [grants(action, resource)])
        for action, resource in (
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret*"),
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*"),
            ("ssm:GetParameters", "arn:aws:ssm:eu-west-1:123456789012:parameter*"),
            ("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:123456789012:table/*/index/*"),
            ("rds-db:connect", "arn:aws:rds-db:eu-west-1:123456789012:dbuser:*/*"),
        )
    ),
    *(
        Case("data-access-names-resources", "pass", [grants(action, resource)])
        for action, resource in (
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:shop*"),
            ("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:123456789012:table/shop/index/*"),
            ("rds-db:connect", "arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-A/*"),
        )
    ),
    *(
        Case(
            "data-access-names-resources",
            "fail",
            [grants("secretsmanager:GetSecretValue", Condition={"StringEquals": test})],
        )
        for test in ({"aws:RequestedRegion": "eu-west-1"}, {"secretsmanager:VersionStage": "AWSCURRENT"})
    ),
    *(
        Case("role-trust-not-public", verdict, [trusts({"AWS": "*"}, Condition={"ForAnyValue:StringLike": test})])
        for verdict, test in (
            ("pass", {"aws:PrincipalOrgPaths": ["o-abc123def4/r-ab12/*"]}),
            ("fail", {"aws:PrincipalOrgPaths": ["o-*/*"]}),
        )
    ),
    Case(
        "no-resource-wildcards",
        "pass",
        [
            grants(
                [
                    "aws-marketplace:MeterUsage",
                    "cognito-idp:CreateUserPool",
                    "comprehend:DetectSentiment",
                    "ecs:DeregisterTaskDefinition",
                    "ecs:DiscoverPollEndpoint",
                    "rekognition:DetectLabels",
                    "route53:CreateHostedZone",
                    "servicediscovery:DiscoverInstances",
                    "tag:TagResources",
                    "textract:DetectDocumentText",
                    "translate:TranslateText",
                ]
            )
        ],
    ),
    Case("no-resource-wildcards", "fail", [grants("cognito-idp:CreateUserPoolClient")]),
    Case("no-resource-wildcards", "fail", [grants("sqs:SendMessage", "arn:*")]),
    Case(
        "no-resource-wildcards",
        "pass",
        [grants("sqs:SendMessage", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})],
    ),
    Case("no-user-policies", "pass", [res(GROUPED, "a", policyArn=UNKNOWN, groups=["web"])]),
    Case("no-user-policies", "fail", [res(GROUPED, "a", users=["ann"])], "it gives rights to a user"),
    Case("no-user-policies", "fail", [res("iam/userPolicy:UserPolicy", "a", user="ann")]),
    Case("no-users-from-programs", "pass", [res(ROLE, "r", description=UNKNOWN)]),
    Case("no-users-from-programs", "fail", [res("iam/user:User", "ann")], "programs make no users, keys or passwords"),
    Case("no-users-from-programs", "fail", [res("iam/accessKey:AccessKey", "ann", user="ann")]),
    Case("no-inline-policies", "pass", [res(ROLE, "r", description=UNKNOWN)]),
    Case("no-inline-policies", "fail", [res(ROLE_POLICY, "p", policy=UNKNOWN)], "it is an inline policy"),
    Case("no-inline-policies", "fail", [inline("s3:GetObject")]),
    Case("role-policies-not-mixed", "pass", [res(ROLE, "r"), res(ATTACHMENT, "a", role=Ref("r"))]),
    Case("role-policies-not-mixed", "pass", [res(ROLE, "r", managedPolicyArns=["arn"])]),
    Case("role-policies-not-mixed", "pass", [res(ROLE, "r"), res(GROUPED, "g", roles=[Ref("r")])]),
    Case(
        "role-policies-not-mixed",
        "fail",
        [res(ROLE, "r", managedPolicyArns=["arn"]), res(GROUPED, "g", roles=[Ref("r")])],
        "managedPolicyArns is set and PolicyAttachment g adds to it",
    ),
    Case(
        "role-policies-not-mixed",
        "undecided",
        [res(ROLE, "r", managedPolicyArns=["arn"]), res(GROUPED, "g", roles=UNKNOWN)],
    ),
    Case(
        "role-policies-not-mixed",
        "fail",
        [res(ROLE, "r", managedPolicyArns=["arn"]), res(ATTACHMENT, "a", role=Ref("r"))],
        "managedPolicyArns is set and RolePolicyAttachment a adds to it",
    ),
    Case(
        "role-policies-not-mixed",
        "fail",
        [res(ROLE, "r", inlinePolicies=[{"name": "own"}]), res(ROLE_POLICY, "p", role=Ref("r"))],
    ),
    Case(
        "role-policies-not-mixed",
        "undecided",
        [res(ROLE, "r", managedPolicyArns=["arn"]), res(ATTACHMENT, "a", role=UNKNOWN)],
    ),
    Case("role-has-boundary", "pass", [res(ROLE, "r", permissionsBoundary=UNKNOWN)]),
    Case("role-has-boundary", "fail", [res(ROLE, "r")], "permissionsBoundary is not set"),
    Case(
        "password-policy-strong",
        "pass",
        [
            res(
                "iam/accountPasswordPolicy:AccountPasswordPolicy",
                "p",
                **STRONG,
            )
        ],
    ),
    Case(
        "password-policy-strong",
        "fail",
        [res("iam/accountPasswordPolicy:AccountPasswordPolicy", "p", **{**STRONG, "maxPasswordAge": 180})],
        "maxPasswordAge is 180 days, wanted at most 90 days",
    ),
    Case(
        "password-policy-strong",
        "fail",
        [res("iam/accountPasswordPolicy:AccountPasswordPolicy", "p", **{**STRONG, "requireSymbols": False})],
        "requireSymbols is false",
    ),
    Case(
        "password-policy-strong",
        "fail",
        [res("iam/accountPasswordPolicy:AccountPasswordPolicy", "p", passwordReusePrevention=24)],
        "minimumPasswordLength is 6 (the default), wanted at least 14",
    ),
    Case(
        "password-policy-strong",
        "undecided",
        [
            res(
                "iam/accountPasswordPolicy:AccountPasswordPolicy",
                "p",
                **{**STRONG, "passwordReusePrevention": UNKNOWN},
            )
        ],
    ),
    Case(
        "role-policies-not-mixed",
        "pass",
        [
            res(
                ROLE,
                "r",
                assumeRolePolicy="{}",
                computed={"managedPolicyArns": ["arn"], "inlinePolicies": [{"name": "p"}]},
            ),
            res(ATTACHMENT, "a", role=Ref("r")),
            res(ROLE_POLICY, "p", role=Ref("r")),
        ],
    ),
]
