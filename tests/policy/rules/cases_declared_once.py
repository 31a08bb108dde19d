from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

ONCE = "settings-declared-once"
BUCKET, POLICY = "s3/bucket:Bucket", "s3/bucketPolicy:BucketPolicy"
SAYS = "is about the same Bucket, and AWS keeps one of them"


def policy(name: str, bucket: Any) -> Sample:
    return res(POLICY, name, bucket=bucket, policy="{}")


CASES: list[Case] = [
    Case(ONCE, "pass", [res(BUCKET, "media"), policy("p", Ref("media"))]),
    Case(ONCE, "pass", [res(BUCKET, "one"), res(BUCKET, "two"), policy("p", Ref("one")), policy("q", Ref("two"))]),
    Case(ONCE, "fail", [res(BUCKET, "media"), policy("tls", Ref("media")), policy("cdn", Ref("media"))], SAYS),
    Case(ONCE, "fail", [policy("tls", "media"), policy("cdn", "media")], SAYS),
    Case(
        ONCE, "fail", [res(BUCKET, "media", bucket="media"), policy("tls", "media"), policy("cdn", Ref("media"))], SAYS
    ),
    Case(ONCE, "fail", [res(BUCKET, "media", policy="{}"), policy("tls", Ref("media"))], "has policy of its own"),
    Case(
        ONCE,
        "fail",
        [
            res(BUCKET, "media"),
            res("s3/bucketVersioning:BucketVersioning", "a", bucket=Ref("media")),
            res("s3/bucketVersioningV2:BucketVersioningV2", "b", bucket=Ref("media")),
        ],
        SAYS,
    ),
    Case(
        ONCE,
        "fail",
        [
            res("sns/topic:Topic", "alarms"),
            res("sns/topicPolicy:TopicPolicy", "a", arn=Ref("alarms", "arn"), policy="{}"),
            res("sns/topicPolicy:TopicPolicy", "b", arn=Ref("alarms", "arn"), policy="{}"),
        ],
        "is about the same Topic",
    ),
    Case(ONCE, "unknown", [policy("tls", UNKNOWN), policy("cdn", UNKNOWN)]),
]
