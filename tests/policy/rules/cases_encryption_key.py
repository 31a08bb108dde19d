import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

KEY, POLICY, ALIAS = "kms/key:Key", "kms/keyPolicy:KeyPolicy", "kms/alias:Alias"

EXTERNAL, REPLICA = "kms/externalKey:ExternalKey", "kms/replicaKey:ReplicaKey"

LOGS, TOPIC = "cloudwatch/logGroup:LogGroup", "sns/topic:Topic"

ALARM, TARGET = "cloudwatch/metricAlarm:MetricAlarm", "cloudwatch/eventTarget:EventTarget"

ACCOUNT = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [ACCOUNT, *statements]})


def service(name: str, **changes: Any) -> dict[str, Any]:
    actions = ["kms:Decrypt", "kms:GenerateDataKey*"]
    return {"Effect": "Allow", "Principal": {"Service": name}, "Action": actions, "Resource": "*", **changes}


def key(**props: Any) -> Sample:
    return res(KEY, "k", **props)


EVERYONE = {**ACCOUNT, "Principal": "*"}

OF_THE_ACCOUNT = {**EVERYONE, "Condition": {"StringEquals": {"kms:CallerAccount": "123456789012"}}}

OVER_S3 = {**EVERYONE, "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}}

FOR_LOGS = document(service("logs.eu-west-1.amazonaws.com", Action=["kms:Encrypt*", "kms:Decrypt*"]))

FOR_ALARMS = document(service("cloudwatch.amazonaws.com"))

GROUP = res(LOGS, "g", kmsKeyId=Ref("k", "arn"))

MESSAGES = res(TOPIC, "t", kmsMasterKeyId=Ref("k", "arn"))

BY_ALIAS = res(TOPIC, "t", kmsMasterKeyId=Ref("a", "name"))

NAMED = res(ALIAS, "a", name="alias/shop", targetKeyId=Ref("k"))

RINGS = res(ALARM, "high", alarmActions=[Ref("t", "arn")])

REPORTS = res(TARGET, "target", rule="r", arn=Ref("t", "arn"))

POLICY_OF_IAM, ROLE = "iam/policy:Policy", "iam/role:Role"

EVERY_KEY = "arn:aws:kms:*:123456789012:key/*"


def may(action: Any, resource: Any = "*", **statement: Any) -> list[Sample]:
    policy = {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **statement}]}
    return [res(POLICY_OF_IAM, "p", policy=json.dumps(policy))]


TAGGED = {"StringEquals": {"aws:ResourceTag/app": "shop"}}

THROUGH_A_SERVICE = {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}}

WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


