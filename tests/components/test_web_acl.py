from typing import Any

import pulumi
import pytest

from components.web_acl import Scope, WebAclArgs, web_acl
from preview.graph import Graph
from tests.components.conftest import build, check_contract

ACL = "aws:wafv2/webAcl:WebAcl"
LOG = "aws:cloudwatch/logGroup:LogGroup"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"


class Owner(pulumi.ComponentResource):
    def __init__(self, name: str, args: WebAclArgs, scope: Scope) -> None:
        super().__init__("slipway:index:Owner", name)
        arn = web_acl(name, args, label="storefront-production", scope=scope, parent=self)
        self.register_outputs({"arn": arn})


def recorded(scope: Scope = "REGIONAL", **args: Any) -> Graph:
    return build(lambda: Owner("load-balancer", WebAclArgs(**args), scope))


def rules(graph: Graph) -> dict[str, Any]:
    found = graph.one(ACL).inputs["rules"]
    assert isinstance(found, list)
    return {rule["name"]: rule for rule in found}


def managed(graph: Graph, name: str) -> Any:
    return rules(graph)[name]["statement"]["managedRuleGroupStatement"]


def test_contract() -> None:
    check_contract(lambda: Owner("load-balancer", WebAclArgs(), "CLOUDFRONT"))


def test_managed_groups_block() -> None:
    found = rules(recorded())
    groups = {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
    }
    assert set(found) == {"rate-limit", *groups}
    for name in groups:
        assert found[name]["overrideAction"] == {"none": {}}
        assert found[name]["statement"]["managedRuleGroupStatement"]["vendorName"] == "AWS"


def test_bodies_above_8_kb_are_counted_and_nothing_else_is() -> None:
    graph = recorded()
    assert managed(graph, "AWSManagedRulesCommonRuleSet")["ruleActionOverrides"] == [
        {"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}
    ]
    assert managed(graph, "AWSManagedRulesKnownBadInputsRuleSet")["ruleActionOverrides"] == []
    assert managed(graph, "AWSManagedRulesAmazonIpReputationList")["ruleActionOverrides"] == []


@pytest.mark.parametrize(("args", "limit"), [({}, 2000), ({"rate_limit": 500}, 500)])
def test_rate_limit_blocks_by_address(args: dict[str, Any], limit: int) -> None:
    rule = rules(recorded(**args))["rate-limit"]
    assert rule["action"] == {"block": {}}
    assert rule["statement"]["rateBasedStatement"] == {
        "aggregateKeyType": "IP",
        "limit": limit,
        "evaluationWindowSec": 300,
    }


def test_each_rule_has_its_own_place_and_metric() -> None:
    graph = recorded()
    found = rules(graph).values()
    assert len({rule["priority"] for rule in found}) == len(found) == 4
    seen = [rule["visibilityConfig"] for rule in found] + [graph.one(ACL).inputs["visibilityConfig"]]
    assert all(v["cloudwatchMetricsEnabled"] and v["sampledRequestsEnabled"] for v in seen)
    assert len({v["metricName"] for v in seen}) == 5


def test_other_requests_pass() -> None:
    assert recorded().has(ACL, defaultAction={"allow": {}})


def test_log() -> None:
    graph = recorded(log_days=60, log_key_arn="arn:aws:kms:us-east-1:123456789012:key/logs")
    log = graph.one(LOG, retentionInDays=60, kmsKeyId="arn:aws:kms:us-east-1:123456789012:key/logs")
    assert log.inputs["name"] == "aws-waf-logs-storefront-production-load-balancer"
    logging = graph.one(LOGGING, resourceArn=graph.one(ACL).outputs["arn"], logDestinationConfigs=[log.outputs["arn"]])
    assert logging.inputs["redactedFields"] == [
        {"singleHeader": {"name": "authorization"}},
        {"singleHeader": {"name": "cookie"}},
    ]
    log_filter: Any = logging.inputs["loggingFilter"]
    assert log_filter["defaultBehavior"] == "DROP"
    assert [c["actionCondition"]["action"] for c in log_filter["filters"][0]["conditions"]] == ["BLOCK", "COUNT"]


@pytest.mark.parametrize(("scope", "region"), [("REGIONAL", None), ("CLOUDFRONT", "us-east-1")])
def test_cloudfront_looks_in_us_east_1(scope: Scope, region: str | None) -> None:
    graph = recorded(scope)
    assert graph.has(ACL, scope=scope)
    assert [r.inputs.get("region") for r in (graph.one(ACL), graph.one(LOG), graph.one(LOGGING))] == [region] * 3


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"rate_limit": 9}, "WebAclArgs.rate_limit: 9 is outside 10 to 2000000000"),
        ({"rate_limit": 2_000_000_001}, "WebAclArgs.rate_limit: 2000000001 is outside 10 to 2000000000"),
        ({"log_days": 2}, "WebAclArgs.log_days: 2 is not a retention CloudWatch Logs offers"),
    ],
)
def test_refuses(args: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"^WebAclArgs\.") as refused:
        WebAclArgs(**args)
    assert str(refused.value).startswith(message)
