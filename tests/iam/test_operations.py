"""What the workflows' commands ask of AWS beside `pulumi up` is allowed to the deploying role."""

from collections.abc import Sequence
from functools import cache

import pytest

from tests import stacks
from tests.components.conftest import ACCOUNT
from tests.iam.evaluator import Statement, allows
from tests.iam.test_needs import granted, with_pipeline

NAME, CLUSTER = "storefront-production", "storefront-production"
ECR = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/storefront/api"
RDS = f"arn:aws:rds:us-east-1:{ACCOUNT}"
ECS = f"arn:aws:ecs:us-east-1:{ACCOUNT}"
CALLS: Sequence[tuple[str, str, str]] = [
    *(
        ("push", f"ecr:{action}", ECR)
        for action in (
            "BatchCheckLayerAvailability",
            "CompleteLayerUpload",
            "DescribeImageScanFindings",
            "InitiateLayerUpload",
            "PutImage",
            "UploadLayerPart",
        )
    ),
    ("push", "ecr:GetAuthorizationToken", "*"),
    ("backup", "rds:CreateDBSnapshot", f"{RDS}:db:{NAME}"),
    ("backup", "rds:CreateDBSnapshot", f"{RDS}:snapshot:{NAME}-backup-20261130-115500"),
    ("backup", "rds:AddTagsToResource", f"{RDS}:snapshot:{NAME}-backup-20261130-115500"),
    ("backup", "rds:DescribeDBSnapshots", f"{RDS}:snapshot:{NAME}-backup-20261130-115500"),
    ("record", "ecs:DescribeServices", f"{ECS}:service/{CLUSTER}/api"),
    ("record", "s3:PutObject", "arn:aws:s3:::acme-state/records/storefront/prod/2026/11/2026-11-30T115500Z.json"),
    ("migrate", "ecs:RunTask", f"{ECS}:task-definition/{NAME}-api-migrate:3"),
    ("migrate", "ecs:DescribeTasks", f"{ECS}:task/{CLUSTER}/0123456789abcdef"),
]
REFUSED: Sequence[tuple[str, str]] = [
    ("rds:CreateDBSnapshot", f"{RDS}:db:payroll"),
    ("rds:DeleteDBSnapshot", f"{RDS}:snapshot:{NAME}-backup-20261130-115500"),
    ("s3:PutObject", "arn:aws:s3:::acme-state/records/payroll/prod/2026/11/x.json"),
    ("s3:DeleteObject", "arn:aws:s3:::acme-state/records/storefront/prod/2026/11/x.json"),
]


@cache
def statements() -> Sequence[Statement]:
    return granted(with_pipeline("Pulumi.prod.yaml", stateBucket="acme-state"))


@pytest.mark.parametrize(("command", "action", "resource"), CALLS)
def test_allowed(command: str, action: str, resource: str) -> None:
    del command
    assert "Pulumi.prod.yaml" in stacks.NAMES
    context = {"ecs:cluster": f"{ECS}:cluster/{CLUSTER}", "aws:ResourceTag/app": "storefront"}
    assert allows(statements(), action, resource, {**context, "aws:ResourceTag/environment": "production"})


@pytest.mark.parametrize(("action", "resource"), REFUSED)
def test_and_no_more(action: str, resource: str) -> None:
    assert not allows(statements(), action, resource, {})
