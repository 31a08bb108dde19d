from typing import Any

import pytest

from components.uptime_check import UptimeCheck, UptimeCheckArgs
from preview.graph import Graph
from tests.components.conftest import build, check_contract

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
CHECK = "aws:route53/healthCheck:HealthCheck"
TOPIC = "arn:aws:sns:us-east-1:123456789012:page"


def args(**changes: Any) -> UptimeCheckArgs:
    given: dict[str, Any] = {"name_prefix": "rupaya-production", "host": "api.rupaya.example", "topic_arns": [TOPIC]}
    return UptimeCheckArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: UptimeCheck("health", args(**changes)))


def test_contract() -> None:
    check_contract(lambda: UptimeCheck("health", args()))


def test_asks_over_https_for_the_right_host() -> None:
    graph = recorded(path="/up")
    assert graph.has(
        CHECK,
        type="HTTPS",
        fqdn="api.rupaya.example",
        port=443,
        resourcePath="/up",
        enableSni=True,
        measureLatency=False,
    )


def test_how_often_and_when_it_is_down() -> None:
    assert recorded().has(CHECK, requestInterval=30, failureThreshold=3)
    assert recorded(interval_seconds=10, failures=5).has(CHECK, requestInterval=10, failureThreshold=5)


def test_the_alarm_is_where_route_53_has_its_metrics() -> None:
    graph = recorded()
    alarm, check = graph.one(ALARM), graph.one(CHECK)
    assert alarm.inputs["region"] == "us-east-1"
    assert (alarm.inputs["namespace"], alarm.inputs["metricName"]) == ("AWS/Route53", "HealthCheckStatus")
    assert alarm.inputs["dimensions"] == {"HealthCheckId": check.outputs["id"]}
    assert graph.direct(alarm, CHECK) == (check,)


def test_the_alarm_fires_when_it_is_down_or_nobody_looks() -> None:
    alarm = recorded().one(ALARM).inputs
    assert (alarm["statistic"], alarm["comparisonOperator"], alarm["threshold"]) == ("Minimum", "LessThanThreshold", 1)
    assert (alarm["period"], alarm["evaluationPeriods"], alarm["datapointsToAlarm"]) == (60, 1, 1)
    assert alarm["treatMissingData"] == "breaching"
    assert alarm["alarmActions"] == alarm["okActions"] == [TOPIC]


def test_outputs() -> None:
    graph = recorded()
    assert graph.registered_outputs[graph.one("slipway:index:HealthCheck").urn] == {
        "health_check_id": graph.one(CHECK).outputs["id"],
        "alarm_arn": graph.one(ALARM).outputs["arn"],
    }


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"host": "nowhere"}, "host: 'nowhere' is not a host name"),
        ({"host": "*.rupaya.example"}, "host: '*.rupaya.example' stands for many"),
        ({"path": "health"}, "path: 'health' is not a path"),
        ({"path": "/" + "x" * 255}, "is not a path: / and at most 254 characters more"),
        ({"interval_seconds": 20}, "interval_seconds: 20 is not allowed; 10 or 30 is"),
        ({"failures": 0}, "failures: 0 is outside 1 to 10"),
        ({"failures": 11}, "failures: 11 is outside 1 to 10"),
        ({"topic_arns": [TOPIC] * 6}, "topic_arns: 6 are more than the 5"),
    ],
)
def test_refuses_what_aws_refuses(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^UptimeCheckArgs\.") as error:
        args(**changes)
    assert problem in str(error.value)


def test_all_problems_at_once() -> None:
    with pytest.raises(ValueError, match=r"^UptimeCheckArgs\.host: .*\nUptimeCheckArgs\.failures: "):
        args(host="nowhere", failures=0)
