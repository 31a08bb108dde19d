from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.rules.cases_bucket_access import bucket, old, versioning

LIFECYCLE = "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"

ABORT = {"abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}

OLD_VERSIONS = {"noncurrentVersionExpiration": {"noncurrentDays": 30}}


def lifecycle(*rules: dict[str, Any], token: str = LIFECYCLE) -> Sample:
    return res(token, "lifecycle", bucket=Ref("media"), rules=[{"status": "Enabled", **rule} for rule in rules])


CASES: list[Case] = [
    Case("bucket-lifecycle-set", "pass", [bucket(), lifecycle({"expiration": {"days": 90}})]),
    Case("bucket-lifecycle-set", "pass", [bucket(), versioning(status="Enabled"), lifecycle(ABORT, OLD_VERSIONS)]),
    Case(
        "bucket-lifecycle-set",
        "pass",
        old(
            versionings=[{"enabled": True}],
            lifecycleRules=[{"enabled": True, "noncurrentVersionExpirations": [{"days": 30}]}],
        ),
    ),
    Case(
        "bucket-lifecycle-set",
        "pass",
        [bucket(), lifecycle(ABORT, token=LIFECYCLE.replace("Configuration", "ConfigurationV2"))],
    ),
    Case("bucket-lifecycle-set", "fail", [bucket()], "no lifecycle rule is declared"),
    Case(
        "bucket-lifecycle-set",
        "fail",
        [bucket(), lifecycle({**ABORT, "status": "Disabled"})],
        "no lifecycle rule is declared, so everything is kept and paid for ever",
    ),
    Case(
        "bucket-lifecycle-set",
        "fail",
        [bucket(lifecycleRules=[{"enabled": False, "expiration": {"days": 1}}])],
        "no lifecycle rule is declared, so everything is kept and paid for ever",
    ),
    Case(
        "bucket-lifecycle-set",
        "fail",
        [bucket(), versioning(status="Enabled"), lifecycle(ABORT)],
        "it keeps versions, and no lifecycle rule moves or ends old ones",
    ),
    Case("bucket-lifecycle-set", "unknown", [bucket(), lifecycle({"status": UNKNOWN})]),
    Case("bucket-uploads-aborted", "pass", [bucket(), lifecycle(OLD_VERSIONS, ABORT)]),
    Case(
        "bucket-uploads-aborted",
        "pass",
        [bucket(lifecycleRules=[{"enabled": True, "abortIncompleteMultipartUploadDays": 7}])],
    ),
    Case("bucket-uploads-aborted", "pass", [bucket()]),
    Case(
        "bucket-uploads-aborted",
        "fail",
        [bucket(), lifecycle(OLD_VERSIONS)],
        "no lifecycle rule for the whole bucket aborts",
    ),
    Case(
        "bucket-uploads-aborted",
        "fail",
        [bucket(lifecycleRules=[{"enabled": True, "expiration": {"days": 1}}])],
        "no lifecycle rule for the whole bucket aborts",
    ),
    Case("bucket-uploads-aborted", "unknown", [bucket(), lifecycle({**ABORT, "status": UNKNOWN})]),
]
