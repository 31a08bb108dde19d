from typing import Any

from tests.policy.harness import UNKNOWN, Case, Sample, res

GROUP, TOPIC_TYPE = "cloudwatch/logGroup:LogGroup", "sns/topic:Topic"


def logs(**props: Any) -> Sample:
    return res(GROUP, "api", **props)


CASES: list[Case] = [
    Case("log-groups-under-own-key", "pass", [logs(kmsKeyId=UNKNOWN)]),
    Case("log-groups-under-own-key", "fail", [logs()], "kmsKeyId is not set"),
    Case("log-retention-set", "pass", [logs(retentionInDays=30)]),
    Case("log-retention-set", "pass", [logs(logGroupClass="DELIVERY")]),
    Case("log-retention-set", "fail", [logs()], "for ever"),
    Case(
        "log-retention-set",
        "fail",
        [logs(retentionInDays=0)],
        "retentionInDays is not set, so logs are kept and paid for ever",
    ),
    Case(
        "log-retention-set", "fail", [logs(retentionInDays=30)], "is 30, wanted at least 365", config={"minDays": 365}
    ),
    Case("log-retention-set", "unknown", [logs(retentionInDays=UNKNOWN)]),
]
