from tests.policy.harness import UNKNOWN, Case, res

CASES: list[Case] = [
    Case("table-recovery", "pass", [res("dynamodb/table:Table", "x", pointInTimeRecovery={"enabled": True})]),
    Case(
        "table-recovery",
        "fail",
        [res("dynamodb/table:Table", "x", pointInTimeRecovery={"enabled": False})],
        "pointInTimeRecovery.enabled is false",
    ),
    Case("table-recovery", "unknown", [res("dynamodb/table:Table", "x", pointInTimeRecovery={"enabled": UNKNOWN})]),
    Case(
        "table-recovery",
        "fail",
        [res("dynamodb/table:Table", "x")],
        "pointInTimeRecovery.enabled is false (the default)",
    ),
    Case(
        "table-under-own-key",
        "pass",
        [res("dynamodb/table:Table", "x", serverSideEncryption={"enabled": True, "kmsKeyArn": UNKNOWN})],
    ),
    Case(
        "table-under-own-key", "fail", [res("dynamodb/table:Table", "x")], "serverSideEncryption.kmsKeyArn is not set"
    ),
    Case(
        "table-under-own-key",
        "fail",
        [res("dynamodb/table:Table", "x", serverSideEncryption={"enabled": True, "kmsKeyArn": "alias/aws/dynamodb"})],
        "a key of AWS's own",
    ),
    Case("table-deletion-protected", "pass", [res("dynamodb/table:Table", "x", deletionProtectionEnabled=True)]),
    Case(
        "table-deletion-protected",
        "fail",
        [res("dynamodb/table:Table", "x", deletionProtectionEnabled=False)],
        "deletionProtectionEnabled is false",
    ),
    Case("table-deletion-protected", "unknown", [res("dynamodb/table:Table", "x", deletionProtectionEnabled=UNKNOWN)]),
]

OWN_KEY = "arn:aws:kms:eu-north-1:123456789012:key/1"
CASES += [
    Case(
        "table-under-own-key",
        "fail",
        [res("dynamodb/table:Table", "x", serverSideEncryption={"enabled": False, "kmsKeyArn": OWN_KEY})],
        "serverSideEncryption.enabled is false",
    ),
    Case("table-under-own-key", "unknown", [res("dynamodb/table:Table", "x", serverSideEncryption=UNKNOWN)]),
]
