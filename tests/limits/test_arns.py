"""What ARNs look like."""

import pytest

from limits import arn


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "arn:aws:s3:::files/*",
        "arn:aws:sqs:us-east-1:123456789012:jobs",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/0000",
        "arn:aws:logs:*:*:log-group:/ecs/shop:*",
        "arn:aws:dynamodb:us-east-1:123456789012:table/orders/index/*",
        "arn:aws:s3*",
    ],
)
def test_is_one(text: str) -> None:
    assert arn(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("jobs", "such as arn:aws:sqs:us-east-1:123456789012:jobs"),
        ("arn:aws:sqs:us-east-1:jobs", "such as arn:aws:sqs"),
        ("arn:amazon:sqs:us-east-1:123456789012:jobs", "'amazon' is no partition"),
        ("arn:aws:SQS:us-east-1:123456789012:jobs", "'SQS' is no service"),
        ("arn:aws:sqs:us_east_1:123456789012:jobs", "'us_east_1' is no region"),
        ("arn:aws:sqs:us-east-1:12345678901:jobs", "'12345678901' is no account (12 digits)"),
        ("arn:aws:sqs:us-east-1:123456789012:", "'' is no resource"),
    ],
)
def test_is_none(text: str, why: str) -> None:
    assert why in str(arn(text))
