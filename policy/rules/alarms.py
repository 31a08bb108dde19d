"""CloudWatch alarms: that they exist, and tell somebody."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, Self

from policy import values
from policy.control import ADVISED_IN_PRODUCTION, HUB, IN_PRODUCTION, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.topology import CACHE, DATABASE, LOAD_BALANCER, SERVICE
from policy.values import UNKNOWN, Answer, Value

ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"


DASHBOARD: Final = "aws:cloudwatch/dashboard:Dashboard"


COMPOSITE: Final = "aws:cloudwatch/compositeAlarm:CompositeAlarm"


MUTE_RULE: Final = "aws:cloudwatch/alarmMuteRule:AlarmMuteRule"


_WATCHED: Final = {
    DATABASE: ("AWS/RDS",),
    CACHE: ("AWS/ElastiCache",),
    LOAD_BALANCER: ("AWS/ApplicationELB",),
    SERVICE: ("AWS/ECS", "ECS/ContainerInsights"),
}


_BALANCERS: Final = {"network": ("AWS/NetworkELB",), "gateway": ("AWS/GatewayELB",)}
"""Where the metrics of load balancers are that are none of HTTP."""


@stack_rule(
    Control(
        name="alarm-has-actions",
        title="Alarms tell somebody",
        category="Operations",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="An alarm that only changes its colour wakes nobody.",
        remediation="aws.cloudwatch.MetricAlarm(..., alarm_actions=[topic.arn])",
        url=HUB + "cloudwatch-controls.html#cloudwatch-15",
        fsbp=("CloudWatch.15",),
        nist=("AU-6", "IR-4"),
        prowler=("cloudwatch_alarm_actions_alarm_state_configured",),
        cdk_nag=("CloudWatchAlarmAction",),
    ),
    ALARM,
    COMPOSITE,
)
def alarm_has_actions(graph: Graph, _config: Config) -> Iterator[Finding]:
    """An alarm tells somebody, or something acts on it: a deployment, a composite alarm, scaling. A dashboard does not."""
    alarms = [alarm for alarm in graph.of(ALARM, COMPOSITE) if not alarm.has("alarmActions")]
    read = _read(graph) if alarms else set()
    for alarm in alarms:
        if alarm.urn not in read:
            yield from alarm.must_hold(
                _is_part_of_another(graph, alarm),
                "alarmActions is not set, so it changes colour and nobody knows",
                about="whether a composite alarm asks for its state",
                fix="alarm_actions=[topic.arn]",
            )


def _read(graph: Graph) -> set[str]:
    """What the stack's resources refer to, dashboards aside, by URN."""
    return {
        urn
        for resource in graph.resources
        if resource.type != DASHBOARD
        for urns in resource.dependencies.values()
        for urn in urns
    }


def _is_part_of_another(graph: Graph, alarm: Resource) -> Answer:
    """Whether a composite alarm asks for the state of an alarm by its name. A rule that depends on others names those."""
    answers: list[Answer] = []
    for composite in graph.of(COMPOSITE):
        rule = composite.get("alarmRule")
        lost = rule is UNKNOWN and composite is not alarm and not composite.dependencies.get("alarmRule")
        answers.append(UNKNOWN if lost else isinstance(rule, str) and _is_part(alarm.get("name"), rule))
    return values.some(answers)


def _is_part(name: Value, rule: str) -> bool:
    """Whether a composite alarm's rule asks for the state of an alarm by its name, in quotes or without."""
    return isinstance(name, str) and re.search(rf"""\(\s*["']?{re.escape(name)}["']?\s*\)""", rule) is not None


@resource_rule(
    Control(
        name="alarm-actions-enabled",
        title="Alarms' actions are switched on",
        category="Operations",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="Somebody silenced it and forgot.",
        remediation="aws.cloudwatch.MetricAlarm(..., actions_enabled=True)",
        url=HUB + "cloudwatch-controls.html#cloudwatch-17",
        fsbp=("CloudWatch.17",),
        nist=("AU-6",),
        checkov=("CKV_AWS_319",),
        prowler=("cloudwatch_alarm_actions_enabled",),
    ),
    ALARM,
    COMPOSITE,
)
def alarm_actions_enabled(alarm: Resource, _config: Config) -> Iterator[Finding]:
    """The provider's default is on."""
    yield from alarm.must_be("actionsEnabled", wanted=True, fix="actions_enabled=True", default=True)


_AN_HOUR: Final = 60
_A_DAY: Final = 24 * _AN_HOUR
_MUTED: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+S)?)?")


