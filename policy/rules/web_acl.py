"""Web ACLs: WAFv2. A rule is a block of its web ACL, JSON, or a resource of its own."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import HUB, IN_PRODUCTION, NOWHERE, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.cdn_delivery import WEB_ACL
from policy.values import UNKNOWN, Answer, Unknown, Value

ACL_RULE: Final = "aws:wafv2/webAclRule:WebAclRule"


GROUP_ASSOCIATION: Final = "aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation"


LOGGING: Final = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"


RULE_GROUP: Final = "aws:wafv2/ruleGroup:RuleGroup"


_CLASSIC: Final = ("aws:waf/webAcl:WebAcl", "aws:wafregional/webAcl:WebAcl")
"""Web ACLs of WAF Classic."""


_FLOOD_GROUP: Final = "AWSManagedRulesAntiDDoSRuleSet"


_RENAMED: Final = {"ARN": "arn", "CloudWatchMetricsEnabled": "cloudwatchMetricsEnabled"}
"""What the provider calls otherwise than AWS does, beyond the first letter."""


def _inline(resource: Resource) -> list[Value]:
    """The rules that a web ACL or rule group holds itself, in the provider's words also where they are JSON."""
    own = resource.inputs
    texts = [values.document(own.get(name)) for name in ("ruleJson", "rulesJson")]
    return values.items(own.get("rules")) + [
        values.uncapitalised(rule, _RENAMED) for text in texts for rule in values.items(text)
    ]


def _rules(graph: Graph, acl: Resource) -> list[Value]:
    """The rules of a web ACL wherever they are declared; `UNKNOWN` among them if there may be more."""
    added, vague = graph.companions(acl, "webAclArn", ACL_RULE, GROUP_ASSOCIATION)
    rules = [_of_association(item) if item.type == GROUP_ASSOCIATION else dict(item.props) for item in added]
    return [*_inline(acl), *rules, *[UNKNOWN] * vague]


def _of_association(association: Resource) -> Value:
    mode = association.text("overrideAction", default="none")
    return {
        "statement": {
            "managedRuleGroupStatement": association.get("managedRuleGroup"),
            "ruleGroupReferenceStatement": association.get("ruleGroupReference"),
        },
        "overrideAction": UNKNOWN if mode is UNKNOWN else {mode: {}},
    }


def _acts(rule: Value) -> Answer:
    """Whether a rule does more than count what it matches."""
    if rule is UNKNOWN or UNKNOWN in (values.at(rule, "action"), values.at(rule, "overrideAction")):
        return UNKNOWN
    return values.at(rule, "action.count") is None and values.at(rule, "overrideAction.count") is None


