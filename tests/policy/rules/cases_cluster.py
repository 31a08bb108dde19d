from typing import Any

from tests.policy.harness import UNKNOWN, Case, Sample, res
from tests.policy.rules.cases_service import CLUSTER, ENCRYPTED_EXEC


def shells(**configuration: Any) -> list[Sample]:
    return [res(CLUSTER, "shop", configuration={"executeCommandConfiguration": configuration})]


CASES: list[Case] = [
    Case("exec-sessions-logged", "pass", [res(CLUSTER, "shop")]),
    Case("exec-sessions-logged", "pass", shells(logging="OVERRIDE")),
    Case("exec-sessions-logged", "fail", shells(logging="NONE"), "executeCommandConfiguration is NONE"),
    Case("exec-sessions-logged", "unknown", shells(logging=UNKNOWN)),
    Case(
        ENCRYPTED_EXEC,
        "pass",
        shells(kmsKeyId="key", logConfiguration={"cloudWatchLogGroupName": "a", "cloudWatchEncryptionEnabled": True}),
    ),
    Case(ENCRYPTED_EXEC, "pass", shells(kmsKeyId=UNKNOWN)),
    Case(ENCRYPTED_EXEC, "fail", [res(CLUSTER, "shop")], "kmsKeyId is not set"),
    Case(ENCRYPTED_EXEC, "fail", shells(kmsKeyId="key", logConfiguration={"s3BucketName": "a"}), "s3BucketEncryption"),
    Case(ENCRYPTED_EXEC, "unknown", [res(CLUSTER, "shop", configuration=UNKNOWN)]),
]
