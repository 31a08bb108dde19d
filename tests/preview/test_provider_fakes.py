from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from preview.provider_fakes import TAGGABLE, answer, look_up

REGION = "eu-west-1"

_spec = importlib.util.find_spec("pulumi_aws")
assert _spec
assert _spec.origin
SDK = Path(_spec.origin).parent


def outputs(type_: str, name: str = "it", /, **inputs: object) -> dict[str, object]:
    found = answer(f"urn:{type_}::{name}", type_, name, inputs, REGION)
    return {"id": found.id, **found.outputs}


@pytest.mark.parametrize(
    ("type_", "inputs", "expected"),
    [
        ("aws:ec2/vpc:Vpc", {}, {"id": r"vpc-[0-9a-f]{17}", "defaultSecurityGroupId": r"sg-[0-9a-f]{17}"}),
        ("aws:ec2/subnet:Subnet", {}, {"id": r"subnet-[0-9a-f]{17}"}),
        ("aws:ec2/natGateway:NatGateway", {}, {"id": r"nat-[0-9a-f]{17}"}),
        ("aws:ec2/eip:Eip", {}, {"id": r"eipalloc-[0-9a-f]{17}", "publicIp": r"203\.0\.113\.\d+"}),
        ("aws:ec2/securityGroup:SecurityGroup", {"namePrefix": "a-"}, {"id": r"sg-.+", "name": r"a-[0-9a-f]{7}"}),
        (
            "aws:lb/loadBalancer:LoadBalancer",
            {"name": "web"},
            {
                "id": r"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/[0-9a-f]{16}",
                "arnSuffix": r"app/web/[0-9a-f]{16}",
                "dnsName": r"web-\d+\.eu-west-1\.elb\.amazonaws\.com",
                "zoneId": r"Z[A-Z2-7]{13}",
            },
        ),
        ("aws:lb/targetGroup:TargetGroup", {"name": "api"}, {"arnSuffix": r"targetgroup/api/[0-9a-f]{16}"}),
        (
            "aws:rds/instance:Instance",
            {"identifier": "db", "engine": "mysql", "manageMasterUserPassword": True},
            {
                "id": r"db-[A-Z2-7]{26}",
                "address": r"db\.c\w{11}\.eu-west-1\.rds\.amazonaws\.com",
                "port": "3306",
                "endpoint": r"db\..+:3306",
                "masterUserSecrets": r".*arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-.*active.*",
            },
        ),
        (
            "aws:rds/proxy:Proxy",
            {"name": "pool"},
            {
                "id": r"pool",
                "arn": r"arn:aws:rds:eu-west-1:123456789012:db-proxy:prx-[0-9a-f]{17}",
                "endpoint": r"pool\.proxy-[0-9a-f]{12}\.eu-west-1\.rds\.amazonaws\.com",
            },
        ),
        (
            "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup",
            {"dbProxyName": "pool"},
            {
                "id": r"pool",
                "name": r"default",
                "arn": r"arn:aws:rds:eu-west-1:123456789012:target-group:prx-tg-[0-9a-f]{17}",
            },
        ),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"replicationGroupId": "c", "numCacheClusters": 2},
            {
                "primaryEndpointAddress": r"master\.c\..+\.cache\.amazonaws\.com",
                "readerEndpointAddress": r"replica\.c\..+",
                "memberClusters": r"\['c-001', 'c-002'\]",
                "port": "6379",
            },
        ),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"replicationGroupId": "c", "numNodeGroups": 1, "replicasPerNodeGroup": 1},
            {
                "configurationEndpointAddress": r"clustercfg\.c\..+",
                "memberClusters": r"\['c-0001-001', 'c-0001-002'\]",
            },
        ),
        ("aws:s3/bucket:Bucket", {"bucket": "b"}, {"id": "b", "bucketRegionalDomainName": r"b\.s3\.eu-west-1\..*"}),
        ("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "b"}, {"id": "b"}),
        (
            "aws:cloudfront/distribution:Distribution",
            {},
            {
                "arn": r"arn:aws:cloudfront::123456789012:distribution/E[A-Z2-7]{13}",
                "domainName": r"d.+\.cloudfront\.net",
                "hostedZoneId": "Z2FDTNDATAQYW2",
            },
        ),
        ("aws:acm/certificateValidation:CertificateValidation", {"certificateArn": "arn:x"}, {"id": "arn:x"}),
        ("aws:route53/record:Record", {"name": "a.example.", "zoneId": "Z1", "type": "A"}, {"fqdn": r"a\.example"}),
        (
            "aws:ecr/repository:Repository",
            {"name": "a/b"},
            {"repositoryUrl": r"123456789012\.dkr\.ecr\.eu-west-1\.amazonaws\.com/a/b", "registryId": "123456789012"},
        ),
        (
            "aws:ecs/cluster:Cluster",
            {"name": "c"},
            {"id": r"arn:aws:ecs:eu-west-1:123456789012:cluster/c", "name": "c"},
        ),
        (
            "aws:ecs/service:Service",
            {"name": "s", "cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/c"},
            {"id": r"arn:aws:ecs:eu-west-1:123456789012:service/c/s"},
        ),
        (
            "aws:ecs/taskDefinition:TaskDefinition",
            {"family": "f"},
            {"arn": r".*:task-definition/f:1", "arnWithoutRevision": r".*:task-definition/f", "revision": "1"},
        ),
        ("aws:iam/role:Role", {"path": "/a/", "name": "r"}, {"id": "r", "arn": r"arn:aws:iam::123456789012:role/a/r"}),
        ("aws:kms/key:Key", {}, {"arn": r"arn:aws:kms:eu-west-1:123456789012:key/.+", "keyId": r"[0-9a-f-]{36}"}),
        ("aws:secretsmanager/secret:Secret", {"name": "a/b"}, {"id": r".*:secret:a/b-[A-Z2-7]{6}"}),
        ("aws:lambda/function:Function", {"name": "f"}, {"arn": r".*:function:f", "invokeArn": r".*/invocations"}),
        ("aws:sns/topic:Topic", {"name": "t"}, {"id": r"arn:aws:sns:eu-west-1:123456789012:t"}),
        ("aws:sqs/queue:Queue", {"name": "q"}, {"url": r"https://sqs\.eu-west-1\..*/q"}),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "/a"}, {"id": "/a", "arn": r"arn:aws:logs:.*:log-group:/a"}),
        ("aws:wafv2/webAcl:WebAcl", {"scope": "CLOUDFRONT", "name": "w"}, {"arn": r".*:global/webacl/w/.*"}),
        ("aws:mq/broker:Broker", {}, {"name": r"it-[0-9a-f]{7}", "arn": r"arn:aws:mq:.*:broker/it-.*"}),
        ("random:index/randomId:RandomId", {"byteLength": 4}, {"hex": r"[0-9a-f]{8}", "b64Url": r"[\w-]{6}"}),
        ("random:index/randomInteger:RandomInteger", {"min": 5, "max": 5}, {"result": "5"}),
    ],
)
def test_outputs_have_the_right_shape(type_: str, inputs: dict[str, object], expected: dict[str, str]) -> None:
    found = outputs(type_, **inputs)
    for key, pattern in expected.items():
        assert re.fullmatch(pattern, str(found[key])), f"{key}: {found[key]}"


