from typing import Any

from tests.policy.harness import UNKNOWN, Case, Sample, res

SECRET, GROUP = "secretsmanager/secret:Secret", "cloudwatch/logGroup:LogGroup"
TOPIC, REPOSITORY = "sns/topic:Topic", "ecr/repository:Repository"
SCAN = "ecr/registryScanningConfiguration:RegistryScanningConfiguration"


def logs(**props: Any) -> Sample:
    return res(GROUP, "api", **props)


def repository(**props: Any) -> Sample:
    return res(REPOSITORY, "api", **props)


CASES = [
    Case("secrets-under-own-key", "pass", [res(SECRET, "s", kmsKeyId=UNKNOWN)]),
    Case("secrets-under-own-key", "fail", [res(SECRET, "s")], "Secret s: kmsKeyId is not set"),
    Case("log-groups-under-own-key", "pass", [logs(kmsKeyId=UNKNOWN)]),
    Case("log-groups-under-own-key", "fail", [logs()], "kmsKeyId is not set"),
    Case("log-retention-set", "pass", [logs(retentionInDays=30)]),
    Case("log-retention-set", "pass", [logs(logGroupClass="DELIVERY")]),
    Case("log-retention-set", "fail", [logs()], "for ever"),
    Case("log-retention-set", "fail", [logs(retentionInDays=0)]),
    Case(
        "log-retention-set", "fail", [logs(retentionInDays=30)], "is 30, wanted at least 365", config={"minDays": 365}
    ),
    Case("log-retention-set", "undecided", [logs(retentionInDays=UNKNOWN)]),
    Case("topics-encrypted", "pass", [res(TOPIC, "t", kmsMasterKeyId=UNKNOWN)]),
    Case("topics-encrypted", "fail", [res(TOPIC, "t")], "kmsMasterKeyId is not set"),
    Case("topics-encrypted", "fail", [res(TOPIC, "t", kmsMasterKeyId="alias/aws/sns")], "alarms cannot publish"),
    Case(
        "repository-under-own-key",
        "pass",
        [repository(encryptionConfigurations=[{"encryptionType": "KMS", "kmsKey": UNKNOWN}])],
    ),
    Case("repository-under-own-key", "fail", [repository()], "encryptionType is AES256, wanted KMS"),
    Case("repository-under-own-key", "undecided", [repository(encryptionConfigurations=UNKNOWN)]),
    Case("repository-tags-immutable", "pass", [repository(imageTagMutability="IMMUTABLE")]),
    Case("repository-tags-immutable", "fail", [repository()], "imageTagMutability is MUTABLE"),
    Case("repository-tags-immutable", "undecided", [repository(imageTagMutability=UNKNOWN)]),
    Case("repository-scanned", "pass", [repository(imageScanningConfiguration={"scanOnPush": True})]),
    Case("repository-scanned", "pass", [repository(), res(SCAN, "scan", scanType="ENHANCED")]),
    Case("repository-scanned", "fail", [repository()], "scanOnPush is false"),
    Case("repository-scanned", "undecided", [repository(imageScanningConfiguration={"scanOnPush": UNKNOWN})]),
]
