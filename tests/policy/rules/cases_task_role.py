import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.rules.cases_container import TASK, UNREAD, task

ROLE, ROLE_POLICY, POLICY = "iam/role:Role", "iam/rolePolicy:RolePolicy", "iam/policy:Policy"

ATTACHMENT = "iam/rolePolicyAttachment:RolePolicyAttachment"

STARTER = Ref("starts", "arn")

DIFFER, NAMED, READABLE = "task-roles-differ", "execution-role-reads-named-secrets", "task-secrets-readable"

ACCOUNT = "arn:aws:iam::123456789012:role/"

SECRET = "arn:aws:secretsmanager:eu-north-1:123456789012:secret:"

READY = "arn:aws:iam::aws:policy/"

STARTS = READY + "service-role/AmazonECSTaskExecutionRolePolicy"


def roles(starts: Any, works: Any) -> list[Sample]:
    made = [res(ROLE, "starts"), res(ROLE, "works")]
    return [*made, res(TASK, "api", executionRoleArn=starts, taskRoleArn=works)]


def allowing(*resources: str, action: Any = "secretsmanager:GetSecretValue", **statement: Any) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": action, "Resource": list(resources), **statement}]})


def starting(*policies: Any, secret: str = "", role: Any = STARTER, **props: Any) -> list[Sample]:
    """A task and its execution role with inline policies."""
    reference = [{"name": "KEY", "valueFrom": secret}] if secret else []
    inline = [
        res(ROLE_POLICY, f"policy-{place}", role=Ref("starts"), policy=policy) for place, policy in enumerate(policies)
    ]
    api = task(secrets=reference)[0].props
    return [res(ROLE, "starts", **props), *inline, res(TASK, "api", executionRoleArn=role, **api)]


def attached(policy: Any) -> Sample:
    return res(ATTACHMENT, "attached", role=Ref("starts", "name"), policyArn=policy)


ONE, OTHER, OPEN = SECRET + "shop/key-AbCdEf", SECRET + "other-AbCdEf", SECRET + "open-AbCdEf"


CASES: list[Case] = [
    Case(DIFFER, "pass", roles(Ref("starts", "arn"), Ref("works", "arn"))),
    Case(DIFFER, "pass", roles(ACCOUNT + "starts", ACCOUNT + "works")),
    Case(DIFFER, "pass", roles(ACCOUNT + "starts", Ref("works", "arn"))),
    Case(DIFFER, "pass", [res(TASK, "api", executionRoleArn=ACCOUNT + "starts")]),
    Case(DIFFER, "fail", roles(Ref("starts", "arn"), Ref("starts", "arn")), "are the same role"),
    Case(
        DIFFER, "fail", roles(ACCOUNT + "both", ACCOUNT + "both"), "executionRoleArn and taskRoleArn are the same role"
    ),
    Case(
        DIFFER,
        "fail",
        roles(Ref("starts", "arn"), Ref("starts", "name")),
        "executionRoleArn and taskRoleArn are the same role",
    ),
    Case(DIFFER, "unknown", roles(Ref("starts", "arn"), UNKNOWN)),
    Case(DIFFER, "unknown", roles(ACCOUNT + "starts", UNKNOWN)),
    Case(NAMED, "pass", starting(allowing(ONE), allowing("*", action="logs:PutLogEvents"))),
    Case(NAMED, "pass", starting(allowing(SECRET + "shop/*"))),
    Case(NAMED, "pass", starting(allowing("*", Effect="Deny"))),
    Case(
        NAMED, "pass", starting(json.dumps({"Statement": {"Effect": "Allow", "NotAction": ["s*:*"], "Resource": "*"}}))
    ),
    Case(NAMED, "pass", starting(allowing("*", Condition={"StringEquals": {"aws:ResourceTag/app": "shop"}}))),
    Case(NAMED, "pass", [*starting(), attached(STARTS)]),
    Case(NAMED, "pass", [*starting(), res(ROLE_POLICY, "task", role="other", policy=allowing("*"))], preview="unknown"),
    Case(NAMED, "fail", starting(allowing("*")), "statement 1 lets execution role starts read every secret"),
    Case(
        NAMED,
        "fail",
        starting(allowing(SECRET + "*", action=["ecr:*", "SecretsManager:Get*"])),
        "statement 1 lets execution role starts read every secret",
    ),
    Case(
        NAMED,
        "fail",
        starting(allowing("arn:aws:secretsmanager:*")),
        "statement 1 lets execution role starts read every secret",
    ),
    Case(
        NAMED,
        "fail",
        starting(allowing("arn:aws:secretsmanager:*:*:secret*")),
        "statement 1 lets execution role starts read every secret",
    ),
    Case(
        NAMED, "fail", starting(allowing(NotResource=[ONE])), "statement 1 lets execution role starts read every secret"
    ),
    Case(
        NAMED,
        "fail",
        starting(json.dumps({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}})),
        "statement 1 lets execution role starts read every secret",
    ),
    Case(
        NAMED,
        "fail",
        starting(allowing("arn:aws:ssm:*:*:parameter/*", action="ssm:GetParameters")),
        "statement 1 lets execution role starts read every secret",
    ),
    Case(
        NAMED,
        "fail",
        starting(inlinePolicies=[{"name": "x", "policy": allowing("*")}]),
        "statement 1 lets execution role starts read every secret",
    ),
    Case(NAMED, "fail", [*starting(), attached(READY + "SecretsManagerReadWrite")], "SecretsManagerReadWrite lets"),
    Case(
        NAMED,
        "fail",
        starting(managedPolicyArns=[READY + "AmazonSSMReadOnlyAccess"]),
        "AmazonSSMReadOnlyAccess lets execution role starts read every secret",
    ),
    Case(
        NAMED,
        "fail",
        [*starting(), attached(Ref("wide", "arn")), res(POLICY, "wide", policy=allowing("*"))],
        "Policy wide: statement 1",
    ),
    Case(NAMED, "unknown", starting(UNKNOWN)),
    Case(NAMED, "unknown", [*starting(), attached(UNKNOWN)]),
    Case(NAMED, "unknown", starting(allowing("*"), role=UNKNOWN)),
    Case(READABLE, "pass", starting(allowing(ONE), secret=ONE)),
    Case(READABLE, "pass", starting(allowing(SECRET + "shop/*"), secret=ONE + ":password::")),
    Case(READABLE, "pass", starting(allowing(OTHER))),
    Case(READABLE, "pass", starting(secret=ONE, role=ACCOUNT + "elsewhere")),
    Case(READABLE, "pass", [*starting(secret=ONE), attached(READY + "SecretsManagerReadWrite")]),
    Case(
        READABLE,
        "pass",
        [*starting(secret=OPEN), res("secretsmanager/secretPolicy:SecretPolicy", "open", secretArn=OPEN)],
    ),
    Case(READABLE, "fail", [*starting(secret=ONE), attached(STARTS)], "role may not read container api, KEY"),
    Case(READABLE, "fail", starting(allowing(OTHER), secret=ONE), "its execution role may not read container api, KEY"),
    Case(
        READABLE,
        "fail",
        starting(allowing(ONE, action="secretsmanager:DescribeSecret"), secret=ONE),
        "its execution role may not read container api, KEY",
    ),
    Case(READABLE, "unknown", starting(UNKNOWN, secret=ONE)),
    Case(READABLE, "unknown", [*starting(secret=ONE), attached(UNKNOWN)]),
    Case(READABLE, "unknown", starting(secret=ONE, role=UNKNOWN)),
    Case(READABLE, "unknown", UNREAD),
]
