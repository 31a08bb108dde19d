"""The permissions boundary that every role of the stack carries: the most that any policy can give it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _documents as documents
from components._permissions import boundary, packing
from components._permissions.scope import ACCOUNT, PARTS, Kind, Part, Scope, SharedParts


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundaryArgs:
    """What the stack's tasks, functions and the services that work for it need."""

    name_prefix: str
    """The stack's name in AWS; the boundary's name is this and `-boundary`."""
    account_id: Input[str]
    """The AWS account."""
    regions: Sequence[str]
    """The stack's region first, then others it has resources in."""
    tags: Mapping[str, str]
    """Tags that everything of the stack carries, and nothing else does: its keys are told by them."""
    parts: Sequence[Part] = PARTS
    """What the stack is made of."""
    names: Mapping[Kind, Sequence[str]] = field(default_factory=dict)
    """The names of the stack's own that are not made of the name prefix."""
    repository_arns: Sequence[str] = ()
    """Repositories that the stack pulls from and another made."""
    database_users: Sequence[str] = ()
    """Who services log in to the database as, with tokens of IAM's."""
    exec_enabled: bool = False
    """Whether people may open a shell in a task."""
    shared: SharedParts = field(default_factory=SharedParts)
    """What another stack made and lets this one use."""
    given: Sequence[documents.Statement] = ()
    """What the stack file lets its services do beside what its parts are for."""

    def __post_init__(self) -> None:
        """Check what IAM takes, and that nothing leads beyond the boundary.

        Raises:
            ValueError: with every problem, a line each.
        """
        problems = list(self._problems())
        if problems:
            raise ValueError("\n".join(problems))

    def _problems(self) -> Iterator[str]:
        for statement in self.given:
            actions = statement["Action"]
            for action in actions if isinstance(actions, list) else [actions]:
                service = str(action).partition(":")[0].lower()
                if service in _IDENTITY:
                    yield (
                        f"permissions: {action} is beyond what a role of a stack may have: it would lead past every limit."
                        " Name a boundary of your own by slipway:delivery.boundaryArn"
                    )
        size = len(_text(self))
        if size > packing.DOCUMENT_SIZE:
            yield (
                f"permissions: what all services may do takes a boundary of {size} characters; IAM takes {packing.DOCUMENT_SIZE}."
                " Name fewer resources, take a shorter slipway:app, or name a boundary of your own by slipway:delivery.boundaryArn"
            )


_IDENTITY = ("account", "iam", "organizations")


class Boundary(pulumi.ComponentResource):
    """A managed policy, made and changed by administrators only: a pipeline is refused every call that could."""

    arn: Output[str]
    """The policy's ARN."""

    def __init__(self, name: str, args: BoundaryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Boundary", name, None, opts)
        text = _text(args)
        policy = aws.iam.Policy(
            f"{name}-policy",
            name=f"{args.name_prefix}-boundary",
            description=f"The most that any role of {args.name_prefix} may do",
            policy=Output.from_input(args.account_id).apply(lambda account: text.replace(ACCOUNT, account)),
            opts=ResourceOptions(parent=self),
        )
        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})


def _text(args: BoundaryArgs) -> str:
    scope = Scope(
        name_prefix=args.name_prefix,
        regions=args.regions,
        tags=args.tags,
        parts=args.parts,
        names=args.names,
        shared=args.shared,
    )

    text = ""
    for merged, by_tag, most in _SHORTER:
        statements = boundary.boundary_statements(
            scope,
            given=args.given,
            repository_arns=args.repository_arns,
            database_users=args.database_users,
            exec_enabled=args.exec_enabled,
            by_tag=by_tag,
            most_log_groups=most,
        )
        text = packing.document(packing.merged(statements, apart=args.given) if merged else statements)
        if len(text) <= packing.DOCUMENT_SIZE:
            break
    return text


_SHORTER: Final[Sequence[tuple[bool, bool, int | None]]] = (
    (False, False, None),
    (True, False, None),
    (True, True, None),
    *((True, True, most) for most in (32, 16, 8, 4)),
)
"""How the document is written, the most exact way first: what is named in one statement, what is told by tags, how many patterns tell the log
groups. Each role's own policy names what is its own all the same."""
