"""The evaluator against the examples of IAM's user guide, named by their pages."""

from typing import Any

import pytest

from tests.iam.evaluator import Request, Statement, decides, fits

ROLE = "arn:aws:iam::123456789012:role/somebody"


def allow(action: object, resource: object = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object, resource: object = "*", **more: Any) -> Statement:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def when(**condition: Any) -> dict[str, Any]:
    return {"Condition": {key.replace("__", ":"): value for key, value in condition.items()}}


def asked(action: str, resource: str = "*", **context: Any) -> Request:
    return Request(action=action, resource=resource, context=context.get("context", {}), principal=ROLE)


# "Policy evaluation logic" and "Permissions boundaries for IAM entities".
S3 = [allow(["s3:*", "cloudwatch:*", "ec2:*"])]


@pytest.mark.parametrize(
    ("action", "identity", "boundary", "resource_policy", "allowed"),
    [
        ("s3:GetObject", [], None, [], False),
        ("s3:GetObject", [allow("s3:*")], None, [], True),
        ("s3:GetObject", [allow("*"), deny("s3:GetObject")], None, [], False),
        # The guide's Shirley: her policy lets her make users, her boundary has S3, CloudWatch and EC2 only.
        ("iam:CreateUser", [allow("iam:CreateUser")], S3, [], False),
        ("s3:GetObject", [], S3, [], False),
        ("s3:GetObject", [allow("s3:GetObject")], S3, [], True),
        ("s3:GetObject", [allow("s3:GetObject")], [allow("s3:*"), deny("s3:GetObject")], [], False),
        ("s3:GetObject", [], None, [allow("s3:GetObject", Principal={"AWS": ROLE})], True),
        ("s3:GetObject", [], [allow("ec2:*")], [allow("s3:GetObject", Principal={"AWS": ROLE})], False),
        ("s3:GetObject", [allow("s3:*")], None, [deny("s3:*", Principal="*")], False),
        ("s3:GetObject", [], None, [allow("s3:GetObject", Principal={"AWS": f"{ROLE}-2"})], False),
        ("s3:GetObject", [allow("s3:*")], None, [deny("s3:*", NotPrincipal={"AWS": ROLE})], True),
    ],
)
def test_evaluation_logic(
    action: str,
    identity: list[Statement],
    boundary: list[Statement] | None,
    resource_policy: list[Statement],
    *,
    allowed: bool,
) -> None:
    assert decides(asked(action), identity, boundary=boundary, resource_policy=resource_policy) is allowed


