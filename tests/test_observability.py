"""Who is told of what in the shipped stacks: every alarm looks at something that is deployed, and tells the right people."""

from __future__ import annotations

import json
from typing import Any

import pytest

from preview.graph import Graph, Resource
from tests import stacks
from tests.settings.files import GONE, as_engine, changed

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC = "aws:sns/topic:Topic"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
PROD, RUPAYA, PTO = "Pulumi.prod.yaml", "examples/rupaya/Pulumi.prod.yaml", "examples/power-pto/Pulumi.prod.yaml"
WITH_ALARMS = [n for n in stacks.NAMES if "\n  slipway:alarms:" in (stacks.ROOT / n).read_text(encoding="utf-8")]


def alarm(graph: Graph, key: str) -> Resource:
    return graph.one(ALARM, name=f"observability-alarms-{key}")


def told(graph: Graph, resource: Resource) -> list[str]:
    """The audiences whose topics an alarm tells."""
    arns: Any = resource.inputs.get("alarmActions", ())
    return [topic.name.rpartition("-")[2] for arn in arns for topic in graph.of(TOPIC) if topic.outputs["arn"] == arn]


def dimensions(resource: Resource) -> list[dict[str, str]]:
    """The dimensions of every metric an alarm looks at."""
    queries: Any = resource.inputs.get("metricQueries", ())
    given: Any = [resource.inputs, *(query.get("metric") or {} for query in queries)]
    return [each["dimensions"] for each in given if each.get("dimensions")]


def test_the_stacks_that_ask_for_alarms_have_them() -> None:
    assert {PROD, "Pulumi.staging.yaml", RUPAYA, PTO} <= set(WITH_ALARMS)


@pytest.mark.parametrize("name", WITH_ALARMS)
def test_every_alarm_looks_at_what_is_deployed(name: str) -> None:
    graph = stacks.recorded(name)
    deployed = {
        "ClusterName": [r.outputs["name"] for r in graph.of("aws:ecs/cluster:Cluster")],
        "ServiceName": [r.outputs["name"] for r in graph.of("aws:ecs/service:Service")],
        "LoadBalancer": [r.outputs["arnSuffix"] for r in graph.of("aws:lb/loadBalancer:LoadBalancer")],
        "TargetGroup": [r.outputs["arnSuffix"] for r in graph.of("aws:lb/targetGroup:TargetGroup")],
        "DBInstanceIdentifier": [r.outputs["identifier"] for r in graph.of("aws:rds/instance:Instance")],
        "FunctionName": [r.outputs["name"] for r in graph.of("aws:lambda/function:Function")],
        "HealthCheckId": [r.outputs["id"] for r in graph.of("aws:route53/healthCheck:HealthCheck")],
    }
    groups = [
        str(r.inputs["replicationGroupId"]) for r in graph.of("aws:elasticache/replicationGroup:ReplicationGroup")
    ]
    looked_at = 0
    for resource in graph.of(ALARM):
        for key, value in ((k, v) for each in dimensions(resource) for k, v in each.items()):
            if key == "CacheClusterId":
                assert any(value.startswith(f"{group}-0") for group in groups), resource
            elif key in deployed:
                assert value in deployed[key], resource
            looked_at += 1
    assert looked_at > 10


@pytest.mark.parametrize("name", WITH_ALARMS)
def test_every_alarm_tells_somebody(name: str) -> None:
    graph = stacks.recorded(name)
    for resource in graph.of(ALARM):
        if resource.name.startswith("observability-"):
            assert len(told(graph, resource)) == 1, resource
            assert resource.inputs["alarmActions"] == resource.inputs["okActions"]


@pytest.mark.parametrize(
    ("key", "audience"),
    [
        ("backend-unhealthy", "page"),
        ("backend-no-tasks", "page"),
        ("database-cpu", "database"),
        ("database-exhausted", "page"),
        ("backend-memory", "team"),
        ("database-storage", "team"),
    ],
)
def test_severity_decides_who_is_told(key: str, audience: str) -> None:
    graph = stacks.recorded(RUPAYA)
    assert told(graph, alarm(graph, key)) == [audience]


