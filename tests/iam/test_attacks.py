"""Whoever holds the keys of a pipeline does not get beyond the stack; and without its guard each attempt would succeed."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from tests.components.conftest import ACCOUNT
from tests.iam import attacks
from tests.iam.attacks import Attack
from tests.iam.evaluator import Request, Statement, decides, listed
from tests.iam.test_needs import granted, with_pipeline

EVERYTHING: Statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@cache
def graph() -> Any:
    return with_pipeline(
        "Pulumi.prod.yaml",
        previewRoleName="storefront-production-preview",
        stateBucket="storefront-tfstate",
        stateKeyArn=f"arn:aws:kms:us-east-1:{ACCOUNT}:key/state",
    )


@cache
def statements(role: str) -> Sequence[Statement]:
    return granted(graph(), role)


def boundary() -> Sequence[Statement]:
    policy = graph().one("aws:iam/policy:Policy", "boundary-policy")
    found: Sequence[Statement] = json.loads(str(policy.inputs["policy"]))["Statement"]
    return found


def request(attack: Attack) -> Request:
    return Request(action=attack.action, resource=attack.on, context=attack.context)


def named(attack: Attack) -> str:
    return attack.name


def without_condition(given: Sequence[Statement], key: str) -> Sequence[Statement]:
    """The statements without what they ask of the keys that begin so; those that refuse by them are gone."""

    def open_(statement: Statement) -> Statement | None:
        conditions: Mapping[str, Mapping[str, object]] = statement.get("Condition", {})
        if statement["Effect"] == "Deny":
            return None if any(name.startswith(key) for keys in conditions.values() for name in keys) else statement
        left = {
            how: kept
            for how, keys in conditions.items()
            if (kept := {k: v for k, v in keys.items() if not k.startswith(key)})
        }
        return {**statement, "Condition": left}

    return [opened for statement in given if (opened := open_(statement)) is not None]


def succeeds_without_its_guard(attack: Attack, given: Sequence[Statement]) -> bool:
    kind, _, what = attack.guard.partition(" ")
    if kind == "sid":
        left = [s for s in given if not re.fullmatch(rf"{what}\d*", s.get("Sid", ""))]
        assert len(left) < len(given), f"no statement {what}"
        return decides(request(attack), [*left, EVERYTHING]) and not decides(request(attack), [*given, EVERYTHING])
    if kind == "condition":
        return decides(request(attack), without_condition(given, what))
    if kind == "name":
        # The same call is allowed on something: it is the name that it fails at.
        return any(
            s["Effect"] == "Allow" and any(re.fullmatch(str(a).replace("*", ".*"), attack.action) for a in s["Action"])
            for s in given
        ) and decides(request(attack), [{**s, "Resource": "*"} if s["Effect"] == "Allow" else s for s in given])
    assert attack.guard == "absent"
    return not any(
        s["Effect"] == "Allow"
        and any(re.fullmatch(str(a).replace("*", ".*"), attack.action) for a in s.get("Action", ()))
        for s in given
    )


def test_there_are_many() -> None:
    sixty = 60
    assert len(attacks.DEPLOY) > sixty
    assert len({attack.name for attack in attacks.DEPLOY}) == len(attacks.DEPLOY)


@pytest.mark.parametrize("attack", attacks.DEPLOY, ids=named)
def test_the_deploying_role_is_refused(attack: Attack) -> None:
    assert not decides(request(attack), statements("deploy"))
    assert succeeds_without_its_guard(attack, statements("deploy")), attack.guard


@pytest.mark.parametrize("attack", attacks.PREVIEW, ids=named)
def test_the_preview_role_is_refused(attack: Attack) -> None:
    assert not decides(request(attack), statements("preview"))
    assert succeeds_without_its_guard(attack, statements("preview")), attack.guard


@pytest.mark.parametrize("attack", attacks.TASK, ids=named)
def test_a_role_of_the_stack_with_every_permission_stays_within_the_boundary(attack: Attack) -> None:
    assert decides(request(attack), [EVERYTHING])
    assert not decides(request(attack), [EVERYTHING], boundary=boundary())


@pytest.mark.parametrize("role", ["deploy", "preview"])
def test_nothing_is_granted_by_a_bare_prefix_or_a_likeness(role: str) -> None:
    """`PREFIX-*` and exact names: no pattern of ours goes on without a separator, none begins with a star."""
    for statement in statements(role):
        for resource in listed(statement["Resource"]) if statement["Effect"] == "Allow" else ():
            last = str(resource).split(":", 5)[-1]
            assert not re.search(r"[A-Za-z0-9]\*", last), resource
            assert not last.startswith("*") or resource == "*", resource
