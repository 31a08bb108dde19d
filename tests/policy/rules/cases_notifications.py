import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, res
from tests.policy.rules.cases_logs import TOPIC_TYPE

TOPIC, POLICY = "sns/topic:Topic", "sns/topicPolicy:TopicPolicy"

SUBSCRIPTION = "sns/topicSubscription:TopicSubscription"


def policy(**statement: Any) -> str:
    base = {"Effect": "Allow", "Action": "sns:Publish", "Principal": "*", "Resource": "*"}
    return json.dumps({"Statement": [{**base, **statement}]})


TLS = policy(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})


CASES: list[Case] = [
    Case("topics-encrypted", "pass", [res(TOPIC_TYPE, "t", kmsMasterKeyId=UNKNOWN)]),
    Case("topics-encrypted", "fail", [res(TOPIC_TYPE, "t")], "kmsMasterKeyId is not set"),
    Case("topics-encrypted", "fail", [res(TOPIC_TYPE, "t", kmsMasterKeyId="alias/aws/sns")], "alarms cannot publish"),
    Case(
        "topic-policy-not-public",
        "unknown",
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
    Case(
        "topic-policy-not-public",
        "fail",
        [res(TOPIC, "t", policy=policy(Principal={"AWS": "*"}))],
        "policy, statement 1, lets everybody in",
    ),
    *(
        Case("topic-policy-not-public", "pass", [res(POLICY, "p", policy=policy(Condition=condition))])
        for condition in (
            {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-abc123def4/r-ab12/*"]}},
            {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}},
            {"StringLike": {"sns:Endpoint": "*@example.com"}},
        )
    ),
    Case("topic-policy-not-public", "unknown", [res(POLICY, "p", policy=UNKNOWN)]),
    Case("topic-tls-only", "pass", [res(TOPIC, "t"), res(POLICY, "p", arn=Ref("t", "arn"), policy=TLS)]),
    Case("topic-tls-only", "pass", [res(TOPIC, "t", policy=TLS)]),
    Case("topic-tls-only", "fail", [res(TOPIC, "t")], "no policy denies publishing without TLS"),
    Case("topic-tls-only", "unknown", [res(TOPIC, "t"), res(POLICY, "p", arn=Ref("t", "arn"), policy=UNKNOWN)]),
    Case("topic-deliveries-logged", "pass", [res(TOPIC, "t", lambdaFailureFeedbackRoleArn=UNKNOWN)]),
    Case("topic-deliveries-logged", "fail", [res(TOPIC, "t")], "no ...FailureFeedbackRoleArn is set"),
    Case("subscription-not-over-http", "pass", [res(SUBSCRIPTION, "s", protocol="https")]),
    Case("subscription-not-over-http", "fail", [res(SUBSCRIPTION, "s", protocol="http")], "protocol is http"),
    Case("subscription-not-over-http", "unknown", [res(SUBSCRIPTION, "s", protocol=UNKNOWN)]),
    Case("subscription-failures-kept", "pass", [res(SUBSCRIPTION, "s", protocol="sqs", redrivePolicy=UNKNOWN)]),
    Case("subscription-failures-kept", "fail", [res(SUBSCRIPTION, "s", protocol="sqs")], "redrivePolicy is not set"),
]

ONE_ALONE = json.loads(TLS)
ONE_ALONE["Statement"][0]["Principal"] = {"AWS": "arn:aws:iam::123456789012:root"}
CASES += [
    Case("topic-tls-only", "fail", [res(TOPIC, "t", policy=json.dumps(ONE_ALONE))], "no policy denies publishing"),
]
