from dataclasses import replace
from typing import Any

import pytest

from components._alarm_rules import Thresholds
from components._alarm_targets import AlarmTargets
from components.notifications import AlertChannel, AlertChannelArgs, NotificationsArgs, SlackWebhook
from components.observability import Observability, ObservabilityArgs
from components.uptime_check import UptimeCheckArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
CHECK = "aws:route53/healthCheck:HealthCheck"
TOPIC = "aws:sns/topic:Topic"


def args(**changes: Any) -> ObservabilityArgs:
    region = changes.get("region", "us-east-1")
    given: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "region": region,
        "targets": AlarmTargets(cluster_name="storefront", load_balancer_arn_suffix="app/storefront/50dc6c495c0c9188"),
        "notifications": NotificationsArgs(
            name_prefix="storefront-production",
            account_id=ACCOUNT,
            region=region,
            channels={
                AlertChannel.PAGE: AlertChannelArgs(emails=["call@example.com"]),
                AlertChannel.TEAM: AlertChannelArgs(emails=["team@example.com"]),
            },
            health_checks=True,
        ),
        "thresholds": Thresholds(),
        "dashboard_name": "storefront-production",
        "uptime_check": UptimeCheckArgs(name_prefix="storefront-production", host="shop.example.com"),
    }
    return ObservabilityArgs(**{**given, **changes})


def built(**changes: Any) -> Graph:
    return build(lambda: Observability("observability", args(**changes)))


def test_the_contract_holds() -> None:
    check_contract(lambda: Observability("observability", args()))


def test_alarms_tell_the_topics_that_there_are() -> None:
    graph = built()
    page = graph.one(TOPIC, name="observability-notifications-page").outputs["arn"]
    assert graph.one(ALARM, name="observability-alarms-errors-5xx").inputs["alarmActions"] == [page]


ALPHA, BETA = SlackWebhook(secret="storefront/alpha"), SlackWebhook(secret="storefront/beta")


@pytest.mark.parametrize(
    ("team", "targets"),
    [
        (AlertChannelArgs(slack_webhooks=[ALPHA], emails=["team@example.com"]), ["alpha"]),
        (AlertChannelArgs(slack_webhooks=[ALPHA], https={"pager": "https://pager.example/x"}), ["alpha"]),
        (AlertChannelArgs(slack_webhooks=[ALPHA, BETA]), ["alpha", "beta"]),
        (AlertChannelArgs(slack_webhooks=[ALPHA]), []),
        (None, ["alpha"]),
    ],
)
def test_who_calls_slack_is_watched_where_its_failure_is_heard_of(
    team: AlertChannelArgs | None, targets: list[str]
) -> None:
    notifications = args().notifications
    assert notifications
    page = AlertChannelArgs(emails=["call@example.com"], slack_webhooks=[] if team else [ALPHA])
    channels = {AlertChannel.PAGE: page, **({AlertChannel.TEAM: team} if team else {})}
    graph = built(notifications=replace(notifications, channels=channels))
    alarms = [alarm for alarm in graph.of(ALARM) if "-slack-" in alarm.name]
    assert [alarm.name for alarm in alarms] == [
        f"observability-alarms-slack-storefront-{each}-errors" for each in targets
    ]
    functions = [function.outputs["name"] for function in graph.of("aws:lambda/function:Function")]
    for alarm, function in zip(alarms, functions, strict=False):
        assert alarm.inputs["dimensions"] == {"FunctionName": function}
        assert alarm.inputs["threshold"] == 0
        told = graph.one(TOPIC, name=f"observability-notifications-{'team' if team else 'page'}")
        assert alarm.inputs["alarmActions"] == [told.outputs["arn"]]


def test_outputs() -> None:
    graph = built()
    outputs: Any = graph.registered_outputs[graph.one("slipway:index:Observability").urn]
    assert outputs["dashboard_name"] == "storefront-production"
    assert set(outputs["topics"]) == {"page", "team"}
    without = built(dashboard_name=None)
    assert "dashboard_name" not in without.registered_outputs[without.one("slipway:index:Observability").urn]


def test_the_dashboard_shows_every_alarm() -> None:
    graph = built()
    body = str(graph.one(DASHBOARD).inputs["dashboardBody"])
    alarms = [alarm for alarm in graph.of(ALARM) if "-alarms-" in alarm.name]
    assert len(alarms) == 2
    assert all(str(alarm.outputs["arn"]) in body for alarm in alarms)


@pytest.mark.parametrize(
    ("region", "topic"),
    [("us-east-1", "observability-notifications-page"), ("eu-west-1", "observability-notifications-health")],
)
def test_the_health_check_tells_a_topic_in_its_region(region: str, topic: str) -> None:
    graph = built(region=region)
    alarm = graph.one(ALARM, name="observability-health-check-alarm")
    assert alarm.inputs["alarmActions"] == [graph.one(TOPIC, name=topic).outputs["arn"]]
    assert graph.one(TOPIC, name=topic).inputs["region"] == "us-east-1"


@pytest.mark.parametrize(
    ("left_out", "type_"),
    [({"dashboard_name": None}, DASHBOARD), ({"uptime_check": None}, CHECK), ({"notifications": None}, TOPIC)],
)
def test_what_is_not_wanted_is_not_made(left_out: dict[str, Any], type_: str) -> None:
    nobody = {"thresholds": None, "uptime_check": None} if "notifications" in left_out else {}
    assert built().of(type_)
    assert not built(**left_out, **nobody).of(type_)


def test_without_thresholds_only_the_health_check_alarms() -> None:
    assert [alarm.name for alarm in built(thresholds=None).of(ALARM)] == ["observability-health-check-alarm"]


@pytest.mark.parametrize("wanted", [{"thresholds": None}, {"uptime_check": None}])
def test_alarms_and_health_checks_tell_somebody(wanted: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"ObservabilityArgs\.notifications: none given"):
        replace(args(**wanted), notifications=None)
