"""The roles of GitHub: from where, and names of their own."""

from __future__ import annotations

from collections.abc import Iterator

from settings.derived import NAME_PREFIX
from settings.model import Settings
from settings.problems import Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    delivery = settings.delivery
    if delivery is None:
        return
    github = delivery.github
    if (github.environment is None) == (github.branch is None):
        yield at(
            ["delivery", "github"],
            "give environment or branch, whose jobs may deploy, and not both",
            ["delivery", "github", "environment"],
            ["delivery", "github", "branch"],
        )
    if delivery.boundary_arn:
        yield from _boundary(settings, delivery.boundary_arn)
    own = delivery.role_name or f"{settings.name_prefix}-deploy"
    if delivery.preview_role_name == own:
        yield at(
            ["delivery", "previewRoleName"],
            f"{own!r} is the deploying role; the other needs a name of its own",
            ["delivery", "roleName"],
            *NAME_PREFIX,
        )
    if delivery.preview_reads_state and not delivery.preview_role_name:
        yield at(
            ["delivery", "previewReadsState"],
            "is of no use without previewRoleName, the role that would read it: give that, or leave it out",
            ["delivery", "previewRoleName"],
        )


def _boundary(settings: Settings, boundary_arn: str) -> Iterator[Problem]:
    """Yield what keeps a policy from being a boundary here, as far as its ARN tells."""
    place = ["delivery", "boundaryArn"]
    account, name = boundary_arn.split(":")[4], boundary_arn.rpartition("/")[2]
    allowed = settings.aws.allowed_account_ids
    if account == "aws" and name in _NO_BOUNDS:
        yield at(
            place,
            f"{name} leaves everything of IAM allowed, so it is no boundary: leave the line out, and the stack makes one",
        )
    elif account != "aws" and allowed and account not in allowed:
        yield at(
            place,
            f"the account {account} is not the stack's ({', '.join(allowed)}): AWS takes a boundary of the role's own account, or of its own",
            ["aws", "allowedAccountIds"],
        )


_NO_BOUNDS = ("AdministratorAccess", "IAMFullAccess")


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what works, and lets more people do more than may be meant."""
    delivery = settings.delivery
    if delivery is None:
        return
    if delivery.github.branch:
        yield at(
            ["delivery", "github", "branch"],
            "whoever may push to this branch deploys, without anybody's approval: an environment with required reviewers is one",
        )
    if delivery.boundary_arn:
        yield at(
            ["delivery", "boundaryArn"],
            "what this policy allows is not known here: it must allow what the stack's own boundary does (docs/security.md), or tasks fail at their start",
        )
    if delivery.state_bucket and not delivery.state_key_arn:
        yield at(
            ["delivery", "stateBucket"],
            "no stateKeyArn is given: a passphrase, or whoever else holds the key, keeps the secrets in the state",
        )
    if delivery.preview_reads_state and delivery.preview_role_name:
        yield at(
            ["delivery", "previewReadsState"],
            "whoever may push a branch reads the state, and every secret in it",
        )
