import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

REPOSITORY, LIFECYCLE = "ecr/repository:Repository", "ecr/lifecyclePolicy:LifecyclePolicy"

POLICY, REGISTRY_POLICY = "ecr/repositoryPolicy:RepositoryPolicy", "ecr/registryPolicy:RegistryPolicy"

SCAN = "ecr/registryScanningConfiguration:RegistryScanningConfiguration"


def repository(**props: Any) -> Sample:
    return res(REPOSITORY, "api", **props)


def scan(frequency: Any, *filters: Any) -> Sample:
    listed = [{"filter": item, "filterType": "WILDCARD"} for item in filters]
    return res(SCAN, "scan", scanType="BASIC", rules=[{"scanFrequency": frequency, "repositoryFilters": listed}])


def document(**statement: Any) -> str:
    default = {"Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage"]}
    return json.dumps({"Version": "2012-10-17", "Statement": {**default, **statement}})


CASES: list[Case] = [
    Case(
        "repository-under-own-key",
        "pass",
        [repository(encryptionConfigurations=[{"encryptionType": "KMS", "kmsKey": UNKNOWN}])],
    ),
    Case("repository-under-own-key", "fail", [repository()], "encryptionType is AES256, wanted KMS"),
    Case("repository-under-own-key", "unknown", [repository(encryptionConfigurations=UNKNOWN)]),
    Case("repository-tags-immutable", "pass", [repository(imageTagMutability="IMMUTABLE")]),
    Case("repository-tags-immutable", "pass", [repository(imageTagMutability="IMMUTABLE_WITH_EXCLUSION")]),
    Case("repository-tags-immutable", "fail", [repository()], "imageTagMutability is MUTABLE"),
    Case(
        "repository-tags-immutable",
        "fail",
        [repository(imageTagMutability="MUTABLE_WITH_EXCLUSION")],
        "imageTagMutability is MUTABLE_WITH_EXCLUSION, wanted IMMUTABLE",
    ),
    Case("repository-tags-immutable", "unknown", [repository(imageTagMutability=UNKNOWN)]),
    Case("repository-scanned", "pass", [repository(imageScanningConfiguration={"scanOnPush": True})]),
    Case("repository-scanned", "pass", [repository(), scan("SCAN_ON_PUSH", "*")]),
    Case("repository-scanned", "pass", [repository(name="shop/api"), scan("CONTINUOUS_SCAN", "base", "shop/*")]),
    Case("repository-scanned", "pass", [repository(name="shop/api"), scan("SCAN_ON_PUSH", "shop")]),
    Case("repository-scanned", "fail", [repository()], "scanOnPush is false"),
    Case("repository-scanned", "fail", [repository(), res(SCAN, "scan", scanType="ENHANCED")], "scanOnPush is false"),
    Case("repository-scanned", "fail", [repository(), scan("MANUAL", "*")], "scanOnPush is false"),
    Case("repository-scanned", "fail", [repository(name="shop/api"), scan("SCAN_ON_PUSH", "bank/*")], "scanOnPush is"),
    Case("repository-scanned", "unknown", [repository(), scan("SCAN_ON_PUSH", UNKNOWN)]),
    Case("repository-scanned", "unknown", [repository(imageScanningConfiguration={"scanOnPush": UNKNOWN})]),
    Case("repository-lifecycle-set", "pass", [repository(), res(LIFECYCLE, "old", repository=Ref("api", "name"))]),
    Case("repository-lifecycle-set", "pass", [repository(name="api"), res(LIFECYCLE, "old", repository="api")]),
    Case("repository-lifecycle-set", "fail", [repository(name="alone")], "no lifecycle policy removes old images"),
    Case("repository-lifecycle-set", "unknown", [repository(), res(LIFECYCLE, "old", repository=UNKNOWN)]),
    Case(
        "repository-policy-not-public", "pass", [res(POLICY, "p", policy=document(Principal={"AWS": "123456789012"}))]
    ),
    Case("repository-policy-not-public", "fail", [res(POLICY, "p", policy=document())], 'Principal "*"'),
    Case(
        "repository-policy-not-public",
        "fail",
        [res(REGISTRY_POLICY, "p", policy=document(Principal={"AWS": "*"}))],
        'policy allows Principal "*" without a condition on who calls or from where',
    ),
    Case("repository-policy-not-public", "unknown", [res(POLICY, "p", policy=UNKNOWN)]),
    Case("repository-not-emptied-on-destroy", "pass", [repository()]),
    Case("repository-not-emptied-on-destroy", "fail", [repository(forceDelete=True)], "forceDelete is true"),
    Case("repository-not-emptied-on-destroy", "unknown", [repository(forceDelete=UNKNOWN)]),
]
