"""Permissions that widen: what somebody may do after the update that they may not do now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from preview.compare.meaning.grants import Grant, grants, is_policy
from preview.compare.meaning.statement import Level, Situation, Statement, named, text
from preview.compare.values import document

if TYPE_CHECKING:
    from preview.compare.change import Change
    from preview.graph import Graph, Resource

_MANAGED: Final = "aws:iam/policy:Policy"
_INLINE: Final = "aws:iam/rolePolicy:RolePolicy"
_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_ROLE: Final = "aws:iam/role:Role"
_BOUNDARY: Final = "permissionsBoundary"
_STRONG: Final = ("*", "iam:", "kms:", "sts:assumerole", "secretsmanager:getsecretvalue", "organizations:")
_MOST: Final = 4


def say(situation: Situation) -> Iterator[Statement]:
    """Say whose permissions widen. What a new role may do comes with what it is for, and is not said here."""
    for change in situation.comparison.changed:
        if change.resource.type == _ATTACHMENT and change.kind == "created":
            yield from _attached(situation, change)
        elif change.resource.type == _ROLE:
            yield from _unbound(situation, change)
        for name in _policies(change.resource):
            if change.of(name) or (
                change.kind in {"created", "deleted"} and _is_of_what_stays(situation, change, name)
            ):
                yield from _policy(situation, change, name)


def _policies(resource: Resource) -> list[str]:
    """Return the properties that hold a policy of IAM, whatever the type."""
    return [name for name, value in resource.inputs.items() if is_policy(document(value))]


def _is_of_what_stays(situation: Situation, change: Change, name: str) -> bool:
    """Whether a policy that comes or goes is about something that was there and stays, such as a bucket or a role."""
    resource, graph = change.resource, situation.graph(change)
    if not resource.type.endswith("Policy"):
        return False
    about = {urn for key, urns in resource.property_dependencies.items() if key != name for urn in urns}
    if resource.type == _MANAGED:
        held = [
            item for item in graph.of(_ATTACHMENT) if resource.urn in item.property_dependencies.get("policyArn", ())
        ]
        about = {urn for item in held for urn in item.property_dependencies.get("role", ())}
    stay = {item.resource.urn for item in situation.comparison.changes if item.before and item.after}
    return not about.isdisjoint(stay)


def _policy(situation: Situation, change: Change, name: str) -> Iterator[Statement]:
    # What moves from one policy of a component to another, as where a role's policies are laid out anew, widens nothing.
    before = _together(situation.comparison.before, change.before, change.after, name)
    now = _together(situation.comparison.after, change.after, change.before, name)
    allowed = {grant for policy in before for grant in grants(policy, "Allow")}
    own = grants(document(change.after.inputs.get(name)), "Allow") if change.after else ()
    yield from _allows(situation, change, [grant for grant in dict.fromkeys(own) if not grant.is_held(allowed)])
    forbidden = {grant for policy in now for grant in grants(policy, "Deny")}
    lost = grants(document(change.before.inputs.get(name)), "Deny") if change.before else ()
    yield from _forbids_no_more(
        situation, change, [grant for grant in dict.fromkeys(lost) if not grant.is_held(forbidden)]
    )


def _together(graph: Graph, own: Resource | None, other: Resource | None, name: str) -> list[object]:
    """Return the policies of one side that are held by the same hands.

    Args:
        graph: the side.
        own: the policy there, if it has one.
        other: the policy on the other side.
        name: the property that holds it.
    """
    like = own or other
    held = [own] if own else []
    if like and like.type == _INLINE:
        held = [item for item in graph.of(_INLINE) if item.inputs.get("role") == like.inputs.get("role")]
    elif like and like.type == _MANAGED and like.parent:
        held = [item for item in graph.of(_MANAGED) if item.parent == like.parent]
    return [document(item.inputs.get(name)) for item in held]


def _allows(situation: Situation, change: Change, more: Sequence[Grant]) -> Iterator[Statement]:
    if not more:
        return
    strong = [grant for grant in more if _is_strong(grant) or str(grant.resource) == "*"]
    level: Level = "danger" if any(grant.shown == "*" for grant in more) else "caution"
    listed = _listed([*strong, *(grant for grant in more if grant not in strong)])
    yield _widened(situation, change, level, f"{named(change.resource)} now allows {listed}")


def _forbids_no_more(situation: Situation, change: Change, freed: Sequence[Grant]) -> Iterator[Statement]:
    if freed:
        yield _widened(
            situation, change, "danger", f"{named(change.resource)} does not forbid {_listed(freed)} any more"
        )


def _unbound(situation: Situation, change: Change) -> Iterator[Statement]:
    """Say that a role's boundary goes. What a boundary itself allows is a policy."""
    before, after = change.before, change.after
    if before and after and before.inputs.get(_BOUNDARY) and not after.inputs.get(_BOUNDARY):
        boundary = text(before, _BOUNDARY).rpartition("/")[2]
        yield _widened(situation, change, "danger", f"{named(after)} is not held by its boundary {boundary} any more")


def _attached(situation: Situation, change: Change) -> Iterator[Statement]:
    role, policy = change.resource.inputs.get("role"), str(change.resource.inputs.get("policyArn"))
    existing = any(
        other.before and other.before.type == _ROLE and other.before.outputs.get("name") == role
        for other in situation.comparison.changes
        if other.kind != "created"
    )
    if existing:
        level: Level = "danger" if policy.endswith("/AdministratorAccess") else "caution"
        yield _widened(situation, change, level, f"role {role} also gets {policy.rpartition('/')[2]}")


def _widened(situation: Situation, change: Change, level: Level, what: str) -> Statement:
    return Statement(
        level=level,
        concern="permissions",
        text=f"Permissions widen: {what}",
        urns=(change.resource.urn,),
        setting=situation.setting(change),
    )


def _is_strong(grant: Grant) -> bool:
    return any(
        action == start or (start != "*" and action.startswith(start))
        for action in grant.action.patterns
        for start in _STRONG
    )


def _listed(grants_: Collection[Grant]) -> str:
    parts = list(dict.fromkeys(map(str, grants_)))
    return "; ".join(parts[:_MOST]) + (f"; and {len(parts) - _MOST} more" if len(parts) > _MOST else "")
