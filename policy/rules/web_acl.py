"""Web ACLs: WAFv2. A rule is a block of its web ACL, JSON, or a resource of its own."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.cdn import WEB_ACL
from policy.values import UNKNOWN, Answer, Unknown, Value

ACL_RULE: Final = "aws:wafv2/webAclRule:WebAclRule"
GROUP_ASSOCIATION: Final = "aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation"
LOGGING: Final = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
RULE_GROUP: Final = "aws:wafv2/ruleGroup:RuleGroup"

_FLOOD_GROUP: Final = "AWSManagedRulesAntiDDoSRuleSet"
_RENAMED: Final = {"ARN": "arn", "CloudWatchMetricsEnabled": "cloudwatchMetricsEnabled"}
"""What the provider calls otherwise than AWS does, beyond the first letter."""


def _inline(resource: Resource) -> list[Value]:
    """The rules that a web ACL or rule group holds itself, in the provider's words also where they are JSON."""
    own = resource.written
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


@stack_rule("web-acl-has-rules", WEB_ACL, RULE_GROUP)
def has_rules(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Without a rule, a web ACL that lets through by default lets everything through."""
    for acl in graph.of(WEB_ACL, RULE_GROUP):
        added, vague = graph.companions(acl, "webAclArn", ACL_RULE, GROUP_ASSOCIATION)
        own = any(acl.written.has(name) for name in ("rules", "ruleJson", "rulesJson"))
        yield from acl.must_hold(
            values.some([own, bool(added), *[UNKNOWN] * (vague and acl.type == WEB_ACL)]),
            "it has no rules",
            about="whether it has rules",
            fix="rules=[...], such as AWS's managed rule groups",
        )


@stack_rule("web-acl-blocks", WEB_ACL, RULE_GROUP)
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
    "web-acl-managed-rules",
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


@stack_rule("web-acl-rate-limited", WEB_ACL)
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
            "no rule limits how much one address may ask",
            about="whether a rule limits the rate",
            fix='"rate_based_statement": {"limit": 2000, "aggregate_key_type": "IP"} in a rule that blocks',
        )


def _limits_rate(rule: Value, *, foreign: bool) -> Answer:
    statement = values.at(rule, "statement")
    if statement is UNKNOWN or (foreign and values.at(statement, "ruleGroupReferenceStatement")):
        return UNKNOWN
    if values.at(statement, "rateBasedStatement"):
        return True
    group = _managed_group(rule)
    return group if group is UNKNOWN else group == _FLOOD_GROUP


@stack_rule("web-acl-logged", WEB_ACL)
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


@resource_rule("web-acl-measured", WEB_ACL, RULE_GROUP, ACL_RULE, GROUP_ASSOCIATION)
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
