import json

from tests.policy.harness import UNKNOWN, Case, res
from tests.policy.rules.cases_program import BUCKET

TAGS_OF_PROGRAM = {"app": "shop", "environment": "production", "owner": "platform"}

ALLOWED = {"allowed": {"environment": ["production", "staging"]}}

TAGS_OF_SERVICES = {"app": "shop", "environment": "production", "owner": "platform"}


CASES: list[Case] = [
    Case("required-tags", "pass", [res(BUCKET, "b", tags=TAGS_OF_PROGRAM)], config=ALLOWED),
    Case(
        "required-tags",
        "fail",
        [res(BUCKET, "b", tags={**TAGS_OF_PROGRAM, "environment": "playground"})],
        "tag environment has another value than production, staging",
        config=ALLOWED,
    ),
    Case(
        "required-tags", "unknown", [res(BUCKET, "b", tags={**TAGS_OF_PROGRAM, "environment": UNKNOWN})], config=ALLOWED
    ),
    Case("required-tags", "fail", [res(BUCKET, "b", tags={"environment": UNKNOWN})], "tags app, owner", config=ALLOWED),
    Case("required-tags", "pass", [res("kms/key:Key", "k", tags=TAGS_OF_SERVICES)]),
    Case(
        "required-tags",
        "pass",
        [res("kms/key:Key", "k")],
        provider={"defaultTags": json.dumps({"tags": TAGS_OF_SERVICES})},
    ),
    Case(
        "required-tags",
        "pass",
        [res("kms/key:Key", "k", tags={"owner": "platform"})],
        provider={"defaultTags": {"tags": {"app": "shop", "environment": "production"}}},
    ),
    Case("required-tags", "pass", [res("kms/alias:Alias", "untaggable")]),
    Case("required-tags", "fail", [res("kms/key:Key", "k", tags={"app": "shop"})], "tags environment, owner missing"),
    Case(
        "required-tags",
        "fail",
        [res("kms/key:Key", "k", tags={"owner": ""})],
        "tag owner missing",
        provider={"defaultTags": {"tags": TAGS_OF_SERVICES}},
    ),
    Case(
        "required-tags", "fail", [res("kms/key:Key", "k", tags={**TAGS_OF_SERVICES, "owner": ""})], "tag owner missing"
    ),
    Case(
        "required-tags",
        "fail",
        [res("kms/key:Key", "k", tags=TAGS_OF_SERVICES)],
        "tag cost missing",
        config={"tags": ["cost"]},
    ),
    Case("required-tags", "unknown", [res("kms/key:Key", "k", tags=UNKNOWN)]),
    Case("required-tags", "pass", [res("kms/key:Key", "k", tags={**TAGS_OF_SERVICES, "owner": UNKNOWN})]),
]