@pytest.mark.parametrize("name", WITH_ALARMS)
def test_functions_that_nobody_sees_fail_are_watched(name: str) -> None:
    graph = stacks.recorded(name)
    watched = {
        str(given["FunctionName"]): alarm
        for alarm in graph.all(ALARM, namespace="AWS/Lambda", metricName="Errors", statistic="Sum")
        for given in dimensions(alarm)
    }
    functions = [r for r in graph.of("aws:lambda/function:Function") if not r.name.startswith("hibernation-")]
    # What a function could not do, and keeps, is watched where it is kept.
    own = [r for r in functions if "deadLetterConfig" not in r.inputs]
    kept = graph.all(ALARM, namespace="AWS/SQS", metricName="ApproximateNumberOfMessagesVisible")
    assert len(kept) >= len(functions) - len(own)
    assert sorted(watched) == sorted(str(function.outputs["name"]) for function in own)
    for function in own:
        urls = function.name == "secret-urls-function"
        order = ("database", "page", "team") if urls else ("team", "database", "page")
        first = next(audience for audience in order if _reaches(graph, audience))
        assert told(graph, watched[str(function.outputs["name"])]) == [first]


def _reaches(graph: Graph, audience: str) -> bool:
    return any(topic.name == f"observability-notifications-{audience}" for topic in graph.of(TOPIC))


@pytest.mark.parametrize("name", WITH_ALARMS)
def test_the_outputs_lead_to_the_dashboard_and_the_topics(name: str) -> None:
    graph = stacks.recorded(name)
    arns = {
        topic.name.rpartition("-")[2]: topic.outputs["arn"]
        for topic in graph.of(TOPIC)
        if not topic.name.endswith("-health")
    }
    assert graph.exports["topicArns"] == arns
    for dashboard in graph.of("aws:cloudwatch/dashboard:Dashboard"):
        called = dashboard.inputs["dashboardName"]
        region = graph.exports["region"]
        assert graph.exports["dashboardName"] == called
        assert graph.exports["dashboardUrl"] == (
            f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#dashboards/dashboard/{called}"
        )


def test_without_a_dashboard_and_listeners_there_is_nothing_to_lead_to() -> None:
    graph = changed_graph(
        {f"slipway:{part}": GONE for part in ("alarms", "dashboard", "uptimeCheck", "budget", "notify")}
    )
    assert not graph.exports.keys() & {"dashboardName", "dashboardUrl", "topicArns"}


def test_without_the_others_the_team_is_told_of_everything() -> None:
    graph = stacks.recorded(PTO)
    assert {audience for a in graph.of(ALARM) for audience in told(graph, a)} == {"team"}


def test_thresholds_are_those_of_the_stack_file_and_of_what_is_deployed() -> None:
    graph = stacks.recorded(PTO)
    seen = {key: alarm(graph, key).inputs["threshold"] for key in ("api-p99", "errors-5xx", "errors-4xx", "api-cpu")}
    assert seen == {"api-p99": 2, "errors-5xx": 1, "errors-4xx": 10, "api-cpu": 80}
    # db.t4g.medium has 4 GiB: 80 % of about 395 connections, and 20 % of 50 GiB.
    assert 280 < float(str(alarm(graph, "database-connections").inputs["threshold"])) < 360
    assert alarm(graph, "database-storage").inputs["threshold"] == 10 * 2**30
    accrual = alarm(graph, "application-accrual-failed").inputs
    assert (accrual["namespace"], accrual["metricName"], accrual["threshold"]) == ("PowerPto", "AccrualJobFailed", 0)