@resource_rule(
    Control(
        name="alarms-muted-for-hours",
        title="Muted alarms come back",
        category="Operations",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="Windows that follow each other without a break silence alarms for good, and nobody sees it.",
        remediation='aws.cloudwatch.AlarmMuteRule(..., rule={"schedule": {"expression": "cron(0 3 * * *)", "duration": "PT2H"}})',
        url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules.html",
        nist=("AU-6", "IR-4"),
    ),
    MUTE_RULE,
)
def alarms_muted_for_hours(rule: Resource, _config: Config) -> Iterator[Finding]:
    """A window of a rule that repeats ends before the next begins, as far as its minutes and hours tell."""
    expression, duration = rule.text("rule.schedule.expression"), rule.text("rule.schedule.duration")
    if expression is UNKNOWN or duration is UNKNOWN:
        yield rule.unknown("how long alarms are muted")
        return
    length = _MUTED.fullmatch(duration)
    if length is None or not expression.startswith("cron("):
        return
    days, hours, minutes = (int(number or 0) for number in length.groups())
    muted = days * _A_DAY + hours * _AN_HOUR + minutes
    minute, hour, *_ = (*expression.removeprefix("cron(").split(), "*", "*")
    again = 1 if minute == "*" else _AN_HOUR if hour == "*" else _A_DAY
    if muted >= again:
        yield rule.fails(
            f"alarms are muted for {duration} and may be again after {again} minutes: {expression}",
            fix='"duration": "PT2H"',
        )


@stack_rule(
    Control(
        name="alarms-on-what-matters",
        title="Databases, caches, load balancers and services have an alarm each",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=ADVISED_IN_PRODUCTION,
        why="The first to know of an outage is a customer.",
        remediation='aws.cloudwatch.MetricAlarm(namespace="AWS/RDS", dimensions={"DBInstanceIdentifier": database.identifier}, ...)',
        url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html",
        nist=("CA-7",),
    ),
    *_WATCHED,
)
def alarms_on_what_matters(graph: Graph, _config: Config) -> Iterator[Finding]:
    """At least one alarm on a metric of each database, cache, load balancer and service."""
    alarms = [_Reading.of(alarm) for alarm in graph.of(ALARM)]
    for kind in _WATCHED:
        for resource in graph.of(kind):
            possible = _namespaces(resource)
            names = _identities(resource)
            answers = {values.some(_watches(alarm, resource, names, wanted) for alarm in alarms) for wanted in possible}
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


class _Reading(NamedTuple):
    """What an alarm reads."""

    namespaces: list[Value]
    dimensions: frozenset[str]
    """The known values of dimensions; of a node's name, such as ``sessions-001``, also whose node it is."""
    groups: frozenset[str]
    """The replication groups whose nodes' names may be among them: ``shop`` for ``shop-001`` or ``shop-0001-002``."""
    unsure: bool
    """Whether a dimension's value is not known yet."""
    linked: frozenset[str]
    """The resources that the dimensions come from."""

    @classmethod
    def of(cls, alarm: Resource) -> Self:
        """Read an alarm."""
        namespaces, dimensions = _metrics(alarm)
        told = [value for value in dimensions if isinstance(value, str)]
        numbered = (match for value in told for pattern in _NODES if (match := pattern.fullmatch(value)))
        return cls(
            namespaces=namespaces,
            dimensions=frozenset((*told, *(_NUMBER.sub("", value) for value in told))),
            groups=frozenset(match[1] for match in numbered),
            unsure=UNKNOWN in dimensions,
            linked=frozenset((*alarm.dependencies.get("dimensions", ()), *alarm.dependencies.get("metricQueries", ()))),
        )


_NUMBER: Final = re.compile(r"-\d{3,4}(-\d{3})?$")
_NODES: Final = (re.compile(r"(.*)-\d{3,4}", re.DOTALL), re.compile(r"(.*)(?:-\d{3,4}){2}", re.DOTALL))


def _identities(resource: Resource) -> frozenset[str]:
    """What dimensions call a resource."""
    given = [resource.get(key) for key in ("identifier", "replicationGroupId", "arnSuffix", "name", "id")]
    return frozenset(name for name in given if isinstance(name, str))


def _watches(alarm: _Reading, resource: Resource, names: frozenset[str], wanted: tuple[str, ...]) -> Answer:
    about: Answer = any(name in wanted for name in alarm.namespaces) or (
        UNKNOWN if UNKNOWN in alarm.namespaces else False
    )
    if about is False:
        return False
    node = resource.type == CACHE and resource.text("replicationGroupId") in alarm.groups
    if node or resource.urn in alarm.linked or not alarm.dimensions.isdisjoint(names):
        return about
    return UNKNOWN if alarm.unsure and not alarm.linked else False
