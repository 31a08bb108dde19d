from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

ALARM, COMPOSITE = "cloudwatch/metricAlarm:MetricAlarm", "cloudwatch/compositeAlarm:CompositeAlarm"

DASHBOARD = "cloudwatch/dashboard:Dashboard"

DATABASE, SERVICE = "rds/instance:Instance", "ecs/service:Service"


def alarm(**props: Any) -> Sample:
    return res(ALARM, "alarm", **{"namespace": "AWS/RDS", "metricName": "CPUUtilization", **props})


def balancer(kind: str = "application") -> Sample:
    return res("lb/loadBalancer:LoadBalancer", "lb", loadBalancerType=kind, arnSuffix="net/shop/1")


def muted(expression: str, duration: Any) -> Sample:
    schedule = {"expression": expression, "duration": duration}
    return res("cloudwatch/alarmMuteRule:AlarmMuteRule", "muted", rule={"schedule": schedule})


CASES: list[Case] = [
    Case("alarms-muted-for-hours", "pass", [muted("cron(0 3 * * *)", "PT1H30M")]),
    Case("alarms-muted-for-hours", "pass", [muted("cron(30 * * * *)", "PT59M")]),
    Case("alarms-muted-for-hours", "pass", [muted("at(2027-01-31T03:00)", "P2D")]),
    Case("alarms-muted-for-hours", "fail", [muted("cron(0 3 * * *)", "P1D")], "may be again after 1440 minutes"),
    Case("alarms-muted-for-hours", "fail", [muted("cron(0 * * * *)", "PT1H")], "may be again after 60 minutes"),
    Case("alarms-muted-for-hours", "fail", [muted("cron(* 3 * * *)", "PT1M")], "may be again after 1 minutes"),
    Case("alarms-muted-for-hours", "unknown", [muted("cron(0 3 * * *)", UNKNOWN)]),
    Case("alarm-has-actions", "pass", [alarm(alarmActions=[UNKNOWN])]),
    Case("alarm-has-actions", "pass", [alarm(), res(SERVICE, "api", alarms={"alarmNames": [Ref("alarm", "name")]})]),
    Case("alarm-has-actions", "fail", [alarm()], "alarmActions is not set"),
    Case(
        "alarm-has-actions",
        "fail",
        [alarm(), res(DASHBOARD, "d", dashboardBody=Ref("alarm", "arn"))],
        "alarmActions is not set, so it changes colour and nobody knows",
    ),
    Case(
        "alarm-has-actions",
        "fail",
        [res(COMPOSITE, "c", alarmRule="ALARM(x)")],
        "alarmActions is not set, so it changes colour and nobody knows",
    ),
    Case("alarm-actions-enabled", "pass", [alarm()]),
    Case("alarm-actions-enabled", "fail", [alarm(actionsEnabled=False)], "actionsEnabled is false"),
    Case("alarm-actions-enabled", "unknown", [res(COMPOSITE, "c", actionsEnabled=UNKNOWN)]),
    Case(
        "alarms-on-what-matters",
        "pass",
        [res(DATABASE, "db"), alarm(dimensions={"DBInstanceIdentifier": Ref("db", "identifier")})],
    ),
    Case(
        "alarms-on-what-matters",
        "pass",
        [
            res(DATABASE, "db", identifier="shop"),
            res(
                ALARM,
                "rate",
                metricQueries=[
                    {"id": "m", "metric": {"namespace": "AWS/RDS", "dimensions": {"DBInstanceIdentifier": "shop"}}}
                ],
            ),
        ],
    ),
    Case(
        "alarms-on-what-matters",
        "pass",
        [
            res("elasticache/replicationGroup:ReplicationGroup", "redis", replicationGroupId="shop"),
            alarm(namespace="AWS/ElastiCache", dimensions={"CacheClusterId": "shop-001"}),
        ],
    ),
    Case("alarms-on-what-matters", "fail", [balancer("network")], "watches a metric of AWS/NetworkELB for it"),
    Case("alarms-on-what-matters", "fail", [balancer("gateway")], 'namespace="AWS/GatewayELB"'),
    Case("alarms-on-what-matters", "fail", [balancer()], "watches a metric of AWS/ApplicationELB for it"),
    *(
        Case(
            "alarms-on-what-matters",
            verdict,
            [balancer("network"), alarm(namespace=namespace, dimensions={"LoadBalancer": "net/shop/1"})],
            "no MetricAlarm of this stack watches a metric of AWS/NetworkELB for it",
        )
        for verdict, namespace in (("pass", "AWS/NetworkELB"), ("fail", "AWS/ApplicationELB"))
    ),
    Case(
        "alarms-on-what-matters",
        "unknown",
        [balancer(UNKNOWN), alarm(namespace="AWS/NetworkELB", dimensions={"LoadBalancer": "net/shop/1"})],
    ),
    Case(
        "alarms-on-what-matters",
        "fail",
        [balancer(UNKNOWN)],
        "no MetricAlarm of this stack watches a metric of AWS/ApplicationELB for it",
    ),
    Case(
        "alarms-on-what-matters",
        "fail",
        [res(DATABASE, "db")],
        "no MetricAlarm of this stack watches a metric of AWS/RDS",
    ),
    Case(
        "alarms-on-what-matters",
        "fail",
        [res(DATABASE, "db", identifier="shop"), alarm(dimensions={"DBInstanceIdentifier": "other"})],
        "no MetricAlarm of this stack watches a metric of AWS/RDS for it",
    ),
    Case(
        "alarms-on-what-matters",
        "unknown",
        [res(SERVICE, "api", name="api"), alarm(namespace="AWS/ECS", dimensions=UNKNOWN)],
    ),
]

SILENT = alarm(name="high.cpu")
CASES += [
    *(
        Case("alarm-has-actions", "pass", [SILENT, res(COMPOSITE, "c", alarmRule=rule, alarmActions=["arn"])])
        for rule in ('ALARM("high.cpu") AND NOT ALARM(busy)', "ALARM( high.cpu )")
    ),
    Case(
        "alarm-has-actions",
        "fail",
        [SILENT, res(COMPOSITE, "c", alarmRule="ALARM(highxcpu)", alarmActions=["arn"])],
        "alarmActions is not set",
    ),
]

CASES += [
    Case("alarm-has-actions", "unknown", [SILENT, res(COMPOSITE, "c", alarmRule=UNKNOWN, alarmActions=["arn"])]),
]