@pytest.mark.parametrize(
    ("condition", "context", "met"),
    [
        # "Condition operators".
        ({"StringEquals": {"aws:PrincipalTag/job-category": "iamuser-admin"}}, {"aws:PrincipalTag/job-category": "iamuser-admin"}, True),
        ({"StringEquals": {"aws:PrincipalTag/job-category": "iamuser-admin"}}, {"aws:PrincipalTag/job-category": "IamUser-Admin"}, False),
        ({"StringEquals": {"aws:PrincipalTag/job-category": "x"}}, {}, False),
        ({"StringEqualsIgnoreCase": {"aws:username": "Jane"}}, {"aws:username": "JANE"}, True),
        ({"StringNotEquals": {"aws:PrincipalTag/job-category": "x"}}, {}, True),
        ({"StringNotEquals": {"aws:PrincipalTag/job-category": ["x", "y"]}}, {"aws:PrincipalTag/job-category": "y"}, False),
        ({"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/"]}}, {"s3:prefix": "home/jane/", "aws:username": "jane"}, True),
        ({"StringLike": {"s3:prefix": ["home/${aws:username}/*"]}}, {"s3:prefix": "home/jane/a"}, False),
        ({"StringNotLike": {"aws:userid": "AROAEXAMPLE*"}}, {"aws:userid": "AROAEXAMPLE:a"}, False),
        ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": 10}, True),
        ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": 11}, False),
        ({"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01+00:00"}}, {"aws:TokenIssueTime": "2021-01-01T00:00:00+00:00"}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws:SecureTransport": "false"}, True),
        # The guide's warning: without IfExists, long-term keys, whose requests lack the key, are not refused by this.
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, {}, False),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, {}, True),
        ({"Null": {"aws:TokenIssueTime": "true"}}, {}, True),
        ({"Null": {"aws:TokenIssueTime": "true"}}, {"aws:TokenIssueTime": "now"}, False),
        ({"Null": {"aws:TokenIssueTime": "false"}}, {"aws:TokenIssueTime": "now"}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"aws:SourceIp": "203.0.113.7"}, True),
        ({"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]}}, {"aws:SourceIp": "198.51.100.1"}, True),
        ({"ArnEquals": {"aws:SourceArn": "arn:aws:sns:REGION:123456789012:TOPIC-ID"}}, {"aws:SourceArn": "arn:aws:sns:REGION:123456789012:TOPIC-ID"}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:111122223333:trail/*"}}, {"aws:SourceArn": "arn:aws:cloudtrail:x:111122223333:trail/a"}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::a*"}}, {"aws:SourceArn": "arn:aws:sns:us-east-1:1:a"}, False),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::1:role/*"}}, {"aws:PrincipalArn": "arn:aws:iam::2:role/a"}, True),
        # Several keys are all needed, several values any.
        ({"StringEquals": {"aws:a": "1", "aws:b": "2"}}, {"aws:a": "1"}, False),
        ({"StringEquals": {"aws:a": ["1", "3"]}}, {"aws:a": "3"}, True),
        # "Single-valued vs. multivalued context keys".
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws:TagKeys": ["environment"]}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws:TagKeys": ["environment", "webserver", "test"]}, False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["environment"]}}, {}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["environment"]}, "Null": {"aws:TagKeys": "false"}}, {}, False),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws:TagKeys": ["environment", "test"]}, True),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment"]}}, {}, False),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a"]}}, {"aws:TagKeys": ["a"]}, False),
        # Keys are not case-sensitive, the names of tags are.
        ({"StringEquals": {"AWS:requestedregion": "eu-west-1"}}, {"aws:RequestedRegion": "eu-west-1"}, True),
        ({"StringEquals": {"aws:ResourceTag/App": "x"}}, {"aws:ResourceTag/app": "x"}, False),
    ],
)  # fmt: skip
def test_conditions(condition: dict[str, Any], context: dict[str, Any], *, met: bool) -> None:
    assert decides(asked("s3:ListBucket", context=context), [allow("s3:ListBucket", Condition=condition)]) is met


@pytest.mark.parametrize(
    ("statement", "action", "resource", "allowed"),
    [
        # "IAM JSON policy elements": NotAction, NotResource, wildcards.
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "s3:GetObject", "*", True),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "iam:CreateUser", "*", False),
        (allow("iam:*AccessKey*"), "IAM:createaccesskey", "*", True),
        (allow("s3:*", ["arn:aws:s3:::amzn-s3-demo-bucket"]), "s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/a", False),
        (allow("s3:*", ["arn:aws:s3:::amzn-s3-demo-bucket/*"]), "s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/a/b", True),
        ({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::secret/*"}, "s3:GetObject", "arn:aws:s3:::secret/a", False),
        (allow("s3:*", "arn:aws:s3:::${aws:PrincipalTag/team}/*"), "s3:GetObject", "arn:aws:s3:::red/a", False),
        (allow("s3:*", "arn:aws:s3:::${aws:PrincipalTag/team, 'red'}/*"), "s3:GetObject", "arn:aws:s3:::red/a", True),
    ],
)  # fmt: skip
def test_elements(statement: Statement, action: str, resource: str, *, allowed: bool) -> None:
    assert decides(asked(action, resource), [statement]) is allowed


def test_letters_that_stand_for_themselves() -> None:
    assert fits("a${*}b", "a*b")
    assert not fits("a${*}b", "axb")
    assert fits("${$}{x}", "${x}")
