from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.rules.cases_bucket_access import (
    DISTRIBUTION,
    VERSIONING,
    allow,
    bucket,
    guarded,
    logged_to,
    old,
    versioning,
)

LOGGING = "s3/bucketLogging:BucketLogging"

NOTIFICATION = "s3/bucketNotification:BucketNotification"

OBJECT_LOCK = "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"

REPLICATION = "s3/bucketReplicationConfig:BucketReplicationConfig"


def copied(**rule: Any) -> list[Sample]:
    """A bucket and its copy."""
    rules = [{"status": "Enabled", "destination": {"bucket": Ref("copy", "arn")}, **rule}]
    return [bucket(), bucket("copy"), res(REPLICATION, "rule", bucket=Ref("media"), rules=rules)]


CASES: list[Case] = [
    Case(
        "bucket-versioned",
        "pass",
        [bucket(), res(VERSIONING, "v", bucket=Ref("media"), versioningConfiguration={"status": "Enabled"})],
    ),
    Case("bucket-versioned", "pass", [bucket(versioning={"enabled": True})]),
    Case(
        "bucket-versioned",
        "fail",
        [bucket(), res(VERSIONING, "v", bucket=Ref("media"), versioningConfiguration={"status": "Suspended"})],
        "versioning is not enabled",
    ),
    Case("bucket-versioned", "fail", [bucket()], "versioning is not enabled, so an overwritten object is gone"),
    Case(
        "bucket-versioned",
        "unknown",
        [bucket(), res(VERSIONING, "v", bucket=Ref("media"), versioningConfiguration={"status": UNKNOWN})],
    ),
    Case(
        "bucket-versioned",
        "pass",
        [
            bucket("logs"),
            res("lb/loadBalancer:LoadBalancer", "alb", accessLogs={"bucket": Ref("logs"), "enabled": True}),
        ],
    ),
    Case("bucket-versioned", "pass", old(versionings=[{"enabled": True}])),
    Case(
        "bucket-versioned",
        "fail",
        old(versionings=[{"enabled": False}]),
        "versioning is not enabled, so an overwritten object is gone",
    ),
    Case("bucket-versioned", "pass", logged_to(LOGGING, bucket="elsewhere", targetBucket=Ref("logs"))),
    Case("bucket-versioned", "pass", logged_to("cloudtrail/trail:Trail", s3BucketName=Ref("logs"))),
    Case("bucket-versioned", "pass", logged_to("ec2/flowLog:FlowLog", logDestination=Ref("logs", "arn"))),
    Case(
        "bucket-versioned",
        "pass",
        [
            bucket("logs", bucket="shop-logs"),
            res(DISTRIBUTION, "cdn", loggingConfig={"bucket": "shop-logs.s3.amazonaws.com"}),
        ],
    ),
    Case(
        "bucket-versioned",
        "pass",
        [
            bucket("logs", bucket="shop-logs"),
            res("ec2/flowLog:FlowLog", "flow", logDestination="arn:aws:s3:::shop-logs/vpc"),
        ],
    ),
    Case(
        "bucket-versioned",
        "fail",
        [bucket("other", loggings=[{"targetBucket": Ref("logs")}]), bucket("logs")],
        "Bucket other:",
    ),
    Case("bucket-versioned", "pass", [bucket(acl="log-delivery-write")]),
    Case("bucket-versioned", "pass", guarded(allow({"Service": ["logging.s3.amazonaws.com"]}, "s3:PutObject"))),
    Case("bucket-mfa-delete", "pass", [bucket(), versioning(status="Enabled", mfaDelete="Enabled")]),
    Case("bucket-mfa-delete", "pass", [bucket(versioning={"enabled": True, "mfaDelete": True})]),
    Case("bucket-mfa-delete", "fail", [bucket(), versioning(status="Enabled")], "MFA delete is not enabled"),
    Case("bucket-mfa-delete", "unknown", [bucket(), versioning(status="Enabled", mfaDelete=UNKNOWN)]),
    Case("bucket-object-lock", "pass", [bucket(objectLockEnabled=True)]),
    Case("bucket-object-lock", "pass", [bucket(), res(OBJECT_LOCK, "lock", bucket=Ref("media"))]),
    Case("bucket-object-lock", "pass", old(objectLockConfiguration={"objectLockEnabled": "Enabled"})),
    Case("bucket-object-lock", "fail", [bucket()], "object lock is not enabled"),
    Case("bucket-object-lock", "unknown", [bucket(objectLockEnabled=UNKNOWN)]),
    Case("bucket-access-logged", "unknown", [bucket(), res(LOGGING, "log", bucket=UNKNOWN, targetBucket="elsewhere")]),
    Case(
        "bucket-access-logged",
        "pass",
        [bucket(), bucket("logs"), res(LOGGING, "log", bucket=Ref("media"), targetBucket=Ref("logs"))],
    ),
    Case("bucket-access-logged", "pass", [bucket(logging={"targetBucket": Ref("logs")}), bucket("logs")]),
    Case("bucket-access-logged", "pass", [*old(loggings=[{"targetBucket": Ref("logs")}]), bucket("logs")]),
    Case("bucket-access-logged", "fail", [bucket()], "no access log is declared"),
    Case("bucket-events-notified", "pass", [bucket(), res(NOTIFICATION, "n", bucket=Ref("media"), eventbridge=True)]),
    Case(
        "bucket-events-notified",
        "pass",
        [bucket(), res(NOTIFICATION, "n", bucket=Ref("media"), queues=[{"queueArn": UNKNOWN, "events": []}])],
    ),
    Case("bucket-events-notified", "fail", [bucket()], "nothing is told about its objects"),
    Case(
        "bucket-events-notified",
        "unknown",
        [bucket(), res(NOTIFICATION, "n", bucket=Ref("media"), eventbridge=UNKNOWN)],
    ),
    Case("bucket-replicated", "pass", copied()),
    Case(
        "bucket-replicated",
        "pass",
        old(replicationConfigurations=[{"role": UNKNOWN, "rules": [{"status": "Enabled", "destinations": [{}]}]}]),
    ),
    Case("bucket-replicated", "fail", [bucket()], "it is not copied to another region"),
    Case("bucket-replicated", "fail", copied(status="Disabled"), "Bucket media:"),
    Case("bucket-replicated", "unknown", copied(status=UNKNOWN)),
    Case("bucket-not-emptied-on-destroy", "pass", [bucket()]),
    Case("bucket-not-emptied-on-destroy", "fail", [bucket(forceDestroy=True)], "forceDestroy is true, wanted false"),
    Case("bucket-not-emptied-on-destroy", "unknown", old(forceDestroy=UNKNOWN)),
]