def test_people_and_machines_listen() -> None:
    graph = stacks.recorded(RUPAYA)
    listening = {
        (topic.name.rpartition("-")[2], r.inputs["protocol"])
        for r in graph.of(SUBSCRIPTION)
        for topic in graph.direct(r, TOPIC)
    }
    assert listening == {("page", "https"), ("database", "https"), ("team", "email"), ("team", "lambda")}
    (webhook,) = (r for r in graph.of("aws:lambda/function:Function") if "-webhook-" in r.name)
    assert webhook.inputs["environment"] == {"variables": {"WEBHOOK_SECRET": "rupaya/production/slack-webhook"}}
    assert all("endpoint" in r.secrets for r in graph.all(SUBSCRIPTION, protocol="https"))


def test_the_team_hears_of_deployments() -> None:
    graph = stacks.recorded(PTO)
    targets = [t for t in graph.of(EVENT_TARGET) if t.name.startswith("observability-")]
    assert len(targets) == 3
    assert {topic.name for t in targets for topic in graph.direct(t, TOPIC)} == {"observability-notifications-team"}
    rule = graph.one("aws:cloudwatch/eventRule:EventRule", name="observability-notifications-deployments")
    assert json.loads(str(rule.inputs["eventPattern"]))["resources"][0]["prefix"].endswith(":service/power-pto/")


def test_route_53_asks_and_pages() -> None:
    graph = stacks.recorded(RUPAYA)
    check = graph.one("aws:route53/healthCheck:HealthCheck").inputs
    asked = {key: check[key] for key in ("fqdn", "port", "resourcePath", "requestInterval", "failureThreshold")}
    assert asked == {
        "fqdn": "api.rupaya.com",
        "port": 443,
        "resourcePath": "/health",
        "requestInterval": 30,
        "failureThreshold": 3,
    }
    assert told(graph, graph.one(ALARM, name="observability-health-check-alarm")) == ["page"]


@pytest.mark.parametrize("name", [PROD, RUPAYA, PTO])
def test_the_dashboard_shows_what_is_deployed(name: str) -> None:
    graph = stacks.recorded(name)
    body = str(graph.one("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])
    for type_, key in (
        ("aws:ecs/service:Service", "name"),
        ("aws:rds/instance:Instance", "identifier"),
        ("aws:lb/loadBalancer:LoadBalancer", "arnSuffix"),
    ):
        assert all(json.dumps(r.outputs[key]) in body for r in graph.of(type_))


def changed_graph(changes: dict[str, Any]) -> Graph:
    return stacks.registered("test", as_engine(changed(changes)))


def test_each_part_is_switched_by_its_section() -> None:
    graph = changed_graph(
        {"slipway:alarms": GONE, "slipway:dashboard": GONE, "slipway:uptimeCheck": GONE, "slipway:budget": GONE}
    )
    assert graph.of(TOPIC)
    assert not [a for a in graph.of(ALARM) if a.name.startswith("observability-")]
    assert not graph.of("aws:cloudwatch/dashboard:Dashboard")
    assert not graph.of("aws:route53/healthCheck:HealthCheck")


def test_slack_by_chatbot_and_a_stack_far_from_route_53() -> None:
    graph = changed_graph(
        {
            "aws:region": "eu-west-1",
            "slipway:network.zones": ["eu-west-1a", "eu-west-1b"],
            "slipway:notify.page": [{"slackTeamId": "T07EA123LEP", "slackChannelId": "C07EZ1ABC23"}],
            "slipway:notify.chatbotRegion": "eu-west-1",
            "slipway:alarms.cacheEvictions": None,
        }
    )
    slack = graph.one("aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration")
    assert slack.inputs["region"] == "eu-west-1"
    assert told(graph, graph.one(ALARM, name="observability-health-check-alarm")) == ["health"]
    assert {topic.name.rpartition("-")[2] for topic in graph.direct(slack, TOPIC)} == {"page", "health"}
    assert alarm(graph, "cache-001-cpu")
    assert not [a for a in graph.of(ALARM) if a.name.endswith("-evictions")]
