"""Stacks with more names than IAM's documents hold: told by what the names begin with and by tags, and no less safe."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from components import delivery
from components._permissions import packing
from components._permissions.scope import Kind
from components._permissions.statements import deploy_statements, preview_statements
from preview.graph import Graph
from preview.record import record
from tests.components.test_delivery import args
from tests.iam import calls
from tests.iam.attacks import ASKED, HERE, OURS, STAGING, arn
from tests.iam.calls import Stack
from tests.iam.evaluator import Request, decides
from tests.iam.test_needs import granted, own
from tests.settings.files import as_engine, changed
from tests.stacks import ROOT

KINDS: Sequence[Kind] = ("log-group", "secret", "repository", "family")
NAMES: Mapping[Kind, Sequence[str]] = {
    "log-group": [f"/teams/{number % 7}/service-{number:03}/requests" for number in range(200)],
    "secret": [f"teams/{number % 7}/secret-{number:03}" for number in range(200)],
    "repository": [f"teams/{number % 7}/application-{number:03}" for number in range(200)],
    "family": [f"team-{number % 7}-family-{number:03}" for number in range(200)],
}
OTHERS: Mapping[Kind, Sequence[str]] = {
    kind: [f"{number * 7919 % 1009:04x}{name.strip('/')}" for number, name in enumerate(names)]
    for kind, names in NAMES.items()
}


@pytest.mark.parametrize("names", [NAMES, OTHERS], ids=["alike", "unlike"])
@pytest.mark.parametrize("kinds", [("log-group",), ("secret", "repository"), KINDS], ids="-".join)
def test_two_hundred_names_of_each_kind_fit(names: Mapping[Kind, Sequence[str]], kinds: Sequence[Kind]) -> None:
    given: Mapping[Kind, Sequence[str]] = {**args().names, **{kind: names[kind] for kind in kinds}}
    many = args(names=given)
    for documents in (delivery.deploy_documents(many), delivery.preview_documents(many)):
        assert len(documents) <= packing.MOST_POLICIES
        assert all(len(document) <= packing.DOCUMENT_SIZE for document in documents)


def test_names_that_fit_stay_exact() -> None:
    few = args(names={**args().names, "log-group": ["/teams/a/api", "/teams/a/worker"]})
    text = "".join(delivery.deploy_documents(few))
    assert "log-group:/teams/a/api:*" in text
    assert "/teams/a/*" not in text


@pytest.fixture(scope="module")
def crowded() -> Iterator[Graph]:
    """The reference stack with names of its own, and a pipeline that tells all of them by tags."""

    def everything(given: Any, statements: Any, more: Any = ()) -> Any:
        assert statements in (deploy_statements, preview_statements)
        return packing.pack([*statements(delivery.scope(given, crowded=KINDS)), *more])

    named = {
        f"slipway:services.{key}.{setting}": value
        for key in ("api", "frontend", "worker")
        for setting, value in (
            ("family", f"team-{key}"),
            ("logGroup", f"/teams/{key}"),
            ("image.repository", f"teams/{key}"),
        )
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(delivery, "fitting", everything)
        yield record(ROOT, "prod", as_engine(changed({**named, "slipway:delivery.previewRoleName": "previews"})))


def test_a_deployment_may_make_read_change_and_remove_all_of_it(crowded: Graph) -> None:
    assert "MakeLogs" in {statement.get("Sid") for statement in granted(crowded)}
    stack, statements = Stack(crowded), granted(crowded)
    left = [
        request
        for resource in own(crowded)
        if resource.type not in calls.APART
        for verb in calls.VERBS
        for request in calls.requests(stack, resource, verb)
        # What is put into a log group or a repository finds it, with its tags.
        for found in (OURS if ":Put" in request.action else {},)
        if not decides(replace(request, context={**request.context, **found}), statements)
    ]
    assert left == []


def test_nothing_else_whose_name_begins_alike_is_within_reach(crowded: Graph) -> None:
    statements = granted(crowded)
    there = [
        ("logs:DeleteLogGroup", arn("logs", "log-group:/teams/api-of-another")),
        ("logs:PutRetentionPolicy", arn("logs", "log-group:/teams/api")),
        ("logs:GetLogEvents", arn("logs", "log-group:/teams/api:log-stream:1")),
        ("ecr:DeleteRepository", arn("ecr", "repository/teams/api")),
        ("ecr:PutImage", arn("ecr", "repository/teams/api")),
        ("secretsmanager:DeleteSecret", arn("secretsmanager", "secret:storefront/payments-a1B2c3")),
        ("ecs:RunTask", arn("ecs", "task-definition/team-api:1")),
    ]
    for action, on in there:
        for tags in ({}, STAGING):
            assert not decides(Request(action=action, resource=on, context={**HERE, **tags}), statements), (
                action,
                tags,
            )
    owned = [item for item in there if item[0] in ("logs:DeleteLogGroup", "ecr:DeleteRepository", "ecs:RunTask")]
    for action, on in owned:
        assert decides(Request(action=action, resource=on, context={**HERE, **OURS}), statements), action
    made = [
        ("logs:CreateLogGroup", arn("logs", "log-group:/teams/api")),
        ("ecr:CreateRepository", arn("ecr", "repository/teams/api")),
        ("ecs:RegisterTaskDefinition", arn("ecs", "task-definition/team-api:*")),
    ]
    for action, on in made:
        assert decides(Request(action=action, resource=on, context={**HERE, **ASKED}), statements), action
        assert not decides(Request(action=action, resource=on, context=HERE), statements), action


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (3, ("/a/one", "/a/two", "/b/*")),
        (2, ("/a/*", "/b/*")),
        (1, ("/*",)),
    ],
)
def test_names_that_have_most_in_common_share_a_pattern(most: int, expected: Sequence[str]) -> None:
    assert packing.grouped(("/b/x", "/a/two", "/a/one", "/b/*", "/b/x"), most) == expected


def test_a_pattern_takes_what_begins_as_it_does() -> None:
    assert packing.grouped(("a*", "a", "a!b", "ab*", "b", "ba"), 9) == ("a*", "b", "ba")
