"""SNS and CloudWatch: who is told, and by whom."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.documents import (
    CALLER,
    allows,
    conditions,
    covers,
    everyone,
    has_unread_condition,
    limited_by,
    statements,
)
from policy.topology import CACHE, DATABASE, LOAD_BALANCER, SERVICE
from policy.values import UNKNOWN, Answer, Value

TOPIC: Final = "aws:sns/topic:Topic"
TOPIC_POLICY: Final = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD: Final = "aws:cloudwatch/dashboard:Dashboard"
COMPOSITE: Final = "aws:cloudwatch/compositeAlarm:CompositeAlarm"

_CALLERS: Final = CALLER | {"sns:endpoint"}
_FEEDBACK: Final = ("http", "lambda", "sqs", "firehose", "application")
_WATCHED: Final = {
    DATABASE: ("AWS/RDS",),
    CACHE: ("AWS/ElastiCache",),
    LOAD_BALANCER: ("AWS/ApplicationELB",),
    SERVICE: ("AWS/ECS", "ECS/ContainerInsights"),
}
_BALANCERS: Final = {"network": ("AWS/NetworkELB",), "gateway": ("AWS/GatewayELB",)}
"""Where the metrics of load balancers are that are none of HTTP."""


@resource_rule("topic-policy-not-public", TOPIC, TOPIC_POLICY)
def topic_policy_not_public(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Everybody may publish or subscribe otherwise."""
    policy = values.document(holder.get("policy"))
    for index, statement in enumerate(statements(policy)):
        limited = limited_by(statement, _CALLERS) or has_unread_condition(statement)
        if allows(statement) and everyone(statement) and not limited:
            what = f"policy, statement {index + 1}, lets everybody in"
            yield holder.fails(
                what, fix='a principal, or "Condition": {"StringEquals": {"aws:SourceAccount": account_id}}'
            )
    if values.has_unknown(policy):
        yield holder.undecided("policy is not known yet")


@stack_rule("topic-tls-only", TOPIC)
def topic_tls_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A statement that denies publishing without TLS."""
    for topic in graph.of(TOPIC):
        about_it, vague = graph.companions(topic, "arn", TOPIC_POLICY)
        policies = [values.document(resource.get("policy")) for resource in (*about_it, topic.written)]
        denied = values.some([*map(_denies_plain_http, policies), *[UNKNOWN] * vague])
        fix = 'a Deny of sns:Publish with "Condition": {"Bool": {"aws:SecureTransport": "false"}}'
        yield from topic.must_hold(denied, "no policy denies publishing without TLS", about="its topic policy", fix=fix)


def _denies_plain_http(policy: Value) -> Answer:
    for statement in statements(policy):
        tests = [(key, wanted) for _, key, wanted in conditions(statement)]
        if (
            statement.get("Effect") == "Deny"
            and covers(statement, "Action", "sns:*", "sns:Publish")
            and tests == [("aws:securetransport", ["false"])]
        ):
            return True
    return UNKNOWN if values.has_unknown(policy) else False


@resource_rule("topic-deliveries-logged", TOPIC)
def topic_deliveries_logged(topic: Resource, _config: Config) -> Iterator[Finding]:
    """Any one of the kinds of subscribers."""
    if not any(topic.has(f"{kind}FailureFeedbackRoleArn") for kind in _FEEDBACK):
        yield topic.fails("no ...FailureFeedbackRoleArn is set", fix="lambda_failure_feedback_role_arn=role.arn")


@resource_rule("subscription-not-over-http", SUBSCRIPTION)
def subscription_not_over_http(subscription: Resource, _config: Config) -> Iterator[Finding]:
    """Messages travel readable, and nobody checks who receives them."""
    protocol = subscription.text("protocol")
    if protocol is UNKNOWN:
        yield subscription.undecided("protocol is not known yet")
    elif protocol == "http":
        yield subscription.fails("protocol is http, wanted https", fix='protocol="https"')


@resource_rule("subscription-failures-kept", SUBSCRIPTION)
def subscription_failures_kept(subscription: Resource, _config: Config) -> Iterator[Finding]:
    """A queue for what a subscriber did not take, after the last attempt."""
    fix = 'redrive_policy={"deadLetterTargetArn": queue.arn} as JSON'
    yield from subscription.must_be_set("redrivePolicy", fix=fix)


@stack_rule("alarm-has-actions", ALARM, COMPOSITE)
def alarm_has_actions(graph: Graph, _config: Config) -> Iterator[Finding]:
    """An alarm tells somebody, or something acts on it: a deployment, a composite alarm, scaling. A dashboard does not."""
    alarms = [alarm for alarm in graph.of(ALARM, COMPOSITE) if not alarm.has("alarmActions")]
    read = (
        {
            urn
            for resource in graph.resources
            if resource.type != DASHBOARD
            for urns in resource.dependencies.values()
            for urn in urns
        }
        if alarms
        else set()
    )
    for alarm in alarms:
        if alarm.urn not in read:
            yield alarm.fails(
                "alarmActions is not set, so it changes colour and nobody knows", fix="alarm_actions=[topic.arn]"
            )


@resource_rule("alarm-actions-enabled", ALARM, COMPOSITE)
def alarm_actions_enabled(alarm: Resource, _config: Config) -> Iterator[Finding]:
    """The provider's default is on."""
    yield from alarm.must_be("actionsEnabled", wanted=True, fix="actions_enabled=True", default=True)


