import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

ROLE_OF_IDENTITY, POLICY, ROLE_POLICY_OF_IDENTITY = "iam/role:Role", "iam/policy:Policy", "iam/rolePolicy:RolePolicy"

ACCOUNT = "arn:aws:iam::123456789012:"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def grants(action: Any, resource: Any = "*", **more: Any) -> Sample:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return res(POLICY, "p", policy=document(statement))


def inline(action: Any, resource: Any = "*") -> Sample:
    policy = document({"Effect": "Allow", "Action": action, "Resource": resource})
    return res(ROLE_OF_IDENTITY, "r", inlinePolicies=[{"name": "own", "policy": policy}])


ROLE_OF_SERVICES, ROLE_POLICY_OF_SERVICES = "iam/role:Role", "iam/rolePolicy:RolePolicy"

ATTACHMENT = "iam/rolePolicyAttachment:RolePolicyAttachment"


def granting(**statement: Any) -> str:
    return json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", **statement}})


CASES: list[Case] = [
    Case("no-service-wildcards", "pass", [grants("s3:Get*")]),
    Case(
        "no-service-wildcards",
        "fail",
        [grants(["s3:GetObject", "sqs:*"], "arn:aws:sqs:::q")],
        "every action of a service",
    ),
    Case(
        "no-service-wildcards",
        "fail",
        [inline("s3:*", "arn:aws:s3:::b/*")],
        "statement 1 allows every action of a service",
    ),
    Case("no-service-wildcards", "pass", [res(POLICY, "p", policy=document({"Effect": "Deny", "Action": "s3:*"}))]),
    Case("no-service-wildcards", "unknown", [res(POLICY, "p", policy=UNKNOWN)]),
    Case("no-resource-wildcards", "pass", [grants("s3:PutObject", "arn:aws:s3:::b/*")]),
    Case("no-resource-wildcards", "pass", [grants(["ec2:DescribeVpcs", "ecr:GetAuthorizationToken"])]),
    Case("no-resource-wildcards", "pass", [grants("ecs:StopTask", Condition={"ArnEquals": {"ecs:cluster": "arn"}})]),
    Case("no-resource-wildcards", "fail", [grants("s3:PutObject")], "statement 1 allows changes to every resource"),
    Case(
        "no-resource-wildcards",
        "fail",
        [inline(["s3:Get*", "sqs:SendMessage"], ["*"])],
        "statement 1 allows changes to every resource without a condition",
    ),
    Case("no-resource-wildcards", "unknown", [res(ROLE_POLICY_OF_IDENTITY, "p", policy=UNKNOWN)]),
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
    Case(
        "data-access-names-resources",
        "fail",
        [grants("dynamodb:*", "arn:aws:dynamodb:*:*:table/*")],
        "statement 1 lets its holder read data or credentials of every resource",
    ),
    Case(
        "data-access-names-resources",
        "fail",
        [grants("sts:AssumeRole", "arn:aws:iam::*:role/*")],
        "statement 1 lets its holder read data or credentials of every resource",
    ),
    Case(
        "data-access-names-resources",
        "fail",
        [inline("s3:Get*", ["arn:aws:s3:::*"])],
        "statement 1 lets its holder read data or credentials of every resource",
    ),
    Case("data-access-names-resources", "unknown", [res(POLICY, "p", policy=UNKNOWN)]),
    Case("no-privilege-escalation", "pass", [grants("iam:PassRole", "arn:aws:iam::123456789012:role/shop/*")]),
    Case(
        "no-privilege-escalation",
        "pass",
        [grants("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "x"}})],
    ),
    Case("no-privilege-escalation", "pass", [grants("iam:GetRole")]),
    Case("no-privilege-escalation", "fail", [grants("iam:PassRole")], "take any role's or user's rights"),
    Case(
        "no-privilege-escalation",
        "fail",
        [grants("iam:Put*", "arn:aws:iam::123456789012:role/*")],
        "statement 1 lets its holder take any role's or user's rights",
    ),
    Case(
        "no-privilege-escalation",
        "fail",
        [inline(["s3:GetObject", "iam:CreatePolicyVersion"])],
        "statement 1 lets its holder take any role's or user's rights",
    ),
    Case("no-privilege-escalation", "unknown", [res(POLICY, "p", policy=UNKNOWN)]),
    Case(
        "no-privilege-escalation",
        "fail",
        [grants("*", "arn:aws:iam::123456789012:role/*")],
        "statement 1 lets its holder take any role's or user's rights",
    ),
    Case(
        "no-privilege-escalation",
        "fail",
        [grants("iam:PassRole", Condition={"Bool": {"aws:SecureTransport": "true"}})],
        "statement 1 lets its holder take any role's or user's rights",
    ),
    Case(
        "no-privilege-escalation",
        "fail",
        [grants("iam:PassRole", Condition={"StringLike": {"iam:PassedToService": "*"}})],
        "statement 1 lets its holder take any role's or user's rights",
    ),
    Case(
        "no-privilege-escalation",
        "fail",
        [grants("iam:PutRolePolicy", Condition={"StringEquals": {"iam:PassedToService": "ecs.amazonaws.com"}})],
        "statement 1 lets its holder take any role's or user's rights",
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
        "statement 1 lets its holder take any role's or user's rights",
    ),
    Case(
        "no-resource-wildcards",
        "fail",
        [grants("sqs:SendMessage", Condition={"Bool": {"aws:SecureTransport": "true"}})],
        "statement 1 allows changes to every resource without a condition",
    ),
    Case(
        "no-resource-wildcards",
        "fail",
        [grants("sqs:SendMessage", Condition={"StringLike": {"aws:ResourceTag/app": "*"}})],
        "statement 1 allows changes to every resource without a condition",
    ),
    Case(
        "no-resource-wildcards",
        "pass",
        [grants("sqs:SendMessage", Condition={"Null": {"aws:ResourceTag/app": "false"}})],
    ),
    *(
        Case(
            "no-privilege-escalation",
            "fail",
            [grants(action, resource)],
            "statement 1 lets its holder take any role's or user's rights",
        )
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
    Case(
        "no-administrator-policies",
        "fail",
        [grants("*", "arn:aws:*:*:*:*")],
        "statement 1 allows administration of every resource",
    ),
    Case("no-administrator-policies", "fail", [grants("*", "arn:*")], "allows administration of every resource"),
    Case("no-administrator-policies", "pass", [grants("*", "arn:aws:s3:::*")]),
    *(
        Case(
            "data-access-names-resources",
            "fail",
            [grants(action, resource)],
            "statement 1 lets its holder read data or credentials of every resource",
        )
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
            "statement 1 lets its holder read data or credentials of every resource",
        )
        for test in ({"aws:RequestedRegion": "eu-west-1"}, {"secretsmanager:VersionStage": "AWSCURRENT"})
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
    Case(
        "no-resource-wildcards",
        "fail",
        [grants("cognito-idp:CreateUserPoolClient")],
        "statement 1 allows changes to every resource without a condition",
    ),
    Case(
        "no-resource-wildcards",
        "fail",
        [grants("sqs:SendMessage", "arn:*")],
        "statement 1 allows changes to every resource without a condition",
    ),
    Case(
        "no-resource-wildcards",
        "pass",
        [grants("sqs:SendMessage", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})],
    ),
    Case("no-inline-policies", "pass", [res(ROLE_OF_IDENTITY, "r", description=UNKNOWN)]),
    Case("no-inline-policies", "fail", [res(ROLE_POLICY_OF_IDENTITY, "p", policy=UNKNOWN)], "it is an inline policy"),
    Case("no-inline-policies", "fail", [inline("s3:GetObject")], "it is an inline policy"),
    Case(
        "no-administrator-policies",
        "pass",
        [res(ROLE_POLICY_OF_SERVICES, "p", policy=granting(Action=["s3:GetObject"]))],
    ),
    Case(
        "no-administrator-policies",
        "pass",
        [res(ROLE_POLICY_OF_SERVICES, "p", policy=granting(Resource="arn:aws:s3:::x"))],
    ),
    Case("no-administrator-policies", "pass", [res(ROLE_POLICY_OF_SERVICES, "p", policy=granting(Effect="Deny"))]),
    Case(
        "no-administrator-policies",
        "fail",
        [res(ROLE_POLICY_OF_SERVICES, "p", policy=granting())],
        "statement 1 allows",
    ),
    Case(
        "no-administrator-policies",
        "fail",
        [res(ROLE_POLICY_OF_SERVICES, "p", policy=granting(Action=["IAM:*"]))],
        "statement 1 allows administration of every resource",
    ),
    Case(
        "no-administrator-policies",
        "fail",
        [res(ROLE_OF_SERVICES, "r", inlinePolicies=[{"name": "x", "policy": granting()}])],
        "statement 1 allows administration of every resource",
    ),
    Case("no-administrator-policies", "unknown", [res(ROLE_POLICY_OF_SERVICES, "p", policy=UNKNOWN)]),
    Case(
        "no-administrator-attachments",
        "pass",
        [res(ATTACHMENT, "a", policyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")],
    ),
    Case(
        "no-administrator-attachments",
        "fail",
        [res(ATTACHMENT, "a", policyArn="arn:aws:iam::aws:policy/AdministratorAccess")],
        "policyArn is AdministratorAccess",
    ),
    Case(
        "no-administrator-attachments",
        "fail",
        [res(ROLE_OF_SERVICES, "r", managedPolicyArns=["arn:aws:iam::aws:policy/IAMFullAccess"])],
        "managedPolicyArns is IAMFullAccess",
    ),
    Case("no-administrator-attachments", "unknown", [res(ATTACHMENT, "a", policyArn=UNKNOWN)]),
]

EVERYTHING = document({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"})
CASES += [
    Case(
        "no-resource-wildcards",
        "pass",
        [res(POLICY, "edge", policy=EVERYTHING), res("iam/role:Role", "r", permissionsBoundary=Ref("edge", "arn"))],
    ),
    Case(
        "no-resource-wildcards",
        "fail",
        [
            res(POLICY, "edge", policy=EVERYTHING),
            res("iam/role:Role", "r", permissionsBoundary=Ref("edge", "arn")),
            res("iam/rolePolicyAttachment:RolePolicyAttachment", "a", role=Ref("r"), policyArn=Ref("edge", "arn")),
        ],
        "allows changes to every resource without a condition",
    ),
]

ADMINISTRATOR = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
READS_ALL = document({"Effect": "Allow", "Action": ["s3:*", "kms:*", "iam:PassRole"], "Resource": "*"})
SSO = "ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
BOUNDARIES = "boundaries-not-attached"
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"


def attached(name: str) -> Sample:
    return res(ATTACHMENT, "a", role="r", policyArn=Ref(name, "arn"))


def boundary(**props: Any) -> Sample:
    return res(POLICY, "team-boundary", policy=READS_ALL, **props)


GIVES: list[tuple[str, dict[str, Any]]] = [
    ("ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment", {"managedPolicyArn": ADMINISTRATOR_ACCESS}),
    ("iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive", {"policyArns": [ADMINISTRATOR_ACCESS]}),
    ("iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive", {"policyArns": ADMINISTRATOR_ACCESS}),
]
CASES += [
    Case("no-administrator-policies", "fail", [res(SSO, "p", inlinePolicy=ADMINISTRATOR)], "administration of every"),
    *(
        Case("no-administrator-attachments", "fail", [res(token, "a", **given)], "is AdministratorAccess")
        for token, given in GIVES
    ),
    *(
        Case(control, verdict, [res(POLICY, name, policy=text, path=path)], says)
        for control, text, says in (
            ("no-administrator-policies", ADMINISTRATOR, "administration"),
            ("no-privilege-escalation", READS_ALL, "rights"),
            ("data-access-names-resources", READS_ALL, "read data or credentials"),
            ("decryption-names-keys", READS_ALL, "decryption with every key"),
            ("no-service-wildcards", READS_ALL, "every action of a service"),
        )
        for verdict, name, path in (
            ("pass", "team-boundary", "/"),
            ("pass", "team", "/boundaries/"),
            ("fail", "team", "/"),
        )
    ),
    Case(BOUNDARIES, "pass", [boundary(), res("iam/role:Role", "r", permissionsBoundary=Ref("team-boundary", "arn"))]),
    Case(BOUNDARIES, "pass", [res(POLICY, "team", policy=EVERYTHING), attached("team")]),
    Case(BOUNDARIES, "fail", [boundary(), attached("team-boundary")], "attached as a policy"),
    Case(BOUNDARIES, "unknown", [boundary(), res(ATTACHMENT, "a", policyArn=UNKNOWN)]),
]

CASES += [
    *(
        Case("no-privilege-escalation", "fail", [grants(action, resource)], "rights")
        for action, resource in (
            ("lambda:UpdateFunctionCode", "*"),
            ("lambda:Update*", "arn:aws:lambda:eu-north-1:123456789012:function:*"),
            ("iam:DeleteRolePermissionsBoundary", f"{ACCOUNT}role/*"),
            ("iam:CreateServiceSpecificCredential", "*"),
        )
    ),
    Case(
        "no-privilege-escalation",
        "pass",
        [grants("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-north-1:123456789012:function:shop-*")],
    ),
    *(
        Case("data-access-names-resources", "fail", [grants(action)], "read data or credentials")
        for action in ("s3:GetObjectVersion", "dynamodb:PartiQL*", "rds-data:ExecuteStatement", "sqs:ReceiveMessage")
    ),
    Case("data-access-names-resources", "pass", [grants("sqs:ReceiveMessage", "arn:aws:sqs:*:*:jobs")]),
]

CASES += [
    *(
        Case("no-administrator-policies", "fail", [grants(action)], "administration of every resource")
        for action in ("iam*", "?*", ["s3:GetObject", "I*:*"])
    ),
    Case("no-administrator-policies", "pass", [grants(["iam:Get*", "iam:List*"])]),
    *(
        Case("no-resource-wildcards", "fail", [grants(action, resource)], "changes to every resource")
        for action, resource in (
            ("s3:PutObject", "arn:aws:s3:::*"),
            ("s3:PutObject", ["arn:aws:s3:::media/*", "arn:aws:s3:::*/*"]),
            ("sqs:SendMessage", f"{ACCOUNT.replace('iam:', 'sqs:eu-north-1')}*"),
        )
    ),
    Case("no-resource-wildcards", "pass", [grants("s3:PutObject", "arn:aws:s3:::media-*/*")]),
    Case(
        "no-resource-wildcards",
        "fail",
        [
            res(
                POLICY,
                "p",
                policy=document({"Effect": "Allow", "Action": "s3:PutObject", "NotResource": "arn:aws:s3:::audit/*"}),
            )
        ],
        "changes to every resource",
    ),
]
