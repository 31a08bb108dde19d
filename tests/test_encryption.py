# ruff: noqa: E501 - a case reads best on one line
"""A key of KMS that is there already, in the whole program: what it encrypts, and who may use it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

import pytest

from preview.graph import Graph
from preview.record import Mode
from tests import stacks
from tests.iam.evaluator import Request, decides
from tests.iam.test_boundary import boundary, check_none_goes_beyond
from tests.iam.test_needs import refused
from tests.invariants import faults
from tests.settings.files import as_engine, changed, mistakes

KEY: Final = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ENCRYPTION, PARTS = "slipway:encryption", ("database", "cache", "media", "registry", "secrets", "volumes", "queues")
EVERYTHING: Final[dict[str, Any]] = {
    ENCRYPTION: {"keyArn": KEY},
    "slipway:queues": {"mail": {}},
    "slipway:volumes": {"uploads": {}},
    "slipway:services.worker.receives": ["mail"],
    "slipway:services.api.volumes": {"uploads": "/data"},
    "slipway:delivery": {"github": {"repository": "octo-org/storefront", "environment": "production"}},
}
KEYED: Final[dict[str, tuple[str, ...]]] = {
    "aws:rds/instance:Instance": ("kmsKeyId", "masterUserSecretKmsKeyId", "performanceInsightsKmsKeyId"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("kmsKeyId",),
    "aws:efs/fileSystem:FileSystem": ("kmsKeyId",),
    "aws:sqs/queue:Queue": ("kmsMasterKeyId",),
    "aws:secretsmanager/secret:Secret": ("kmsKeyId",),
}


@cache
def recorded(mode: Mode = "update") -> Graph:
    return stacks.registered("prod", as_engine(changed(EVERYTHING)), mode=mode)


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_everything_still_holds(mode: Mode) -> None:
    graph = recorded(mode)
    assert faults(graph) == []
    verdict = stacks.evaluate(stacks.ROOT, stacks.ROOT / "Pulumi.prod.yaml", graph, mode)
    assert stacks.refusals(verdict) == []


def test_it_encrypts_what_the_stack_holds() -> None:
    graph = recorded()
    for type_, properties in KEYED.items():
        assert graph.of(type_), type_
        for resource in graph.of(type_):
            assert {resource.inputs[name] for name in properties if name in resource.inputs} == {KEY}, resource
    for repository in graph.of("aws:ecr/repository:Repository"):
        assert KEY in str(repository.inputs["encryptionConfigurations"])
    rules = list(graph.of("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"))
    assert [KEY in str(each.inputs["rules"]) for each in rules if each.name == "media-encryption"] == [True]
    own = {key.name for key in graph.of("aws:kms/key:Key")}
    assert not {f"{part}-key-key" for part in PARTS} & own


def test_parts_that_are_not_named_have_keys_of_their_own() -> None:
    given = {ENCRYPTION: {"keyArn": KEY, "parts": ["database"]}}
    graph = stacks.registered("prod", as_engine(changed(given)))
    assert graph.one("aws:rds/instance:Instance").inputs["kmsKeyId"] == KEY
    own = {key.name for key in graph.of("aws:kms/key:Key")}
    assert {"cache-key-key", "media-key-key", "registry-key-key", "secrets-key-key"} <= own
    assert "database-key-key" not in own


def test_pipelines_and_roles_may_use_it_and_pipelines_do_no_more_to_it() -> None:
    graph = recorded()
    assert refused(graph, "deploy", "create", "read", "update", "delete") == []
    check_none_goes_beyond(graph)
    (policy,) = [p for p in graph.of("aws:iam/rolePolicy:RolePolicy") if p.name == "api-task"]
    statements = json.loads(str(policy.inputs["policy"]))["Statement"]
    assert decides(Request(action="kms:Decrypt", resource=KEY), statements, boundary=boundary(graph))
    pipelines = [p for p in graph.of("aws:iam/policy:Policy") if p.name.startswith("delivery-")]
    allowed = [
        s
        for p in pipelines
        for s in json.loads(str(p.inputs["policy"]))["Statement"]
        if s["Effect"] == "Allow" and KEY in s["Resource"]
    ]
    assert {action for s in allowed for action in s["Action"]} == {
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:RetireGrant",
    }


CASES: Final[list[tuple[dict[str, Any], str]]] = [
    ({ENCRYPTION: {"keyArn": KEY.replace("us-east-1", "eu-central-1")}}, f"{ENCRYPTION}.keyArn: is a key in eu-central-1; what it encrypts is in us-east-1, where KMS has to have it"),
    ({ENCRYPTION: {"keyArn": KEY, "parts": ["volumes"]}}, f"{ENCRYPTION}.parts[0]: this stack has no volumes: take it out"),
    ({ENCRYPTION: {"keyArn": KEY, "parts": ["database", "queues"]}}, f"{ENCRYPTION}.parts[1]: this stack has no queues: take it out"),
    ({ENCRYPTION: {"keyArn": "alias/data"}}, f"{ENCRYPTION}.keyArn: 'alias/data' is not a KMS key's ARN, such as arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
]  # fmt: skip


@pytest.mark.parametrize(("breaking", "message"), CASES, ids=[message[:80] for _, message in CASES])
def test_a_rule_between_settings(breaking: dict[str, Any], message: str) -> None:
    assert mistakes(changed(breaking)) == [message]
    assert mistakes(changed({ENCRYPTION: {"keyArn": KEY, "parts": ["database"]}})) == []