CASES: list[Case] = [
    Case(
        "decryption-names-keys",
        "unknown",
        [
            res(
                "iam/policy:Policy",
                "later",
                policy={
                    "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": UNKNOWN}]
                },
            )
        ],
    ),
    Case("decryption-names-keys", "pass", may("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/1")),
    Case("decryption-names-keys", "pass", may("kms:DescribeKey")),
    Case("decryption-names-keys", "pass", may("kms:Decrypt", Effect="Deny")),
    Case("decryption-names-keys", "pass", may("kms:*", EVERY_KEY, Condition=TAGGED)),
    Case("decryption-names-keys", "pass", may("kms:Decrypt", Condition=THROUGH_A_SERVICE)),
    Case("decryption-names-keys", "fail", may("kms:Decrypt"), "statement 1 allows decryption with every key"),
    Case("decryption-names-keys", "fail", may(["kms:De*"], EVERY_KEY), "statement 1 allows decryption with every key"),
    Case("decryption-names-keys", "fail", may("kms:ReEncrypt*", Condition=WITH_MFA), "with every key"),
    Case(
        "decryption-names-keys",
        "fail",
        [res(ROLE, "r", inlinePolicies=[{"name": "x", "policy": may("KMS:*")[0].props["policy"]}])],
        "statement 1 allows decryption with every key",
    ),
    Case("decryption-names-keys", "unknown", [res(POLICY_OF_IAM, "p", policy=UNKNOWN)]),
    Case("key-rotated", "pass", [key(enableKeyRotation=True)]),
    Case("key-rotated", "pass", [key(customerMasterKeySpec="RSA_2048", keyUsage="SIGN_VERIFY")]),
    Case("key-rotated", "pass", [key(customKeyStoreId="cks-1")]),
    Case("key-rotated", "fail", [key()], "enableKeyRotation is false (the default), wanted true"),
    Case(
        "key-rotated",
        "fail",
        [key(customerMasterKeySpec="SYMMETRIC_DEFAULT", enableKeyRotation=False)],
        "enableKeyRotation is false, wanted true",
    ),
    Case(
        "key-rotated", "fail", [key(enableKeyRotation=True, rotationPeriodInDays=2560)], "is 2560, wanted at most 365"
    ),
    Case("key-rotated", "unknown", [key(enableKeyRotation=UNKNOWN)]),
    Case("key-rotated", "unknown", [key(customerMasterKeySpec=UNKNOWN)]),
    Case("key-rotated", "unknown", [key(enableKeyRotation=True, rotationPeriodInDays=UNKNOWN)]),
    Case("key-deletion-slow", "pass", [key()]),
    Case("key-deletion-slow", "pass", [key(deletionWindowInDays=14)], config={"minDays": 14}),
    Case("key-deletion-slow", "fail", [key(deletionWindowInDays=7)], "is 7, wanted at least 30 days"),
    Case("key-deletion-slow", "fail", [res(REPLICA, "r", deletionWindowInDays=7)], "is 7, wanted at least 30 days"),
    Case("key-deletion-slow", "unknown", [key(deletionWindowInDays=UNKNOWN)]),
    Case("key-policy-not-public", "pass", [key()]),
    Case("key-policy-not-public", "pass", [key(policy=document())]),
    Case("key-policy-not-public", "pass", [key(policy=document(OF_THE_ACCOUNT))]),
    Case("key-policy-not-public", "fail", [key(policy=document(EVERYONE))], 'Principal "*"'),
    Case(
        "key-policy-not-public",
        "fail",
        [key(policy=document({**EVERYONE, "Principal": {"AWS": "*"}}))],
        'policy allows Principal "*" without a condition on who calls or from where',
    ),
    Case("key-policy-not-public", "fail", [key(policy=document(OVER_S3))], 'Principal "*"'),
    Case("key-policy-not-public", "fail", [res(POLICY, "p", keyId="k", policy=document(EVERYONE))], 'Principal "*"'),
    Case("key-policy-not-public", "unknown", [res(POLICY, "p", keyId="k", policy=UNKNOWN)]),
    Case("key-lockout-checked", "pass", [key()]),
    Case("key-lockout-checked", "fail", [key(bypassPolicyLockoutSafetyCheck=True)], "is true, wanted false"),
    Case("key-lockout-checked", "fail", [res(POLICY, "p", bypassPolicyLockoutSafetyCheck="true")], "is true"),
    Case("key-lockout-checked", "unknown", [key(bypassPolicyLockoutSafetyCheck=UNKNOWN)]),
    Case("key-enabled", "pass", [key(), res(EXTERNAL, "e")]),
    Case("key-enabled", "fail", [key(isEnabled=False)], "isEnabled is false, wanted true"),
    Case("key-enabled", "fail", [res(REPLICA, "r", enabled=False)], "enabled is false, wanted true"),
    Case("key-enabled", "unknown", [key(isEnabled=UNKNOWN)]),
    Case("key-policy-written", "pass", [key(policy=UNKNOWN)]),
    Case("key-policy-written", "pass", [key(), res(POLICY, "p", keyId=Ref("k"), policy=document())]),
    Case("key-policy-written", "fail", [key(description="d")], "policy is not set"),
    Case("key-policy-written", "unknown", [key(), res(POLICY, "p", keyId=UNKNOWN, policy=document())]),
    Case("key-admits-service", "pass", [key(policy=FOR_LOGS), GROUP]),
    Case("key-admits-service", "pass", [key(), res(POLICY, "p", keyId=Ref("k"), policy=FOR_LOGS), GROUP]),
    Case("key-admits-service", "pass", [res(LOGS, "g", kmsKeyId="arn:aws:kms:eu-west-1:123456789012:key/elsewhere")]),
    Case("key-admits-service", "pass", [key(policy=FOR_ALARMS), MESSAGES, RINGS]),
    Case("key-admits-service", "pass", [key(policy=document()), MESSAGES]),
    Case("key-admits-service", "fail", [key(policy=document()), GROUP], "does not let logs.<region>.amazonaws.com"),
    Case("key-admits-service", "fail", [key(), GROUP], "the policy of its key k does not let logs"),
    Case(
        "key-admits-service", "fail", [key(policy=FOR_LOGS), MESSAGES, RINGS], "does not let cloudwatch.amazonaws.com"
    ),
    Case("key-admits-service", "fail", [key(policy=FOR_LOGS), NAMED, BY_ALIAS, RINGS], "does not let cloudwatch"),
    Case(
        "key-admits-service", "fail", [key(policy=FOR_ALARMS), MESSAGES, REPORTS], "does not let events.amazonaws.com"
    ),
    Case("key-admits-service", "unknown", [key(policy=UNKNOWN), GROUP]),
    Case("key-admits-service", "unknown", [res(LOGS, "g", kmsKeyId=UNKNOWN)]),
    Case("key-policy-written", "fail", [res(KEY, "k", computed={"policy": document()})], "policy is not set"),
]
