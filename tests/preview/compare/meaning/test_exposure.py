"""What becomes public."""

from __future__ import annotations

import json

import pytest

from preview.compare.meaning import exposure
from preview.graph import Resource
from tests.preview.compare.graphs import BUCKET, DATABASE, resource, said

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
CLOSED = {
    "bucket": "b",
    "blockPublicAcls": True,
    "blockPublicPolicy": True,
    "ignorePublicAcls": True,
    "restrictPublicBuckets": True,
}
OPEN_POLICY = json.dumps(
    {"Statement": [{"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]}
)


def rule(**source: str) -> Resource:
    return resource(
        INGRESS, "r", {"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432, **source}
    )


def test_a_rule_that_lets_everybody_in() -> None:
    assert said(exposure.say, [], [rule(cidrIpv4="0.0.0.0/0")]) == [
        ("danger", "Becomes public: security group ingress rule r (new) lets everybody (0.0.0.0/0) in at port 5432")
    ]
    assert said(exposure.say, [rule(cidrIpv4="10.0.0.0/8")], [rule(cidrIpv4="0.0.0.0/0")])


def test_what_was_open_before_is_no_news() -> None:
    assert not said(exposure.say, [rule(cidrIpv4="0.0.0.0/0")], [rule(cidrIpv4="0.0.0.0/0", description="x")])
    assert not said(exposure.say, [rule(cidrIpv4="0.0.0.0/0")], [rule(cidrIpv4="10.0.0.0/8")])


@pytest.mark.parametrize(
    ("type_", "before", "after"),
    [
        (DATABASE, {"identifier": "d", "publiclyAccessible": False}, {"identifier": "d", "publiclyAccessible": True}),
        ("aws:lb/loadBalancer:LoadBalancer", {"internal": True}, {"internal": False}),
        (BLOCK, CLOSED, {**CLOSED, "blockPublicPolicy": False}),
        ("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "b", "policy": "{}"}, {"bucket": "b", "policy": OPEN_POLICY}),
    ],
)
def test_what_opens(type_: str, before: dict[str, object], after: dict[str, object]) -> None:
    (found,) = said(exposure.say, [resource(type_, "r", before)], [resource(type_, "r", after)])
    assert found[0] == "danger"
    assert not said(exposure.say, [resource(type_, "r", after)], [resource(type_, "r", before)])


def test_a_bucket_that_loses_its_block() -> None:
    bucket = resource(BUCKET, "b", {"bucket": "b"})
    block = resource(BLOCK, "b", {**CLOSED, "bucket": bucket.outputs["id"]}, refs={"bucket": bucket})
    (found,) = said(exposure.say, [bucket, block], [bucket])
    assert "nothing keeps the bucket from being public" in found[1]
    assert not said(exposure.say, [bucket, block], [])
