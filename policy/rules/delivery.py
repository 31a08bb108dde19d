"""What pipelines may do: the roles they make, the tags they ask for, the state they share."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from policy import values
from policy.common import iam_actions
from policy.control import NOWHERE, Control, Severity
from policy.documents import allows, conditions, covers, grants, limited_by, matches, statements
from policy.model import Finding, Resource
from policy.rule import Config, resource_rule
from policy.rules.iam_policies import HOLDERS, documents_of
from policy.values import Value

_MAKING: Final = ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy")


@resource_rule(
    Control(
        name="created-roles-bounded",
        title="Whoever makes roles makes them within a permissions boundary",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Who makes a role without a boundary gives it any policy, and takes it on: an administrator in two steps.",
        remediation='"Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary.arn}}',
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
        nist=("AC-6",),
    ),
    *HOLDERS,
)
def created_roles_bounded(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Roles are made, and given policies, within a boundary only."""
    for policy in documents_of(holder):
        for index, statement in enumerate(statements(policy)):
            # What administers everything has no-administrator-policies against it.
            making = [] if covers(statement, "Action", "iam:*") else grants(statement, _MAKING)
            if limited_by(statement, ("iam:policyarn",)):
                making = [action for action in making if action != "iam:AttachRolePolicy"]
            if making and not limited_by(statement, ("iam:permissionsboundary",)):
                yield holder.fails(
                    f"statement {index + 1} allows {', '.join(making)} without a permissions boundary",
                    fix="a condition on iam:PermissionsBoundary",
                )
        if values.has_unknown(policy):
            yield holder.unknown("its policy is not known yet")


@resource_rule(
    Control(
        name="tag-guards-cover-untagged",
        title="What tags guard is refused without them as well",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="A refusal of other tags says nothing about what has none: it can be changed, or tagged and taken over.",
        remediation='"Effect": "Allow", "Condition": {"StringEquals": {"aws:ResourceTag/app": "shop"}}',
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html",
        nist=("AC-6",),
    ),
    *HOLDERS,
)
def tag_guards_cover_untagged(holder: Resource, _config: Config) -> Iterator[Finding]:
    """A refusal by tags is no guard of what has none."""
    for policy in documents_of(holder):
        found = list(statements(policy))
        guards = [statement for statement in found if not allows(statement) and _leaves_out_the_untagged(statement)]
        for index, statement in enumerate(found if guards else ()):
            free = allows(statement) and not statement.get("Condition") and covers(statement, "Resource")
            actions = values.strings(statement.get("Action")) if free else []
            open_ = [action for action in actions if _is_guarded(action, guards)]
            if open_:
                yield holder.fails(
                    f"statement {index + 1} allows {open_[0]} on what has no tags: the refusal by tags leaves it out",
                    fix="allow it with a condition on aws:ResourceTag, or refuse it without the Null test",
                )
        if values.has_unknown(policy):
            yield holder.unknown("its policy is not known yet")


def _leaves_out_the_untagged(statement: dict[str, Value]) -> bool:
    tested = [(operator, key, wanted) for operator, key, wanted in conditions(statement) if "resourcetag/" in key]
    negated = any(operator.startswith("StringNot") for operator, _, _ in tested)
    return negated and any(operator == "Null" and wanted == ["false"] for operator, _, wanted in tested)


def _is_guarded(pattern: str, guards: list[dict[str, Value]]) -> bool:
    """Whether a refusal is about an action that changes something with tags."""
    return any(
        matches(refused, action)
        for action in _changes(pattern)
        for guard in guards
        for refused in values.strings(guard.get("Action"))
    )


@lru_cache(maxsize=1024)
def _changes(pattern: str) -> tuple[str, ...]:
    return tuple(
        action.name
        for action in iam_actions.matches(pattern)
        if action.access_level not in ("List", "Read")
        and any(key.startswith("aws:ResourceTag") for kind in action.resource_types for key in kind.condition_keys)
    )


_SHARED_STATE: Final = re.compile(
    r"arn:[^:]*:s3:::[^/]+/\.pulumi/(\*|(stacks|history|backups|locks)/(organization/)?\*(/\*|\.json)?)"
)
"""Every stack's state in a bucket: nothing says which project and stack."""
_STATE: Final = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")


@resource_rule(
    Control(
        name="state-not-shared-between-stacks",
        title="A pipeline reaches the state of its own stack only",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="A staging pipeline that writes production's state has production rebuilt as it likes, and reads its secrets.",
        remediation='"Resource": f"{bucket.arn}/.pulumi/stacks/{project}/{stack}.json*", and its history, backups and locks',
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
        nist=("AC-4", "AC-6"),
    ),
    *HOLDERS,
)
def state_not_shared_between_stacks(holder: Resource, _config: Config) -> Iterator[Finding]:
    """State in a bucket is granted by project and stack."""
    for policy in documents_of(holder):
        for index, statement in enumerate(statements(policy)):
            shared = [item for item in values.strings(statement.get("Resource")) if _SHARED_STATE.fullmatch(item)]
            if shared and grants(statement, _STATE):
                yield holder.fails(
                    f"statement {index + 1} reaches the state of every stack in the bucket: {shared[0]}",
                    fix="the paths of one project and stack: .pulumi/stacks/PROJECT/STACK.json* and its like",
                )
        if values.has_unknown(policy):
            yield holder.unknown("its policy is not known yet")
