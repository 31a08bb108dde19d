import re
from typing import Any

import pulumi
import pytest

import limits
from components.web_acl import RateLimitArgs, Scope, WebAclArgs, web_acl
from limits import MOST_RATE_LIMITS
from preview.graph import Graph
from tests.components.conftest import build, check_contract

ACL = "aws:wafv2/webAcl:WebAcl"
LOG = "aws:cloudwatch/logGroup:LogGroup"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"


class Owner(pulumi.ComponentResource):
    def __init__(self, name: str, args: WebAclArgs, scope: Scope) -> None:
        super().__init__("slipway:index:Owner", name)
        arn = web_acl(name, args, name_prefix="storefront-production", scope=scope, parent=self)
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


def test_limit_by_path_answers_429() -> None:
    found = rules(recorded(rate_limits=[RateLimitArgs(path="/API/*", limit=300, window_seconds=60)]))
    (name,) = (name for name in found if name.startswith("rate-limit-"))
    assert re.fullmatch(r"rate-limit-api-[0-9a-f]{6}", name)
    assert found[name]["action"] == {
        "block": {
            "customResponse": {
                "responseCode": 429,
                "responseHeaders": [{"name": "Retry-After", "value": "60"}],
            }
        }
    }
    assert found[name]["statement"]["rateBasedStatement"] == {
        "aggregateKeyType": "IP",
        "limit": 300,
        "evaluationWindowSec": 60,
        "scopeDownStatement": {
            "byteMatchStatement": {
                "fieldToMatch": {"uriPath": {}},
                "positionalConstraint": "STARTS_WITH",
                "searchString": "/api/",
                "textTransformations": [
                    {"priority": 0, "type": "URL_DECODE"},
                    {"priority": 1, "type": "NORMALIZE_PATH"},
                    {"priority": 2, "type": "LOWERCASE"},
                ],
            }
        },
    }


def test_limits_by_path_come_before_the_general_one_and_move_no_other_rule() -> None:
    paths = ["/", "/a/b", "/a-b", "/a.b", "/a_b", "/.well-known/*", "/" + "x" * 199]
    with_limits = rules(recorded(rate_limits=[RateLimitArgs(path=path, limit=100) for path in paths]))
    without = rules(recorded())
    assert {name: with_limits[name] for name in without} == without
    added = [rule for name, rule in with_limits.items() if name not in without]
    assert [rule["priority"] for rule in added] == list(range(len(paths)))
    assert without["rate-limit"]["priority"] >= MOST_RATE_LIMITS
    assert without["rate-limit"]["priority"] < min(r["priority"] for n, r in without.items() if n != "rate-limit")
    metrics = [rule["visibilityConfig"]["metricName"] for rule in with_limits.values()]
    assert metrics == list(with_limits)
    assert len(set(metrics)) == len(without) + len(paths)
    assert all(re.fullmatch(r"[\w-]{1,128}", metric) for metric in metrics)


def test_all_limits_fit_into_the_capacity_in_the_price() -> None:
    # AWS's own figures: the managed groups, a rate-based statement, a match at the beginning, a transformation.
    capacity = {
        "AWSManagedRulesAmazonIpReputationList": 25,
        "AWSManagedRulesKnownBadInputsRuleSet": 200,
        "AWSManagedRulesCommonRuleSet": 700,
    }
    used = 0
    for name, rule in rules(
        recorded(rate_limits=[RateLimitArgs(path=f"/{n}", limit=100) for n in range(MOST_RATE_LIMITS)])
    ).items():
        rate = rule["statement"].get("rateBasedStatement")
        inner = rate.get("scopeDownStatement", {}).get("byteMatchStatement") if rate else None
        used += 2 if rate else capacity[name]
        used += 2 + 10 * len(inner["textTransformations"]) if inner else 0
    assert used == 1233
    assert used <= 1500


@pytest.mark.parametrize(
    ("args", "messages"),
    [
        ({"path": "/a", "limit": 9}, ["RateLimitArgs.limit: 9 is outside 10 to 2000000000"]),
        (
            {"path": "api", "limit": 10, "window_seconds": 30},
            [
                f"RateLimitArgs.path: {limits.rate_limit_path('api')}",
                "RateLimitArgs.window_seconds: 30 is not a window WAF counts in; allowed: 60, 120, 300 or 600 seconds",
            ],
        ),
    ],
)
def test_limit_by_path_refuses(args: dict[str, Any], messages: list[str]) -> None:
    with pytest.raises(ValueError, match=r"^RateLimitArgs\.") as refused:
        RateLimitArgs(**args)
    assert str(refused.value).splitlines() == messages


@pytest.mark.parametrize("path", ["//api", "/api/*/x", "/a b", "/../a", "/./a", "/%61", "/" + "x" * 200, ""])
def test_limit_by_path_refuses_what_would_match_nothing(path: str) -> None:
    with pytest.raises(ValueError, match=r"^RateLimitArgs\.path: .* is not the beginning of a path"):
        RateLimitArgs(path=path, limit=10)


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
        (
            {"rate_limits": [RateLimitArgs(path=path, limit=10) for path in ("/api/*", "/API/")]},
            "WebAclArgs.rate_limits: '/API/' is there twice; each path has one limit",
        ),
        (
            {"rate_limits": [RateLimitArgs(path=f"/{n}", limit=10) for n in range(10)]},
            "WebAclArgs.rate_limits: 10 given; at most 9",
        ),
        ({"log_days": 2}, "WebAclArgs.log_days: 2 is not a retention CloudWatch Logs offers"),
    ],
)
def test_refuses(args: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"^WebAclArgs\.") as refused:
        WebAclArgs(**args)
    assert str(refused.value).startswith(message)
