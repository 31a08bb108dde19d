"""The IAM documents that the linters get, and how their findings are held against the explanations."""

from dataclasses import replace
from typing import Any

import pytest

from crosscheck import iam
from crosscheck.iam import AcceptedIssues, Document
from tests.stacks import NAMES, recorded

ROLE = Document(stack="prod", resource="api-task", kind="RolePolicy.policy", content="{}")
STAR = {
    "tool": "parliament",
    "issue": "RESOURCE_STAR",
    "about": "kms:Decrypt",
    "keys": ["aws:ResourceTag/app", "kms:ViaService"],
}


@pytest.mark.parametrize("name", NAMES)
def test_every_policy_of_a_stack_is_linted(name: str) -> None:
    graph = recorded(name)
    found = {(d.resource, d.kind.partition(".")[0]) for d in iam.documents(name, graph)}
    # A policy as text: AWS's JSON with statements, whatever the type.
    for resource in graph.resources:
        for kind in ("Role", "RolePolicy", "Policy", "BucketPolicy", "TopicPolicy", "QueuePolicy", "Key"):
            if resource.type.endswith(f":{kind}") and resource.type.split(":")[0] == "aws":
                scaling = resource.type.startswith("aws:appautoscaling/")
                assert scaling or (resource.name, kind) in found, resource.urn


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, True),
        ({"issues": ["parliament *"]}, True),
        ({"issues": ["policy_sentry *"]}, False),
        ({"about": ["kms:Enc*", "kms:Decrypt"]}, True),
        ({"about": ["kms:Enc*"]}, False),
        ({"documents": ["RolePolicy.policy of api-*"]}, True),
        ({"documents": ["Policy.policy of api-*"]}, False),
        ({"keys": ["aws:ResourceTag/app"]}, True),
        ({"keys": ["aws:RequestTag/app"]}, False),
    ],
)
def test_an_explanation_covers_what_it_names(entry: dict[str, Any], *, expected: bool) -> None:
    assert (
        AcceptedIssues(**{"reason": "r", "issues": ["parliament RESOURCE_STAR"], **entry}).covers(STAR, ROLE)
        is expected
    )


def test_what_nothing_explains_and_explanations_of_nothing_are_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iam, "NAMES", ["prod"])
    monkeypatch.setattr(iam, "recorded", lambda _: None)
    monkeypatch.setattr(iam, "documents", lambda *_: iter([ROLE, replace(ROLE, resource="worker-task")]))
    monkeypatch.setattr(iam, "lint", lambda contents: [[STAR] for _ in contents])
    guarded = AcceptedIssues(reason="tags", issues=["parliament RESOURCE_STAR"], keys=["aws:ResourceTag/app"])
    monkeypatch.setattr(iam, "known", lambda: [guarded])
    assert iam.stacks() == []
    stale = AcceptedIssues(reason="gone", issues=["policy_sentry *"])
    monkeypatch.setattr(iam, "known", lambda: [stale, replace(guarded, documents=["* of api-*"])])
    unexplained, unneeded = iam.stacks()
    assert unexplained.startswith("prod: RolePolicy.policy of worker-task: parliament RESOURCE_STAR: kms:Decrypt")
    assert unneeded == "known_iam.yaml: nothing needs it any more: gone"


def test_every_explanation_says_why() -> None:
    assert [entry for entry in iam.known() if len(entry.reason) < 20] == []
