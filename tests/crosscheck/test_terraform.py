"""The Terraform plan says what the graph says, under Terraform's names."""

from typing import Any

import pytest

from crosscheck import __main__ as crosscheck
from crosscheck.terraform import Block, attributes, plan, terraform_type
from tests.stacks import recorded


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("aws:rds/instance:Instance", "aws_db_instance"),
        ("aws:rds/subnetGroup:SubnetGroup", "aws_db_subnet_group"),
        ("aws:rds/cluster:Cluster", "aws_rds_cluster"),
        ("aws:ec2/vpc:Vpc", "aws_vpc"),
        ("aws:ec2/securityGroup:SecurityGroup", "aws_security_group"),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws_vpc_security_group_ingress_rule"),
        ("aws:lb/loadBalancer:LoadBalancer", "aws_lb"),
        ("aws:alb/listener:Listener", "aws_lb_listener"),
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "aws_s3_bucket_public_access_block"),
        ("aws:wafv2/webAcl:WebAcl", "aws_wafv2_web_acl"),
    ],
)
def test_types(token: str, expected: str) -> None:
    assert terraform_type(token) == expected


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"kmsKeyId": "k", "port": 80.0, "ratio": 0.5}, {"kms_key_id": "k", "port": 80, "ratio": 0.5}),
        ({"accessLogs": {"bucket": "b"}}, {"access_logs": [{"bucket": "b"}]}),
        ({"defaultActions": [{"type": "forward"}]}, {"default_action": [{"type": "forward"}]}),
        ({"subnets": ["a", "b"]}, {"subnets": ["a", "b"]}),
        ({"tags": {"Name": "x"}, "variables": {"A_B": "1"}}, {"tags": {"Name": "x"}, "variables": {"A_B": "1"}}),
        ({"aliases": ["a.example.com"]}, {"aliases": ["a.example.com"]}),
        ({"copies": [{"a": 1}], "policies": [{"a": 1}]}, {"copy": [{"a": 1}], "policy": [{"a": 1}]}),
        (
            {"encryptionConfigurations": [{"encryptionType": "KMS"}]},
            {"encryption_configuration": [{"encryption_type": "KMS"}]},
        ),
        ({"description": None, "__defaults": []}, {}),
    ],
)
def test_names(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    assert attributes(inputs) == expected


def test_references_connect_resources() -> None:
    bucket = Block(token="aws:s3/bucket:Bucket", name="media", inputs={"bucket": "media"})
    block = Block(
        token="aws:s3/bucketVersioning:BucketVersioning",
        name="versions",
        inputs={"bucket": "media", "versioningConfiguration": {"status": "Enabled"}},
        references={"bucket": [(bucket.token, bucket.name)], "other": [(bucket.token, bucket.name)]},
    )
    made = plan([bucket, block, Block(token="random:index/randomId:RandomId", name="id", inputs={})])
    configured = made["configuration"]["root_module"]["resources"]
    assert [item["address"] for item in configured] == ["aws_s3_bucket.media", "aws_s3_bucket_versioning.versions"]
    assert configured[1]["expressions"]["bucket"] == {"references": ["aws_s3_bucket.media.id", "aws_s3_bucket.media"]}
    assert configured[1]["expressions"]["versioning_configuration"] == [{"status": {"constant_value": "Enabled"}}]


def test_every_resource_of_a_stack_is_in_its_plan_once() -> None:
    graph = recorded("Pulumi.prod.yaml")
    made = plan(crosscheck.blocks(graph))
    addresses = [item["address"] for item in made["planned_values"]["root_module"]["resources"]]
    assert len(set(addresses)) == len(addresses)
    assert len(addresses) == sum(item.custom and item.type.startswith("aws:") for item in graph.resources)


def test_every_explanation_has_words_and_a_check() -> None:
    for entry in crosscheck.known():
        assert entry.check.startswith(("CKV_AWS_", "CKV2_AWS_"))
        assert len(entry.reason) >= 20
    assert crosscheck.Known(check="CKV_AWS_1", reason="", resources=["media_*"]).covers("CKV_AWS_1", "media_bucket")
    assert not crosscheck.Known(check="CKV_AWS_1", reason="", resources=["media_*"]).covers("CKV_AWS_1", "log_bucket")


def test_a_judge_that_says_nothing_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(crosscheck.CHECKOV, "true")
    with pytest.raises(RuntimeError, match="checkov gives no verdict"):
        crosscheck.run_checkov([Block(token="aws:s3/bucket:Bucket", name="media", inputs={})])
