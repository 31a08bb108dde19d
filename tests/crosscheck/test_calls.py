"""Resources under the names of AWS's calls, and what AWS's models have against them."""

from collections.abc import Mapping
from typing import Any

import pytest

from crosscheck.calls import CALLS, NO_CALL, refusals
from crosscheck.forms import FORMS
from tests.stacks import NAMES, recorded


@pytest.mark.parametrize("name", NAMES)
def test_aws_takes_what_a_shipped_stack_makes(name: str) -> None:
    found = [(r.name, line) for r in recorded(name).resources if r.custom for line in refusals(r.type, r.inputs)]
    assert found == []


@pytest.mark.parametrize(
    ("token", "inputs", "said"),
    [
        ("aws:sns/topicSubscription:TopicSubscription", {"topic": "t", "protocol": 1.0}, ""),
        ("aws:sns/topicSubscription:TopicSubscription", {"protocol": "sqs"}, "Missing required parameter"),
        ("aws:sns/topicSubscription:TopicSubscription", {"topic": "t", "protocol": "sqs", "raw": True}, "sns:Subscribe has no raw"),
        ("aws:sns/topic:Topic", {"name": "x", "displayName": "y"}, ""),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "/ecs/a b"}, "does not match"),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "x" * 513, "retentionInDays": 7}, "513 characters, and 1 to 512 are allowed"),
        ("aws:ecs/cluster:Cluster", {"name": "x", "settings": [{"name": "containerInsights", "value": "enhanced"}]}, ""),
        ("aws:ecs/cluster:Cluster", {"name": "x", "settings": [{"name": "insights", "value": "enhanced"}]}, "is none of"),
        ("aws:ecs/taskDefinition:TaskDefinition", {"family": "x", "containerDefinitions": '[{"name": "a", "cpu": "one"}]'}, "Invalid type"),
        ("aws:lambda/function:Function", {"name": "x", "role": "no role", "memorySize": 128}, "does not match"),
        ("aws:ec2/subnet:Subnet", {"vpcId": "vpc-1", "tags": {"Name": "x"}}, ""),
        ("aws:s3/bucketVersioning:BucketVersioning", {"bucket": "x", "versioningConfiguration": {"status": "Off"}}, "is none of"),
        ("aws:dms/endpoint:Endpoint", {"name": "x"}, "has no calls"),
        ("random:index/randomId:RandomId", {"byteLength": 4}, ""),
    ],
)  # fmt: skip
def test_refusals(token: str, inputs: Mapping[str, Any], said: str) -> None:
    found = list(refusals(token, inputs))
    assert (said in found[0]) if said else found == []


def test_tables_name_what_there_is() -> None:
    calls = {call for row in CALLS.values() for call in row}
    assert set(FORMS) <= calls
    assert not set(CALLS) & set(NO_CALL)