@stack_rule(
    Control(
        name="web-acl-has-rules",
        title="Web ACLs and rule groups have rules",
        category="Firewall",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="An empty one looks like protection in every list, and lets everything through.",
        remediation="aws.wafv2.WebAcl(..., rules=[...])",
        url=HUB + "waf-controls.html#waf-10",
        fsbp=("WAF.10",),
        nist=("SC-5", "SC-7"),
        checkov=("CKV_AWS_175",),
        prowler=("wafv2_webacl_with_rules",),
    ),
    WEB_ACL,
    RULE_GROUP,
    *_CLASSIC,
)
def has_rules(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Without a rule, a web ACL that lets through by default lets everything through."""
    for acl in graph.of(WEB_ACL, RULE_GROUP, *_CLASSIC):
        added, vague = graph.companions(acl, "webAclArn", ACL_RULE, GROUP_ASSOCIATION)
        own = any(acl.inputs.has(name) for name in ("rules", "ruleJson", "rulesJson"))
        yield from acl.must_hold(
            values.some([own, bool(added), *[UNKNOWN] * (vague and acl.type == WEB_ACL)]),
            "it has no rules",
            about="whether it has rules",
            fix="rules=[...], such as AWS's managed rule groups",
        )


@stack_rule(
    Control(
        name="web-acl-blocks",
        title="A web ACL does more than count",
        category="Firewall",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Rules that only count are right for a first week, and forgotten after it.",
        remediation='"override_action": {"none": {}} for rule groups, "action": {"block": {}} for rules',
        url="https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-testing.html",
        nist=("SC-7",),
        checkov=("CKV_AWS_342",),
    ),
    WEB_ACL,
    RULE_GROUP,
)
def blocks(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Counting is for the first days of a rule. A web ACL that blocks by default needs none that acts.

    What a rule group counts and labels, another rule may block.
    """
    for group in graph.of(RULE_GROUP):
        if inner := _inline(group):
            yield from group.must_hold(
                values.some(_acts(rule) or values.at(rule, "ruleLabels") is not None for rule in inner),
                "every rule only counts, so nothing is ever blocked",
                about="what its rules do",
                fix='"action": {"block": {}} for rules',
            )
    for acl in graph.of(WEB_ACL):
        rules = _rules(graph, acl)
        action = acl.get("defaultAction")
        by_default: Answer = UNKNOWN if action is UNKNOWN else values.at(action, "block") is not None
        if rules:
            yield from acl.must_hold(
                values.some([by_default, *map(_acts, rules)]),
                "every rule only counts, so nothing is ever blocked",
                about="what its rules do",
                fix='"override_action": {"none": {}} for rule groups, "action": {"block": {}} for rules',
            )


@stack_rule(
    Control(
        name="web-acl-managed-rules",
        title="A web ACL runs AWS's rules against common attacks and known bad inputs",
        category="Firewall",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="They know the attacks of today, Log4Shell among them, and are kept up to date by AWS. Parameter: groups.",
        remediation='"managed_rule_group_statement": {"vendor_name": "AWS", "name": "AWSManagedRulesCommonRuleSet"} in a rule',
        url="https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
        nist=("SC-7", "SI-3"),
        checkov=("CKV_AWS_192", "CKV2_AWS_76", "CKV2_AWS_47"),
        prowler=("wafv2_webacl_managed_rule_groups_enabled",),
    ),
    WEB_ACL,
    groups=Parameter(
        {"type": "array", "items": {"type": "string", "pattern": "^AWSManagedRules[A-Za-z0-9]+$"}},
        ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"],
    ),
)
def managed_rules(graph: Graph, config: Config) -> Iterator[Finding]:
    """The groups against the usual attacks and against Log4Shell and the like. Without any rule: web-acl-has-rules."""
    for acl in graph.of(WEB_ACL):
        rules = _rules(graph, acl)
        named = [_managed_group(rule) for rule in rules]
        for group in config.words("groups") if rules else ():
            yield from acl.must_hold(
                values.some(_runs(rule, group) for rule in rules),
                f"the rule that runs {group} only counts" if group in named else f"no rule runs {group}",
                about=f"whether a rule runs {group}",
                fix=f'"managed_rule_group_statement": {{"vendor_name": "AWS", "name": "{group}"}} in a rule',
            )


def _managed_group(rule: Value) -> str | Unknown:
    return values.text(values.at(rule, "statement.managedRuleGroupStatement.name"))


def _runs(rule: Value, group: str) -> Answer:
    name = _managed_group(rule)
    return _acts(rule) if name == group else UNKNOWN if name is UNKNOWN else False


@stack_rule(
    Control(
        name="web-acl-rate-limited",
        title="A web ACL limits how much one address may ask",
        category="Firewall",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="One machine that tries passwords or searches all day costs as much as all users together.",
        remediation='"rate_based_statement": {"limit": 2000, "aggregate_key_type": "IP"} in a rule that blocks',
        url="https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html",
        nist=("SC-5",),
    ),
    WEB_ACL,
)
def rate_limited(graph: Graph, _config: Config) -> Iterator[Finding]:
    """By a rule of its own, of a rule group of the stack, or AWS's group against floods. Without any rule: web-acl-has-rules."""
    for acl in graph.of(WEB_ACL):
        inner = list(graph.refers(acl, "rules", RULE_GROUP).found)
        for added in graph.companions(acl, "webAclArn", ACL_RULE, GROUP_ASSOCIATION)[0]:
            path = "ruleGroupReference.arn" if added.type == GROUP_ASSOCIATION else "statement"
            inner += graph.refers(added, path, RULE_GROUP).found
        rules = _rules(graph, acl)
        if not rules:
            continue
        yield from acl.must_hold(
            values.some(
                [
                    *(_limits_rate(rule, foreign=not inner) for rule in rules),
                    *(_limits_rate(rule, foreign=False) for group in inner for rule in _inline(group)),
                ]
            ),
            "no rule limits how much one address may ask, or it only counts",
            about="whether a rule limits the rate",
            fix='"rate_based_statement": {"limit": 2000, "aggregate_key_type": "IP"} in a rule that blocks',
        )


def _limits_rate(rule: Value, *, foreign: bool) -> Answer:
    statement = values.at(rule, "statement")
    if statement is UNKNOWN or (foreign and values.at(statement, "ruleGroupReferenceStatement")):
        return UNKNOWN
    if values.at(statement, "rateBasedStatement"):
        # What it counts and labels, another rule may block.
        return values.some([_acts(rule), values.at(rule, "ruleLabels") is not None])
    group = _managed_group(rule)
    return group if group is UNKNOWN else values.every([group == _FLOOD_GROUP, _acts(rule)])


@stack_rule(
    Control(
        name="web-acl-logged",
        title="What a web ACL blocks is logged",
        category="Logging",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Only the log tells which rule stopped a customer, and what an attacker tried.",
        remediation="aws.wafv2.WebAclLoggingConfiguration(..., resource_arn=acl.arn, log_destination_configs=[log.arn])",
        url=HUB + "waf-controls.html#waf-11",
        fsbp=("WAF.11",),
        nist=("AU-2", "AU-12"),
        checkov=("CKV2_AWS_31",),
        prowler=("wafv2_webacl_logging_enabled",),
        cdk_nag=("WAFv2LoggingEnabled",),
    ),
    WEB_ACL,
)
def logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """To CloudWatch Logs, S3 or Firehose."""
    for acl in graph.of(WEB_ACL):
        logs, vague = graph.companions(acl, "resourceArn", LOGGING)
        yield from acl.must_hold(
            bool(logs) or (UNKNOWN if vague else False),
            "what it blocks is not logged",
            about="whether it is logged",
            fix="an aws.wafv2.WebAclLoggingConfiguration with resource_arn=acl.arn",
        )


@resource_rule(
    Control(
        name="web-acl-measured",
        title="Web ACLs and their rules are measured",
        category="Logging",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Without metrics nobody sees an attack, nor a rule that blocks customers.",
        remediation='"visibility_config": {"cloudwatch_metrics_enabled": True, ...} of the web ACL and of every rule',
        url=HUB + "waf-controls.html#waf-12",
        fsbp=("WAF.12",),
        nist=("AU-6", "SI-4"),
        prowler=("wafv2_webacl_rule_logging_enabled",),
    ),
    WEB_ACL,
    RULE_GROUP,
    ACL_RULE,
    GROUP_ASSOCIATION,
)
def measured(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Of the whole and of each rule."""
    places = [("visibilityConfig", resource.get("visibilityConfig"))]
    places += [
        (f"rules[{place}].visibilityConfig", values.at(rule, "visibilityConfig"))
        for place, rule in enumerate(_inline(resource))
    ]
    for name, visibility in places:
        yield from resource.must_hold(
            values.flag(values.at(visibility, "cloudwatchMetricsEnabled"), default=True),
            f"cloudwatchMetricsEnabled of {name} is false, wanted true",
            about=f"cloudwatchMetricsEnabled of {name}",
            fix='"visibility_config": {"cloudwatch_metrics_enabled": True, ...}',
        )
