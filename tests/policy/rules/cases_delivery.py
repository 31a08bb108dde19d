from typing import Any

from tests.policy.harness import UNKNOWN, Case, Sample, res
from tests.policy.rules.cases_iam_policies import POLICY, document, grants, inline

ROLES = "arn:aws:iam::123456789012:role/shop/*"
BOUNDED = {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/shop-boundary"}}
READY = {"ArnEquals": {"iam:PolicyARN": ["arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"]}}
STATE = "arn:aws:s3:::shop-state/.pulumi"
OBJECTS = ["s3:GetObject", "s3:PutObject"]
FOREIGN = {"StringNotEquals": {"aws:ResourceTag/app": "shop"}}
TAGGED_FOREIGN = {**FOREIGN, "Null": {"aws:ResourceTag/app": "false"}}


def guarded(allowed: dict[str, Any], refused: dict[str, Any]) -> Sample:
    free = {"Effect": "Allow", "Resource": "*", **allowed}
    return res(POLICY, "p", policy=document(free, {"Effect": "Deny", "Resource": "*", **refused}))


CASES: list[Case] = [
    Case("created-roles-bounded", "pass", [grants(["iam:CreateRole", "iam:PutRolePolicy"], ROLES, Condition=BOUNDED)]),
    Case("created-roles-bounded", "pass", [grants("iam:AttachRolePolicy", ROLES, Condition=READY)]),
    Case("created-roles-bounded", "pass", [grants(["iam:GetRole", "iam:TagRole"], ROLES)]),
    Case(
        "created-roles-bounded",
        "fail",
        [grants("iam:CreateRole", ROLES)],
        "allows iam:CreateRole without a permissions boundary",
    ),
    Case(
        "created-roles-bounded",
        "fail",
        [inline(["iam:Put*", "iam:GetRole"], ROLES)],
        "statement 1 allows iam:PutRolePolicy without",
    ),
    Case(
        "created-roles-bounded",
        "fail",
        [grants("iam:AttachRolePolicy", ROLES)],
        "allows iam:AttachRolePolicy without a permissions boundary",
    ),
    Case(
        "created-roles-bounded",
        "fail",
        [grants("iam:CreateRole", ROLES, Condition={"StringLike": {"iam:PermissionsBoundary": "*"}})],
        "without a permissions boundary",
    ),
    Case("created-roles-bounded", "unknown", [res(POLICY, "p", policy=UNKNOWN)]),
    Case(
        "tag-guards-cover-untagged",
        "pass",
        [guarded({"Action": "lambda:UpdateFunctionCode"}, {"Action": "lambda:*", "Condition": FOREIGN})],
    ),
    Case(
        "tag-guards-cover-untagged",
        "pass",
        [
            guarded(
                {"Action": "lambda:UpdateFunctionCode", "Condition": {"StringEquals": {"aws:ResourceTag/app": "shop"}}},
                {"Action": "lambda:*", "Condition": TAGGED_FOREIGN},
            )
        ],
    ),
    Case(
        "tag-guards-cover-untagged",
        "pass",
        [
            guarded(
                {
                    "Action": "lambda:UpdateFunctionCode",
                    "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:shop-*",
                },
                {"Action": "lambda:*", "Condition": TAGGED_FOREIGN},
            )
        ],
    ),
    Case(
        "tag-guards-cover-untagged",
        "pass",
        [
            guarded(
                {"Action": ["ec2:DescribeVpcs", "ecs:DeregisterTaskDefinition"]},
                {"Action": ["ec2:*", "ecs:*"], "Condition": TAGGED_FOREIGN},
            )
        ],
    ),
    Case(
        "tag-guards-cover-untagged",
        "fail",
        [guarded({"Action": "lambda:UpdateFunctionCode"}, {"Action": "lambda:*", "Condition": TAGGED_FOREIGN})],
        "statement 1 allows lambda:UpdateFunctionCode on what has no tags",
    ),
    Case(
        "tag-guards-cover-untagged",
        "fail",
        [
            guarded(
                {"Action": "kms:Tag*"},
                {"Action": ["kms:TagResource", "kms:UntagResource"], "Condition": TAGGED_FOREIGN},
            )
        ],
        "on what has no tags: the refusal by tags leaves it out",
    ),
    Case("tag-guards-cover-untagged", "unknown", [res(POLICY, "p", policy=UNKNOWN)]),
    Case(
        "state-not-shared-between-stacks",
        "pass",
        [grants(OBJECTS, [f"{STATE}/stacks/shop/prod.json", f"{STATE}/history/shop/prod/*"])],
    ),
    Case("state-not-shared-between-stacks", "pass", [grants("s3:ListBucket", f"{STATE}/*")]),
    Case(
        "state-not-shared-between-stacks",
        "fail",
        [grants(OBJECTS, f"{STATE}/*")],
        "reaches the state of every stack in the bucket",
    ),
    Case(
        "state-not-shared-between-stacks",
        "fail",
        [inline("s3:Get*", f"{STATE}/stacks/*")],
        "statement 1 reaches the state of every stack",
    ),
    Case(
        "state-not-shared-between-stacks",
        "fail",
        [grants("s3:PutObject", f"{STATE}/locks/organization/*")],
        "locks/organization/*",
    ),
    Case("state-not-shared-between-stacks", "unknown", [res(POLICY, "p", policy=UNKNOWN)]),
]
