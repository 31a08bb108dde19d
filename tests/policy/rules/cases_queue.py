import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

QUEUE, POLICY, REDRIVE = "sqs/queue:Queue", "sqs/queuePolicy:QueuePolicy", "sqs/redrivePolicy:RedrivePolicy"
TLS = json.dumps(
    {
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sqs:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
    }
)


def queue(**props: Any) -> Sample:
    return res(QUEUE, "jobs", **props)


CASES: list[Case] = [
    Case("queue-encrypted", "pass", [queue()]),
    Case("queue-encrypted", "pass", [queue(kmsMasterKeyId=UNKNOWN, sqsManagedSseEnabled=False)]),
    Case("queue-encrypted", "fail", [queue(sqsManagedSseEnabled=False)], "sqsManagedSseEnabled is false"),
    Case("queue-encrypted", "unknown", [queue(sqsManagedSseEnabled=UNKNOWN)]),
    Case("queue-tls-only", "pass", [queue(policy=TLS)]),
    Case("queue-tls-only", "pass", [queue(), res(POLICY, "p", queueUrl=Ref("jobs"), policy=TLS)]),
    Case("queue-tls-only", "fail", [queue()], "denies calls without TLS"),
    Case(
        "queue-tls-only",
        "fail",
        [queue(), res(POLICY, "p", queueUrl=Ref("jobs"), policy="{}")],
        "denies calls without TLS",
    ),
    Case("queue-tls-only", "unknown", [queue(), res(POLICY, "p", queueUrl=Ref("jobs"), policy=UNKNOWN)]),
    Case("queue-failures-kept", "pass", [queue(redrivePolicy=UNKNOWN)]),
    Case("queue-failures-kept", "pass", [queue(), res(REDRIVE, "r", queueUrl=Ref("jobs"), redrivePolicy="{}")]),
    Case("queue-failures-kept", "pass", [queue(redriveAllowPolicy="{}")]),
    Case(
        "queue-failures-kept",
        "pass",
        [queue(), res("scheduler/schedule:Schedule", "s", target={"deadLetterConfig": {"arn": Ref("jobs", "arn")}})],
    ),
    Case(
        "queue-failures-kept",
        "pass",
        [queue(), res("lambda/function:Function", "f", deadLetterConfig={"targetArn": Ref("jobs", "arn")})],
    ),
    Case(
        "queue-failures-kept",
        "fail",
        [queue(), res("scheduler/schedule:Schedule", "s", target={"arn": Ref("jobs", "arn")})],
        "redrivePolicy is not set",
    ),
    Case("queue-failures-kept", "fail", [queue()], "redrivePolicy is not set"),
]


def refused(**more: Any) -> str:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*", **more}
    return json.dumps({"Statement": [statement]})


WITHOUT_TLS = {"Bool": {"aws:SecureTransport": "false"}}
CASES += [
    Case("queue-tls-only", "pass", [queue(policy=refused(Condition={"BoolIfExists": {"aws:SecureTransport": False}}))]),
    *(
        Case("queue-tls-only", "fail", [queue(policy=refused(**more))], "denies calls without TLS")
        for more in (
            {"Condition": {**WITHOUT_TLS, "StringEquals": {"aws:PrincipalAccount": "123456789012"}}},
            {"Condition": WITHOUT_TLS, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
            {"Condition": WITHOUT_TLS, "Action": "sqs:DeleteQueue"},
        )
    ),
]
