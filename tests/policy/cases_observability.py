import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

TOPIC, POLICY = "sns/topic:Topic", "sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "sns/topicSubscription:TopicSubscription"
ALARM, COMPOSITE = "cloudwatch/metricAlarm:MetricAlarm", "cloudwatch/compositeAlarm:CompositeAlarm"
DASHBOARD = "cloudwatch/dashboard:Dashboard"
DATABASE, SERVICE = "rds/instance:Instance", "ecs/service:Service"


def policy(**statement: Any) -> str:
    base = {"Effect": "Allow", "Action": "sns:Publish", "Principal": "*", "Resource": "*"}
    return json.dumps({"Statement": [{**base, **statement}]})


def alarm(**props: Any) -> Sample:
    return res(ALARM, "alarm", **{"namespace": "AWS/RDS", "metricName": "CPUUtilization", **props})


def balancer(kind: str = "application") -> Sample:
    return res("lb/loadBalancer:LoadBalancer", "lb", loadBalancerType=kind, arnSuffix="net/shop/1")


TLS = policy(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})

CASES = [
    Case(
        "topic-policy-not-public",
        "undecided",
        [
            res(
                POLICY,
                "p",
                policy={"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:*", "Condition": UNKNOWN}]},
            )
        ],
    ),
    Case(
        "topic-policy-not-public",
        "pass",
        [res(POLICY, "p", policy=policy(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:shop-media"}}))],
    ),
    Case(
        "topic-policy-not-public",
        "pass",
        [res(POLICY, "p", policy=policy(Principal={"Service": "events.amazonaws.com"}))],
    ),
    Case(
        "topic-policy-not-public",
        "pass",
        [res(TOPIC, "t", policy=policy(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}))],
    ),
    Case("topic-policy-not-public", "fail", [res(POLICY, "p", policy=policy())], "statement 1, lets everybody in"),
    Case("topic-policy-not-public", "fail", [res(TOPIC, "t", policy=policy(Principal={"AWS": "*"}))]),
    *(
        Case("topic-policy-not-public", "pass", [res(POLICY, "p", policy=policy(Condition=condition))])
        for condition in (
            {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-abc123def4/r-ab12/*"]}},
            {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}},
            {"StringLike": {"sns:Endpoint": "*@example.com"}},
        )
    ),
    Case("topic-policy-not-public", "undecided", [res(POLICY, "p", policy=UNKNOWN)]),
    Case("topic-tls-only", "pass", [res(TOPIC, "t"), res(POLICY, "p", arn=Ref("t", "arn"), policy=TLS)]),
    Case("topic-tls-only", "pass", [res(TOPIC, "t", policy=TLS)]),
    Case("topic-tls-only", "fail", [res(TOPIC, "t")], "no policy denies publishing without TLS"),
    Case("topic-tls-only", "undecided", [res(TOPIC, "t"), res(POLICY, "p", arn=Ref("t", "arn"), policy=UNKNOWN)]),
    Case("topic-deliveries-logged", "pass", [res(TOPIC, "t", lambdaFailureFeedbackRoleArn=UNKNOWN)]),
    Case("topic-deliveries-logged", "fail", [res(TOPIC, "t")], "no ...FailureFeedbackRoleArn is set"),
    Case("subscription-not-over-http", "pass", [res(SUBSCRIPTION, "s", protocol="https")]),
    Case("subscription-not-over-http", "fail", [res(SUBSCRIPTION, "s", protocol="http")], "protocol is http"),
    Case("subscription-not-over-http", "undecided", [res(SUBSCRIPTION, "s", protocol=UNKNOWN)]),
    Case("subscription-failures-kept", "pass", [res(SUBSCRIPTION, "s", protocol="sqs", redrivePolicy=UNKNOWN)]),
    Case("subscription-failures-kept", "fail", [res(SUBSCRIPTION, "s", protocol="sqs")], "redrivePolicy is not set"),
    Case("alarm-has-actions", "pass", [alarm(alarmActions=[UNKNOWN])]),
    Case("alarm-has-actions", "pass", [alarm(), res(SERVICE, "api", alarms={"alarmNames": [Ref("alarm", "name")]})]),
    Case("alarm-has-actions", "fail", [alarm()], "alarmActions is not set"),
    Case("alarm-has-actions", "fail", [alarm(), res(DASHBOARD, "d", dashboardBody=Ref("alarm", "arn"))]),
    Case("alarm-has-actions", "fail", [res(COMPOSITE, "c", alarmRule="ALARM(x)")]),
    Case("alarm-actions-enabled", "pass", [alarm()]),
    Case("alarm-actions-enabled", "fail", [alarm(actionsEnabled=False)], "actionsEnabled is false"),
    Case("alarm-actions-enabled", "undecided", [res(COMPOSITE, "c", actionsEnabled=UNKNOWN)]),
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
        )
        for verdict, namespace in (("pass", "AWS/NetworkELB"), ("fail", "AWS/ApplicationELB"))
    ),
    Case(
        "alarms-on-what-matters",
        "undecided",
        [balancer(UNKNOWN), alarm(namespace="AWS/NetworkELB", dimensions={"LoadBalancer": "net/shop/1"})],
    ),
    Case("alarms-on-what-matters", "fail", [balancer(UNKNOWN)]),
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
    ),
    Case(
        "alarms-on-what-matters",
        "undecided",
        [res(SERVICE, "api", name="api"), alarm(namespace="AWS/ECS", dimensions=UNKNOWN)],
    ),
]