@stack_rule("alarms-on-what-matters", *_WATCHED)
def alarms_on_what_matters(graph: Graph, _config: Config) -> Iterator[Finding]:
    """At least one alarm on a metric of each database, cache, load balancer and service."""
    alarms = [(alarm, *_metrics(alarm)) for alarm in graph.of(ALARM)]
    for kind in _WATCHED:
        for resource in graph.of(kind):
            possible = _namespaces(resource)
            answers = {
                values.some(_watches(alarm, names, told, resource, wanted) for alarm, names, told in alarms)
                for wanted in possible
            }
            watched = answers.pop() if len(answers) == 1 else UNKNOWN
            wanted = possible[0][0]
            what = f"no MetricAlarm of this stack watches a metric of {wanted} for it"
            fix = f'aws.cloudwatch.MetricAlarm(namespace="{wanted}", dimensions={{...}}, alarm_actions=[topic.arn])'
            yield from resource.must_hold(watched, what, about="what the stack's alarms watch", fix=fix)


def _namespaces(resource: Resource) -> list[tuple[str, ...]]:
    """The namespaces of a resource's metrics: more than one answer where its kind is not known yet."""
    usual = _WATCHED[resource.type]
    kind = resource.text("loadBalancerType") if resource.type == LOAD_BALANCER else ""
    return [usual, *_BALANCERS.values()] if kind is UNKNOWN else [_BALANCERS.get(kind, usual)]


def _metrics(alarm: Resource) -> tuple[list[Value], list[Value]]:
    """The namespaces and the dimension values that an alarm reads."""
    metrics: list[Value] = [
        dict(alarm.props),
        *(values.at(item, "metric") for item in values.items(alarm.get("metricQueries"))),
    ]
    namespaces = [values.at(metric, "namespace") for metric in metrics]
    dimensions = [values.at(metric, "dimensions") for metric in metrics]
    return namespaces, [value for item in dimensions for value in (item.values() if isinstance(item, dict) else [item])]


def _is_node(name: Value, group: Value) -> bool:
    """Whether a cache node's name, such as ``shop-001`` or ``shop-0001-002``, is one of a replication group's."""
    return (
        isinstance(name, str)
        and isinstance(group, str)
        and bool(re.fullmatch(re.escape(group) + r"(-\d{3,4}){1,2}", name))
    )


def _watches(
    alarm: Resource, namespaces: list[Value], dimensions: list[Value], resource: Resource, wanted: tuple[str, ...]
) -> Answer:
    about: Answer = any(name in wanted for name in namespaces) or (UNKNOWN if UNKNOWN in namespaces else False)
    if about is False:
        return False
    linked = [*alarm.dependencies.get("dimensions", ()), *alarm.dependencies.get("metricQueries", ())]
    given = [resource.get(key) for key in ("identifier", "replicationGroupId", "arnSuffix", "name", "id")]
    names = {name for name in given if isinstance(name, str)}
    if resource.type == CACHE:
        group = resource.get("replicationGroupId")
        names |= {node for node in dimensions if isinstance(node, str) and _is_node(node, group)}
    if resource.urn in linked or any(_names(value, names) for value in dimensions):
        return about
    return UNKNOWN if UNKNOWN in dimensions and not linked else False


def _names(value: Value, names: Collection[str]) -> bool:
    """Whether a dimension's value is one of a resource's names, or a node of it: ``sessions-001``."""
    return isinstance(value, str) and (value in names or re.sub(r"-\d{3,4}(-\d{3})?$", "", value) in names)
