import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

WEB_ACL = "wafv2/webAcl:WebAcl"

ACL_RULE = "wafv2/webAclRule:WebAclRule"

ASSOCIATION = "wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation"

LOGGING = "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"

RULE_GROUP = "wafv2/ruleGroup:RuleGroup"

COMMON = "AWSManagedRulesCommonRuleSet"

BAD_INPUTS = "AWSManagedRulesKnownBadInputsRuleSet"

COUNTS: dict[str, Any] = {"overrideAction": {"count": {}}}

MEASURED = {"cloudwatchMetricsEnabled": True, "sampledRequestsEnabled": True}

UNMEASURED = {"cloudwatchMetricsEnabled": False, "sampledRequestsEnabled": True}

RATE: dict[str, Any] = {
    "action": {"block": {}},
    "statement": {"rateBasedStatement": {"limit": 2000, "aggregateKeyType": "IP"}},
}

THROTTLE: dict[str, Any] = {
    "action": {"block": {"customResponse": {"responseCode": 429}}},
    "statement": {
        "rateBasedStatement": {
            **RATE["statement"]["rateBasedStatement"],
            "scopeDownStatement": {"byteMatchStatement": {"searchString": "/api/"}},
        }
    },
}


def acl(*rules: Any, **props: Any) -> Sample:
    usual: dict[str, Any] = {"scope": "REGIONAL", "defaultAction": {"allow": {}}}
    return res(WEB_ACL, "acl", **{**usual, **({"rules": list(rules)} if rules else {}), **props})


def managed(name: Any = COMMON, **rule: Any) -> dict[str, Any]:
    statement = {"managedRuleGroupStatement": {"vendorName": "AWS", "name": name}}
    return {"overrideAction": {"none": {}}, "statement": statement, **rule}


def as_json(*names: str, action: str = "None") -> str:
    return json.dumps(
        [
            {
                "OverrideAction": {action: {}},
                "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}},
                "VisibilityConfig": {"CloudWatchMetricsEnabled": True},
            }
            for name in names
        ]
    )


def added(name: str, override: str = "none", **props: Any) -> Sample:
    """A managed rule group that is a resource of its own."""
    group = {"vendorName": "AWS", "name": name}
    usual = {"webAclArn": Ref("acl", "arn"), "overrideAction": override, "managedRuleGroup": group}
    return res(ASSOCIATION, name, **{**usual, **props})


def grouped(*rules: dict[str, Any]) -> list[Sample]:
    """A rule group of the stack, and a web ACL that runs it."""
    runs = {"overrideAction": {"none": {}}, "statement": {"ruleGroupReferenceStatement": {"arn": Ref("own", "arn")}}}
    return [res(RULE_GROUP, "own", capacity=10, rules=list(rules)), acl(runs)]


