"""Permissions that widen: what somebody may do after the update that they may not do now."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from preview.compare.meaning.statement import Situation, Statement, named
from preview.compare.values import document

if TYPE_CHECKING:
    from preview.compare.difference import Change
    from preview.graph import Graph, Resource

_POLICIES: Final[Mapping[str, str]] = {
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:iam/policy:Policy": "policy",
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:vpc/vpcEndpoint:VpcEndpoint": "policy",
}
"""By type, the property that holds a policy."""

_OF_ROLES: Final = frozenset({"aws:iam/policy:Policy"})
"""Types of which one role holds several."""
_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_STRONG: Final = ("*", "iam:", "kms:", "sts:AssumeRole", "secretsmanager:GetSecretValue", "organizations:")
_ANY_OF: Final = frozenset(
    {"ArnEquals", "ArnLike", "IpAddress", "StringEquals", "StringEqualsIgnoreCase", "StringLike"}
)
"""Operators that let through what matches one of their values: fewer values let through less."""
_MOST: Final = 4

_Grant = tuple[str, str, str, str]
"""Principal, action, resource, condition."""


def say(situation: Situation) -> Iterator[Statement]:
    """Say whose permissions widen. What a new role may do comes with what it is for, and is not said here."""
    for change in situation.comparison.changed:
        if change.after and change.resource.type in _POLICIES:
            yield from _policy(situation, change, change.after)
        elif change.resource.type == _ATTACHMENT and change.kind == "created":
            yield from _attached(situation, change)


def _policy(situation: Situation, change: Change, after: Resource) -> Iterator[Statement]:
    if not change.of(_POLICIES[after.type]):
        return
    # What moves from one policy of a component to another, as where a role's policies are laid out anew, widens nothing.
    before, now = _together(situation.comparison.before, change.before), _together(situation.comparison.after, after)
    allowed = {grant for policy in before for grant in _grants(policy, "Allow")}
    forbidden = {grant for policy in now for grant in _grants(policy, "Deny")}
    old, new = (document(item.inputs.get(_POLICIES[after.type])) if item else None for item in (change.before, after))
    more = [grant for grant in dict.fromkeys(_grants(new, "Allow")) if not _covered(grant, allowed)]
    freed = [grant for grant in dict.fromkeys(_grants(old, "Deny")) if grant not in forbidden]
    if not more and not freed:
        return
    strong = [grant for grant in more if _is_strong(grant[1]) or grant[2] == "*"]
    parts = [_said(grant) for grant in (*strong, *(grant for grant in more if grant not in strong))]
    listed = "; ".join(dict.fromkeys(parts[:_MOST]))
    rest = f"; and {len(parts) - _MOST} more" if len(parts) > _MOST else ""
    if more:
        yield Statement(
            level="danger" if any(grant[1] == "*" for grant in more) else "caution",
            concern="permissions",
            text=f"Permissions widen: {named(after)} now allows {listed}{rest}",
            urns=(after.urn,),
            setting=situation.setting(change),
        )
    if freed:
        listed = "; ".join(_said(grant) for grant in freed[:_MOST])
        yield Statement(
            level="danger",
            concern="permissions",
            text=f"Permissions widen: {named(after)} does not forbid {listed} any more",
            urns=(after.urn,),
            setting=situation.setting(change),
        )


def _together(graph: Graph, resource: Resource | None) -> list[object]:
    """Return the policies that are held by the same hands: those of a kind in one component, else the one alone."""
    if resource is None:
        return []
    component = graph.component(resource)
    several = resource.type in _OF_ROLES and component is not None
    held = [item for item in graph.of(resource.type) if graph.component(item) is component] if several else [resource]
    return [document(item.inputs.get(_POLICIES[item.type])) for item in held]


def _attached(situation: Situation, change: Change) -> Iterator[Statement]:
    role, policy = change.resource.inputs.get("role"), str(change.resource.inputs.get("policyArn"))
    existing = any(
        other.before and other.before.type == "aws:iam/role:Role" and other.before.outputs.get("name") == role
        for other in situation.comparison.changes
        if other.kind != "created"
    )
    if existing:
        yield Statement(
            level="danger" if policy.endswith("/AdministratorAccess") else "caution",
            concern="permissions",
            text=f"Permissions widen: role {role} also gets {policy.rpartition('/')[2]}",
            urns=(change.resource.urn,),
            setting=situation.setting(change),
        )


def _grants(policy: object, effect: str) -> Iterator[_Grant]:
    statements = policy.get("Statement") if isinstance(policy, Mapping) else None
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, Mapping) or statement.get("Effect") != effect:
            continue
        condition = statement.get("Condition")
        limits = json.dumps(condition, sort_keys=True, default=repr) if condition else ""
        principals = _principals(statement.get("Principal", ""))
        actions = _texts(statement.get("Action")) or [f"all but {text}" for text in _texts(statement.get("NotAction"))]
        resources = _texts(statement.get("Resource")) or [
            f"all but {text}" for text in _texts(statement.get("NotResource"))
        ]
        for principal in principals:
            for action in actions:
                for resource in resources or [""]:
                    yield principal, action, resource, limits


def _covered(grant: _Grant, allowed: Collection[_Grant]) -> bool:
    """Whether somebody could do it before, under the same condition or a wider one."""
    return grant in allowed or any(grant[:3] == old[:3] and _narrows(grant[3], old[3]) for old in allowed)


def _narrows(condition: str, old: str) -> bool:
    """Whether a condition lets through no more than an old one: each of its tests stays, with no values more."""
    new_tests, old_tests = (_tests(text) for text in (condition, old))
    return all(
        (values := new_tests.get(test)) is not None
        and (values == wider or (test[0] in _ANY_OF and set(values) <= set(wider) and bool(values)))
        for test, wider in old_tests.items()
    )


def _tests(condition: str) -> dict[tuple[str, str], list[str]]:
    """Return the values of each test of a condition, by operator and key."""
    tests = json.loads(condition) if condition else {}
    return {
        (operator, key): _texts(values) or [json.dumps(values)]
        for operator, keys in tests.items()
        for key, values in (keys.items() if isinstance(keys, dict) else ())
    }


def _principals(principal: object) -> list[str]:
    if isinstance(principal, Mapping):
        return sorted(text for value in principal.values() for text in _texts(value))
    return _texts(principal) or [""]


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(part) for part in value]
    return [value] if isinstance(value, str) and value else []


def _is_strong(action: str) -> bool:
    return any(action == start or (start != "*" and action.startswith(start)) for start in _STRONG)


def _said(grant: _Grant) -> str:
    principal, action, resource, condition = grant
    who = f"{principal} " if principal else ""
    where = "" if not resource else " on everything" if resource == "*" else f" on {resource}"
    return f"{who}{action}{where}{' under a condition' if condition else ''}"
