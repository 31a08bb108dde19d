"""Grants that can never work, and `*` where actions know resources."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from policy.common.grants import Fault, broad, faults, is_everything

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:jobs"


def found(actions: Sequence[str], *resources: str, partition: str | None = "aws") -> list[Fault]:
    return list(faults(actions, resources, partition))


@pytest.mark.parametrize(
    ("actions", "resources"),
    [
        (["sqs:SendMessage"], [QUEUE]),
        (["sqs:*"], [QUEUE]),
        (["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::media", "arn:aws:s3:::media/*"]),
        (["xray:GetSamplingRules", "xray:GetSamplingTargets"], ["*"]),
        (["rekognition:DetectLabels", "textract:DetectDocumentText"], ["*"]),
        (["cloudwatch:GetMetricData", "kms:GenerateRandom", "sts:GetServiceBearerToken"], ["*"]),
        (["comprehend:DetectEntities", "comprehend:DetectPiiEntities"], ["*"]),
        (["ec2:Describe*"], ["*"]),
        (["logs:PutLogEvents"], ["arn:aws:logs:eu-central-1:123456789012:log-group:/app:*"]),
        (["*"], ["*"]),
        (["ECR:getauthorizationtoken"], ["*"]),
    ],
)
def test_what_can_work_is_fine(actions: list[str], resources: list[str]) -> None:
    assert found(actions, *resources) == []


@pytest.mark.parametrize(
    ("actions", "resources", "where", "kind", "words"),
    [
        (["s3:GetObjcet"], ["arn:aws:s3:::a/*"], ("actions", 0), "unknown", "did you mean s3:GetObject?"),
        (["sqs:SendMessage", "sqz:Send"], [QUEUE], ("actions", 1), "unknown", "did you mean sqs?"),
        (["s3:GetNewThing*"], ["arn:aws:s3:::a/*"], ("actions", 0), "unseen", "covers no action known"),
        (["sns:Publish"], [QUEUE], ("actions", 0), "dead", "it is about arn:${Partition}:sns:"),
        (["s3:GetObject"], ["arn:aws:s3:::media"], ("actions", 0), "dead", "${BucketName}/${ObjectName}"),
        (["xray:PutTraceSegments"], [QUEUE], ("actions", 0), "dead", "IAM allows it on '*' only"),
        (["sqs:SendMessage"], [QUEUE, "arn:aws:s3:::a"], ("resources", 1), "dead", "nothing that sqs:SendMessage"),
        (["sqs:SendMessage"], [QUEUE.replace("aws", "aws-cn")], ("resources", 0), "dead", "begin it with arn:aws:"),
        (["sqs:SendMessage"], ["*"], ("resources", 0), "broad", "'*' allows sqs:SendMessage on everything"),
        (["cloudfront:CreateInvalidation"], ["*"], ("resources", 0), "broad", ":distribution/"),
        (["sqs:SendMessage"], ["arn:aws:*"], ("resources", 0), "broad", "on everything"),
        (["cloudwatch:*"], ["*"], ("resources", 0), "broad", "on everything"),
        (["s3:List*"], ["*"], ("resources", 0), "broad", "on everything"),
    ],
)
def test_what_cannot_work_or_is_too_broad_is_found(
    actions: list[str], resources: list[str], where: tuple[str, int], kind: str, words: str
) -> None:
    (fault,) = found(actions, *resources)
    assert ((fault.where, fault.index), fault.kind) == (where, kind)
    assert words in fault.message


def test_a_word_that_aws_has_added_since_can_be_written() -> None:
    (fault,) = found(["s3:GetNewThing"], "arn:aws:s3:::a/*")
    assert "write s3:GetNewThing*" in fault.message
    assert [fault.kind for fault in found(["s3:GetNewThing*"], "arn:aws:s3:::a/*")] == ["unseen"]


def test_any_partition_will_do_where_none_is_named() -> None:
    assert found(["sqs:SendMessage"], QUEUE.replace("aws", "aws-cn"), partition=None) == []
    assert found(["sqs:SendMessage"], "arn:*:sqs:*:*:jobs") == []


def test_broad_names_the_action_to_narrow() -> None:
    assert broad(["cloudwatch:PutMetricData"]) is None
    action = broad(["cloudwatch:PutMetricData", "s3:GetObject"])
    assert action
    assert action.name == "s3:GetObject"


@pytest.mark.parametrize(("resource", "expected"), [("*", True), ("arn:aws:*:*:*:*", True), ("arn:aws:s3:::*", False)])
def test_everything_is_what_leaves_nothing_out(resource: str, *, expected: bool) -> None:
    assert is_everything(resource) is expected