def test_a_wildcard_shares_its_base_domains_validation_record() -> None:
    names: dict[str, object] = {"domainName": "a.example", "subjectAlternativeNames": ["*.a.example", "b.example"]}
    options = outputs("aws:acm/certificate:Certificate", **names)["domainValidationOptions"]
    assert isinstance(options, list)
    records = {option["domainName"]: option["resourceRecordName"] for option in options}
    assert list(records) == ["a.example", "*.a.example", "b.example"]
    assert records["a.example"] == records["*.a.example"] != records["b.example"]


def test_generated_names_fit_aws() -> None:
    name = str(outputs("aws:lb/targetGroup:TargetGroup", name="it")["arn"])
    long = answer("u", "aws:lb/targetGroup:TargetGroup", "x" * 60, {}, REGION).outputs["name"]
    assert len(str(long)) == 32
    assert name == str(outputs("aws:lb/targetGroup:TargetGroup", name="it")["arn"])


@pytest.mark.parametrize(
    ("token", "args", "key", "expected"),
    [
        ("aws:index/getRegion:getRegion", {}, "region", REGION),
        ("aws:index/getPartition:getPartition", {}, "partition", "aws"),
        (
            "aws:index/getAvailabilityZones:getAvailabilityZones",
            {},
            "names",
            ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
        ),
        ("aws:route53/getZone:getZone", {"zoneId": "Z1"}, "zoneId", "Z1"),
        ("aws:route53/getZone:getZone", {"name": "a.example."}, "name", "a.example"),
        ("aws:ec2/getManagedPrefixList:getManagedPrefixList", {"name": "x"}, "name", "x"),
        ("aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider", {"url": "https://a/b"}, "url", "a/b"),
    ],
)
def test_look_ups(token: str, args: dict[str, object], key: str, expected: object) -> None:
    assert look_up(token, args, REGION)[key] == expected


@pytest.mark.parametrize("type_", sorted(TAGGABLE))
def test_taggable_types_have_tags_in_the_sdk(type_: str) -> None:
    package, module, _ = type_.split(":")
    service, _, name = module.partition("/")
    assert package == "aws"
    file = re.sub("([A-Z])", lambda upper: f"_{upper[1].lower()}", name)
    text = (SDK / {"lambda": "lambda_"}.get(service, service) / f"{file}.py").read_text(encoding="utf-8")
    assert "def tags_all(self)" in text
