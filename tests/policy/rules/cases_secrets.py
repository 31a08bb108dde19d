import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

ENTRY, ROTATION = "secretsmanager/secret:Secret", "secretsmanager/secretRotation:SecretRotation"

POLICY, VERSION = "secretsmanager/secretPolicy:SecretPolicy", "secretsmanager/secretVersion:SecretVersion"

OTHER_STACK = "pulumi:pulumi:StackReference"


def entry(**props: Any) -> Sample:
    return res(ENTRY, "s", **props)


def rotation(**props: Any) -> Sample:
    return res(ROTATION, "rotation", secretId="s", **props)


def every(**rules: Any) -> Sample:
    return rotation(rotationRules=rules)


def version(**props: Any) -> Sample:
    return res(VERSION, "v", secretId="s", **props)


def document(**statement: Any) -> str:
    default = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**default, **statement}]})


IN_THE_ORGANISATION = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}


CASES: list[Case] = [
    Case("secrets-under-own-key", "pass", [entry(kmsKeyId=UNKNOWN)]),
    Case("secrets-under-own-key", "pass", [entry(kmsKeyId="k", replicas=[{"region": "eu-west-1", "kmsKeyId": "k"}])]),
    Case("secrets-under-own-key", "fail", [entry()], "Secret s: kmsKeyId is not set"),
    Case("secrets-under-own-key", "fail", [entry(kmsKeyId="alias/aws/secretsmanager")], "wanted one of one's own"),
    Case(
        "secrets-under-own-key",
        "fail",
        [entry(kmsKeyId="k", replicas=[{"region": "eu-west-1"}])],
        "replicas.0.kmsKeyId is not set",
    ),
    Case("secret-rotated", "pass", [entry(), res(ROTATION, "r", secretId=Ref("s"), rotationLambdaArn="f")]),
    Case("secret-rotated", "pass", [entry(name="shop/db"), res(ROTATION, "r", secretId="shop/db")]),
    Case("secret-rotated", "fail", [entry(name="alone")], "nothing rotates its value"),
    Case(
        "secret-rotated",
        "fail",
        [entry(name="own"), res(ROTATION, "r", secretId="own", rotationEnabled=False)],
        "nothing rotates",
    ),
    Case("secret-rotated", "unknown", [entry(), res(ROTATION, "r", secretId=UNKNOWN)]),
    Case("secret-rotation-frequent", "pass", [every(automaticallyAfterDays=30)]),
    Case("secret-rotation-frequent", "pass", [every(scheduleExpression="rate(10 days)")]),
    Case("secret-rotation-frequent", "pass", [every(scheduleExpression="rate(12 hours)")]),
    Case("secret-rotation-frequent", "pass", [every(scheduleExpression="cron(0 8 1 * ? *)")]),
    Case("secret-rotation-frequent", "pass", [rotation(rotationEnabled=False)]),
    Case("secret-rotation-frequent", "fail", [every(automaticallyAfterDays=180)], "180 days, wanted at most 90"),
    Case("secret-rotation-frequent", "fail", [every(automaticallyAfterDays="180")], "180 days, wanted at most 90"),
    Case("secret-rotation-frequent", "fail", [every(scheduleExpression="rate(120 days)")], "120 days"),
    Case("secret-rotation-frequent", "fail", [every(scheduleExpression="cron(0 8 1 1,7 ? *)")], "186 days"),
    Case("secret-rotation-frequent", "fail", [every(scheduleExpression="cron(0 8 1 1/6 ? *)")], "186 days"),
    Case("secret-rotation-frequent", "fail", [every(scheduleExpression="cron(0 8 1 JAN ? *)")], "372 days"),
    *(
        Case("secret-rotation-frequent", "pass", [every(scheduleExpression=f"cron(0 4 1 {months} ? *)")])
        for months in ("1-12", "JAN/2", "*/2", "jan-dec/2", "JAN,MAR,MAY,JUL,SEP,NOV", "1-6,JUL-12")
    ),
    Case("secret-rotation-frequent", "fail", [every(scheduleExpression="cron(0 4 1 FEB-MAY ? *)")], "279 days"),
    Case("secret-rotation-frequent", "unknown", [every(scheduleExpression="cron(0 4 1 SOON ? *)")]),
    Case("secret-rotation-frequent", "fail", [every(automaticallyAfterDays=60)], "most 30", config={"maxDays": 30}),
    Case("secret-rotation-frequent", "unknown", [every(scheduleExpression=UNKNOWN)]),
    Case("secret-rotation-frequent", "unknown", [rotation(rotationRules=UNKNOWN)]),
    Case("secret-recoverable", "pass", [entry()]),
    Case("secret-recoverable", "pass", [entry(recoveryWindowInDays=7)]),
    Case("secret-recoverable", "fail", [entry(recoveryWindowInDays=0)], "recoveryWindowInDays is 0, wanted at least 7"),
    Case("secret-recoverable", "unknown", [entry(recoveryWindowInDays=UNKNOWN)]),
    Case("secret-policy-not-public", "pass", [entry()]),
    Case("secret-policy-not-public", "pass", [res(POLICY, "p", policy=document(Principal={"AWS": "123456789012"}))]),
    Case("secret-policy-not-public", "pass", [res(POLICY, "p", policy=document(Effect="Deny"))]),
    Case("secret-policy-not-public", "pass", [res(POLICY, "p", policy=document(Condition=IN_THE_ORGANISATION))]),
    Case("secret-policy-not-public", "fail", [res(POLICY, "p", policy=document())], 'Principal "*"'),
    Case("secret-policy-not-public", "fail", [entry(policy=document(Principal={"AWS": ["*"]}))], 'Principal "*"'),
    Case("secret-policy-not-public", "unknown", [res(POLICY, "p", policy=UNKNOWN)]),
    Case("secret-value-not-in-program", "pass", [version(secretStringWo="x", secretStringWoVersion=1)]),
    Case(
        "secret-value-not-in-program",
        "pass",
        [res(OTHER_STACK, "password"), version(secretString=Ref("password", "result"))],
    ),
    Case(
        "secret-value-not-in-program",
        "pass",
        [res(VERSION, "v", secretString="{}", ignore_changes=["secretString"])],
    ),
    Case(
        "secret-value-not-in-program", "fail", [version(secretString="a value")], "secretString comes from the program"
    ),
    Case("secret-value-not-in-program", "fail", [version(secretBinary="YQ==")], "secretBinary comes from the program"),
]