CASES: list[Case] = [
    Case("web-acl-has-rules", "pass", [acl(RATE)]),
    Case("web-acl-has-rules", "pass", [acl(ruleJson=as_json(COMMON))]),
    Case("web-acl-has-rules", "pass", [acl(), added(COMMON)]),
    Case("web-acl-has-rules", "pass", [acl(), res(ACL_RULE, "rate", webAclArn=Ref("acl", "arn"), **RATE)]),
    Case("web-acl-has-rules", "pass", [acl(rules=UNKNOWN)]),
    Case("web-acl-has-rules", "fail", [acl()], "it has no rules"),
    Case("web-acl-has-rules", "fail", [res(RULE_GROUP, "own", capacity=1)], "it has no rules"),
    Case("web-acl-has-rules", "unknown", [acl(), res(ACL_RULE, "rate", webAclArn=UNKNOWN)]),
    Case("web-acl-blocks", "pass", [acl(THROTTLE)]),
    Case("web-acl-blocks", "pass", [acl(managed(), managed(**COUNTS))]),
    Case("web-acl-blocks", "pass", [acl(managed(**COUNTS), defaultAction={"block": {}})]),
    Case("web-acl-blocks", "pass", [acl(managed(**COUNTS)), added(BAD_INPUTS)]),
    Case("web-acl-blocks", "pass", [acl()]),
    Case(
        "web-acl-blocks", "fail", [acl(managed(**COUNTS), {**RATE, "action": {"count": {}}})], "every rule only counts"
    ),
    Case(
        "web-acl-blocks",
        "fail",
        [acl(ruleJson=as_json(COMMON, action="Count"))],
        "every rule only counts, so nothing is ever blocked",
    ),
    Case(
        "web-acl-blocks", "fail", [acl(), added(COMMON, "count")], "every rule only counts, so nothing is ever blocked"
    ),
    Case("web-acl-blocks", "unknown", [acl(managed(overrideAction=UNKNOWN))]),
    Case(
        "web-acl-blocks", "pass", [res(RULE_GROUP, "own", rules=[{"action": {"count": {}}}, {"action": {"block": {}}}])]
    ),
    Case(
        "web-acl-blocks",
        "pass",
        [res(RULE_GROUP, "own", rules=[{"action": {"count": {}}, "ruleLabels": [{"name": "x"}]}])],
    ),
    Case(
        "web-acl-blocks", "fail", [res(RULE_GROUP, "own", rules=[{"action": {"count": {}}}])], "every rule only counts"
    ),
    Case("web-acl-blocks", "unknown", [res(RULE_GROUP, "own", rules=UNKNOWN)]),
    Case("web-acl-managed-rules", "pass", [acl(managed(COMMON), managed(BAD_INPUTS))]),
    Case("web-acl-managed-rules", "pass", [acl(ruleJson=as_json(COMMON, BAD_INPUTS))]),
    Case("web-acl-managed-rules", "pass", [acl(managed(COMMON)), added(BAD_INPUTS)]),
    Case(
        "web-acl-managed-rules",
        "pass",
        [acl(managed("AWSManagedRulesSQLiRuleSet"))],
        config={"groups": ["AWSManagedRulesSQLiRuleSet"]},
    ),
    Case("web-acl-managed-rules", "fail", [acl(managed(COMMON))], f"no rule runs {BAD_INPUTS}"),
    Case(
        "web-acl-managed-rules",
        "fail",
        [acl(managed(COMMON), managed(BAD_INPUTS, **COUNTS))],
        f"the rule that runs {BAD_INPUTS} only counts",
    ),
    Case("web-acl-managed-rules", "pass", [acl()]),
    Case("web-acl-managed-rules", "fail", [acl(RATE)], f"no rule runs {COMMON}"),
    Case("web-acl-managed-rules", "unknown", [acl(managed(COMMON), managed(UNKNOWN))]),
    Case("web-acl-rate-limited", "pass", [acl(RATE)]),
    Case("web-acl-rate-limited", "pass", [acl(THROTTLE)]),
    Case("web-acl-rate-limited", "pass", [acl()]),
    Case("web-acl-rate-limited", "pass", grouped(RATE)),
    Case("web-acl-rate-limited", "pass", [acl(managed("AWSManagedRulesAntiDDoSRuleSet"))]),
    Case("web-acl-rate-limited", "pass", [acl(), res(ACL_RULE, "rate", webAclArn=Ref("acl", "arn"), **RATE)]),
    Case("web-acl-rate-limited", "fail", [acl(managed())], "no rule limits how much one address may ask"),
    Case("web-acl-rate-limited", "fail", grouped(managed()), "no rule limits how much one address may ask"),
    Case("web-acl-rate-limited", "unknown", [acl(rules=UNKNOWN)]),
    Case(
        "web-acl-rate-limited",
        "unknown",
        [
            acl(
                {
                    "statement": {
                        "ruleGroupReferenceStatement": {"arn": "arn:aws:wafv2:eu-north-1:1:regional/rulegroup/g/1"}
                    }
                }
            )
        ],
    ),
    Case("web-acl-measured", "pass", [acl(RATE, visibilityConfig=MEASURED)]),
    Case("web-acl-measured", "pass", [acl(ruleJson=as_json(COMMON), visibilityConfig=MEASURED)]),
    Case(
        "web-acl-measured",
        "fail",
        [acl(RATE, {**RATE, "visibilityConfig": UNMEASURED}, visibilityConfig=MEASURED)],
        "cloudwatchMetricsEnabled of rules[1].visibilityConfig is false",
    ),
    Case(
        "web-acl-measured",
        "fail",
        [res(RULE_GROUP, "own", visibilityConfig=UNMEASURED)],
        "cloudwatchMetricsEnabled of visibilityConfig is false, wanted true",
    ),
    Case(
        "web-acl-measured",
        "fail",
        [acl(), added(COMMON, visibilityConfig=UNMEASURED)],
        "cloudwatchMetricsEnabled of visibilityConfig is false, wanted true",
    ),
    Case("web-acl-measured", "unknown", [acl(visibilityConfig={"cloudwatchMetricsEnabled": UNKNOWN})]),
    Case("web-acl-logged", "unknown", [acl(), res(LOGGING, "log", resourceArn=UNKNOWN)]),
    Case("web-acl-logged", "pass", [acl(), res(LOGGING, "log", resourceArn=Ref("acl", "arn"))]),
    Case("web-acl-logged", "fail", [acl()], "what it blocks is not logged"),
]

COUNTED: dict[str, Any] = {**RATE, "action": {"count": {}}}
FLOODS = managed("AWSManagedRulesAntiDDoSRuleSet", **COUNTS)
OLDER: list[tuple[str, dict[str, Any], str]] = [("pass", {"rules": UNKNOWN}, ""), ("fail", {}, "it has no rules")]
CASES += [
    *(
        Case("web-acl-rate-limited", "fail", samples, "no rule limits how much one address may ask, or it only counts")
        for samples in ([acl(COUNTED)], [acl(FLOODS)], grouped(COUNTED))
    ),
    Case("web-acl-rate-limited", "pass", [acl({**COUNTED, "ruleLabels": [{"name": "flood"}]})]),
    Case("web-acl-rate-limited", "unknown", [acl({**RATE, "action": UNKNOWN})]),
    *(
        Case("web-acl-has-rules", verdict, [res(f"{module}/webAcl:WebAcl", "acl", defaultAction={}, **given)], says)
        for module in ("waf", "wafregional")
        for verdict, given, says in OLDER
    ),
]
