"""What the pack mends by itself: in place, secrets kept, the unknown left alone, and nothing that replaces a resource."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format  # type: ignore[import-untyped] # has no stubs among our dependencies
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import ResourceValidationPolicy
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY

from policy import pack
from policy.control import Environment
from policy.exemptions import Exemptions
from policy.remediations import REMEDIATIONS
from tests.policy.harness import UNKNOWN, Sample, analyze_request, evaluate, made_of, res
from tests.policy.test_exemptions import IN_ORDER, written

DATABASE = "rds/instance:Instance"
LOGS, BALANCER = "cloudwatch/logGroup:LogGroup", "lb/loadBalancer:LoadBalancer"
BLOCK = "s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
CLOSED: dict[str, Any] = dict.fromkeys(
    ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
)
HEADERS = "load-balancer-drops-invalid-headers"
TAGS = {"app": "shop", "environment": "production", "owner": "web"}


def secret(value: Any) -> dict[str, Any]:
    return {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": value}


def remediated(
    sample: Sample, control: str, config: Mapping[str, Any] | None = None, exempt: Exemptions | None = None
) -> dict[str, Any] | None:
    """Return the properties that the pack sends back for one control at the level `remediate`, None for none."""
    server = made_of(pack.policies(Environment.PRODUCTION, exempt=exempt))
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    request.policyConfig[control].enforcementLevel = analyzer_pb2.REMEDIATE
    request.policyConfig[control].properties.update(dict(config or {}))
    server.Configure(request, None)
    answer = server.Remediate(analyze_request(sample, preview=True), None)
    sent = [item for item in answer.remediations if item.policyName == control]
    assert not [item.diagnostic for item in sent if item.diagnostic]
    return json_format.MessageToDict(sent[0].properties) if sent else None


@pytest.mark.parametrize(
    ("control", "sample", "config", "expected"),
    [
        (HEADERS, res(BALANCER, "a", name="a"), {}, {"dropInvalidHeaderFields": True}),
        (HEADERS, res(BALANCER, "a", dropInvalidHeaderFields=False), {}, {"dropInvalidHeaderFields": True}),
        ("log-retention-set", res(LOGS, "a", name="a"), {"minDays": 1}, {"retentionInDays": 90}),
        ("log-retention-set", res(LOGS, "a", retentionInDays=0), {"minDays": 366}, {"retentionInDays": 400}),
        ("database-tags-copied-to-snapshots", res(DATABASE, "a", identifier="a"), {}, {"copyTagsToSnapshot": True}),
        ("bucket-public-access-block-complete", res(BLOCK, "a", blockPublicAcls=False), {}, CLOSED),
        ("required-tags", res(LOGS, "a", name="a"), {"values": TAGS}, {"tags": TAGS}),
        ("required-tags", res(LOGS, "a", tags={"app": "api"}), {"values": TAGS}, {"tags": {**TAGS, "app": "api"}}),
    ],
)
def test_what_is_missing_is_added(
    control: str, sample: Sample, config: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert remediated(sample, control, config) == {**sample.props, **expected}


@pytest.mark.parametrize(
    ("control", "sample", "config"),
    [
        (HEADERS, res(BALANCER, "a", dropInvalidHeaderFields=True), {}),
        (HEADERS, res(BALANCER, "a", dropInvalidHeaderFields=UNKNOWN), {}),
        (HEADERS, res(BALANCER, "a", loadBalancerType="network"), {}),
        (HEADERS, res(BALANCER, "a", loadBalancerType=UNKNOWN), {}),
        ("log-retention-set", res(LOGS, "a", retentionInDays=30), {}),
        ("log-retention-set", res(LOGS, "a", retentionInDays=UNKNOWN), {}),
        ("log-retention-set", res(BALANCER, "a"), {}),
        ("log-retention-set", res(LOGS, "a", logGroupClass="DELIVERY"), {}),
        ("database-tags-copied-to-snapshots", res(DATABASE, "a", copyTagsToSnapshot=True), {}),
        ("bucket-public-access-block-complete", res(BLOCK, "a", **CLOSED), {}),
        ("required-tags", res(LOGS, "a"), {}),
        ("required-tags", res(LOGS, "a", tags=TAGS), {"values": TAGS}),
        ("required-tags", res(LOGS, "a", tags=UNKNOWN), {"values": TAGS}),
        ("required-tags", res("ec2/route:Route", "a"), {"values": TAGS}),
    ],
)
def test_what_is_in_order_unknown_or_not_its_business_is_left_alone(
    control: str, sample: Sample, config: dict[str, Any]
) -> None:
    assert remediated(sample, control, config) is None


def test_what_is_exempt_is_left_alone(tmp_path: Path) -> None:
    entry = {**IN_ORDER, "control": "bucket-public-access-block-complete", "resource": f"aws:{BLOCK}::site"}
    exempt = written(tmp_path, entry)
    assert remediated(res(BLOCK, "site"), entry["control"], exempt=exempt) is None
    assert remediated(res(BLOCK, "media"), entry["control"], exempt=exempt) == {**CLOSED, "region": "eu-north-1"}


def test_secrets_stay_secret_and_unknowns_unknown() -> None:
    sample = res(LOGS, "a", tags=secret({"app": "hunter2"}), name=secret("hunter2"), kmsKeyId=UNKNOWN)
    sent = remediated(sample, "log-retention-set", {"minDays": 1})
    assert sent == {**sample.props, "retentionInDays": 90}


def test_remediations_belong_to_rules_about_one_resource() -> None:
    policies = {policy.name: policy for policy in pack.policies(Environment.PRODUCTION)}
    for control in REMEDIATIONS:
        policy = policies[control]
        assert isinstance(policy, ResourceValidationPolicy)
        assert policy.has_remediation()


def test_what_was_mended_no_longer_violates() -> None:
    sent = remediated(res(LOGS, "a", tags=TAGS, kmsKeyId="key"), "log-retention-set", {"minDays": 1})
    assert sent
    assert not evaluate([res(LOGS, "a", **sent)]).of("log-retention-set")
