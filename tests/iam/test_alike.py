"""Stacks whose name prefixes begin alike, or whose tags are alike, do not reach each other by their pipelines."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from policy.common import iam_actions
from preview.graph import Graph
from tests import stacks
from tests.iam import calls
from tests.iam.calls import Stack
from tests.iam.evaluator import Request, decides
from tests.iam.test_needs import granted, own
from tests.settings.files import as_engine, changed

UNTOLD = {
    "cloudfront:DeleteOriginAccessControl",
    "cloudfront:DeleteResponseHeadersPolicy",
    "cloudfront:UpdateOriginAccessControl",
    "cloudfront:UpdateResponseHeadersPolicy",
    "ecs:DeregisterTaskDefinition",
    "elasticloadbalancing:SetWebAcl",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "route53:ChangeTagsForResource",
    "route53:DeleteHealthCheck",
    "route53:UpdateHealthCheck",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
    "wafv2:AssociateWebACL",
    "wafv2:DisassociateWebACL",
}
"""What AWS's authorization tells by neither name nor tag: docs/security.md says so."""
NEW_PASSWORDS = {"secretsmanager:CreateSecret", "secretsmanager:TagResource"}
"""What RDS does in the caller's name for a new database's master password."""


@cache
def stack(app: str, environment: str, owner: str | None = None) -> Graph:
    values = changed(
        {
            "slipway:app": app,
            "slipway:environment": environment,
            # What the stack file names has names of its own.
            **{
                f"slipway:services.{key}.image.repository": f"{app}/{environment}/{owner or 'all'}/{key}"
                for key in ("api", "frontend", "worker")
            },
            "slipway:delivery.github.environment": environment,
            **({"slipway:ownerId": owner} if owner else {}),
        }
    )
    return stacks.registered("prod", as_engine(values))


def reached(mine: Graph, theirs: Graph) -> Iterator[Request]:
    statements, other = granted(mine), Stack(theirs)
    for resource in own(theirs):
        for verb in ("update", "delete"):
            for request in () if resource.type in calls.APART else calls.requests(other, resource, verb):
                found = iam_actions.find(request.action)
                writes = found is not None and found.access_level not in ("List", "Read")
                if writes and decides(request, statements):
                    yield request


SHOP: Any = ("shop", "production")


@pytest.mark.parametrize(
    "other",
    [
        ("shop", "production", "eu"),
        ("shop-production", "staging"),
        ("shop-production", "production"),
        ("shop", "staging"),
    ],
    ids="-".join,
)
def test_a_pipeline_changes_nothing_of_a_stack_whose_label_begins_alike(other: Any) -> None:
    for mine, theirs in ((stack(*SHOP), stack(*other)), (stack(*other), stack(*SHOP))):
        assert Stack(mine).name_prefix != Stack(theirs).name_prefix
        found = {request.action for request in reached(mine, theirs)}
        assert found - NEW_PASSWORDS <= UNTOLD


def test_a_pipeline_changes_what_is_its_own() -> None:
    found = {request.action for request in reached(stack(*SHOP), stack(*SHOP))}
    assert {"rds:DeleteDBInstance", "s3:DeleteBucket", "lambda:DeleteFunction", "ec2:DeleteVpc"} <= found
